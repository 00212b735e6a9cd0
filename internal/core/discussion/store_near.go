package discussion

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// What somebody wrote moves its thread up and makes it new, but not for those who are kept
// apart from them: where and when the other was there would be told by it. Threads in which
// such a one has answered are few; their place is reckoned for the viewer from what they see.

// far tells whether anybody may have written here whom the viewer does not meet.
func (v viewer) far() bool { return !v.keep && len(v.apart) > 0 }

// apartIn gives the placeholders of those whom the viewer is kept apart from, and the values.
func apartIn(v viewer, args []any) (string, []any) {
	ids := make([]moment.ID, 0, len(v.apart))
	for id := range v.apart {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	in, more := db.In(len(args)+1, ids)
	return in, append(args, more...)
}

// farThreads selects the threads of space $1 in which those authors have answered.
func farThreads(authors string) string {
	return `(SELECT c.post FROM discussion_entry c WHERE c.author IN (` + authors + `) AND c.space = $1 AND c.anonymous = FALSE AND c.post IS NOT NULL)`
}

// nearly selects posts, under a condition on e, with near_at: when something was last added
// that is not by those authors. When a post came into sight is known from its state, but
// never taken from a later answer.
func nearly(authors, where string) string {
	return `(SELECT e.*, CASE WHEN e.top_at > e.base_at THEN e.top_at ELSE e.base_at END AS near_at FROM (
		SELECT e.*, CASE WHEN e.state_at > e.active_at THEN e.at ELSE e.state_at END AS base_at,
			coalesce((SELECT max(c.active_at) FROM discussion_entry c WHERE c.post = e.id AND c.state = 'open' AND (c.anonymous OR c.author IS NULL OR c.author NOT IN (` + authors + `))), 0) AS top_at
		FROM discussion_entry e WHERE e.post IS NULL AND ` + where + `) AS e) AS e`
}

// nearColumns are eColumns with the place of a thread as the viewer may know it.
var nearColumns = strings.Replace(eColumns, "e.active_at", "e.near_at", 1)

// listed is which posts a list of a space has for a viewer, but for those that are pinned.
func (g glass) listed() string {
	return `e.pinned = FALSE AND (` + g.seen + ` OR e.state = 'withdrawn' AND e.why = '' AND e.comments > 0)` + g.near
}

// pageOf gives the posts of a space that a viewer sees, newest activity first, from
// a place on; the pinned ones are not among them.
func pageOf(ctx context.Context, r db.Reader, space moment.ID, v viewer, from place, most int) ([]row, error) {
	if from.at.IsZero() {
		from.at = math.MaxInt64
	}
	g := glassOf(v, space, from.at, string(from.id), most)
	without := ""
	if v.far() {
		authors, args := apartIn(v, g.args)
		without, g.args = ` AND e.id NOT IN `+farThreads(authors), args
	}
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e WHERE e.space = $1 AND e.post IS NULL
		AND e.active_at <= $2 AND (e.active_at < $2 OR e.id < $3) AND `+g.listed()+without+`
		ORDER BY e.active_at DESC, e.id DESC LIMIT $4`, g.args...)
	list, err := db.Collect(rows, err, scanEntry)
	if err != nil || !v.far() {
		return list, err
	}
	g = glassOf(v, space, from.at, string(from.id), most)
	authors, args := apartIn(v, g.args)
	rows, err = r.Query(ctx, `SELECT `+nearColumns+` FROM `+nearly(authors, `e.space = $1 AND e.id IN `+farThreads(authors)+` AND `+g.listed())+`
		WHERE e.near_at <= $2 AND (e.near_at < $2 OR e.id < $3) ORDER BY e.near_at DESC, e.id DESC LIMIT $4`, args...)
	far, err := db.Collect(rows, err, scanEntry)
	list = newestFirst(append(list, far...))
	return list[:min(len(list), most)], err
}

func newestFirst(list []row) []row {
	slices.SortFunc(list, func(x, y row) int {
		return cmp.Or(cmp.Compare(y.ActiveAt, x.ActiveAt), cmp.Compare(y.ID, x.ID))
	})
	return list
}

// asNear puts the place of each thread as the viewer may know it in the place of what it is,
// and gives them newest first.
func asNear(ctx context.Context, r db.Reader, v viewer, list []row) ([]row, error) {
	if !v.far() || len(list) == 0 {
		return list, nil
	}
	in, args := db.In(1, idsOf(list))
	authors, args := apartIn(v, args)
	type line struct {
		id moment.ID
		at moment.Time
	}
	rows, err := r.Query(ctx, `SELECT e.id, e.near_at FROM `+nearly(authors, `e.id IN (`+in+`) AND EXISTS (SELECT 1 FROM discussion_entry c WHERE c.post = e.id AND c.anonymous = FALSE AND c.author IN (`+authors+`))`), args...)
	near, err := db.Collect(rows, err, func(r db.Row, x *line) error { return r.Scan(&x.id, &x.at) })
	for _, x := range near {
		for i := range list {
			if list[i].ID == x.id {
				list[i].ActiveAt = x.at
			}
		}
	}
	return newestFirst(list), err
}

// countUnread counts the threads of a space that a viewer sees and has not read since
// something was added, after an instant, up to some.
func countUnread(ctx context.Context, r db.Reader, space moment.ID, v viewer, since moment.Time, most int) (int, error) {
	unread := func(at string, me int) string {
		return `e.` + at + ` > $3 AND NOT EXISTS (SELECT 1 FROM discussion_seen s WHERE s.person = $` + strconv.Itoa(me) + ` AND s.object = e.id AND s.upto >= e.` + at + `)`
	}
	g := glassOf(v, space, most, since)
	g.args = append(g.args, v.Person)
	me := len(g.args)
	open := `e.space = $1 AND e.state = 'open' AND ` + g.seen + g.near
	if !v.far() {
		return number(r.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM discussion_entry e WHERE e.post IS NULL AND `+open+` AND `+unread("active_at", me)+` LIMIT $2) AS n`, g.args...))
	}
	authors, args := apartIn(v, g.args)
	return number(r.QueryRow(ctx, `SELECT count(*) FROM (
			SELECT e.id FROM discussion_entry e WHERE e.post IS NULL AND `+open+` AND `+unread("active_at", me)+` AND e.id NOT IN `+farThreads(authors)+`
			UNION ALL SELECT e.id FROM `+nearly(authors, open+` AND e.id IN `+farThreads(authors))+` WHERE `+unread("near_at", me)+` LIMIT $2) AS n`, args...))
}
