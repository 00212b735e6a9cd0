package safety

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// CaseKind is what a case is about.
type CaseKind string

// The kinds. Mandatory is what the law of a place makes somebody report; a
// supervisor opens it, with the place's text standing in the policy.
const (
	KindConcern   CaseKind = "concern"
	KindSelf      CaseKind = "self" // "I'm not safe right now"
	KindMandatory CaseKind = "mandatory"
)

// Level is how pressing it is, as people say it. Software never sets it.
type Level int

// The levels.
const (
	Worried  Level = 1 // something is wrong
	Pressing Level = 2 // tonight
	Danger   Level = 3 // now
)

// CaseState is where a case stands.
type CaseState string

// The states. Climbing: nobody has said "I have it" yet. Held: somebody has.
const (
	Climbing CaseState = "climbing"
	InHand   CaseState = "held"
	Closed   CaseState = "closed"
)

// Limits of what is typed.
const (
	MostConcern  = 2000
	MostContact  = 80
	MostContacts = 5
)

// Times that are not the service's to change; the reasons are safety.md's.
const (
	// AloneAfter is how long one waits for a second person in imminent danger.
	AloneAfter = 3 * time.Minute
	// ReviewAfter is when a step taken alone is looked at by somebody else: the next day.
	ReviewAfter = 24 * time.Hour
	// ShownAfter is when the member can read their timeline at the latest.
	ShownAfter = 24 * time.Hour
	// MostHidden is how long an entry can be kept from the member before two
	// people look at it again.
	MostHidden = 30 * 24 * time.Hour
	// CasesLast is how long a closed case is kept (safety.md).
	CasesLast = 3 * 365 * 24 * time.Hour
)

// Case is one concern.
type Case struct {
	ID         moment.ID
	Kind       CaseKind
	Level      Level
	State      CaseState
	Member     moment.ID
	RaisedBy   moment.ID
	RaisedAs   string    // "member", "peer", "lead", "supervisor"
	Place      moment.ID // the conversation it came from, if any
	Scope      moment.ID
	Owner      moment.ID
	Round      int
	Rung       Rung
	Due        moment.Time // when the next thing happens if nobody acts
	OpenedAt   moment.Time
	AnsweredAt moment.Time
	AnsweredBy moment.ID
	ShownAt    moment.Time // from when the member reads the timeline
	ClosedAt   moment.Time
	Outcome    string
	FollowUp   bool
	Entries    int
}

// Open tells whether the case is running.
func (c Case) Open() bool { return c.State != Closed }

// Entry is a line of a timeline.
type Entry struct {
	Case        moment.ID
	Seq         int
	At          moment.Time
	Person      moment.ID // "" for software
	Role        string    // as whom: "peer", "lead", "supervisor", "member", "system"
	Kind        string    // the message safety.entry.<kind>
	Detail      string    // a word that belongs to the kind, such as the rung or the outcome
	Words       string    // opened
	HiddenUntil moment.Time
	HiddenBy    moment.ID
	HiddenWhy   string
	Second      moment.ID // who agreed that it stays hidden
}

// Hidden tells whether the member may not read the entry yet: two people said so.
func (e Entry) Hidden(now moment.Time) bool { return e.Second != "" && now < e.HiddenUntil }

// NoteKinds are the steps a worker writes down. Those about consent begin the
// ladder: ask first, go together, tell them before acting.
func NoteKinds() []string {
	return []string{"talked", "asked", "agreed", "refused", "contact_called", "referred", "away", "note"}
}

// ActKinds are steps without consent; each needs two people.
func ActKinds() []string { return []string{"emergency", "contact", "professional", "other"} }

// Outcomes are how a case may close.
func Outcomes() []string {
	return []string{"safe", "plan", "with_others", "professional", "emergency", "no_contact", "mistaken"}
}

// Raised is what somebody says when they raise a concern.
type Raised struct {
	Level Level
	Words string
	Place moment.ID
}

// Validate cleans and checks. Words are the worker's own, and the member reads
// them: they may be empty for somebody's own "I'm not safe", never for others.
func (r *Raised) Validate(self bool) error {
	var p fault.Problems
	if r.Level < Worried || r.Level > Danger {
		p.Add("level", "safety.error.level")
	}
	r.Words = cleanWords(&p, "words", r.Words)
	if !self && r.Words == "" && len(p) == 0 {
		p.Add("words", "safety.error.words")
	}
	return p.Err()
}

// readable makes words fit to be kept: what cannot be kept is left out.
func readable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), ""))
	if runes := []rune(strings.TrimSpace(s)); len(runes) > MostConcern {
		return string(runes[:MostConcern])
	}
	return strings.TrimSpace(s)
}

// cleanWords trims and bounds what was written in a case.
func cleanWords(p *fault.Problems, field, s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }):
		p.Add(field, "safety.error.characters")
	case utf8.RuneCountInString(s) > MostConcern:
		p.AddWith(field, "safety.error.long", map[string]any{"most": MostConcern})
	}
	return s
}

// Act is a step without consent.
type Act struct {
	ID         moment.ID
	Case       moment.ID
	What       string
	Person     moment.ID
	At         moment.Time
	Second     moment.ID
	SecondAt   moment.Time
	Agreed     bool
	DoneAt     moment.Time
	DoneBy     moment.ID
	Alone      bool
	DroppedAt  moment.Time
	ReviewDue  moment.Time
	ReviewedAt moment.Time
	ReviewedBy moment.ID
}

// Open tells whether the act waits for being done or dropped.
func (a Act) Open() bool { return a.DoneAt.IsZero() && a.DroppedAt.IsZero() }

// Wish is what somebody wrote for the time when others worry about them.
type Wish struct {
	Ask, Call, Avoid string
	Contacts         []Confidant
	ChangedAt        moment.Time
}

// Empty tells whether nothing was written.
func (w Wish) Empty() bool {
	return w.Ask == "" && w.Call == "" && w.Avoid == "" && len(w.Contacts) == 0
}

// Confidant is somebody the person trusts.
type Confidant struct {
	Name    string `json:"name"`
	Phone   string `json:"phone"`
	Who     string `json:"who"` // "my sister"
	MayCall bool   `json:"may_call"`
}

// Validate cleans and checks. Contacts without a name and a number fall away.
func (w *Wish) Validate() error {
	var p fault.Problems
	w.Ask, w.Call, w.Avoid = cleanWords(&p, "ask", w.Ask), cleanWords(&p, "call", w.Call), cleanWords(&p, "avoid", w.Avoid)
	var kept []Confidant
	for _, c := range w.Contacts {
		c.Name, c.Phone, c.Who = strings.TrimSpace(c.Name), strings.TrimSpace(c.Phone), strings.TrimSpace(c.Who)
		switch {
		case c.Name == "" && c.Phone == "" && c.Who == "":
			continue
		case c.Name == "" || c.Phone == "":
			p.Add("contacts", "safety.error.contact")
		case max(len(c.Name), len(c.Phone), len(c.Who)) > MostContact || !dialable(c.Phone):
			p.AddWith("contacts", "safety.error.contact_form", map[string]any{"most": MostContact})
		}
		kept = append(kept, c)
	}
	w.Contacts = kept
	if len(kept) > MostContacts {
		p.AddWith("contacts", "safety.error.contacts", map[string]any{"most": MostContacts})
	}
	return p.Err()
}

// dialable: digits, spaces and what stands in written telephone numbers.
func dialable(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune(" +-()./#*", r):
			return false
		}
	}
	return digits >= 3
}

// rates of writing in cases. Raising has none: safety is never refused for haste.
var writing = access.Rate{Name: "safety.write", Most: 60, Per: time.Minute}

// CaseTopic is the live topic of one case.
func CaseTopic(id moment.ID) string { return "safety:case:" + string(id) }

// CasesTopic tells of every change of a running case.
const CasesTopic = "safety:cases"

func known(list []string, s string) bool { return slices.Contains(list, s) }

// Place is what stands around a conversation or a request that a concern comes from.
type Place struct {
	ID     moment.ID
	Member moment.ID
	Worker moment.ID   // who talks with them; "" before somebody does
	Beside []moment.ID // who else does: several can hold a room
	Ended  bool
	Path   string // where it stands; "" for a conversation
}

// Href is where a place stands.
func (p Place) Href() string {
	if p.Path != "" {
		return p.Path
	}
	return "/talk/" + string(p.ID)
}

// Talks tells whether somebody talks with the person of a place.
func (p Place) Talks(person moment.ID) bool {
	return person != "" && (p.Worker == person || slices.Contains(p.Beside, person))
}
