package safety

import (
	"context"
	"encoding/json"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func newestVersion(ctx context.Context, r db.Reader) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COALESCE(MAX(version), 0) FROM safety_policy`).Scan(&n)
	return n, db.Problem("policy version", err)
}

func insertVersion(ctx context.Context, tx db.Writer, version int, by moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO safety_policy (version, published_at, published_by) VALUES ($1, $2, $3)`, version, now, by)
	return err
}

func insertText(ctx context.Context, tx db.Writer, version int, lang string, sections []Section) error {
	body, err := json.Marshal(sections)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO safety_policy_text (version, lang, body) VALUES ($1, $2, $3)`, version, lang, string(body))
	return err
}

func policyText(ctx context.Context, r db.Reader, version int, lang string) (p Policy, found bool, err error) {
	p = Policy{Version: version, Lang: lang}
	var body string
	err = r.QueryRow(ctx, `SELECT t.body, v.published_at FROM safety_policy_text t JOIN safety_policy v ON v.version = t.version
		WHERE t.version = $1 AND t.lang = $2`, version, lang).Scan(&body, &p.PublishedAt)
	if db.IsNone(err) {
		return Policy{}, false, nil
	}
	if err != nil {
		return Policy{}, false, db.Problem("policy", err)
	}
	return p, true, db.Problem("policy", json.Unmarshal([]byte(body), &p.Sections))
}

func versionsAll(ctx context.Context, r db.Reader) ([]Version, error) {
	rows, err := r.Query(ctx, `SELECT version, published_at FROM safety_policy ORDER BY version DESC`)
	return db.Collect(rows, err, func(r db.Row, v *Version) error { return r.Scan(&v.Number, &v.PublishedAt) })
}

// setSeen never goes back: an old page that is sent late changes nothing.
func setSeen(ctx context.Context, tx db.Writer, person moment.ID, version int, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO safety_policy_seen (person, version, at) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET version = excluded.version, at = excluded.at WHERE excluded.version > safety_policy_seen.version`, person, version, now)
	return err
}

func seenBy(ctx context.Context, r db.Reader, person moment.ID) (version int, at moment.Time, err error) {
	err = r.QueryRow(ctx, `SELECT version, at FROM safety_policy_seen WHERE person = $1`, person).Scan(&version, &at)
	if db.IsNone(err) {
		return 0, 0, nil
	}
	return version, at, db.Problem("policy seen", err)
}

func eraseSeen(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM safety_policy_seen WHERE person = $1`, person)
	return err
}

const phraseColumns = `id, lang, phrase, added_by, added_at, retired_at`

func scanPhrase(r db.Row, p *Phrase) error {
	return r.Scan(&p.ID, &p.Lang, &p.Text, &p.AddedBy, &p.AddedAt, &p.RetiredAt)
}

func livePhrases(ctx context.Context, r db.Reader) ([]Phrase, error) {
	rows, err := r.Query(ctx, `SELECT `+phraseColumns+` FROM safety_phrase WHERE retired_at = 0 ORDER BY lang, phrase, id`)
	return db.Collect(rows, err, scanPhrase)
}

func phraseByID(ctx context.Context, r db.Reader, id moment.ID) (p Phrase, found bool, err error) {
	err = scanPhrase(r.QueryRow(ctx, `SELECT `+phraseColumns+` FROM safety_phrase WHERE id = $1`, id), &p)
	if db.IsNone(err) {
		return p, false, nil
	}
	return p, err == nil, db.Problem("phrase", err)
}

func insertPhrase(ctx context.Context, tx db.Writer, p Phrase) error {
	_, err := tx.Exec(ctx, `INSERT INTO safety_phrase (id, lang, phrase, added_by, added_at) VALUES ($1, $2, $3, $4, $5)`, p.ID, p.Lang, p.Text, p.AddedBy, p.AddedAt)
	return err
}

func retirePhrase(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE safety_phrase SET retired_at = $2 WHERE id = $1 AND retired_at = 0`, id, now)
	return err
}

// forgetAdder takes a deleted person's id off the phrases they added.
func forgetAdder(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE safety_phrase SET added_by = NULL WHERE added_by = $1`, person)
	return err
}
