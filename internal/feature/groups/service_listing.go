package groups

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"cairn/internal/core/meetings"
	"cairn/internal/feature/groups/guide"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
)

// Listings is what groups needs of the engine of meetings for what others hold. It is
// meetings.
type Listings interface {
	// Put makes or changes the series of a source, in the caller's transaction.
	Put(ctx context.Context, tx db.Writer, owner meetings.Ref, source string, p meetings.Plan) error
	// Fits tells what is wrong with a plan.
	Fits(p meetings.Plan) error
	// SeriesOf gives the series of an owner, oldest first.
	SeriesOf(ctx context.Context, r db.Reader, owner meetings.Ref) ([]meetings.Series, error)
}

// canList: coordinators.
func canList(a access.Actor) access.Decision {
	if !a.Has(access.Coordinator) {
		return access.Hide()
	}
	return access.Allow()
}

// FeedSeen is a list with how many groups of it are here.
type FeedSeen struct {
	Feed
	Groups  int
	Waiting bool // something was read and waits to be taken over
}

// Feeds gives coordinators the lists of others, by name.
func (s *Service) Feeds(ctx context.Context, a access.Actor) ([]FeedSeen, error) {
	if err := canList(a).Err(); err != nil {
		return nil, err
	}
	r := s.DB.Reader()
	list, err := allFeeds(ctx, r, mostFeeds)
	if err != nil {
		return nil, err
	}
	n, err := countListings(ctx, r)
	if err != nil {
		return nil, err
	}
	waiting, err := feedsWaiting(ctx, r)
	var out []FeedSeen
	for _, f := range list {
		out = append(out, FeedSeen{Feed: f, Groups: n[f.ID], Waiting: slices.Contains(waiting, f.ID)})
	}
	return out, err
}

// FeedView is one list, with what was read of it and waits.
type FeedView struct {
	Feed
	Groups int
	Look   string // names what was read; "" when nothing waits
	LookAt moment.Time
	Late   bool // it was read too long ago to be taken over
	Taking bool // it is being taken over
	Report Report
}

// Feed gives coordinators one list, and what would come of what was read of it.
func (s *Service) Feed(ctx context.Context, a access.Actor, id moment.ID) (FeedView, error) {
	var out FeedView
	if err := canList(a).Err(); err != nil {
		return out, err
	}
	r := s.DB.Reader()
	var err error
	if out.Feed, err = s.feed(ctx, r, id); err != nil {
		return out, err
	}
	n, err := countListings(ctx, r)
	if err != nil {
		return out, err
	}
	out.Groups = n[id]
	l, found, err := lookOf(ctx, r, id)
	if err != nil || !found {
		return out, err
	}
	out.Look, out.LookAt, out.Taking = l.Hash, l.At, l.Taking
	out.Late = s.Clock.Now() > l.At.Add(LookLasts) && !l.Taking
	if out.Late || out.Taking {
		return out, nil
	}
	out.Report, _, err = s.report(ctx, r, out.Feed, l.body)
	return out, err
}

func (s *Service) feed(ctx context.Context, r db.Reader, id moment.ID) (Feed, error) {
	f, found, err := feedByID(ctx, r, id)
	if err == nil && (!found || f.State == FeedGone) {
		err = fault.Hidden()
	}
	return f, err
}

// report reads a list that is kept, and compares it with what there is of it.
func (s *Service) report(ctx context.Context, r db.Reader, f Feed, body []byte) (Report, []theirRow, error) {
	offers, problems, err := s.understand(f, body)
	if err != nil {
		return Report{}, nil, err
	}
	there, err := listingsOf(ctx, r, f.ID)
	if err != nil {
		return Report{}, nil, err
	}
	out := compare(offers, problems, there)
	if len(out.Gone) == 0 {
		return out, offers, nil
	}
	ids := []moment.ID{}
	for _, l := range out.Gone[:min(len(out.Gone), mostShown)] {
		ids = append(ids, l.Group)
	}
	groups, err := groupsByIDs(ctx, r, ids)
	for _, g := range groups {
		out.GoneNames = append(out.GoneNames, g.Name)
	}
	slices.Sort(out.GoneNames)
	return out, offers, err
}

// understand reads a list row by row. What cannot be taken here, though the list is
// right, is a problem as well.
func (s *Service) understand(f Feed, body []byte) ([]theirRow, []guide.Problem, error) {
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		zone = time.UTC
	}
	read, err := guide.Read(bytes.NewReader(body), guide.Reading{Zone: zone, From: calendar.DateOf(s.Clock.Now().Std().In(zone))})
	if err != nil {
		return nil, nil, err
	}
	out := make([]theirRow, 0, len(read.Rows))
	problems := read.Problems
	for _, row := range read.Rows {
		x := rowOf(row)
		if key, args := s.refuses(x); key != "" {
			problems = append(problems, guide.Problem{Number: row.Number, Slug: row.Slug, What: shorten(row.Name, MostName), Key: key, Args: args})
			continue
		}
		out = append(out, x)
	}
	return out, problems, nil
}

// refuses tells why a row cannot be taken here; "" when it can.
func (s *Service) refuses(x theirRow) (key string, args map[string]any) {
	if s.BaseURL != "" && strings.HasPrefix(x.URL, s.BaseURL+"/") {
		return "listing.row.ours", nil
	}
	if err := s.Listings.Fits(x.plan); err != nil {
		return whyNot(err)
	}
	return "", nil
}

// fetch gets what a list says now: from the file, or else from the address.
func (s *Service) fetch(ctx context.Context, a access.Actor, d FeedDraft) ([]byte, error) {
	err := s.DB.Write(ctx, func(tx db.Writer) error { return reading.Spend(ctx, tx, a.Person, s.Clock.Now()) })
	if err != nil {
		return nil, err
	}
	body, field := d.File, "file"
	if len(body) == 0 {
		field = "address"
		if body, err = post.Fetch(ctx, s.Guard, d.Address, guide.MostBytes); err != nil {
			return nil, atField(err, field)
		}
	}
	// A list that cannot be read at all is not kept.
	if _, _, err := s.understand(Feed{Zone: d.Zone}, body); err != nil {
		return nil, atField(err, field)
	}
	return body, nil
}

// atField puts what is wrong with a list at the field where it came from.
func atField(err error, field string) error {
	f := fault.As(err)
	if f.Kind != fault.Invalid {
		return err
	}
	if len(f.Fields) > 0 {
		f = &fault.Fault{Key: f.Fields[0].Key, Args: f.Fields[0].Args}
	}
	var p fault.Problems
	p.AddWith(field, f.Key, f.Args)
	return p.Err()
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// MakeFeed brings in a list of another organisation and reads it. No group comes of it
// yet: that is Take. It is for coordinators.
func (s *Service) MakeFeed(ctx context.Context, a access.Actor, d FeedDraft) (moment.ID, error) {
	if err := canList(a).Err(); err != nil {
		return "", err
	}
	if err := d.Validate(); err != nil {
		return "", err
	}
	body, err := s.fetch(ctx, a, d)
	if err != nil {
		return "", err
	}
	id := moment.NewID()
	err = s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		f := Feed{ID: id, Name: d.Name, Address: d.Address, Zone: d.Zone, State: FeedOpen, MadeBy: a.Person, MadeAt: now}
		if err := s.onlyOnce(ctx, tx, f); err != nil {
			return err
		}
		if err := insertFeed(ctx, tx, f); err != nil {
			return fault.Op("feed", err)
		}
		if _, err := putLook(ctx, tx, look{Feed: id, body: body, Hash: hashOf(body), By: a.Person, At: now}); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.feed_make", Kind: "feed", Object: id})
	})
	return id, err
}

// onlyOnce refuses an address that is a list here already, and more lists than a page
// shows.
func (s *Service) onlyOnce(ctx context.Context, r db.Reader, f Feed) error {
	var p fault.Problems
	if f.Address != "" {
		other, found, err := feedAt(ctx, r, f.Address)
		if err != nil {
			return err
		}
		if found && other.ID != f.ID {
			p.AddWith("address", "listing.error.known", map[string]any{"name": other.Name})
		}
	}
	list, err := allFeeds(ctx, r, mostFeeds)
	if err == nil && len(list) >= mostFeeds {
		p.AddWith("name", "listing.error.many", map[string]any{"most": mostFeeds})
	}
	if err != nil {
		return err
	}
	return p.Err()
}

// ReadFeed reads a list again: at its address, or at another, or from a file. Nothing
// changes yet: that is Take. It is for coordinators.
func (s *Service) ReadFeed(ctx context.Context, a access.Actor, id moment.ID, address string, file []byte) error {
	if err := canList(a).Err(); err != nil {
		return err
	}
	f, err := s.feed(ctx, s.DB.Reader(), id)
	if err != nil {
		return err
	}
	d := FeedDraft{Name: f.Name, Address: address, Zone: f.Zone, File: file}
	if err := d.Validate(); err != nil {
		return err
	}
	body, err := s.fetch(ctx, a, d)
	if err != nil {
		return err
	}
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		f, err := s.feed(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(file) == 0 {
			f.Address = d.Address
		}
		if err := s.readable(ctx, tx, f); err != nil {
			return err
		}
		done, err := updateFeed(ctx, tx, f, FeedOpen)
		if err == nil && done {
			done, err = putLook(ctx, tx, look{Feed: id, body: body, Hash: hashOf(body), By: a.Person, At: now})
		}
		if err != nil || !done {
			return feedChanged(err)
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.feed_read", Kind: "feed", Object: id})
	})
}

// readable refuses to read a list anew while its groups are being ended, and an address
// that is another list's.
func (s *Service) readable(ctx context.Context, r db.Reader, f Feed) error {
	if f.State != FeedOpen {
		return feedChanged(nil)
	}
	other, found, err := feedAt(ctx, r, f.Address)
	if err != nil || !found || other.ID == f.ID || f.Address == "" {
		return err
	}
	var p fault.Problems
	p.AddWith("address", "listing.error.known", map[string]any{"name": other.Name})
	return p.Err()
}

func feedChanged(err error) error {
	if err == nil {
		err = fault.New(fault.Conflict, "listing.error.changed")
	}
	return err
}

// LeaveLook forgets what was read and not taken over. It is for coordinators.
func (s *Service) LeaveLook(ctx context.Context, a access.Actor, id moment.ID) error {
	if err := canList(a).Err(); err != nil {
		return err
	}
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		if _, err := s.feed(ctx, tx, id); err != nil {
			return err
		}
		done, err := dropLook(ctx, tx, id, false)
		if err != nil || !done {
			return feedChanged(err)
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.feed_leave", Kind: "feed", Object: id})
	})
}
