package shifts

import (
	"context"
	"strconv"
	"strings"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const signupColumns = `x.id, x.planned, x.person, x.leads, x.talks, x.state = 'on', x.put_by, x.past_default, x.at, x.off_at, x.swap_at, x.worked`

func signupPlaces(x *Signup) []any {
	return []any{&x.ID, &x.Planned, &x.Person, &x.Leads, &x.Talks, &x.On, &x.PutBy, &x.PastDefault, &x.At, &x.OffAt, &x.SwapAt, &x.Worked}
}

func scanSignup(r db.Row, x *Signup) error { return r.Scan(signupPlaces(x)...) }

func insertSignup(ctx context.Context, tx db.Writer, x Signup) error {
	_, err := tx.Exec(ctx, `INSERT INTO shifts_signup (id, planned, person, leads, talks, state, put_by, past_default, at) VALUES ($1, $2, $3, $4, $5, 'on', $6, $7, $8)`,
		x.ID, x.Planned, x.Person, x.Leads, x.Talks, x.PutBy, x.PastDefault, x.At)
	return err
}

func oneSignup(row db.Row) (x Signup, found bool, err error) {
	err = scanSignup(row, &x)
	if db.IsNone(err) {
		return x, false, nil
	}
	return x, err == nil, db.Problem("sign-up", err)
}

func signupByID(ctx context.Context, r db.Reader, id moment.ID) (Signup, bool, error) {
	return oneSignup(r.QueryRow(ctx, `SELECT `+signupColumns+` FROM shifts_signup x WHERE x.id = $1`, id))
}

// signupOf gives a person's sign-up on a shift, while it holds.
func signupOf(ctx context.Context, r db.Reader, planned, person moment.ID) (Signup, bool, error) {
	return oneSignup(r.QueryRow(ctx, `SELECT `+signupColumns+` FROM shifts_signup x WHERE x.planned = $1 AND x.person = $2 AND x.state = 'on'`, planned, person))
}

// signupsOn lists who is on some shifts, who leads first.
func signupsOn(ctx context.Context, r db.Reader, planned ...moment.ID) ([]Signup, error) {
	if len(planned) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(planned)), make([]any, len(planned))
	for i, id := range planned {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), id
	}
	rows, err := r.Query(ctx, `SELECT `+signupColumns+` FROM shifts_signup x WHERE x.state = 'on' AND x.planned IN (`+strings.Join(marks, ", ")+`) ORDER BY x.leads DESC, x.at, x.id`, args...)
	return db.Collect(rows, err, scanSignup)
}

// Booked is a sign-up with its shift.
type Booked struct {
	Signup
	Planned Planned
}

func scanBooked(r db.Row, b *Booked) error {
	return r.Scan(append(signupPlaces(&b.Signup), plannedPlaces(&b.Planned)...)...)
}

func booked(ctx context.Context, r db.Reader, where string, args ...any) ([]Booked, error) {
	rows, err := r.Query(ctx, `SELECT `+signupColumns+`, `+plannedColumns+` FROM shifts_signup x JOIN shifts_planned p ON p.id = x.planned WHERE `+where, args...)
	return db.Collect(rows, err, scanBooked)
}

// bookedAfter lists what a person is signed up for and is not over.
func bookedAfter(ctx context.Context, r db.Reader, person moment.ID, after moment.Time) ([]Booked, error) {
	return booked(ctx, r, `x.person = $1 AND x.state = 'on' AND p.state = 'open' AND p.ends_at > $2 ORDER BY p.starts_at, x.id`, person, after)
}

// bookedEver lists what a person was ever signed up for, also what became nothing.
func bookedEver(ctx context.Context, r db.Reader, person moment.ID, after moment.Time) ([]Booked, error) {
	return booked(ctx, r, `x.person = $1 AND p.state <> 'draft' AND p.ends_at > $2 ORDER BY p.starts_at, x.at, x.id`, person, after)
}

// bookedBoth gives two sign-ups, in no order.
func bookedBoth(ctx context.Context, r db.Reader, one, other moment.ID) ([]Booked, error) {
	return booked(ctx, r, `x.id IN ($1, $2)`, one, other)
}

// openSwaps lists who looks for somebody on shifts to come.
func openSwaps(ctx context.Context, r db.Reader, now moment.Time) ([]Booked, error) {
	return booked(ctx, r, `x.state = 'on' AND x.swap_at > 0 AND p.state = 'open' AND p.starts_at > $1 ORDER BY p.starts_at, x.id`, now)
}

// endSignup ends a sign-up once; it tells whether this call did. Only one who
// looks for somebody is ended where swap is asked for.
func endSignup(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time, swap bool) (bool, error) {
	only := ``
	if swap {
		only = ` AND swap_at > 0`
	}
	n, err := tx.Exec(ctx, `UPDATE shifts_signup SET state = 'off', off_at = $2, swap_at = 0 WHERE id = $1 AND state = 'on'`+only, id, now)
	return n > 0, err
}

func setSwap(ctx context.Context, tx db.Writer, id moment.ID, at moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_signup SET swap_at = $2 WHERE id = $1 AND state = 'on'`, id, at)
	return err
}

func setWorked(ctx context.Context, tx db.Writer, id, shift moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_signup SET worked = $2 WHERE id = $1 AND worked IS NULL`, id, shift)
	return err
}

const exchangeColumns = `id, gives, wants, from_person, to_person, past_default, at`

func scanExchange(r db.Row, e *Exchange) error {
	return r.Scan(&e.ID, &e.Gives, &e.Wants, &e.From, &e.To, &e.PastDefault, &e.At)
}

func insertExchange(ctx context.Context, tx db.Writer, e Exchange) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO shifts_exchange (id, gives, wants, from_person, to_person, state, past_default, at) VALUES ($1, $2, $3, $4, $5, 'open', $6, $7)
		ON CONFLICT DO NOTHING`, e.ID, e.Gives, e.Wants, e.From, e.To, e.PastDefault, e.At)
	return n > 0, err
}

// openExchange gives an offer that nobody has answered.
func openExchange(ctx context.Context, r db.Reader, id moment.ID) (e Exchange, found bool, err error) {
	err = scanExchange(r.QueryRow(ctx, `SELECT `+exchangeColumns+` FROM shifts_exchange WHERE id = $1 AND state = 'open'`, id), &e)
	if db.IsNone(err) {
		return e, false, nil
	}
	return e, err == nil, db.Problem("exchange", err)
}

func openExchangesOf(ctx context.Context, r db.Reader, person moment.ID) ([]Exchange, error) {
	rows, err := r.Query(ctx, `SELECT `+exchangeColumns+` FROM shifts_exchange WHERE state = 'open' AND (from_person = $1 OR to_person = $1) ORDER BY at, id`, person)
	return db.Collect(rows, err, scanExchange)
}

// closeExchange answers an offer once; it tells whether this call did.
func closeExchange(ctx context.Context, tx db.Writer, id moment.ID, state string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE shifts_exchange SET state = $2 WHERE id = $1 AND state = 'open'`, id, state)
	return n > 0, err
}

// dropExchanges ends the offers that a sign-up stands in.
func dropExchanges(ctx context.Context, tx db.Writer, signup moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_exchange SET state = 'gone' WHERE state = 'open' AND (gives = $1 OR wants = $1)`, signup)
	return err
}
