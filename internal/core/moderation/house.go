package moderation

import (
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Limits of the house agreement, ours, in characters; and how many months of the public
// log are shown.
const (
	MostHouse   = 6000
	MostChanged = 1000
	monthsShown = 6
)

// House is how everybody is with each other here, in the service's own words, by
// language.
type House struct {
	Version int
	Words   map[string]string
	Changed map[string]string // what is different from the version before
	At      moment.Time
}

// Validate cleans and checks, at the fields "words.<lang>" and "changed.<lang>". A
// version after the first says what has changed, in each language that it is in.
func (h *House) Validate(first bool) error {
	var p fault.Problems
	words, changed := map[string]string{}, map[string]string{}
	for lang, text := range h.Words {
		if text = plainUpTo(&p, "words."+lang, text, MostHouse); text != "" {
			words[lang] = text
		}
	}
	for lang, text := range h.Changed {
		if text = plainUpTo(&p, "changed."+lang, text, MostChanged); text != "" {
			changed[lang] = text
		}
	}
	if len(p) == 0 && len(words) == 0 {
		p.Add("words", "moderation.error.house")
	}
	for lang := range words {
		if !first && changed[lang] == "" && len(p) == 0 {
			p.Add("changed."+lang, "moderation.error.changed")
		}
	}
	h.Words, h.Changed = words, changed
	return p.Err()
}

// In gives a text in a language, or in the first of those it is in; and in which.
func In(text map[string]string, langs ...string) (words, lang string) {
	for _, l := range langs {
		if text[l] != "" {
			return text[l], l
		}
	}
	return "", ""
}

// Month is a month of the public log.
type Month struct {
	Year   int
	Month  time.Month
	Counts []Count
}

// counted is what the public log counts, in its order.
func counted() []string {
	return []string{"reports", Note, Warn, Label, Hide, Remove, Pause, Ban, "appeals", "lifted"}
}

// monthOf is when the month of an instant began.
func monthOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}
