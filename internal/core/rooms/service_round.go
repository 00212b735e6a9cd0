package rooms

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// A check-in round gives everybody who takes part a turn, in the order of their
// coming. The timer is gentle: it says how long a turn is meant to be and cuts nobody
// off. Everybody can pass without a reason.

// BeginRound begins a round with so many minutes for each, 1 to 15.
func (s *Service) BeginRound(ctx context.Context, a access.Actor, id moment.ID, each int) error {
	return s.act(ctx, a, id, acting, "rooms.round", canHold, func(tx db.Writer, x Room, _ Seat, now moment.Time) error {
		if each < leastTurn || each > mostTurn {
			var wrong fault.Problems
			wrong.AddWith("minutes", "rooms.error.minutes", map[string]any{"least": leastTurn, "most": mostTurn})
			return wrong.Err()
		}
		if x.TurnMinutes > 0 {
			return fault.New(fault.Conflict, "rooms.error.round")
		}
		list, err := seatsIn(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		if err := dropTurns(ctx, tx, x.ID); err != nil {
			return err
		}
		place := 0
		for _, seat := range list {
			if !turns(seat) {
				continue
			}
			t := Turn{Place: place, Seat: seat.ID, State: Next}
			if place == 0 {
				t.State = Now
			}
			if err := insertTurn(ctx, tx, x.ID, t); err != nil {
				return err
			}
			place++
		}
		return setRound(ctx, tx, x.ID, each, now)
	})
}

// turns tells whether somebody has a turn in a round: whoever takes part. Whoever only
// listens is not asked.
func turns(seat Seat) bool {
	return seat.State == In && (seat.Role == Part || seat.Role == Host)
}

// EndTurn is "I have said what I wanted" or "I pass"; by those who hold the room also
// for whoever has the turn. place is the turn that was meant: pressed twice it is one
// turn.
func (s *Service) EndTurn(ctx context.Context, a access.Actor, id moment.ID, place int, passes bool) error {
	return s.act(ctx, a, id, acting, "rooms.turn", canBeIn, func(tx db.Writer, x Room, mine Seat, now moment.Time) error {
		list, err := turnsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(t Turn) bool { return t.Place == place })
		if i < 0 {
			return fault.Hidden()
		}
		if err := canTurn(x, mine, list[i]).Err(); err != nil {
			return err
		}
		to := Said
		if passes {
			to = Passed
		}
		if list[i].State == Next && passes { // they say beforehand that they pass
			_, err := setTurn(ctx, tx, id, place, Next, Passed)
			return err
		}
		done, err := setTurn(ctx, tx, id, place, Now, to)
		if err != nil || !done {
			return err
		}
		return s.nextTurn(ctx, tx, x, now)
	})
}

// nextTurn gives the turn to whoever is next; after the last the round is over.
func (s *Service) nextTurn(ctx context.Context, tx db.Writer, x Room, now moment.Time) error {
	list, err := turnsOf(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.State == Now {
			return nil
		}
	}
	for _, t := range list {
		if t.State != Next {
			continue
		}
		if _, err := setTurn(ctx, tx, x.ID, t.Place, Next, Now); err != nil {
			return err
		}
		return setRound(ctx, tx, x.ID, x.TurnMinutes, now)
	}
	return s.noRound(ctx, tx, x.ID)
}

func (s *Service) noRound(ctx context.Context, tx db.Writer, id moment.ID) error {
	if err := dropTurns(ctx, tx, id); err != nil {
		return err
	}
	return setRound(ctx, tx, id, 0, 0)
}

// EndRound ends a round early.
func (s *Service) EndRound(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.act(ctx, a, id, acting, "rooms.round_end", canHold, func(tx db.Writer, x Room, _ Seat, _ moment.Time) error {
		return s.noRound(ctx, tx, x.ID)
	})
}

// toRound puts whoever comes late at the end of a round that runs.
func (s *Service) toRound(ctx context.Context, tx db.Writer, x Room, seat Seat) error {
	if x.TurnMinutes == 0 || !turns(seat) {
		return nil
	}
	list, err := turnsOf(ctx, tx, x.ID)
	if err != nil || slices.ContainsFunc(list, func(t Turn) bool { return t.Seat == seat.ID }) {
		return err
	}
	place := 0
	if len(list) > 0 {
		place = list[len(list)-1].Place + 1
	}
	return insertTurn(ctx, tx, x.ID, Turn{Place: place, Seat: seat.ID, State: Next})
}

// fromRound lets whoever has gone pass.
func (s *Service) fromRound(ctx context.Context, tx db.Writer, x Room, seat moment.ID, now moment.Time) error {
	if x.TurnMinutes == 0 {
		return nil
	}
	list, err := turnsOf(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Seat != seat || t.State != Next && t.State != Now {
			continue
		}
		if _, err := setTurn(ctx, tx, x.ID, t.Place, t.State, Passed); err != nil {
			return err
		}
	}
	return s.nextTurn(ctx, tx, x, now)
}
