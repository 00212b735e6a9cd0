package people

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// livedRow is one item with whose it is.
type livedRow struct {
	person moment.ID
	Lived
}

// livedOf lists items, by the taxonomy's order; retired situations count no more.
func livedOf(ctx context.Context, r db.Reader, ids []moment.ID) ([]livedRow, error) {
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT l.person, l.situation, l.visibility FROM people_lived l JOIN people_situation s ON s.slug = l.situation
		WHERE l.person IN (`+in+`) AND NOT s.retired ORDER BY s.kind, s.place, s.slug`, args...)
	return db.Collect(rows, err, func(r db.Row, v *livedRow) error { return r.Scan(&v.person, &v.Situation, &v.Visibility) })
}

// replaceLived leaves items of retired situations alone: nobody could choose them again.
func replaceLived(ctx context.Context, tx db.Writer, who moment.ID, items []Lived) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_lived WHERE person = $1 AND situation NOT IN (SELECT slug FROM people_situation WHERE retired)`, who); err != nil {
		return db.Problem("replace lived experience", err)
	}
	for _, l := range items {
		if _, err := tx.Exec(ctx, `INSERT INTO people_lived (person, situation, visibility) VALUES ($1, $2, $3)`, who, l.Situation, string(l.Visibility)); err != nil {
			return db.Problem("replace lived experience", err)
		}
	}
	return nil
}

type notTodayRow struct {
	person moment.ID
	NotToday
}

func notTodayOf(ctx context.Context, r db.Reader, ids []moment.ID, now moment.Time) ([]notTodayRow, error) {
	in, args := db.In(2, ids)
	rows, err := r.Query(ctx, `SELECT person, situation, until FROM people_nottoday WHERE (until = 0 OR until > $1) AND person IN (`+in+`) ORDER BY person, situation`,
		append([]any{now}, args...)...)
	return db.Collect(rows, err, func(r db.Row, v *notTodayRow) error { return r.Scan(&v.person, &v.Situation, &v.Until) })
}

func replaceNotToday(ctx context.Context, tx db.Writer, who moment.ID, items []NotToday) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_nottoday WHERE person = $1`, who); err != nil {
		return db.Problem("replace not today", err)
	}
	for _, n := range items {
		if _, err := tx.Exec(ctx, `INSERT INTO people_nottoday (person, situation, until) VALUES ($1, $2, $3)`, who, n.Situation, n.Until); err != nil {
			return db.Problem("replace not today", err)
		}
	}
	return nil
}

// endNotToday removes what is over and tells whether there was any, and when
// the next one ends; zero when none does.
func endNotToday(ctx context.Context, tx db.Writer, who moment.ID, now moment.Time) (ended bool, next moment.Time, err error) {
	n, err := tx.Exec(ctx, `DELETE FROM people_nottoday WHERE person = $1 AND until > 0 AND until <= $2`, who, now)
	if err != nil {
		return false, 0, db.Problem("end not today", err)
	}
	err = tx.QueryRow(ctx, `SELECT COALESCE(MIN(until), 0) FROM people_nottoday WHERE person = $1 AND until > 0`, who).Scan(&next)
	return n > 0, next, db.Problem("end not today", err)
}

const situationColumns = `SELECT s.slug, COALESCE(l.label, en.label, s.slug), s.kind, s.sensitive, s.retired FROM people_situation s
	LEFT JOIN people_label l ON l.slug = s.slug AND l.lang = $1 LEFT JOIN people_label en ON en.slug = s.slug AND en.lang = 'en'`

func situations(ctx context.Context, r db.Reader, lang string) ([]Situation, error) {
	rows, err := r.Query(ctx, situationColumns+` ORDER BY CASE WHEN s.kind = 'situation' THEN 0 ELSE 1 END, s.place, s.slug`, lang)
	return db.Collect(rows, err, func(r db.Row, s *Situation) error {
		return r.Scan(&s.Slug, &s.Label, &s.Kind, &s.Sensitive, &s.Retired)
	})
}

// situationBySlug gives one with its label in English.
func situationBySlug(ctx context.Context, r db.Reader, slug string) (Situation, bool, error) {
	var s Situation
	err := r.QueryRow(ctx, situationColumns+` WHERE s.slug = $2`, "en", slug).Scan(&s.Slug, &s.Label, &s.Kind, &s.Sensitive, &s.Retired)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("read a situation", err)
}

func labelsOf(ctx context.Context, r db.Reader, slug string) (map[string]string, error) {
	type row struct{ lang, label string }
	rows, err := r.Query(ctx, `SELECT lang, label FROM people_label WHERE slug = $1`, slug)
	list, err := db.Collect(rows, err, func(r db.Row, v *row) error { return r.Scan(&v.lang, &v.label) })
	out := map[string]string{}
	for _, v := range list {
		out[v.lang] = v.label
	}
	return out, err
}

// insertSituation adds one at the end of its kind. It tells whether the slug was free.
func insertSituation(ctx context.Context, tx db.Writer, s Situation) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO people_situation (slug, kind, sensitive, place)
		VALUES ($1, $2, $3, (SELECT COALESCE(MAX(place), 0) + 10 FROM people_situation WHERE kind = $2))
		ON CONFLICT (slug) DO NOTHING`, s.Slug, s.Kind, s.Sensitive)
	return n == 1, db.Problem("add a situation", err)
}

func updateSituation(ctx context.Context, tx db.Writer, s Situation) error {
	_, err := tx.Exec(ctx, `UPDATE people_situation SET sensitive = $1, retired = $2 WHERE slug = $3`, s.Sensitive, s.Retired, s.Slug)
	return db.Problem("edit a situation", err)
}

func setLabel(ctx context.Context, tx db.Writer, slug, lang, label string) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_label (slug, lang, label) VALUES ($1, $2, $3) ON CONFLICT (slug, lang) DO UPDATE SET label = excluded.label`, slug, lang, label)
	return db.Problem("name a situation", err)
}

// bumpAllWith grows the revision of everybody who has the situation, or would
// gladly meet somebody who has.
func bumpAllWith(ctx context.Context, tx db.Writer, slug string) error {
	_, err := tx.Exec(ctx, `UPDATE people_person SET rev = rev + 1
		WHERE id IN (SELECT person FROM people_lived WHERE situation = $1 UNION SELECT person FROM people_gladly WHERE situation = $1)`, slug)
	return db.Problem("bump revisions", err)
}

// Kept apart.

func apartFrom(ctx context.Context, r db.Reader, who moment.ID, now moment.Time) (map[moment.ID]bool, error) {
	rows, err := r.Query(ctx, `SELECT whom FROM people_apart WHERE by_person = $1 AND (until = 0 OR until > $2)
		UNION SELECT by_person FROM people_apart WHERE whom = $1 AND (until = 0 OR until > $2)`, who, now)
	list, err := db.Collect(rows, err, scanID)
	out := make(map[moment.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// upsertApart keeps the longer of two times; for good is the longest. What was
// kept apart by a name is from now on kept apart by choice.
func upsertApart(ctx context.Context, tx db.Writer, a Apart) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_apart (id, by_person, whom, kind, until, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (by_person, whom, kind) DO UPDATE SET at = excluded.at, known = NULL, until = CASE
			WHEN people_apart.until = 0 OR excluded.until = 0 THEN 0
			WHEN people_apart.until > excluded.until THEN people_apart.until ELSE excluded.until END`,
		a.ID, a.By, a.Whom, string(a.Kind), a.Until, a.At)
	return db.Problem("keep apart", err)
}

const apartColumns = `SELECT id, by_person, whom, kind, until, at FROM people_apart `

func scanApart(r db.Row, a *Apart) error {
	return r.Scan(&a.ID, &a.By, &a.Whom, &a.Kind, &a.Until, &a.At)
}

// apartBy leaves out those kept apart by a name: to list them would say that
// somebody of that name is here.
func apartBy(ctx context.Context, r db.Reader, who moment.ID, now moment.Time) ([]Apart, error) {
	rows, err := r.Query(ctx, apartColumns+`WHERE by_person = $1 AND known IS NULL AND (until = 0 OR until > $2) ORDER BY at DESC, id`, who, now)
	return db.Collect(rows, err, scanApart)
}

func apartByID(ctx context.Context, r db.Reader, id moment.ID) (Apart, bool, error) {
	var a Apart
	err := scanApart(r.QueryRow(ctx, apartColumns+`WHERE id = $1`, id), &a)
	if db.IsNone(err) {
		return a, false, nil
	}
	return a, err == nil, db.Problem("read a block", err)
}

func deleteApart(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_apart WHERE id = $1`, id)
	return db.Problem("lift a block", err)
}
