package support

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const contactColumns = `conversation, request, scope, member, peer, started_at, ended_at, ended_how, before, after, helped, thanks IS NOT NULL,
	checked_at, debriefed_at, debrief_by, heavy, note_at, concern`

func scanContact(r db.Row, c *Contact) error { return scanContactAnd(r, c) }

func scanContactAnd(r db.Row, c *Contact, more ...any) error {
	var helped string
	to := []any{&c.Conversation, &c.Request, &c.Scope, &c.Member, &c.Peer, &c.StartedAt, &c.EndedAt, &c.EndedHow, &c.Before, &c.After, &helped, &c.HasThanks,
		&c.CheckedAt, &c.DebriefedAt, &c.DebriefBy, &c.Heavy, &c.NoteAt, &c.Concern}
	err := r.Scan(append(to, more...)...)
	c.Helped = listOf(helped)
	return err
}

// framedContact reads a contact with what its accepted offer said the two share.
func framedContact(ctx context.Context, r db.Reader, conversation moment.ID) (c Contact, shared []string, policy int, found bool, err error) {
	var list string
	err = scanContactAnd(r.QueryRow(ctx, `SELECT `+contactOf+`, coalesce(o.shared, '[]'), q.policy FROM support_contact c
		JOIN support_request q ON q.id = c.request
		LEFT JOIN support_offer o ON o.request = c.request AND o.state = 'accepted'
		WHERE c.conversation = $1`, conversation), &c, &list, &policy)
	if db.IsNone(err) {
		return c, nil, 0, false, nil
	}
	return c, listOf(list), policy, err == nil, db.Problem("contact", err)
}

const contactOf = `c.conversation, c.request, c.scope, c.member, c.peer, c.started_at, c.ended_at, c.ended_how, c.before, c.after, c.helped, c.thanks IS NOT NULL,
	c.checked_at, c.debriefed_at, c.debrief_by, c.heavy, c.note_at, c.concern`

func insertContact(ctx context.Context, tx db.Writer, c Contact) error {
	_, err := tx.Exec(ctx, `INSERT INTO support_contact (conversation, request, scope, member, peer, started_at, before) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.Conversation, c.Request, c.Scope, c.Member, c.Peer, c.StartedAt, c.Before)
	return err
}

func contactByID(ctx context.Context, r db.Reader, conversation moment.ID) (c Contact, found bool, err error) {
	err = scanContact(r.QueryRow(ctx, `SELECT `+contactColumns+` FROM support_contact WHERE conversation = $1`, conversation), &c)
	if db.IsNone(err) {
		return c, false, nil
	}
	return c, err == nil, db.Problem("contact", err)
}

func contacts(ctx context.Context, r db.Reader, where string, args ...any) ([]Contact, error) {
	rows, err := r.Query(ctx, `SELECT `+contactColumns+` FROM support_contact WHERE `+where, args...)
	return db.Collect(rows, err, scanContact)
}

func runningContacts(ctx context.Context, r db.Reader) ([]Contact, error) {
	return contacts(ctx, r, `ended_at = 0 ORDER BY started_at, conversation`)
}

func runningWith(ctx context.Context, r db.Reader, peer moment.ID) ([]Contact, error) {
	return contacts(ctx, r, `peer = $1 AND ended_at = 0 ORDER BY started_at`, peer)
}

func owedBy(ctx context.Context, r db.Reader, peer moment.ID) ([]Contact, error) {
	return contacts(ctx, r, `peer = $1 AND ended_at > 0 AND debriefed_at = 0 ORDER BY ended_at`, peer)
}

func contactsSince(ctx context.Context, r db.Reader, peer moment.ID, since moment.Time) ([]Contact, error) {
	return contacts(ctx, r, `peer = $1 AND started_at >= $2 ORDER BY started_at`, peer, since)
}

func contactsOfMember(ctx context.Context, r db.Reader, member moment.ID) ([]Contact, error) {
	return contacts(ctx, r, `member = $1 ORDER BY started_at DESC`, member)
}

func contactsOfPeer(ctx context.Context, r db.Reader, peer moment.ID) ([]Contact, error) {
	return contacts(ctx, r, `peer = $1 ORDER BY started_at`, peer)
}

// whoOwe counts the debriefs that each peer owes.
func whoOwe(ctx context.Context, r db.Reader) (map[moment.ID]int, error) {
	type owes struct {
		peer moment.ID
		n    int
	}
	rows, err := r.Query(ctx, `SELECT peer, count(*) FROM support_contact WHERE ended_at > 0 AND debriefed_at = 0 GROUP BY peer`)
	list, err := db.Collect(rows, err, func(r db.Row, o *owes) error { return r.Scan(&o.peer, &o.n) })
	out := make(map[moment.ID]int, len(list))
	for _, o := range list {
		out[o.peer] = o.n
	}
	return out, err
}

func setContactEnded(ctx context.Context, tx db.Writer, id moment.ID, how string, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE support_contact SET ended_at = $2, ended_how = $3 WHERE conversation = $1 AND ended_at = 0`, id, now, how)
	return n > 0, err
}

func setFeeling(ctx context.Context, tx db.Writer, id moment.ID, after int, helped []string, thanks []byte) error {
	_, err := tx.Exec(ctx, `UPDATE support_contact SET after = $2, helped = $3, thanks = $4 WHERE conversation = $1`, id, after, textOf(helped), thanks)
	return err
}

func setDebriefed(ctx context.Context, tx db.Writer, id moment.ID, by string, heavy bool, words, note []byte, now moment.Time) error {
	noteAt := moment.Time(0)
	if note != nil {
		noteAt = now
	}
	_, err := tx.Exec(ctx, `UPDATE support_contact SET debriefed_at = $2, debrief_by = $3, heavy = $4, debrief = $5, note = $6, note_at = $7
		WHERE conversation = $1 AND debriefed_at = 0`, id, now, by, heavy, words, note, noteAt)
	return err
}

// setConcern marks a conversation that a concern belongs to.
func setConcern(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE support_contact SET concern = TRUE WHERE conversation = $1 AND concern = FALSE`, id)
	return err
}

func setChecked(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE support_contact SET checked_at = $2 WHERE conversation = $1`, id, now)
	return err
}

// sealedOf reads one sealed column of a contact with its key.
func sealedOf(ctx context.Context, r db.Reader, id moment.ID, column sealedColumn) (sealed, wrapped []byte, err error) {
	err = r.QueryRow(ctx, `SELECT c.`+string(column)+`, k.wrapped FROM support_contact c LEFT JOIN vault_key k ON k.scope = c.scope WHERE c.conversation = $1`, id).Scan(&sealed, &wrapped)
	return sealed, wrapped, err
}

// sealedColumn names a column that holds sealed words.
type sealedColumn string

const (
	columnThanks  sealedColumn = "thanks"
	columnDebrief sealedColumn = "debrief"
	columnNote    sealedColumn = "note"
)

// forgetContact takes back what was sealed about a contact, and gives it a new
// scope for what may still be written.
func forgetContact(ctx context.Context, tx db.Writer, conversation, scope moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE support_contact SET thanks = NULL, debrief = NULL, note = NULL, note_at = 0, scope = $2 WHERE conversation = $1`, conversation, scope)
	return err
}

// CheckIn is somebody to look after.
type CheckIn struct {
	ID   moment.ID
	Peer moment.ID
	Kind string // "stopped", "protected", "concern", "handover", checkInArrive, checkInCall or checkInKept
	At   moment.Time
}

// The wishes to talk that somebody taps when they come or leave.
const (
	checkInArrive = "arrive" // with the lead, before the first person
	checkInCall   = "call"   // to be called afterwards
	checkInKept   = "kept"   // kept out by a decision, while they talk with somebody
)

func insertCheckIn(ctx context.Context, tx db.Writer, c CheckIn) error {
	_, err := tx.Exec(ctx, `INSERT INTO support_checkin (id, peer, kind, at) VALUES ($1, $2, $3, $4)`, c.ID, c.Peer, c.Kind, c.At)
	return err
}

func openCheckIns(ctx context.Context, r db.Reader) ([]CheckIn, error) {
	rows, err := r.Query(ctx, `SELECT id, peer, kind, at FROM support_checkin WHERE done_at = 0 ORDER BY at`)
	return db.Collect(rows, err, func(r db.Row, c *CheckIn) error { return r.Scan(&c.ID, &c.Peer, &c.Kind, &c.At) })
}

// looksAfter tells whether a check-in of the kind is open for a peer already.
func looksAfter(ctx context.Context, r db.Reader, peer moment.ID, kind string) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM support_checkin WHERE peer = $1 AND kind = $2 AND done_at = 0`, peer, kind).Scan(&n)
	return n > 0, db.Problem("check-in", err)
}

func setCheckedIn(ctx context.Context, tx db.Writer, id, by moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE support_checkin SET done_at = $3, done_by = $2 WHERE id = $1 AND done_at = 0`, id, by, now)
	return n > 0, err
}

// blank takes back what a person chose while asking, and their private debriefs.
func blank(ctx context.Context, tx db.Writer, person moment.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE support_request SET situations = '[]', languages = '[]', wishes = '[]', distress = 0 WHERE person = $1`, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE support_contact SET after = 0, before = 0, helped = '[]' WHERE member = $1`, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE support_contact SET debrief = NULL WHERE peer = $1`, person)
	return err
}
