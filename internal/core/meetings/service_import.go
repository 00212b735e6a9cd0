package meetings

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// mostImported bounds how many series one file brings.
const mostImported = 200

// Taking is how a file is to be read.
type Taking struct {
	Zone   string // of times that name none
	Place  string // for what says no place and no link
	Look   bool   // only look: nothing is changed
	Strict bool   // when anything cannot be taken, nothing is
}

// Row is one entry of a file and what comes of it.
type Row struct {
	Line int
	Name string
	Plan Plan
	Here bool // it was taken before
	Key  string
	Args map[string]any
}

// Taken tells whether the entry is taken, or would be.
func (r Row) Taken() bool { return r.Key == "" && !r.Here }

// Report is what comes of a file.
type Report struct {
	Rows    []Row
	Others  int  // tasks and the like, which are left out
	Changed bool // something was written
	Refused bool // strict, and something could not be taken
}

// N counts what is taken.
func (r Report) N() int {
	n := 0
	for _, x := range r.Rows {
		if x.Taken() {
			n++
		}
	}
	return n
}

// Import reads an iCalendar file into the series of an owner, by whoever holds it. What
// cannot be taken is said row by row with its reason, and the rest goes on; strictly,
// or only looking, nothing is changed. What was taken before is left as it is.
func (s *Service) Import(ctx context.Context, a access.Actor, owner Ref, file []byte, how Taking) (Report, error) {
	if _, err := s.MayPlan(ctx, a, owner); err != nil {
		return Report{}, err
	}
	zone := Plan{Zone: how.Zone}.Series().Zone
	read, err := calendar.Read(bytes.NewReader(file), zone)
	if err != nil {
		return Report{}, err
	}
	var out Report
	err = s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		out = Report{Others: read.Others}
		st, err := s.stands(ctx, tx, a, owner)
		if err == nil {
			err = canHold(st).Err()
		}
		if err != nil {
			return err
		}
		for _, p := range read.Problems {
			out.Rows = append(out.Rows, Row{Line: p.Line, Name: p.What, Key: p.Key, Args: p.Args})
		}
		return s.takeAll(ctx, tx, a, owner, read.Items, how, &out, now)
	})
	if err != nil {
		return Report{}, err
	}
	slices.SortStableFunc(out.Rows, func(a, b Row) int { return a.Line - b.Line })
	return out, nil
}

func (s *Service) takeAll(ctx context.Context, tx db.Writer, a access.Actor, owner Ref, items []calendar.Item, how Taking, out *Report, now moment.Time) error {
	var todo []calendar.Item
	seen := map[string]bool{}
	for _, item := range items {
		row, err := s.rowOf(ctx, tx, owner, item, how, now)
		if err != nil {
			return err
		}
		source := sourceOf(item)
		row.Here = row.Here || seen[source] // the same twice in one file
		seen[source] = true
		if row.Taken() && len(todo) >= mostImported {
			row.Key, row.Args = "meetings.import.many", map[string]any{"most": mostImported}
		}
		if row.Taken() {
			todo = append(todo, item)
		}
		out.Rows = append(out.Rows, row)
	}
	if how.Strict && len(todo) < len(out.Rows) {
		for _, row := range out.Rows {
			out.Refused = out.Refused || row.Key != ""
		}
	}
	if how.Look || out.Refused {
		return nil
	}
	for _, row := range out.Rows {
		if !row.Taken() {
			continue
		}
		item := todo[0]
		todo = todo[1:]
		if err := s.takeIn(ctx, tx, a, owner, item, row.Plan, now); err != nil {
			return err
		}
		out.Changed = true
	}
	return nil
}

func sourceOf(item calendar.Item) string {
	name := item.UID
	if name == "" {
		x := item.Series
		name = strings.Join([]string{item.Summary, x.First.String(), x.Rule.String(), strconv.Itoa(x.Starts), strconv.Itoa(x.Minutes), x.Zone.String()}, "\x00")
	}
	sum := sha256.Sum256([]byte(name))
	return "ics:" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// rowOf says what comes of one entry.
func (s *Service) rowOf(ctx context.Context, r db.Reader, owner Ref, item calendar.Item, how Taking, now moment.Time) (Row, error) {
	row := Row{Line: item.Line, Name: item.Summary, Plan: planFrom(item, how)}
	here, err := sourceHere(ctx, r, owner, sourceOf(item))
	if err != nil {
		return row, err
	}
	row.Here = here
	if err := row.Plan.Validate(); err != nil {
		row.Key, row.Args = fault.As(err).Fields[0].Key, fault.As(err).Fields[0].Args
		return row, nil
	}
	switch _, comes := row.Plan.Series().Next(now); {
	case item.Cancelled:
		row.Key = "meetings.import.cancelled"
	case !comes:
		row.Key = "meetings.import.past"
	}
	return row, nil
}

// planFrom makes a plan of an entry. A place that is an address of the web is a link;
// what says neither place nor link gets the place that was typed.
func planFrom(item calendar.Item, how Taking) Plan {
	x := item.Series
	p := Plan{Title: cut(oneLine(item.Summary), mostTitle), First: x.First, Starts: x.Starts, Minutes: x.Minutes, Zone: x.Zone.String(), Rule: x.Rule}
	link, isLink := safeLink(item.Location)
	if link == "" || !isLink {
		p.Inside.Address = cut(strings.TrimSpace(item.Location), mostInside)
		link, _ = safeLink(item.URL)
	}
	p.Inside.Link = link
	if p.Inside.Address == "" && link == "" {
		p.Place = how.Place
	}
	switch room := p.Inside.Address != "" || p.Place != ""; {
	case room && link != "":
		p.Attendance = Hybrid
	case link != "":
		p.Attendance = Online
	default:
		p.Attendance = InPerson
	}
	var none fault.Problems
	p.Inside.Way = chat.CleanOptional(&none, "way", cut(item.Description, mostInside), mostInside)
	return p
}

func cut(s string, most int) string {
	r := []rune(s)
	return strings.TrimSpace(string(r[:min(len(r), most)]))
}

// takeIn writes one entry down, with what was called off and moved of it.
func (s *Service) takeIn(ctx context.Context, tx db.Writer, a access.Actor, owner Ref, item calendar.Item, p Plan, now moment.Time) error {
	x, err := s.begin(ctx, tx, a, owner, p, Series{Source: sourceOf(item)}, now)
	if err != nil {
		return err
	}
	list, err := meetingsOf(ctx, tx, x.ID, now)
	if err != nil {
		return err
	}
	off := map[calendar.Date]bool{}
	for _, day := range item.Except {
		off[day] = true
	}
	moved := map[calendar.Date]calendar.Override{}
	for _, o := range item.Moved {
		moved[o.Day] = o
		off[o.Day] = off[o.Day] || o.Cancelled
	}
	for _, was := range list {
		m := was
		o, other := moved[m.Day]
		switch {
		case off[m.Day]:
			m.State, m.Why, m.EndedAt = Cancelled, whyHost, now
		case other && o.Starts > now && o.Ends > o.Starts:
			m.StartsAt, m.EndsAt, m.Moved = o.Starts, o.Ends, true
			m.Stage = stageAt(m.StartsAt, now)
		default:
			continue
		}
		m.Changes++
		m.ChangedAt = now
		if err := s.save(ctx, tx, m, was); err != nil {
			return err
		}
	}
	if err := s.timers(ctx, tx, x.ID); err != nil {
		return err
	}
	return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.import", Kind: "series", Object: x.ID})
}
