package meetings

import (
	"context"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const seriesColumns = `id, kind, owner, name, quiet, title, first_day, starts, minutes, zone, rule, attendance, place, address, inside, room_places, online_places,
	audience, facilitated, peer_led, sign_up, state, follows, source, filled_to, changes, by_person, made_at, changed_at`

// sealedSeries is a series before it is opened.
type sealedSeries struct {
	Series
	address string // of one whose address is for everybody
	inside  []byte
}

func scanSeries(r db.Row, s *sealedSeries) error {
	var first, rule string
	if err := r.Scan(&s.ID, &s.Owner.Kind, &s.Owner.ID, &s.Name, &s.Quiet, &s.Title, &first, &s.Starts, &s.Minutes, &s.Zone, &rule, &s.Attendance, &s.Place, &s.address, &s.inside,
		&s.RoomPlaces, &s.OnlinePlaces, &s.Audience, &s.Facilitated, &s.PeerLed, &s.SignUp, &s.State, &s.Follows, &s.Source, &s.FilledTo, &s.Changes, &s.By, &s.MadeAt, &s.ChangedAt); err != nil {
		return err
	}
	s.First, _ = calendar.ParseDate(first)
	s.OpenAddress = s.address != ""
	if rule == "" {
		return nil
	}
	var err error
	s.Rule, err = calendar.ParseRule(rule)
	return err
}

func ruleText(r calendar.Rule) string {
	if !r.Repeats() {
		return ""
	}
	return r.String()
}

// openAddress is the address where it is for everybody.
func (s Series) openAddress() string {
	if s.OpenAddress {
		return s.Inside.Address
	}
	return ""
}

func insertSeries(ctx context.Context, tx db.Writer, s Series, inside []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO meetings_series (`+seriesColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)`,
		s.ID, s.Owner.Kind, s.Owner.ID, s.Name, s.Quiet, s.Title, s.First.String(), s.Starts, s.Minutes, s.Zone, ruleText(s.Rule), string(s.Attendance), s.Place, s.openAddress(), inside,
		s.RoomPlaces, s.OnlinePlaces, string(s.Audience), s.Facilitated, s.PeerLed, s.SignUp, string(s.State), s.Follows, s.Source, s.FilledTo, s.Changes, s.By, s.MadeAt, s.ChangedAt)
	return err
}

// updateSeries writes what can change about a series. How often it had changed is
// part of the question: of two transactions that change it at once, one fails.
func updateSeries(ctx context.Context, tx db.Writer, s Series, inside []byte, was int) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE meetings_series SET name = $2, quiet = $3, title = $4, rule = $5, attendance = $6, place = $7, address = $8, inside = $9, room_places = $10, online_places = $11,
		audience = $12, facilitated = $13, peer_led = $14, sign_up = $15, state = $16, filled_to = $17, changes = $18, changed_at = $19 WHERE id = $1 AND changes = $20`,
		s.ID, s.Name, s.Quiet, s.Title, ruleText(s.Rule), string(s.Attendance), s.Place, s.openAddress(), inside, s.RoomPlaces, s.OnlinePlaces,
		string(s.Audience), s.Facilitated, s.PeerLed, s.SignUp, string(s.State), s.FilledTo, s.Changes, s.ChangedAt, was)
	return n > 0, err
}

// growSeries counts a change of one of its meetings that the series' own entry in
// calendars shows.
func growSeries(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_series SET changes = changes + 1, changed_at = $2 WHERE id = $1`, id, now)
	return fault.Op("series", err)
}

func seriesByID(ctx context.Context, r db.Reader, id moment.ID) (s sealedSeries, found bool, err error) {
	err = scanSeries(r.QueryRow(ctx, `SELECT `+seriesColumns+` FROM meetings_series WHERE id = $1`, id), &s)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("series", err)
}

// seriesOf gives the series of an owner, oldest first.
func seriesOf(ctx context.Context, r db.Reader, owner Ref) ([]sealedSeries, error) {
	rows, err := r.Query(ctx, `SELECT `+seriesColumns+` FROM meetings_series WHERE owner = $1 AND kind = $2 ORDER BY made_at, id`, owner.ID, owner.Kind)
	return db.Collect(rows, err, scanSeries)
}

// sourceHere tells whether an owner has something that came from a source.
func sourceHere(ctx context.Context, r db.Reader, owner Ref, source string) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM meetings_series WHERE owner = $1 AND source = $2`, owner.ID, source).Scan(&n)
	return n > 0, db.Problem("series", err)
}

// publicAfter gives so many public series after one, in the order of their ids.
func publicAfter(ctx context.Context, r db.Reader, after moment.ID, n int) ([]sealedSeries, error) {
	rows, err := r.Query(ctx, `SELECT `+seriesColumns+` FROM meetings_series WHERE audience = 'public' AND state <> 'ended' AND id > $1 ORDER BY id LIMIT $2`, string(after), n)
	return db.Collect(rows, err, scanSeries)
}

func setTags(ctx context.Context, tx db.Writer, series moment.ID, tags []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM meetings_tag WHERE series = $1`, series); err != nil {
		return fault.Op("tags", err)
	}
	for _, t := range tags {
		if _, err := tx.Exec(ctx, `INSERT INTO meetings_tag (tag, series) VALUES ($1, $2) ON CONFLICT DO NOTHING`, t, series); err != nil {
			return fault.Op("tags", err)
		}
	}
	return nil
}

const hostColumns = `meeting, person, place, state, said, at`

func scanHost(r db.Row, h *Host) error {
	return r.Scan(&h.Meeting, &h.Person, &h.Place, &h.State, &h.Said, &h.At)
}

func hostsOf(ctx context.Context, r db.Reader, meetings ...moment.ID) ([]Host, error) {
	if len(meetings) == 0 {
		return nil, nil
	}
	in, args := db.In(1, meetings)
	rows, err := r.Query(ctx, `SELECT `+hostColumns+` FROM meetings_host WHERE meeting IN (`+in+`) ORDER BY meeting, place, person`, args...)
	return db.Collect(rows, err, scanHost)
}

func putHost(ctx context.Context, tx db.Writer, h Host) error {
	_, err := tx.Exec(ctx, `INSERT INTO meetings_host (`+hostColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (meeting, person) DO UPDATE SET state = excluded.state, place = excluded.place, said = excluded.said, at = excluded.at`,
		h.Meeting, h.Person, h.Place, string(h.State), h.Said, h.At)
	return fault.Op("host", err)
}

func dropHost(ctx context.Context, tx db.Writer, meeting, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM meetings_host WHERE meeting = $1 AND person = $2`, meeting, person)
	return fault.Op("host", err)
}

// setAudience changes who finds what comes of a series, whatever its state: what is
// shut must not come back open.
func setAudience(ctx context.Context, tx db.Writer, series moment.ID, to Audience, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_meeting SET audience = $2 WHERE series = $1 AND ends_at > $3 AND audience <> $2`, series, string(to), now)
	return fault.Op("meeting", err)
}

// seriesAfter gives so many series that go on after one, in the order of their ids.
func seriesAfter(ctx context.Context, r db.Reader, after moment.ID, n int) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT id FROM meetings_series WHERE state <> 'ended' AND id > $1 ORDER BY id LIMIT $2`, string(after), n)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}

// zonesUsed gives the zones that series follow.
func zonesUsed(ctx context.Context, r db.Reader) ([]string, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT zone FROM meetings_series WHERE state <> 'ended' ORDER BY zone`)
	return db.Collect(rows, err, func(r db.Row, z *string) error { return r.Scan(z) })
}

// dropHostEver takes a person out of everything they hold or held.
func dropHostEver(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM meetings_host WHERE person = $1`, person)
	return fault.Op("host", err)
}

// heldBy gives the meetings after an instant that somebody is to hold.
func heldBy(ctx context.Context, r db.Reader, person moment.ID, since moment.Time) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT m.id FROM meetings_host h JOIN meetings_meeting m ON m.id = h.meeting WHERE h.person = $1 AND m.starts_at >= $2 AND h.state IN ('named', 'here', 'asked', 'stands_by')
		ORDER BY m.starts_at, m.id LIMIT 1000`, person, since)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}

// unhurried is the longest stretch that one look at meetings covers.
const unhurried = 400 * 24 * time.Hour

// forgetPlanner blanks who planned a series.
func forgetPlanner(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE meetings_series SET by_person = NULL WHERE by_person = $1`, person)
	return fault.Op("series", err)
}

// publicStamp changes with everything that is for everybody: how much there is, and
// when any of it last changed.
func publicStamp(ctx context.Context, r db.Reader) (n int64, newest moment.Time, err error) {
	err = r.QueryRow(ctx, `SELECT count(*), COALESCE(max(changed_at), 0) FROM meetings_series WHERE audience = 'public' AND state <> 'ended'`).Scan(&n, &newest)
	return n, newest, db.Problem("series", err)
}

// changedStamp is the same of the single meetings that are not as their rules say.
func changedStamp(ctx context.Context, r db.Reader, since moment.Time) (n int64, newest moment.Time, err error) {
	err = r.QueryRow(ctx, `SELECT count(*), COALESCE(max(m.changed_at), 0) FROM meetings_meeting m WHERE m.audience = 'public' AND (m.moved OR m.state = 'cancelled') AND m.starts_at > $1`, since).Scan(&n, &newest)
	return n, newest, db.Problem("meeting", err)
}
