package support

import (
	"context"
	"encoding/json"

	"cairn/internal/feature/matching"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const requestColumns = `id, person, state, asked_at, lined_up_at, situations, languages, wishes, firm, distress, words IS NOT NULL,
	first, why_first, help_shown, circle, nobody_at, told_at, connected_at, closed_at, held_until, conversation, policy`

func scanRequest(r db.Row, q *Request) error {
	var situations, languages, wishes string
	var circle int
	err := r.Scan(&q.ID, &q.Person, &q.State, &q.AskedAt, &q.LinedUpAt, &situations, &languages, &wishes, &q.Firm, &q.Distress, &q.HasWords,
		&q.First, &q.WhyFirst, &q.HelpShown, &circle, &q.NobodyAt, &q.ToldAt, &q.ConnectedAt, &q.ClosedAt, &q.HeldUntil, &q.Conversation, &q.Policy)
	q.Circle = matching.Circle(circle)
	q.Situations, q.Languages, q.Wishes = listOf(situations), listOf(languages), listOf(wishes)
	return err
}

// listOf reads a stored list; what cannot be read is empty, never an error for
// the person who waits.
func listOf(text string) []string {
	var out []string
	_ = json.Unmarshal([]byte(text), &out)
	return out
}

func textOf(list []string) string {
	if list == nil {
		list = []string{}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "[]" // strings always marshal
	}
	return string(b)
}

func insertRequest(ctx context.Context, tx db.Writer, q Request, words []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO support_request (id, person, state, asked_at, lined_up_at, situations, languages, wishes, firm, distress, words,
		first, why_first, help_shown, circle, held_until, policy) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		q.ID, q.Person, string(q.State), q.AskedAt, q.LinedUpAt, textOf(q.Situations), textOf(q.Languages), textOf(q.Wishes), q.Firm, q.Distress, words,
		q.First, q.WhyFirst, q.HelpShown, int(q.Circle), q.HeldUntil, q.Policy)
	return err
}

// updateRequest writes everything that can change about a request but its words.
func updateRequest(ctx context.Context, tx db.Writer, q Request) error {
	_, err := tx.Exec(ctx, `UPDATE support_request SET state = $2, lined_up_at = $3, situations = $4, languages = $5, wishes = $6, firm = $7, distress = $8,
		first = $9, why_first = $10, help_shown = $11, circle = $12, nobody_at = $13, told_at = $14, connected_at = $15, closed_at = $16, held_until = $17, conversation = $18
		WHERE id = $1`,
		q.ID, string(q.State), q.LinedUpAt, textOf(q.Situations), textOf(q.Languages), textOf(q.Wishes), q.Firm, q.Distress,
		q.First, q.WhyFirst, q.HelpShown, int(q.Circle), q.NobodyAt, q.ToldAt, q.ConnectedAt, q.ClosedAt, q.HeldUntil, q.Conversation)
	return err
}

func setWords(ctx context.Context, tx db.Writer, id moment.ID, words []byte) error {
	_, err := tx.Exec(ctx, `UPDATE support_request SET words = $2 WHERE id = $1`, id, words)
	return err
}

func wordsOf(ctx context.Context, r db.Reader, id moment.ID) (sealed, wrapped []byte, err error) {
	err = r.QueryRow(ctx, `SELECT q.words, k.wrapped FROM support_request q LEFT JOIN vault_key k ON k.scope = q.id WHERE q.id = $1`, id).Scan(&sealed, &wrapped)
	return sealed, wrapped, err
}

func requestByID(ctx context.Context, r db.Reader, id moment.ID) (Request, bool, error) {
	return oneRequest(r.QueryRow(ctx, `SELECT `+requestColumns+` FROM support_request WHERE id = $1`, id))
}

// liveOf gives a person's request that is not over.
func liveOf(ctx context.Context, r db.Reader, person moment.ID) (Request, bool, error) {
	return oneRequest(r.QueryRow(ctx, `SELECT `+requestColumns+` FROM support_request
		WHERE person = $1 AND state IN ('waiting', 'offered', 'talking')`, person))
}

// latestOf gives a person's newest request, over or not.
func latestOf(ctx context.Context, r db.Reader, person moment.ID) (Request, bool, error) {
	return oneRequest(r.QueryRow(ctx, `SELECT `+requestColumns+` FROM support_request WHERE person = $1 ORDER BY asked_at DESC, id DESC LIMIT 1`, person))
}

func heldOf(ctx context.Context, r db.Reader, person moment.ID) (Request, bool, error) {
	return oneRequest(r.QueryRow(ctx, `SELECT `+requestColumns+` FROM support_request WHERE person = $1 AND state = 'held' ORDER BY asked_at LIMIT 1`, person))
}

func oneRequest(row db.Row) (q Request, found bool, err error) {
	err = scanRequest(row, &q)
	if db.IsNone(err) {
		return q, false, nil
	}
	return q, err == nil, db.Problem("request", err)
}

// line gives everybody who waits or is being offered, first come first.
func line(ctx context.Context, r db.Reader) ([]Request, error) {
	rows, err := r.Query(ctx, `SELECT `+requestColumns+` FROM support_request WHERE state IN ('waiting', 'offered')
		ORDER BY first DESC, lined_up_at, id`)
	return db.Collect(rows, err, scanRequest)
}

// requestOf gives the request that led to a conversation.
func requestOf(ctx context.Context, r db.Reader, conversation moment.ID) (Request, bool, error) {
	return oneRequest(r.QueryRow(ctx, `SELECT `+requestColumns+` FROM support_request WHERE conversation = $1`, conversation))
}

// ahead counts who stands before a request.
func ahead(ctx context.Context, r db.Reader, q Request) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM support_request WHERE state IN ('waiting', 'offered') AND id <> $1
		AND ((first AND NOT $2) OR (first = $2 AND (lined_up_at < $3 OR (lined_up_at = $3 AND id < $1))))`, q.ID, q.First, q.LinedUpAt).Scan(&n)
	return n, db.Problem("ahead", err)
}

func countState(ctx context.Context, r db.Reader, state State) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM support_request WHERE state = $1`, string(state)).Scan(&n)
	return n, db.Problem("count", err)
}

// recentWaits gives how long the last people waited, in microseconds.
func recentWaits(ctx context.Context, r db.Reader, since moment.Time) ([]int64, error) {
	rows, err := r.Query(ctx, `SELECT connected_at - lined_up_at FROM support_request WHERE connected_at > $1 AND why_first NOT IN ('switched', 'stopped', 'held', 'handed_over')
		ORDER BY connected_at DESC LIMIT $2`, since, mostWaits)
	return db.Collect(rows, err, func(r db.Row, n *int64) error { return r.Scan(n) })
}

func requestsOf(ctx context.Context, r db.Reader, person moment.ID) ([]Request, error) {
	rows, err := r.Query(ctx, `SELECT `+requestColumns+` FROM support_request WHERE person = $1 ORDER BY asked_at, id`, person)
	return db.Collect(rows, err, scanRequest)
}

const offerColumns = `id, request, peer, state, made_at, expires_at, shared, wishes, language, handover`

func scanOffer(r db.Row, o *Offer) error {
	var shared, wishes string
	err := r.Scan(&o.ID, &o.Request, &o.Peer, &o.State, &o.MadeAt, &o.ExpiresAt, &shared, &wishes, &o.Language, &o.Handover)
	o.Shared, o.Wishes = listOf(shared), listOf(wishes)
	return err
}

func insertOffer(ctx context.Context, tx db.Writer, o Offer) error {
	_, err := tx.Exec(ctx, `INSERT INTO support_offer (id, request, peer, state, made_at, expires_at, shared, wishes, language, handover) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		o.ID, o.Request, o.Peer, string(o.State), o.MadeAt, o.ExpiresAt, textOf(o.Shared), textOf(o.Wishes), o.Language, o.Handover)
	return err
}

func oneOffer(row db.Row) (o Offer, found bool, err error) {
	err = scanOffer(row, &o)
	if db.IsNone(err) {
		return o, false, nil
	}
	return o, err == nil, db.Problem("offer", err)
}

func offerByID(ctx context.Context, r db.Reader, id moment.ID) (Offer, bool, error) {
	return oneOffer(r.QueryRow(ctx, `SELECT `+offerColumns+` FROM support_offer WHERE id = $1`, id))
}

func openOfferTo(ctx context.Context, r db.Reader, peer moment.ID) (Offer, bool, error) {
	return oneOffer(r.QueryRow(ctx, `SELECT `+offerColumns+` FROM support_offer WHERE peer = $1 AND state = 'open'`, peer))
}

func openOfferFor(ctx context.Context, r db.Reader, request moment.ID) (Offer, bool, error) {
	return oneOffer(r.QueryRow(ctx, `SELECT `+offerColumns+` FROM support_offer WHERE request = $1 AND state = 'open' AND handover IS NULL`, request))
}

func openOffers(ctx context.Context, r db.Reader) ([]Offer, error) {
	rows, err := r.Query(ctx, `SELECT `+offerColumns+` FROM support_offer WHERE state = 'open'`)
	return db.Collect(rows, err, scanOffer)
}

func setExpires(ctx context.Context, tx db.Writer, id moment.ID, at moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE support_offer SET expires_at = $2 WHERE id = $1 AND state = 'open'`, id, at)
	return err
}

// closeOffer answers an offer once; it tells whether this call did.
func closeOffer(ctx context.Context, tx db.Writer, id moment.ID, state OfferState, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE support_offer SET state = $2, answered_at = $3 WHERE id = $1 AND state = 'open'`, id, string(state), now)
	return n > 0, err
}

// askedBefore gives the peers who were offered this request already.
func askedBefore(ctx context.Context, r db.Reader, request moment.ID) (map[moment.ID]bool, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT peer FROM support_offer WHERE request = $1 AND handover IS NULL AND state IN ('declined', 'expired')`, request)
	ids, err := db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
	out := make(map[moment.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

func forgetAsked(ctx context.Context, tx db.Writer, request moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE support_offer SET state = 'gone' WHERE request = $1 AND state IN ('declined', 'expired')`, request)
	return err
}
