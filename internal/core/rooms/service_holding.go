package rooms

import (
	"context"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Holding is what rooms hold of a person: the seats of the last hours.
type Holding struct{ *Service }

// Name is the slice's.
func (Holding) Name() string { return "rooms" }

type exportedSeat struct {
	Room    string    `json:"room"`
	State   SeatState `json:"state"`
	Role    Role      `json:"role"`
	Entered time.Time `json:"entered"`
	Agrees  bool      `json:"agrees_to_captions_from_outside"`
}

// Export puts the seats that somebody has or had.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	list, err := seatsOf(ctx, r, person)
	if err != nil {
		return err
	}
	out := []exportedSeat{}
	for _, s := range list {
		out = append(out, exportedSeat{string(s.Room), s.State, s.Role, s.EnteredAt.Std(), s.Agrees})
	}
	return put("rooms.json", out)
}

// Erase takes somebody out of every room, and forgets that they were there, with what
// they asked and typed. Their
// line ends with the next watch, which finds no seat for it.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	list, err := seatsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, seat := range list {
		x, found, err := roomByID(ctx, tx, seat.Room)
		if err != nil {
			return err
		}
		if found && x.Open && (seat.State.Holds() || seat.State == Waiting) {
			if err := h.out(ctx, tx, x, seat, Out, now); err != nil {
				return err
			}
		}
	}
	if err := forgetSaid(ctx, tx, person); err != nil {
		return err
	}
	if err := forgetCalls(ctx, tx, person); err != nil {
		return err
	}
	return forgetPerson(ctx, tx, person)
}
