package moderation

import (
	"slices"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
)

// Limits and times. Keeping is safety.md's "cases 3 years".
const (
	MostWords = 2000
	MostDays  = 365
	GuestMost = 24 * time.Hour // a pause of a guest, unless a lead says longer
	keepFor   = 3 * 365 * 24 * time.Hour
	// smallCell is the count below which the public log gives no number.
	smallCell = 5
	// mostQueued is how many reports, and how many appeals, the queue shows.
	mostQueued = 200
	// mostOfOne is how many reports of one reporter are among them.
	mostOfOne = 20
)

var reporting = access.Rate{Name: "moderation.report", Most: 10, Per: 10 * time.Minute}

// Reasons are why somebody reports something.
func Reasons() []string {
	return []string{"hurtful", "threat", "sexual", "contact", "selling", "not_who", "other"}
}

// What can be decided about a person, mildest first. A ban is kept out for good; noAction is
// that nothing happens to them.
const (
	noAction = "none"
	Note     = "note"
	Warn     = "warn"
	Pause    = "pause"
	Ban      = "ban"
)

// Actions are what can be decided about a person, mildest first.
func Actions() []string { return []string{noAction, Note, Warn, Pause, Ban} }

// What can be decided about a thing, mildest first. Removing hides it now, and destroys
// its words when RemoveAfter is over and nobody has taken the decision back.
const (
	Leave  = "leave"
	Label  = "label"
	Hide   = "hide"
	Remove = "remove"
)

// RemoveAfter is how long what was removed can be brought back. Ours: long enough for an
// appeal and its answer.
const RemoveAfter = 30 * 24 * time.Hour

// Keeping somebody out for good holds at once. What it takes away that could not be given
// back (groups, walks) goes after SettleAfter, and not before an appeal is answered, but
// for SettleMost at most: others wait for it. Ours.
const (
	SettleAfter = 7 * 24 * time.Hour
	SettleMost  = 30 * 24 * time.Hour
)

// claimFor is how long somebody who said that they look at something keeps others from it.
const claimFor = 24 * time.Hour

// claimWords is how long it does with what is held for its words. Whoever looks may fall
// asleep over it, and somebody may be saying goodbye. Ours.
const claimWords = 15 * time.Minute

// Things lists what can be decided about a thing.
func Things() []string { return []string{Leave, Label, Hide, Remove} }

// isHeavy tells which reports weigh on whoever reads them, as a heavy contact does.
func isHeavy(reason string) bool { return weight(reason) < plainWeight }

// plainWeight is the weight of a reason that is none of the heavy ones.
const plainWeight = 2

// weight orders the queue by reason, the heaviest lowest, as openReports does.
func weight(reason string) int {
	switch reason {
	case "threat":
		return 0
	case "sexual":
		return 1
	}
	return plainWeight
}

// Report is something that somebody reported.
type Report struct {
	ID        moment.ID
	Kind      string
	Object    moment.ID
	About     moment.ID
	Reason    string
	Scope     moment.ID
	State     string // "open", "claimed", "closed"
	ClaimedBy moment.ID
	ClaimedAt moment.Time
	At        moment.Time
	ClosedAt  moment.Time
	Outcome   string
	Words     string
	Excerpt   string
	// Anonymous: it was written without a name, which nobody here sees before
	// RevealedAt.
	Anonymous  bool
	RevealedAt moment.Time
	reporter   moment.ID // decides who may not handle it; leaves the package nowhere
}

// Unnamed tells that whoever handles the report does not know whom it is about.
func (r Report) Unnamed() bool { return r.Anonymous && r.RevealedAt.IsZero() }

// Nobody tells that nobody here wrote what was reported: it was brought, and the report is
// about the words alone.
func (r Report) Nobody() bool { return r.Kind != profileKind && r.About == r.Object }

// Action is what was decided about a person.
type Action struct {
	ID       moment.ID
	Report   moment.ID
	About    moment.ID
	What     string // one of Actions, or of Things
	Kind     string // of what was reported
	Reason   string
	Undone   string // why it was taken back without an appeal; the person reads it
	Scope    moment.ID
	By       moment.ID
	At       moment.Time
	Until    moment.Time // 0 for good
	LiftedAt moment.Time
	Appeal   *Appeal
	// Route is who would decide an appeal, for whoever may appeal.
	Route   Route
	Partner string // who outside decides appeals, for whom it is about; "" when nobody does
	unnamed bool   // decided on a report that shows no name
	detail  string // how the thing stood before, or the labels that were put on
}

// Holds tells whether a pause or ban keeps the person out now.
func (a Action) Holds(now moment.Time) bool {
	return (a.What == Pause || a.What == Ban) && a.LiftedAt.IsZero() && (a.Until.IsZero() || now < a.Until)
}

// Appeal is the person's answer to an action.
type Appeal struct {
	At        moment.Time
	Words     string
	DecidedAt moment.Time
	Upheld    bool // the action stands
	Route     Route
	Answer    string
}

// Draft is what somebody reports. With Profile it is about the name and what somebody
// says of themselves, seen beside the object.
type Draft struct {
	Kind    string
	Object  moment.ID
	Profile bool
	Reason  string
	Words   string
}

// Validate cleans and checks.
func (d *Draft) Validate() error {
	var p fault.Problems
	if !slices.Contains(Reasons(), d.Reason) {
		p.Add("reason", "moderation.error.reason")
	}
	d.Words = plain(&p, "words", d.Words)
	return p.Err()
}

// Decision is what a moderator decides: about the person, and about the thing.
type Decision struct {
	What   string
	Thing  string   // "" is Leave
	Labels []string // for Label
	Days   int      // of a pause
	Reason string
}

// touches tells that the decision does something that its person reads of.
func (d Decision) touches() bool { return d.What != noAction || d.Thing != Leave }

// Validate cleans and checks. Whatever touches the person needs a reason that they read.
func (d *Decision) Validate() error {
	var p fault.Problems
	if !slices.Contains(Actions(), d.What) {
		p.Add("what", "moderation.error.what")
	}
	if d.Thing == "" {
		d.Thing = Leave
	}
	if !slices.Contains(Things(), d.Thing) {
		p.Add("thing", "moderation.error.what")
	}
	if d.Thing == Label && len(d.Labels) == 0 {
		p.Add("labels", "moderation.error.labels")
	}
	if d.What == Pause && (d.Days < 1 || d.Days > MostDays) {
		p.AddWith("days", "moderation.error.days", map[string]any{"most": MostDays})
	}
	d.Reason = plain(&p, "reason", d.Reason)
	if d.touches() && d.Reason == "" && len(p) == 0 {
		p.Add("reason", "moderation.error.say_why")
	}
	return p.Err()
}

func plain(p *fault.Problems, field, s string) string { return plainUpTo(p, field, s, MostWords) }

func plainUpTo(p *fault.Problems, field, s string, most int) string {
	clean, ok := prose.Legible(s)
	if !ok {
		p.Add(field, "moderation.error.signs")
		return s
	}
	if utf8.RuneCountInString(clean) > most {
		p.AddWith(field, "moderation.error.long", map[string]any{"most": most})
	}
	return clean
}

// Count is a line of the public log.
type Count struct {
	What string // "reports", an action, "appeals", "lifted"
	N    int
	Few  bool // fewer than five: no number is given
}

// small hides small numbers, from which somebody could be known.
func small(what string, n int) Count {
	if n > 0 && n < smallCell {
		return Count{What: what, Few: true}
	}
	return Count{What: what, N: n}
}

// Topic is the live topic of the queue.
const Topic = "moderation"

// queuePath is where the queue stands.
const queuePath = "/moderation"

// secondPath begins the addresses of links to a partner.
const secondPath = "/second"

// looking bounds how long reading an appeal counts: it waits for days, nobody reads for days.
const looking = 15 * time.Minute
