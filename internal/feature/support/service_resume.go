package support

import (
	"context"
	"strconv"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// BeatEvery is how often a node that serves says so in the database. A longer
// silence of all nodes than downFrom is a time in which nobody could answer.
const (
	BeatEvery = 5 * time.Second
	downFrom  = 3 * BeatEvery
)

// settingAlive is when some node last said that it serves, in microseconds.
const settingAlive = "support.alive"

func setAlive(ctx context.Context, tx db.Writer, now moment.Time) error {
	return access.NoteSetting(ctx, tx, now, settingAlive, strconv.FormatInt(int64(now), 10))
}

// Beat says that this node serves.
func (s *Service) Beat(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx db.Writer) error { return setAlive(ctx, tx, s.Clock.Now()) })
}

// Resume makes good for a time in which the service was down: open offers are
// extended by it (safety.md), since nobody could have answered them. It is
// called once when a node starts, before its timers run.
func (s *Service) Resume(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		text, err := access.Setting(ctx, tx, settingAlive, "0")
		if err != nil {
			return err
		}
		last, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			last = 0
		}
		if err := setAlive(ctx, tx, now); err != nil {
			return err
		}
		down := now.Sub(moment.Time(last))
		if last == 0 || down < downFrom {
			return nil
		}
		return s.extend(ctx, tx, moment.Time(last), down)
	})
}

// extend gives every offer that was open when the service went down the time
// that was lost.
func (s *Service) extend(ctx context.Context, tx db.Writer, last moment.Time, down time.Duration) error {
	offers, err := openOffers(ctx, tx)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if o.ExpiresAt <= last {
			continue // it had run out before
		}
		o.ExpiresAt = o.ExpiresAt.Add(down)
		if err := setExpires(ctx, tx, o.ID, o.ExpiresAt); err != nil {
			return fault.Op("support resume", err)
		}
		if err := s.Bus.At(ctx, tx, jobOffer, string(o.ID), o.ExpiresAt, aboutOffer{o.ID}); err != nil {
			return err
		}
		s.Bus.Publish(tx, PeerTopic(o.Peer), int64(s.Clock.Now()))
	}
	return nil
}
