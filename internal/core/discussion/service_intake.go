package discussion

import (
	"context"
	"hash/fnv"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Limits of large forms. All are ours.
const (
	formsAtOnce  = 3                // that are read at the same time, on one node
	readLarge    = 60 * time.Second // that one takes to be read, once it has a place
	waitForPlace = 20 * time.Second // that one waits for others to be read
)

// uploading bounds how many large forms of one person are read: each holds one of few places for
// as long as its line takes.
var uploading = access.Rate{Name: "discussion.upload", Most: 10, Per: 10 * time.Minute}

// intake bounds how many forms with pictures are in memory at once: a few on one node, and of
// one person one after the other.
type intake struct {
	places chan struct{}
	lanes  [64]chan struct{} // by person; two who share one wait for each other
}

func newIntake() *intake {
	t := &intake{places: make(chan struct{}, formsAtOnce)}
	for i := range t.lanes {
		t.lanes[i] = make(chan struct{}, 1)
	}
	return t
}

// enter waits for a place, for waitForPlace at most; leave gives it back. No place is
// fault.TooFast; whoever went away while waiting is no fault.
func (t *intake) enter(ctx context.Context, who moment.ID) (leave func(), err error) {
	here := ctx
	ctx, cancel := context.WithTimeout(ctx, waitForPlace)
	defer cancel()
	h := fnv.New32a()
	_, _ = h.Write([]byte(who)) // it never fails
	lane := t.lanes[h.Sum32()%uint32(len(t.lanes))]
	for i, c := range []chan struct{}{lane, t.places} {
		select {
		case c <- struct{}{}:
		case <-ctx.Done():
			if i > 0 {
				<-lane
			}
			if err := here.Err(); err != nil {
				return nil, fault.Op("discussion: intake", err)
			}
			return nil, fault.New(fault.TooFast, "discussion.error.pictures_busy")
		}
	}
	return func() { <-t.places; <-lane }, nil
}

// takeIn gives a place in memory for a large form of somebody, who has so many of them.
func (s *Service) takeIn(ctx context.Context, a access.Actor) (leave func(), err error) {
	if err := s.DB.Write(ctx, func(tx db.Writer) error { return uploading.Spend(ctx, tx, a.Person, s.Clock.Now()) }); err != nil {
		return nil, err
	}
	return s.intake.enter(ctx, a.Person)
}
