package mentoring

import (
	"slices"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Numbers of the service, each with its reason.
const (
	// MostPlaces is the hard limit of how many people one peer walks with: 15 for
	// each peer (North Carolina, Clinical Coverage Policy 8G; field.md 3.3).
	MostPlaces = 15
	// UsualPlaces is what a peer who says nothing else takes: a third of the limit,
	// so that a beginning is small. Ours.
	UsualPlaces = 5
	// MostSuggested is how many peers are suggested at a time.
	MostSuggested = 3
	// TrialContacts is how often two people meet before they say whether to go on
	// (field.md 4, opportunity 3).
	TrialContacts = 2
	// AnswerWithin is how long somebody who was asked has time to say yes or no;
	// after it the asker is told and can go on. Ours.
	AnswerWithin = 72 * time.Hour
	// BackWithin is how long after a good ending the way back to the same peer is
	// open. Ours.
	BackWithin = 180 * 24 * time.Hour
	// NotesLast is how long after the end the key of a walk is kept (safety.md:
	// notes 1 year).
	NotesLast = 365 * 24 * time.Hour

	mostWords = 2000
	mostPlace = 300
	mostWalks = 3 // of one member at a time
)

// Rates keep a broken or hostile device from filling tables; nobody who lives
// their life meets them.
var (
	seeking  = access.Rate{Name: "mentoring.seek", Most: 30, Per: time.Hour}
	changing = access.Rate{Name: "mentoring.change", Most: 120, Per: time.Hour}
)

// SeekState is where a search stands.
type SeekState string

// The states of a search.
const (
	SeekOpen      SeekState = "open"
	SeekMet       SeekState = "met" // a walk began, or is asked for
	SeekWithdrawn SeekState = "withdrawn"
)

// Wanted is what somebody says when they look for a peer.
type Wanted struct {
	Situations []string // what it is about, of the taxonomy
	Wishes     []string // who the peer should be, as wished
	Firm       bool     // wishes never give way
	Dial       int      // 0: the best fit, however long it takes; 100: as soon as possible (matching.Seek)
	Words      string   // for the peer who is asked
}

// Validate checks a wish against the taxonomy.
func (w *Wanted) Validate(situations, identities map[string]bool) error {
	var p fault.Problems
	w.Situations, w.Wishes = people.Tidy(w.Situations), people.Tidy(w.Wishes)
	if len(w.Situations) > matching.MostSituations || !allIn(w.Situations, situations) {
		p.AddWith("situations", "mentoring.error.situations", map[string]any{"most": matching.MostSituations})
	}
	if len(w.Wishes) > matching.MostWishes || !allIn(w.Wishes, identities) {
		p.AddWith("wishes", "mentoring.error.wishes", map[string]any{"most": matching.MostWishes})
	}
	if w.Dial < 0 || w.Dial > 100 {
		p.Add("dial", "mentoring.error.dial")
	}
	w.Words = chat.CleanOptional(&p, "words", w.Words, mostWords)
	return p.Err()
}

func allIn(list []string, known map[string]bool) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !known[s] })
}

// need is clean for words that must be there.
func need(p *fault.Problems, field, s string, most int) string {
	before := len(*p)
	if s = chat.CleanOptional(p, field, s, most); s == "" && len(*p) == before {
		p.Add(field, "mentoring.error.words")
	}
	return s
}

// Seek is somebody's search for a peer.
type Seek struct {
	ID     moment.ID
	Person moment.ID
	State  SeekState
	Wanted
	HasWords bool
	First    bool // before others who wait: they were left by a peer
	MadeAt   moment.Time
	ClosedAt moment.Time
}

// Suggestion is a peer who was suggested.
type Suggestion struct {
	ID    moment.ID
	Seek  moment.ID
	Peer  moment.ID
	Place int // 1 is the best
	Why   []matching.Reason
	State string // "open", "chosen", "passed", "gone"
	At    moment.Time
}

// Taker is a peer who walks with people.
type Taker struct {
	Person    moment.ID
	Taking    bool
	Places    int // how many at most, 0 to MostPlaces
	Walks     int // how many are asked of them or run
	AwayUntil moment.Time
}

// Room is how many more they take now.
func (t Taker) Room(now moment.Time) int {
	if !t.Taking || now < t.AwayUntil {
		return 0
	}
	return max(0, min(t.Places, MostPlaces)-t.Walks)
}
