package people

import (
	"context"
	"strings"
	"unicode/utf8"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const (
	mostSuggested = 50  // on one page of the coordinators' list
	longestReason = 400 // characters
)

// Suggestion is what a coordinator sees of words that somebody suggested: never
// whose they are.
type Suggestion struct {
	ID    moment.ID
	Words string
}

// Suggestions lists what waits, the oldest first. Each person reads that a
// coordinator has read theirs.
func (s *Service) Suggestions(ctx context.Context, a access.Actor) ([]Suggestion, error) {
	if err := canEditTaxonomy(a).Err(); err != nil {
		return nil, err
	}
	rows, err := suggestedOwn(ctx, s.DB.Reader(), mostSuggested)
	if err != nil {
		return nil, err
	}
	var out []Suggestion
	for _, o := range rows {
		words, err := s.readSuggestion(ctx, a, o)
		if err != nil {
			return nil, err
		}
		out = append(out, words)
	}
	return out, nil
}

// OneSuggestion gives one that still waits.
func (s *Service) OneSuggestion(ctx context.Context, a access.Actor, id moment.ID) (Suggestion, error) {
	o, err := suggestion(ctx, s.DB.Reader(), a, id)
	if err != nil {
		return Suggestion{}, err
	}
	return s.readSuggestion(ctx, a, o)
}

func suggestion(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (ownRow, error) {
	o, found, err := ownByID(ctx, r, id)
	if err != nil {
		return o, err
	}
	if !found {
		return o, fault.Hidden()
	}
	return o, canAnswerSuggestion(a, o.State).Err()
}

func (s *Service) readSuggestion(ctx context.Context, a access.Actor, o ownRow) (Suggestion, error) {
	box, err := s.Vault.Box(ctx, s.DB.Reader(), o.Person)
	if err != nil {
		return Suggestion{}, err
	}
	words, err := box.Open(o.Sealed, ownPlace(o.ID))
	if err != nil {
		return Suggestion{}, err
	}
	err = s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "people.read_words", Kind: "words", Object: o.ID, Subject: o.Person})
	return Suggestion{ID: o.ID, Words: string(words)}, err
}

// AdoptWords makes a situation of suggested words, with labels of the coordinator's.
func (s *Service) AdoptWords(ctx context.Context, a access.Actor, id moment.ID, d SituationDraft) error {
	d, err := d.cleanNew()
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		o, err := suggestion(ctx, tx, a, id)
		if err != nil {
			return err
		}
		slug, err := s.addSituation(ctx, tx, a, d)
		if err != nil {
			return err
		}
		return s.becomes(ctx, tx, a, o, Situation{Slug: slug, Sensitive: d.Sensitive}, ownAdopted)
	})
}

// MergeWords says that suggested words mean a situation that is in the list.
func (s *Service) MergeWords(ctx context.Context, a access.Actor, id moment.ID, slug string) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		o, err := suggestion(ctx, tx, a, id)
		if err != nil {
			return err
		}
		x, found, err := situationBySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		if !found || x.Retired {
			var p fault.Problems
			p.Add("into", "people.error.choice")
			return p.Err()
		}
		return s.becomes(ctx, tx, a, o, x, ownMerged)
	})
}

// becomes gives the person the situation in the place of their words, seen by as
// many as the words were, or only by matching when it is sensitive. What they
// have chosen for that situation themselves stays.
func (s *Service) becomes(ctx context.Context, tx db.Writer, a access.Actor, o ownRow, x Situation, state ownState) error {
	if x.Sensitive {
		o.Visibility = OnlyMatching
	}
	o.State, o.Situation = state, x.Slug
	if _, err := addLived(ctx, tx, o.Person, Lived{Situation: x.Slug, Visibility: o.Visibility}); err != nil {
		return err
	}
	if err := updateOwn(ctx, tx, o); err != nil {
		return err
	}
	if err := s.changed(ctx, tx, o.Person); err != nil {
		return err
	}
	return s.recordOwn(ctx, tx, a, "people."+string(state)+"_words", o)
}

// SetWordsAside leaves suggested words out of the list, with a reason that their
// person reads. The words stay theirs.
func (s *Service) SetWordsAside(ctx context.Context, a access.Actor, id moment.ID, reason string) error {
	reason = strings.TrimSpace(reason)
	var p fault.Problems
	switch {
	case reason == "":
		p.Add("reason", "people.error.reason_empty")
	case utf8.RuneCountInString(reason) > longestReason:
		p.AddWith("reason", "people.error.label", map[string]any{"n": longestReason})
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		o, err := suggestion(ctx, tx, a, id)
		if err != nil {
			return err
		}
		box, err := s.personBox(ctx, tx, o.Person)
		if err != nil {
			return err
		}
		o.State, o.Reason = ownAside, box.Seal([]byte(reason), reasonPlace(o.ID))
		if err := updateOwn(ctx, tx, o); err != nil {
			return err
		}
		return s.recordOwn(ctx, tx, a, "people.set_words_aside", o)
	})
}
