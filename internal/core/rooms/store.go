package rooms

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const roomColumns = `id, kind, owner, mode, state = 'open', why, locked, keeps_door, places, people, talk, parent, turn_minutes, turn_at, opened_at, empty_at, closed_at, outside, outside_run, outside_identity, outside_lang`

func scanRoom(r db.Row, x *Room) error {
	return r.Scan(&x.ID, &x.Owner.Kind, &x.Owner.ID, &x.Mode, &x.Open, &x.Why, &x.Locked, &x.KeepsDoor, &x.Places, &x.People, &x.Talk, &x.Parent, &x.TurnMinutes, &x.TurnAt, &x.OpenedAt, &x.EmptyAt, &x.ClosedAt,
		&x.Outside.State, &x.Outside.Run, &x.Outside.Identity, &x.Outside.Lang)
}

func oneRoom(row db.Row) (Room, bool, error) {
	var x Room
	err := scanRoom(row, &x)
	if db.IsNone(err) {
		return x, false, nil
	}
	return x, err == nil, db.Problem("room", err)
}

func roomByID(ctx context.Context, r db.Reader, id moment.ID) (Room, bool, error) {
	return oneRoom(r.QueryRow(ctx, `SELECT `+roomColumns+` FROM rooms_room WHERE id = $1`, id))
}

func roomOf(ctx context.Context, r db.Reader, owner Ref) (Room, bool, error) {
	return oneRoom(r.QueryRow(ctx, `SELECT `+roomColumns+` FROM rooms_room WHERE kind = $1 AND owner = $2`, owner.Kind, owner.ID))
}

func insertRoom(ctx context.Context, tx db.Writer, x Room) error {
	_, err := tx.Exec(ctx, `INSERT INTO rooms_room (id, kind, owner, mode, state, keeps_door, places, talk, parent, opened_at, empty_at) VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $9)`,
		x.ID, x.Owner.Kind, x.Owner.ID, x.Mode, x.KeepsDoor, x.Places, x.Talk, x.Parent, x.OpenedAt)
	return err
}

// reopenRoom opens a closed room again, with another talk. The numbers of those without
// a name go on: nobody gets the number of somebody who may come back.
func reopenRoom(ctx context.Context, tx db.Writer, x Room) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE rooms_room SET mode = $2, state = 'open', why = '', locked = FALSE, keeps_door = $3, places = $4, people = 0, talk = $5, captions = 0, turn_minutes = 0, turn_at = 0,
		opened_at = $6, empty_at = $6, closed_at = 0 WHERE id = $1 AND state = 'closed'`, x.ID, x.Mode, x.KeepsDoor, x.Places, x.Talk, x.OpenedAt)
	return n > 0, err
}

// closeRoom closes a room once; it tells whether this call did.
func closeRoom(ctx context.Context, tx db.Writer, id moment.ID, why string, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE rooms_room SET state = 'closed', why = $2, people = 0, turn_minutes = 0, turn_at = 0, closed_at = $3,
		outside = '', outside_run = NULL, outside_identity = '', outside_lang = '', outside_secret = NULL WHERE id = $1 AND state = 'open'`, id, why, now)
	return n > 0, err
}

func setLocked(ctx context.Context, tx db.Writer, id moment.ID, locked bool) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_room SET locked = $2 WHERE id = $1`, id, locked)
	return err
}

func setKeepsDoor(ctx context.Context, tx db.Writer, id moment.ID, keeps bool) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_room SET keeps_door = $2 WHERE id = $1`, id, keeps)
	return err
}

// claimPlace takes one of the places in one statement; of two who take the last one
// gets it. Those who hold the room always fit.
func claimPlace(ctx context.Context, tx db.Writer, id moment.ID, always bool) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE rooms_room SET people = people + 1, empty_at = 0 WHERE id = $1 AND state = 'open' AND (people < places OR $2)`, id, always)
	return n > 0, err
}

// givePlace gives a place back; with the last the room is empty. PostgreSQL takes the
// type of the instant from the other branch: a bare 0 there would make it too small.
func givePlace(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_room SET people = people - 1, empty_at = CASE WHEN people = 1 THEN $2 ELSE empty_at END WHERE id = $1 AND people > 0`, id, now)
	return err
}

// nextAlias gives the next number for somebody without a name.
func nextAlias(ctx context.Context, tx db.Writer, id moment.ID) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `UPDATE rooms_room SET aliases = aliases + 1 WHERE id = $1 RETURNING aliases`, id).Scan(&n)
	return n, db.Problem("alias", err)
}

func setRound(ctx context.Context, tx db.Writer, id moment.ID, minutes int, at moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_room SET turn_minutes = $2, turn_at = $3 WHERE id = $1`, id, minutes, at)
	return err
}

func dropTurns(ctx context.Context, tx db.Writer, room moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM rooms_turn WHERE room = $1`, room)
	return err
}

func insertTurn(ctx context.Context, tx db.Writer, room moment.ID, t Turn) error {
	_, err := tx.Exec(ctx, `INSERT INTO rooms_turn (room, place, seat, state) VALUES ($1, $2, $3, $4)`, room, t.Place, t.Seat, t.State)
	return err
}

// setTurn moves a turn on, when it still stands as it did.
func setTurn(ctx context.Context, tx db.Writer, room moment.ID, place int, was, now TurnState) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE rooms_turn SET state = $4 WHERE room = $1 AND place = $2 AND state = $3`, room, place, was, now)
	return n > 0, err
}

func turnsOf(ctx context.Context, r db.Reader, room moment.ID) ([]Turn, error) {
	rows, err := r.Query(ctx, `SELECT place, seat, state FROM rooms_turn WHERE room = $1 ORDER BY place`, room)
	return db.Collect(rows, err, func(r db.Row, t *Turn) error { return r.Scan(&t.Place, &t.Seat, &t.State) })
}

type sealedCaption struct {
	Caption
	words []byte
}

func nextCaption(ctx context.Context, tx db.Writer, room moment.ID) (int64, error) {
	var n int64
	err := tx.QueryRow(ctx, `UPDATE rooms_room SET captions = captions + 1 WHERE id = $1 RETURNING captions`, room).Scan(&n)
	return n, db.Problem("caption", err)
}

func insertCaption(ctx context.Context, tx db.Writer, room moment.ID, c sealedCaption) error {
	_, err := tx.Exec(ctx, `INSERT INTO rooms_caption (room, seq, seat, words, at) VALUES ($1, $2, $3, $4, $5)`, room, c.Seq, c.Seat, c.words, c.At)
	return err
}

// dropCaptions deletes the lines up to a number.
func dropCaptions(ctx context.Context, tx db.Writer, room moment.ID, to int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM rooms_caption WHERE room = $1 AND seq <= $2`, room, to)
	return err
}

// dropOldCaptions deletes the lines before a time.
func dropOldCaptions(ctx context.Context, tx db.Writer, room moment.ID, before moment.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM rooms_caption WHERE room = $1 AND at < $2`, room, before)
	return err
}

func captionsOf(ctx context.Context, r db.Reader, room moment.ID, since moment.Time) ([]sealedCaption, error) {
	rows, err := r.Query(ctx, `SELECT seq, seat, words, at FROM rooms_caption WHERE room = $1 AND at >= $2 ORDER BY seq`, room, since)
	return db.Collect(rows, err, func(r db.Row, c *sealedCaption) error { return r.Scan(&c.Seq, &c.Seat, &c.words, &c.At) })
}

type sealedQuestion struct {
	Question
	words []byte
}

func insertQuestion(ctx context.Context, tx db.Writer, room moment.ID, q sealedQuestion) error {
	_, err := tx.Exec(ctx, `INSERT INTO rooms_question (id, room, seat, words, state, at) VALUES ($1, $2, $3, $4, 'open', $5)`, q.ID, room, q.Seat, q.words, q.At)
	return err
}

func questionsOf(ctx context.Context, r db.Reader, room, seat moment.ID) ([]sealedQuestion, error) {
	rows, err := r.Query(ctx, `SELECT q.id, q.seat, q.words, q.state, q.votes, q.at, v.seat IS NOT NULL FROM rooms_question q LEFT JOIN rooms_vote v ON v.question = q.id AND v.seat = $2
		WHERE q.room = $1 AND q.state <> 'aside' ORDER BY CASE q.state WHEN 'open' THEN 0 ELSE 1 END, q.votes DESC, q.id LIMIT $3`, room, seat, mostHeld)
	return db.Collect(rows, err, func(r db.Row, q *sealedQuestion) error {
		return r.Scan(&q.ID, &q.Seat, &q.words, &q.State, &q.Votes, &q.At, &q.Voted)
	})
}

func questionIn(ctx context.Context, r db.Reader, room, id moment.ID) (bool, error) {
	var one int
	err := r.QueryRow(ctx, `SELECT 1 FROM rooms_question WHERE room = $1 AND id = $2`, room, id).Scan(&one)
	if db.IsNone(err) {
		return false, nil
	}
	return err == nil, db.Problem("question", err)
}

func openQuestions(ctx context.Context, r db.Reader, room, seat moment.ID) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT COUNT(*) FROM rooms_question WHERE room = $1 AND seat = $2 AND state = 'open'`, room, seat).Scan(&n)
	return n, db.Problem("questions", err)
}

func setQuestion(ctx context.Context, tx db.Writer, id moment.ID, state string) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_question SET state = $2 WHERE id = $1`, id, state)
	return err
}

// vote adds one voice, or takes it back; each seat has one for a question.
func vote(ctx context.Context, tx db.Writer, question, seat moment.ID, yes bool) error {
	query, by := `INSERT INTO rooms_vote (question, seat) VALUES ($1, $2) ON CONFLICT (question, seat) DO NOTHING`, 1
	if !yes {
		query, by = `DELETE FROM rooms_vote WHERE question = $1 AND seat = $2`, -1
	}
	n, err := tx.Exec(ctx, query, question, seat)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE rooms_question SET votes = votes + $2 WHERE id = $1`, question, by)
	return err
}

// forgetWords deletes what was said in a room.
func forgetWords(ctx context.Context, tx db.Writer, room moment.ID) error {
	for _, query := range []string{
		`DELETE FROM rooms_vote WHERE question IN (SELECT id FROM rooms_question WHERE room = $1)`,
		`DELETE FROM rooms_question WHERE room = $1`,
		`DELETE FROM rooms_caption WHERE room = $1`,
		`DELETE FROM rooms_turn WHERE room = $1`,
	} {
		if _, err := tx.Exec(ctx, query, room); err != nil {
			return err
		}
	}
	return nil
}

func callOf(ctx context.Context, r db.Reader, talk moment.ID) (c Call, err error) {
	err = r.QueryRow(ctx, `SELECT state, asked_by, at FROM rooms_call WHERE talk = $1`, talk).Scan(&c.State, &c.By, &c.At)
	if db.IsNone(err) {
		return Call{}, nil
	}
	return c, db.Problem("call", err)
}

func putCall(ctx context.Context, tx db.Writer, talk moment.ID, c Call) error {
	_, err := tx.Exec(ctx, `INSERT INTO rooms_call (talk, state, asked_by, at) VALUES ($1, $2, $3, $4) ON CONFLICT (talk) DO UPDATE SET state = excluded.state, asked_by = excluded.asked_by, at = excluded.at`, talk, c.State, c.By, c.At)
	return err
}

func forgetCalls(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM rooms_call WHERE asked_by = $1`, person)
	return err
}

func roomOfTalk(ctx context.Context, r db.Reader, talk moment.ID) (Room, bool, error) {
	return oneRoom(r.QueryRow(ctx, `SELECT `+roomColumns+` FROM rooms_room WHERE talk = $1`, talk))
}
