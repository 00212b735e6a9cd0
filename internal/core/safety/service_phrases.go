package safety

import (
	"context"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Match gives the listed phrases that stand in a text, those of the writer's
// language first; none is no match. All languages are tried, and negation is not
// interpreted. What a match means is for people to say: it only shows help.
func (s *Service) Match(ctx context.Context, r db.Reader, text, lang string) ([]string, error) {
	list, err := livePhrases(ctx, r)
	if err != nil {
		return nil, err
	}
	return matches(text, lang, list), nil
}

// Matches is Match for several texts, with one look at the list.
func (s *Service) Matches(ctx context.Context, r db.Reader, texts []string, lang string) ([][]string, error) {
	list, err := livePhrases(ctx, r)
	if err != nil {
		return nil, err
	}
	out := make([][]string, len(texts))
	for i, text := range texts {
		out[i] = matches(text, lang, list)
	}
	return out, nil
}

// Phrases lists the phrases in use, for those who edit them.
func (s *Service) Phrases(ctx context.Context, a access.Actor) ([]Phrase, error) {
	if err := permPhrases.Check(a); err != nil {
		return nil, err
	}
	return livePhrases(ctx, s.DB.Reader())
}

// AddPhrase puts a phrase into use at once.
func (s *Service) AddPhrase(ctx context.Context, a access.Actor, lang, text string) error {
	if err := permPhrases.Check(a); err != nil {
		return err
	}
	p := Phrase{ID: moment.NewID(), Lang: lang, Text: strings.Join(strings.Fields(text), " "), AddedBy: a.Person, AddedAt: s.Clock.Now()}
	if err := p.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := unlisted(ctx, tx, p); err != nil {
			return err
		}
		if err := insertPhrase(ctx, tx, p); err != nil {
			return fault.Op("phrase add", err)
		}
		return access.Record(ctx, tx, a, p.AddedAt, access.Entry{Verb: "safety.phrase_add", Kind: "phrase", Object: p.ID})
	})
}

// unlisted refuses what is in use already, and more than a language may hold.
func unlisted(ctx context.Context, r db.Reader, p Phrase) error {
	list, err := livePhrases(ctx, r)
	if err != nil {
		return err
	}
	var wrong fault.Problems
	n := 0
	for _, other := range list {
		if other.Lang != p.Lang {
			continue
		}
		n++
		if fold(other.Text) == fold(p.Text) {
			wrong.Add("phrase", "safety.error.phrase_known")
			return wrong.Err()
		}
	}
	if n >= MaxPhrases {
		wrong.AddWith("phrase", "safety.error.phrase_many", map[string]any{"most": MaxPhrases})
	}
	return wrong.Err()
}

// RetirePhrase takes a phrase out of use at once; adding it again brings it back.
func (s *Service) RetirePhrase(ctx context.Context, a access.Actor, id moment.ID) error {
	if err := permPhrases.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		p, found, err := phraseByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canRetire(p).Err(); err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := retirePhrase(ctx, tx, id, now); err != nil {
			return fault.Op("phrase retire", err)
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "safety.phrase_retire", Kind: "phrase", Object: id})
	})
}
