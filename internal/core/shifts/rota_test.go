package shifts_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
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
func atOnce(everybody []*cairntest.Someone, f func(p *cairntest.Someone) error) (won int, lost []error) {
	var group sync.WaitGroup
	errs := make([]error, len(everybody))
	for i, p := range everybody {
		group.Go(func() { errs[i] = f(p) })
	}
	group.Wait()
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			lost = append(lost, err)
		}
	}
	return won, lost
}

func crowd(w *cairntest.World, n int) []*cairntest.Someone {
	var out []*cairntest.Someone
	for i := range n {
		out = append(out, w.Person("Peer-"+string(rune('A'+i)), access.Peer))
	}
	return out
}

func TestTheLastPlaceIsTakenOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		id := c.shift(t, 2, 3, true)
		c.take(t, c.ali, id)
		won, lost := atOnce(crowd(w, 8), func(p *cairntest.Someone) error { return w.Shifts.SignUp(t.Context(), p.Actor, id, false, false) })
		if won != 1 {
			t.Fatalf("%d took the one place: %s", won, c.on(t, id))
		}
		for _, err := range lost {
			wants(t, err, fault.Conflict, "shifts.error.full")
		}
		must(t, w.Shifts.SignUp(t.Context(), c.ines.Actor, id, true, false)) // the last was kept for who leads
		wants(t, w.Shifts.SignUp(t.Context(), c.tomo.Actor, id, true, false), fault.Conflict, "shifts.error.full")
		must(t, w.Shifts.SignUp(t.Context(), c.ali.Actor, id, false, false)) // pressing twice is no error
		if got := c.on(t, id); strings.Count(got, " ") != 2 {
			t.Errorf("on it: %s", got)
		}
	})
}

func TestASwapIsTakenOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		id := c.shift(t, 2, 2, false)
		c.take(t, c.ali, id)
		mine := c.signup(t, c.ali, id).ID
		wants(t, w.Shifts.TakeSwap(t.Context(), c.wren.Actor, mine, false), fault.Conflict, "shifts.error.swap_gone")
		must(t, w.Shifts.AskSwap(t.Context(), c.ali.Actor, id))
		if got := c.on(t, id); got != "Ali" {
			t.Errorf("who looks for somebody stays until then: %s", got)
		}
		wants(t, w.Shifts.TakeSwap(t.Context(), c.ali.Actor, mine, false), fault.Conflict, "shifts.error.own")
		won, lost := atOnce(crowd(w, 6), func(p *cairntest.Someone) error { return w.Shifts.TakeSwap(t.Context(), p.Actor, mine, false) })
		if won != 1 {
			t.Fatalf("%d took one swap", won)
		}
		for _, err := range lost {
			wants(t, err, fault.Conflict, "shifts.error.swap_gone")
		}
		if got := c.on(t, id); strings.Contains(got, " ") || got == "Ali" {
			t.Errorf("on it: %s", got)
		}
	})
}

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

func TestAnExchangeChangesBothOrNone(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		tuesday, thursday, friday := c.shift(t, 3, 2, false), c.shift(t, 5, 2, false), c.shift(t, 6, 2, false)
		c.take(t, c.ali, tuesday)
		c.take(t, c.wren, thursday)
		theirs := c.signup(t, c.wren, thursday).ID
		offer := func() shifts.Offered {
			t.Helper()
			must(t, w.Shifts.OfferExchange(ctx, c.ali.Actor, tuesday, theirs, false))
			r, err := w.Shifts.Rota(ctx, c.wren.Actor, shifts.Span{From: 1, Until: 2})
			must(t, err)
			if len(r.Exchanges) != 1 {
				t.Fatalf("%d offers", len(r.Exchanges))
			}
			return r.Exchanges[0]
		}
		first := offer()
		offer() // asking twice is one offer
		wants(t, w.Shifts.AcceptExchange(ctx, c.noor.Actor, first.ID, false), fault.NotFound, "")
		wants(t, w.Shifts.AcceptExchange(ctx, c.ali.Actor, first.ID, false), fault.NotFound, "")
		must(t, w.Shifts.CloseExchange(ctx, c.wren.Actor, first.ID))
		wants(t, w.Shifts.AcceptExchange(ctx, c.wren.Actor, first.ID, false), fault.NotFound, "")
		second := offer()
		must(t, w.Shifts.AcceptExchange(ctx, c.wren.Actor, second.ID, false))
		if a, b := c.on(t, tuesday), c.on(t, thursday); a != "Wren" || b != "Ali" {
			t.Fatalf("Tuesday %s, Thursday %s", a, b)
		}
		// The rules are asked again when it is accepted: Noor has a shift the night before by then.
		c.take(t, c.noor, friday)
		must(t, w.Shifts.OfferExchange(ctx, c.wren.Actor, tuesday, c.signup(t, c.noor, friday).ID, false))
		dawn, err := w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: day(4), Starts: 4 * 60, Ends: 7 * 60, Places: 2, Publish: true})
		must(t, err)
		c.take(t, c.noor, dawn)
		r, err := w.Shifts.Rota(ctx, c.noor.Actor, shifts.Span{From: 1, Until: 2})
		must(t, err)
		wants(t, w.Shifts.AcceptExchange(ctx, c.noor.Actor, r.Exchanges[0].ID, true), fault.Invalid, "shifts.never.rest")
		if a, b := c.on(t, tuesday), c.on(t, friday); a != "Wren" || b != "Noor" {
			t.Fatalf("after a refusal: Tuesday %s, Friday %s", a, b)
		}
	})
}

func TestTheOpeningFollowsTheStaffedPlan(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		next := func() string {
			t.Helper()
			st, err := w.Support.Status(ctx)
			must(t, err)
			if !st.NextKnown {
				return "unknown"
			}
			return st.Next.Std().Format("01-02 15:04")
		}
		must(t, w.Shifts.SetPlan(ctx, c.tomo.Actor, []shifts.Hours{{Weekday: time.Sunday, Opens: 600, Closes: 660}}, "UTC"))
		if got := next(); got != "11-22 10:00" {
			t.Fatalf("without a plan the hours count: %s", got)
		}
		tuesday, thursday := c.shift(t, 3, 3, true), c.shift(t, 5, 2, false)
		if got := next(); got != "unknown" {
			t.Errorf("nobody is signed up, and it is promised: %s", got)
		}
		c.take(t, c.ali, thursday)
		if got := next(); got != "unknown" {
			t.Errorf("one of two is signed up, and it is promised: %s", got)
		}
		c.take(t, c.wren, thursday)
		if got := next(); got != "11-26 18:00" {
			t.Errorf("the staffed shift: %s", got)
		}
		home := w.Browser().Get("/").Body
		if !strings.Contains(home, "Thursday 26 November") || strings.Contains(home, "Sunday") {
			t.Error("the first page does not say the staffed shift")
		}
		c.take(t, c.ali, tuesday)
		c.take(t, c.wren, tuesday)
		if got := next(); got != "11-26 18:00" {
			t.Errorf("a lead is needed and none is there: %s", got)
		}
		gaps, err := w.Shifts.Gaps(ctx, w.DB.Reader(), shifts.Span{From: w.Time.Now(), Until: w.Time.Now().Add(7 * 24 * time.Hour)})
		must(t, err)
		if len(gaps) != 1 || gaps[0].ID != tuesday || !gaps[0].Lead || gaps[0].People != 0 {
			t.Errorf("what the coordinator sees: %+v", gaps)
		}
		if got := c.tomo.Get("/service").Body; !strings.Contains(got, "Needs a lead") || strings.Contains(got, "Wren") {
			t.Error("the overview says what the plan lacks, and no names")
		}
		must(t, w.Shifts.SignUp(ctx, c.ines.Actor, tuesday, true, false))
		if got := next(); got != "11-24 18:00" {
			t.Errorf("with a lead: %s", got)
		}
		must(t, w.Shifts.CancelShift(ctx, c.tomo.Actor, tuesday, false))
		if got := next(); got != "11-26 18:00" {
			t.Errorf("after it was cancelled: %s", got)
		}
		w.Time.Advance(118*time.Hour + time.Minute) // Thursday, 18:01
		st, err := w.Support.Status(ctx)
		must(t, err)
		if st.Until.Std().Format("01-02 15:04") != "11-26 22:00" || st.Open {
			t.Errorf("planned until %v; open %v though nobody is here", st.Until.Std(), st.Open)
		}
	})
}

func TestEachWeekByTheWallClock(t *testing.T) {
	w := cairntest.New(t)
	c := newCrew(w)
	ctx := t.Context()
	must(t, w.Shifts.SetPlan(ctx, c.tomo.Actor, nil, "Europe/Berlin"))
	_, err := w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: calendar.Date{Year: 2027, Month: 3, Day: 14}, Starts: 120, Ends: 300, Places: 2, Weekly: true,
		Until: calendar.Date{Year: 2027, Month: 4, Day: 4}, Publish: true})
	must(t, err)
	r, err := w.Shifts.Rota(ctx, c.ali.Actor, shifts.Span{From: w.Time.Now(), Until: w.Time.Now().Add(200 * 24 * time.Hour)})
	must(t, err)
	var got []string
	for _, l := range r.Shifts {
		got = append(got, l.StartsAt.Std().Format("01-02 15:04")+" "+l.Span().Long().String())
	}
	want := []string{"03-14 01:00 3h0m0s", "03-21 01:00 3h0m0s", "03-28 01:00 2h0m0s", "04-04 00:00 3h0m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("two to five in Berlin:\n%v\nwant\n%v", got, want)
	}
	_, err = w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: calendar.Date{Year: 2027, Month: 10, Day: 30}, Starts: 22 * 60, Ends: 28 * 60, Places: 2})
	wants(t, err, fault.Invalid, "shifts.error.clocks")
	must(t, w.Shifts.CancelShift(ctx, c.tomo.Actor, r.Shifts[1].ID, true))
	after, err := w.Shifts.Rota(ctx, c.ali.Actor, shifts.Span{From: w.Time.Now(), Until: w.Time.Now().Add(200 * 24 * time.Hour)})
	must(t, err)
	for i, l := range after.Shifts {
		if (l.State == shifts.Cancelled) != (i > 0) {
			t.Errorf("%d is %s after this and all later ones were cancelled", i, l.State)
		}
	}
}

func TestAStartedShiftBelongsToThePlan(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		id := c.shift(t, 1, 3, false)
		for _, p := range []*cairntest.Someone{c.ali, c.wren, c.noor} {
			c.take(t, p, id)
		}
		w.Time.Advance(21*time.Hour + 29*time.Minute) // 17:29
		must(t, w.Shifts.Start(ctx, c.ali.Actor, false))
		w.Time.Advance(61 * time.Minute) // 18:30
		must(t, w.Shifts.Start(ctx, c.wren.Actor, false))
		w.Time.Advance(time.Minute)
		must(t, w.Shifts.Start(ctx, c.noor.Actor, false))
		for p, linked := range map[*cairntest.Someone]bool{c.ali: false, c.wren: true, c.noor: false} {
			mine, on, err := w.Shifts.Mine(ctx, w.DB.Reader(), p.ID)
			must(t, err)
			if worked := c.signup(t, p, id).Worked; !on || (worked == mine.ID) != linked || worked != "" && !linked {
				t.Errorf("%s: on %v, linked to %q", p.Name, on, worked)
			}
		}
	})
}

func TestARoleThatIsLostGivesShiftsBack(t *testing.T) {
	w := cairntest.New(t)
	c := newCrew(w)
	ctx := t.Context()
	slate, ruth := w.Person("Slate", access.Administrator), w.Person("Ruth", access.Peer, access.Supervisor)
	first, second := c.shift(t, 2, 3, true), c.shift(t, 4, 3, false)
	must(t, w.Shifts.SignUp(ctx, ruth.Actor, first, true, false))
	c.take(t, ruth, second)
	must(t, w.Shifts.PutOnCall(ctx, c.tomo.Actor, shifts.Duty{Kind: shifts.First, Person: ruth.ID, From: w.Time.Now(), Until: w.Time.Now().Add(time.Hour)}))
	must(t, w.Shifts.PutOnCall(ctx, c.tomo.Actor, shifts.Duty{Kind: shifts.First, Person: c.ines.ID, From: w.Time.Now() - 1, Until: w.Time.Now().Add(time.Hour)}))
	must(t, w.People.TakeRole(ctx, slate.Actor, ruth.ID, access.Supervisor))
	w.Settle()
	if a, b := c.on(t, first), c.on(t, second); a != "" || b != "Ruth" {
		t.Errorf("without leading: %q and %q", a, b)
	}
	call, err := w.Shifts.OnCall(ctx, w.DB.Reader(), w.Time.Now())
	must(t, err)
	if call.First != c.ines.ID {
		t.Error("who has lost the role is on call")
	}
	must(t, w.People.TakeRole(ctx, slate.Actor, ruth.ID, access.Peer))
	w.Settle()
	if got := c.on(t, second); got != "" {
		t.Errorf("without any role: %q", got)
	}
}

func TestErasingGivesBackWhatIsToCome(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		ruth := w.Person("Ruth", access.Peer, access.Supervisor)
		past, future := c.shift(t, 1, 2, false), c.shift(t, 9, 2, false)
		c.take(t, ruth, past)
		c.take(t, ruth, future)
		c.take(t, c.ali, c.shift(t, 11, 2, false))
		must(t, w.Shifts.AskSwap(ctx, ruth.Actor, future))
		must(t, w.Shifts.PutOnCall(ctx, c.tomo.Actor, shifts.Duty{Kind: shifts.Second, Person: ruth.ID, From: w.Time.Now(), Until: w.Time.Now().Add(time.Hour)}))
		token, err := w.Shifts.NewFeed(ctx, ruth.Actor, "en")
		must(t, err)
		must(t, w.Support.StartShift(ctx, ruth.Actor, false, shifts.Check{How: 4}))
		w.Time.Advance(48 * time.Hour)
		files := map[string]any{}
		must(t, shifts.Holding{Service: w.Shifts}.Export(ctx, w.DB.Reader(), ruth.ID, func(file string, v any) error { files[file] = v; return nil }))
		for _, name := range []string{"shifts.json", "shifts-planned.json", "shifts-on-call.json", "shifts-calendar.json"} {
			if files[name] == nil {
				t.Errorf("%s is not in the export", name)
			}
		}
		must(t, w.People.Erase(ctx, ruth.Actor, people.Proof{Name: "Ruth"}))
		w.Settle()
		if got := c.on(t, future); got != "" {
			t.Errorf("what is to come: %q", got)
		}
		o, err := w.Shifts.Shift(ctx, c.tomo.Actor, past)
		must(t, err)
		if len(o.People) != 1 || o.People[0].Card.Name != "" {
			t.Errorf("what is past stays, without a name: %+v", o.People)
		}
		if got := w.Browser().Get(calendar.Path(token)); got.Status != 404 {
			t.Errorf("the calendar address goes on: %d", got.Status)
		}
		var n int
		must(t, w.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM shifts_check WHERE person = $1`, ruth.ID).Scan(&n))
		if n != 0 {
			t.Errorf("%d taps left", n)
		}
	})
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

func TestTheNumberOfTheClinician(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		post := func(pairs ...string) cairntest.Page { return c.tomo.Post("/rota/on-call", pairs...) }
		span := []string{"from", "2026-11-21T08:00", "until", "2026-11-28T08:00"}
		if got := post(append(span, "kind", "clinician", "name", "Dr. Willow", "phone", "none")...); got.Status != 422 || !strings.Contains(got.Body, "Dr. Willow") {
			t.Errorf("refused: %d", got.Status)
		}
		if got := post(append(span, "kind", "first", "person", string(c.ali.ID))...); got.Status != 422 {
			t.Errorf("a peer on call: %d", got.Status)
		}
		for _, pairs := range [][]string{{"kind", "clinician", "name", "Dr. Willow", "phone", "+254 555 0190"}, {"kind", "first", "person", string(c.ines.ID)}} {
			if got := post(append(span, pairs...)...); got.Status != 303 {
				t.Fatalf("%v: %d", pairs, got.Status)
			}
		}
		call, err := w.Shifts.OnCall(ctx, w.DB.Reader(), w.Time.Now())
		must(t, err)
		if call != (shifts.OnCall{First: c.ines.ID, Clinician: shifts.Clinician{Name: "Dr. Willow", Phone: "+254 555 0190"}}) {
			t.Errorf("%+v", call)
		}
		if got := c.ali.Get("/rota").Body; !strings.Contains(got, "Dr. Willow") || strings.Contains(got, "0190") {
			t.Error("a peer sees the name and not the number")
		}
		if got := c.ines.Get("/rota").Body; !strings.Contains(got, "+254 555 0190") {
			t.Error("a supervisor does not see the number")
		}
		var reads, open int
		must(t, w.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM access_audit WHERE verb = 'shifts.read_number' AND actor = $1`, c.ines.ID).Scan(&reads))
		must(t, w.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM shifts_oncall WHERE name = $1 OR phone = $2`, []byte("Dr. Willow"), []byte("+254 555 0190")).Scan(&open))
		if reads != 1 || open != 0 {
			t.Errorf("%d reads in the audit, %d lie open", reads, open)
		}
		lead, err := w.Shifts.LeadNow(ctx, w.DB.Reader())
		if err != nil || lead != "" {
			t.Errorf("nobody leads: %q %v", lead, err)
		}
		must(t, w.Shifts.Start(ctx, c.ines.Actor, true))
		w.Time.Advance(time.Second)
		must(t, w.Shifts.Start(ctx, c.tomo.Actor, true))
		if lead, err = w.Shifts.LeadNow(ctx, w.DB.Reader()); err != nil || lead != c.ines.ID {
			t.Errorf("the longest here leads: %q %v", lead, err)
		}
		must(t, w.DB.Write(ctx, func(tx db.Writer) error { return w.Shifts.Stop(ctx, tx, c.ines.Actor) }))
		if lead, err = w.Shifts.LeadNow(ctx, w.DB.Reader()); err != nil || lead != c.tomo.ID {
			t.Errorf("who has stopped does not lead: %q %v", lead, err)
		}
	})
}
