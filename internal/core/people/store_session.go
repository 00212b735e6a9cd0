package people

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Session is one browser that is signed in.
type Session struct {
	ID        moment.ID
	Person    moment.ID
	Label     string // the kind of device
	Shared    bool
	CreatedAt moment.Time
	SeenAt    moment.Time
}

// known is who stands behind a session or an API token.
type known struct {
	person
	entry  moment.ID // of the session or the token
	shared bool
	seenAt moment.Time
	roles  access.Roles
}

const bySession = `SELECT s.id, s.shared, s.seen_at, p.id, p.kind, p.name, p.lang, p.zone, p.theme, COALESCE(r.role, '')
	FROM people_session s JOIN people_person p ON p.id = s.person LEFT JOIN people_role r ON r.person = p.id
	WHERE s.token_hash = $1 AND s.seen_at + s.idle > $2 AND s.ends_at > $2 AND p.kind <> 'gone'`

const byToken = `SELECT t.id, FALSE, t.used_at, p.id, p.kind, p.name, p.lang, p.zone, p.theme, COALESCE(r.role, '')
	FROM people_token t JOIN people_person p ON p.id = t.person LEFT JOIN people_role r ON r.person = p.id
	WHERE t.token_hash = $1 AND t.ends_at > $2 AND p.kind = 'member'`

// whoHas reads session or token, person and roles in one query.
func whoHas(ctx context.Context, r db.Reader, query, hash string, now moment.Time) (known, bool, error) {
	var k known
	rows, err := r.Query(ctx, query, hash, now)
	names, err := db.Collect(rows, err, func(r db.Row, role *string) error {
		return r.Scan(&k.entry, &k.shared, &k.seenAt, &k.ID, &k.Kind, &k.Name, &k.Lang, &k.Zone, &k.Theme, role)
	})
	if err != nil || len(names) == 0 {
		return known{}, false, err
	}
	k.roles = kindRoles(k.Kind)
	for _, n := range names {
		if role, ok := access.ParseRole(n); ok {
			k.roles |= access.Set(role)
		}
	}
	return k, true, nil
}

// touchSession moves last seen on. The guard lets one of many requests at once do it.
func touchSession(ctx context.Context, tx db.Writer, id, who moment.ID, now, before moment.Time) error {
	n, err := tx.Exec(ctx, `UPDATE people_session SET seen_at = $1 WHERE id = $2 AND seen_at < $3`, now, id, before)
	if err != nil || n == 0 {
		return db.Problem("touch a session", err)
	}
	_, err = tx.Exec(ctx, `UPDATE people_person SET seen_at = $1 WHERE id = $2 AND seen_at < $1`, now, who)
	return db.Problem("touch a session", err)
}

func touchToken(ctx context.Context, tx db.Writer, id moment.ID, now, before moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE people_token SET used_at = $1 WHERE id = $2 AND used_at < $3`, now, id, before)
	return db.Problem("touch a token", err)
}

// sessionLife is how long a session lasts.
type sessionLife struct {
	idle int64 // microseconds
	ends moment.Time
}

func insertSession(ctx context.Context, tx db.Writer, s Session, hash string, life sessionLife) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_session (id, person, token_hash, label, shared, created_at, seen_at, idle, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)`,
		s.ID, s.Person, hash, s.Label, s.Shared, s.CreatedAt, life.idle, life.ends)
	if err != nil {
		return db.Problem("start a session", err)
	}
	_, err = tx.Exec(ctx, `UPDATE people_person SET seen_at = $1 WHERE id = $2 AND seen_at < $1`, s.CreatedAt, s.Person)
	return db.Problem("start a session", err)
}

func sessionsOf(ctx context.Context, r db.Reader, who moment.ID, now moment.Time) ([]Session, error) {
	rows, err := r.Query(ctx, `SELECT id, person, label, shared, created_at, seen_at FROM people_session
		WHERE person = $1 AND seen_at + idle > $2 AND ends_at > $2 ORDER BY seen_at DESC, id`, who, now)
	return db.Collect(rows, err, func(r db.Row, s *Session) error {
		return r.Scan(&s.ID, &s.Person, &s.Label, &s.Shared, &s.CreatedAt, &s.SeenAt)
	})
}

// deleteSessions ends sessions of a person: one, or with only empty all but
// except. It gives the ids of those that were there.
func deleteSessions(ctx context.Context, tx db.Writer, who, only, except moment.ID) ([]moment.ID, error) {
	query, args := `DELETE FROM people_session WHERE person = $1 AND id <> $2 RETURNING id`, []any{who, string(except)}
	if only != "" {
		query, args = `DELETE FROM people_session WHERE person = $1 AND id = $2 RETURNING id`, []any{who, string(only)}
	}
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, scanID)
}

// deleteEndedSessions removes the sessions and tokens whose time is over, and
// gives their ids.
func deleteEndedSessions(ctx context.Context, tx db.Writer, now moment.Time) ([]moment.ID, error) {
	rows, err := tx.Query(ctx, `DELETE FROM people_session WHERE ends_at <= $1 OR seen_at + idle <= $1 RETURNING id`, now)
	sessions, err := db.Collect(rows, err, scanID)
	if err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, `DELETE FROM people_token WHERE ends_at <= $1 RETURNING id`, now)
	tokens, err := db.Collect(rows, err, scanID)
	return append(sessions, tokens...), err
}

// Token is an API token as its person sees it later: never the token itself.
type Token struct {
	ID        moment.ID
	Label     string
	CreatedAt moment.Time
	EndsAt    moment.Time
	UsedAt    moment.Time
}

func insertToken(ctx context.Context, tx db.Writer, t Token, who moment.ID, hash string) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_token (id, person, token_hash, label, created_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.ID, who, hash, t.Label, t.CreatedAt, t.EndsAt)
	return db.Problem("make a token", err)
}

func tokensOf(ctx context.Context, r db.Reader, who moment.ID, now moment.Time) ([]Token, error) {
	rows, err := r.Query(ctx, `SELECT id, label, created_at, ends_at, used_at FROM people_token WHERE person = $1 AND ends_at > $2 ORDER BY created_at DESC, id`, who, now)
	return db.Collect(rows, err, func(r db.Row, t *Token) error { return r.Scan(&t.ID, &t.Label, &t.CreatedAt, &t.EndsAt, &t.UsedAt) })
}

func deleteToken(ctx context.Context, tx db.Writer, who, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM people_token WHERE person = $1 AND id = $2`, who, id)
	return n == 1, db.Problem("revoke a token", err)
}

// Words that bring a guest back.

func setWords(ctx context.Context, tx db.Writer, who moment.ID, hash string, ends moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_words (person, hash, ends_at) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, ends_at = excluded.ends_at`, who, hash, ends)
	return db.Problem("give code words", err)
}

func guestByWords(ctx context.Context, r db.Reader, hash string, now moment.Time) (moment.ID, bool, error) {
	var id moment.ID
	err := r.QueryRow(ctx, `SELECT w.person FROM people_words w JOIN people_person p ON p.id = w.person WHERE w.hash = $1 AND w.ends_at > $2 AND p.kind = 'guest'`, hash, now).Scan(&id)
	if db.IsNone(err) {
		return "", false, nil
	}
	return id, err == nil, db.Problem("read code words", err)
}

// What is shown once.

type once struct {
	ID      moment.ID
	Person  moment.ID
	Session moment.ID
	Kind    string
	Sealed  []byte
	EndsAt  moment.Time
}

func insertOnce(ctx context.Context, tx db.Writer, o once) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_once (id, person, session, kind, sealed, ends_at) VALUES ($1, $2, $3, $4, $5, $6)`, o.ID, o.Person, o.Session, o.Kind, o.Sealed, o.EndsAt)
	return db.Problem("keep what is shown once", err)
}

func onceByID(ctx context.Context, r db.Reader, id moment.ID, now moment.Time) (once, bool, error) {
	var o once
	err := r.QueryRow(ctx, `SELECT id, person, session, kind, sealed, ends_at FROM people_once WHERE id = $1 AND ends_at > $2`, id, now).Scan(&o.ID, &o.Person, &o.Session, &o.Kind, &o.Sealed, &o.EndsAt)
	if db.IsNone(err) {
		return o, false, nil
	}
	return o, err == nil, db.Problem("read what is shown once", err)
}

func deleteOnce(ctx context.Context, tx db.Writer, id, who, session moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_once WHERE id = $1 AND person = $2 AND session = $3`, id, who, session)
	return db.Problem("forget what is shown once", err)
}

// dropWords forgets a guest's code words.
func dropWords(ctx context.Context, tx db.Writer, who moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_words WHERE person = $1`, who)
	return err
}
