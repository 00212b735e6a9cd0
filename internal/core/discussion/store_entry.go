package discussion

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// row is an entry before it is opened.
type row struct {
	Entry
	title, words, reason, label []byte
	rev                         int64 // of a thread, on its first post
}

const entryColumns = `id, space, post, author, anonymous, alias, title, words, version, quotes, topics, state, why, reason, lead, reach, opened_at, unread_since, told, pinned, moderated,
	at, active_at, changed_at, state_at, comments, been_there, with_you, thank_you, rev, origin <> '', label, fixed`

func scanEntry(r db.Row, e *row) error {
	var topics, fixed string
	var been, with, thank int
	err := r.Scan(&e.ID, &e.Space, &e.Post, &e.author, &e.Anonymous, &e.Alias, &e.title, &e.words, &e.Version, &e.Quotes, &topics, &e.State, &e.Why, &e.reason, &e.lead, &e.reach, &e.opened, &e.unread, &e.told, &e.Pinned, &e.Moderated,
		&e.At, &e.ActiveAt, &e.ChangedAt, &e.StateAt, &e.Comments, &been, &with, &thank, &e.rev, &e.Brought, &e.label, &fixed)
	if err != nil {
		return err
	}
	e.Counts = map[string]int{BeenThere: been, WithYou: with, ThankYou: thank}
	if fixed != "{}" {
		if err := json.Unmarshal([]byte(fixed), &e.fixed); err != nil {
			return err
		}
	}
	if topics == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(topics), &e.Topics)
}

func insertEntry(ctx context.Context, tx db.Writer, e row, key string) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_entry (id, space, post, author, anonymous, alias, aliases, client_key, title, words, quotes, state, why, lead, told, at, active_at, state_at, reach, unread_since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $16, $17, $18)`,
		e.ID, e.Space, e.Post, e.author, e.Anonymous, e.Alias, aliases(e), key, e.title, e.words, e.Quotes, string(e.State), string(e.Why), string(e.lead), e.told, e.At, string(e.reach), e.unread)
	return err
}

// aliases is how many numbers a new thread has given already: one, to a post
// without a name.
func aliases(e row) int {
	if e.Post == "" {
		return e.Alias
	}
	return 0
}

func insertAlias(ctx context.Context, tx db.Writer, post, person moment.ID, n int) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_alias (post, person, alias) VALUES ($1, $2, $3)`, post, person, n)
	return db.Problem("alias", err)
}

func entryByID(ctx context.Context, r db.Reader, id moment.ID) (e row, found bool, err error) {
	return oneEntry(r.QueryRow(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE id = $1`, id))
}

// entryByKey gives what somebody stored under a key of theirs.
func entryByKey(ctx context.Context, r db.Reader, space, author moment.ID, key string) (e row, found bool, err error) {
	return oneEntry(r.QueryRow(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE author = $1 AND space = $2 AND client_key = $3`, author, space, key))
}

func oneEntry(x db.Row) (e row, found bool, err error) {
	err = scanEntry(x, &e)
	if db.IsNone(err) {
		return e, false, nil
	}
	return e, err == nil, db.Problem("entry", err)
}

func entriesByID(ctx context.Context, r db.Reader, ids []moment.ID) ([]row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE id IN (`+in+`)`, args...)
	return db.Collect(rows, err, scanEntry)
}

// before tells when somebody last wrote in a space, and whether anything of theirs
// was ever open to all.
func before(ctx context.Context, r db.Reader, space, author moment.ID) (last moment.Time, known bool, err error) {
	err = r.QueryRow(ctx, `SELECT coalesce((SELECT at FROM discussion_entry WHERE author = $1 AND space = $2 ORDER BY at DESC LIMIT 1), 0),
		EXISTS (SELECT 1 FROM discussion_entry WHERE author = $1 AND space = $2 AND state = 'open')`, author, space).Scan(&last, &known)
	return last, known, db.Problem("entry", err)
}

// setState moves an entry from one state to another; false when somebody was faster.
// Whoever leads was told of what ends with it. What nobody has opened, and is held for its words
// still, goes on waiting.
func setState(ctx context.Context, tx db.Writer, id moment.ID, from, to State, why Why, reason []byte, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE discussion_entry SET state = $3, why = $4, reason = $5, state_at = $6, lead = '', reach = '', opened_at = 0,
		unread_since = CASE WHEN state = 'held' AND why = 'words' AND $3 = 'held' AND $4 = 'words' AND opened_at = 0 THEN unread_since ELSE 0 END, pinned = CASE WHEN $7 THEN pinned ELSE FALSE END WHERE id = $1 AND state = $2`,
		id, string(from), string(to), string(why), reason, now, to == Open)
	return n > 0, err
}

// bump counts comments of a post that everybody sees; up tells that something was added.
func bump(ctx context.Context, tx db.Writer, post moment.ID, by int, now moment.Time) error {
	text := `UPDATE discussion_entry SET comments = comments + 1, active_at = CASE WHEN active_at < $2 THEN $2 ELSE active_at END WHERE id = $1`
	args := []any{post, now}
	if by < 0 {
		text, args = `UPDATE discussion_entry SET comments = comments - 1 WHERE id = $1`, args[:1]
	}
	_, err := tx.Exec(ctx, text, args...)
	return err
}

// countChange counts a change of what is seen of a thread.
func countChange(ctx context.Context, tx db.Writer, thread moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET rev = rev + 1 WHERE id = $1`, thread)
	return err
}

// setShown notes that a released post is new for those who see it now.
func setShown(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET told = TRUE, active_at = $2 WHERE id = $1`, id, now)
	return err
}

// rewrite puts new words into the version that was read; false when it is not that one any more.
func rewrite(ctx context.Context, tx db.Writer, e row, words []byte, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE discussion_entry SET words = $3, version = version + 1, changed_at = $4 WHERE id = $1 AND version = $2`, e.ID, e.Version, words, now)
	return n > 0, err
}

// setLead notes who was told of a holding that began at an instant; "" for nobody. What began
// anew nobody has opened; where nobody had opened it before either, it goes on waiting.
func setLead(ctx context.Context, tx db.Writer, id, lead moment.ID, reach Reach, since moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET lead = $2, reach = $3, opened_at = CASE WHEN state_at = $4 THEN opened_at ELSE 0 END,
		unread_since = CASE WHEN state_at = $4 OR opened_at = 0 THEN unread_since ELSE 0 END, state_at = $4 WHERE id = $1 AND state = 'held'`, id, string(lead), string(reach), since)
	return err
}

// setReach notes as what somebody was told of a holding that began at an instant.
func setReach(ctx context.Context, tx db.Writer, id moment.ID, reach Reach, since moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET reach = $2 WHERE id = $1 AND state = 'held' AND state_at = $3`, id, string(reach), since)
	return err
}

// setOpened notes that one of those who may release what is held has opened it as it stood: not
// what was said since.
func setOpened(ctx context.Context, tx db.Writer, e Entry, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET opened_at = $2 WHERE id = $1 AND state = 'held' AND opened_at = 0 AND state_at = $3`, e.ID, now, e.StateAt)
	return err
}

// beginUnread notes since when what is held waits to be opened; false when it waits already.
func beginUnread(ctx context.Context, tx db.Writer, e Entry) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE discussion_entry SET unread_since = $2 WHERE id = $1 AND state = 'held' AND unread_since = 0`, e.ID, e.StateAt)
	return n > 0, err
}

// endUnread notes that nobody else is left to be told. What its author says then begins anew.
func endUnread(ctx context.Context, tx db.Writer, id moment.ID, since moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET unread_since = 0 WHERE id = $1 AND unread_since = $2`, id, since)
	return err
}

// blank takes the words and pictures of an entry away with all that stood there before.
func blank(ctx context.Context, tx db.Writer, id moment.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM discussion_version WHERE entry = $1`, id); err != nil {
		return err
	}
	for _, text := range []string{`DELETE FROM discussion_call WHERE entry = $1`, `DELETE FROM discussion_picture WHERE entry = $1`} {
		if _, err := tx.Exec(ctx, text, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET title = NULL, words = NULL, label = NULL, topics = '[]', fixed = '{}' WHERE id = $1`, id)
	return err
}

func setTopics(ctx context.Context, tx db.Writer, id moment.ID, topics []string) error {
	b, err := json.Marshal(topics)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE discussion_entry SET topics = $2 WHERE id = $1`, id, string(b))
	return err
}

// setFixed notes which topics moderation keeps on an entry.
func setFixed(ctx context.Context, tx db.Writer, id moment.ID, fixed map[string]bool) error {
	if fixed == nil {
		fixed = map[string]bool{}
	}
	b, err := json.Marshal(fixed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE discussion_entry SET fixed = $2 WHERE id = $1`, id, string(b))
	return err
}

// setPinned pins below the ceiling, or takes the pin off; false when there are enough.
func setPinned(ctx context.Context, tx db.Writer, e Entry, on bool) (bool, error) {
	if !on {
		_, err := tx.Exec(ctx, `UPDATE discussion_entry SET pinned = FALSE WHERE id = $1`, e.ID)
		return true, err
	}
	n, err := tx.Exec(ctx, `UPDATE discussion_entry SET pinned = TRUE WHERE id = $1 AND state = 'open'
		AND (SELECT count(*) FROM discussion_entry p WHERE p.space = $2 AND p.pinned AND p.id <> $1) < $3`, e.ID, e.Space, MostPinned)
	return n > 0, err
}

// anyHeldForWords tells whether anything waits to be read because of its words.
func anyHeldForWords(ctx context.Context, r db.Reader) (bool, error) {
	var some bool
	err := r.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM discussion_entry WHERE state = 'held' AND why = 'words')`).Scan(&some)
	return some, db.Problem("held", err)
}

// heldForWords gives what waits to be read because of its words, by others than whoever
// leads and not yet told to them: first what nobody was told of, then the newest.
func heldForWords(ctx context.Context, r db.Reader, lead moment.ID, most int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE state = 'held' AND why = 'words' AND lead <> $1 AND author <> $1
		ORDER BY lead, state_at DESC, id DESC LIMIT $2`, string(lead), most)
	return db.Collect(rows, err, scanEntry)
}

// place is where a page goes on: after this instant and id.
type place struct {
	at moment.Time
	id moment.ID
}

func (p place) String() string { return strconv.FormatInt(int64(p.at), 36) + "-" + string(p.id) }

// parsePlace reads what String wrote; anything else is the beginning.
func parsePlace(s string) (place, bool) {
	at, id, ok := strings.Cut(s, "-")
	if !ok {
		return place{}, false
	}
	n, err := strconv.ParseInt(at, 36, 64)
	if err != nil || n <= 0 {
		return place{}, false
	}
	known, valid := moment.ParseID(id)
	return place{moment.Time(n), known}, valid
}
