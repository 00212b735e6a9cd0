package shifts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// crew is a service with people of every kind, on a Saturday evening, 20:00 UTC.
type crew struct {
	*cairntest.World
	tomo, ines, ali, wren, noor *cairntest.Someone
}

func newCrew(w *cairntest.World) crew {
	return crew{w, w.Person("Tomo", access.Coordinator), w.Person("Ines", access.Supervisor), w.Person("Ali", access.Peer), w.Person("Wren", access.Peer), w.Person("Noor", access.Peer)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// day is so many days after the test's Saturday.
func day(n int) calendar.Date { return calendar.DateOf(cairntest.Begins()).Add(n) }

// shift makes a published shift of four hours, from 18:00 UTC.
func (c crew) shift(t *testing.T, n, places int, lead bool) moment.ID {
	t.Helper()
	id, err := c.Shifts.Make(t.Context(), c.tomo.Actor, shifts.NewShift{Date: day(n), Starts: 18 * 60, Ends: 22 * 60, Places: places, NeedsLead: lead, Publish: true})
	must(t, err)
	return id
}

func (c crew) take(t *testing.T, p *cairntest.Someone, id moment.ID) {
	t.Helper()
	must(t, c.Shifts.SignUp(t.Context(), p.Actor, id, false, false))
}

// on names who is on a shift, in the eyes of the coordinator.
func (c crew) on(t *testing.T, id moment.ID) string {
	t.Helper()
	o, err := c.Shifts.Shift(t.Context(), c.tomo.Actor, id)
	must(t, err)
	var names []string
	leads, talkers := 0, 0
	for _, x := range o.People {
		names = append(names, x.Card.Name)
		if x.Leads {
			leads++
		}
		if x.Talks {
			talkers++
		}
	}
	if o.Taken != len(names) || o.Leads != leads || o.Talkers != talkers {
		t.Errorf("counted %d, %d, %d; there are %d, %d, %d", o.Taken, o.Leads, o.Talkers, len(names), leads, talkers)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (c crew) signup(t *testing.T, p *cairntest.Someone, id moment.ID) shifts.Signup {
	t.Helper()
	o, err := c.Shifts.Shift(t.Context(), p.Actor, id)
	must(t, err)
	if o.Mine == nil {
		t.Fatalf("%s is not on the shift", p.Name)
	}
	return *o.Mine
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != kind || key != "" && f.Key != key && !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Key == key }) {
		t.Errorf("got %v, want %v %s", err, kind, key)
	}
}

// atOnce runs f for everybody at the same moment and counts who won.
func TestSignUpByTheRules(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		tuesday := c.shift(t, 3, 3, false)
		c.take(t, c.ali, tuesday)
		long, err := w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: day(5), Starts: 16 * 60, Ends: 22 * 60, Places: 2, Publish: true})
		must(t, err)
		early, err := w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: day(4), Starts: 5 * 60, Ends: 8 * 60, Places: 2, Publish: true})
		must(t, err)
		wants(t, w.Shifts.SignUp(ctx, c.ali.Actor, early, false, true), fault.Invalid, "shifts.never.rest")
		wants(t, w.Shifts.SignUp(ctx, c.ali.Actor, long, false, false), fault.Invalid, "shifts.past.length")
		wants(t, w.Shifts.PutIn(ctx, c.tomo.Actor, long, c.ali.ID, false), fault.Invalid, "shifts.past.length")
		must(t, w.Shifts.SignUp(ctx, c.ali.Actor, long, false, true))
		if !c.signup(t, c.ali, long).PastDefault || c.signup(t, c.ali, tuesday).PastDefault {
			t.Error("going past a default is written on the sign-up, and only there")
		}
		var n int
		must(t, w.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM access_audit WHERE verb = 'shifts.sign_up_past_default' AND actor = $1`, c.ali.ID).Scan(&n))
		if n != 1 {
			t.Errorf("%d in the audit", n)
		}
	})
}

func TestWhoMayDoWhatWithThePlan(t *testing.T) {
	w := cairntest.New(t)
	c := newCrew(w)
	ctx := t.Context()
	heron, slate := w.Person("Heron"), w.Person("Slate", access.Administrator)
	_, err := w.Shifts.Make(ctx, c.ali.Actor, shifts.NewShift{})
	wants(t, err, fault.NotFound, "")
	draft, err := w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: day(2), Starts: 18 * 60, Ends: 22 * 60, Places: 2})
	must(t, err)
	for _, p := range []*cairntest.Someone{heron, slate, w.Browser(), c.ali} {
		if got := p.Get("/rota/shift/" + string(draft)); got.Status == 200 {
			t.Errorf("%s sees a draft", p.Name)
		}
	}
	wants(t, w.Shifts.SignUp(ctx, c.ali.Actor, draft, false, false), fault.NotFound, "")
	must(t, w.Shifts.Publish(ctx, c.tomo.Actor, draft))
	must(t, w.Shifts.Publish(ctx, c.tomo.Actor, draft))
	wants(t, w.Shifts.SignUp(ctx, c.ali.Actor, draft, true, false), fault.Forbidden, "shifts.error.lead")
	wants(t, w.Shifts.SignUp(ctx, c.ines.Actor, draft, false, false), fault.Forbidden, "shifts.error.not_peer")
	wants(t, w.Shifts.SignUp(ctx, heron.Actor, draft, false, false), fault.NotFound, "")
	wants(t, w.Shifts.PutIn(ctx, c.tomo.Actor, draft, heron.ID, false), fault.Invalid, "shifts.error.person")
	wants(t, w.Shifts.PutIn(ctx, c.ines.Actor, draft, c.ali.ID, false), fault.NotFound, "")
	must(t, w.Shifts.PutIn(ctx, c.tomo.Actor, draft, c.ali.ID, false))
	if x := c.signup(t, c.ali, draft); x.PutBy != c.tomo.ID {
		t.Errorf("put by %q", x.PutBy)
	}
	if got := c.ali.Get("/rota/shift/" + string(draft)); !strings.Contains(got.Body, "A coordinator put you on this shift") {
		t.Error("who was put in is not told")
	}
	must(t, w.Shifts.SignOff(ctx, c.ali.Actor, draft)) // and can say no
	must(t, w.Shifts.SignOff(ctx, c.ali.Actor, draft))
	if got := c.on(t, draft); got != "" {
		t.Errorf("on it: %s", got)
	}
	c.take(t, c.wren, draft)
	wants(t, w.Shifts.TakeOff(ctx, c.ali.Actor, draft, c.wren.ID), fault.NotFound, "")
	must(t, w.Shifts.TakeOff(ctx, c.tomo.Actor, draft, c.wren.ID))
	w.Time.Advance(48 * time.Hour)
	wants(t, w.Shifts.SignUp(ctx, c.ali.Actor, draft, false, false), fault.Conflict, "shifts.error.begun")
}

func TestThePageOfTheWeek(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		heron := w.Person("Heron")
		if got := heron.Get("/rota"); got.Status != 404 {
			t.Errorf("a member sees the plan: %d", got.Status)
		}
		if got := w.Browser().Get("/rota"); got.Status != 401 && got.Status != 303 {
			t.Errorf("a visitor sees the plan: %d", got.Status)
		}
		if got := c.ali.Post("/rota/new", "date", "2026-11-24"); got.Status != 404 {
			t.Errorf("a peer makes shifts: %d", got.Status)
		}
		refused := c.tomo.Post("/rota/new", "date", "2026-11-24", "starts", "18:00", "ends", "23:59", "places", "1", "lead", "yes")
		if refused.Status != 422 || !strings.Contains(refused.Body, `value="2026-11-24"`) || !strings.Contains(refused.Body, "Please choose from 2 to 50 places.") {
			t.Errorf("refused: %d", refused.Status)
		}
		refused = c.tomo.Post("/rota/new", "date", "2026-11-24", "starts", "16:00", "ends", "23:59", "places", "2")
		if refused.Status != 422 || !strings.Contains(refused.Body, "A shift lasts 6 hours at most.") {
			t.Errorf("refused for its length: %d", refused.Status)
		}
		made := c.tomo.Post("/rota/new", "date", "2026-11-24", "starts", "22:00", "ends", "02:00", "places", "2", "publish", "yes", "weekly", "yes", "until", "2026-12-01")
		if made.Status != 303 || made.To() != "/rota?week=2026-W48" {
			t.Fatalf("made: %d %s", made.Status, made.To())
		}
		page := c.ali.Get(made.To())
		if !strings.Contains(page.Body, "22:00 to 02:00") || !strings.Contains(page.Body, "2 places are free.") || !strings.Contains(page.Body, "Needs 2 more people") {
			t.Error("the week does not show the shift")
		}
		if next := c.ali.Get("/rota?week=2026-W49"); !strings.Contains(next.Body, "22:00 to 02:00") || !strings.Contains(next.Body, "/rota?week=2026-W48") {
			t.Error("nor does the next week")
		}
		at := between(t, page.Body, `href="/rota/shift/`, `"`)
		if got := c.ali.Post("/rota/shift/" + at + "/take"); got.Status != 303 {
			t.Fatalf("take: %d", got.Status)
		}
		if got := c.ali.Get(made.To()); !strings.Contains(got.Body, "You are on it") || !strings.Contains(got.Body, "Needs 1 more person") {
			t.Error("the week does not show that I took it")
		}
		if got := heron.Post("/rota/shift/" + at + "/take"); got.Status != 404 {
			t.Errorf("a member takes a shift: %d", got.Status)
		}
		if got := c.ines.Post("/rota/shift/" + at + "/take"); got.Status != 403 || !strings.Contains(got.Body, "role of a peer") {
			t.Errorf("without the role: %d", got.Status)
		}
		if got := c.ali.Get("/shift"); !strings.Contains(got.Body, "Tuesday 24 November, 22:00 to 02:00") {
			t.Error("the worker's page does not show what comes next")
		}
		for path, want := range map[string]int{"/rota?week=9999-W99": 200, "/rota?week=%00": 422, "/rota/mine": 200, "/rota/shift/" + at: 200} {
			if got := c.ali.Get(path); got.Status != want {
				t.Errorf("%s: %d, want %d", path, got.Status, want)
			}
		}
		for _, path := range []string{"/rota/new", "/rota/on-call", "/rota/limits"} {
			if got := c.tomo.Get(path); got.Status != 200 {
				t.Errorf("%s: %d", path, got.Status)
			}
			if got := c.ali.Get(path); got.Status != 404 {
				t.Errorf("%s for a peer: %d", path, got.Status)
			}
		}
	})
}

func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, before)
	out, _, also := strings.Cut(rest, after)
	if !found || !also {
		t.Fatalf("%q is not on the page", before)
	}
	return out
}
