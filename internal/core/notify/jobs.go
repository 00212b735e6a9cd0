package notify

import (
	"context"
	"time"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// The timers of notify. Each may run twice: sending again is under the same id.
const (
	jobDeliver = "notify.deliver"
	jobSweep   = "notify.sweep"

	sweepEvery = 24 * time.Hour
	sweepName  = "all"
	sweepBatch = 500
)

type aboutDelivery struct {
	Delivery moment.ID `json:"delivery"`
}

func (s *Service) register() {
	s.Bus.Handle(jobDeliver, s.deliverJob)
	s.Bus.Handle(jobSweep, s.sweepJob)
}

// Begin makes the keys for push where there are none, and plans the sweep. The
// app calls it once at its start; more often is no harm.
func (s *Service) Begin(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := s.makeKeys(ctx, tx); err != nil {
			return err
		}
		return s.Bus.At(ctx, tx, jobSweep, sweepName, s.Clock.Now().Add(sweepEvery), nil)
	})
}

// due plans the timer of a delivery.
func (s *Service) due(ctx context.Context, tx db.Writer, id moment.ID, at moment.Time) error {
	return s.Bus.At(ctx, tx, jobDeliver, string(id), at, aboutDelivery{id})
}

// cancel takes back the timers of deliveries.
func (s *Service) cancel(ctx context.Context, tx db.Writer, ids []moment.ID) error {
	for _, id := range ids {
		if err := s.Bus.Cancel(ctx, tx, jobDeliver, string(id)); err != nil {
			return err
		}
	}
	return nil
}

// Lanes bound how many workers of a node wait for the outside at once. A mail
// server that answers nobody must not keep other timers waiting, such as those
// that page the next person; and what is not urgent leaves room for pages.
const (
	mostSending   = 4
	mostUnhurried = 2
	laneWait      = time.Second
)

type lanes struct{ all, unhurried chan struct{} }

func newLanes() lanes {
	return lanes{all: make(chan struct{}, mostSending), unhurried: make(chan struct{}, mostUnhurried)}
}

// enter takes a lane without waiting; leave gives it back.
func (l lanes) enter(urgent bool) (leave func(), entered bool) {
	if !urgent {
		select {
		case l.unhurried <- struct{}{}:
		default:
			return nil, false
		}
	}
	select {
	case l.all <- struct{}{}:
		return func() {
			<-l.all
			if !urgent {
				<-l.unhurried
			}
		}, true
	default:
		if !urgent {
			<-l.unhurried
		}
		return nil, false
	}
}

// deliverJob hands one delivery over, if it is still wanted.
func (s *Service) deliverJob(ctx context.Context, j bus.Job) error {
	var about aboutDelivery
	if err := j.Read(&about); err != nil {
		return err
	}
	d, found, err := deliveryByID(ctx, s.DB.Reader(), about.Delivery)
	if err != nil || !found || d.over() {
		return err
	}
	leave, entered := s.lanes.enter(d.Urgent)
	if !entered {
		return s.DB.Write(ctx, func(tx db.Writer) error { return s.due(ctx, tx, d.ID, s.Clock.Now().Add(laneWait)) })
	}
	defer leave()
	return s.deliver(ctx, d)
}

// sweepJob forgets what is old, in bites, and plans itself anew.
func (s *Service) sweepJob(ctx context.Context, _ bus.Job) error {
	now := s.Clock.Now()
	for {
		var n int64
		err := s.DB.Write(ctx, func(tx db.Writer) (err error) {
			if err := s.Bus.At(ctx, tx, jobSweep, sweepName, now.Add(sweepEvery), nil); err != nil {
				return err
			}
			n, err = sweep(ctx, tx, now.Add(-noticesLast), now.Add(-deliveriesLast), sweepBatch)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
