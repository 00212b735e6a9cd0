package media

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// health is how a child is looked after.
type health struct {
	every  time.Duration // how often it is asked
	within time.Duration // how soon it must answer
	missed int           // so many answers missing in a row, and it is killed
}

// watchfully finds a child that hangs within about half a minute.
var watchfully = health{every: 5 * time.Second, within: 5 * time.Second, missed: 3}

// Pauses between a child's death and the next. The first is none: rooms wait.
const (
	firstPause = 200 * time.Millisecond
	mostPause  = 15 * time.Second
	// livedWell is after which time of life a death is a first one again.
	livedWell = time.Minute
)

// watch keeps a child running for as long as rooms are in use. One such
// goroutine runs at a time; reach starts it.
func (s *Server) watch() {
	var pause time.Duration
	for {
		c, err := s.launch()
		began := time.Now()
		if err == nil {
			began = c.began
			s.again(c)
			err = s.tend(c)
			s.withdraw()
			c.end()
		}
		if s.rest() {
			return
		}
		if errors.Is(err, errIdle) {
			continue // somebody asked for a room while it ended
		}
		s.cfg.Log.Error("the media server ended and is started again", "error", err.Error())
		if time.Since(began) > livedWell {
			pause = 0
		}
		select {
		case <-time.After(pause):
		case <-s.done:
		}
		pause = min(max(pause*2, firstPause), mostPause)
	}
}

// errIdle ends a child that nobody needs.
var errIdle = errors.New("media: no room is in use")

// rest tells whether no child is to follow: the server is closed, or nobody is
// in a room or has asked for one for a while.
func (s *Server) rest() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && s.inUse() {
		return false
	}
	s.watching = false
	clear(s.rooms)
	s.tell()
	return true
}

// inUse tells whether somebody is in a room or was there a moment ago. The
// caller holds the lock.
func (s *Server) inUse() bool { return s.lines > 0 || time.Since(s.used) < s.cfg.Idle }

// again makes the rooms that are in use in a new child, and only then lets
// anybody reach it: browsers that come back find their room.
func (s *Server) again(c *child) {
	for name, most := range s.remembered() {
		ctx, stop := context.WithTimeout(context.Background(), callWithin)
		if err := s.create(ctx, c.place, name, most); err != nil {
			s.cfg.Log.Error("a room could not be made again", "error", err.Error())
		}
		stop()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.place = c.place
	s.tell()
}

// withdraw takes the place back: from now on callers wait.
func (s *Server) withdraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.place = nil
	s.tell()
	s.transport.CloseIdleConnections()
}

// tend returns when the child died, hangs, is needed no more, or the server is
// closed.
func (s *Server) tend(c *child) error {
	tick := time.NewTicker(min(s.health.every, s.cfg.Idle))
	defer tick.Stop()
	missed := 0
	for {
		select {
		case <-c.gone:
			return errors.Join(errors.New("media: the child died"), c.err)
		case <-s.done:
			return errNone
		case <-tick.C:
		}
		s.mu.Lock()
		idle := !s.inUse()
		if idle {
			s.place = nil // in the same moment: nobody begins on a child that ends
		}
		s.mu.Unlock()
		if idle {
			return errIdle
		}
		if missed++; s.answers(c.place) {
			missed = 0
		}
		if missed >= s.health.missed {
			return errors.New("media: the child does not answer")
		}
	}
}

// answers asks the child for any answer at all. One that is busy is not killed.
func (s *Server) answers(p *place) bool {
	ctx, stop := context.WithTimeout(context.Background(), s.health.within)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.api.String(), nil)
	if err != nil {
		return false
	}
	res, err := s.transport.RoundTrip(r)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return true
}
