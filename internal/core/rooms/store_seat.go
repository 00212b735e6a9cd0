package rooms

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const seatColumns = `id, room, person, identity, state, role, lang, alias, speaks, shows, shares, aside, asked_by, hand_at, entered_at, seen_at, gone_at, agrees`

func scanSeat(r db.Row, s *Seat) error {
	return r.Scan(&s.ID, &s.Room, &s.Person, &s.Identity, &s.State, &s.Role, &s.Lang, &s.Alias, &s.Speaks, &s.Shows, &s.Shares, &s.Aside, &s.AskedBy, &s.HandAt, &s.EnteredAt, &s.SeenAt, &s.GoneAt, &s.Agrees)
}

func oneSeat(row db.Row) (Seat, bool, error) {
	var s Seat
	err := scanSeat(row, &s)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("seat", err)
}

func seatOf(ctx context.Context, r db.Reader, room, person moment.ID) (Seat, bool, error) {
	return oneSeat(r.QueryRow(ctx, `SELECT `+seatColumns+` FROM rooms_seat WHERE room = $1 AND person = $2`, room, person))
}

// isTaken tells whether a seat has an identity.
func isTaken(ctx context.Context, r db.Reader, identity string) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COUNT(*) FROM rooms_seat WHERE identity = $1`, identity).Scan(&n)
	return n > 0, db.Problem("identity", err)
}

func seatByID(ctx context.Context, r db.Reader, id moment.ID) (Seat, bool, error) {
	return oneSeat(r.QueryRow(ctx, `SELECT `+seatColumns+` FROM rooms_seat WHERE id = $1`, id))
}

// seatsIn gives everybody who is in a room, beside it or waits to come in, in the
// order of their coming. Whoever waits comes last, so that many at the door hide nobody
// who is in.
func seatsIn(ctx context.Context, r db.Reader, room moment.ID) ([]Seat, error) {
	rows, err := r.Query(ctx, `SELECT `+seatColumns+` FROM rooms_seat WHERE room = $1 AND state IN ('in', 'aside', 'waiting') ORDER BY CASE state WHEN 'waiting' THEN 1 ELSE 0 END, entered_at, id LIMIT $2`, room, mostHeld+mostInMeeting)
	return db.Collect(rows, err, scanSeat)
}

// seatsOf gives the seats that somebody has anywhere.
func seatsOf(ctx context.Context, r db.Reader, person moment.ID) ([]Seat, error) {
	rows, err := r.Query(ctx, `SELECT `+seatColumns+` FROM rooms_seat WHERE person = $1 ORDER BY entered_at, id`, person)
	return db.Collect(rows, err, scanSeat)
}

// putSeat writes a seat; one person has one in a room.
func putSeat(ctx context.Context, tx db.Writer, s Seat) error {
	_, err := tx.Exec(ctx, `INSERT INTO rooms_seat (`+seatColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (room, person) DO UPDATE SET identity = excluded.identity, state = excluded.state, role = excluded.role, lang = excluded.lang, alias = excluded.alias, speaks = excluded.speaks, shows = excluded.shows,
		shares = excluded.shares, aside = excluded.aside, asked_by = excluded.asked_by, hand_at = excluded.hand_at, entered_at = excluded.entered_at, seen_at = excluded.seen_at, gone_at = excluded.gone_at, agrees = excluded.agrees`,
		s.ID, s.Room, s.Person, s.Identity, s.State, s.Role, s.Lang, s.Alias, s.Speaks, s.Shows, s.Shares, s.Aside, s.AskedBy, s.HandAt, s.EnteredAt, s.SeenAt, s.GoneAt, s.Agrees)
	return err
}

// setHand raises a hand or lowers it, without touching what others hold.
func setHand(ctx context.Context, tx db.Writer, seat moment.ID, at moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_seat SET hand_at = $2 WHERE id = $1`, seat, at)
	return err
}

// seen notes a sign of life of whoever is in with this identity.
func seen(ctx context.Context, tx db.Writer, seat moment.ID, identity string, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_seat SET seen_at = $3 WHERE id = $1 AND identity = $2 AND seen_at < $3`, seat, identity, now)
	return err
}

// forgetAsks takes back every question of a seat to come aside.
func forgetAsks(ctx context.Context, tx db.Writer, by moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_seat SET asked_by = NULL WHERE asked_by = $1`, by)
	return err
}

// forgetSaid deletes what somebody asked and typed in rooms. What they would have liked
// to hear too stays a number.
func forgetSaid(ctx context.Context, tx db.Writer, person moment.ID) error {
	const mine = `(SELECT id FROM rooms_seat WHERE person = $1)`
	for _, query := range []string{
		`DELETE FROM rooms_vote WHERE seat IN ` + mine,
		`DELETE FROM rooms_vote WHERE question IN (SELECT id FROM rooms_question WHERE seat IN ` + mine + `)`,
		`DELETE FROM rooms_question WHERE seat IN ` + mine,
		`DELETE FROM rooms_caption WHERE seat IN ` + mine,
	} {
		if _, err := tx.Exec(ctx, query, person); err != nil {
			return err
		}
	}
	return nil
}

// dropSeat deletes one seat.
func dropSeat(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM rooms_seat WHERE id = $1`, id)
	return err
}

// allOut ends every seat of a room.
func allOut(ctx context.Context, tx db.Writer, room moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_seat SET state = 'out', hand_at = 0, aside = NULL, asked_by = NULL, agrees = FALSE, gone_at = $2 WHERE room = $1 AND state IN ('in', 'aside', 'waiting')`, room, now)
	return err
}

// forgetSeats deletes who was in a room; whoever was removed is remembered, so that
// they stay out, unless the room never opens again.
func forgetSeats(ctx context.Context, tx db.Writer, room moment.ID, all bool) error {
	_, err := tx.Exec(ctx, `DELETE FROM rooms_seat WHERE room = $1 AND ($2 OR state <> 'removed')`, room, all)
	return err
}

// forgetPerson deletes every seat that somebody has or had.
func forgetPerson(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM rooms_seat WHERE person = $1`, person)
	return err
}
