package meetings

import (
	"context"
	"strconv"
	"strings"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const meetingColumns = `m.id, m.series, m.kind, m.owner, m.day, m.starts_at, m.ends_at, m.state, m.why, m.moved, m.attendance, m.audience, m.room_places, m.online_places,
	m.room_going, m.online_going, m.stage, m.opened_at, m.grace_at, m.ended_at, m.others, m.counted_at, m.changes, m.changed_at`

func meetingDest(m *Meeting, day *string) []any {
	return []any{&m.ID, &m.Series, &m.Owner.Kind, &m.Owner.ID, day, &m.StartsAt, &m.EndsAt, &m.State, &m.Why, &m.Moved, &m.Attendance, &m.Audience, &m.RoomPlaces, &m.OnlinePlaces,
		&m.RoomGoing, &m.OnlineGoing, &m.Stage, &m.OpenedAt, &m.GraceAt, &m.EndedAt, &m.Others, &m.CountedAt, &m.Changes, &m.ChangedAt}
}

func scanMeeting(r db.Row, m *Meeting) error {
	var day string
	err := r.Scan(meetingDest(m, &day)...)
	m.Day, _ = calendar.ParseDate(day)
	return err
}

// insertMeeting writes a meeting down; one that is there already stays as it is.
func insertMeeting(ctx context.Context, tx db.Writer, m Meeting) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO meetings_meeting (id, series, kind, owner, day, starts_at, ends_at, state, attendance, audience, room_places, online_places, stage, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (series, day) DO NOTHING`,
		m.ID, m.Series, m.Owner.Kind, m.Owner.ID, m.Day.String(), m.StartsAt, m.EndsAt, string(m.State), string(m.Attendance), string(m.Audience), m.RoomPlaces, m.OnlinePlaces, m.Stage, m.ChangedAt)
	return n > 0, fault.Op("meeting", err)
}

// updateMeeting writes what can change about a meeting but its counts. How it stood
// is part of the question.
func updateMeeting(ctx context.Context, tx db.Writer, m Meeting, was State, changes int) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE meetings_meeting SET series = $2, day = $3, starts_at = $4, ends_at = $5, state = $6, why = $7, moved = $8, attendance = $9, audience = $10, room_places = $11, online_places = $12,
		stage = $13, opened_at = $14, grace_at = $15, ended_at = $16, others = $17, counted_at = $18, changes = $19, changed_at = $20 WHERE id = $1 AND state = $21 AND changes = $22`,
		m.ID, m.Series, m.Day.String(), m.StartsAt, m.EndsAt, string(m.State), m.Why, m.Moved, string(m.Attendance), string(m.Audience), m.RoomPlaces, m.OnlinePlaces,
		m.Stage, m.OpenedAt, m.GraceAt, m.EndedAt, m.Others, m.CountedAt, m.Changes, m.ChangedAt, string(was), changes)
	return n > 0, fault.Op("meeting", err)
}

func setNote(ctx context.Context, tx db.Writer, meeting moment.ID, note []byte) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_meeting SET note = $2 WHERE id = $1`, meeting, note)
	return fault.Op("meeting note", err)
}

func noteOf(ctx context.Context, r db.Reader, meeting moment.ID) (note []byte, err error) {
	err = r.QueryRow(ctx, `SELECT note FROM meetings_meeting WHERE id = $1`, meeting).Scan(&note)
	return note, db.Problem("meeting note", err)
}

func meetingByID(ctx context.Context, r db.Reader, id moment.ID) (m Meeting, found bool, err error) {
	err = scanMeeting(r.QueryRow(ctx, `SELECT `+meetingColumns+` FROM meetings_meeting m WHERE m.id = $1`, id), &m)
	if db.IsNone(err) {
		return m, false, nil
	}
	return m, err == nil, db.Problem("meeting", err)
}

// meetingsOf gives the meetings of a series that end after an instant, soonest first.
func meetingsOf(ctx context.Context, r db.Reader, series moment.ID, since moment.Time) ([]Meeting, error) {
	rows, err := r.Query(ctx, `SELECT `+meetingColumns+` FROM meetings_meeting m WHERE m.series = $1 AND m.ends_at > $2 ORDER BY m.starts_at, m.id LIMIT 1000`, series, since)
	return db.Collect(rows, err, scanMeeting)
}

// nextOf gives the next meetings of a series.
func nextOf(ctx context.Context, r db.Reader, series moment.ID, since moment.Time, n int) ([]Meeting, error) {
	rows, err := r.Query(ctx, `SELECT `+meetingColumns+` FROM meetings_meeting m WHERE m.series = $1 AND m.starts_at >= $2 ORDER BY m.starts_at, m.id LIMIT $3`, series, since, n)
	return db.Collect(rows, err, scanMeeting)
}

// changedOf gives the meetings of a series that are not as its rule says.
func changedOf(ctx context.Context, r db.Reader, series moment.ID, since moment.Time) ([]Meeting, error) {
	rows, err := r.Query(ctx, `SELECT `+meetingColumns+` FROM meetings_meeting m WHERE m.series = $1 AND m.starts_at > $2 AND (m.moved OR m.state = 'cancelled') ORDER BY m.starts_at DESC, m.id LIMIT 1000`, series, since)
	return db.Collect(rows, err, scanMeeting)
}

// dueOf gives the meetings of a series whose next moment may have come.
func dueOf(ctx context.Context, r db.Reader, series moment.ID, until moment.Time) ([]Meeting, error) {
	rows, err := r.Query(ctx, `SELECT `+meetingColumns+` FROM meetings_meeting m WHERE m.series = $1 AND m.stage < $2 AND m.starts_at <= $3 AND m.state IN ('planned', 'open', 'locked')
		ORDER BY m.starts_at, m.id LIMIT 200`, series, stageOver, until)
	return db.Collect(rows, err, scanMeeting)
}

// nextStart gives the start of the first meeting of a series after an instant that
// can still happen.
func nextStart(ctx context.Context, r db.Reader, series moment.ID, after moment.Time) (at moment.Time, err error) {
	err = r.QueryRow(ctx, `SELECT m.starts_at FROM meetings_meeting m WHERE m.series = $1 AND m.stage < $2 AND m.starts_at > $3 AND m.state IN ('planned', 'open', 'locked') ORDER BY m.starts_at LIMIT 1`,
		series, stageOver, after).Scan(&at)
	if db.IsNone(err) {
		return 0, nil
	}
	return at, db.Problem("meeting", err)
}

// dropMeeting takes away a meeting that nobody had answered and nothing is kept of.
func dropMeeting(ctx context.Context, tx db.Writer, id moment.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM meetings_host WHERE meeting = $1`, id); err != nil {
		return fault.Op("meeting", err)
	}
	_, err := tx.Exec(ctx, `DELETE FROM meetings_meeting WHERE id = $1`, id)
	return fault.Op("meeting", err)
}

// claim takes a place, if there is one; false when it is full or shut. The count and
// the question are one statement, so that of two who take the last place one gets it.
func claim(ctx context.Context, tx db.Writer, meeting moment.ID, how How) (bool, error) {
	const room = `UPDATE meetings_meeting SET room_going = room_going + 1 WHERE id = $1 AND state IN ('planned', 'open') AND (room_places = 0 OR room_going < room_places)`
	const online = `UPDATE meetings_meeting SET online_going = online_going + 1 WHERE id = $1 AND state IN ('planned', 'open') AND (online_places = 0 OR online_going < online_places)`
	text := room
	if how == ByScreen {
		text = online
	}
	n, err := tx.Exec(ctx, text, meeting)
	return n > 0, fault.Op("place", err)
}

// release gives a place back.
func release(ctx context.Context, tx db.Writer, meeting moment.ID, how How) error {
	const room = `UPDATE meetings_meeting SET room_going = room_going - 1 WHERE id = $1 AND room_going > 0`
	const online = `UPDATE meetings_meeting SET online_going = online_going - 1 WHERE id = $1 AND online_going > 0`
	text := room
	if how == ByScreen {
		text = online
	}
	_, err := tx.Exec(ctx, text, meeting)
	return fault.Op("place", err)
}

// recount sets a meeting's counts to what its answers say.
func recount(ctx context.Context, tx db.Writer, meeting moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_meeting SET
		room_going = (SELECT count(*) FROM meetings_answer a WHERE a.meeting = meetings_meeting.id AND a.state = 'going' AND a.how = 'room'),
		online_going = (SELECT count(*) FROM meetings_answer a WHERE a.meeting = meetings_meeting.id AND a.state = 'going' AND a.how = 'online')
		WHERE id = $1`, meeting)
	return fault.Op("place", err)
}

// window is a stretch of time, its end left out.
type window struct{ From, To moment.Time }

// query is what is looked for among the meetings that are written down.
type query struct {
	Windows    []window // apart from each other, soonest first
	Attendance []Attendance
	Tags       []string
	Members    bool        // the reader has an account
	Inside     []moment.ID // owners whose people the reader is among
	Only       []moment.ID // of these owners only
	After      moment.Time // a page goes on from here
	AfterID    moment.ID
	N          int
}

// found is a meeting with what its series is called.
type found struct {
	Meeting
	Name, Title, Place, Zone string
	SignUp                   bool
}

func scanFound(r db.Row, f *found) error {
	var day string
	err := r.Scan(append(meetingDest(&f.Meeting, &day), &f.Name, &f.Title, &f.Place, &f.Zone, &f.SignUp)...)
	f.Day, _ = calendar.ParseDate(day)
	return err
}

// clause builds one text with numbered arguments.
type clause struct {
	b    strings.Builder
	args []any
}

func (c *clause) add(text string, args ...any) {
	for _, a := range args {
		c.args = append(c.args, a)
		text = strings.Replace(text, "?", "$"+strconv.Itoa(len(c.args)), 1)
	}
	c.b.WriteString(text)
}

func (c *clause) in(list []moment.ID) {
	text, args := db.In(len(c.args)+1, list)
	c.b.WriteString("(" + text + ")")
	c.args = append(c.args, args...)
}

// find looks for meetings. When tags leave few series, it begins with those; else
// it walks the index of time until the page is full. The order of a CROSS JOIN, and
// that a + keeps an index out, is what SQLite's planner is told; PostgreSQL's decides
// by itself.
func find(ctx context.Context, r db.Reader, q query) ([]found, error) {
	few := 0
	if len(q.Tags) > 0 {
		list, err := tagged(ctx, r, q.Tags, fewSeries+1)
		if few = len(list); err != nil || few == 0 {
			return nil, err
		}
	}
	c := clause{}
	c.add(`SELECT ` + meetingColumns + `, s.name, s.title, s.place, s.zone, s.sign_up FROM `)
	if few > 0 && few <= fewSeries {
		c.add("meetings_tag f CROSS JOIN meetings_meeting m JOIN meetings_series s ON s.id = m.series WHERE f.tag = ? AND m.series = f.series AND", q.Tags[0])
		q.Tags = q.Tags[1:]
	} else {
		c.add("meetings_meeting m JOIN meetings_series s ON s.id = m.series WHERE")
	}
	c.add(" m.state IN ('planned', 'open', 'locked') AND m.starts_at >= ? AND m.starts_at < ?", q.Windows[0].From, q.Windows[len(q.Windows)-1].To)
	q.visible(&c)
	q.inWindows(&c)
	for _, t := range q.Tags {
		c.add(" AND EXISTS (SELECT 1 FROM meetings_tag t WHERE t.tag = ? AND t.series = m.series)", t)
	}
	if !q.After.IsZero() {
		c.add(" AND (m.starts_at > ? OR m.starts_at = ? AND m.id > ?)", q.After, q.After, string(q.AfterID))
	}
	if len(q.Attendance) > 0 && len(q.Attendance) < len(Attendances()) {
		c.add(" AND m.attendance IN ('" + strings.Join(ways(q.Attendance), "', '") + "')")
	}
	c.add(" ORDER BY m.starts_at, m.id LIMIT ?", q.N)
	rows, err := r.Query(ctx, c.b.String(), c.args...)
	return db.Collect(rows, err, scanFound)
}

func (q query) inWindows(c *clause) {
	if len(q.Windows) < 2 {
		return
	}
	c.add(" AND (")
	for i, w := range q.Windows {
		if i > 0 {
			c.add(" OR ")
		}
		c.add("+m.starts_at >= ? AND +m.starts_at < ?", w.From, w.To)
	}
	c.add(")")
}

// visible keeps out what the reader may not find.
func (q query) visible(c *clause) {
	if len(q.Only) > 0 {
		c.add(" AND m.owner IN ")
		c.in(q.Only)
	}
	open := "'public'"
	if q.Members {
		open = "'public', 'members'"
	}
	c.add(" AND (m.audience IN (" + open + ")")
	if len(q.Inside) > 0 {
		c.add(" OR m.owner IN ")
		c.in(q.Inside)
	}
	c.add(")")
}

// ways gives the names of ways that are ours, whatever was asked for.
func ways(list []Attendance) []string {
	var out []string
	for _, a := range Attendances() {
		for _, b := range list {
			if a == b {
				out = append(out, string(a))
				break
			}
		}
	}
	return out
}

// fewSeries is how many series a search begins with. Ours, by measurement: above it
// walking the index of time is quicker.
const fewSeries = 200

// tagged gives up to n series that have all of the tags.
func tagged(ctx context.Context, r db.Reader, tags []string, n int) ([]moment.ID, error) {
	c := clause{}
	c.add("SELECT t.series FROM meetings_tag t WHERE t.tag = ?", tags[0])
	for _, t := range tags[1:] {
		c.add(" AND EXISTS (SELECT 1 FROM meetings_tag o WHERE o.tag = ? AND o.series = t.series)", t)
	}
	c.add(" LIMIT ?", n)
	rows, err := r.Query(ctx, c.b.String(), c.args...)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}

// comingOf gives what comes of one owner, soonest first; what was called off stands
// among it until its time is past. Without a kind it is the owner's of any.
func comingOf(ctx context.Context, r db.Reader, owner Ref, now moment.Time, n int) ([]found, error) {
	c := clause{}
	c.add(`SELECT `+meetingColumns+`, s.name, s.title, s.place, s.zone, s.sign_up FROM meetings_meeting m JOIN meetings_series s ON s.id = m.series WHERE m.owner = ? AND m.starts_at > ? AND m.ends_at > ?`,
		owner.ID, now.Add(-minutes(longest)), now)
	if owner.Kind != "" {
		c.add(" AND m.kind = ?", owner.Kind)
	}
	c.add(" AND (m.state IN ('planned', 'open', 'locked') OR m.state = 'cancelled' AND m.why = 'host') ORDER BY m.starts_at, m.id LIMIT ?", n)
	rows, err := r.Query(ctx, c.b.String(), c.args...)
	return db.Collect(rows, err, scanFound)
}
