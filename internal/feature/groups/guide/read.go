package guide

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Limits of a list that is read.
const (
	MostBytes = 8 << 20
	MostRows  = 5000
	mostRow   = 64 << 10 // bytes of one row
	mostDepth = 8        // lists and objects in one another, in one row
	mostList  = 40       // things in one of its lists
)

// Reading is what a list is read with.
type Reading struct {
	Zone *time.Location // of rows that name none; nil: such rows are a problem
	From calendar.Date  // series begin on or after this day
}

// Feed is a list that was read.
type Feed struct {
	Rows     []Row
	Problems []Problem // rows that cannot be taken, at most MostRows
}

// Row is a meeting of somebody else's list, in our words. All of it is text
// without HTML and without control characters.
type Row struct {
	Number      int    // from 1
	Slug        string // theirs; with it a later list is compared
	Name        string
	Group       string
	Series      calendar.Series // weekly, valid
	Attendance  Attendance
	Place       string
	Address     string
	Approximate bool // the address is an area
	Area        []string
	Latitude    *float64
	Longitude   *float64
	Link        string // http or https, or ""
	Phone       string
	Notes       string
	Languages   []string // BCP 47
	For         []string // communities, by our names
	Open        bool
	Closed      bool // neither: the list does not say
	StepFree    bool
	Toilet      bool
	Children    bool
	URL         string
	Updated     moment.Time
	Hash        string // of all of it that matters; equal when nothing changed
}

// Problem is a row that cannot be taken, and why.
type Problem struct {
	Number int
	Slug   string // "" when it has none
	What   string // its name or slug, cut
	Key    string // of the sentence
	Args   map[string]any
}

// Read reads a list from anywhere. At most MostBytes are taken from r. What
// cannot be read as a whole is fault.Invalid with one problem, of the field
// "file"; a row that cannot be taken is among the problems and spoils no other.
func Read(r io.Reader, with Reading) (Feed, error) {
	limited := &io.LimitedReader{R: r, N: MostBytes + 1}
	decoder := json.NewDecoder(limited)
	start, err := decoder.Token()
	if err != nil || start != json.Delim('[') {
		return Feed{}, refusal(limited, err, "guide.file.not_list")
	}
	var feed Feed
	seen := map[string]bool{}
	for number := 1; decoder.More(); number++ {
		if number > MostRows {
			return Feed{}, fileFault("guide.file.many", map[string]any{"most": MostRows})
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return Feed{}, refusal(limited, err, "guide.file.broken")
		}
		feed.add(number, raw, with, seen)
	}
	if _, err := decoder.Token(); err != nil {
		return Feed{}, refusal(limited, err, "guide.file.broken")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Feed{}, refusal(limited, nil, "guide.file.broken")
	}
	return feed, nil
}

// refusal is what is wrong with a file: that it is too large, that it cannot be
// got, or what the decoder stumbled over.
func refusal(limited *io.LimitedReader, err error, key string) error {
	var syntax *json.SyntaxError
	switch {
	case limited.N <= 0:
		return fileFault("guide.file.large", map[string]any{"mb": MostBytes >> 20})
	case err == nil || errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fileFault(key, nil)
	}
	return fault.Op("meeting guide", fmt.Errorf("read: %w", err))
}

func fileFault(key string, args map[string]any) error {
	var p fault.Problems
	p.AddWith("file", key, args)
	return p.Err()
}

func (f *Feed) add(number int, raw json.RawMessage, with Reading, seen map[string]bool) {
	in := fields{}
	key := "guide.row.not_object"
	if len(raw) > mostRow {
		key = "guide.row.large"
	} else if depthOf(raw) > mostDepth {
		key = "guide.row.deep"
	} else if json.Unmarshal(raw, &in) == nil && in != nil {
		key = ""
	}
	row := Row{Number: number}
	var args map[string]any
	if key == "" {
		row.Slug, row.Name = in.line("slug", mostSlug*2), in.line("name", mostName)
		key, args = row.fill(in, with)
	}
	if key == "" && seen[row.Slug] {
		key = "guide.row.twice"
	}
	if key == "" {
		seen[row.Slug] = true
		row.Hash = row.hash()
		f.Rows = append(f.Rows, row)
		return
	}
	what := row.Name
	if what == "" {
		what = row.Slug
	}
	f.Problems = append(f.Problems, Problem{number, row.Slug, oneLine(what, mostWhat), key, args})
}

// depthOf counts how deep lists and objects go; raw is JSON.
func depthOf(raw []byte) (deepest int) {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']' || c == '}':
			depth--
		}
	}
	return deepest
}

// fill reads the rest of a row; it gives the key of what is wrong, or "".
func (r *Row) fill(in fields, with Reading) (key string, args map[string]any) {
	switch {
	case r.Name == "":
		return "guide.row.name", nil
	case r.Slug == "" || len([]rune(r.Slug)) > mostSlug:
		return "guide.row.slug", nil
	}
	if key, args := r.when(in, with); key != "" {
		return key, args
	}
	r.Group, r.Notes, r.URL = in.line("group", mostName), in.text("notes", mostNotes), webAddress(in.line("url", mostAddress))
	r.Link, r.Phone = webAddress(in.line("conference_url", mostAddress)), phone(in.line("conference_phone", mostPhone*2))
	if at, err := time.Parse(updatedFormat, in.line("updated", 40)); err == nil && at.Year() > 1970 && at.Year() < 2200 {
		r.Updated = moment.At(at)
	}
	if key := r.where(in); key != "" {
		return key, nil
	}
	closed := r.types(in)
	r.attendance(closed)
	return "", nil
}

func (r *Row) where(in fields) string {
	r.Place, r.Address = in.line("location", mostName), in.line("formatted_address", mostPlace)
	if r.Address == "" {
		var parts []string
		for _, name := range []string{"address", "city", "state", "postal_code", "country"} {
			if part := in.line(name, mostName); part != "" {
				parts = append(parts, part)
			}
		}
		r.Address = oneLine(strings.Join(parts, ", "), mostPlace)
	}
	r.Approximate = strings.EqualFold(in.line("approximate", 10), "yes")
	if r.Area = in.lines("regions", mostName); len(r.Area) == 0 {
		for _, name := range []string{"region", "sub_region"} {
			if part := in.line(name, mostName); part != "" {
				r.Area = append(r.Area, part)
			}
		}
	}
	latitude, ok := in.number("latitude", 90)
	longitude, also := in.number("longitude", 180)
	if !ok || !also {
		return "guide.row.coordinates"
	}
	if latitude != nil && longitude != nil {
		r.Latitude, r.Longitude = latitude, longitude
	}
	return ""
}

// types reads the codes that we have words for; what is unknown is no type.
func (r *Row) types(in fields) (closed bool) {
	for _, code := range in.lines("types", 20) {
		switch code {
		case codeOpen:
			r.Open = true
		case codeClosed:
			r.Closed = true
		case codeStepFree:
			r.StepFree = true
		case codeToilet:
			r.Toilet = true
		case codeChildren:
			r.Children = true
		case codeTempClosed:
			closed = true
		default:
			if l, ok := languageOf(code); ok {
				r.Languages = append(r.Languages, l)
			} else if c, ok := communityOf(code); ok {
				r.For = append(r.For, c)
			}
		}
	}
	r.Languages, r.For = sortedCodes(r.Languages), sortedCodes(r.For)
	if r.Open && r.Closed {
		r.Open, r.Closed = false, false
	}
	return closed
}

// attendance is what the row says without a word for it: a way to join from
// elsewhere, a place that is closed, an address that is only an area.
func (r *Row) attendance(closed bool) {
	joins := r.Link+r.Phone != ""
	switch {
	case joins && (closed || r.Approximate || r.Address == ""):
		r.Attendance = Online
	case joins:
		r.Attendance = Hybrid
	case closed:
		r.Attendance = Paused
	default:
		r.Attendance = InPerson
	}
}
