package chat

import (
	"context"
	"math"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func insertMany(ctx context.Context, tx db.Writer, id moment.ID, kind string, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO chat_conversation (id, kind, created_at, active_at, together) VALUES ($1, $2, $3, $3, TRUE)`, id, kind, now)
	return err
}

// putTogether lets somebody into a conversation of many, or in again: from is the place
// after which they read, from their first coming.
func putTogether(ctx context.Context, tx db.Writer, id, person moment.ID, alias string, from int64, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO chat_part (conversation, person, side, joined_at, from_seq, alias) VALUES ($1, $2, 'together', $3, $4, $5)
		ON CONFLICT (conversation, person) DO UPDATE SET access_until = 0, alias = excluded.alias`, id, person, now, from, alias)
	return err
}

// goesAway begins what somebody does not read: what is said after a place.
func goesAway(ctx context.Context, tx db.Writer, id, person moment.ID, after int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO chat_away (conversation, person, after_seq, until_seq) VALUES ($1, $2, $3, $4)
		ON CONFLICT (conversation, person, after_seq) DO UPDATE SET until_seq = excluded.until_seq`, id, person, after, int64(math.MaxInt64))
	return err
}

// comesBack ends it.
func comesBack(ctx context.Context, tx db.Writer, id, person moment.ID, until int64) error {
	_, err := tx.Exec(ctx, `UPDATE chat_away SET until_seq = $3 WHERE conversation = $1 AND person = $2 AND until_seq > $3`, id, person, until)
	return err
}

// setClosed ends a conversation of many once; it tells whether this call did.
func setClosed(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE chat_conversation SET ended_at = $2 WHERE id = $1 AND ended_at = 0 AND together`, id, now)
	return n > 0, err
}

// ownMessages gives what somebody wrote after a place, in the order of the places.
func ownMessages(ctx context.Context, r db.Reader, id, person moment.ID, after int64, limit int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+messageColumns+` FROM chat_message WHERE conversation = $1 AND author = $2 AND seq > $3 ORDER BY seq LIMIT $4`, id, person, after, limit)
	return db.Collect(rows, err, scanMessage)
}

// forgetAuthor takes the author off a message, with the words.
func forgetAuthor(ctx context.Context, tx db.Writer, id moment.ID, seq, touched int64, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE chat_message SET touched = $3, author = NULL, alias = '', body = NULL, withdrawn_at = CASE WHEN withdrawn_at = 0 THEN $4 ELSE withdrawn_at END
		WHERE conversation = $1 AND seq = $2`, id, seq, touched, now)
	return err
}

// removePart forgets that somebody was in a conversation of many.
func removePart(ctx context.Context, tx db.Writer, id, person moment.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM chat_away WHERE conversation = $1 AND person = $2`, id, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM chat_part WHERE conversation = $1 AND person = $2`, id, person)
	return err
}

// messageByID finds the conversation and the place of a message that can be reported by
// itself; false when there is none.
func messageByID(ctx context.Context, r db.Reader, id moment.ID) (conversation moment.ID, seq int64, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT conversation, seq FROM chat_message WHERE id = $1`, id).Scan(&conversation, &seq)
	if db.IsNone(err) {
		return "", 0, false, nil
	}
	return conversation, seq, err == nil, db.Problem("message", err)
}
