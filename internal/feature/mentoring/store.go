package mentoring

import (
	"context"
	"encoding/json"

	"cairn/internal/feature/matching"
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

const takerColumns = `person, taking, places, walks, away_until`

func scanTaker(r db.Row, t *Taker) error {
	return r.Scan(&t.Person, &t.Taking, &t.Places, &t.Walks, &t.AwayUntil)
}

func takerOf(ctx context.Context, r db.Reader, person moment.ID) (t Taker, found bool, err error) {
	err = scanTaker(r.QueryRow(ctx, `SELECT `+takerColumns+` FROM mentoring_peer WHERE person = $1`, person), &t)
	if db.IsNone(err) {
		return Taker{Person: person, Places: UsualPlaces}, false, nil
	}
	return t, err == nil, db.Problem("peer", err)
}

func takers(ctx context.Context, r db.Reader) ([]Taker, error) {
	rows, err := r.Query(ctx, `SELECT `+takerColumns+` FROM mentoring_peer WHERE taking OR walks > 0 ORDER BY person`)
	return db.Collect(rows, err, scanTaker)
}

func saveTaker(ctx context.Context, tx db.Writer, t Taker, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_peer (person, taking, places, walks, away_until, at) VALUES ($1, $2, $3, 0, $4, $5)
		ON CONFLICT (person) DO UPDATE SET taking = excluded.taking, places = excluded.places, away_until = excluded.away_until, at = excluded.at`,
		t.Person, t.Taking, t.Places, t.AwayUntil, now)
	return err
}

// takePlace claims one of a peer's places; false when none is left. Whoever never
// said that they take people has none, unless they ask themselves (own).
func takePlace(ctx context.Context, tx db.Writer, peer moment.ID, own bool, now moment.Time) (bool, error) {
	if own {
		if _, err := tx.Exec(ctx, `INSERT INTO mentoring_peer (person, taking, places, at) VALUES ($1, FALSE, $2, $3) ON CONFLICT (person) DO NOTHING`, peer, UsualPlaces, now); err != nil {
			return false, err
		}
	}
	n, err := tx.Exec(ctx, `UPDATE mentoring_peer SET walks = walks + 1 WHERE person = $1 AND walks < places AND walks < $2 AND (taking OR $3)`, peer, MostPlaces, own)
	return n > 0, err
}

func givePlaceBack(ctx context.Context, tx db.Writer, peer moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE mentoring_peer SET walks = walks - 1 WHERE person = $1 AND walks > 0`, peer)
	return err
}

func dropTaker(ctx context.Context, tx db.Writer, peer moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM mentoring_peer WHERE person = $1`, peer)
	return err
}

const seekColumns = `id, person, state, situations, wishes, firm, dial, words IS NOT NULL, first, made_at, closed_at`

func scanSeek(r db.Row, s *Seek) error {
	var situations, wishes string
	err := r.Scan(&s.ID, &s.Person, &s.State, &situations, &wishes, &s.Firm, &s.Dial, &s.HasWords, &s.First, &s.MadeAt, &s.ClosedAt)
	s.Situations, s.Wishes = fromJSON[[]string](situations), fromJSON[[]string](wishes)
	return err
}

func oneSeek(row db.Row) (s Seek, found bool, err error) {
	err = scanSeek(row, &s)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("seek", err)
}

func insertSeek(ctx context.Context, tx db.Writer, s Seek, words []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_seek (id, person, state, situations, wishes, firm, dial, words, first, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		s.ID, s.Person, string(s.State), jsonOf(s.Situations), jsonOf(s.Wishes), s.Firm, s.Dial, words, s.First, s.MadeAt)
	return err
}

func setWanted(ctx context.Context, tx db.Writer, s Seek, words []byte) error {
	_, err := tx.Exec(ctx, `UPDATE mentoring_seek SET situations = $2, wishes = $3, firm = $4, dial = $5, words = $6 WHERE id = $1`, s.ID, jsonOf(s.Situations), jsonOf(s.Wishes), s.Firm, s.Dial, words)
	return err
}

func setSeekState(ctx context.Context, tx db.Writer, id moment.ID, state SeekState, closed moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE mentoring_seek SET state = $2, closed_at = $3 WHERE id = $1`, id, string(state), closed)
	return err
}

func setFirst(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE mentoring_seek SET first = TRUE WHERE id = $1`, id)
	return err
}

func seekByID(ctx context.Context, r db.Reader, id moment.ID) (Seek, bool, error) {
	return oneSeek(r.QueryRow(ctx, `SELECT `+seekColumns+` FROM mentoring_seek WHERE id = $1`, id))
}

func openSeekOf(ctx context.Context, r db.Reader, person moment.ID) (Seek, bool, error) {
	return oneSeek(r.QueryRow(ctx, `SELECT `+seekColumns+` FROM mentoring_seek WHERE person = $1 AND state = 'open'`, person))
}

func seeksOf(ctx context.Context, r db.Reader, person moment.ID) ([]Seek, error) {
	rows, err := r.Query(ctx, `SELECT `+seekColumns+` FROM mentoring_seek WHERE person = $1 ORDER BY made_at, id`, person)
	return db.Collect(rows, err, scanSeek)
}

// waiting gives every open search, whoever was left by a peer first, then the
// longest wait.
func waiting(ctx context.Context, r db.Reader) ([]Seek, error) {
	rows, err := r.Query(ctx, `SELECT `+seekColumns+` FROM mentoring_seek WHERE state = 'open' ORDER BY first DESC, made_at, id`)
	return db.Collect(rows, err, scanSeek)
}

// waitingAfter gives open searches with less than three suggestions, by id.
func waitingAfter(ctx context.Context, r db.Reader, after moment.ID, limit int) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT id FROM mentoring_seek WHERE state = 'open' AND id > $1
		AND (SELECT count(*) FROM mentoring_suggestion x WHERE x.seek = mentoring_seek.id AND x.state = 'open') < $2 ORDER BY id LIMIT $3`, string(after), MostSuggested, limit)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}

// madeSince gives the searches of a span, for the report of waits.
func madeSince(ctx context.Context, r db.Reader, since moment.Time) ([]Seek, error) {
	rows, err := r.Query(ctx, `SELECT `+seekColumns+` FROM mentoring_seek WHERE made_at >= $1 ORDER BY made_at, id`, since)
	return db.Collect(rows, err, scanSeek)
}

func seekWords(ctx context.Context, r db.Reader, id moment.ID) (sealed, wrapped []byte, err error) {
	err = r.QueryRow(ctx, `SELECT s.words, k.wrapped FROM mentoring_seek s LEFT JOIN vault_key k ON k.scope = s.id WHERE s.id = $1`, id).Scan(&sealed, &wrapped)
	return sealed, wrapped, db.Problem("seek", err)
}

func blankSeek(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE mentoring_seek SET words = NULL, situations = '[]', wishes = '[]' WHERE id = $1`, id)
	return err
}

const suggestionColumns = `id, seek, peer, place, why, state, at`

func scanSuggestion(r db.Row, s *Suggestion) error {
	var why string
	err := r.Scan(&s.ID, &s.Seek, &s.Peer, &s.Place, &why, &s.State, &s.At)
	s.Why = fromJSON[[]matching.Reason](why)
	return err
}

func insertSuggestion(ctx context.Context, tx db.Writer, s Suggestion) error {
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_suggestion (id, seek, peer, place, why, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, s.Seek, s.Peer, s.Place, jsonOf(s.Why), s.State, s.At)
	return err
}

// suggestionsOf gives all that were ever suggested in a search, best first.
func suggestionsOf(ctx context.Context, r db.Reader, seek moment.ID) ([]Suggestion, error) {
	rows, err := r.Query(ctx, `SELECT `+suggestionColumns+` FROM mentoring_suggestion WHERE seek = $1 ORDER BY place, at, id`, seek)
	return db.Collect(rows, err, scanSuggestion)
}

func suggestionByID(ctx context.Context, r db.Reader, id moment.ID) (s Suggestion, found bool, err error) {
	err = scanSuggestion(r.QueryRow(ctx, `SELECT `+suggestionColumns+` FROM mentoring_suggestion WHERE id = $1`, id), &s)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("suggestion", err)
}

func setSuggestion(ctx context.Context, tx db.Writer, id moment.ID, state string) error {
	_, err := tx.Exec(ctx, `UPDATE mentoring_suggestion SET state = $2 WHERE id = $1`, id, state)
	return err
}

// dropOpen takes back what is suggested and was not answered.
func dropOpen(ctx context.Context, tx db.Writer, seek moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM mentoring_suggestion WHERE seek = $1 AND state = 'open'`, seek)
	return err
}

// dropSuggestions takes everything back that was suggested in a search, with why.
func dropSuggestions(ctx context.Context, tx db.Writer, seek moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM mentoring_suggestion WHERE seek = $1`, seek)
	return err
}

func dropSuggestionsOf(ctx context.Context, tx db.Writer, peer moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM mentoring_suggestion WHERE peer = $1 AND state = 'open'`, peer)
	return err
}

// lesson is what was learned of a pair of situations.
type lesson struct {
	Member, Peer   string
	Kept, Switched int
}

func lessons(ctx context.Context, r db.Reader) ([]lesson, error) {
	rows, err := r.Query(ctx, `SELECT member_has, peer_has, kept, switched FROM mentoring_lesson ORDER BY member_has, peer_has`)
	return db.Collect(rows, err, func(r db.Row, l *lesson) error { return r.Scan(&l.Member, &l.Peer, &l.Kept, &l.Switched) })
}

func addLesson(ctx context.Context, tx db.Writer, l lesson) error {
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_lesson (member_has, peer_has, kept, switched) VALUES ($1, $2, $3, $4)
		ON CONFLICT (member_has, peer_has) DO UPDATE SET kept = mentoring_lesson.kept + excluded.kept, switched = mentoring_lesson.switched + excluded.switched`,
		l.Member, l.Peer, l.Kept, l.Switched)
	return err
}
