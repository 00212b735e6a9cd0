package shifts

import (
	"context"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// feedKind names the feed of one's shifts among a person's feeds.
const feedKind = "shifts"

// feedBack is how long a shift stays in the feed after its end: calendar programs
// forget what is no longer there.
const feedBack = 30 * 24 * time.Hour

// NewFeed makes the secret address of the actor's shifts and gives it, once. An
// address that was there before stops.
func (s *Service) NewFeed(ctx context.Context, a access.Actor, lang string) (string, error) {
	if err := PermWork.Check(a); err != nil {
		return "", err
	}
	var token string
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := planning.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		var err error
		if token, err = calendar.NewFeed(ctx, tx, a.Person, feedKind, lang, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "shifts.make_feed", Kind: "person", Object: a.Person})
	})
	return token, err
}

// StopFeed takes the address away.
func (s *Service) StopFeed(ctx context.Context, a access.Actor) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := planning.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := calendar.StopFeed(ctx, tx, a.Person, feedKind); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "shifts.stop_feed", Kind: "person", Object: a.Person})
	})
}

// Events gives what stands in a feed of another slice.
type Events func(ctx context.Context, f calendar.Feed) ([]calendar.Event, error)

// Beside plugs in a kind of feed that another slice gives under the same kind of
// address; what follows a stroke in the kind is that slice's. It is called before
// serving, once a kind.
func (s *Service) Beside(kind string, give Events) {
	if s.feeds == nil {
		s.feeds = map[string]Events{}
	}
	s.feeds[kind] = give
}

// Feed writes the calendar behind a token, or there is nothing.
func (s *Service) Feed(ctx context.Context, token string) (string, error) {
	r := s.DB.Reader()
	f, found, err := calendar.FeedBy(ctx, r, token)
	if err != nil || !found {
		return "", orElse(err, fault.Hidden())
	}
	kind, _, _ := strings.Cut(f.Kind, "/")
	if give := s.feeds[kind]; give != nil {
		list, err := give(ctx, f)
		return calendar.File(list), err
	}
	if f.Kind != feedKind {
		return "", fault.Hidden()
	}
	list, err := bookedEver(ctx, r, f.Person, s.Clock.Now().Add(-feedBack))
	if err != nil {
		return "", err
	}
	summary := web.T(web.WithLook(ctx, web.Prefs{Lang: f.Lang}), "shifts.feed.summary")
	return calendar.File(eventsOf(list, summary)), nil
}

// eventsOf makes a calendar event of each sign-up. It says nothing of what it
// is or where (safety.md: calendar entries are neutral).
func eventsOf(list []Booked, summary string) []calendar.Event {
	out := make([]calendar.Event, len(list))
	for i, b := range list {
		e := calendar.Event{UID: string(b.ID), Summary: summary, Starts: b.Planned.StartsAt, Ends: b.Planned.EndsAt,
			Changed: max(b.At, b.OffAt), Sequence: 0, Cancelled: !b.On || b.Planned.State == Cancelled}
		if !b.On {
			e.Sequence++
		}
		if b.Planned.State == Cancelled {
			e.Sequence++
			e.Changed = max(e.Changed, b.Planned.ChangedAt)
		}
		out[i] = e
	}
	return out
}

// HasFeed tells since when the actor has an address.
func (s *Service) HasFeed(ctx context.Context, a access.Actor) (moment.Time, error) {
	f, _, err := calendar.FeedOf(ctx, s.DB.Reader(), a.Person, feedKind)
	return f.MadeAt, err
}
