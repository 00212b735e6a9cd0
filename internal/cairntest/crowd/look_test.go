package crowd

import (
	"fmt"
	"strings"

	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/feature/support"
	"cairn/internal/kit/bus"
)

// look is a lead before the board, whose page is drawn again when it is told to.
type look struct {
	c    *crowd
	ear  *bus.Subscription
	last string
}

func (c *crowd) look() *look {
	l := &look{c: c, ear: c.Bus.Subscribe(shifts.Topic, support.QueueTopic, safety.CasesTopic)}
	l.again()
	return l
}

// again looks at the board. What changes on it without a word to the page that
// shows it would be seen late: somebody who waits while nobody is free, say.
func (l *look) again() support.Board {
	l.c.t.Helper()
	b, err := l.c.Support.Board(l.c.t.Context(), l.c.lead)
	l.c.must(err)
	told := false
	for more := true; more; {
		select {
		case <-l.ear.C():
			told = true
		default:
			more = false
		}
	}
	if now := shows(b); now != l.last {
		if l.last != "" && !told {
			l.c.t.Fatalf("seed %d: nobody was told that the board changed: gone\n%sand new\n%s", l.c.seed, without(l.last, now), without(now, l.last))
		}
		l.last = now
	}
	return b
}

// without gives the lines of one text that another lacks.
func without(one, other string) string {
	var out string
	for line := range strings.Lines(one) {
		if !strings.Contains(other, line) {
			out += line
		}
	}
	return out
}

// shows gives what stands on the board and does not change by time alone.
func shows(b support.Board) string {
	s := fmt.Sprintf("open %v, lead %s, %d held\n", b.Status.Open, b.Lead.ID, b.Held)
	for _, w := range b.Waiting {
		s += fmt.Sprintf("waits %s %s first %v offered %s\n", w.Request.ID, w.Request.State, w.Request.First, w.Offered.ID)
	}
	for _, t := range b.Talking {
		s += fmt.Sprintf("talks %s %s\n", t.Conversation, t.Peer)
	}
	for _, p := range b.Peers {
		s += fmt.Sprintf("on shift %s %s busy %d owes %d talks %d\n", p.Person, p.State, p.Busy, p.Owed, p.Talks)
	}
	for _, c := range b.CheckIns {
		s += fmt.Sprintf("look after %s\n", c.Peer)
	}
	for _, o := range b.Owing {
		s += fmt.Sprintf("owes %s %d\n", o.Card.ID, o.Owed)
	}
	for _, c := range b.Cases {
		s += fmt.Sprintf("case %s\n", c.ID)
	}
	return s
}
