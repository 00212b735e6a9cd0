package support

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// says tells whether anything was said beside the language.
func (w Wanted) says() bool {
	return len(w.Situations) > 0 || len(w.Wishes) > 0 || w.Distress > 0 || w.Words != ""
}

// rewant puts new wishes and words in the place of the old ones, in the caller's
// transaction; the caller writes the request.
func (s *Service) rewant(ctx context.Context, tx db.Writer, q *Request, w Wanted, lang string) error {
	q.Wanted, q.NobodyAt, q.ToldAt, q.HasWords = w, 0, 0, w.Words != ""
	if err := s.weighWords(ctx, tx, q, lang); err != nil {
		return err
	}
	box, err := s.Vault.Box(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	var words []byte
	if w.Words != "" {
		words = box.Seal([]byte(w.Words), wordsPlace(q.ID))
	}
	return fault.Op("support words", setWords(ctx, tx, q.ID, words))
}

// keepWords plans when the words typed while asking go: as the words of a
// conversation do, or with them when they go first.
func (s *Service) keepWords(ctx context.Context, tx db.Writer, q Request, guest bool) error {
	keep := chat.KeepMember
	if guest {
		keep = chat.KeepGuest
	}
	return s.Bus.At(ctx, tx, jobForget, string(q.ID), s.Clock.Now().Add(keep), aboutRequest{q.ID})
}

func wordsPlace(id moment.ID) string { return "support_request.words|" + string(id) }

// check validates what was chosen against the taxonomy.
func (s *Service) check(ctx context.Context, w *Wanted, lang string) error {
	all, err := s.People.Situations(ctx, lang)
	if err != nil {
		return err
	}
	situations, identities := people.Choosable(all)
	return w.Validate(situations, identities)
}

// worry is safety.md's rule for what is typed before a peer arrives: distress 5
// or a phrase match. It says why, or "". It decides nothing about the person.
func (s *Service) worry(ctx context.Context, r db.Reader, w Wanted, lang string) (string, error) {
	if w.Words != "" {
		hits, err := s.Safety.Match(ctx, r, w.Words, lang)
		if err != nil || len(hits) > 0 {
			return "phrase", err
		}
	}
	if w.Distress == 5 {
		return "distress", nil
	}
	return "", nil
}

// weighWords shows crisis lines to the writer at once, moves them up and tells
// the lead, by the reason that weighs most. It never moves anybody down.
func (s *Service) weighWords(ctx context.Context, tx db.Writer, q *Request, lang string) error {
	why, err := s.worry(ctx, tx, q.Wanted, lang)
	if err != nil || why == "" {
		return err
	}
	q.HelpShown = true
	if q.WhyFirst == why || q.WhyFirst == "phrase" {
		return nil
	}
	q.First, q.WhyFirst = true, why
	return access.Record(ctx, tx, access.System(), s.Clock.Now(), access.Entry{Verb: "support.moved_up_" + why, Kind: "request", Object: q.ID, Subject: q.Person})
}

// Describe changes what a waiting person looks for.
func (s *Service) Describe(ctx context.Context, a access.Actor, id moment.ID, w Wanted, lang string) error {
	if err := s.check(ctx, &w, lang); err != nil {
		return err
	}
	return s.change(ctx, a, id, "support.describe", func(tx db.Writer, q *Request) error { return s.rewant(ctx, tx, q, w, lang) })
}

// Loosen lets go of wishes and of what was declined before, so that more
// people fit.
func (s *Service) Loosen(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.change(ctx, a, id, "support.loosen", func(tx db.Writer, q *Request) error {
		q.Wishes, q.Firm, q.NobodyAt, q.ToldAt = nil, false, 0, 0
		return forgetAsked(ctx, tx, q.ID)
	})
}

func (s *Service) change(ctx context.Context, a access.Actor, id moment.ID, verb string, f func(tx db.Writer, q *Request) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		q, found, err := requestByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canChange(a, q).Err(); err != nil {
			return err
		}
		if err := changing.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		if err := f(tx, &q); err != nil {
			return err
		}
		if err := updateRequest(ctx, tx, q); err != nil {
			return fault.Op(verb, err)
		}
		s.tell(tx, q)
		if err := access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: "request", Object: q.ID}); err != nil {
			return err
		}
		return s.dispatch(ctx, tx)
	})
}
