package groups

import (
	"context"
	"encoding/json"
	"strconv"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// jsonOf writes what is kept as text; our own types always marshal.
func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}

// fromJSON reads what is kept as text; what cannot be read is empty.
func fromJSON[T any](text string) T {
	var v T
	_ = json.Unmarshal([]byte(text), &v)
	return v
}

const groupColumns = `g.id, g.slug, g.state, g.name, g.about, g.quiet, g.form, g.openness, g.community, g.welcome, g.languages, g.topics, g.access, g.zone, g.owner,
	g.weeks, g.begins, g.takes, g.sign_up, g.most, g.members, g.agreement, g.contact, g.wall, g.made_by, g.made_at, g.changed_at, g.ended_at`

func scanGroup(r db.Row, g *Group) error {
	var languages, topics, features string
	err := r.Scan(&g.ID, &g.Slug, &g.State, &g.Name, &g.About, &g.Quiet, &g.Form, &g.Openness, &g.Community, &g.Welcome, &languages, &topics, &features, &g.Zone, &g.Owner,
		&g.Weeks, &g.Begins, &g.Takes, &g.SignUp, &g.Most, &g.Members, &g.Agreement, &g.Contact, &g.Wall, &g.MadeBy, &g.MadeAt, &g.ChangedAt, &g.EndedAt)
	g.Languages, g.Topics, g.Access = fromJSON[[]string](languages), fromJSON[[]string](topics), fromJSON[[]string](features)
	return err
}

func oneGroup(row db.Row) (g Group, found bool, err error) {
	err = scanGroup(row, &g)
	if db.IsNone(err) {
		return g, false, nil
	}
	return g, err == nil, db.Problem("group", err)
}

func groupByID(ctx context.Context, r db.Reader, id moment.ID) (Group, bool, error) {
	return oneGroup(r.QueryRow(ctx, `SELECT `+groupColumns+` FROM groups_group g WHERE g.id = $1`, id))
}

func groupBySlug(ctx context.Context, r db.Reader, slug string) (Group, bool, error) {
	return oneGroup(r.QueryRow(ctx, `SELECT `+groupColumns+` FROM groups_group g WHERE g.slug = $1`, slug))
}

func insertGroup(ctx context.Context, tx db.Writer, g Group) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_group (id, slug, state, name, folded, words, about, quiet, form, openness, community, welcome, languages, topics, access, zone, owner,
		weeks, begins, takes, sign_up, most, contact, wall, made_by, made_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $26)`,
		g.ID, g.Slug, string(g.State), g.Name, fold(g.Name), fold(g.Name+" "+g.About), g.About, g.Quiet, string(g.Form), string(g.Openness), g.Community, g.Welcome, jsonOf(g.Languages), jsonOf(g.Topics),
		jsonOf(g.Access), g.Zone, g.Owner, g.Weeks, g.Begins, g.Takes, g.SignUp, g.Most, g.Contact, g.Wall, g.MadeBy, g.MadeAt)
	return err
}

// updateDraft writes what is said about a group.
func updateDraft(ctx context.Context, tx db.Writer, g Group) error {
	_, err := tx.Exec(ctx, `UPDATE groups_group SET name = $2, folded = $3, words = $4, about = $5, quiet = $6, form = $7, openness = $8, community = $9, welcome = $10, languages = $11,
		topics = $12, access = $13, zone = $14, weeks = $15, begins = $16, takes = $17, sign_up = $18, most = $19, contact = $20, changed_at = $21 WHERE id = $1`,
		g.ID, g.Name, fold(g.Name), fold(g.Name+" "+g.About), g.About, g.Quiet, string(g.Form), string(g.Openness), g.Community, g.Welcome, jsonOf(g.Languages),
		jsonOf(g.Topics), jsonOf(g.Access), g.Zone, g.Weeks, g.Begins, g.Takes, g.SignUp, g.Most, g.Contact, g.ChangedAt)
	return err
}

// setState moves a group on, when it still stands where it did.
func setState(ctx context.Context, tx db.Writer, g Group, was State) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_group SET state = $2, owner = $3, wall = $4, changed_at = $5, ended_at = $6 WHERE id = $1 AND state = $7`,
		g.ID, string(g.State), g.Owner, g.Wall, g.ChangedAt, g.EndedAt, string(was))
	return n > 0, err
}

func setReason(ctx context.Context, tx db.Writer, id moment.ID, sealed []byte) error {
	_, err := tx.Exec(ctx, `UPDATE groups_group SET reason = $2 WHERE id = $1`, id, sealed)
	return err
}

func reasonOf(ctx context.Context, r db.Reader, id moment.ID) (sealed []byte, err error) {
	err = r.QueryRow(ctx, `SELECT reason FROM groups_group WHERE id = $1`, id).Scan(&sealed)
	return sealed, db.Problem("group", err)
}

// setOwner gives a group to somebody, when it still belongs to whom it did.
func setOwner(ctx context.Context, tx db.Writer, id, was, now moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_group SET owner = $3 WHERE id = $1 AND (owner = $2 OR owner IS NULL AND CAST($2 AS TEXT) IS NULL)`, id, was, now)
	return n > 0, err
}

func setSlug(ctx context.Context, tx db.Writer, id moment.ID, slug string) error {
	_, err := tx.Exec(ctx, `UPDATE groups_group SET slug = $2 WHERE id = $1`, id, slug)
	return err
}

func slugTaken(ctx context.Context, r db.Reader, slug string) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM groups_group WHERE slug = $1`, slug).Scan(&n)
	return n > 0, db.Problem("slug", err)
}

func putTags(ctx context.Context, tx db.Writer, g Group) error {
	if _, err := tx.Exec(ctx, `DELETE FROM groups_tag WHERE group_id = $1`, g.ID); err != nil {
		return err
	}
	for _, tag := range g.Tags() {
		if _, err := tx.Exec(ctx, `INSERT INTO groups_tag (group_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING`, g.ID, tag); err != nil {
			return err
		}
	}
	return nil
}

// groupsByIDs gives groups in no order.
func groupsByIDs(ctx context.Context, r db.Reader, ids []moment.ID) ([]Group, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT `+groupColumns+` FROM groups_group g WHERE g.id IN (`+in+`)`, args...)
	return db.Collect(rows, err, scanGroup)
}

// groupsOf gives the groups somebody is in or owns, by name.
func groupsOf(ctx context.Context, r db.Reader, person moment.ID) ([]Group, error) {
	rows, err := r.Query(ctx, `SELECT `+groupColumns+` FROM groups_group g WHERE g.id IN (SELECT m.group_id FROM groups_member m WHERE m.person = $1)
		AND g.state IN ('open', 'paused', 'ended') ORDER BY g.folded, g.id LIMIT $2`, person, mostMine)
	return db.Collect(rows, err, scanGroup)
}

// proposalsOf gives what somebody proposed and was not opened.
func proposalsOf(ctx context.Context, r db.Reader, person moment.ID) ([]Group, error) {
	rows, err := r.Query(ctx, `SELECT `+groupColumns+` FROM groups_group g WHERE g.made_by = $1 AND g.state IN ('proposed', 'refused') ORDER BY g.made_at, g.id`, person)
	return db.Collect(rows, err, scanGroup)
}

// ownedBy gives what somebody is the owner of, whatever its state.
func ownedBy(ctx context.Context, r db.Reader, person moment.ID) ([]Group, error) {
	rows, err := r.Query(ctx, `SELECT `+groupColumns+` FROM groups_group g WHERE g.owner = $1 ORDER BY g.id`, person)
	return db.Collect(rows, err, scanGroup)
}

// where is where a list goes on: after a name and an id.
type where struct {
	Folded string
	ID     moment.ID
}

// finding is what a page of groups is narrowed by.
type finding struct {
	Seen   []Openness
	Closed []moment.ID // of those that are closed, the actor's own
	Works  bool        // sees briefings
	Not    moment.ID   // somebody who was taken out sees none of these
	Tags   []string
	Words  string // folded; in the name or in what is said about it
	After  where
	N      int
}

// open gives a page of groups that run, by name, and each one's folded words.
func listOpen(ctx context.Context, r db.Reader, f finding) ([]listed, error) {
	args := []any{}
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	text := `SELECT ` + groupColumns + `, g.folded, g.words FROM groups_group g WHERE g.state IN ('open', 'paused') AND (g.openness IN (`
	for i, o := range f.Seen {
		if i > 0 {
			text += `, `
		}
		text += arg(string(o))
	}
	text += `)`
	if len(f.Closed) > 0 {
		in, more := db.In(len(args)+1, f.Closed)
		args = append(args, more...)
		text += ` OR g.id IN (` + in + `)`
	}
	text += `)`
	if !f.Works {
		text += ` AND g.form <> 'briefing'`
	}
	for _, tag := range f.Tags {
		text += ` AND EXISTS (SELECT 1 FROM groups_tag t WHERE t.group_id = g.id AND t.tag = ` + arg(tag) + `)`
	}
	if f.Words != "" { // a needle that is not there changes nothing: understood by both databases, and by no pattern
		text += ` AND replace(g.words, ` + arg(f.Words) + `, '') <> g.words`
	}
	if f.Not != "" {
		text += ` AND NOT EXISTS (SELECT 1 FROM groups_out o WHERE o.group_id = g.id AND o.person = ` + arg(f.Not) + `)`
	}
	if f.After.ID != "" {
		name := arg(f.After.Folded)
		text += ` AND (g.folded > ` + name + ` OR g.folded = ` + name + ` AND g.id > ` + arg(f.After.ID) + `)`
	}
	text += ` ORDER BY g.folded, g.id LIMIT ` + arg(f.N)
	rows, err := r.Query(ctx, text, args...)
	return db.Collect(rows, err, scanListed)
}

// listed is a group with what it is ordered and found by.
type listed struct {
	Group
	folded, words string
}

func scanListed(r db.Row, l *listed) error {
	return scanGroup(rowWith{r, []any{&l.folded, &l.words}}, &l.Group)
}

// rowWith reads some more columns behind those of a group.
type rowWith struct {
	row  db.Row
	more []any
}

func (r rowWith) Scan(dest ...any) error { return r.row.Scan(append(dest, r.more...)...) }

// allGroups gives a page of every group for coordinators, what asks for something
// first.
func allGroups(ctx context.Context, r db.Reader, state State, after where, n int) ([]listed, error) {
	rows, err := r.Query(ctx, `SELECT `+groupColumns+`, g.folded, g.words FROM groups_group g WHERE g.state = $1 AND (g.folded > $2 OR g.folded = $2 AND g.id > $3)
		ORDER BY g.folded, g.id LIMIT $4`, string(state), after.Folded, string(after.ID), n)
	return db.Collect(rows, err, scanListed)
}

// ownerless gives the groups that run and have nobody, oldest first.
func ownerless(ctx context.Context, r db.Reader, n int) ([]Group, error) {
	rows, err := r.Query(ctx, `SELECT `+groupColumns+` FROM groups_group g WHERE g.owner IS NULL AND g.form <> 'listed' AND g.state IN ('open', 'paused') ORDER BY g.changed_at, g.id LIMIT $1`, n)
	return db.Collect(rows, err, scanGroup)
}

// forgetMaker takes a person off what they made.
func forgetMaker(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_group SET made_by = NULL WHERE made_by = $1`, person)
	return err
}

// dropGroup removes a group that never began, with all rows of it.
func dropGroup(ctx context.Context, tx db.Writer, id moment.ID) error {
	for _, table := range []string{"groups_tag", "groups_member", "groups_agreement", "groups_sheet", "groups_contact"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE group_id = $1`, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM groups_group WHERE id = $1`, id)
	return err
}

// groupsAfter gives groups in the order of their ids, after one.
func groupsAfter(ctx context.Context, r db.Reader, after string, n int) ([]Group, error) {
	rows, err := r.Query(ctx, `SELECT `+groupColumns+` FROM groups_group g WHERE g.id > $1 ORDER BY g.id LIMIT $2`, after, n)
	return db.Collect(rows, err, scanGroup)
}

// briefings gives the briefings that run, for those who work here.
func briefings(ctx context.Context, r db.Reader) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT id FROM groups_group WHERE form = 'briefing' AND openness <> 'closed' AND state IN ('open', 'paused') ORDER BY id LIMIT 100`)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}
