package safety

import (
	"context"
	"time"

	"cairn/internal/core/shifts"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// testPageLasts is how long an answered test page proves that a page arrives.
// Safety.md asks for one; ninety days are ours.
const testPageLasts = 90 * 24 * time.Hour

// Condition is one thing that must hold before the service opens. Its sentence
// is the message "safety.ready." with Key and State; Sentence gives it.
type Condition struct {
	Key    string
	State  string // "ok", or what is missing
	OK     bool
	Now    bool // it is about this moment, not about getting ready
	DoHref string
	Args   []any // of its sentence, name and value in turn
}

// Readiness lists the conditions of opening, each with where to mend it. The
// last one is about this moment: whether enough people are on shift.
func (s *Service) Readiness(ctx context.Context, r db.Reader) ([]Condition, error) {
	var out []Condition
	for _, f := range []func(context.Context, db.Reader) (Condition, error){s.policyReady, s.linesReady, s.pageReady, s.staffed} {
		c, err := f(ctx, r)
		if err != nil {
			return nil, err
		}
		c.OK = c.State == "ok"
		out = append(out, c)
	}
	return out, nil
}

// MayOpen tells whether the service is ready to open: the policy is published,
// the crisis lines are there and checked, and a test page was answered. Whether
// enough people are here is asked of shifts. A demo may always.
func (s *Service) MayOpen(ctx context.Context, r db.Reader) (bool, error) {
	if s.Demo {
		return true, nil
	}
	for _, f := range []func(context.Context, db.Reader) (Condition, error){s.policyReady, s.linesReady, s.pageReady} {
		if c, err := f(ctx, r); err != nil || c.State != "ok" {
			return false, err
		}
	}
	return true, nil
}

func (s *Service) policyReady(ctx context.Context, r db.Reader) (Condition, error) {
	c := Condition{Key: "policy", State: "missing", DoHref: "/service/policy"}
	n, err := newestVersion(ctx, r)
	if n > 0 {
		c.State, c.Args = "ok", []any{"version", n}
	}
	return c, err
}

func (s *Service) linesReady(ctx context.Context, r db.Reader) (Condition, error) {
	c := Condition{Key: "lines", State: "ok", DoHref: "/crisis/lines"}
	f, err := s.Directory.Fresh(ctx, r, s.Clock.Now())
	switch {
	case err != nil:
		return c, err
	case !f.Emergency:
		c.State = "emergency"
	case !f.Talk:
		c.State = "talk"
	case len(f.Stale) > 0:
		c.State, c.Args = "stale", []any{"n", len(f.Stale)}
	}
	return c, nil
}

func (s *Service) pageReady(ctx context.Context, r db.Reader) (Condition, error) {
	c := Condition{Key: "page", State: "missing", DoHref: "/service/test-page"}
	pages, err := s.Shifts.TestPages(ctx, r)
	if err != nil {
		return c, err
	}
	c.State = pageState(pages, s.Clock.Now())
	return c, nil
}

// pageState looks for a test page that somebody answered lately. One answered
// longer ago is "old"; one that nobody answered yet is "unanswered".
func pageState(pages []shifts.TestPage, now moment.Time) string {
	state := "missing"
	for _, p := range pages {
		switch {
		case p.AcknowledgedAt.IsZero():
			if state == "missing" {
				state = "unanswered"
			}
		case now.Sub(p.AcknowledgedAt) < testPageLasts:
			return "ok"
		case state == "missing":
			state = "old"
		}
	}
	return state
}

func (s *Service) staffed(ctx context.Context, r db.Reader) (Condition, error) {
	c := Condition{Key: "staffed", State: "ok", Now: true, DoHref: "/service/people"}
	staff, err := s.Shifts.Staffing(ctx, r)
	if err != nil {
		return c, err
	}
	c.Args = []any{"n", staff.People, "minimum", staff.Minimum}
	switch {
	case staff.Minimum == 1 && !staff.Second:
		c.State = "second"
	case staff.People < staff.Minimum:
		c.State = "few"
	case staff.Peers == 0:
		c.State = "no_peer"
	}
	return c, nil
}
