package people

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"

	"golang.org/x/text/unicode/norm"
)

const (
	longestLabel = 60 // characters
	longestSlug  = 40
)

// Situations gives the taxonomy in a language, situations first; retired ones
// too, marked. A label that a language lacks is in English.
func (s *Service) Situations(ctx context.Context, lang string) ([]Situation, error) {
	return situations(ctx, s.DB.Reader(), lang)
}

// SituationLabels gives the labels by slug.
func (s *Service) SituationLabels(ctx context.Context, r db.Reader, lang string) (map[string]string, error) {
	list, err := situations(ctx, r, lang)
	out := make(map[string]string, len(list))
	for _, x := range list {
		out[x.Slug] = x.Label
	}
	return out, err
}

// SituationDraft is a situation as a coordinator writes it: a label in English
// and, where they can, in the other languages.
type SituationDraft struct {
	Kind      string // "situation" or "identity"; only when it is new
	Labels    map[string]string
	Sensitive bool
	Retired   bool
	Beside    []string // slugs that often go with it; only when it is edited
}

// Clean gives the draft as it is kept. Labels are at the fields "label_en" and so on.
func (d SituationDraft) Clean() (SituationDraft, error) {
	var problems fault.Problems
	kept := map[string]string{}
	for _, lang := range interfaceLangs {
		label := strings.Join(strings.Fields(norm.NFC.String(d.Labels[lang])), " ")
		if utf8.RuneCountInString(label) > longestLabel || strings.ContainsAny(label, "<>{}\"") || strings.ContainsFunc(label, isControl) {
			problems.AddWith("label_"+lang, "people.error.label", map[string]any{"n": longestLabel})
		}
		if label != "" {
			kept[lang] = label
		}
	}
	if kept["en"] == "" {
		problems.Add("label_en", "people.error.label_english")
	}
	d.Labels = kept
	return d, problems.Err()
}

func isControl(r rune) bool {
	return r < 0x20 || r == 0x7f || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff
}

// slugOf makes a slug of an English label; it never changes afterwards.
func slugOf(label string) string {
	words := strings.FieldsFunc(strings.ToLower(norm.NFKD.String(label)), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	slug := strings.Join(words, "-")
	if len(slug) > longestSlug {
		slug = strings.Trim(slug[:longestSlug], "-")
	}
	if slug == "" {
		return "situation"
	}
	return slug
}

// cleanNew is Clean for a situation that is not there yet.
func (d SituationDraft) cleanNew() (SituationDraft, error) {
	d, err := d.Clean()
	if err == nil && d.Kind != "situation" && d.Kind != "identity" {
		err = fault.New(fault.Invalid, "people.error.choice")
	}
	return d, err
}

// AddSituation adds to the taxonomy and gives the slug.
func (s *Service) AddSituation(ctx context.Context, a access.Actor, d SituationDraft) (string, error) {
	if err := canEditTaxonomy(a).Err(); err != nil {
		return "", err
	}
	d, err := d.cleanNew()
	if err != nil {
		return "", err
	}
	slug := ""
	err = s.DB.Write(ctx, func(tx db.Writer) (err error) {
		slug, err = s.addSituation(ctx, tx, a, d)
		return err
	})
	return slug, err
}

// addSituation takes the first slug that is free.
func (s *Service) addSituation(ctx context.Context, tx db.Writer, a access.Actor, d SituationDraft) (string, error) {
	base := slugOf(d.Labels["en"])
	for n := 1; ; n++ {
		slug := base
		if n > 1 {
			slug = base + "-" + strconv.Itoa(n)
		}
		if slug == "suggested" {
			continue // a page of that address lists suggestions
		}
		fresh, err := insertSituation(ctx, tx, Situation{Slug: slug, Kind: d.Kind, Sensitive: d.Sensitive})
		if err != nil {
			return "", err
		}
		if fresh {
			return slug, s.nameSituation(ctx, tx, a, slug, d, "people.add_situation")
		}
	}
}

// EditSituation renames a situation, marks it, retires it or brings it back.
// Whoever had it keeps it; while it is retired nobody is matched by it.
func (s *Service) EditSituation(ctx context.Context, a access.Actor, slug string, d SituationDraft) error {
	if err := canEditTaxonomy(a).Err(); err != nil {
		return err
	}
	d, err := d.Clean()
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		was, found, err := situationBySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := updateSituation(ctx, tx, Situation{Slug: slug, Sensitive: d.Sensitive, Retired: d.Retired}); err != nil {
			return err
		}
		if was.Retired != d.Retired {
			if err := bumpAllWith(ctx, tx, slug); err != nil {
				return err
			}
			// One event is enough: whoever keeps fits asks for all revisions again.
			if err := s.tellChanged(ctx, tx, a.Person); err != nil {
				return err
			}
		}
		if err := s.goTogether(ctx, tx, slug, d.Beside); err != nil {
			return err
		}
		return s.nameSituation(ctx, tx, a, slug, d, "people.edit_situation")
	})
}

func (s *Service) nameSituation(ctx context.Context, tx db.Writer, a access.Actor, slug string, d SituationDraft, verb string) error {
	for _, lang := range interfaceLangs {
		if d.Labels[lang] == "" {
			continue
		}
		if err := setLabel(ctx, tx, slug, lang, d.Labels[lang]); err != nil {
			return err
		}
	}
	return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: "situation"})
}

// SituationForEditing gives one situation with its labels in every language.
func (s *Service) SituationForEditing(ctx context.Context, slug string) (Situation, SituationDraft, error) {
	x, found, err := situationBySlug(ctx, s.DB.Reader(), slug)
	if err != nil {
		return x, SituationDraft{}, err
	}
	if !found {
		return x, SituationDraft{}, fault.Hidden()
	}
	labels, err := labelsOf(ctx, s.DB.Reader(), slug)
	if err != nil {
		return x, SituationDraft{}, err
	}
	pairs, err := everyPair(ctx, s.DB.Reader())
	return x, SituationDraft{Kind: x.Kind, Labels: labels, Sensitive: x.Sensitive, Retired: x.Retired, Beside: besides(pairs)[slug]}, err
}
