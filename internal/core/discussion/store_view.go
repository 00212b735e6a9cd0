package discussion

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// glass is the part of a query that a viewer's eyes decide: canSee for many
// entries at once, but for what whoever leads sees of it (threadGlass). Its values follow those that stand in args already.
type glass struct {
	seen string // of what is not taken back
	near string // of authors
	args []any
}

// glassOf makes the conditions on the columns of alias e.
func glassOf(v viewer, args ...any) glass {
	if v.keep {
		return glass{args: args, seen: `e.state IN ('open', 'held', 'hidden')`}
	}
	if v.Person == "" {
		return glass{args: args, seen: `e.state = 'open'`}
	}
	g := glass{args: append(args, v.Person)}
	g.seen = `(e.state = 'open' OR e.state IN ('held', 'hidden') AND e.author = $` + strconv.Itoa(len(g.args)) + `)`
	if len(v.apart) > 0 {
		ids := make([]moment.ID, 0, len(v.apart))
		for id := range v.apart {
			ids = append(ids, id)
		}
		in, more := db.In(len(g.args)+1, ids)
		g.near = ` AND (e.anonymous OR e.author IS NULL OR e.author NOT IN (` + in + `))`
		g.args = append(g.args, more...)
	}
	return g
}

// threadGlass is glassOf for a thread: whoever leads meets there what is held for its
// words, whomever they are kept apart from. On a wall nobody comes upon it unasked.
func threadGlass(v viewer, args ...any) glass {
	g := glassOf(v, args...)
	if !v.keep && permHeld.Check(v.Actor) == nil {
		g.seen, g.near = `(`+g.seen+g.near+` OR e.state = 'held' AND e.why = 'words')`, ""
	}
	return g
}

const eColumns = `e.id, e.space, e.post, e.author, e.anonymous, e.alias, e.title, e.words, e.version, e.quotes, e.topics, e.state, e.why, e.reason, e.lead, e.reach, e.opened_at, e.unread_since, e.told, e.pinned, e.moderated,
	e.at, e.active_at, e.changed_at, e.state_at, e.comments, e.been_there, e.with_you, e.thank_you, e.rev, e.origin <> '', e.label, e.fixed`

func pinnedOf(ctx context.Context, r db.Reader, space moment.ID, v viewer) ([]row, error) {
	g := glassOf(v, space, MostPinned)
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e WHERE e.space = $1 AND e.pinned AND `+g.seen+g.near+` ORDER BY e.active_at DESC, e.id DESC LIMIT $2`, g.args...)
	return db.Collect(rows, err, scanEntry)
}

// commentsFrom gives comments of a post in order, from one of them on; "" from the first.
func commentsFrom(ctx context.Context, r db.Reader, post moment.ID, v viewer, from place, most int) ([]row, error) {
	g := threadGlass(v, post, from.at, string(from.id), most)
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e WHERE e.post = $1 AND e.at >= $2 AND (e.at > $2 OR e.id >= $3) AND `+g.seen+g.near+`
		ORDER BY e.at, e.id LIMIT $4`, g.args...)
	return db.Collect(rows, err, scanEntry)
}

// openUpTo gives the last open comments up to one of them that a viewer meets, in order,
// and that one, however it stands.
func openUpTo(ctx context.Context, r db.Reader, e Entry, v viewer, most int) ([]row, error) {
	g := glassOf(v, e.Post, e.At, string(e.ID), most)
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e WHERE e.post = $1 AND e.at <= $2 AND (e.at < $2 OR e.id <= $3) AND (e.id = $3 OR e.state = 'open' AND `+g.seen+g.near+`)
		ORDER BY e.at DESC, e.id DESC LIMIT $4`, g.args...)
	out, err := db.Collect(rows, err, scanEntry)
	slices.Reverse(out)
	return out, err
}

// commentsUpTo gives the last comments of a post up to a place, in order.
func commentsUpTo(ctx context.Context, r db.Reader, post moment.ID, v viewer, to place, most int) ([]row, error) {
	g := threadGlass(v, post, to.at, string(to.id), most)
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e WHERE e.post = $1 AND e.at <= $2 AND (e.at < $2 OR e.id <= $3) AND `+g.seen+g.near+`
		ORDER BY e.at DESC, e.id DESC LIMIT $4`, g.args...)
	out, err := db.Collect(rows, err, scanEntry)
	slices.Reverse(out)
	return out, err
}

// firstComments gives the first comments of each of some posts, in one query that
// reads no more than it gives.
func firstComments(ctx context.Context, r db.Reader, posts []moment.ID, v viewer, most int) ([]row, error) {
	if len(posts) == 0 {
		return nil, nil
	}
	first := make([]any, 0, len(posts)+1)
	first = append(first, most)
	for _, id := range posts {
		first = append(first, id)
	}
	g := glassOf(v, first...)
	var b strings.Builder
	for i := range posts {
		if i > 0 {
			b.WriteString(` UNION ALL `)
		}
		n := strconv.Itoa(i + 2)
		b.WriteString(`SELECT * FROM (SELECT ` + eColumns + ` FROM discussion_entry e WHERE e.post = $` + n + ` AND ` + g.seen + g.near + ` ORDER BY e.at, e.id LIMIT $1) AS c` + n)
	}
	rows, err := r.Query(ctx, b.String(), g.args...)
	return db.Collect(rows, err, scanEntry)
}

// unseenComments counts the open comments below posts that a viewer does not meet,
// so that a number does not tell that they are there.
func unseenComments(ctx context.Context, r db.Reader, posts []moment.ID, v viewer) (map[moment.ID]int, error) {
	out := map[moment.ID]int{}
	if len(posts) == 0 || len(v.apart) == 0 || v.keep {
		return out, nil
	}
	authors := make([]moment.ID, 0, len(v.apart))
	for id := range v.apart {
		authors = append(authors, id)
	}
	in, args := db.In(1, posts)
	by, more := db.In(len(posts)+1, authors)
	type line struct {
		post moment.ID
		n    int
	}
	rows, err := r.Query(ctx, `SELECT e.post, count(*) FROM discussion_entry e WHERE e.post IN (`+in+`) AND e.state = 'open' AND e.anonymous = FALSE AND e.author IN (`+by+`) GROUP BY e.post`,
		append(args, more...)...)
	list, err := db.Collect(rows, err, func(r db.Row, x *line) error { return r.Scan(&x.post, &x.n) })
	for _, x := range list {
		out[x.post] = x.n
	}
	return out, err
}

// writtenBy gives what somebody wrote, oldest first, after an id.
func writtenBy(ctx context.Context, r db.Reader, author, after moment.ID, most int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE author = $1 AND id > $2 ORDER BY id LIMIT $3`, author, string(after), most)
	return db.Collect(rows, err, scanEntry)
}

// eraseAuthor takes the words, reactions, numbers and the name of somebody away. The
// places stay, and the counts follow.
func eraseAuthor(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	steps := []string{
		`UPDATE discussion_entry SET rev = rev + 1 WHERE id IN (SELECT coalesce(post, id) FROM discussion_entry WHERE author = $1)`,
		`UPDATE discussion_entry SET rev = rev + 1 WHERE id IN (SELECT coalesce(e.post, e.id) FROM discussion_reaction r JOIN discussion_entry e ON e.id = r.entry WHERE r.person = $1)`,
		`UPDATE discussion_entry SET comments = comments - (SELECT count(*) FROM discussion_entry c WHERE c.post = discussion_entry.id AND c.author = $1 AND c.state = 'open')
			WHERE id IN (SELECT post FROM discussion_entry WHERE author = $1 AND state = 'open' AND post IS NOT NULL)`,
		`DELETE FROM discussion_version WHERE entry IN (SELECT id FROM discussion_entry WHERE author = $1)`,
		`UPDATE discussion_reveal SET reason = NULL WHERE entry IN (SELECT id FROM discussion_entry WHERE author = $1)`,
		`UPDATE discussion_reveal SET by_person = NULL WHERE by_person = $1`,
		`UPDATE discussion_entry SET been_there = been_there - 1 WHERE id IN (SELECT entry FROM discussion_reaction WHERE person = $1 AND kind = 'been_there')`,
		`UPDATE discussion_entry SET with_you = with_you - 1 WHERE id IN (SELECT entry FROM discussion_reaction WHERE person = $1 AND kind = 'with_you')`,
		`UPDATE discussion_entry SET thank_you = thank_you - 1 WHERE id IN (SELECT entry FROM discussion_reaction WHERE person = $1 AND kind = 'thank_you')`,
		`DELETE FROM discussion_reaction WHERE person = $1`,
		`DELETE FROM discussion_alias WHERE person = $1`,
		`DELETE FROM discussion_seen WHERE person = $1`,
		`DELETE FROM discussion_follow WHERE person = $1`,
		`DELETE FROM discussion_draft WHERE person = $1`,
		`DELETE FROM discussion_rather WHERE person = $1`,
		`DELETE FROM discussion_wish WHERE person = $1`,
		`DELETE FROM discussion_picture WHERE entry IN (SELECT id FROM discussion_entry WHERE author = $1)`,
		`DELETE FROM discussion_call WHERE person = $1 OR entry IN (SELECT id FROM discussion_entry WHERE author = $1)`,
		`UPDATE discussion_entry SET lead = '', reach = '' WHERE state = 'held' AND lead = $1`,
	}
	for _, text := range steps {
		if _, err := tx.Exec(ctx, text, person); err != nil {
			return db.Problem("discussion erase", err)
		}
	}
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET title = NULL, words = NULL, reason = NULL, topics = '[]', fixed = '{}', state = 'withdrawn', pinned = FALSE, state_at = $2, author = NULL WHERE author = $1`, person, now)
	return db.Problem("discussion erase", err)
}
