package calendar

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// NewFeed makes a person's feed of a kind and gives its token, which is kept
// only as a hash and never shown again. A feed that was there before stops.
func NewFeed(ctx context.Context, tx db.Writer, person moment.ID, kind, lang string, now moment.Time) (string, error) {
	token := newToken()
	_, err := tx.Exec(ctx, `INSERT INTO calendar_feed (id, person, kind, hash, lang, made_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person, kind) DO UPDATE SET id = excluded.id, hash = excluded.hash, lang = excluded.lang, made_at = excluded.made_at`,
		moment.NewID(), person, kind, hashOf(token), lang, now)
	return token, fault.Op("calendar feed", err)
}

const feedColumns = `id, person, kind, lang, made_at`

func oneFeed(row db.Row) (f Feed, found bool, err error) {
	err = row.Scan(&f.ID, &f.Person, &f.Kind, &f.Lang, &f.MadeAt)
	if db.IsNone(err) {
		return Feed{}, false, nil
	}
	return f, err == nil, db.Problem("calendar feed", err)
}

// FeedOf gives a person's feed of a kind.
func FeedOf(ctx context.Context, r db.Reader, person moment.ID, kind string) (Feed, bool, error) {
	return oneFeed(r.QueryRow(ctx, `SELECT `+feedColumns+` FROM calendar_feed WHERE person = $1 AND kind = $2`, person, kind))
}

// FeedBy gives the feed behind a token.
func FeedBy(ctx context.Context, r db.Reader, token string) (Feed, bool, error) {
	return oneFeed(r.QueryRow(ctx, `SELECT `+feedColumns+` FROM calendar_feed WHERE hash = $1`, hashOf(token)))
}

// StopFeed takes a person's feed of a kind away: its address gives nothing any
// more. Stopping one that is not there is no error.
func StopFeed(ctx context.Context, tx db.Writer, person moment.ID, kind string) error {
	_, err := tx.Exec(ctx, `DELETE FROM calendar_feed WHERE person = $1 AND kind = $2`, person, kind)
	return db.Problem("calendar feed", err)
}

// StopFeedsOf takes all feeds of a person away, of whatever kind.
func StopFeedsOf(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM calendar_feed WHERE person = $1`, person)
	return db.Problem("calendar feeds", err)
}
