package discussion

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// draftObject is what a draft of something new hangs on: the thread that it answers, or the space.
func draftObject(e Entry) moment.ID {
	if e.Post != "" {
		return e.Post
	}
	return e.Space
}

// keepsDrafts tells whether what somebody types can be kept for them: never on a device
// that is treated as shared.
func keepsDrafts(v viewer, st Stand) bool {
	return st.Threads && v.Has(access.Member) && !v.Shared
}

// KeepThread keeps what the actor has begun to write as a new thread of a space. Nothing
// in it is the same as throwing it away.
func (s *Service) KeepThread(ctx context.Context, a access.Actor, space moment.ID, d Draft) error {
	return s.keep(ctx, a, space, d, MostWords, func(tx db.Writer) (room, error) { return s.visit(ctx, tx, a, space) })
}

// KeepAnswer keeps what the actor has begun to write below a thread.
func (s *Service) KeepAnswer(ctx context.Context, a access.Actor, post moment.ID, d Draft) error {
	d.Title = ""
	return s.keep(ctx, a, post, d, MostComment, func(tx db.Writer) (room, error) {
		x, e, err := s.at(ctx, tx, a, post)
		if err == nil && (!x.viewer.see || e.Post != "") {
			err = fault.Hidden()
		}
		return x, err
	})
}

func (s *Service) keep(ctx context.Context, a access.Actor, object moment.ID, d Draft, most int, where func(tx db.Writer) (room, error)) error {
	var p fault.Problems
	d.Title = cleanLine(&p, "title", d.Title, MostTitle)
	if d.Words != "" {
		var words fault.Problems
		d.Words = cleanWords(&words, d.Words, most)
		if len(words) > 0 && words[0].Key == "discussion.error.empty" {
			d.Words, words = "", nil
		}
		p = append(p, words...)
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		x, err := where(tx)
		if err == nil && !keepsDrafts(x.viewer, x.Stand) {
			err = fault.Hidden()
		}
		if err != nil {
			return err
		}
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		verb := "discussion.keep_draft"
		if d.Title == "" && d.Words == "" {
			verb, err = "discussion.drop_draft", dropDraft(ctx, tx, a.Person, object)
		} else {
			err = putDraft(ctx, tx, draftRow{Person: a.Person, Object: object, Space: x.ID, Anonymous: d.Anonymous, Quotes: d.Quotes, At: now,
				title: sealIn(x, d.Title, draftPlace("title", a.Person, object)), words: sealIn(x, d.Words, draftPlace("words", a.Person, object))})
		}
		if err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "draft", Object: object})
	})
}

// DropDraft throws away what the actor has begun to write in a space, or below a thread.
func (s *Service) DropDraft(ctx context.Context, a access.Actor, object moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := dropDraft(ctx, tx, a.Person, object); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "discussion.drop_draft", Kind: "draft", Object: object})
	})
}

// kept gives what the viewer has begun to write on an object; nil for nothing, or where
// nothing is kept.
func (s *Service) kept(ctx context.Context, r db.Reader, x room, object moment.ID) (*Kept, error) {
	if !keepsDrafts(x.viewer, x.Stand) {
		return nil, nil
	}
	sealed, found, err := draftOn(ctx, r, x.viewer.Person, object)
	if err != nil || !found {
		return nil, err
	}
	k := &Kept{Draft: Draft{Anonymous: sealed.Anonymous, Quotes: sealed.Quotes}, At: sealed.At}
	if k.Title, err = openIn(x, sealed.title, draftPlace("title", sealed.Person, object)); err != nil {
		return nil, err
	}
	if k.Words, err = openIn(x, sealed.words, draftPlace("words", sealed.Person, object)); err != nil {
		return nil, err
	}
	hits, err := s.Phrases.Match(ctx, r, k.Title+"\n"+k.Words, web.Lang(ctx))
	k.Help = len(hits) > 0
	return k, err
}
