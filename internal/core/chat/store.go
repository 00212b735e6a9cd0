package chat

import (
	"context"
	"slices"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// frame is a conversation with its wrapped key, and for a sender the place of
// the message that carries the same client key already.
type frame struct {
	Conversation
	wrapped []byte
	had     int64
}

const frameColumns = `c.id, c.kind, c.created_at, c.active_at, c.ended_at, c.last_seq, c.kept, c.keep_until, c.hidden_at, c.destroyed_at, c.together,
	p.person, coalesce(p.side, ''), p.joined_at, p.access_until, coalesce(p.read_seq, 0), p.read_at, coalesce(p.from_seq, 0), coalesce(p.alias, ''), k.wrapped`

// frameParts joins everybody who is in a conversation of two, and of many only the one
// who asks ($2): hundreds may be in it, and each of them asks.
const frameParts = ` FROM chat_conversation c
		LEFT JOIN chat_part p ON p.conversation = c.id AND (NOT c.together OR p.person = $2)
		LEFT JOIN vault_key k ON k.scope = c.id`

func scanFrame(r db.Row, f *frame, p *Part, more ...any) error {
	to := []any{&f.ID, &f.Kind, &f.CreatedAt, &f.ActiveAt, &f.EndedAt, &f.LastSeq, &f.Kept, &f.KeepUntil, &f.HiddenAt, &f.DestroyedAt, &f.Together,
		&p.Person, &p.Side, &p.JoinedAt, &p.AccessUntil, &p.ReadSeq, &p.ReadAt, &p.FromSeq, &p.Alias, &f.wrapped}
	return r.Scan(append(to, more...)...)
}

// loadFrame reads a conversation with everybody in it, of many with the viewer only;
// found is false when there is none. The viewer is "" for what nobody asked for.
func loadFrame(ctx context.Context, r db.Reader, id, viewer moment.ID) (f frame, found bool, err error) {
	rows, err := r.Query(ctx, `SELECT `+frameColumns+frameParts+` WHERE c.id = $1 ORDER BY p.joined_at, p.person`, id, viewer)
	parts, err := db.Collect(rows, err, func(r db.Row, p *Part) error { return scanFrame(r, &f, p) })
	f.Parts = those(parts)
	return f, f.ID != "", err
}

// loadFrameForKey also looks for a message the sender stored under the same key.
func loadFrameForKey(ctx context.Context, r db.Reader, id, author moment.ID, key string) (f frame, found bool, err error) {
	rows, err := r.Query(ctx, `SELECT `+frameColumns+`, coalesce(m.seq, 0)`+frameParts+`
		LEFT JOIN chat_message m ON m.conversation = c.id AND m.author = $2 AND m.client_key = $3
		WHERE c.id = $1`, id, author, key)
	parts, err := db.Collect(rows, err, func(r db.Row, p *Part) error { return scanFrame(r, &f, p, &f.had) })
	f.Parts = those(parts)
	return f, f.ID != "", err
}

// those leaves out the row of a conversation in which there is nobody.
func those(parts []Part) []Part {
	if len(parts) == 1 && parts[0].Person == "" {
		return nil
	}
	return parts
}

func insertConversation(ctx context.Context, tx db.Writer, id moment.ID, kind string, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO chat_conversation (id, kind, created_at, active_at) VALUES ($1, $2, $3, $3)`, id, kind, now)
	return err
}

func insertPart(ctx context.Context, tx db.Writer, id, person moment.ID, side Side, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO chat_part (conversation, person, side, joined_at) VALUES ($1, $2, $3, $4)`, id, person, string(side), now)
	return err
}

// nextSeq takes the next place; active is when somebody last said something.
func nextSeq(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time, says bool) (int64, error) {
	q := `UPDATE chat_conversation SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq`
	args := []any{id}
	if says {
		q = `UPDATE chat_conversation SET last_seq = last_seq + 1, active_at = $2 WHERE id = $1 RETURNING last_seq`
		args = append(args, now)
	}
	var seq int64
	err := tx.QueryRow(ctx, q, args...).Scan(&seq)
	return seq, err
}

type row struct {
	Message
	key  string
	body []byte
}

func insertMessage(ctx context.Context, tx db.Writer, m row) error {
	_, err := tx.Exec(ctx, `INSERT INTO chat_message (conversation, seq, touched, kind, author, client_key, body, at, alias, id)
		VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9)`, m.Conversation, m.Seq, string(m.Kind), m.Author, m.key, m.body, m.At, m.Alias, m.ID)
	return err
}

const messageColumns = `seq, touched, kind, author, body, at, edited_at, withdrawn_at, alias, id`

func scanMessage(r db.Row, m *row) error {
	return r.Scan(&m.Seq, &m.Touched, &m.Kind, &m.Author, &m.body, &m.At, &m.EditedAt, &m.WithdrawnAt, &m.Alias, &m.ID)
}

func messageAt(ctx context.Context, r db.Reader, id moment.ID, seq int64) (row, error) {
	var m row
	err := scanMessage(r.QueryRow(ctx, `SELECT `+messageColumns+` FROM chat_message WHERE conversation = $1 AND seq = $2`, id, seq), &m)
	return m, err
}

// span is what somebody may read of a conversation: what was said after a place, and
// of many not what was said while they were out.
type span struct {
	id, person moment.ID
	from       int64
	many       bool
}

// outside leaves out what was said while the reader, $5, was out.
const outside = ` AND NOT EXISTS (SELECT 1 FROM chat_away x WHERE x.conversation = $1 AND x.person = $5 AND chat_message.seq > x.after_seq AND chat_message.seq <= x.until_seq)`

// query gives the messages of a span that also fit where, in which $2 is at.
func (x span) query(ctx context.Context, r db.Reader, where, order string, at int64, limit int) ([]row, error) {
	q, args := `SELECT `+messageColumns+` FROM chat_message WHERE conversation = $1 AND `+where+` AND seq > $4`, []any{x.id, at, limit, x.from}
	if x.many {
		q, args = q+outside, append(args, x.person)
	}
	rows, err := r.Query(ctx, q+` ORDER BY `+order+` LIMIT $3`, args...)
	return db.Collect(rows, err, scanMessage)
}

// messagesBefore gives the latest messages before a place, oldest first.
func messagesBefore(ctx context.Context, r db.Reader, x span, before int64, limit int) ([]row, error) {
	out, err := x.query(ctx, r, `seq < $2`, `seq DESC`, before, limit)
	slices.Reverse(out)
	return out, err
}

// messagesTouched gives what was added or changed after a seq, in that order.
func messagesTouched(ctx context.Context, r db.Reader, x span, after int64, limit int) ([]row, error) {
	return x.query(ctx, r, `touched > $2`, `touched`, after, limit)
}

func rewriteMessage(ctx context.Context, tx db.Writer, id moment.ID, seq, touched int64, body []byte, edited, withdrawn moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE chat_message SET touched = $3, body = $4, edited_at = $5, withdrawn_at = $6 WHERE conversation = $1 AND seq = $2`,
		id, seq, touched, body, edited, withdrawn)
	return err
}

// setRead moves a read mark forward, never back.
func setRead(ctx context.Context, tx db.Writer, id, person moment.ID, seq int64, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE chat_part SET read_seq = $3, read_at = $4 WHERE conversation = $1 AND person = $2 AND read_seq < $3`, id, person, seq, now)
	return n > 0, err
}

// setEnded ends a conversation of two once; it tells whether this call did.
func setEnded(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE chat_conversation SET ended_at = $2 WHERE id = $1 AND ended_at = 0 AND NOT together`, id, now)
	return n > 0, err
}

func setRetention(ctx context.Context, tx db.Writer, id moment.ID, kept bool, until moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE chat_conversation SET kept = $2, keep_until = $3 WHERE id = $1`, id, kept, until)
	return err
}

func setHidden(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE chat_conversation SET hidden_at = $2 WHERE id = $1 AND hidden_at = 0`, id, now)
	return err
}

// setDestroyed forgets the sealed words; the frame stays without them, and of many
// without who was in it.
func setDestroyed(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	for _, forget := range []string{
		`DELETE FROM chat_message WHERE conversation = $1`,
		`DELETE FROM chat_away WHERE conversation = $1`,
		`DELETE FROM chat_part WHERE conversation = $1 AND side = 'together'`,
	} {
		if _, err := tx.Exec(ctx, forget, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE chat_conversation SET destroyed_at = $2, hidden_at = CASE WHEN hidden_at = 0 THEN $2 ELSE hidden_at END WHERE id = $1 AND destroyed_at = 0`, id, now)
	return err
}

func setAccessUntil(ctx context.Context, tx db.Writer, id, person moment.ID, until moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE chat_part SET access_until = $3 WHERE conversation = $1 AND person = $2 AND (access_until = 0 OR access_until > $3)`, id, person, until)
	return err
}

// putCompany lets somebody sit in, or sit in again, from a place on.
func putCompany(ctx context.Context, tx db.Writer, id, person moment.ID, from int64, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO chat_part (conversation, person, side, joined_at, from_seq, read_seq) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (conversation, person) DO UPDATE SET joined_at = excluded.joined_at, from_seq = excluded.from_seq, access_until = 0`, id, person, string(Company), now, from)
	return err
}

func conversationsOf(ctx context.Context, r db.Reader, person moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT conversation FROM chat_part WHERE person = $1 ORDER BY joined_at, conversation`, person)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}

// messagesInOrder gives messages after a place, in the order of their places.
func messagesInOrder(ctx context.Context, r db.Reader, id moment.ID, after int64, limit int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+messageColumns+` FROM chat_message WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3`, id, after, limit)
	return db.Collect(rows, err, scanMessage)
}

// kindOf tells what a conversation is for; "" when there is none.
func kindOf(ctx context.Context, r db.Reader, id moment.ID) (string, error) {
	var kind string
	err := r.QueryRow(ctx, `SELECT kind FROM chat_conversation WHERE id = $1`, id).Scan(&kind)
	if db.IsNone(err) {
		return "", nil
	}
	return kind, db.Problem("conversation", err)
}
