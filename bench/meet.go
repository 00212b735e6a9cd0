package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"cairn/internal/core/meetings"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"

	"github.com/teambition/rrule-go"
)

// gatherings are what the series of this benchmark belong to: everybody may plan, and
// what they can be found by is drawn from a list.
type gatherings struct {
	mu     sync.Mutex
	facets map[moment.ID]meetings.Facets
}

func (g *gatherings) Stands(context.Context, db.Reader, access.Actor, moment.ID) (meetings.Stand, error) {
	return meetings.Stand{Name: "Gathering", Href: "/", See: true, Answer: true, Hold: true}, nil
}

func (g *gatherings) Facets(_ context.Context, _ db.Reader, owner moment.ID) (meetings.Facets, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.facets[owner], nil
}

func (g *gatherings) People(context.Context, db.Reader, moment.ID) ([]moment.ID, error) {
	return nil, nil
}

func (g *gatherings) Of(context.Context, db.Reader, moment.ID) ([]moment.ID, error) { return nil, nil }

// many is how many series there are.
const many = 10_000

var (
	gatheringZones  = []string{"Europe/Berlin", "America/New_York", "Africa/Nairobi", "Asia/Kolkata", "America/Bogota", "Australia/Sydney"}
	gatheringTongue = []string{"en", "en", "en", "en", "es", "es", "ar", "de", "fr", "so"}
)

// gathering makes one series and what it can be found by, the same every time.
func gathering(rnd *rand.Rand, today calendar.Date) (meetings.Plan, meetings.Facets) {
	p := meetings.Plan{First: today.Add(-rnd.IntN(3 * 365)), Starts: (8 + rnd.IntN(14)) * 60, Minutes: 60 + 30*rnd.IntN(3), Zone: gatheringZones[rnd.IntN(len(gatheringZones))],
		Attendance: meetings.Attendances()[rnd.IntN(3)], Place: "By the river", Inside: meetings.Inside{Link: "https://rooms.example/a"}}
	switch nth := (p.First.Day + 6) / 7; rnd.IntN(10) {
	case 0:
		p.Rule = calendar.Rule{Freq: calendar.Monthly, ByDay: []calendar.Nth{{N: min(nth, 4), Day: p.First.Weekday()}}}
	case 1:
		p.Rule = calendar.Rule{Freq: calendar.Weekly, Interval: 2}
	default:
		p.Rule = calendar.Rule{Freq: calendar.Weekly, Interval: 1}
	}
	if x, ok := p.Series().Snap(); ok {
		p.First = x.First
	}
	f := meetings.Facets{Title: "By the river", Quiet: "Evening", Audience: meetings.Public, Tags: []string{"lang/" + gatheringTongue[rnd.IntN(len(gatheringTongue))], fmt.Sprintf("topic/%d", rnd.IntN(40))}}
	return p, f
}

// seeking is one person's filter.
type seeking struct {
	meetings.Filter
	name string
}

func seekings(now moment.Time) []seeking {
	nairobi, err := time.LoadLocation("Africa/Nairobi")
	if err != nil {
		nairobi = time.UTC
	}
	base := meetings.Filter{From: now, To: now.Add(30 * 24 * time.Hour), Zone: nairobi, N: 50}
	with := func(name string, change func(f *meetings.Filter)) seeking {
		f := base
		change(&f)
		return seeking{f, name}
	}
	return []seeking{
		with("everything", func(*meetings.Filter) {}),
		with("evenings in Spanish", func(f *meetings.Filter) { f.Earliest, f.Latest, f.Tags = 17*60, 24*60, []string{"lang/es"} }),
		with("Tuesdays, online", func(f *meetings.Filter) {
			f.Days, f.Attendance = []time.Weekday{time.Tuesday}, []meetings.Attendance{meetings.Online}
		}),
		with("a topic in Somali", func(f *meetings.Filter) { f.Tags = []string{"topic/7", "lang/so"} }),
		with("one topic", func(f *meetings.Filter) { f.Tags = []string{"topic/3"} }),
	}
}

// expanded is a series as the library takes it.
type expanded struct {
	rule   *rrule.RRule
	length time.Duration
	at     meetings.Attendance
	tags   []string
}

// occurrences: the next 30 days of 10,000 series as one person's filtered list, from
// what is written down, against expanding the same series with the library. The
// answers are compared.
func occurrences(ctx context.Context) ([]line, error) {
	dir, clean, err := folder("occurrences")
	if err != nil {
		return nil, err
	}
	defer clean()
	w, err := openWorld(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.Close() }()
	list, err := w.plant(ctx)
	if err != nil {
		return nil, err
	}
	now := w.Clock.Now()
	asks := seekings(now)
	const rounds = 20
	var got [][]meetings.Listed
	var want [][]time.Time
	ours, floor := inTurns(ctx, rounds*len(asks), func(i int) {
		found, _, ferr := w.Meetings.Find(ctx, access.Actor{}, asks[i%len(asks)].Filter)
		if ferr != nil {
			err = ferr
		}
		got = append(got, found)
	}, func(i int) { want = append(want, byLibrary(list, asks[i%len(asks)].Filter)) })
	if err != nil || ctx.Err() != nil {
		return nil, errorOr(err, ctx.Err())
	}
	for i := range asks {
		if !slices.EqualFunc(got[i], want[i], func(l meetings.Listed, t time.Time) bool { return l.StartsAt.Std().Equal(t) }) {
			return nil, fmt.Errorf("%s: the lists differ (%d and %d)", asks[i].name, len(got[i]), len(want[i]))
		}
	}
	lines := []line{{"occurrences", mean(floor), mean(ours), 50, true, "times faster than the library, of 10,000 series; library and index, microseconds", false}}
	for k, x := range asks {
		var one, other []float64
		for i := k; i < len(ours); i += len(asks) {
			one, other = append(one, ours[i]), append(other, floor[i])
		}
		lines = append(lines, line{"occurrences-" + slug(x.name), mean(other), mean(one), 0, true, "times faster, microseconds: " + x.name, true})
	}
	return lines, nil
}

func slug(s string) string {
	out := []rune{}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			out = append(out, r)
		case r == ' ':
			out = append(out, '-')
		}
	}
	return string(out)
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// plant makes the series by the service's own verb, and the library's of the same.
func (w *world) plant(ctx context.Context) ([]expanded, error) {
	g := &gatherings{facets: map[moment.ID]meetings.Facets{}}
	w.Meetings.Around("bench", g)
	rnd := rand.New(rand.NewPCG(5, 7)) //nolint:gosec // repeatable, not secret
	today := calendar.DateOf(w.Clock.Now().Std())
	list := make([]expanded, many)
	sem, errs := make(chan struct{}, 64), make(chan error, many)
	for i := range list {
		p, f := gathering(rnd, today)
		owner := moment.NewID()
		g.mu.Lock()
		g.facets[owner] = f
		g.mu.Unlock()
		x, err := forLibrary(p)
		if err != nil {
			return nil, err
		}
		list[i] = expanded{x, time.Duration(p.Minutes) * time.Minute, p.Attendance, f.Tags}
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			_, err := w.Meetings.Make(ctx, access.Actor{Person: owner}, meetings.Ref{Kind: "bench", ID: owner}, p)
			errs <- err
		}()
	}
	for range list {
		if err := <-errs; err != nil {
			return nil, err
		}
	}
	return list, ctx.Err()
}

// forLibrary gives the plan as the library takes it.
func forLibrary(p meetings.Plan) (*rrule.RRule, error) {
	o := rrule.ROption{Freq: rrule.WEEKLY, Interval: max(p.Rule.Interval, 1), Dtstart: p.First.At(p.Starts, p.Series().Zone)}
	if p.Rule.Freq == calendar.Monthly {
		o.Freq = rrule.MONTHLY
		for _, n := range p.Rule.ByDay {
			day := []rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}[n.Day]
			if n.N != 0 {
				day = day.Nth(n.N)
			}
			o.Byweekday = append(o.Byweekday, day)
		}
	}
	return rrule.NewRRule(o)
}

// byLibrary expands every series that the filter's tags and ways leave, keeps the days
// and hours, sorts, and cuts the page.
func byLibrary(list []expanded, f meetings.Filter) []time.Time {
	var out []time.Time
	for _, x := range list {
		each := x.rule.Between(f.From.Std(), f.To.Std(), true)
		if len(f.Attendance) > 0 && !slices.Contains(f.Attendance, x.at) || slices.ContainsFunc(f.Tags, func(t string) bool { return !slices.Contains(x.tags, t) }) {
			continue
		}
		for _, t := range each {
			at := t.In(f.Zone)
			minute := at.Hour()*60 + at.Minute()
			if len(f.Days) > 0 && !slices.Contains(f.Days, at.Weekday()) || f.Latest > 0 && (minute < f.Earliest || minute >= f.Latest) || !t.Before(f.To.Std()) {
				continue
			}
			out = append(out, t)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out[:min(len(out), f.N)]
}
