package shifts

import (
	"context"
	"strconv"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const jobRested = "shifts.rested" // a rest is over: somebody may be offered again

const settingCeiling = "shifts.ceiling_"

// Ceilings gives the service's ceilings.
func (s *Service) Ceilings(ctx context.Context, r db.Reader) (Ceilings, error) {
	c := DefaultCeilings()
	for _, x := range c.numbers() {
		text, err := access.Setting(ctx, r, settingCeiling+x.name, "")
		if err != nil {
			return c, err
		}
		if n, err := strconv.Atoi(text); err == nil && text != "" {
			x.set(n)
		}
	}
	return c, nil
}

// ceiling is one ceiling as a whole number, times in minutes.
type ceiling struct {
	name string
	get  func() int
	set  func(int)
}

func (c *Ceilings) numbers() []ceiling {
	plain := func(name string, p *int) ceiling {
		return ceiling{name, func() int { return *p }, func(n int) { *p = n }}
	}
	span := func(name string, p *time.Duration, unit time.Duration) ceiling {
		return ceiling{name, func() int { return int(*p / unit) }, func(n int) { *p = time.Duration(n) * unit }}
	}
	return []ceiling{plain("new", &c.New), plain("experienced", &c.Experienced), plain("after", &c.After), span("contact", &c.Contact, time.Minute), plain("heavy", &c.Heavy), span("cooldown", &c.CoolDown, time.Minute)}
}

// SetCeilings sets them, within the hard limits. Who is on shift keeps what
// theirs began with.
func (s *Service) SetCeilings(ctx context.Context, a access.Actor, c Ceilings) error {
	if err := PermPlan.Check(a); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		for _, x := range c.numbers() {
			if err := access.SetSetting(ctx, tx, a, s.Clock.Now(), settingCeiling+x.name, strconv.Itoa(x.get())); err != nil {
				return err
			}
		}
		return nil
	})
}

// ceil gives a new shift its ceilings, and what is still carried from one that
// ended a moment ago: leaving and coming back resets nothing.
func (s *Service) ceil(ctx context.Context, tx db.Writer, shift *Shift) error {
	c, err := s.Ceilings(ctx, tx)
	if err != nil {
		return err
	}
	had, err := contactsHad(ctx, tx, shift.Person)
	if err != nil {
		return err
	}
	if shift.Most > 0 {
		shift.Most = c.Most(had)
	}
	shift.Usual, shift.SpentMost = shift.Most, c.Contact.Microseconds()
	last, found, err := lastShift(ctx, tx, shift.Person)
	if err != nil || !found {
		return err
	}
	if shift.StartedAt.Sub(last.EndedAt) < SameStretch {
		shift.Spent, shift.HeavyRun, shift.RestUntil, shift.RestChosen = last.Spent, last.HeavyRun, last.RestUntil, last.RestChosen
	}
	return nil
}

// rested tells whether enough hours lie between this stretch of work and the one
// before, and how many lie there.
func (s *Service) rested(ctx context.Context, r db.Reader, shift Shift) (bool, time.Duration, error) {
	if shift.RestChosen {
		return true, 0, nil
	}
	limits, err := s.Limits(ctx, r)
	if err != nil {
		return false, 0, err
	}
	end, found, err := stretchBefore(ctx, r, shift)
	if err != nil || !found {
		return err == nil, 0, err
	}
	gap := shift.StartedAt.Sub(end)
	return gap >= limits.Rest, gap, nil
}

// ChooseLimits is the worker's own choice for the running shift: fewer at once at
// any time, more than usual within the hard limit, and then it is recorded. It is
// nobody else's to choose.
func (s *Service) ChooseLimits(ctx context.Context, a access.Actor, most, minutes int) error {
	var p fault.Problems
	if most < 1 || most > HardMost {
		p.AddWith("most", "shifts.error.ceiling", map[string]any{"least": 1, "most": HardMost})
	}
	if hard := int(HardContact.Minutes()); minutes < 1 || minutes > hard {
		p.AddWith("minutes", "shifts.error.ceiling", map[string]any{"least": 1, "most": hard})
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		shift, err := s.own(ctx, tx, a)
		if err != nil {
			return err
		}
		if shift.Most == 0 {
			return fault.New(fault.Conflict, "shifts.error.only_leads")
		}
		c, err := s.Ceilings(ctx, tx)
		if err != nil {
			return err
		}
		usual := int(c.Contact.Minutes())
		for _, x := range []Choice{{What: "most", Usual: shift.Usual, Chosen: most}, {What: "minutes", Usual: usual, Chosen: minutes}} {
			if err := s.choose(ctx, tx, a, shift, x); err != nil {
				return err
			}
		}
		if err := setLimits(ctx, tx, shift.ID, most, (time.Duration(minutes) * time.Minute).Microseconds()); err != nil {
			return fault.Op("shift limits", err)
		}
		return s.changed(ctx, tx, a, "shifts.limits", shift.ID)
	})
}

// choose records a choice beyond the usual.
func (s *Service) choose(ctx context.Context, tx db.Writer, a access.Actor, shift Shift, x Choice) error {
	if x.Chosen <= x.Usual && x.What != "rest" {
		return nil
	}
	x.At = s.Clock.Now()
	return fault.Op("shift choice", insertChoice(ctx, tx, moment.NewID(), a.Person, shift.ID, x))
}

// WorkAnyway is the worker's own choice to be offered people though fewer hours
// than usual lie since their last shift; never fewer than RestLeast.
func (s *Service) WorkAnyway(ctx context.Context, a access.Actor) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		shift, err := s.own(ctx, tx, a)
		if err != nil {
			return err
		}
		ok, gap, err := s.rested(ctx, tx, shift)
		if err != nil || ok {
			return err
		}
		if gap < RestLeast {
			return fault.New(fault.Conflict, "shifts.error.rest_hard").With(map[string]any{"hours": int(RestLeast.Hours())})
		}
		limits, err := s.Limits(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.choose(ctx, tx, a, shift, Choice{What: "rest", Usual: int(limits.Rest.Hours()), Chosen: int(gap.Hours())}); err != nil {
			return err
		}
		if err := setRestChosen(ctx, tx, shift.ID); err != nil {
			return fault.Op("shift rest", err)
		}
		return s.changed(ctx, tx, a, "shifts.work_anyway", shift.ID)
	})
}

// Begin notes, in the caller's transaction, that a worker is with somebody.
func (s *Service) Begin(ctx context.Context, tx db.Writer, person, ref moment.ID) error {
	now := s.Clock.Now()
	zone, err := s.zone(ctx, tx)
	if err != nil {
		return err
	}
	if err := insertExposure(ctx, tx, Exposure{Person: person, Ref: ref, Kind: "chat", StartedAt: now, Night: isNight(now.Std().In(zone))}); err != nil {
		return fault.Op("exposure", err)
	}
	return fault.Op("exposure", openContact(ctx, tx, person, now))
}

// Finish notes the end, in the caller's transaction. After a contact with a
// concern there is a rest, whatever else.
func (s *Service) Finish(ctx context.Context, tx db.Writer, person, ref moment.ID, concern bool) error {
	now := s.Clock.Now()
	x, found, err := exposureOf(ctx, tx, person, ref)
	if err != nil || !found || !x.EndedAt.IsZero() {
		return err
	}
	if err := endExposure(ctx, tx, person, ref, now, concern); err != nil {
		return fault.Op("exposure", err)
	}
	if err := closeContact(ctx, tx, person, x.StartedAt, now.Sub(x.StartedAt).Microseconds()); err != nil {
		return fault.Op("exposure", err)
	}
	if !concern {
		return nil
	}
	return s.coolDown(ctx, tx, person, now)
}

// Felt notes how it was, in the caller's transaction. Heavy ones in a row lead to
// a rest; one that was not begins to count anew.
func (s *Service) Felt(ctx context.Context, tx db.Writer, person, ref moment.ID, heavy bool) error {
	x, found, err := exposureOf(ctx, tx, person, ref)
	if err != nil || !found {
		return err
	}
	heavy = heavy || x.Concern
	if err := setHeavy(ctx, tx, person, ref, heavy); err != nil {
		return fault.Op("exposure", err)
	}
	return s.countHeavy(ctx, tx, person, heavy)
}

// lookMost is how much of the time between taking a report on and deciding counts as
// carried: nobody reads one for longer without a pause. Ours.
const lookMost = 30 * time.Minute

// Looked notes, in the caller's transaction, that somebody has read and decided a
// report that they took on at an instant. What is heavy to read counts as a heavy
// contact does.
func (s *Service) Looked(ctx context.Context, tx db.Writer, person, ref moment.ID, since moment.Time, heavy bool) error {
	now := s.Clock.Now()
	since = max(since, now.Add(-lookMost))
	zone, err := s.zone(ctx, tx)
	if err != nil {
		return err
	}
	x := Exposure{Person: person, Ref: ref, Kind: "report", StartedAt: since, EndedAt: now, Heavy: heavy, Night: isNight(now.Std().In(zone))}
	if err := insertExposure(ctx, tx, x); err != nil {
		return fault.Op("exposure", err)
	}
	if err := addSpent(ctx, tx, person, now.Sub(since).Microseconds()); err != nil {
		return fault.Op("exposure", err)
	}
	return s.countHeavy(ctx, tx, person, heavy)
}

func (s *Service) countHeavy(ctx context.Context, tx db.Writer, person moment.ID, heavy bool) error {
	shift, on, err := runningOf(ctx, tx, person)
	if err != nil || !on {
		return err
	}
	c, err := s.Ceilings(ctx, tx)
	if err != nil {
		return err
	}
	run := 0
	if heavy {
		run = shift.HeavyRun + 1
	}
	if run >= c.Heavy {
		run = 0
		if err := s.coolDown(ctx, tx, person, s.Clock.Now()); err != nil {
			return err
		}
	}
	return fault.Op("exposure", setHeavyRun(ctx, tx, shift.ID, run))
}

// coolDown gives a worker a rest from now on, never a shorter one than they have.
func (s *Service) coolDown(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	shift, on, err := runningOf(ctx, tx, person)
	if err != nil || !on {
		return err
	}
	c, err := s.Ceilings(ctx, tx)
	if err != nil {
		return err
	}
	until := max(shift.RestUntil, now.Add(c.CoolDown))
	if err := setRest(ctx, tx, shift.ID, until); err != nil {
		return fault.Op("rest", err)
	}
	s.Bus.Publish(tx, Topic, int64(now))
	return s.Bus.At(ctx, tx, jobRested, string(shift.ID), until, aboutShift{shift.ID, person})
}

// restedJob tells the line that somebody may be offered again.
func (s *Service) restedJob(ctx context.Context, tx db.Writer, about aboutShift) error {
	s.Bus.Publish(tx, Topic, int64(s.Clock.Now()))
	return s.Bus.Emit(ctx, tx, bus.Event{Name: "shifts.changed", ID: about.Shift})
}

// Called counts a contact by telephone or in person, in the caller's transaction.
func (s *Service) Called(ctx context.Context, tx db.Writer, x Exposure) error {
	zone, err := s.zone(ctx, tx)
	if err != nil {
		return err
	}
	x.Night = isNight(x.StartedAt.Std().In(zone))
	x.Heavy = x.Heavy || x.Concern
	if err := insertExposure(ctx, tx, x); err != nil {
		return fault.Op("exposure", err)
	}
	if err := addSpent(ctx, tx, x.Person, x.EndedAt.Sub(x.StartedAt).Microseconds()); err != nil {
		return fault.Op("exposure", err)
	}
	if x.Concern {
		if err := s.coolDown(ctx, tx, x.Person, s.Clock.Now()); err != nil {
			return err
		}
	}
	if err := s.countHeavy(ctx, tx, x.Person, x.Heavy); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic, int64(s.Clock.Now()))
	return nil
}

func (s *Service) zone(ctx context.Context, r db.Reader) (*time.Location, error) {
	plan, err := s.Plan(ctx, r)
	return plan.Zone, err
}

// ledgerWeeks is how far back a ledger shows.
const ledgerWeeks = 12

// Carried gives what somebody has carried, as a ledger: their own, or for a supervisor. Nobody
// else sees it, and it is written down when somebody looks.
func (s *Service) Carried(ctx context.Context, a access.Actor, person moment.ID) (Ledger, error) {
	if err := canSeeLedger(a, person).Err(); err != nil {
		return Ledger{}, err
	}
	r, now := s.DB.Reader(), s.Clock.Now()
	zone, err := s.zone(ctx, r)
	if err != nil {
		return Ledger{}, err
	}
	since := moment.At(weekOf(now.Std().In(zone)).AddDate(0, 0, -7*(ledgerWeeks-1)))
	list, err := exposuresSince(ctx, r, person, since)
	if err != nil {
		return Ledger{}, err
	}
	out := Ledger{Weeks: weeksOf(list, zone)}
	if out.Choices, err = choicesOf(ctx, r, person, since); err != nil {
		return out, err
	}
	if a.Person == person {
		return out, nil
	}
	return out, s.Ledger.RecordRead(ctx, a, now, access.Entry{Verb: "shifts.read_ledger", Kind: "person", Object: person, Subject: person})
}
