package directory

import (
	"context"
	"strings"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const lineColumns = `id, country, name, number, kind, href, languages, hours, audience, pair, source, checked_on, position, retired_at, demo`

func scanLine(r db.Row, l *Line) error {
	var languages string
	err := r.Scan(&l.ID, &l.Country, &l.Name, &l.Number, &l.Kind, &l.Href, &languages, &l.Hours, &l.Audience, &l.Pair, &l.Source, &l.CheckedOn,
		&l.Position, &l.RetiredAt, &l.Demo)
	l.Languages = strings.Fields(languages)
	return err
}

func insertLine(ctx context.Context, tx db.Writer, l Line) error {
	_, err := tx.Exec(ctx, `INSERT INTO directory_line (id, country, name, number, kind, href, languages, hours, audience, pair, source, checked_on, position, demo)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		l.ID, l.Country, l.Name, l.Number, string(l.Kind), l.Href, strings.Join(l.Languages, " "), l.Hours, l.Audience, l.Pair, l.Source, l.CheckedOn, l.Position, l.Demo)
	return err
}

func updateLine(ctx context.Context, tx db.Writer, l Line) error {
	_, err := tx.Exec(ctx, `UPDATE directory_line SET country = $2, name = $3, number = $4, kind = $5, href = $6, languages = $7, hours = $8, audience = $9,
		pair = $10, source = $11, checked_on = $12, position = $13, retired_at = $14 WHERE id = $1`,
		l.ID, l.Country, l.Name, l.Number, string(l.Kind), l.Href, strings.Join(l.Languages, " "), l.Hours, l.Audience, l.Pair, l.Source, l.CheckedOn, l.Position, l.RetiredAt)
	return err
}

func lineByID(ctx context.Context, r db.Reader, id moment.ID) (l Line, found bool, err error) {
	err = scanLine(r.QueryRow(ctx, `SELECT `+lineColumns+` FROM directory_line WHERE id = $1`, id), &l)
	if db.IsNone(err) {
		return l, false, nil
	}
	return l, err == nil, db.Problem("line", err)
}

func liveLines(ctx context.Context, r db.Reader) ([]Line, error) {
	rows, err := r.Query(ctx, `SELECT `+lineColumns+` FROM directory_line WHERE retired_at = 0 ORDER BY country, position, id`)
	return db.Collect(rows, err, scanLine)
}
