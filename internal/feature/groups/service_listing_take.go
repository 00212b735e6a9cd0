package groups

import (
	"context"
	"maps"
	"slices"

	"cairn/internal/core/meetings"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// A list is taken over in small transactions, so that nobody else waits long for
// theirs: the first of them while the page is being made, the rest by a timer. Each
// looks again at what is still to do, so that it goes on wherever it was cut off.
const (
	jobListing = "groups.listing"
	rowsAtOnce = 20 // rows in one transaction
	firstSteps = 4  // transactions before the page is shown
	moreSteps  = 20 // transactions in one run of the timer
)

// listSource names a listed group's series to the engine of meetings.
const listSource = "guide"

type aboutFeed struct {
	Feed moment.ID `json:"feed"`
}

// registerListing names what goes on with lists of others by itself.
func (s *Service) registerListing() {
	s.Bus.Handle(jobListing, func(ctx context.Context, j bus.Job) error {
		var about aboutFeed
		if err := j.Read(&about); err != nil {
			return err
		}
		done, err := s.carryOut(ctx, about.Feed, moreSteps)
		if err != nil || done {
			return err
		}
		return s.DB.Write(ctx, func(tx db.Writer) error { return s.goOn(ctx, tx, about.Feed) })
	})
}

func (s *Service) goOn(ctx context.Context, tx db.Writer, feed moment.ID) error {
	return s.Bus.At(ctx, tx, jobListing, string(feed), s.Clock.Now(), aboutFeed{feed})
}

// Take takes over what was looked at: hash says what that was, so that nobody takes
// what they have not seen. Strictly, nothing is taken when a row cannot be. It is for
// coordinators, and done twice it is done once.
func (s *Service) Take(ctx context.Context, a access.Actor, id moment.ID, hash string, strict bool) error {
	if err := canList(a).Err(); err != nil {
		return err
	}
	f, err := s.feed(ctx, s.DB.Reader(), id)
	if err != nil {
		return err
	}
	l, found, err := lookOf(ctx, s.DB.Reader(), id)
	if err != nil {
		return err
	}
	if !found || l.Hash != hash || l.Taking || f.State != FeedOpen || s.Clock.Now() > l.At.Add(LookLasts) {
		return feedChanged(nil)
	}
	if strict {
		if _, problems, err := s.understand(f, l.body); err != nil || len(problems) > 0 {
			return notAll(err)
		}
	}
	err = s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		if f, err := s.feed(ctx, tx, id); err != nil || f.State != FeedOpen {
			return feedChanged(err)
		}
		if done, err := beginTaking(ctx, tx, id, hash, a.Person); err != nil || !done {
			return feedChanged(err)
		}
		if err := s.goOn(ctx, tx, id); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.feed_take", Kind: "feed", Object: id})
	})
	if err != nil {
		return err
	}
	_, err = s.carryOut(ctx, id, firstSteps)
	return err
}

func notAll(err error) error {
	if err != nil {
		return err
	}
	var p fault.Problems
	p.Add("strict", "listing.error.strict")
	return p.Err()
}

// DropFeed takes a list away: its groups end, and their pages say so. It is for
// coordinators.
func (s *Service) DropFeed(ctx context.Context, a access.Actor, id moment.ID) error {
	if err := canList(a).Err(); err != nil {
		return err
	}
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		f, err := s.feed(ctx, tx, id)
		if err != nil {
			return err
		}
		f.State = FeedEnding
		if done, err := updateFeed(ctx, tx, f, FeedOpen); err != nil || !done {
			return feedChanged(err)
		}
		if _, err := dropLook(ctx, tx, id, true); err != nil {
			return err
		}
		if err := s.goOn(ctx, tx, id); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.feed_drop", Kind: "feed", Object: id})
	})
	if err != nil {
		return err
	}
	_, err = s.carryOut(ctx, id, firstSteps)
	return err
}

// carryOut does so many steps of what is to do with a list, and tells whether nothing
// is left.
func (s *Service) carryOut(ctx context.Context, id moment.ID, steps int) (done bool, err error) {
	f, found, err := feedByID(ctx, s.DB.Reader(), id)
	if err != nil || !found || f.State == FeedGone {
		return true, err
	}
	if f.State == FeedEnding {
		return s.endFeed(ctx, f, steps)
	}
	l, found, err := lookOf(ctx, s.DB.Reader(), id)
	if err != nil || !found || !l.Taking {
		return true, err
	}
	report, offers, err := s.report(ctx, s.DB.Reader(), f, l.body)
	if err != nil {
		return false, err
	}
	_, identities, err := s.kinds(ctx)
	if err != nil {
		return false, err
	}
	todo := slices.Concat(report.New, report.Changed)
	for part := range slices.Chunk(todo, rowsAtOnce) {
		if steps--; steps < 0 {
			return false, nil
		}
		if err := s.DB.Write(ctx, func(tx db.Writer) error { return s.listAll(ctx, tx, l, part, identities) }); err != nil {
			return false, err
		}
	}
	for part := range slices.Chunk(report.Gone, rowsAtOnce) {
		if steps--; steps < 0 {
			return false, nil
		}
		if err := s.DB.Write(ctx, func(tx db.Writer) error { return s.unlistAll(ctx, tx, l, part) }); err != nil {
			return false, err
		}
	}
	return true, s.finish(ctx, l, offers, len(report.Problems))
}

// finish notes that a list was taken over, and which rows it still has as they were.
func (s *Service) finish(ctx context.Context, l look, offers []theirRow, left int) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		f, found, err := feedByID(ctx, tx, l.Feed)
		if err != nil || !found || f.State != FeedOpen {
			return err
		}
		if now, found, err := lookOf(ctx, tx, l.Feed); err != nil || !found || !now.Taking || now.Hash != l.Hash {
			return err // somebody else was faster
		}
		for part := range slices.Chunk(offers, 200) {
			slugs := make([]string, len(part))
			for i, x := range part {
				slugs[i] = x.Slug
			}
			if err := checkListings(ctx, tx, l.Feed, slugs, l.At); err != nil {
				return err
			}
		}
		f.Taken, f.LeftOut, f.ReadAt, f.ReadBy = len(offers), left, l.At, l.By
		if _, err := updateFeed(ctx, tx, f, FeedOpen); err != nil {
			return err
		}
		_, err = dropLook(ctx, tx, l.Feed, true)
		return err
	})
}

// taking tells whether what was looked at is still being taken over: a list can be
// taken away meanwhile.
func (s *Service) taking(ctx context.Context, r db.Reader, l look) (bool, error) {
	f, found, err := feedByID(ctx, r, l.Feed)
	if err != nil || !found || f.State != FeedOpen {
		return false, err
	}
	now, found, err := lookOf(ctx, r, l.Feed)
	return found && now.Taking && now.Hash == l.Hash, err
}

func (s *Service) listAll(ctx context.Context, tx db.Writer, l look, part []theirRow, identities map[string]bool) error {
	if still, err := s.taking(ctx, tx, l); err != nil || !still {
		return err
	}
	for _, x := range part {
		if err := s.list(ctx, tx, l, x, identities); err != nil {
			return err
		}
	}
	return nil
}

// list makes a row of a list a group, or brings its group in line with what it says now.
func (s *Service) list(ctx context.Context, tx db.Writer, l look, x theirRow, identities map[string]bool) error {
	there, known, err := listingIn(ctx, tx, l.Feed, x.Slug)
	if err != nil || known && there.Hash == x.Hash && there.GoneAt.IsZero() {
		return err
	}
	now := s.Clock.Now()
	g := Group{ID: moment.NewID(), State: Open, MadeAt: now}
	if known {
		var found bool
		if g, found, err = groupByID(ctx, tx, there.Group); err != nil || !found {
			return fault.Op("listed group", err)
		}
	}
	g.Draft, g.ChangedAt = x.draft(identities), now
	if known {
		err = s.relist(ctx, tx, &g)
	} else {
		err = s.enlist(ctx, tx, &g)
	}
	if err != nil {
		return err
	}
	if err := s.schedule(ctx, tx, &g, x); err != nil {
		return err
	}
	if err := putListing(ctx, tx, Listing{Feed: l.Feed, Slug: x.Slug, Group: g.ID, Hash: x.Hash, Said: x.said, CheckedAt: l.At}); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "groups.list", Kind: Kind, Object: g.ID})
}

// enlist writes a new group down.
func (s *Service) enlist(ctx context.Context, tx db.Writer, g *Group) error {
	var err error
	if _, err = s.Vault.NewScope(ctx, tx, g.ID, g.MadeAt); err != nil {
		return err
	}
	if g.Slug, err = s.freeSlug(ctx, tx, *g); err != nil {
		return err
	}
	return s.writeNew(ctx, tx, *g)
}

// relist changes what is said about a group that is listed already, or was: it keeps its
// id and its address.
func (s *Service) relist(ctx context.Context, tx db.Writer, g *Group) error {
	if err := s.writeDraft(ctx, tx, *g); err != nil {
		return err
	}
	was := g.State
	if was == Open {
		return nil
	}
	g.State, g.EndedAt = Open, 0
	if done, err := s.move(ctx, tx, *g, was); err != nil || !done {
		return changedMeanwhile(err)
	}
	if was == Paused {
		return s.Meetings.Pause(ctx, tx, access.System(), g.ID, false)
	}
	return s.Bus.Cancel(ctx, tx, jobForget, string(g.ID))
}

// schedule brings the meetings of a listed group in line with its row.
func (s *Service) schedule(ctx context.Context, tx db.Writer, g *Group, x theirRow) error {
	if err := s.Listings.Put(ctx, tx, meetings.Ref{Kind: Kind, ID: g.ID}, listSource, x.plan); err != nil {
		return err
	}
	if err := s.Meetings.Changed(ctx, tx, g.ID); err != nil {
		return err
	}
	if !x.said.Paused {
		return nil
	}
	g.State = Paused
	if done, err := s.move(ctx, tx, *g, Open); err != nil || !done {
		return changedMeanwhile(err)
	}
	return s.Meetings.Pause(ctx, tx, access.System(), g.ID, true)
}

func (s *Service) unlistAll(ctx context.Context, tx db.Writer, l look, part []Listing) error {
	if still, err := s.taking(ctx, tx, l); err != nil || !still {
		return err
	}
	for _, x := range part {
		if err := s.unlist(ctx, tx, x); err != nil {
			return err
		}
	}
	return nil
}

// unlist ends the group of a row that its list has no more.
func (s *Service) unlist(ctx context.Context, tx db.Writer, x Listing) error {
	now := s.Clock.Now()
	if done, err := goneListing(ctx, tx, x, now); err != nil || !done {
		return err
	}
	g, found, err := groupByID(ctx, tx, x.Group)
	if err != nil || !found || g.State == Ended {
		return err
	}
	was := g.State
	g.State, g.ChangedAt, g.EndedAt = Ended, now, now
	if done, err := s.move(ctx, tx, g, was); err != nil || !done {
		return changedMeanwhile(err)
	}
	if err := s.end(ctx, tx, access.System(), g); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "groups.unlist", Kind: Kind, Object: g.ID})
}

// endFeed ends the groups of a list that is taken away.
func (s *Service) endFeed(ctx context.Context, f Feed, steps int) (done bool, err error) {
	all, err := listingsOf(ctx, s.DB.Reader(), f.ID)
	if err != nil {
		return false, err
	}
	var todo []Listing
	for _, slug := range slices.Sorted(maps.Keys(all)) {
		if all[slug].GoneAt.IsZero() {
			todo = append(todo, all[slug])
		}
	}
	for part := range slices.Chunk(todo, rowsAtOnce) {
		if steps--; steps < 0 {
			return false, nil
		}
		err := s.DB.Write(ctx, func(tx db.Writer) error {
			for _, x := range part {
				if err := s.unlist(ctx, tx, x); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	f.State = FeedGone
	return true, s.DB.Write(ctx, func(tx db.Writer) error {
		_, err := updateFeed(ctx, tx, f, FeedEnding)
		return err
	})
}
