package discussion

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
)

// Limits. All are ours. Lengths are in characters.
const (
	MostWords   = 4000 // of a post
	MostComment = 2000
	MostTitle   = 120
	MostReason  = 1000
	MostTopics  = 5
	MostPinned  = 3
	MostPage    = 50 // posts on one page
	PageLength  = 20
	threadPage  = 50 // comments on one page
	firstShown  = 3  // comments below a post on a wall
	mostKey     = 64
	excerptMost = 30 // comments that a report takes with it
)

// revealLasts is how long whoever looked a name up goes on seeing it.
const revealLasts = 24 * time.Hour

// How often one person may do things. Faster than anybody writes who means it.
var (
	posting  = access.Rate{Name: "discussion.post", Most: 20, Per: 10 * time.Minute}
	changing = access.Rate{Name: "discussion.change", Most: 60, Per: 10 * time.Minute}
	reacting = access.Rate{Name: "discussion.react", Most: 60, Per: time.Minute}
)

// SpaceRules are how a space is kept.
type SpaceRules struct {
	Anonymous bool // posting without a name is possible
	HoldNew   bool // what somebody writes here is held until a keeper has released something of theirs
	Closed    bool // read only
	Titles    bool // posts are asked for a title
	Pictures  bool // posts and comments can have pictures, and those they have are shown
}

// Space is a place where people post.
type Space struct {
	ID        moment.ID
	Kind      string    // "group"; who brings it plugs in an Owner for it
	Owner     moment.ID // of what it belongs to
	Rules     SpaceRules
	CreatedAt moment.Time
}

// Stand is how somebody stands to a space.
type Stand struct {
	Name, Href string // of what the space belongs to, for headings and the way back
	See, Write bool
	Keep       bool          // may hide, release, label and pin
	Readers    string        // who can see what is written here, in the reader's language
	Slow       time.Duration // nobody looks after it now: one entry a person in that time; 0 for no limit
	Hold       bool          // nobody looks after it now: whatever is new waits until somebody has read it
	Threads    bool          // posts are threads: each has a title and a page, words may have simple marks, readers follow and keep drafts
	Public     bool          // visitors read it too, so that reading it is nobody's secret: it is not in the audit
}

// State is how an entry stands.
type State string

// The states. Held and Hidden are seen by the author and keepers only; of what is
// Withdrawn the place stays when there are comments.
const (
	Open      State = "open"
	Held      State = "held"
	Hidden    State = "hidden"
	Withdrawn State = "withdrawn"
)

// Why is why an entry is held or hidden.
type Why string

// The reasons.
const (
	ForWords  Why = "words"  // a listed phrase stands in it
	ForNew    Why = "new"    // the first that somebody writes here, or written while nobody was here to read it
	ForKeeper Why = "keeper" // a keeper decided
)

// Reach is as what somebody was told that words are held which may be a goodbye.
type Reach string

// The reaches. ByNobody: all who could read it know that it waits, and none was asked at once.
const (
	ByNobody Reach = ""
	OnDuty   Reach = "duty" // whoever leads now
	OnCall   Reach = "call" // nobody does, and somebody is on call
	ByMore   Reach = "more" // nobody had opened it, and more people were told
)

// Kinds of reactions, in their settled order.
const (
	BeenThere = "been_there"
	WithYou   = "with_you"
	ThankYou  = "thank_you"
)

// Reactions lists the kinds.
func Reactions() []string { return []string{BeenThere, WithYou, ThankYou} }

// Entry is a post or a comment. Its author is known to this package only.
type Entry struct {
	ID        moment.ID
	Space     moment.ID
	Post      moment.ID // of which it is a comment; "" for a post
	Anonymous bool
	Alias     int // within the thread, of somebody without a name
	Title     string
	Words     string
	Version   int // 0 until it is changed
	Quotes    moment.ID
	Topics    []string
	State     State
	Why       Why // of what is withdrawn: why it was held or hidden then
	Reason    string
	Pinned    bool
	Moderated bool // of what is hidden: moderation did, and keepers do not release it
	At        moment.Time
	ActiveAt  moment.Time // of a post: when something was last added that everybody sees
	ChangedAt moment.Time
	StateAt   moment.Time
	Comments  int // open ones
	Counts    map[string]int
	Brought   bool   // it came from somewhere else, and nobody here wrote it
	Label     string // of what was brought: who wrote it there, as its file calls them; may be ""

	author moment.ID
	lead   moment.ID       // who was last told of it as whoever leads, while it is held for its words; "" when nobody was
	reach  Reach           // as what they were told
	opened moment.Time     // when one of those who may release it first opened it
	unread moment.Time     // since when it waits for that; none when nobody else would be told
	told   bool            // those who follow were told, or will be
	fixed  map[string]bool // topics that moderation keeps on it, each with whether its author had put it there
}

// whyHidden is why an entry is hidden when somebody hides it. That its words were held is
// kept: what they may mean is not over for their author.
func (e Entry) whyHidden() Why {
	if e.State == Held && e.Why == ForWords {
		return ForWords
	}
	return ForKeeper
}

// Thread gives the post that an entry belongs to: itself, for a post.
func (e Entry) Thread() moment.ID {
	if e.Post == "" {
		return e.ID
	}
	return e.Post
}

// worries tells that the entry waits to be read because it may be a goodbye.
func (e Entry) worries() bool { return e.State == Held && e.Why == ForWords }

// wasTaken tells that the entry was taken back while it was held for its words, by
// somebody who is still here.
func (e Entry) wasTaken() bool { return e.State == Withdrawn && e.Why == ForWords && e.author != "" }

// wasLeft tells that the entry was held for its words, and that whoever wrote it has left.
func (e Entry) wasLeft() bool {
	return e.State == Withdrawn && e.Why == ForWords && e.author == "" && !e.Brought
}

// Draft is what somebody wants to post. Key is made by the form: the same key
// sent twice is one entry; "" is always a new one. Quotes names a comment of the
// same thread.
type Draft struct {
	Key       string
	Title     string
	Words     string
	Anonymous bool
	Quotes    moment.ID
	Pictures  []Upload // up to MostPictures
}

// Validate cleans the words and checks them, for a post or a comment.
func (d *Draft) Validate(comment bool) error {
	var p fault.Problems
	most := MostWords
	if comment {
		most, d.Title = MostComment, ""
	}
	d.Words = cleanWords(&p, d.Words, most)
	d.Title = cleanLine(&p, "title", d.Title, MostTitle)
	d.checkPictures(&p)
	if d.Key == "" {
		d.Key = string(moment.NewID())
	}
	if len(d.Key) > mostKey || strings.ContainsFunc(d.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		p.Add("key", "discussion.error.key")
	}
	return p.Err()
}

// cleanWords takes out what shows nothing or turns the reading direction, and
// notes what is wrong at the field "words".
func cleanWords(p *fault.Problems, s string, most int) string {
	if n := utf8.RuneCountInString(s); n > most {
		// Said before anything else, so that a long paste is not told to be something else.
		p.AddWith("words", "discussion.error.long", map[string]any{"most": most, "over": n - most})
		return s
	}
	clean, ok := prose.Legible(s)
	switch {
	case !ok:
		p.Add("words", "discussion.error.signs")
		return s
	case clean == "":
		p.Add("words", "discussion.error.empty")
		return s
	}
	return clean
}

// cleanLine is an optional text on one line.
func cleanLine(p *fault.Problems, field, s string, most int) string {
	if n := utf8.RuneCountInString(s); n > most {
		p.AddWith(field, "discussion.error.long", map[string]any{"most": most, "over": n - most})
		return s
	}
	clean, ok := prose.Legible(s)
	if !ok {
		p.Add(field, "discussion.error.signs")
		return s
	}
	return strings.Join(strings.Fields(clean), " ")
}

// cleanReason is why a keeper did something; the author reads it.
func cleanReason(s string) (string, error) {
	var p fault.Problems
	clean, ok := prose.Legible(s)
	switch n := utf8.RuneCountInString(s); {
	case n > MostReason:
		p.AddWith("reason", "discussion.error.long", map[string]any{"most": MostReason, "over": n - MostReason})
	case !ok:
		p.Add("reason", "discussion.error.signs")
	case clean == "":
		p.Add("reason", "discussion.error.reason")
	}
	return clean, p.Err()
}

// stateFor is how something new begins. alone tells that nobody looks after the space
// now and that it holds everything until then.
func stateFor(phrase, newcomer, alone bool, rules SpaceRules, keep bool) (State, Why) {
	switch {
	case phrase:
		return Held, ForWords
	case (alone || rules.HoldNew && newcomer) && !keep:
		return Held, ForNew
	}
	return Open, ""
}

// stateAfterEdit is how an entry stands after its words were changed: what was
// held stays held, and a phrase holds whatever was open.
func stateAfterEdit(e Entry, phrase bool) (State, Why) {
	if phrase {
		return Held, ForWords
	}
	return e.State, e.Why
}

// waitFor is how long somebody waits before they may write again; last is when
// they did, zero for never.
func waitFor(slow time.Duration, last, now moment.Time) time.Duration {
	if slow <= 0 || last.IsZero() {
		return 0
	}
	return max(slow-now.Sub(last), 0)
}

// tidyTopics holds labels to what can be chosen.
func tidyTopics(topics []string, choosable map[string]bool) ([]string, error) {
	var p fault.Problems
	out := []string{}
	for _, t := range topics {
		if !choosable[t] {
			return nil, fault.New(fault.Invalid, "discussion.error.topic")
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	if len(out) > MostTopics {
		p.AddWith("topics", "discussion.error.topics", map[string]any{"most": MostTopics})
	}
	slices.Sort(out)
	return out, p.Err()
}

// Topic is the live topic of a space.
func Topic(space moment.ID) string { return "space:" + string(space) }
