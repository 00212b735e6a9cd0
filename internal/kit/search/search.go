package search

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Limits. All are ours.
const (
	// MostTyped is the most characters of a search.
	MostTyped = 200
	// MostCounted is how many of the newest matches are looked at, and the largest count.
	MostCounted = 1000
	// MostAreas is how many areas one search may name.
	MostAreas = 400
	// MostLeftOut is how many authors one search may leave out.
	MostLeftOut = 1000

	mostPage   = 100    // hits on one page
	mostTitle  = 200    // words of a title
	mostWords  = 10_000 // words of a document
	mostLetter = 40     // letters of a word; what is longer is cut
	mostTerms  = 16     // of one search
	mostTopics = 24     // of one document
)

// Doc is what can be found. Title and Words are as people wrote them.
type Doc struct {
	Kind   string      // "group"; each kind has one Source
	ID     moment.ID   // of the object, unique within its kind
	Area   string      // who may see it: "groups:open", "forum:" + the id of a space
	Author moment.ID   // whose it is, or ""; it is left out where Query.Not has it, and goes with RemoveAuthor
	Below  moment.ID   // whose place it stands in, or "": it is left out where Query.Not has either, and does not go with them
	Lang   string      // BCP 47, or "" when it is not known
	Title  string      // may be empty
	Words  string      // may be empty
	Topics []string    // what it can be narrowed by
	At     moment.Time // orders what is found; never 0
}

func (d Doc) check() error {
	if d.Kind == "" || d.ID == "" || d.Area == "" || d.At <= 0 || len(d.Topics) > mostTopics {
		return fault.New(fault.Internal, "web.error.internal")
	}
	return nil
}

// Query is a search. Without a word to look for, and without an area, nothing is found.
type Query struct {
	Text  string      // as typed: words, "a phrase", -without, and the beginning of a last word
	Areas []string    // the only ones that are looked into, up to MostAreas
	Not   []moment.ID // authors whose documents are left out, up to MostLeftOut
	// What narrows it; empty is any.
	Kinds, Topics []string
	Lang          string
	Since, Until  moment.Time // from, and before; 0 is any
	Most          int         // hits on a page, 1 to 100
	After         Cursor      // where the page goes on; zero is the first
}

// Cursor is where a page goes on. It says nothing about what was found.
type Cursor struct {
	Newest int64 `json:"n,omitempty"` // what came later than the first page is not in the next
	From   int   `json:"f,omitempty"`
	Begun  bool  `json:"b,omitempty"` // the last word is the beginning of one
}

// Hit is a document that was found.
type Hit struct {
	Kind string
	ID   moment.ID
	At   moment.Time
}

// Page is a page of what was found.
type Page struct {
	Hits  []Hit
	Count int     // of all pages, up to MostCounted
	Next  *Cursor // nil on the last page
}

// Reach is how far somebody may look.
type Reach struct {
	Areas []string
	Not   []moment.ID // authors that they do not find, beside those they are kept apart from
}

// Found is a document as it is shown.
type Found struct {
	Title string // as people wrote it; "" shows the place instead
	Where string // a sentence: what it is and where it stands
	Text  string // plain; the excerpt is cut from it
	Href  string // a path of ours that holds ids only
	At    moment.Time
}

// Source is what a slice gives so that its documents are found.
type Source interface {
	// Kind is the kind of its documents, steady and unique: "group".
	Kind() string
	// Reach gives how far the actor may look among them, exactly: what stands in an area
	// given here is counted for them.
	Reach(ctx context.Context, r db.Reader, a access.Actor) (Reach, error)
	// Show gives those of the documents that the actor may see now, by id: access is
	// decided again for each. In whose language is in the context.
	Show(ctx context.Context, r db.Reader, a access.Actor, ids []moment.ID) (map[moment.ID]Found, error)
	// Batch gives up to n documents for the index, in a steady order after a key, and
	// the key of the last one that was looked at; "" when there is no more.
	Batch(ctx context.Context, r db.Reader, after string, n int) (docs []Doc, next string, err error)
}
