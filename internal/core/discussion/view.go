package discussion

import (
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
	"cairn/internal/kit/web"
)

// Who is an author as a page may show them.
type Who struct {
	Person moment.ID // only of somebody who wrote with their name
	Name   string    // "" for somebody who has left
	Before bool      // it was written somewhere else, by somebody whom its file calls Name
	Alias  int       // more than 0: wrote without a name, and is this number in the thread
	Seed   string    // of the stone beside the words; of somebody without a name it belongs to the thread alone
	Mine   bool      // the viewer's own
	Left   bool      // they have left; nobody is named
}

// Label is a topic in the reader's language.
type Label struct {
	Slug, Text string
	Fixed      bool // a decision of moderation keeps it there
}

// Quote is what a comment answers. Shown is false when it is not there for the viewer.
type Quote struct {
	Shown bool
	Who   Who
	Words string
	HTML  string // the words with their marks, where a space has them
}

// May is what the viewer can do with an entry.
type May struct {
	Edit, Withdraw, React, Hide, Release, Label, Pin, Comment, Quote, Report, Reveal, History bool
}

// Shown is an entry as one viewer may see it.
type Shown struct {
	ID, Space, Post moment.ID
	Who             Who
	Title, Words    string
	Marked          bool   // the words may have simple marks
	HTML            string // the words with their marks then
	Pictures        []Pictured
	Unasked         bool // the viewer has pictures shown unasked
	At              moment.Time
	ActiveAt        moment.Time // of a post: when something was last added
	Unread          bool        // of a thread in a list: something is new since the viewer read it
	Rather          []string    // labels among its topics that the viewer would rather not meet unasked
	Changed         bool
	State           State
	Why             Why
	Since           moment.Time // of the state
	Reason          string      // for the author and keepers
	Moderated       bool        // hidden by moderation: its author can ask for another look
	Reach           Reach       // as what somebody was told of it, while it is held for its words
	Pinned          bool
	Topics          []Label
	Comments        int // that the viewer would meet
	Counts          map[string]int
	Reacted         map[string]bool
	Quoted          *Quote
	May             May
	First           []Shown    // the first comments, on a wall
	Reveals         []Revealed // for the author: who looked the name up
	Known           string     // the name, for whoever has just looked it up
}

// Revealed is that somebody looked up who wrote an entry.
type Revealed struct {
	At     moment.Time
	Reason string
}

// Older is what stood in an entry before a change.
type Older struct {
	At    moment.Time
	Words string
}

// SpaceView is a page of a space. What is typed and wrong belongs to its form.
type SpaceView struct {
	Space Space
	Stand Stand
	Posts []Shown
	// Next is where the page after this one begins; "" when there is none.
	Next string
	// First tells that this is the beginning; only that is kept up to date.
	First bool
	// Writing tells whether there is a form; NotWhy is the key of why not.
	Writing bool
	NotWhy  string
	// Back is where the reader comes back to after a form; "" is the space's own page.
	Back  string
	Typed Draft
	Err   error
	Heavy bool // a listed phrase stands in what was typed and not sent
	Lines []web.CrisisLine
	// Follows tells that the viewer is told of new threads; Kept is what they have begun
	// to write and not sent. Only of spaces with threads.
	Follows bool
	Kept    *Kept
	Drafts  bool // what is typed can be kept here
}

// Kept is what somebody has begun to write and not sent.
type Kept struct {
	Draft
	At   moment.Time
	Help bool // a listed phrase stands in it: crisis help is shown with it
	// Dropped tells that pictures were chosen with it just now, which are not kept.
	Dropped bool
}

// Thread is a post with comments.
type Thread struct {
	Space    Space
	Stand    Stand
	Post     Shown
	Comments []Shown
	Next     moment.ID // the first comment of the next page; "" when there is none
	Earlier  bool      // there are comments before the first one shown
	// Alone: an entry for somebody who sees nothing else of the space: their own, or
	// one that is held, or was when it was taken back, for whoever leads.
	Alone   bool
	NotWhy  string // the key of why the viewer cannot comment; "" when they can
	Unnamed bool   // the viewer wrote in this thread without a name
	Follows bool   // the viewer is told of what is new in it
	Known   bool   // the viewer has an account
	Kept    *Kept  // what the viewer has begun to write below it and not sent
	Drafts  bool   // what is typed can be kept here
	Typed   Draft
	Err     error
	Heavy   bool // a listed phrase stands in what was typed and not sent
	Lines   []web.CrisisLine
	drawn   *drawn // what is kept of its page for visitors; nil for everybody else
}

// Help tells that words of the viewer's own are held for what stands in them:
// crisis help is shown with them.
func Help(list []Shown) bool {
	for _, e := range list {
		if e.NeedsHelp() || Help(e.First) {
			return true
		}
	}
	return false
}

// marked is words of the same entry that stood there before, as HTML where there are marks.
func (e Shown) marked(words string) string {
	if !e.Marked {
		return ""
	}
	return prose.HTML(words)
}

// Taken tells that this was taken back while it was held for its words, to whoever leads.
func (e Shown) Taken() bool { return e.State == Withdrawn && e.Why == ForWords }

// Left tells of what is Taken that whoever wrote it has left.
func (e Shown) Left() bool { return e.Taken() && e.Who.Left }

// NeedsHelp tells that this is the viewer's own and held for its words, or was when it was
// hidden: somebody who said goodbye and reads that it was not wanted needs it more.
func (e Shown) NeedsHelp() bool {
	return e.Who.Mine && (e.State == Held || e.State == Hidden) && e.Why == ForWords
}
