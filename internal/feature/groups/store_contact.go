package groups

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// contactRow is what came of an event, as it is kept.
type contactRow struct {
	Contact
	note []byte
}

const contactColumns = `id, group_id, day, talks, given, signed, referred, by_person, at, note`

func scanContact(r db.Row, c *contactRow) error {
	return r.Scan(&c.ID, &c.Group, &c.Day, &c.Talks, &c.Given, &c.Signed, &c.Referred, &c.By, &c.At, &c.note)
}

// insertContact writes a row; the same form sent again changes nothing.
func insertContact(ctx context.Context, tx db.Writer, c contactRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_contact (`+contactColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
		c.ID, c.Group, c.Day, c.Talks, c.Given, c.Signed, c.Referred, c.By, c.At, c.note)
	return err
}

func contactsOf(ctx context.Context, r db.Reader, group moment.ID) ([]contactRow, error) {
	rows, err := r.Query(ctx, `SELECT `+contactColumns+` FROM groups_contact WHERE group_id = $1 ORDER BY day DESC, at DESC, id LIMIT 200`, group)
	return db.Collect(rows, err, scanContact)
}

func contactsBy(ctx context.Context, r db.Reader, person moment.ID) ([]contactRow, error) {
	rows, err := r.Query(ctx, `SELECT `+contactColumns+` FROM groups_contact WHERE by_person = $1 ORDER BY day, id`, person)
	return db.Collect(rows, err, scanContact)
}

func deleteContact(ctx context.Context, tx db.Writer, group, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM groups_contact WHERE group_id = $1 AND id = $2`, group, id)
	return n > 0, err
}

// forgetCounter leaves the numbers without who wrote them, and blanks their words.
func forgetCounter(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_contact SET by_person = NULL, note = NULL WHERE by_person = $1`, person)
	return err
}

// monthSum is the sum of a month: how many events, and what came of them.
type monthSum struct {
	Month                                  string
	Events, Talks, Given, Signed, Referred int
}

// contactsByMonth sums up days from one to before another.
func contactsByMonth(ctx context.Context, r db.Reader, from, to string) ([]monthSum, error) {
	rows, err := r.Query(ctx, `SELECT substr(day, 1, 7), count(*), sum(talks), sum(given), sum(signed), sum(referred) FROM groups_contact
		WHERE day >= $1 AND day < $2 GROUP BY substr(day, 1, 7) ORDER BY substr(day, 1, 7)`, from, to)
	return db.Collect(rows, err, func(r db.Row, m *monthSum) error {
		return r.Scan(&m.Month, &m.Events, &m.Talks, &m.Given, &m.Signed, &m.Referred)
	})
}

func scanSheet(r db.Row, x *Sheet) error {
	var links string
	err := r.Scan(&x.ID, &x.Group, &x.Title, &x.Words, &links, &x.At)
	x.Links = fromJSON[[]string](links)
	return err
}

func sheetsOf(ctx context.Context, r db.Reader, group moment.ID) ([]Sheet, error) {
	rows, err := r.Query(ctx, `SELECT id, group_id, title, words, links, at FROM groups_sheet WHERE group_id = $1 ORDER BY at, id`, group)
	return db.Collect(rows, err, scanSheet)
}

func putSheet(ctx context.Context, tx db.Writer, x Sheet) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_sheet (id, group_id, title, words, links, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, words = excluded.words, links = excluded.links`, x.ID, x.Group, x.Title, x.Words, jsonOf(x.Links), x.At)
	return err
}

func deleteSheet(ctx context.Context, tx db.Writer, group, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM groups_sheet WHERE group_id = $1 AND id = $2`, group, id)
	return n > 0, err
}
