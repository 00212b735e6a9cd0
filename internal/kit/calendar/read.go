package calendar

import (
	"bytes"
	"io"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Limits of a file that is read.
const (
	MostBytes    = 1 << 20 // of the whole file
	MostItems    = 1000    // events, what is moved of them counted
	mostLine     = 64 << 10
	mostDepth    = 6    // components in components: a calendar, an event and its alarm are three
	mostExcept   = 1000 // occurrences called off, in the whole file
	mostSummary  = 200  // runes; what is longer is cut, here and below
	mostText     = 8000
	mostPlace    = 500
	mostUID      = 255
	mostAddress  = 2000
	mostWhat     = 80
	mostProblems = 200
)

// Imported is what a file holds. What of it cannot be taken is among the
// problems, with its reason; nothing else is left out but what is not asked for:
// tasks, journals and free times, which are counted.
type Imported struct {
	Name     string // the calendar's own
	Items    []Item
	Problems []RowProblem // at most 200
	Others   int          // tasks and the like
}

// Item is an event of a file, with what was changed of single occurrences. Times
// are to the minute. A time in UTC has the zone UTC; one without a zone that of
// the reader.
type Item struct {
	Line        int    // where it begins in the file
	UID         string // "" when it has none
	Summary     string
	Description string
	Location    string
	URL         string // http or https, or ""
	Series      Series // valid
	Cancelled   bool
	Except      []Date     // in order, each an occurrence of the series
	Moved       []Override // in the file's order, each of an occurrence of the series
	Sequence    int
}

// Override is one occurrence that is not as the others.
type Override struct {
	Line         int
	Day          Date
	Starts, Ends moment.Time
	Summary      string
	Description  string
	Location     string
	URL          string
	Cancelled    bool
	Sequence     int
}

// RowProblem is something that cannot be taken, and why.
type RowProblem struct {
	Line int
	What string // its summary or UID, cut and on one line
	Key  string // of the sentence
	Args map[string]any
}

// Read reads an iCalendar file (RFC 5545) that may come from anybody. Times that
// name no zone are taken as in zone (nil: UTC). It takes at most MostBytes from
// r. A file that cannot be read as a whole is fault.Invalid with one problem, of
// the field "file".
func Read(r io.Reader, zone *time.Location) (Imported, error) {
	text, err := io.ReadAll(io.LimitReader(r, MostBytes+1))
	if err != nil {
		return Imported{}, fault.Op("calendar read", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case len(text) > MostBytes:
		return Imported{}, fileFault("calendar.file.large", map[string]any{"kb": MostBytes >> 10})
	case bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text):
		return Imported{}, fileFault("calendar.file.text", nil)
	}
	if zone == nil {
		zone = time.UTC
	}
	in := reader{zone: zone, zones: map[string]*time.Location{}}
	if err := in.scan(string(text)); err != nil {
		return Imported{}, err
	}
	in.build()
	return in.out, nil
}

func fileFault(key string, args map[string]any) error {
	var p fault.Problems
	p.AddWith("file", key, args)
	return p.Err()
}

// reader is one reading of a file.
type reader struct {
	zone   *time.Location
	zones  map[string]*time.Location // by the names the file has; nil: unknown
	events []*rawEvent
	except int
	out    Imported
}

func (in *reader) problem(e *rawEvent, why problem) {
	what := cleanLine(unescape(e.first("SUMMARY")), mostWhat)
	if what == "" {
		what = cleanLine(unescape(e.first("UID")), mostWhat)
	}
	if len(in.out.Problems) < mostProblems {
		in.out.Problems = append(in.out.Problems, RowProblem{e.line, what, why.key, why.args})
	}
}

// problem is why something cannot be taken; without a key it can.
type problem struct {
	key  string
	args map[string]any
}

func (p problem) is() bool { return p.key != "" }

// build makes items of the events: first those that stand for themselves, then
// what is changed of them. Of two with one UID the later version holds.
func (in *reader) build() {
	masters := map[string]*rawEvent{}
	for _, e := range in.events {
		uid := e.uid()
		other := masters[uid]
		switch {
		case e.has("RECURRENCE-ID") || uid == "":
		case other == nil:
			masters[uid] = e
		case e.sequence() > other.sequence():
			masters[uid], other.double = e, true
		default:
			e.double = true
		}
	}
	at := map[string]int{} // item by UID
	for _, e := range in.events {
		if e.has("RECURRENCE-ID") {
			continue
		}
		item, why := in.item(e)
		if why.is() {
			in.problem(e, why)
			continue
		}
		if item.UID != "" {
			at[item.UID] = len(in.out.Items)
		}
		in.out.Items = append(in.out.Items, item)
	}
	in.overrides(at)
}

func (in *reader) overrides(at map[string]int) {
	series := map[int]Series{}
	for _, e := range in.events {
		if !e.has("RECURRENCE-ID") {
			continue
		}
		i, ok := at[e.uid()]
		if !ok {
			in.problem(e, problem{key: "calendar.item.orphan"})
			continue
		}
		s, ok := series[i]
		if !ok {
			s = in.out.Items[i].Series.byDate()
			series[i] = s
		}
		if why := in.override(e, &in.out.Items[i], s); why.is() {
			in.problem(e, why)
		}
	}
}
