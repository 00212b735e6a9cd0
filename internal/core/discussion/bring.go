package discussion

import (
	"cairn/internal/kit/moment"
)

// Brought is a thread or an answer that comes from somewhere else, or that is taken along
// from here. Keys are the names that entries have in such a file; they mean nothing here.
type Brought struct {
	Key    string
	Thread string // the key of the thread that it answers; "" for a thread
	Title  string // of a thread
	Words  string
	Label  string // who wrote it, as the file calls them; "" for nobody
	At     moment.Time
	Topics []string
	Quotes string // the key of an answer in the same thread; "" for none
}

// Here is what stands in a space already under a key of a file.
type Here struct {
	ID    moment.ID
	Post  moment.ID // of an answer
	At    moment.Time
	Takes bool // of a thread: something can be put below it
	// Gone: it was written here, in another space, and is out of sight since: taken back,
	// erased or hidden. Then nothing else is given, and it does not come back by a file.
	Gone bool
}

// stateBrought is how something that is brought begins. A listed phrase in old words is no
// call for help now, and pages nobody: it waits until somebody who keeps the space has read it.
func stateBrought(phrase bool) (State, Why) {
	if phrase {
		return Held, ForNew
	}
	return Open, ""
}
