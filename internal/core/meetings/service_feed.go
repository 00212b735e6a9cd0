package meetings

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// FeedKind names the feed of everything somebody comes to; a feed of one owner is
// FeedKind, a stroke and the owner's kind and id.
const FeedKind = "meetings"

// feedBack is how long what is past stays in a feed: calendar programs forget what is
// no longer there.
const feedBack = 30 * 24 * time.Hour

func feedKind(owner Ref) string {
	if owner == (Ref{}) {
		return FeedKind
	}
	return FeedKind + "/" + owner.Kind + "/" + string(owner.ID)
}

func ownerOf(kind string) (Ref, bool) {
	parts := strings.Split(kind, "/")
	if len(parts) != 3 {
		return Ref{}, kind == FeedKind
	}
	id, ok := moment.ParseID(parts[2])
	return Ref{Kind: parts[1], ID: id}, ok && parts[0] == FeedKind
}

// NewFeed makes the secret address of everything the actor comes to, or of one owner's
// meetings, and gives it, once. An address that was there before stops.
func (s *Service) NewFeed(ctx context.Context, a access.Actor, owner Ref, lang string) (string, error) {
	var token string
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		if owner != (Ref{}) {
			if _, err := s.stands(ctx, tx, a, owner); err != nil {
				return err
			}
		}
		var err error
		if token, err = calendar.NewFeed(ctx, tx, a.Person, feedKind(owner), lang, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.make_feed", Kind: "person", Object: a.Person})
	})
	return token, err
}

// StopFeed takes such an address away.
func (s *Service) StopFeed(ctx context.Context, a access.Actor, owner Ref) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		if err := calendar.StopFeed(ctx, tx, a.Person, feedKind(owner)); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.stop_feed", Kind: "person", Object: a.Person})
	})
}

// HasFeed tells since when the actor has such an address.
func (s *Service) HasFeed(ctx context.Context, a access.Actor, owner Ref) (moment.Time, error) {
	f, _, err := calendar.FeedOf(ctx, s.DB.Reader(), a.Person, feedKind(owner))
	return f.MadeAt, err
}

// Feeds gives the events of a feed of this kind. It shows what its
// person may see now: whoever left a group finds nothing of it in the calendar they
// had made. It reads as a member, whatever their work here, and says nothing of what
// it is, or where (safety.md: entries are neutral).
func (s *Service) Feeds(ctx context.Context, f calendar.Feed) ([]calendar.Event, error) {
	owner, ours := ownerOf(f.Kind)
	if !ours {
		return nil, fault.Hidden()
	}
	r := s.DB.Reader()
	a := access.Actor{Person: f.Person, Roles: access.Set(access.Member)}
	if owner == (Ref{}) {
		return s.eventsFor(ctx, r, a)
	}
	if _, err := s.stands(ctx, r, a, owner); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, nil // an empty calendar: they are not in it any more
		}
		return nil, err
	}
	return s.eventsOf(ctx, r, owner)
}

// eventsFor gives everything of the owners that somebody is in, and what they said
// they come to elsewhere.
func (s *Service) eventsFor(ctx context.Context, r db.Reader, a access.Actor) ([]calendar.Event, error) {
	var out []calendar.Event
	in := map[moment.ID]bool{}
	kinds := make([]string, 0, len(s.owners))
	for kind := range s.owners {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		ids, err := s.owners[kind].Of(ctx, r, a.Person)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			in[id] = true
			list, err := s.eventsOf(ctx, r, Ref{Kind: kind, ID: id})
			if err != nil {
				return nil, err
			}
			out = append(out, list...)
		}
	}
	answers, err := answersEver(ctx, r, a.Person, s.Clock.Now().Add(-feedBack))
	if err != nil {
		return nil, err
	}
	for _, mine := range answers {
		m, err := s.meeting(ctx, r, mine.Meeting)
		if err != nil {
			return nil, err
		}
		if in[m.Owner.ID] {
			continue
		}
		x, err := s.series(ctx, r, m.Series)
		if err != nil {
			return nil, err
		}
		e := s.one(x, m)
		e.UID, e.Cancelled = string(m.ID), e.Cancelled || mine.State != Going
		e.Changed, e.Sequence = max(e.Changed, mine.At), e.Sequence+mine.Turns
		out = append(out, e)
	}
	return out, nil
}

// eventsOf gives the events of an owner: each series with its rule, and each meeting
// that is not as the rule says.
func (s *Service) eventsOf(ctx context.Context, r db.Reader, owner Ref) ([]calendar.Event, error) {
	list, err := seriesOf(ctx, r, owner)
	if err != nil {
		return nil, err
	}
	var out []calendar.Event
	for _, x := range list {
		events, err := s.eventsIn(ctx, r, x.Series)
		if err != nil {
			return nil, err
		}
		out = append(out, events...)
	}
	return out, nil
}

// eventsIn gives the events of one series. One that ended long ago is left out. A
// meeting that was called off is left out of the series' own entry (0023), one that
// was moved has an entry beside it.
func (s *Service) eventsIn(ctx context.Context, r db.Reader, x Series) ([]calendar.Event, error) {
	since := s.Clock.Now().Add(-feedBack)
	if last, ends := x.Series().Last(); ends && last.Ends < since || x.State == Ended && x.ChangedAt < since {
		return nil, nil
	}
	when := x.Series()
	master := calendar.Event{UID: string(x.ID), Summary: x.Quiet, Zone: when.Zone, Changed: x.ChangedAt, Sequence: x.Changes, Cancelled: x.State != Running, URL: s.BaseURL + "/series/" + string(x.ID), Public: x.Audience == Public}
	if o, ok := when.On(x.First); ok {
		master.Starts, master.Ends = o.Starts, o.Ends
	}
	if x.Rule.Repeats() {
		master.Series = &when
	}
	if last, ends := when.Last(); x.State == Ended && ends && last.Starts <= x.ChangedAt {
		master.Cancelled = false // its rule was cut where it ended: what there was stays
	}
	out := []calendar.Event{master}
	changed, err := changedOf(ctx, r, x.ID, 0) // also long ago: what is not left out any more would be back
	if err != nil {
		return nil, err
	}
	for _, m := range changed {
		e := s.one(x, m)
		if x.Rule.Repeats() && m.State == Cancelled {
			out[0].Except = append(out[0].Except, m.Day)
			continue
		}
		if x.Rule.Repeats() {
			e.UID, e.Day, e.Series = string(x.ID), m.Day, &when
			out = append(out, e)
			continue
		}
		e.UID, e.Sequence = string(x.ID), x.Changes
		out[0] = e
	}
	return out, nil
}

func (s *Service) one(x Series, m Meeting) calendar.Event {
	return calendar.Event{Summary: x.Quiet, Starts: m.StartsAt, Ends: m.EndsAt, Changed: max(m.ChangedAt, x.ChangedAt), Sequence: x.Changes + m.Changes, Cancelled: m.State == Cancelled || m.State == NotForNow,
		Zone: x.Series().Zone, URL: s.BaseURL + meetingPath(m.ID), Public: x.Audience == Public}
}

// publicPage is how many series are read at a time for the public list.
const publicPage = 200

// PublicEvents gives the events of everything that is for everybody, a page at a time,
// so that ten thousand series never stand in memory.
func (s *Service) PublicEvents(ctx context.Context) iter.Seq2[calendar.Event, error] {
	return func(yield func(calendar.Event, error) bool) {
		s.eachPublic(ctx, func(x Series) bool {
			list, err := s.eventsIn(ctx, s.DB.Reader(), x)
			for _, e := range list {
				if !yield(e, nil) {
					return false
				}
			}
			return err == nil || yield(calendar.Event{}, err)
		}, func(err error) { yield(calendar.Event{}, err) })
	}
}

// PublicSeries gives everything that is for everybody, without what only those read
// who come.
func (s *Service) PublicSeries(ctx context.Context) iter.Seq2[Series, error] {
	return func(yield func(Series, error) bool) {
		s.eachPublic(ctx, func(x Series) bool { return yield(x, nil) }, func(err error) { yield(Series{}, err) })
	}
}

func (s *Service) eachPublic(ctx context.Context, each func(Series) bool, wrong func(error)) {
	var after moment.ID
	for {
		list, err := publicAfter(ctx, s.DB.Reader(), after, publicPage)
		if err != nil {
			wrong(err)
			return
		}
		for _, x := range list {
			if x.OpenAddress {
				x.Inside.Address = x.address
			}
			if after = x.ID; !each(x.Series) {
				return
			}
		}
		if len(list) < publicPage {
			return
		}
	}
}

// PublicStamp changes whenever anything that is for everybody has changed: when it is
// the same, so are PublicSeries; with meetings, PublicEvents too.
func (s *Service) PublicStamp(ctx context.Context, withMeetings bool) (string, error) {
	r := s.DB.Reader()
	n, newest, err := publicStamp(ctx, r)
	if err != nil || !withMeetings {
		return strconv.FormatInt(n, 36) + "." + newest.Stamp(), err
	}
	k, changed, err := changedStamp(ctx, r, s.Clock.Now().Add(-feedBack))
	return strconv.FormatInt(n, 36) + "." + newest.Stamp() + "." + strconv.FormatInt(k, 36) + "." + changed.Stamp(), err
}
