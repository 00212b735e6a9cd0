package people

import (
	"context"
	"encoding/json"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// person is a row of people_person.
type person struct {
	ID        moment.ID
	Kind      Kind
	Rev       int64
	CreatedAt moment.Time
	JoinedAt  moment.Time
	Profile
}

const personColumns = `id, kind, name, pronouns, languages, lang, zone, theme, hides_reads, rev, created_at, joined_at`

func scanPerson(r db.Row, p *person) error {
	var languages string
	if err := r.Scan(&p.ID, &p.Kind, &p.Name, &p.Pronouns, &languages, &p.Lang, &p.Zone, &p.Theme, &p.HidesReads, &p.Rev, &p.CreatedAt, &p.JoinedAt); err != nil {
		return err
	}
	return json.Unmarshal([]byte(languages), &p.Languages)
}

func languagesText(tags []string) string {
	if len(tags) == 0 {
		return "[]"
	}
	b, _ := json.Marshal(tags) // strings always marshal
	return string(b)
}

func onePerson(ctx context.Context, r db.Reader, where string, arg any) (person, bool, error) {
	var p person
	err := scanPerson(r.QueryRow(ctx, `SELECT `+personColumns+` FROM people_person WHERE `+where, arg), &p)
	if db.IsNone(err) {
		return person{}, false, nil
	}
	return p, err == nil, db.Problem("read a person", err)
}

func personByID(ctx context.Context, r db.Reader, id moment.ID) (person, bool, error) {
	return onePerson(ctx, r, `id = $1`, id)
}

func personByFold(ctx context.Context, r db.Reader, folded string) (person, bool, error) {
	return onePerson(ctx, r, `folded = $1`, folded)
}

func persons(ctx context.Context, r db.Reader, ids []moment.ID) ([]person, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT `+personColumns+` FROM people_person WHERE id IN (`+in+`)`, args...)
	return db.Collect(rows, err, scanPerson)
}

// carded gives of people only what stands on a Card: pages ask for it more often than
// for anything else.
func carded(ctx context.Context, r db.Reader, ids []moment.ID) ([]person, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT id, kind, name, pronouns, hides_reads FROM people_person WHERE id IN (`+in+`)`, args...)
	return db.Collect(rows, err, func(r db.Row, p *person) error { return r.Scan(&p.ID, &p.Kind, &p.Name, &p.Pronouns, &p.HidesReads) })
}

// insertPerson writes a new row; folded is "" for a guest.
func insertPerson(ctx context.Context, tx db.Writer, p person, folded string) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_person (id, kind, name, folded, pronouns, languages, lang, zone, theme, hides_reads, created_at, joined_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		p.ID, string(p.Kind), p.Name, orNull(folded), p.Pronouns, languagesText(p.Languages), p.Lang, p.Zone, p.Theme, p.HidesReads, p.CreatedAt, p.JoinedAt, p.CreatedAt)
	return err
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// upgradeGuest makes a member of a guest. It tells whether there was one.
func upgradeGuest(ctx context.Context, tx db.Writer, id moment.ID, name, folded string, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_person SET kind = 'member', name = $1, folded = $2, joined_at = $3, rev = rev + 1 WHERE id = $4 AND kind = 'guest'`,
		name, folded, now, id)
	return n == 1, err
}

func updateProfile(ctx context.Context, tx db.Writer, id moment.ID, p Profile, folded string) error {
	_, err := tx.Exec(ctx, `UPDATE people_person SET name = $1, folded = $2, pronouns = $3, languages = $4, zone = $5, lang = $6, theme = $7, hides_reads = $8, rev = rev + 1
		WHERE id = $9 AND kind = 'member'`, p.Name, folded, p.Pronouns, languagesText(p.Languages), p.Zone, p.Lang, p.Theme, p.HidesReads, id)
	return err
}

func bumpRev(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE people_person SET rev = rev + 1 WHERE id = $1`, id)
	return db.Problem("bump a revision", err)
}

func guestNameTaken(ctx context.Context, r db.Reader, name string) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COUNT(*) FROM people_person WHERE kind = 'guest' AND name = $1`, name).Scan(&n)
	return n > 0, db.Problem("read guests", err)
}

// idleGuests lists guests whom nobody has seen since an instant.
func idleGuests(ctx context.Context, r db.Reader, since moment.Time, limit int) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT id FROM people_person WHERE kind = 'guest' AND seen_at < $1 ORDER BY seen_at, id LIMIT $2`, since, limit)
	return db.Collect(rows, err, scanID)
}

func scanID(r db.Row, id *moment.ID) error { return r.Scan(id) }

func revsOf(ctx context.Context, r db.Reader, ids []moment.ID) (map[moment.ID]int64, error) {
	out := make(map[moment.ID]int64, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	type rev struct {
		id moment.ID
		n  int64
	}
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT id, rev FROM people_person WHERE id IN (`+in+`)`, args...)
	list, err := db.Collect(rows, err, func(r db.Row, v *rev) error { return r.Scan(&v.id, &v.n) })
	for _, v := range list {
		out[v.id] = v.n
	}
	return out, err
}

// Roles.

type roleRow struct {
	person moment.ID
	role   string
}

func rolesOf(ctx context.Context, r db.Reader, ids []moment.ID) (map[moment.ID]access.Roles, error) {
	out := make(map[moment.ID]access.Roles, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT person, role FROM people_role WHERE person IN (`+in+`)`, args...)
	return gatherRoles(db.Collect(rows, err, scanRole))
}

func everyRole(ctx context.Context, r db.Reader) (map[moment.ID]access.Roles, error) {
	rows, err := r.Query(ctx, `SELECT person, role FROM people_role`)
	return gatherRoles(db.Collect(rows, err, scanRole))
}

func scanRole(r db.Row, v *roleRow) error { return r.Scan(&v.person, &v.role) }

func gatherRoles(list []roleRow, err error) (map[moment.ID]access.Roles, error) {
	out := map[moment.ID]access.Roles{}
	for _, v := range list {
		if role, ok := access.ParseRole(v.role); ok {
			out[v.person] |= access.Set(role)
		}
	}
	return out, err
}

func withRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT person FROM people_role WHERE role = $1 ORDER BY person`, role.String())
	return db.Collect(rows, err, scanID)
}

func insertRole(ctx context.Context, tx db.Writer, who moment.ID, role access.Role, now moment.Time, by moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO people_role (person, role, given_at, given_by) VALUES ($1, $2, $3, $4) ON CONFLICT (person, role) DO NOTHING`, who, role.String(), now, by)
	return n == 1, db.Problem("give a role", err)
}

func deleteRole(ctx context.Context, tx db.Writer, who moment.ID, role access.Role) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM people_role WHERE person = $1 AND role = $2`, who, role.String())
	return n == 1, db.Problem("take a role", err)
}

// Attempts.

// countAttempt counts one try of who in this span and tells how many there were.
func countAttempt(ctx context.Context, tx db.Writer, who string, span int64, now moment.Time) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `INSERT INTO people_attempt (who, span, n, at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (who) DO UPDATE SET n = CASE WHEN people_attempt.span = excluded.span THEN people_attempt.n + 1 ELSE 1 END, span = excluded.span, at = excluded.at
		RETURNING n`, who, span, now).Scan(&n)
	return n, db.Problem("count an attempt", err)
}

func forgetAttempts(ctx context.Context, tx db.Writer, who string) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_attempt WHERE who = $1`, who)
	return db.Problem("forget attempts", err)
}
