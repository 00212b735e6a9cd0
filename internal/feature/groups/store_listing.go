package groups

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const feedColumns = `f.id, f.name, f.address, f.zone, f.state, f.taken, f.left_out, f.made_by, f.made_at, f.read_by, f.read_at`

func scanFeed(r db.Row, f *Feed) error {
	return r.Scan(&f.ID, &f.Name, &f.Address, &f.Zone, &f.State, &f.Taken, &f.LeftOut, &f.MadeBy, &f.MadeAt, &f.ReadBy, &f.ReadAt)
}

func feedByID(ctx context.Context, r db.Reader, id moment.ID) (f Feed, found bool, err error) {
	err = scanFeed(r.QueryRow(ctx, `SELECT `+feedColumns+` FROM groups_feed f WHERE f.id = $1`, id), &f)
	if db.IsNone(err) {
		return f, false, nil
	}
	return f, err == nil, db.Problem("feed", err)
}

// feedAt gives the list that is read at an address.
func feedAt(ctx context.Context, r db.Reader, address string) (f Feed, found bool, err error) {
	err = scanFeed(r.QueryRow(ctx, `SELECT `+feedColumns+` FROM groups_feed f WHERE f.address = $1 AND f.state = 'open'`, address), &f)
	if db.IsNone(err) {
		return f, false, nil
	}
	return f, err == nil, db.Problem("feed", err)
}

// allFeeds gives the lists that are kept, by name.
func allFeeds(ctx context.Context, r db.Reader, n int) ([]Feed, error) {
	rows, err := r.Query(ctx, `SELECT `+feedColumns+` FROM groups_feed f WHERE f.state <> 'gone' ORDER BY f.name, f.id LIMIT $1`, n)
	return db.Collect(rows, err, scanFeed)
}

// feedsTouchedBy gives the lists that somebody brought in or took over last.
func feedsTouchedBy(ctx context.Context, r db.Reader, person moment.ID) ([]Feed, error) {
	rows, err := r.Query(ctx, `SELECT `+feedColumns+` FROM groups_feed f WHERE f.made_by = $1 OR f.read_by = $1 ORDER BY f.made_at, f.id`, person)
	return db.Collect(rows, err, scanFeed)
}

func insertFeed(ctx context.Context, tx db.Writer, f Feed) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_feed (id, name, address, zone, state, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		f.ID, f.Name, f.Address, f.Zone, string(f.State), f.MadeBy, f.MadeAt)
	return err
}

func updateFeed(ctx context.Context, tx db.Writer, f Feed, was FeedState) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_feed SET address = $2, zone = $3, state = $4, taken = $5, left_out = $6, read_by = $7, read_at = $8 WHERE id = $1 AND state = $9`,
		f.ID, f.Address, f.Zone, string(f.State), f.Taken, f.LeftOut, f.ReadBy, f.ReadAt, string(was))
	return n > 0, fault.Op("feed", err)
}

// look is a list that was read and is not taken over yet.
type look struct {
	Feed   moment.ID
	body   []byte
	Hash   string
	Taking bool
	By     moment.ID
	At     moment.Time
}

func lookOf(ctx context.Context, r db.Reader, feed moment.ID) (l look, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT feed, body, hash, taking, by_person, at FROM groups_look WHERE feed = $1`, feed).Scan(&l.Feed, &l.body, &l.Hash, &l.Taking, &l.By, &l.At)
	if db.IsNone(err) {
		return l, false, nil
	}
	return l, err == nil, db.Problem("look", err)
}

// putLook keeps what was read, instead of what was read before; false when that is
// just being taken over.
func putLook(ctx context.Context, tx db.Writer, l look) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO groups_look (feed, body, hash, taking, by_person, at) VALUES ($1, $2, $3, FALSE, $4, $5)
		ON CONFLICT (feed) DO UPDATE SET body = excluded.body, hash = excluded.hash, by_person = excluded.by_person, at = excluded.at WHERE groups_look.taking = FALSE`,
		l.Feed, l.body, l.Hash, l.By, l.At)
	return n > 0, fault.Op("look", err)
}

// beginTaking marks what was looked at as being taken over, once.
func beginTaking(ctx context.Context, tx db.Writer, feed moment.ID, hash string, by moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_look SET taking = TRUE, by_person = $3 WHERE feed = $1 AND hash = $2 AND taking = FALSE`, feed, hash, by)
	return n > 0, fault.Op("look", err)
}

// dropLook forgets what was read; of one that is being taken over only when it may.
func dropLook(ctx context.Context, tx db.Writer, feed moment.ID, taking bool) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM groups_look WHERE feed = $1 AND (taking = FALSE OR $2)`, feed, taking)
	return n > 0, fault.Op("look", err)
}

const listingColumns = `l.feed, l.slug, l.group_id, l.hash, l.said, l.checked_at, l.gone_at`

func scanListing(r db.Row, l *Listing) error {
	var said string
	err := r.Scan(&l.Feed, &l.Slug, &l.Group, &l.Hash, &said, &l.CheckedAt, &l.GoneAt)
	l.Said = fromJSON[RowSaid](said)
	return err
}

// listingsOf gives everything that a list has or had.
func listingsOf(ctx context.Context, r db.Reader, feed moment.ID) (map[string]Listing, error) {
	rows, err := r.Query(ctx, `SELECT `+listingColumns+` FROM groups_listing l WHERE l.feed = $1`, feed)
	list, err := db.Collect(rows, err, scanListing)
	out := make(map[string]Listing, len(list))
	for _, l := range list {
		out[l.Slug] = l
	}
	return out, err
}

func listingIn(ctx context.Context, r db.Reader, feed moment.ID, slug string) (Listing, bool, error) {
	return oneListing(r.QueryRow(ctx, `SELECT `+listingColumns+` FROM groups_listing l WHERE l.feed = $1 AND l.slug = $2`, feed, slug))
}

func listingOf(ctx context.Context, r db.Reader, group moment.ID) (Listing, bool, error) {
	return oneListing(r.QueryRow(ctx, `SELECT `+listingColumns+` FROM groups_listing l WHERE l.group_id = $1`, group))
}

func oneListing(row db.Row) (l Listing, found bool, err error) {
	err = scanListing(row, &l)
	if db.IsNone(err) {
		return l, false, nil
	}
	return l, err == nil, db.Problem("listing", err)
}

// putListing writes what a row says now, and that its list has it.
func putListing(ctx context.Context, tx db.Writer, l Listing) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_listing (feed, slug, group_id, hash, said, checked_at, gone_at) VALUES ($1, $2, $3, $4, $5, $6, 0)
		ON CONFLICT (feed, slug) DO UPDATE SET hash = excluded.hash, said = excluded.said, checked_at = excluded.checked_at, gone_at = 0`,
		l.Feed, l.Slug, l.Group, l.Hash, jsonOf(l.Said), l.CheckedAt)
	return fault.Op("listing", err)
}

// checkListings notes that a list still has some rows as they were.
func checkListings(ctx context.Context, tx db.Writer, feed moment.ID, slugs []string, at moment.Time) error {
	in, args := db.In(3, slugs)
	_, err := tx.Exec(ctx, `UPDATE groups_listing SET checked_at = $2 WHERE feed = $1 AND checked_at < $2 AND slug IN (`+in+`)`, append([]any{feed, at}, args...)...)
	return fault.Op("listing", err)
}

// goneListing notes since when a list has a row no more.
func goneListing(ctx context.Context, tx db.Writer, l Listing, at moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_listing SET gone_at = $3 WHERE feed = $1 AND slug = $2 AND gone_at = 0`, l.Feed, l.Slug, at)
	return n > 0, fault.Op("listing", err)
}

// countListings counts what each list has now.
func countListings(ctx context.Context, r db.Reader) (map[moment.ID]int, error) {
	type counted struct {
		feed moment.ID
		n    int
	}
	rows, err := r.Query(ctx, `SELECT l.feed, count(*) FROM groups_listing l WHERE l.gone_at = 0 GROUP BY l.feed`)
	list, err := db.Collect(rows, err, func(r db.Row, c *counted) error { return r.Scan(&c.feed, &c.n) })
	out := map[moment.ID]int{}
	for _, c := range list {
		out[c.feed] = c.n
	}
	return out, err
}

// forgetLister takes a person off the lists that they brought in and took over.
func forgetLister(ctx context.Context, tx db.Writer, person moment.ID) error {
	for _, text := range []string{
		`UPDATE groups_feed SET made_by = NULL WHERE made_by = $1`, `UPDATE groups_feed SET read_by = NULL WHERE read_by = $1`, `UPDATE groups_look SET by_person = NULL WHERE by_person = $1`,
	} {
		if _, err := tx.Exec(ctx, text, person); err != nil {
			return err
		}
	}
	return nil
}

// feedsWaiting gives the lists of which something was read and waits.
func feedsWaiting(ctx context.Context, r db.Reader) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT l.feed FROM groups_look l`)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}
