package shifts

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Holding is shifts' part of "all my data" and of deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "shifts" }

// worked is a shift as its person takes it away.
type worked struct {
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Led     bool      `json:"led"`
	Talked  int       `json:"conversations"`
	Arrived *tapped   `json:"check_before,omitempty"`
	Left    *tapped   `json:"check_after,omitempty"`
}

type tapped struct {
	How  int  `json:"how,omitempty"`
	Talk bool `json:"wished_to_talk"`
}

// signed is a sign-up as its person takes it away.
type signed struct {
	Starts      time.Time `json:"starts"`
	Ends        time.Time `json:"ends"`
	Led         bool      `json:"lead"`
	Holds       bool      `json:"holds"`
	Cancelled   bool      `json:"cancelled"`
	PutIn       bool      `json:"put_in_by_a_colleague"`
	PastDefault bool      `json:"past_a_default_limit_by_own_choice"`
	At          time.Time `json:"at"`
}

type called struct {
	Kind  DutyKind  `json:"kind"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

type feeds struct {
	Made time.Time `json:"calendar_address_made"`
}

// Export gives the person's shifts, sign-ups, calls, own checks, and that they
// have a calendar address.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	shifts, err := h.exportWorked(ctx, r, person)
	if err != nil {
		return err
	}
	if err := put("shifts.json", shifts); err != nil {
		return err
	}
	list, err := bookedEver(ctx, r, person, 0)
	if err != nil {
		return err
	}
	plan := []signed{}
	for _, b := range list {
		plan = append(plan, signed{b.Planned.StartsAt.Std(), b.Planned.EndsAt.Std(), b.Leads, b.On, b.Planned.State == Cancelled, b.PutBy != "", b.PastDefault, b.At.Std()})
	}
	if err := put("shifts-planned.json", plan); err != nil {
		return err
	}
	rows, err := dutiesOf(ctx, r, person)
	if err != nil {
		return err
	}
	duty := []called{}
	for _, d := range rows {
		duty = append(duty, called{d.Kind, d.From.Std(), d.Until.Std()})
	}
	if err := put("shifts-on-call.json", duty); err != nil {
		return err
	}
	if err := h.exportLedger(ctx, r, person, put); err != nil {
		return err
	}
	f, found, err := calendar.FeedOf(ctx, r, person, feedKind)
	if err != nil || !found {
		return err
	}
	return put("shifts-calendar.json", feeds{f.MadeAt.Std()})
}

// borne is a line of the ledger as its person takes it away.
type borne struct {
	Kind    string    `json:"kind"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Heavy   bool      `json:"heavy"`
	Concern bool      `json:"concern"`
	Night   bool      `json:"night"`
}

type chosen struct {
	What   string    `json:"what"`
	Usual  int       `json:"usual"`
	Chosen int       `json:"chosen"`
	At     time.Time `json:"at"`
}

func (h Holding) exportLedger(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	list, err := exposuresSince(ctx, r, person, 0)
	if err != nil {
		return err
	}
	ledger := []borne{}
	for _, x := range list {
		b := borne{Kind: x.Kind, Started: x.StartedAt.Std(), Heavy: x.Heavy, Concern: x.Concern, Night: x.Night}
		if !x.EndedAt.IsZero() {
			b.Ended = x.EndedAt.Std()
		}
		ledger = append(ledger, b)
	}
	if err := put("shifts-ledger.json", ledger); err != nil {
		return err
	}
	choices, err := choicesOf(ctx, r, person, 0)
	if err != nil {
		return err
	}
	own := []chosen{}
	for _, c := range choices {
		own = append(own, chosen{c.What, c.Usual, c.Chosen, c.At.Std()})
	}
	return put("shifts-own-limits.json", own)
}

func (h Holding) exportWorked(ctx context.Context, r db.Reader, person moment.ID) ([]worked, error) {
	list, err := shiftsOf(ctx, r, person)
	if err != nil {
		return nil, err
	}
	checks, err := checksOf(ctx, r, person)
	if err != nil {
		return nil, err
	}
	out := []worked{}
	for _, x := range list {
		w := worked{Started: x.StartedAt.Std(), Led: x.Leads, Talked: x.Talked}
		if !x.EndedAt.IsZero() {
			w.Ended = x.EndedAt.Std()
		}
		for _, c := range checks {
			switch {
			case c.Shift != x.ID:
			case c.Kind == CheckArrive:
				w.Arrived = &tapped{c.How, c.Talk}
			default:
				w.Left = &tapped{c.How, c.Talk}
			}
		}
		out = append(out, w)
	}
	return out, nil
}

// Erase ends a running shift and gives back what is still to come: sign-ups,
// offers and calls. What was worked and who was on call stays under an id
// without a person, since the service must be able to say who was on duty when.
// The person's own checks and their calendar address go.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	if err := eraseExposure(ctx, tx, person); err != nil {
		return fault.Op("shifts erase", err)
	}
	list, err := bookedAfter(ctx, tx, person, now)
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.Planned.StartsAt <= now {
			continue
		}
		if err := h.leaveShift(ctx, tx, access.System(), b.Planned, b.Signup, "shifts.erased"); err != nil {
			return err
		}
	}
	exchanges, err := openExchangesOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, e := range exchanges {
		if _, err := closeExchange(ctx, tx, e.ID, "gone"); err != nil {
			return fault.Op("shifts erase", err)
		}
	}
	if err := h.eraseDuties(ctx, tx, person, now); err != nil {
		return err
	}
	if err := deleteChecks(ctx, tx, person); err != nil {
		return fault.Op("shifts erase", err)
	}
	if err := calendar.StopFeed(ctx, tx, person, feedKind); err != nil {
		return err
	}
	h.Bus.Publish(tx, Topic, int64(now))
	return fault.Op("shifts erase", eraseShifts(ctx, tx, person, now))
}

func (h Holding) eraseDuties(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	rows, err := dutiesOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, d := range rows {
		if d.Until <= now {
			continue
		}
		if err := h.dropDuty(ctx, tx, d.ID); err != nil {
			return err
		}
	}
	return nil
}
