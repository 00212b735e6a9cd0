package discussion

import (
	"context"

	"cairn/internal/core/notify"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// originOf is the keyed hash by which a key of a file is found again in a space.
func (s *Service) originOf(space moment.ID, key string) string {
	return s.Vault.Hash("discussion_entry.origin", string(space)+"/"+key)
}

// HereOf gives what stands in a space under the keys of a file: what was brought under
// them, and what was written here and taken along, whose keys are its ids. Of what was
// written in another space it tells what does not come back. It is for Owners, who have
// decided who may ask.
func (s *Service) HereOf(ctx context.Context, r db.Reader, space moment.ID, keys []string) (map[string]Here, error) {
	byOrigin, byID := map[string]string{}, []moment.ID{}
	origins := make([]string, len(keys))
	for i, k := range keys {
		origins[i] = s.originOf(space, k)
		byOrigin[origins[i]] = k
		if id, ok := moment.ParseID(k); ok {
			byID = append(byID, id)
		}
	}
	brought, err := broughtBy(ctx, r, space, origins)
	if err != nil {
		return nil, err
	}
	out := map[string]Here{}
	for _, x := range brought {
		out[byOrigin[x.origin]] = x.Here
	}
	written, err := writtenUnder(ctx, r, space, byID)
	for _, x := range written {
		if _, taken := out[string(x.ID)]; !taken {
			out[string(x.ID)] = x.Here
		}
	}
	if err != nil {
		return nil, err
	}
	gone, err := goneElsewhere(ctx, r, space, byID)
	for _, id := range gone {
		out[string(id)] = Here{Gone: true}
	}
	return out, err
}

// Bring puts what comes from somewhere else into a space, in the caller's transaction, in
// its order; whoever owns the space has decided, cleaned and checked it. What stands there
// already under its key is passed over. Nobody is told. It gives how many were put there,
// and how many of these wait to be read.
func (s *Service) Bring(ctx context.Context, tx db.Writer, space moment.ID, list []Brought) (made, held int, err error) {
	f, found, err := loadSpace(ctx, tx, space)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return 0, 0, err
	}
	x := room{frame: f}
	if x.box, err = s.Vault.BoxFrom(f.ID, f.wrapped); err != nil {
		return 0, 0, err
	}
	here, err := s.HereOf(ctx, tx, space, keysOf(list))
	if err != nil {
		return 0, 0, err
	}
	hits, err := s.Phrases.Matches(ctx, tx, wordsOf(list), "")
	if err != nil {
		return 0, 0, err
	}
	for i, b := range list {
		if _, there := here[b.Key]; there || here[b.Thread].Gone {
			continue
		}
		e, err := s.bringOne(ctx, tx, x, b, here, len(hits[i]) > 0)
		if err != nil {
			return made, held, err
		}
		here[b.Key] = Here{ID: e.ID, Post: e.Post, At: e.At, Takes: true}
		made++
		if e.State == Held {
			held++
		}
	}
	s.Bus.Publish(tx, Topic(space), int64(s.Clock.Now()))
	return made, held, nil
}

// keysOf gives all keys that a list speaks of.
func keysOf(list []Brought) []string {
	seen := map[string]bool{"": true}
	var out []string
	for _, b := range list {
		for _, k := range []string{b.Key, b.Thread, b.Quotes} {
			if !seen[k] {
				seen[k] = true
				out = append(out, k)
			}
		}
	}
	return out
}

func wordsOf(list []Brought) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = b.Title + "\n" + b.Words
	}
	return out
}

// bringOne stores one entry that is not there yet.
func (s *Service) bringOne(ctx context.Context, tx db.Writer, x room, b Brought, here map[string]Here, phrase bool) (Entry, error) {
	e := Entry{ID: moment.NewID(), Space: x.ID, Title: b.Title, Words: b.Words, Topics: b.Topics, At: b.At, ActiveAt: b.At, StateAt: s.Clock.Now(), Brought: true, Label: b.Label, told: true}
	e.State, e.Why = stateBrought(phrase)
	if b.Thread != "" {
		top, ok := here[b.Thread]
		if !ok || top.Post != "" {
			return e, fault.New(fault.Conflict, "discussion.error.changed")
		}
		e.Post, e.Quotes = top.ID, here[b.Quotes].ID
	}
	r := row{Entry: e, title: sealIn(x, e.Title, titlePlace(e.ID)), words: sealIn(x, e.Words, wordsPlace(e.ID, 0)), label: sealIn(x, e.Label, labelPlace(e.ID))}
	if err := insertEntry(ctx, tx, r, "brought"); err != nil {
		return e, fault.Op("bring", err)
	}
	if err := setBrought(ctx, tx, r, s.originOf(x.ID, b.Key), sealIn(x, b.Key, originPlace(e.ID))); err != nil {
		return e, fault.Op("bring", err)
	}
	if len(e.Topics) > 0 {
		if err := setTopics(ctx, tx, e.ID, e.Topics); err != nil {
			return e, fault.Op("bring", err)
		}
	}
	if e.State == Open {
		if err := s.countBrought(ctx, tx, e); err != nil {
			return e, err
		}
	}
	return e, s.findable(ctx, tx, e.ID)
}

// countBrought counts an answer that was brought and is open now. It is as old as it was:
// nobody is told, and it makes nothing new.
func (s *Service) countBrought(ctx context.Context, tx db.Writer, e Entry) error {
	if e.Post == "" {
		return nil
	}
	if err := bump(ctx, tx, e.Post, 1, e.At); err != nil {
		return fault.Op("bring", err)
	}
	return fault.Op("bring", countChange(ctx, tx, e.Post))
}

// Waits tells those who keep a space that something waits to be read there, once for a key:
// for Owners, when many things at once do. Whoever did it is not told.
func (s *Service) Waits(ctx context.Context, tx db.Writer, space moment.ID, key string, by moment.ID) error {
	f, found, err := loadSpace(ctx, tx, space)
	if err != nil || !found {
		return err
	}
	k, ok := s.owners[f.Kind].(Keepers)
	if !ok {
		return nil
	}
	list, err := k.Keepers(ctx, tx, f.Space)
	if err != nil {
		return err
	}
	for _, id := range list {
		if id == by {
			continue
		}
		if err := s.Tell.Tell(ctx, tx, notify.Message{To: id, Kind: noticeWaiting, Key: noticeWaiting + "/" + key, Path: "/moderation", About: space}); err != nil {
			return err
		}
	}
	return nil
}
