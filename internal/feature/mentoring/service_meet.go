package mentoring

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Enter leads into the conversation of a meeting by chat or video, from shortly before it
// begins until a while after it should be over.
func (s *Service) Enter(ctx context.Context, a access.Actor, id moment.ID) (moment.ID, error) {
	var talk moment.ID
	now := s.Clock.Now()
	may := func(w Walk, x Session) access.Decision {
		if d := canAttend(a, w, x); !d.OK() {
			return d
		}
		switch {
		case !x.Channel.Here() || !x.Coming():
			return access.Wrong("mentoring.error.not_open")
		case a.Person == w.Peer && x.Instead != "":
			return access.Wrong("mentoring.error.away")
		case now < x.StartsAt.Add(-doorBefore) || now > x.EndsAt().Add(doorAfter):
			return access.Wrong("mentoring.error.not_now")
		}
		return access.Allow()
	}
	err := s.onSession(ctx, a, id, "mentoring.enter", may, func(tx db.Writer, w Walk, x *Session, _ moment.Time) error {
		if err := s.notOut(ctx, tx, a.Person); err != nil {
			return err
		}
		if x.State == Running {
			talk = x.Conversation
			return nil
		}
		helper := w.Peer
		if x.Instead != "" {
			helper = x.Instead
		}
		var err error
		if talk, err = s.Chat.Start(ctx, tx, chatKind, w.Member, helper); err != nil {
			return err
		}
		x.State, x.Conversation = Running, talk
		if x.Channel == ByVideo {
			if err := s.Calls.Agreed(ctx, tx, talk, x.By); err != nil {
				return err
			}
		}
		other := w.Member
		if a.Person == w.Member {
			other = helper
		}
		if err := s.tell(ctx, tx, other, noticeMeeting, "here-"+string(x.ID), w); err != nil {
			return err
		}
		return s.Bus.At(ctx, tx, jobOver, string(x.ID), x.EndsAt().Add(doorAfter), aboutSession{x.ID})
	})
	return talk, err
}

// chatKind is what conversations of a walk are called in the chat engine.
const chatKind = "mentoring"

// Now is "I would like to talk now". Inside the agreed hours, where chat is agreed,
// a meeting begins. Outside it is counted, which both see, and the page says what
// to do now.
func (s *Service) Now(ctx context.Context, a access.Actor, id moment.ID) (session moment.ID, err error) {
	err = s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		session = ""
		w, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := canMeet(a, w).Err(); err != nil {
			return err
		}
		c, ok, err := s.holding(ctx, tx, w)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "mentoring.error.charter_first")
		}
		if err := s.notOut(ctx, tx, a.Person); err != nil {
			return err
		}
		if session, err = s.openNow(ctx, tx, w, now); err != nil || session != "" {
			return err // both pressed, or it begins in a moment anyway
		}
		if !c.Terms.Inside(now) || !c.Terms.Allows(ByChat) {
			if err := s.countOutside(ctx, tx, a, w, now); err != nil {
				return err
			}
			return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.outside", Kind: "walk", Object: id, Subject: w.Member})
		}
		x := Session{ID: moment.NewID(), Walk: id, Channel: ByChat, State: Planned, StartsAt: now, Minutes: c.Terms.Minutes, By: a.Person, At: now}
		if err := s.freeAt(ctx, tx, x); err != nil {
			return err
		}
		if x.Instead, err = s.comes(ctx, tx, w, now); err != nil {
			return err
		}
		if err := insertSession(ctx, tx, x, nil, nil); err != nil {
			return fault.Op("now", err)
		}
		session = x.ID
		if err := s.Bus.At(ctx, tx, jobOver, string(x.ID), x.EndsAt().Add(doorAfter), aboutSession{x.ID}); err != nil {
			return err
		}
		if err := s.tellMeeting(ctx, tx, a.Person, w, x, "now"); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.now", Kind: "meeting", Object: x.ID, Subject: w.Member})
	})
	return session, err
}

// openNow gives a meeting by chat that can be entered now.
func (s *Service) openNow(ctx context.Context, r db.Reader, w Walk, now moment.Time) (moment.ID, error) {
	list, err := sessionsOf(ctx, r, w.ID)
	if err != nil {
		return "", err
	}
	for _, x := range list {
		if doorOpen(x.Session, now) {
			return x.ID, nil
		}
	}
	return "", nil
}

// onceIn is how far apart two attempts outside the hours are counted: pressing
// twice is one. Ours.
const onceIn = 10 * time.Minute

// countOutside counts the member's wish to talk outside the hours.
func (s *Service) countOutside(ctx context.Context, tx db.Writer, a access.Actor, w Walk, now moment.Time) error {
	if a.Person != w.Member {
		return nil
	}
	lately, err := outsideOf(ctx, tx, w.ID, now.Add(-onceIn))
	if err != nil || len(lately) > 0 {
		return err
	}
	return fault.Op("outside", insertOutside(ctx, tx, w.ID, now))
}

// Finish ends the conversation of a meeting, by either.
func (s *Service) Finish(ctx context.Context, a access.Actor, id moment.ID) error {
	may := func(w Walk, x Session) access.Decision {
		if d := canAttend(a, w, x); !d.OK() {
			return d
		}
		if x.State != Running {
			return access.Wrong("mentoring.error.not_open")
		}
		return access.Allow()
	}
	return s.onSession(ctx, a, id, "mentoring.finish", may, func(tx db.Writer, w Walk, x *Session, now moment.Time) error {
		if err := s.close(ctx, tx, x, now); err != nil {
			return err
		}
		return s.counted(ctx, tx, w)
	})
}

// close ends a running conversation. A meeting to which only one came was missed.
func (s *Service) close(ctx context.Context, tx db.Writer, x *Session, now moment.Time) error {
	c, err := s.Chat.Quiet(ctx, tx, x.Conversation)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	both := true
	for _, p := range c.Parts {
		both = both && (p.ReadSeq > 0)
	}
	if _, err := s.Chat.End(ctx, tx, x.Conversation); err != nil {
		return err
	}
	x.State, x.EndedAt = Held, now
	x.Lasted = max(1, int(now.Sub(max(c.CreatedAt, x.StartsAt))/time.Minute))
	if !both || len(c.Parts) == 0 {
		x.State, x.Lasted = Missed, 0
	}
	return s.Bus.Cancel(ctx, tx, jobOver, string(x.ID))
}
