package people

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"

	"golang.org/x/text/unicode/norm"
)

// Limits of words of one's own.
const (
	longestOwn = 80 // characters
	mostOwn    = 12 // of one person
)

// ownsAtMost bounds how fast somebody fills the coordinators' list.
var ownsAtMost = access.Rate{Name: "people.own", Most: 30, Per: time.Hour}

// OwnWords is a situation in somebody's own words, as its person sees it.
type OwnWords struct {
	ID         moment.ID
	Words      string
	Visibility Visibility
	Suggested  bool       // a coordinator may take it into the list
	News       string     // "adopted", "merged" or "aside" until the person has read it
	Became     *Situation // what it was adopted as or merged into, in English
	Reason     string     // why it was set aside
}

// Item tells whether the words still stand for themselves.
func (o OwnWords) Item() bool { return o.Became == nil }

func ownPlace(id moment.ID) string    { return "people_own.sealed|" + string(id) }
func reasonPlace(id moment.ID) string { return "people_own.reason|" + string(id) }

// cleanOwn gives words as they are kept: composed, on one line.
func cleanOwn(typed string) (string, error) {
	words := strings.Join(strings.Fields(norm.NFC.String(typed)), " ")
	var p fault.Problems
	switch {
	case words == "":
		p.Add("words", "people.error.own_empty")
	case utf8.RuneCountInString(words) > longestOwn || strings.ContainsFunc(words, isControl):
		p.AddWith("words", "people.error.label", map[string]any{"n": longestOwn})
	}
	return words, p.Err()
}

func knownVisibility(v Visibility) bool { return v == OnlyMatching || v == ToMatches || v == ToAll }

// AddWords keeps a situation in the actor's own words. With suggest it goes to
// the coordinators' list, without the name of who wrote it.
func (s *Service) AddWords(ctx context.Context, a access.Actor, typed string, v Visibility, suggest bool) error {
	words, err := cleanOwn(typed)
	if err != nil {
		return err
	}
	if !knownVisibility(v) {
		return fault.New(fault.Invalid, "people.error.choice")
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := ownsAtMost.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		have, err := ownOf(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if len(have) >= mostOwn {
			return fault.New(fault.Invalid, "people.error.own_many").With(map[string]any{"n": mostOwn})
		}
		box, err := s.personBox(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		o := ownRow{ID: moment.NewID(), Person: a.Person, Visibility: v, State: ownKept, At: now}
		if suggest {
			o.State = ownSuggested
		}
		o.Sealed = box.Seal([]byte(words), ownPlace(o.ID))
		if err := insertOwn(ctx, tx, o); err != nil {
			return err
		}
		return s.recordOwn(ctx, tx, a, "people.add_words", o)
	})
}

func (s *Service) recordOwn(ctx context.Context, tx db.Writer, a access.Actor, verb string, o ownRow) error {
	return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: "words", Object: o.ID, Subject: o.Person})
}

// Words gives what the actor wrote in their own words, the oldest first.
func (s *Service) Words(ctx context.Context, a access.Actor) ([]OwnWords, error) {
	return s.wordsOf(ctx, s.DB.Reader(), a.Person)
}

func (s *Service) wordsOf(ctx context.Context, r db.Reader, who moment.ID) ([]OwnWords, error) {
	rows, err := ownOf(ctx, r, who)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	box, err := s.Vault.Box(ctx, r, who)
	if err != nil {
		return nil, err
	}
	out := make([]OwnWords, len(rows))
	for i, o := range rows {
		words, err := box.Open(o.Sealed, ownPlace(o.ID))
		if err != nil {
			return nil, err
		}
		out[i] = OwnWords{ID: o.ID, Words: string(words), Visibility: o.Visibility, Suggested: o.State == ownSuggested}
		switch o.State {
		case ownAside:
			reason, err := box.Open(o.Reason, reasonPlace(o.ID))
			if err != nil {
				return nil, err
			}
			out[i].News, out[i].Reason = string(o.State), string(reason)
		case ownAdopted, ownMerged:
			x, _, err := situationBySlug(ctx, r, o.Situation)
			if err != nil {
				return nil, err
			}
			out[i].News, out[i].Became = string(o.State), &x
		case ownKept, ownSuggested:
		}
	}
	return out, nil
}

// WordsFor gives what somebody wrote in their own words and shows to whoever is
// asking: to their matches, with match, or else only what is shown to all.
func (s *Service) WordsFor(ctx context.Context, r db.Reader, who moment.ID, match bool) ([]string, error) {
	all, err := s.wordsOf(ctx, r, who)
	var out []string
	for _, o := range all {
		if o.Item() && (o.Visibility == ToAll || match && o.Visibility == ToMatches) {
			out = append(out, o.Words)
		}
	}
	return out, err
}

// changeWords loads words of the actor's own, changes them, and writes the audit.
func (s *Service) changeWords(ctx context.Context, a access.Actor, id moment.ID, verb string, change func(tx db.Writer, o ownRow) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		o, found, err := ownByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canChangeWords(a, o.Person).Err(); err != nil {
			return err
		}
		if err := change(tx, o); err != nil {
			return err
		}
		return s.recordOwn(ctx, tx, a, verb, o)
	})
}

// ShowWords changes who may see the words.
func (s *Service) ShowWords(ctx context.Context, a access.Actor, id moment.ID, v Visibility) error {
	if !knownVisibility(v) {
		return fault.New(fault.Invalid, "people.error.choice")
	}
	return s.changeWords(ctx, a, id, "people.show_words", func(tx db.Writer, o ownRow) error {
		o.Visibility = v
		return updateOwn(ctx, tx, o)
	})
}

// SuggestWords puts the words on the coordinators' list, or takes them back from it.
func (s *Service) SuggestWords(ctx context.Context, a access.Actor, id moment.ID, suggest bool) error {
	verb := "people.take_back_words"
	if suggest {
		verb = "people.suggest_words"
	}
	return s.changeWords(ctx, a, id, verb, func(tx db.Writer, o ownRow) error {
		if o.State != ownKept && o.State != ownSuggested {
			return fault.New(fault.Conflict, "people.error.own_answered")
		}
		o.State = ownKept
		if suggest {
			o.State = ownSuggested
		}
		return updateOwn(ctx, tx, o)
	})
}

// DropWords removes words of the actor's own, from the coordinators' list too.
func (s *Service) DropWords(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.changeWords(ctx, a, id, "people.drop_words", func(tx db.Writer, o ownRow) error { return deleteOwn(ctx, tx, o.ID) })
}

// ReadNews notes that the actor has read what became of their words. Words that
// are a situation now are kept no longer.
func (s *Service) ReadNews(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.changeWords(ctx, a, id, "people.read_news", func(tx db.Writer, o ownRow) error {
		switch o.State {
		case ownAdopted, ownMerged:
			return deleteOwn(ctx, tx, o.ID)
		case ownAside:
			o.State, o.Reason = ownKept, nil
			return updateOwn(ctx, tx, o)
		case ownKept, ownSuggested:
		}
		return nil
	})
}
