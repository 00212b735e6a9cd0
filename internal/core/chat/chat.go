package chat

import (
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
)

// Limits of a conversation.
const (
	MostRunes  = 4000 // characters in one message
	MostKey    = 64   // bytes in a client key
	MostAlias  = 40   // characters of a name in a conversation of many, as of a pseudonym
	PageLength = 50   // messages shown at once
	mostBatch  = 200  // messages read for one catching-up
)

// Retention, from safety.md: guests' conversations 7 days, members' 90 days
// unless they keep them; a deleted one's key lives 24 hours more, so that a
// report or a concern that came first can still be served; the peer who took
// part may read for 24 hours after the end, or until the debrief.
const (
	KeepGuest       = 7 * 24 * time.Hour
	KeepMember      = 90 * 24 * time.Hour
	DestroyAfter    = 24 * time.Hour
	WorkerReadsOnly = 24 * time.Hour
)

// EditWithin is how long own words can be changed. Withdrawing is always possible.
const EditWithin = 15 * time.Minute

// Say is how often one person may send: sixty messages a minute is faster than anybody types.
var saying = access.Rate{Name: "chat.say", Most: 60, Per: time.Minute}

// marking is how often one person may move a read mark: four times a second is
// faster than anybody reads.
var marking = access.Rate{Name: "chat.read", Most: 240, Per: time.Minute}

// Side is how somebody takes part.
type Side string

// The sides. The one who is helped may keep or delete the words.
const (
	Helped  Side = "helped"
	Helper  Side = "helper"
	Company Side = "company" // sits in, seen by both

	Together Side = "together" // one of many, all equal
)

// Kind is what an entry in a conversation is.
type Kind string

// The kinds. Text and Card are somebody's; the others are said by the place
// itself and have no body.
const (
	Text    Kind = "text"
	Began   Kind = "began"
	Ended   Kind = "ended"
	Checked Kind = "checked" // the gentle question after a silence
	Card    Kind = "card"    // something handed over: crisis lines, later a strategy or a group

	Unsafe   Kind = "unsafe"   // the person said that they are not safe
	Answered Kind = "answered" // somebody who looks after it has answered
	Asked    Kind = "asked"    // a supervisor was asked in
	Joined   Kind = "joined"   // somebody came in; the author
	Left     Kind = "left"     // somebody who had come in went; the author
	Passing  Kind = "passing"  // another peer is being asked to go on
	Passed   Kind = "passed"   // another peer goes on; the author

	CallAsked    Kind = "call_asked"    // somebody asks whether they talk by voice; the author
	CallAgreed   Kind = "call_agreed"   // both would like to; the author said yes
	CallDeclined Kind = "call_declined" // they go on writing; the author
)

// Part is one person's part in a conversation.
type Part struct {
	Person      moment.ID
	Side        Side
	JoinedAt    moment.Time
	AccessUntil moment.Time // 0 while open
	ReadSeq     int64
	ReadAt      moment.Time
	FromSeq     int64  // reads what is said after it
	Alias       string // how they are called among many instead of by their name; "" by their name
}

// Conversation is the frame around the words.
type Conversation struct {
	ID          moment.ID
	Kind        string
	Together    bool // of many: Parts holds only the one who asks
	CreatedAt   moment.Time
	ActiveAt    moment.Time
	EndedAt     moment.Time
	LastSeq     int64
	Kept        bool
	KeepUntil   moment.Time
	HiddenAt    moment.Time
	DestroyedAt moment.Time
	Parts       []Part
}

// Open tells whether words can still be added.
func (c Conversation) Open() bool { return c.EndedAt.IsZero() && c.HiddenAt.IsZero() }

// Part gives a person's part.
func (c Conversation) Part(p moment.ID) (Part, bool) {
	for _, x := range c.Parts {
		if x.Person == p {
			return x, true
		}
	}
	return Part{}, false
}

// Other gives whom somebody talks with: the one who is helped has the helper, and
// everybody else the one who is helped.
func (c Conversation) Other(p moment.ID) (Part, bool) {
	me, _ := c.Part(p)
	for _, x := range c.Parts {
		if x.Person != p && (me.Side == Helped && x.Side == Helper || me.Side != Helped && x.Side == Helped) {
			return x, true
		}
	}
	return Part{}, false
}

// Here gives who sits in now.
func (c Conversation) Here() []Part {
	var out []Part
	for _, x := range c.Parts {
		if x.Side == Company && x.AccessUntil.IsZero() {
			out = append(out, x)
		}
	}
	return out
}

// Message is one entry.
type Message struct {
	Conversation moment.ID
	ID           moment.ID // by which it can be reported, among many; "" between two
	Seq          int64     // its place
	Touched      int64     // seq of its latest change
	Kind         Kind
	Author       moment.ID
	Alias        string // how the author was called when they wrote it; "" by their name
	Text         string
	At           moment.Time
	EditedAt     moment.Time
	WithdrawnAt  moment.Time
	Hits         []string  // listed phrases in it, for the helper
	Card         *CardView // what a Card shows, in the reader's language
}

// Draft is what somebody wants to say. Key is made by the sender's device: the
// same key sent twice is stored once.
type Draft struct {
	Key  string
	Text string
}

// Validate cleans the words and checks them.
func (d *Draft) Validate() error {
	var p fault.Problems
	if d.Key == "" || len(d.Key) > MostKey || !plainKey(d.Key) {
		p.Add("key", "chat.error.key")
	}
	text, key := CleanText(d.Text)
	if key != "" {
		p.AddWith("text", key, map[string]any{"most": MostRunes})
	}
	d.Text = text
	return p.Err()
}

func plainKey(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if digit := c >= '0' && c <= '9'; !letter && !digit && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// CleanOptional is CleanText for a field that may be empty, of so many characters at
// most; what is wrong is noted at the field.
func CleanOptional(p *fault.Problems, field, s string, most int) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	s, wrong := CleanText(s)
	switch {
	case wrong == "chat.error.empty":
		return ""
	case wrong != "":
		p.AddWith(field, wrong, map[string]any{"most": MostRunes})
	case len([]rune(s)) > most:
		p.AddWith(field, "chat.error.long", map[string]any{"most": most})
	}
	return s
}

// cleanAlias makes a name in a conversation of many fit to be shown: one line.
func cleanAlias(alias string) (string, error) {
	var p fault.Problems
	alias = strings.Join(strings.Fields(CleanOptional(&p, "alias", alias, MostAlias)), " ")
	return alias, p.Err()
}

// CleanText makes words fit to be said: see prose.Legible. It returns the key of what is
// wrong, if anything.
func CleanText(s string) (string, string) {
	clean, ok := prose.Legible(s)
	switch {
	case !ok:
		return "", "chat.error.encoding"
	case clean == "":
		return "", "chat.error.empty"
	case utf8.RuneCountInString(clean) > MostRunes:
		return clean, "chat.error.long"
	}
	return clean, ""
}

// Topic is the live topic of a conversation.
func Topic(id moment.ID) string { return "chat:" + string(id) }
