package shifts_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
)

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
		for _, name := range []string{"shifts.json", "shifts-planned.json", "shifts-on-call.json", "shifts-calendar.json", "shifts-ledger.json", "shifts-own-limits.json"} {
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
