package moderation

import (
	"context"
	"encoding/json"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// claimed is who looks at something that is held.
type claimed struct {
	kind           string
	object, person moment.ID
	at             moment.Time
}

func claimsSince(ctx context.Context, r db.Reader, since moment.Time) ([]claimed, error) {
	rows, err := r.Query(ctx, `SELECT kind, object, person, at FROM moderation_claim WHERE at >= $1`, since)
	return db.Collect(rows, err, func(r db.Row, c *claimed) error { return r.Scan(&c.kind, &c.object, &c.person, &c.at) })
}

// dropClaims forgets claims that were left since before.
func dropClaims(ctx context.Context, tx db.Writer, before moment.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM moderation_claim WHERE at < $1`, before)
	return err
}

// dropClaim ends who looks at something, unless it is one of these.
func dropClaim(ctx context.Context, tx db.Writer, x Held, but []moment.ID) error {
	in, args := db.In(3, but)
	_, err := tx.Exec(ctx, `DELETE FROM moderation_claim WHERE kind = $1 AND object = $2 AND person NOT IN (`+in+`)`, append([]any{x.Kind, x.Object}, args...)...)
	return err
}

// letGoHold gives back what somebody looks at; false when they do not.
func letGoHold(ctx context.Context, tx db.Writer, kind string, object, person moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM moderation_claim WHERE kind = $1 AND object = $2 AND person = $3`, kind, object, person)
	return n > 0, err
}

// claimHold takes what is held and free, one's own already, or left since before.
func claimHold(ctx context.Context, tx db.Writer, x Held, person moment.ID, now, before moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO moderation_claim (kind, object, person, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, object) DO UPDATE SET person = excluded.person, at = excluded.at WHERE moderation_claim.person = excluded.person OR moderation_claim.at < $5`, x.Kind, x.Object, person, now, before)
	return n > 0, err
}

const houseColumns = `version, words, changed, at`

func scanHouse(r db.Row, h *House) error {
	var words, changed string
	if err := r.Scan(&h.Version, &words, &changed, &h.At); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(words), &h.Words); err != nil {
		return err
	}
	return json.Unmarshal([]byte(changed), &h.Changed)
}

// houses gives every version, newest first.
func houses(ctx context.Context, r db.Reader) ([]House, error) {
	rows, err := r.Query(ctx, `SELECT `+houseColumns+` FROM moderation_house ORDER BY version DESC LIMIT 100`)
	return db.Collect(rows, err, scanHouse)
}

func lastHouse(ctx context.Context, r db.Reader) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM moderation_house`).Scan(&n)
	return n, db.Problem("house", err)
}

// insertHouse adds a version; false when somebody was faster.
func insertHouse(ctx context.Context, tx db.Writer, h House, by moment.ID) (bool, error) {
	words, err := json.Marshal(h.Words)
	if err != nil {
		return false, err
	}
	changed, err := json.Marshal(h.Changed)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO moderation_house (version, words, changed, by_person, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, h.Version, string(words), string(changed), by, h.At)
	return n > 0, err
}
