package shifts_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestCeilingsKeepTheirLimits(t *testing.T) {
	if err := shifts.DefaultCeilings().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*shifts.Ceilings){
		"four at once":            func(c *shifts.Ceilings) { c.Experienced = 4 },
		"none at once":            func(c *shifts.Ceilings) { c.New = 0 },
		"fewer with experience":   func(c *shifts.Ceilings) { c.New, c.Experienced = 2, 1 },
		"six hours with people":   func(c *shifts.Ceilings) { c.Contact = 6 * time.Hour },
		"four heavy ones in turn": func(c *shifts.Ceilings) { c.Heavy = 4 },
		"no rest":                 func(c *shifts.Ceilings) { c.CoolDown = 0 },
	} {
		c := shifts.DefaultCeilings()
		spoil(&c)
		if err := c.Validate(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func write(t *testing.T, w *cairntest.World, f func(tx db.Writer) error) {
	t.Helper()
	if err := w.DB.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func claims(t *testing.T, w *cairntest.World, p *cairntest.Someone) bool {
	t.Helper()
	got := false
	write(t, w, func(tx db.Writer) error {
		var err error
		got, err = w.Shifts.Claim(t.Context(), tx, p.ID)
		return err
	})
	return got
}

// talk lets a worker have one contact of some length.
func talk(t *testing.T, w *cairntest.World, p *cairntest.Someone, d time.Duration, concern, heavy bool) {
	t.Helper()
	if !claims(t, w, p) {
		t.Fatal("no place")
	}
	ref := moment.NewID()
	write(t, w, func(tx db.Writer) error { return w.Shifts.Begin(t.Context(), tx, p.ID, ref) })
	w.Time.Advance(d)
	write(t, w, func(tx db.Writer) error {
		if err := w.Shifts.Finish(t.Context(), tx, p.ID, ref, concern); err != nil {
			return err
		}
		if err := w.Shifts.Release(t.Context(), tx, p.ID, true); err != nil {
			return err
		}
		return w.Shifts.Felt(t.Context(), tx, p.ID, ref, heavy)
	})
}

func works(t *testing.T, w *cairntest.World, p *cairntest.Someone) {
	t.Helper()
	if err := w.Shifts.Start(t.Context(), p.Actor, false); err != nil {
		t.Fatal(err)
	}
	if err := say(t, w, p, shifts.Ready); err != nil {
		t.Fatal(err)
	}
}

func TestMinutesOfAShift(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ali := w.Person("Ali", access.Peer)
		works(t, w, ali)
		usual := shifts.DefaultCeilings().Contact
		talk(t, w, ali, usual-time.Minute, false, false)
		talk(t, w, ali, time.Minute, false, false)
		if claims(t, w, ali) {
			t.Fatal("offered past the minutes of a shift")
		}
		// Leaving and coming back resets nothing.
		write(t, w, func(tx db.Writer) error { return w.Shifts.Leave(t.Context(), tx, ali.Actor) })
		w.Time.Advance(10 * time.Minute)
		works(t, w, ali)
		if claims(t, w, ali) {
			t.Fatal("leaving and coming back resets what was carried")
		}
		if err := w.Shifts.ChooseLimits(t.Context(), ali.Actor, 1, 24*60); !fault.Is(err, fault.Invalid) {
			t.Errorf("past the hard limit: %v", err)
		}
		if err := w.Shifts.ChooseLimits(t.Context(), ali.Actor, 1, 240); err != nil {
			t.Fatal(err)
		}
		if !claims(t, w, ali) {
			t.Error("their own choice within the hard limit holds")
		}
		l, err := w.Shifts.Carried(t.Context(), ali.Actor, ali.ID)
		if err != nil || len(l.Choices) != 1 || l.Choices[0].Chosen != 240 || l.Weeks[0].Contacts != 2 || l.Weeks[0].Minutes != int(usual.Minutes()) {
			t.Errorf("%+v %v", l, err)
		}
	})
}

func TestARunningContactCounts(t *testing.T) {
	w := cairntest.New(t)
	ali := w.Person("Ali", access.Peer)
	works(t, w, ali)
	if err := w.Shifts.ChooseLimits(t.Context(), ali.Actor, 2, 180); err != nil {
		t.Fatal(err)
	}
	if !claims(t, w, ali) {
		t.Fatal("no place")
	}
	write(t, w, func(tx db.Writer) error { return w.Shifts.Begin(t.Context(), tx, ali.ID, "one") })
	w.Time.Advance(3 * time.Hour)
	if claims(t, w, ali) {
		t.Error("somebody is offered beside a contact that has taken the whole shift")
	}
}

func TestRestAfterAConcernAndHeavyOnesInARow(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		rest := shifts.DefaultCeilings().CoolDown
		tests := []struct {
			name  string
			had   []bool // heavy or not, in turn
			worry bool
			rests bool
		}{
			{"a light one", []bool{false}, false, false},
			{"one heavy", []bool{true}, false, false},
			{"two heavy in a row", []bool{true, true}, false, true},
			{"heavy, light, heavy", []bool{true, false, true}, false, false},
			{"a light one with a concern", []bool{false}, true, true},
		}
		for _, tt := range tests {
			p := w.Person("Ali "+strings.ReplaceAll(tt.name, ",", ""), access.Peer)
			works(t, w, p)
			for _, heavy := range tt.had {
				talk(t, w, p, time.Minute, tt.worry, heavy)
			}
			if got := !claims(t, w, p); got != tt.rests {
				t.Errorf("%s: rests %v", tt.name, got)
			}
			if !tt.rests {
				continue
			}
			w.Pass(rest)
			if !claims(t, w, p) {
				t.Errorf("%s: the rest does not end", tt.name)
			}
		}
	})
}

func TestHoursBetweenShifts(t *testing.T) {
	w := cairntest.New(t)
	ali := w.Person("Ali", access.Peer)
	stretch := func(pause time.Duration) error {
		t.Helper()
		works(t, w, ali)
		w.Time.Advance(2 * time.Hour)
		write(t, w, func(tx db.Writer) error { return w.Shifts.Leave(t.Context(), tx, ali.Actor) })
		w.Time.Advance(pause)
		if err := w.Shifts.Start(t.Context(), ali.Actor, false); err != nil {
			t.Fatal(err)
		}
		return say(t, w, ali, shifts.Ready)
	}
	if err := stretch(9 * time.Hour); !fault.Is(err, fault.Conflict) {
		t.Fatalf("nine hours: %v", err)
	}
	if err := w.Shifts.WorkAnyway(t.Context(), ali.Actor); err != nil {
		t.Fatal(err)
	}
	if err := say(t, w, ali, shifts.Ready); err != nil {
		t.Fatalf("their own choice: %v", err)
	}
	write(t, w, func(tx db.Writer) error { return w.Shifts.Leave(t.Context(), tx, ali.Actor) })
	w.Time.Advance(12 * time.Hour)
	if err := stretch(7 * time.Hour); !fault.Is(err, fault.Conflict) {
		t.Fatalf("seven hours: %v", err)
	}
	if err := w.Shifts.WorkAnyway(t.Context(), ali.Actor); !fault.Is(err, fault.Conflict) {
		t.Errorf("past the hard limit by choice: %v", err)
	}
}

func TestALedgerIsTheirsAndTheirSupervisors(t *testing.T) {
	w := cairntest.New(t)
	ali, mina, ines := w.Person("Ali", access.Peer), w.Person("Mina", access.Peer), w.Person("Ines", access.Supervisor)
	cora, root := w.Person("Cora", access.Coordinator), w.Person("Root", access.Administrator)
	works(t, w, ali)
	talk(t, w, ali, 10*time.Minute, false, true)
	if got := ali.Get("/me/ledger"); got.Status != 200 || !strings.Contains(got.Body, "What you carry") {
		t.Errorf("their own: %d", got.Status)
	}
	for who, want := range map[*cairntest.Someone]int{mina: 404, cora: 404, root: 404, ines: 200} {
		if got := who.Get("/ledger/" + string(ali.ID)); got.Status != want {
			t.Errorf("%s: %d, want %d", who.Name, got.Status, want)
		}
	}
	lines, err := w.Ledger.About(t.Context(), ali.ID, 10)
	if err != nil || len(lines) == 0 || lines[0].Actor != ines.ID || lines[0].Verb != "shifts.read_ledger" {
		t.Errorf("that a supervisor looked is not written down: %+v", lines)
	}
}
