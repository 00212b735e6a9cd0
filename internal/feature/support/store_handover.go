package support

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const handoverColumns = `id, conversation, peer, wanted, state, scope, made_at, closed_at, next`

func scanHandover(r db.Row, h *Handover) error {
	return r.Scan(&h.ID, &h.Conversation, &h.Peer, &h.Wanted, &h.State, &h.Scope, &h.MadeAt, &h.ClosedAt, &h.Next)
}

func oneHandover(row db.Row) (h Handover, found bool, err error) {
	err = scanHandover(row, &h)
	if db.IsNone(err) {
		return h, false, nil
	}
	return h, err == nil, db.Problem("handover", err)
}

func insertHandover(ctx context.Context, tx db.Writer, h Handover, words []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO support_handover (id, conversation, peer, wanted, state, scope, words, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		h.ID, h.Conversation, h.Peer, h.Wanted, h.State, h.Scope, words, h.MadeAt)
	return err
}

func openHandover(ctx context.Context, r db.Reader, conversation moment.ID) (Handover, bool, error) {
	return oneHandover(r.QueryRow(ctx, `SELECT `+handoverColumns+` FROM support_handover WHERE conversation = $1 AND state = 'open'`, conversation))
}

func handoverByID(ctx context.Context, r db.Reader, id moment.ID) (Handover, bool, error) {
	return oneHandover(r.QueryRow(ctx, `SELECT `+handoverColumns+` FROM support_handover WHERE id = $1`, id))
}

func openHandovers(ctx context.Context, r db.Reader) ([]Handover, error) {
	rows, err := r.Query(ctx, `SELECT `+handoverColumns+` FROM support_handover WHERE state = 'open' ORDER BY made_at, id`)
	return db.Collect(rows, err, scanHandover)
}

func anyHandover(ctx context.Context, r db.Reader) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM support_handover WHERE state = 'open'`).Scan(&n)
	return n > 0, db.Problem("handover", err)
}

func handoverWords(ctx context.Context, r db.Reader, id moment.ID) (sealed, wrapped []byte, err error) {
	err = r.QueryRow(ctx, `SELECT h.words, k.wrapped FROM support_handover h LEFT JOIN vault_key k ON k.scope = h.scope WHERE h.id = $1`, id).Scan(&sealed, &wrapped)
	return sealed, wrapped, db.Problem("introduction", err)
}

// closeHandover ends a hand-over; its words go with it.
func closeHandover(ctx context.Context, tx db.Writer, id moment.ID, state string, next moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE support_handover SET state = $2, next = $3, closed_at = $4, words = NULL WHERE id = $1`, id, state, next, now)
	return err
}

func nextAfter(ctx context.Context, r db.Reader, conversation moment.ID) (moment.ID, error) {
	var next moment.ID
	err := r.QueryRow(ctx, `SELECT next FROM support_handover WHERE conversation = $1 AND state = 'taken' ORDER BY closed_at DESC LIMIT 1`, conversation).Scan(&next)
	if db.IsNone(err) {
		return "", nil
	}
	return next, db.Problem("handover", err)
}

func openOfferOf(ctx context.Context, r db.Reader, handover moment.ID) (Offer, bool, error) {
	return oneOffer(r.QueryRow(ctx, `SELECT `+offerColumns+` FROM support_offer WHERE handover = $1 AND state = 'open'`, handover))
}

func askedToTake(ctx context.Context, r db.Reader, handover moment.ID) (map[moment.ID]bool, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT peer FROM support_offer WHERE handover = $1 AND state IN ('declined', 'expired')`, handover)
	ids, err := db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
	out := make(map[moment.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// moveOffer lets an accepted offer belong to the request that went on.
func moveOffer(ctx context.Context, tx db.Writer, id, request moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE support_offer SET request = $2 WHERE id = $1`, id, request)
	return err
}

// Company is somebody who was asked to sit in.
type Company struct {
	ID           moment.ID
	Conversation moment.ID
	AskedBy      moment.ID
	AskedAt      moment.Time
	Person       moment.ID
	JoinedAt     moment.Time
}

const companyColumns = `id, conversation, asked_by, asked_at, person, joined_at`

func scanCompany(r db.Row, c *Company) error {
	return r.Scan(&c.ID, &c.Conversation, &c.AskedBy, &c.AskedAt, &c.Person, &c.JoinedAt)
}

func insertCompany(ctx context.Context, tx db.Writer, c Company) error {
	_, err := tx.Exec(ctx, `INSERT INTO support_company (id, conversation, asked_by, asked_at) VALUES ($1, $2, $3, $4)`, c.ID, c.Conversation, c.AskedBy, c.AskedAt)
	return err
}

func openCompany(ctx context.Context, r db.Reader, conversation moment.ID) (c Company, found bool, err error) {
	err = scanCompany(r.QueryRow(ctx, `SELECT `+companyColumns+` FROM support_company WHERE conversation = $1 AND closed_at = 0`, conversation), &c)
	if db.IsNone(err) {
		return c, false, nil
	}
	return c, err == nil, db.Problem("company", err)
}

// companyWanted gives those who were asked for and have not come yet.
func companyWanted(ctx context.Context, r db.Reader) ([]Company, error) {
	rows, err := r.Query(ctx, `SELECT `+companyColumns+` FROM support_company WHERE closed_at = 0 AND joined_at = 0 ORDER BY asked_at`)
	return db.Collect(rows, err, scanCompany)
}

// setJoined lets one person come in: whoever presses second finds it taken.
func setJoined(ctx context.Context, tx db.Writer, id, person moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE support_company SET person = $2, joined_at = $3 WHERE id = $1 AND joined_at = 0 AND closed_at = 0`, id, person, now)
	return n > 0, err
}

func closeCompany(ctx context.Context, tx db.Writer, conversation moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE support_company SET closed_at = $2 WHERE conversation = $1 AND closed_at = 0`, conversation, now)
	return err
}

// forgetCompany takes a deleted person's id off these.
func forgetCompany(ctx context.Context, tx db.Writer, person moment.ID) error {
	for _, text := range []string{`UPDATE support_company SET asked_by = NULL WHERE asked_by = $1`, `UPDATE support_company SET person = NULL WHERE person = $1`, `UPDATE support_handover SET wanted = NULL WHERE wanted = $1`} {
		if _, err := tx.Exec(ctx, text, person); err != nil {
			return db.Problem("forget company", err)
		}
	}
	return nil
}
