package mentoring

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// FeedKind names the feed of one's meetings among a person's feeds.
const FeedKind = "mentoring"

// feedBack is how long a meeting stays in the feed after its end: calendar
// programs forget what is no longer there.
const feedBack = 30 * 24 * time.Hour

// NewFeed makes the secret address of the actor's meetings and gives it, once. An
// address that was there before stops.
func (s *Service) NewFeed(ctx context.Context, a access.Actor, lang string) (string, error) {
	var token string
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		var err error
		if token, err = calendar.NewFeed(ctx, tx, a.Person, FeedKind, lang, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.make_feed", Kind: "person", Object: a.Person})
	})
	return token, err
}

// StopFeed takes the address away.
func (s *Service) StopFeed(ctx context.Context, a access.Actor) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		if err := calendar.StopFeed(ctx, tx, a.Person, FeedKind); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.stop_feed", Kind: "person", Object: a.Person})
	})
}

// HasFeed tells since when the actor has an address.
func (s *Service) HasFeed(ctx context.Context, a access.Actor) (moment.Time, error) {
	f, _, err := calendar.FeedOf(ctx, s.DB.Reader(), a.Person, FeedKind)
	return f.MadeAt, err
}

// Events gives the meetings of a feed's person. They say nothing of what they are,
// or where (safety.md: calendar entries are neutral).
func (s *Service) Events(ctx context.Context, f calendar.Feed) ([]calendar.Event, error) {
	list, err := sessionsFor(ctx, s.DB.Reader(), f.Person, s.Clock.Now().Add(-feedBack))
	if err != nil {
		return nil, err
	}
	summary := web.T(web.WithLook(ctx, web.Prefs{Lang: f.Lang}), "mentoring.feed.summary")
	out := make([]calendar.Event, len(list))
	for i, x := range list {
		away := x.Instead != "" && x.Instead != f.Person
		if away {
			w, err := s.load(ctx, s.DB.Reader(), x.Walk)
			if err != nil {
				return nil, err
			}
			away = w.Peer == f.Person
		}
		out[i] = calendar.Event{UID: string(x.ID), Summary: summary, Starts: x.StartsAt, Ends: x.EndsAt(), Changed: x.ChangedAt, Sequence: x.Changes,
			Cancelled: x.State == Cancelled || away}
	}
	return out, nil
}
