package meetings

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const answerColumns = `id, meeting, person, state, how, words, mail, came, turns, asked_at, at`

// sealedAnswer is an answer before it is opened.
type sealedAnswer struct {
	Answer
	words []byte
}

func scanAnswer(r db.Row, a *sealedAnswer) error {
	return r.Scan(&a.ID, &a.Meeting, &a.Person, &a.State, &a.How, &a.words, &a.HasMail, &a.Came, &a.Turns, &a.AskedAt, &a.At)
}

// putAnswer writes an answer; token is the hash of what leads back to it, or "".
func putAnswer(ctx context.Context, tx db.Writer, a Answer, words []byte, token, mailKey string) error {
	_, err := tx.Exec(ctx, `INSERT INTO meetings_answer (id, meeting, person, token, state, how, words, mail, mail_key, asked_at, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (meeting, person) DO UPDATE SET state = excluded.state, how = excluded.how, words = excluded.words, asked_at = excluded.asked_at, at = excluded.at, turns = meetings_answer.turns + 1`,
		a.ID, a.Meeting, a.Person, textOrNull(token), string(a.State), string(a.How), words, a.HasMail, textOrNull(mailKey), a.AskedAt, a.At)
	return fault.Op("answer", err)
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func setAnswer(ctx context.Context, tx db.Writer, id moment.ID, state AnswerState, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_answer SET state = $2, at = $3, turns = turns + 1 WHERE id = $1`, id, string(state), now)
	return fault.Op("answer", err)
}

// giveUp notes that somebody does not come; what they wrote for it is not needed.
func giveUp(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_answer SET state = 'not', at = $2, turns = turns + 1, words = NULL, mail = FALSE, mail_key = NULL WHERE id = $1`, id, now)
	return fault.Op("answer", err)
}

// mailHas tells whether an address for mail has a place at a meeting.
func mailHas(ctx context.Context, r db.Reader, meeting moment.ID, key string) (bool, error) {
	if key == "" {
		return false, nil
	}
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM meetings_answer WHERE meeting = $1 AND mail_key = $2`, meeting, key).Scan(&n)
	return n > 0, db.Problem("answer", err)
}

func setCame(ctx context.Context, tx db.Writer, id moment.ID, came string) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_answer SET came = $2 WHERE id = $1`, id, came)
	return fault.Op("answer", err)
}

func oneAnswer(row db.Row) (a sealedAnswer, found bool, err error) {
	err = scanAnswer(row, &a)
	if db.IsNone(err) {
		return a, false, nil
	}
	return a, err == nil, db.Problem("answer", err)
}

func answerOf(ctx context.Context, r db.Reader, meeting, person moment.ID) (sealedAnswer, bool, error) {
	if person == "" {
		return sealedAnswer{}, false, nil
	}
	return oneAnswer(r.QueryRow(ctx, `SELECT `+answerColumns+` FROM meetings_answer WHERE meeting = $1 AND person = $2`, meeting, person))
}

func answerByID(ctx context.Context, r db.Reader, id moment.ID) (sealedAnswer, bool, error) {
	return oneAnswer(r.QueryRow(ctx, `SELECT `+answerColumns+` FROM meetings_answer WHERE id = $1`, id))
}

func answerByToken(ctx context.Context, r db.Reader, hash string) (sealedAnswer, bool, error) {
	return oneAnswer(r.QueryRow(ctx, `SELECT `+answerColumns+` FROM meetings_answer WHERE token = $1`, hash))
}

// answersTo gives the answers to a meeting in the order of asking, but those who do
// not come.
func answersTo(ctx context.Context, r db.Reader, meeting moment.ID) ([]sealedAnswer, error) {
	rows, err := r.Query(ctx, `SELECT `+answerColumns+` FROM meetings_answer WHERE meeting = $1 AND state <> 'not' ORDER BY asked_at, id`, meeting)
	return db.Collect(rows, err, scanAnswer)
}

// firstWaiting gives whoever has waited longest for a place on a way.
func firstWaiting(ctx context.Context, r db.Reader, meeting moment.ID, how How) (sealedAnswer, bool, error) {
	return oneAnswer(r.QueryRow(ctx, `SELECT `+answerColumns+` FROM meetings_answer WHERE meeting = $1 AND how = $2 AND state = 'waiting' ORDER BY asked_at, id LIMIT 1`, meeting, string(how)))
}

// waitBefore counts who waits before somebody on the same way.
func waitBefore(ctx context.Context, r db.Reader, a Answer) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM meetings_answer WHERE meeting = $1 AND how = $2 AND state = 'waiting' AND (asked_at < $3 OR asked_at = $3 AND id < $4)`,
		a.Meeting, string(a.How), a.AskedAt, string(a.ID)).Scan(&n)
	return n, db.Problem("answer", err)
}

func waitingAt(ctx context.Context, r db.Reader, meeting moment.ID) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM meetings_answer WHERE meeting = $1 AND state = 'waiting'`, meeting).Scan(&n)
	return n, db.Problem("answer", err)
}

// answersBy gives somebody's answers to meetings of an owner that are still to come.
func answersBy(ctx context.Context, r db.Reader, person moment.ID, owner Ref, now moment.Time) ([]sealedAnswer, error) {
	rows, err := r.Query(ctx, `SELECT a.id, a.meeting, a.person, a.state, a.how, a.words, a.mail, a.came, a.turns, a.asked_at, a.at FROM meetings_answer a JOIN meetings_meeting m ON m.id = a.meeting
		WHERE a.person = $1 AND m.owner = $2 AND m.kind = $3 AND m.ends_at > $4 AND a.state <> 'not' ORDER BY m.starts_at, a.id`, person, owner.ID, owner.Kind, now)
	return db.Collect(rows, err, scanAnswer)
}

// answersEver gives somebody's answers to meetings that end after an instant, soonest first.
func answersEver(ctx context.Context, r db.Reader, person moment.ID, since moment.Time) ([]sealedAnswer, error) {
	rows, err := r.Query(ctx, `SELECT a.id, a.meeting, a.person, a.state, a.how, a.words, a.mail, a.came, a.turns, a.asked_at, a.at FROM meetings_answer a JOIN meetings_meeting m ON m.id = a.meeting
		WHERE a.person = $1 AND m.ends_at > $2 ORDER BY m.starts_at, a.id LIMIT 2000`, person, since)
	return db.Collect(rows, err, scanAnswer)
}

// answeredStates gives what somebody said to each of some meetings.
func answeredStates(ctx context.Context, r db.Reader, person moment.ID, meetings []moment.ID) (map[moment.ID]AnswerState, error) {
	out := map[moment.ID]AnswerState{}
	if person == "" || len(meetings) == 0 {
		return out, nil
	}
	in, args := db.In(2, meetings)
	rows, err := r.Query(ctx, `SELECT meeting, state FROM meetings_answer WHERE person = $1 AND meeting IN (`+in+`)`, append([]any{person}, args...)...)
	type one struct {
		id    moment.ID
		state AnswerState
	}
	list, err := db.Collect(rows, err, func(r db.Row, x *one) error { return r.Scan(&x.id, &x.state) })
	for _, x := range list {
		out[x.id] = x.state
	}
	return out, err
}

// setWords keeps what goes with an answer, sealed anew.
func setWords(ctx context.Context, tx db.Writer, id moment.ID, words []byte) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_answer SET words = $2 WHERE id = $1`, id, words)
	return fault.Op("answer", err)
}

// forgetAnswers takes away what people said to a meeting.
func forgetAnswers(ctx context.Context, tx db.Writer, meeting moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM meetings_answer WHERE meeting = $1`, meeting)
	return fault.Op("answer", err)
}

// eraseAnswers takes a person's answers away.
func eraseAnswers(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM meetings_answer WHERE person = $1`, person)
	return fault.Op("answer", err)
}

// putHow changes on which way somebody comes.
func putHow(ctx context.Context, tx db.Writer, a Answer) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_answer SET how = $2 WHERE id = $1`, a.ID, string(a.How))
	return fault.Op("answer", err)
}

// putPass notes by which place somebody came into a meeting's room.
func putPass(ctx context.Context, tx db.Writer, meeting, person, answer moment.ID) error {
	_, err := tx.Exec(ctx, `INSERT INTO meetings_pass (meeting, person, answer) VALUES ($1, $2, $3) ON CONFLICT (meeting, person) DO UPDATE SET answer = excluded.answer`, meeting, person, answer)
	return err
}

// dropPasses forgets whoever else came by a place.
func dropPasses(ctx context.Context, tx db.Writer, answer, but moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM meetings_pass WHERE answer = $1 AND person <> $2`, answer, but)
	return fault.Op("pass", err)
}

// placeOfPass gives the place that somebody came by.
func placeOfPass(ctx context.Context, r db.Reader, meeting, person moment.ID) (sealedAnswer, bool, error) {
	return oneAnswer(r.QueryRow(ctx, `SELECT `+answerColumns+` FROM meetings_answer WHERE id = (SELECT answer FROM meetings_pass WHERE meeting = $1 AND person = $2)`, meeting, person))
}

// passOf gives how the place stands that somebody came by.
func passOf(ctx context.Context, r db.Reader, meeting, person moment.ID) (state AnswerState, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT a.state FROM meetings_pass p JOIN meetings_answer a ON a.id = p.answer WHERE p.meeting = $1 AND p.person = $2`, meeting, person).Scan(&state)
	if db.IsNone(err) {
		return "", false, nil
	}
	return state, err == nil, db.Problem("pass", err)
}

func forgetPasses(ctx context.Context, tx db.Writer, meeting moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM meetings_pass WHERE meeting = $1`, meeting)
	return err
}

func forgetPassesOf(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM meetings_pass WHERE person = $1`, person)
	return err
}
