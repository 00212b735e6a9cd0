package find

import (
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
)

const (
	pageLength   = 20
	excerptChars = 220
	fewFound     = 3 // with fewer another way of writing is looked for
)

// How often a minute somebody searches. A search costs much more than a page; a network can
// be a hostel. Both are ours.
const (
	perPerson  = 30
	perNetwork = 60
)

// KeyLasts is how long after its day the key of a day is kept: a search that is open
// over midnight can go on.
const KeyLasts = 24 * time.Hour

// VisitLasts is how long after it was typed a visitor's search opens. A browser that is left
// open on a shared device is still the same visit.
const VisitLasts = 2 * time.Hour

// Asked is what somebody looks for. It is written small, since it travels sealed in an
// address.
type Asked struct {
	Words string        `json:"w"`
	Kind  string        `json:"k,omitempty"` // of a source; "" is any
	Topic string        `json:"t,omitempty"` // a slug of the taxonomy; "" is any
	Since string        `json:"s,omitempty"` // one of Spans; "" is any time
	After search.Cursor `json:"c,omitzero"`
	// At is when it was typed; further pages keep it.
	At moment.Time `json:"a,omitempty"`
}

// Spans are how far back one may look.
func Spans() []string { return []string{"week", "month", "year"} }

// from is the earliest moment of a span; 0 is any.
func from(span string, now moment.Time) moment.Time {
	const day = 24 * time.Hour
	switch span {
	case "week":
		return now.Add(-7 * day)
	case "month":
		return now.Add(-31 * day)
	case "year":
		return now.Add(-366 * day)
	}
	return 0
}

// Validate checks what was typed.
func (q Asked) Validate() error {
	var p fault.Problems
	switch {
	case utf8.RuneCountInString(q.Words) > search.MostTyped:
		p.AddWith("words", "find.error.long", map[string]any{"most": search.MostTyped})
	case !search.Asks(q.Words):
		p.Add("words", "find.error.empty")
	}
	return p.Err()
}

func (q Asked) tidy() Asked {
	q.Words = strings.Join(strings.Fields(q.Words), " ")
	return q
}

// Row is one thing that was found, as it is shown.
type Row struct {
	Kind  string
	Where string
	Href  string
	At    moment.Time
	Title []search.Piece
	Text  []search.Piece
}

// Results are a page of what was found. Its links are sealed for whoever asked.
type Results struct {
	Asked Asked
	Rows  []Row
	Next  string // the sealed next page; "" on the last
	// Whole says that this page is all there is; only then is it counted.
	Whole bool
	// Instead is another way to write it, and InsteadSeal its sealed search.
	Instead, InsteadSeal string
	// Help says that the words ask for it.
	Help bool
}
