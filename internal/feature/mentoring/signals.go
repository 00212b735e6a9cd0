package mentoring

import (
	"time"

	"cairn/internal/kit/moment"
)

// SignalKind is what is noticed.
type SignalKind string

// The signals, from field.md 3.3: contacts against the charter, attempts outside
// the hours, meetings that grow longer, one source of support only.
const (
	MoreContacts SignalKind = "more"    // more meetings a week than agreed
	OutsideHours SignalKind = "outside" // wished to talk outside the hours
	GrowsLonger  SignalKind = "longer"  // the last meetings lasted longer than agreed
	OnlySource   SignalKind = "only"    // the member's own answer: there is nobody else
	Quiet        SignalKind = "quiet"   // no meeting for a while
)

// Signal is something that both see, with the numbers it was computed from. It is
// an occasion to talk: it stops nothing and nobody else sees it.
type Signal struct {
	Kind   SignalKind
	Is     int // what was counted: meetings, attempts, minutes or days
	Agreed int // what the charter says, or what is usual
}

// When something is worth saying. All ours.
const (
	signalSpan     = 28 * 24 * time.Hour
	outsideMost    = 2  // attempts in four weeks
	longerOf       = 3  // of the last meetings
	longerBy       = 25 // percent over what was agreed
	quietFor       = 28 * 24 * time.Hour
	onlyOne        = "only" // the answer to "whom else can you turn to"
	weeksInTheSpan = 4
)

// happened is what signals are computed from.
type happened struct {
	now      moment.Time
	terms    Terms
	began    moment.Time
	sessions []Session // held, oldest first
	outside  []moment.Time
	others   string // the member's latest answer
}

// signals computes what is noticed, from the charter and what happened alone.
func signals(h happened) []Signal {
	var out []Signal
	since := h.now.Add(-signalSpan)
	recent, last := 0, h.began
	for _, s := range h.sessions {
		if s.StartsAt >= since {
			recent++
		}
		last = max(last, s.StartsAt)
	}
	if agreed := h.terms.PerWeek * weeksInTheSpan; recent > agreed {
		out = append(out, Signal{MoreContacts, recent, agreed})
	}
	attempts := 0
	for _, at := range h.outside {
		if at >= since {
			attempts++
		}
	}
	if attempts > outsideMost {
		out = append(out, Signal{OutsideHours, attempts, outsideMost})
	}
	if mean, ok := lately(h.sessions); ok && mean*100 > h.terms.Minutes*(100+longerBy) {
		out = append(out, Signal{GrowsLonger, mean, h.terms.Minutes})
	}
	if h.others == onlyOne {
		out = append(out, Signal{Kind: OnlySource})
	}
	if !last.IsZero() && h.now.Sub(last) > quietFor {
		out = append(out, Signal{Quiet, int(h.now.Sub(last) / (24 * time.Hour)), int(quietFor / (24 * time.Hour))})
	}
	return out
}

// lately is how long the last meetings lasted on average, in minutes.
func lately(held []Session) (mean int, ok bool) {
	if len(held) < longerOf {
		return 0, false
	}
	sum := 0
	for _, s := range held[len(held)-longerOf:] {
		sum += s.Lasted
	}
	return sum / longerOf, true
}
