package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// pictureRow is a picture, sealed. A list of them has no bodies.
type pictureRow struct {
	Pictured
	kind      string
	alt, body []byte
}

func insertPicture(ctx context.Context, tx db.Writer, p pictureRow, n int) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_picture (id, entry, n, kind, width, height, alt, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.ID, p.Entry, n, p.kind, p.Width, p.Height, p.alt, p.body)
	return db.Problem("picture", err)
}

// picturesOf gives the pictures of entries, without their bodies.
func picturesOf(ctx context.Context, r db.Reader, entries []moment.ID) ([]pictureRow, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	in, args := db.In(1, entries)
	rows, err := r.Query(ctx, `SELECT id, entry, kind, width, height, alt FROM discussion_picture WHERE entry IN (`+in+`) ORDER BY entry, n`, args...)
	return db.Collect(rows, err, func(r db.Row, p *pictureRow) error {
		return r.Scan(&p.ID, &p.Entry, &p.kind, &p.Width, &p.Height, &p.alt)
	})
}

func pictureByID(ctx context.Context, r db.Reader, entry, id moment.ID) (p pictureRow, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT id, entry, kind, width, height, alt, body FROM discussion_picture WHERE id = $1 AND entry = $2`, id, entry).
		Scan(&p.ID, &p.Entry, &p.kind, &p.Width, &p.Height, &p.alt, &p.body)
	if db.IsNone(err) {
		return p, false, nil
	}
	return p, err == nil, db.Problem("picture", err)
}
