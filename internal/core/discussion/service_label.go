package discussion

import (
	"context"
	"maps"
	"slices"

	"cairn/internal/core/moderation"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Label says what a post is about, in situations of the taxonomy, so that readers
// can choose. The author and keepers do. What a decision of moderation put there stays for
// as long as that stands, whatever is chosen: readers rely on it.
func (s *Service) Label(ctx context.Context, a access.Actor, id moment.ID, topics []string) error {
	choosable, err := s.choosable(ctx)
	if err != nil {
		return err
	}
	return s.on(ctx, a, id, changing, access.Entry{Verb: "discussion.label"}, func(x room, e Entry) access.Decision { return canLabel(x.viewer, x.Space, e) }, func(tx db.Writer, x room, e Entry, _ moment.Time) error {
		if x.viewer.mine(e) {
			if err := s.notOut(ctx, tx, a.Person); err != nil {
				return err
			}
		}
		all := slices.Clone(topics)
		for t := range e.fixed {
			choosable[t] = true
			all = append(all, t)
		}
		all, err := tidyTopics(all, choosable)
		if err != nil {
			return err
		}
		return s.relabel(ctx, tx, id, all)
	})
}

// relabel puts other labels on an entry.
func (s *Service) relabel(ctx context.Context, tx db.Writer, id moment.ID, topics []string) error {
	if err := setTopics(ctx, tx, id, topics); err != nil {
		return fault.Op("label", err)
	}
	return s.findable(ctx, tx, id)
}

func (s *Service) choosable(ctx context.Context) (map[string]bool, error) {
	all, err := s.People.Situations(ctx, web.Lang(ctx))
	situations, _ := people.Choosable(all)
	return situations, err
}

// Labels gives the topics that can be put on posts, in the reader's language.
func (x Subject) Labels(ctx context.Context) ([]moderation.Mark, error) {
	all, err := x.People.Situations(ctx, web.Lang(ctx))
	if err != nil {
		return nil, err
	}
	choosable, _ := people.Choosable(all)
	var out []moderation.Mark
	for _, y := range all {
		if choosable[y.Slug] {
			out = append(out, moderation.Mark{Slug: y.Slug, Text: y.Label})
		}
	}
	return out, nil
}

// Label puts topics on an entry and keeps them there. It gives those that no other decision
// keeps there already, whether their author had put them there or not.
func (x Subject) Label(ctx context.Context, tx db.Writer, _ access.Actor, id moment.ID, labels []string) ([]string, error) {
	e, err := x.moderated(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	choosable, err := x.choosable(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range e.Topics { // what stands there already may stay
		choosable[t] = true
	}
	all, err := tidyTopics(append(slices.Clone(e.Topics), labels...), choosable)
	if err != nil {
		return nil, err
	}
	fixed, added := maps.Clone(e.fixed), []string(nil)
	if fixed == nil {
		fixed = map[string]bool{}
	}
	for _, t := range all {
		if _, already := fixed[t]; !already && slices.Contains(labels, t) {
			fixed[t] = slices.Contains(e.Topics, t)
			added = append(added, t)
		}
	}
	if err := setFixed(ctx, tx, id, fixed); err != nil {
		return nil, fault.Op("label", err)
	}
	if err := x.changed(ctx, tx, e.Entry, x.Clock.Now()); err != nil {
		return nil, err
	}
	return added, x.relabel(ctx, tx, id, all)
}

// Unlabel lets an entry go of topics that Label put on it. What its author had put there
// before is theirs again.
func (x Subject) Unlabel(ctx context.Context, tx db.Writer, _ access.Actor, id moment.ID, labels []string) error {
	e, found, err := entryByID(ctx, tx, id)
	if err != nil || !found || e.State == Withdrawn {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(e.Topics), func(t string) bool { return slices.Contains(labels, t) && !e.fixed[t] })
	fixed := maps.Clone(e.fixed)
	maps.DeleteFunc(fixed, func(t string, _ bool) bool { return slices.Contains(labels, t) })
	if err := setFixed(ctx, tx, id, fixed); err != nil {
		return fault.Op("label", err)
	}
	if err := x.changed(ctx, tx, e.Entry, x.Clock.Now()); err != nil {
		return err
	}
	return x.relabel(ctx, tx, id, left)
}
