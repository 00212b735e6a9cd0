package support

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

// State is where a request stands.
type State string

// The states. The last four are where a request ends.
const (
	Waiting      State = "waiting"
	Offered      State = "offered"
	Talking      State = "talking"
	Held         State = "held" // a place kept for when the service opens
	Ended        State = "ended"
	Withdrawn    State = "withdrawn"
	Alternatives State = "alternatives" // the service closed; what there is meanwhile was shown
	Lapsed       State = "lapsed"       // a held place nobody came back to
)

// Terminal tells whether nothing more will happen to the request.
func (s State) Terminal() bool {
	return s == Ended || s == Withdrawn || s == Alternatives || s == Lapsed
}

// How long things take. The numbers are the service's defaults; product.md and
// safety.md give the rules behind them.
const (
	OfferLasts   = 90 * time.Second // then the next best peer is asked
	WidenAfter   = 60 * time.Second // from the close circle to the wider one
	WidestAfter  = 150 * time.Second
	TruthAfter   = 5 * time.Minute // safety.md: the truth within 5 minutes when limits exclude everyone
	HeldLasts    = 48 * time.Hour
	QuietAsks    = 15 * time.Minute // the gentle question
	QuietEnds    = 60 * time.Minute // silence is not an end: an hour of it, asked once, is
	ProtectLasts = 24 * time.Hour   // safety.md: a block of a guest lasts 24 hours
	NotesLast    = 365 * 24 * time.Hour
	waitsOf      = 14 * 24 * time.Hour // how far back the wait range looks
	fewestWaits  = 5                   // below this no range is shown: it would be a guess
	mostWaits    = 60
)

// Limits of what is typed.
const (
	MostWords  = 1000
	MostNote   = 4000
	MostThanks = 500
)

// How often one person may do things. Asking is rare; changing one's mind is not.
var (
	asking   = access.Rate{Name: "support.ask", Most: 10, Per: 10 * time.Minute}
	changing = access.Rate{Name: "support.change", Most: 60, Per: time.Minute}
)

// Wanted is what the person looks for. Everything is optional.
type Wanted struct {
	Situations []string
	Languages  []string
	Wishes     []string
	Firm       bool
	Distress   int // 1 calm to 5 very distressed; 0 not said
	Words      string
}

// Validate cleans and checks. known holds the slugs of the taxonomy that may be
// chosen, by kind.
func (w *Wanted) Validate(situations, identities map[string]bool) error {
	var p fault.Problems
	w.Situations, w.Wishes = people.Tidy(w.Situations), people.Tidy(w.Wishes)
	w.Languages = people.Tidy(w.Languages)
	if len(w.Situations) > matching.MostSituations || !allIn(w.Situations, situations) {
		p.AddWith("situations", "support.error.situations", map[string]any{"most": matching.MostSituations})
	}
	if len(w.Wishes) > matching.MostWishes || !allIn(w.Wishes, identities) {
		p.AddWith("wishes", "support.error.wishes", map[string]any{"most": matching.MostWishes})
	}
	if len(w.Languages) > matching.MostLanguages || slices.ContainsFunc(w.Languages, func(s string) bool { return len(s) > 16 }) {
		p.Add("languages", "support.error.languages")
	}
	if w.Distress < 0 || w.Distress > 5 {
		p.Add("distress", "support.error.distress")
	}
	w.Words = chat.CleanOptional(&p, "words", w.Words, MostWords)
	return p.Err()
}

func allIn(list []string, known map[string]bool) bool {
	for _, s := range list {
		if !known[s] {
			return false
		}
	}
	return true
}

// Request is somebody asking for somebody.
type Request struct {
	ID           moment.ID
	Person       moment.ID
	State        State
	AskedAt      moment.Time
	LinedUpAt    moment.Time // the place in the line; a held place keeps the time it was asked
	Wanted                   // Words only where the reader may see them
	HasWords     bool
	First        bool   // moved up
	WhyFirst     string // "distress", "phrase", "stopped", "switched", "held"
	HelpShown    bool   // crisis lines were shown to the writer
	Circle       matching.Circle
	NobodyAt     moment.Time // since when nobody on shift fits
	ToldAt       moment.Time // when the person was told so
	ConnectedAt  moment.Time
	ClosedAt     moment.Time
	HeldUntil    moment.Time
	Conversation moment.ID
	Policy       int
}

// CircleAt is how wide to look for somebody who has waited so long.
func CircleAt(waited time.Duration) matching.Circle {
	switch {
	case waited >= WidestAfter:
		return matching.Widest
	case waited >= WidenAfter:
		return matching.Wider
	}
	return matching.Close
}

// nextWidening is when the circle grows again, if it does.
func nextWidening(lined, now moment.Time) (moment.Time, bool) {
	for _, after := range []time.Duration{WidenAfter, WidestAfter} {
		if at := lined.Add(after); at > now {
			return at, true
		}
	}
	return 0, false
}

// OfferState is what became of an offer.
type OfferState string

// The ends of an offer. Gone: the person withdrew, or the shift ended.
const (
	OfferOpen     OfferState = "open"
	OfferAccepted OfferState = "accepted"
	OfferDeclined OfferState = "declined"
	OfferExpired  OfferState = "expired"
	OfferGone     OfferState = "gone"
)

// Offer is a person offered to a peer, with what the two share.
type Offer struct {
	ID        moment.ID
	Request   moment.ID
	Peer      moment.ID
	State     OfferState
	MadeAt    moment.Time
	ExpiresAt moment.Time
	Shared    []string // slugs both show
	Wishes    []string // wishes met that the peer shows
	Language  string
	Handover  moment.ID // set when somebody else would like to hand over
}

// How a conversation ended.
const (
	ByMember   = "member"
	ByPeer     = "peer"
	ByIdle     = "idle"
	BySwitch   = "switch"
	ByKnow     = "know"
	ByProtect  = "protect"
	ByStop     = "stop"
	ByErasure  = "erasure"
	ByHandover = "handover" // somebody else goes on
)

// Contact is a conversation that support led to.
type Contact struct {
	Conversation moment.ID
	Request      moment.ID
	Scope        moment.ID // of the key that seals thanks, debrief and note
	Member       moment.ID
	Peer         moment.ID
	StartedAt    moment.Time
	EndedAt      moment.Time
	EndedHow     string
	Before       int // the distress tap while asking; 0 not said
	After        int
	Helped       []string
	HasThanks    bool
	CheckedAt    moment.Time
	DebriefedAt  moment.Time
	DebriefBy    string // "form" or "talking"
	Heavy        bool
	NoteAt       moment.Time
	Concern      bool // a concern came from it
}

// WhatHelped lists what a person may tap after a conversation; the labels are
// support.helped.<name>.
func WhatHelped() []string {
	return []string{"listened", "understood", "ideas", "calmer", "not_alone", "next_step"}
}

// WaitRange is an honest wait: the middle half of recent waits, in whole minutes.
type WaitRange struct {
	Low, High int
	Known     bool
}

// waitRange draws the range from recent waits, shortest first.
func waitRange(waits []time.Duration) WaitRange {
	if len(waits) < fewestWaits {
		return WaitRange{}
	}
	slices.Sort(waits)
	minutes := func(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }
	low, high := minutes(waits[len(waits)/4]), minutes(waits[len(waits)*3/4])
	return WaitRange{Low: max(low, 1), High: max(high, low, 2), Known: true}
}

// RequestTopic is the live topic of one request.
func RequestTopic(id moment.ID) string { return "support:request:" + string(id) }

// PeerTopic is the live topic of one peer's shift.
func PeerTopic(id moment.ID) string { return "support:peer:" + string(id) }

// QueueTopic tells of every change in the line.
const QueueTopic = "support:queue"
