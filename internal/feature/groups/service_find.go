package groups

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Bounds of finding.
const (
	pageLength  = 20
	mostWordsIn = 80                  // characters of a search
	findAhead   = 60 * 24 * time.Hour // what comes once a month is found on the day after it was
	mostTimes   = 20_000              // meetings looked at for a page by time, so many at a time
	timesStep   = 400
)

// Search is what somebody looks for. Everything is optional.
type Search struct {
	Words      string
	Form       Form
	Language   string
	Feature    string
	Community  string
	Topic      string
	Attendance string         // "in_person", "online", "hybrid"
	Days       []time.Weekday // in the reader's zone
	Earliest   int            // minutes of the day in the reader's zone
	Latest     int
	Zone       *time.Location
	After      string // where the page goes on
}

// byTime tells whether meetings decide what is found.
func (f Search) byTime() bool {
	return len(f.Days) > 0 || f.Earliest > 0 || f.Latest > 0 || f.Attendance != ""
}

func (f Search) tags() []string {
	var out []string
	for prefix, v := range map[string]string{"form/": string(f.Form), "lang/": f.Language, "access/": f.Feature, "for/": f.Community, "topic/": f.Topic} {
		if v != "" {
			out = append(out, prefix+v)
		}
	}
	slices.Sort(out)
	return out
}

// Any tells whether anything narrows the search.
func (f Search) Any() bool { return f.Words != "" || f.byTime() || len(f.tags()) > 0 }

// Found is a group in a list, with when it meets next.
type Found struct {
	Group
	Next *Gathering
	In   bool // the actor is in it
	Asks bool // something in it waits for the actor
}

// Page is a page of groups.
type Page struct {
	Groups []Found
	More   string // where the next page goes on; "" when there is none
}

// Search gives groups that the actor may see. By time they come in the order in which
// they meet, otherwise by name.
func (s *Service) Search(ctx context.Context, a access.Actor, f Search) (Page, error) {
	if len([]rune(f.Words)) > mostWordsIn {
		var p fault.Problems
		p.AddWith("words", "groups.error.search", map[string]any{"most": mostWordsIn})
		return Page{}, p.Err()
	}
	r := s.DB.Reader()
	own, err := s.closedOf(ctx, r, a)
	if err != nil {
		return Page{}, err
	}
	if f.byTime() {
		return s.searchByTime(ctx, r, a, f, own)
	}
	return s.searchByName(ctx, r, a, f, own)
}

// closedOf gives what somebody finds though it is not for everybody: the closed groups
// that they are in, and for those who work here the briefings.
func (s *Service) closedOf(ctx context.Context, r db.Reader, a access.Actor) ([]moment.ID, error) {
	if a.Person == "" {
		return nil, nil
	}
	list, err := groupsOf(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	var out []moment.ID
	for _, g := range list {
		if g.Openness == Closed && g.Runs() {
			out = append(out, g.ID)
		}
	}
	if !a.Works() {
		return out, nil
	}
	more, err := briefings(ctx, r)
	return dedupe(append(out, more...)), err
}

func seen(a access.Actor) []Openness {
	if a.Has(access.Member) {
		return []Openness{Public, Members, Request}
	}
	return []Openness{Public}
}

func (s *Service) searchByName(ctx context.Context, r db.Reader, a access.Actor, f Search, own []moment.ID) (Page, error) {
	after, err := s.cursor(ctx, r, a, f.After)
	if err != nil {
		return Page{}, err
	}
	q := finding{Seen: seen(a), Closed: own, Works: a.Works(), Not: a.Person, Tags: f.tags(), After: after, N: pageLength + 1}
	q.Words = fold(f.Words)
	found, err := listOpen(ctx, r, q)
	if err != nil {
		return Page{}, err
	}
	var out Page
	if len(found) > pageLength {
		found = found[:pageLength]
		out.More = string(found[pageLength-1].ID)
	}
	ids := make([]moment.ID, len(found))
	for i, l := range found {
		ids[i] = l.ID
	}
	next, err := s.nextOf(ctx, a, ids, own)
	if err != nil {
		return out, err
	}
	for _, l := range found {
		out.Groups = append(out.Groups, Found{Group: l.Group, Next: next[l.ID]})
	}
	return out, nil
}

// cursor reads where a page goes on: the id of the last group that was shown. Its
// name stands in no address, and where a group stands that the actor does not see is
// not told.
func (s *Service) cursor(ctx context.Context, r db.Reader, a access.Actor, text string) (where, error) {
	id, ok := moment.ParseID(text)
	if !ok {
		return where{}, nil
	}
	g, found, err := groupByID(ctx, r, id)
	if err != nil || !found {
		return where{}, err
	}
	if st, err := s.standing(ctx, r, a, g); err != nil || !canSee(st).OK() {
		return where{}, err
	}
	return where{fold(g.Name), id}, nil
}

// nextOf gives the next meeting of some groups.
func (s *Service) nextOf(ctx context.Context, a access.Actor, ids, own []moment.ID) (map[moment.ID]*Gathering, error) {
	out := map[moment.ID]*Gathering{}
	if len(ids) == 0 {
		return out, nil
	}
	now := s.Clock.Now()
	for _, id := range ids {
		list, _, err := s.Meetings.Find(ctx, a, Times{From: now, To: now.Add(findAhead), Zone: time.UTC, Only: []moment.ID{id}, Mine: own, N: 1})
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			out[m.Group] = &m
		}
	}
	return out, nil
}

// eachMeeting goes through the meetings that fit, soonest first, until f says that it is
// enough. It looks at mostTimes at most, and tells whether there were more.
func (s *Service) eachMeeting(ctx context.Context, a access.Actor, t Times, f func(Gathering) bool) (more bool, err error) {
	t.N = timesStep
	for looked := 0; ; {
		list, more, err := s.Meetings.Find(ctx, a, t)
		if err != nil {
			return false, err
		}
		for _, m := range list {
			if !f(m) {
				return false, nil
			}
		}
		if looked += len(list); !more || len(list) == 0 || looked >= mostTimes {
			return more, nil
		}
		last := list[len(list)-1]
		t.After = strconv.FormatInt(int64(last.StartsAt), 10) + "." + string(last.ID)
	}
}

// searchByTime asks the meetings, soonest first. Its pages go on by how many groups
// were shown.
func (s *Service) searchByTime(ctx context.Context, r db.Reader, a access.Actor, f Search, own []moment.ID) (Page, error) {
	now := s.Clock.Now()
	t := Times{From: now, To: now.Add(findAhead), Days: f.Days, Earliest: f.Earliest, Latest: f.Latest, Zone: f.Zone, Tags: f.tags(), Mine: own}
	if f.Attendance != "" {
		t.Attendance = []string{f.Attendance}
	}
	words, from := fold(f.Words), numberOf(f.After)
	var out Page
	known := map[moment.ID]bool{} // looked at already, whether it fits or not
	n := 0
	var wrong error
	cut, err := s.eachMeeting(ctx, a, t, func(m Gathering) bool {
		if m.Off || known[m.Group] {
			return true
		}
		known[m.Group] = true
		groups, err := s.visible(ctx, r, a, []moment.ID{m.Group})
		if err != nil {
			wrong = err
			return false
		}
		g, ok := groups[m.Group]
		if !ok || words != "" && !strings.Contains(fold(g.Name+" "+g.About), words) {
			return true
		}
		if n++; n <= from {
			return true
		}
		if len(out.Groups) == pageLength {
			out.More = itoa(n - 1)
			return false
		}
		out.Groups = append(out.Groups, Found{Group: g, Next: &m})
		return true
	})
	if cut && out.More == "" && len(out.Groups) > 0 {
		out.More = itoa(n)
	}
	return out, errors.Join(wrong, err)
}

// visible gives those of some groups that the actor sees, by id.
func (s *Service) visible(ctx context.Context, r db.Reader, a access.Actor, ids []moment.ID) (map[moment.ID]Group, error) {
	list, err := groupsByIDs(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	in, out := map[moment.ID]*Member{}, map[moment.ID]bool{}
	if a.Person != "" {
		members, err := membershipsOf(ctx, r, a.Person)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			in[m.Group] = &m
		}
		outs, err := outsWith(ctx, r, a.Person)
		if err != nil {
			return nil, err
		}
		for _, o := range outs {
			out[o.Group] = true
		}
	}
	seen := map[moment.ID]Group{}
	for _, g := range list {
		st := stand{Group: g, actor: a, in: in[g.ID], out: out[g.ID] && in[g.ID] == nil}
		if g.Runs() && canSee(st).OK() && (g.Openness != Closed || st.member()) {
			seen[g.ID] = g
		}
	}
	return seen, nil
}

// Mine is what somebody has of groups: those they are in, what they proposed, and
// where they are invited.
type Mine struct {
	In       []Found
	Proposed []Group
	Invited  []Group
}

// Mine gives the actor's own groups.
func (s *Service) Mine(ctx context.Context, a access.Actor) (Mine, error) {
	var out Mine
	if !a.Has(access.Member) {
		return out, nil
	}
	r := s.DB.Reader()
	list, err := groupsOf(ctx, r, a.Person)
	if err != nil {
		return out, err
	}
	own, err := s.closedOf(ctx, r, a)
	if err != nil {
		return out, err
	}
	ids := make([]moment.ID, len(list))
	for i, g := range list {
		ids[i] = g.ID
	}
	next, err := s.nextOf(ctx, a, ids, own)
	if err != nil {
		return out, err
	}
	members, err := membershipsOf(ctx, r, a.Person)
	if err != nil {
		return out, err
	}
	agreed := map[moment.ID]int{}
	for _, m := range members {
		agreed[m.Group] = m.Agreed
	}
	for _, g := range list {
		out.In = append(out.In, Found{Group: g, Next: next[g.ID], In: true, Asks: agreed[g.ID] < g.Agreement && g.Runs()})
	}
	if out.Proposed, err = proposalsOf(ctx, r, a.Person); err != nil {
		return out, err
	}
	out.Invited, err = s.invitedTo(ctx, r, a)
	return out, err
}

func (s *Service) invitedTo(ctx context.Context, r db.Reader, a access.Actor) ([]Group, error) {
	rows, err := invitesFor(ctx, r, a.Person, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	ids := []moment.ID{}
	for _, v := range rows {
		ids = append(ids, v.Group)
	}
	list, err := groupsByIDs(ctx, r, dedupe(ids))
	return slices.DeleteFunc(list, func(g Group) bool { return !g.Runs() }), err
}

// Printed is a weekday of the list that can be printed.
type Printed struct {
	Day    moment.Time
	Groups []Found
}

// Print gives the public groups of the next seven days, by day in a zone.
func (s *Service) Print(ctx context.Context, zone *time.Location) ([]Printed, error) {
	now := s.Clock.Now()
	var list []Gathering
	if _, err := s.eachMeeting(ctx, access.Actor{}, Times{From: now, To: now.Add(7 * 24 * time.Hour), Zone: zone}, func(m Gathering) bool {
		list = append(list, m)
		return true
	}); err != nil {
		return nil, err
	}
	ids := []moment.ID{}
	for _, m := range list {
		ids = append(ids, m.Group)
	}
	groups, err := s.visible(ctx, s.DB.Reader(), access.Actor{}, dedupe(ids))
	if err != nil {
		return nil, err
	}
	var out []Printed
	day := ""
	for _, m := range list {
		g, ok := groups[m.Group]
		if !ok || m.Off {
			continue
		}
		if d := m.StartsAt.Std().In(zone).Format(time.DateOnly); d != day {
			day = d
			out = append(out, Printed{Day: m.StartsAt})
		}
		last := &out[len(out)-1]
		last.Groups = append(last.Groups, Found{Group: g, Next: &m})
	}
	return out, nil
}
