package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const (
	jobTell   = "discussion.tell"
	jobLead   = "discussion.lead"
	jobUnread = "discussion.unread"
	jobGone   = "discussion.gone"
	jobSweep  = "discussion.sweep"
	jobUnfind = "discussion.unfind"
	jobBelow  = "discussion.below"
	jobCall   = "discussion.call"
	jobDigest = "discussion.digest"

	tellAtOnce  = 200 // people told in one transaction
	leadAtOnce  = 50  // held entries that whoever leads is told of in one transaction
	sweepAtOnce = 300 // entries deleted in one transaction
)

type aboutSpace struct {
	Space moment.ID `json:"space"`
}

// aboutTelling is how far telling of a post has come.
type aboutTelling struct {
	Post  moment.ID `json:"post"`
	After moment.ID `json:"after,omitempty"`
}

// tellJob tells those who follow a space of a new post, some at a time in the order
// of their ids. What was taken back, held or hidden in the meantime is not told, nor
// is a named post to whoever is kept apart from its author.
func (s *Service) tellJob(ctx context.Context, tx db.Writer, about aboutTelling) error {
	e, found, err := entryByID(ctx, tx, about.Post)
	if err != nil || !found || e.State != Open {
		return err
	}
	f, found, err := loadSpace(ctx, tx, e.Space)
	if err != nil || !found || s.owners[f.Kind] == nil {
		return err
	}
	if e.Post != "" {
		return s.tellThread(ctx, tx, f, e, about)
	}
	part, err := s.owners[f.Kind].Followers(ctx, tx, f.Space, about.After, tellAtOnce)
	if err != nil || len(part) == 0 {
		return err
	}
	whole, last := len(part) < tellAtOnce, part[len(part)-1]
	apart, err := s.People.Apart(ctx, tx, e.author)
	if err != nil {
		return err
	}
	wishes := map[moment.ID]wish{} // of walls one hears at once
	if o, threads := s.owners[f.Kind].(Among); threads {
		if part, err = o.Among(ctx, tx, f.Space, part); err != nil {
			return err
		}
		if wishes, err = wishesOf(ctx, tx, part); err != nil {
			return err
		}
	}
	for _, id := range part {
		if id == e.author || !e.Anonymous && apart[id] {
			continue
		}
		w, chose := wishes[id]
		if err := s.toFollower(ctx, tx, id, w, chose, e.Entry); err != nil {
			return err
		}
	}
	if about.After = last; whole {
		return nil
	}
	return s.Bus.At(ctx, tx, jobTell, string(e.ID), s.Clock.Now(), about)
}

// sweepJob deletes the rows of a destroyed space, some at a time.
func (s *Service) sweepJob(ctx context.Context, tx db.Writer, about aboutSpace) error {
	more, err := sweepSpace(ctx, tx, about.Space, sweepAtOnce)
	if err != nil || !more {
		return fault.Op("sweep a space", err)
	}
	return s.Bus.At(ctx, tx, jobSweep, string(about.Space), s.Clock.Now(), about)
}
