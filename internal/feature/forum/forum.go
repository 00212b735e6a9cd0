package forum

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
)

// Kind is the kind of a space of the forum, for discussions.
const Kind = "forum"

// Limits. All are ours. Lengths are in characters.
const (
	MostName       = 60
	MostWelcome    = 2000
	MostWords      = 500 // of somebody who asks to join
	MostModerators = 20
	MostSpaces     = 200
)

// Paces of spaces that nobody looks after now, and of asking again.
const (
	slowPace = 10 * time.Minute    // one entry a person in that time
	presence = 30 * time.Minute    // somebody who was in a space so lately counts as there
	askAgain = 30 * 24 * time.Hour // after a no
)

// changing bounds what one person changes here: faster than anybody means it.
var changing = access.Rate{Name: "forum.change", Most: 60, Per: 10 * time.Minute}

// Audience is who reads a space.
type Audience string

// The audiences, the widest first.
const (
	Open      Audience = "open"      // visitors too
	Members   Audience = "members"   // whoever has an account
	Community Audience = "community" // whoever joined
)

// Audiences lists them, the widest first.
func Audiences() []Audience { return []Audience{Open, Members, Community} }

// Joins is how somebody comes into a community.
type Joins string

// The ways in.
const (
	ByPress  Joins = "press"
	ByAsking Joins = "ask"
)

// Alone is what a space does while nobody looks after it.
type Alone string

// What it does.
const (
	Slow Alone = "slow" // one entry a person in a while
	Hold Alone = "hold" // what is new waits until somebody has read it
)

// Draft is what a coordinator says about a space.
type Draft struct {
	Name     string
	Welcome  string // plain text with paragraphs
	Audience Audience
	Joins    Joins // of communities
	HoldNew  bool  // the first that somebody writes here waits until somebody has read it
	Unnamed  bool  // writing without a name is possible
	Pictures bool  // posts can have pictures
	Alone    Alone
}

// Space is a space of the forum.
type Space struct {
	ID   moment.ID
	Wall moment.ID // where its threads are, in discussions
	Draft
	Closed bool // read only
	MadeAt moment.Time
}

// rules are how its threads are kept.
func (s Space) rules() discussion.SpaceRules {
	return discussion.SpaceRules{Anonymous: s.Unnamed, HoldNew: s.HoldNew, Titles: true, Closed: s.Closed, Pictures: s.Pictures}
}

// Validate cleans the words and checks everything.
func (d *Draft) Validate() error {
	var p fault.Problems
	d.Name = strings.Join(strings.Fields(text(&p, "name", d.Name, MostName)), " ")
	if d.Name == "" && len(p) == 0 {
		p.Add("name", "forum.error.name")
	}
	d.Welcome = text(&p, "welcome", d.Welcome, MostWelcome)
	if !slices.Contains(Audiences(), d.Audience) {
		p.Add("audience", "forum.error.choose")
	}
	if d.Joins == "" || d.Audience != Community {
		d.Joins = ByAsking
	}
	if d.Joins != ByPress && d.Joins != ByAsking {
		p.Add("joins", "forum.error.choose")
	}
	if d.Alone != Slow && d.Alone != Hold {
		p.Add("alone", "forum.error.choose")
	}
	return p.Err()
}

// text cleans optional words and notes what is wrong at their field.
func text(p *fault.Problems, field, s string, most int) string {
	if n := utf8.RuneCountInString(s); n > most {
		p.AddWith(field, "forum.error.long", map[string]any{"most": most, "over": n - most})
		return s
	}
	clean, ok := prose.Legible(s)
	if !ok {
		p.Add(field, "forum.error.signs")
		return s
	}
	return clean
}

// wider tells that more people would read a space than those who wrote in it were told.
func wider(was, now Audience) bool {
	return slices.Index(Audiences(), now) < slices.Index(Audiences(), was)
}

// splitParagraphs cuts plain words at empty lines.
func splitParagraphs(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, "\n\n") {
		out = append(out, strings.TrimSpace(part))
	}
	return out
}
