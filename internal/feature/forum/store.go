package forum

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const spaceColumns = `id, wall, name, welcome, audience, joins, hold_new, unnamed, alone, closed, made_at, pictures`

func scanSpace(r db.Row, s *Space) error {
	return r.Scan(&s.ID, &s.Wall, &s.Name, &s.Welcome, &s.Audience, &s.Joins, &s.HoldNew, &s.Unnamed, &s.Alone, &s.Closed, &s.MadeAt, &s.Pictures)
}

func insertSpace(ctx context.Context, tx db.Writer, s Space) error {
	_, err := tx.Exec(ctx, `INSERT INTO forum_space (`+spaceColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		s.ID, s.Wall, s.Name, s.Welcome, string(s.Audience), string(s.Joins), s.HoldNew, s.Unnamed, string(s.Alone), s.Closed, s.MadeAt, s.Pictures)
	return db.Problem("space", err)
}

func updateSpace(ctx context.Context, tx db.Writer, s Space) error {
	_, err := tx.Exec(ctx, `UPDATE forum_space SET name = $2, welcome = $3, audience = $4, joins = $5, hold_new = $6, unnamed = $7, alone = $8, closed = $9, pictures = $10 WHERE id = $1`,
		s.ID, s.Name, s.Welcome, string(s.Audience), string(s.Joins), s.HoldNew, s.Unnamed, string(s.Alone), s.Closed, s.Pictures)
	return db.Problem("space", err)
}

func spaceByID(ctx context.Context, r db.Reader, id moment.ID) (s Space, found bool, err error) {
	err = scanSpace(r.QueryRow(ctx, `SELECT `+spaceColumns+` FROM forum_space WHERE id = $1`, id), &s)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("space", err)
}

// allSpaces gives every space in the order in which they were made, open ones first.
func allSpaces(ctx context.Context, r db.Reader) ([]Space, error) {
	rows, err := r.Query(ctx, `SELECT `+spaceColumns+` FROM forum_space ORDER BY closed, made_at, id LIMIT $1`, MostSpaces)
	return db.Collect(rows, err, scanSpace)
}

func countSpaces(ctx context.Context, r db.Reader) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM forum_space`).Scan(&n)
	return n, db.Problem("space", err)
}

func scanID(r db.Row, id *moment.ID) error { return r.Scan(id) }

// joinedBy gives the communities that somebody joined.
func joinedBy(ctx context.Context, r db.Reader, person moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT space FROM forum_member WHERE person = $1`, person)
	return db.Collect(rows, err, scanID)
}

// moderatedBy gives the spaces that somebody looks after.
func moderatedBy(ctx context.Context, r db.Reader, person moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT space FROM forum_moderator WHERE person = $1`, person)
	return db.Collect(rows, err, scanID)
}

// standsIn tells whether somebody joined a space, and whether they look after it.
func standsIn(ctx context.Context, r db.Reader, space, person moment.ID) (in, moderates bool, err error) {
	err = r.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM forum_member WHERE space = $1 AND person = $2), EXISTS (SELECT 1 FROM forum_moderator WHERE space = $1 AND person = $2)`, space, person).Scan(&in, &moderates)
	return in, moderates, db.Problem("space", err)
}

func moderatorsOf(ctx context.Context, r db.Reader, space moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT person FROM forum_moderator WHERE space = $1 ORDER BY at, person`, space)
	return db.Collect(rows, err, scanID)
}

// membersAmong gives those of some people who joined a space.
func membersAmong(ctx context.Context, r db.Reader, space moment.ID, people []moment.ID) ([]moment.ID, error) {
	if len(people) == 0 {
		return nil, nil
	}
	in, args := db.In(2, people)
	rows, err := r.Query(ctx, `SELECT person FROM forum_member WHERE space = $1 AND person IN (`+in+`) ORDER BY person`, append([]any{space}, args...)...)
	return db.Collect(rows, err, scanID)
}

func insertMember(ctx context.Context, tx db.Writer, space, person moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO forum_member (space, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, space, person, now)
	return db.Problem("join", err)
}

func deleteMember(ctx context.Context, tx db.Writer, space, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM forum_member WHERE space = $1 AND person = $2`, space, person)
	return db.Problem("leave", err)
}

func insertModerator(ctx context.Context, tx db.Writer, space, person moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO forum_moderator (space, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, space, person, now)
	return n > 0, db.Problem("moderator", err)
}

func deleteModerator(ctx context.Context, tx db.Writer, space, person moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM forum_moderator WHERE space = $1 AND person = $2`, space, person)
	return n > 0, db.Problem("moderator", err)
}

const requestColumns = `id, space, person, words, state = 'open', at, answered_at`

func scanRequest(r db.Row, q *request) error {
	return r.Scan(&q.ID, &q.Space, &q.Person, &q.sealed, &q.Open, &q.At, &q.AnsweredAt)
}

// requestOf gives what somebody asked of a space; nil for nothing.
func requestOf(ctx context.Context, r db.Reader, space, person moment.ID) (*request, error) {
	return oneRequest(r.QueryRow(ctx, `SELECT `+requestColumns+` FROM forum_request WHERE space = $1 AND person = $2`, space, person))
}

func requestByID(ctx context.Context, r db.Reader, id moment.ID) (*request, error) {
	return oneRequest(r.QueryRow(ctx, `SELECT `+requestColumns+` FROM forum_request WHERE id = $1`, id))
}

func oneRequest(x db.Row) (*request, error) {
	var q request
	err := scanRequest(x, &q)
	if db.IsNone(err) {
		return nil, nil
	}
	return &q, db.Problem("request", err)
}

// openRequests gives who waits for an answer, the longest first.
func openRequests(ctx context.Context, r db.Reader, space moment.ID) ([]request, error) {
	rows, err := r.Query(ctx, `SELECT `+requestColumns+` FROM forum_request WHERE space = $1 AND state = 'open' ORDER BY at, id LIMIT 200`, space)
	return db.Collect(rows, err, scanRequest)
}

func requestsBy(ctx context.Context, r db.Reader, person moment.ID) ([]request, error) {
	rows, err := r.Query(ctx, `SELECT `+requestColumns+` FROM forum_request WHERE person = $1 ORDER BY at, id`, person)
	return db.Collect(rows, err, scanRequest)
}

// putRequest stores a wish to join; one that was declined long ago becomes a new one.
func putRequest(ctx context.Context, tx db.Writer, q request) error {
	_, err := tx.Exec(ctx, `INSERT INTO forum_request (id, space, person, words, state, at) VALUES ($1, $2, $3, $4, 'open', $5)
		ON CONFLICT (space, person) DO UPDATE SET id = excluded.id, words = excluded.words, state = 'open', at = excluded.at, answered_at = 0`, q.ID, q.Space, q.Person, q.sealed, q.At)
	return db.Problem("request", err)
}

// declineRequest answers no; the words go. False when somebody was faster.
func declineRequest(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE forum_request SET state = 'declined', words = NULL, answered_at = $2 WHERE id = $1 AND state = 'open'`, id, now)
	return n > 0, db.Problem("request", err)
}

func deleteRequest(ctx context.Context, tx db.Writer, space, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM forum_request WHERE space = $1 AND person = $2`, space, person)
	return db.Problem("request", err)
}

// since is a space with an instant in it.
type since struct {
	Space moment.ID
	At    moment.Time
}

// memberships gives the communities that somebody joined and since when, or with
// moderates the spaces that they look after.
func memberships(ctx context.Context, r db.Reader, person moment.ID, moderates bool) ([]since, error) {
	text := `SELECT space, at FROM forum_member WHERE person = $1 ORDER BY at, space`
	if moderates {
		text = `SELECT space, at FROM forum_moderator WHERE person = $1 ORDER BY at, space`
	}
	rows, err := r.Query(ctx, text, person)
	return db.Collect(rows, err, func(r db.Row, x *since) error { return r.Scan(&x.Space, &x.At) })
}

func erasePerson(ctx context.Context, tx db.Writer, person moment.ID) error {
	for _, text := range []string{`UPDATE forum_import SET by_person = NULL WHERE by_person = $1`, `DELETE FROM forum_request WHERE person = $1`, `DELETE FROM forum_moderator WHERE person = $1`, `DELETE FROM forum_member WHERE person = $1`} {
		if _, err := tx.Exec(ctx, text, person); err != nil {
			return db.Problem("forum erase", err)
		}
	}
	return nil
}
