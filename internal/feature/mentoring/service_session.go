package mentoring

import (
	"context"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// Windows of a meeting. All ours.
const (
	doorBefore = 15 * time.Minute              // a chat can be entered so long before it begins
	doorAfter  = 30 * time.Minute              // and goes on so long after it should be over
	farthest   = longestAhead * 24 * time.Hour // as far as a charter reaches
	mostRepeat = 8                             // meetings planned at once
	mostComing = 20
)

// Planning is a meeting as it is typed.
type Planning struct {
	Channel  Channel
	StartsAt moment.Time
	Minutes  int
	Place    string
	Steps    Steps
	// Starts are the instants of the same meeting in the weeks after; the clock of
	// whoever plans stays the same.
	Again []moment.Time
}

// Validate checks what was typed.
func (n *Planning) Validate(now moment.Time) error {
	var p fault.Problems
	known := false
	for _, c := range Channels() {
		known = known || c == n.Channel
	}
	if !known {
		p.Add("channel", "mentoring.error.channel")
	}
	if n.StartsAt <= now || n.StartsAt > now.Add(farthest) {
		p.Add("starts", "mentoring.error.starts")
	}
	if n.Minutes < shortest || n.Minutes > longest {
		p.AddWith("minutes", "mentoring.error.minutes", map[string]any{"least": shortest, "most": longest})
	}
	if len(n.Again) >= mostRepeat {
		p.AddWith("weeks", "mentoring.error.weeks", map[string]any{"most": mostRepeat})
	}
	n.Place = chat.CleanOptional(&p, "place", n.Place, mostPlace)
	n.Steps.Before = chat.CleanOptional(&p, "before", n.Steps.Before, mostWords)
	n.Steps.There = chat.CleanOptional(&p, "there", n.Steps.There, mostWords)
	n.Steps.After = ""
	return p.Err()
}

// Plan plans a meeting, or the same one for some weeks. What the charter does not
// allow is refused; what is outside its hours is planned, and said to both: people
// may agree otherwise for once.
func (s *Service) Plan(ctx context.Context, a access.Actor, id moment.ID, n Planning) error {
	if err := n.Validate(s.Clock.Now()); err != nil {
		return err
	}
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		w, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.notOut(ctx, tx, a.Person); err != nil {
			return err
		}
		for _, at := range append([]moment.Time{n.StartsAt}, n.Again...) {
			x, err := s.planOne(ctx, tx, a, w, n, at)
			if err != nil {
				return err
			}
			if x.Instead != "" {
				if err := s.tell(ctx, tx, x.Instead, noticeChange, "planned-"+string(x.ID), w); err != nil {
					return err
				}
			}
		}
		if err := s.tell(ctx, tx, w.Other(a.Person), noticeChange, "planned-"+stamp(now), w); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.plan", Kind: "walk", Object: id, Subject: w.Member})
	})
}

func (s *Service) planOne(ctx context.Context, tx db.Writer, a access.Actor, w Walk, n Planning, at moment.Time) (Session, error) {
	list, err := sessionsOf(ctx, tx, w.ID)
	if err != nil {
		return Session{}, err
	}
	coming, counted := 0, 0
	for _, x := range list {
		if x.Coming() {
			coming++
		}
		if x.Coming() || x.State == Held {
			counted++
		}
	}
	if err := canPlan(a, w, counted, coming).Err(); err != nil {
		return Session{}, err
	}
	if coming >= mostComing {
		return Session{}, fault.New(fault.Conflict, "mentoring.error.coming")
	}
	if c, ok, err := s.holding(ctx, tx, w); err != nil {
		return Session{}, err
	} else if ok && !c.Terms.Allows(n.Channel) {
		var p fault.Problems
		p.Add("channel", "mentoring.error.not_agreed")
		return Session{}, p.Err()
	}
	x := Session{ID: moment.NewID(), Walk: w.ID, Channel: n.Channel, State: Planned, StartsAt: at, Minutes: n.Minutes, By: a.Person, At: s.Clock.Now()}
	if err := s.freeAt(ctx, tx, x); err != nil {
		return Session{}, err
	}
	if x.Instead, err = s.comes(ctx, tx, w, at); err != nil {
		return Session{}, err
	}
	place, steps, err := s.sealMeeting(ctx, tx, x.Walk, x.ID, n.Place, n.Steps)
	if err != nil {
		return Session{}, err
	}
	if err := insertSession(ctx, tx, x, place, steps); err != nil {
		return Session{}, fault.Op("plan", err)
	}
	return x, s.remindOf(ctx, tx, x)
}

// comes gives who comes for the peer at an instant, if not the peer. While the peer
// is away and nobody stands in there is no meeting: nobody sits there alone.
func (s *Service) comes(ctx context.Context, r db.Reader, w Walk, at moment.Time) (moment.ID, error) {
	if w.EndsAt > 0 && at > w.EndsAt.Add(12*time.Hour) {
		return "", fault.New(fault.Conflict, "mentoring.error.past_end")
	}
	instead, away, err := s.stands(ctx, r, w, at)
	if err == nil && away {
		err = fault.New(fault.Conflict, "mentoring.error.peer_away")
	}
	return instead, err
}

// freeAt: two meetings of a walk do not overlap.
func (s *Service) freeAt(ctx context.Context, tx db.Writer, x Session) error {
	n, err := overlapping(ctx, tx, x.Walk, x.ID, x.StartsAt, x.EndsAt())
	if err == nil && n > 0 {
		var p fault.Problems
		p.Add("starts", "mentoring.error.overlaps")
		err = p.Err()
	}
	return err
}

func (s *Service) sealMeeting(ctx context.Context, tx db.Writer, walk, id moment.ID, place string, steps Steps) (sealedPlace, sealedSteps []byte, err error) {
	if sealedPlace, err = s.Vault.SealWords(ctx, tx, walk, meetingPlace(id, "place"), place); err != nil {
		return nil, nil, err
	}
	if steps != (Steps{}) {
		sealedSteps, err = s.Vault.SealWords(ctx, tx, walk, meetingPlace(id, "steps"), jsonOf(steps))
	}
	return sealedPlace, sealedSteps, err
}

func meetingPlace(id moment.ID, column string) string {
	return "mentoring_session." + column + "|" + string(id)
}

// readMeeting opens a meeting's words.
func readMeeting(o vault.Opener, x sealedSession) (Session, error) {
	var err error
	if x.Place, err = o.Open(x.place, meetingPlace(x.ID, "place")); err != nil {
		return x.Session, err
	}
	steps, err := o.Open(x.steps, meetingPlace(x.ID, "steps"))
	x.Steps = fromJSON[Steps](steps)
	return x.Session, err
}

// onSession loads a meeting with its walk, decides, runs f and writes what changed.
func (s *Service) onSession(ctx context.Context, a access.Actor, id moment.ID, verb string, may func(Walk, Session) access.Decision, f func(tx db.Writer, w Walk, x *Session, now moment.Time) error) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		w, x, err := s.meeting(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := may(w, x).Err(); err != nil {
			return err
		}
		was := x.State
		if err := f(tx, w, &x, now); err != nil {
			return err
		}
		x.ChangedAt = now
		done, err := updateSession(ctx, tx, x, was)
		if err == nil && !done {
			err = fault.New(fault.Conflict, "mentoring.error.changed")
		}
		if err != nil {
			return fault.Op("meeting", err)
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "meeting", Object: id, Subject: w.Member})
	})
}

func (s *Service) meeting(ctx context.Context, r db.Reader, id moment.ID) (Walk, Session, error) {
	x, found, err := sessionByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return Walk{}, Session{}, err
	}
	w, err := s.load(ctx, r, x.Walk)
	if err != nil {
		return w, x.Session, err
	}
	o, err := s.Vault.Opener(ctx, r, w.ID)
	if err != nil {
		return w, x.Session, err
	}
	open, err := readMeeting(o, x)
	return w, open, err
}

// coming: the two, while it has not begun.
func coming(a access.Actor) func(Walk, Session) access.Decision {
	return func(w Walk, x Session) access.Decision {
		if d := canMeet(a, w); !d.OK() {
			return d
		}
		if x.State != Planned {
			return access.Wrong("mentoring.error.begun")
		}
		return access.Allow()
	}
}

// Move changes when a meeting is, and where. The other is told, and calendars
// move with it.
func (s *Service) Move(ctx context.Context, a access.Actor, id moment.ID, n Planning) error {
	if err := n.Validate(s.Clock.Now()); err != nil {
		return err
	}
	return s.onSession(ctx, a, id, "mentoring.move", coming(a), func(tx db.Writer, w Walk, x *Session, now moment.Time) error {
		x.StartsAt, x.Minutes, x.Changes = n.StartsAt, n.Minutes, x.Changes+1
		if err := s.freeAt(ctx, tx, *x); err != nil {
			return err
		}
		var err error
		if x.Instead, err = s.comes(ctx, tx, w, x.StartsAt); err != nil {
			return err
		}
		n.Steps.After = x.Steps.After
		place, steps, err := s.sealMeeting(ctx, tx, x.Walk, x.ID, n.Place, n.Steps)
		if err != nil {
			return err
		}
		if err := setSessionWords(ctx, tx, x.ID, place, steps); err != nil {
			return fault.Op("move", err)
		}
		if err := s.remindOf(ctx, tx, *x); err != nil {
			return err
		}
		return s.tellMeeting(ctx, tx, a.Person, w, *x, "moved-"+stamp(now))
	})
}

// tellMeeting tells everybody who takes part but one.
func (s *Service) tellMeeting(ctx context.Context, tx db.Writer, but moment.ID, w Walk, x Session, key string) error {
	for _, person := range []moment.ID{w.Member, w.Peer, x.Instead} {
		if person == "" || person == but {
			continue
		}
		if err := s.tell(ctx, tx, person, noticeChange, key+"-"+string(x.ID), w); err != nil {
			return err
		}
	}
	return nil
}

// CallOff takes a meeting back. No reason is asked.
func (s *Service) CallOff(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onSession(ctx, a, id, "mentoring.call_off", coming(a), func(tx db.Writer, w Walk, x *Session, now moment.Time) error {
		x.State, x.Changes = Cancelled, x.Changes+1
		if err := s.forgetReminders(ctx, tx, x.ID); err != nil {
			return err
		}
		return s.tellMeeting(ctx, tx, a.Person, w, *x, "off-"+stamp(now))
	})
}

// callOff takes every meeting of a walk back that has not begun, and ends what runs.
func (s *Service) callOff(ctx context.Context, tx db.Writer, w Walk, now moment.Time) error {
	list, err := sessionsOf(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		if !x.Coming() {
			continue
		}
		if err := s.callOne(ctx, tx, x.Session, now); err != nil {
			return err
		}
	}
	return nil
}

// callOne takes one meeting back, or ends it when it runs.
func (s *Service) callOne(ctx context.Context, tx db.Writer, x Session, now moment.Time) error {
	was := x.State
	x.ChangedAt, x.Changes = now, x.Changes+1
	if x.State == Running {
		if err := s.close(ctx, tx, &x, now); err != nil {
			return err
		}
	} else {
		x.State = Cancelled
	}
	if err := s.forgetReminders(ctx, tx, x.ID); err != nil {
		return err
	}
	_, err := updateSession(ctx, tx, x, was)
	return fault.Op("call off", err)
}

// Happened notes what came of a meeting that was not by chat: it was held and lasted so
// long, or it was not.
func (s *Service) Happened(ctx context.Context, a access.Actor, id moment.ID, held bool, lasted int, after string) error {
	var p fault.Problems
	if held && (lasted < 1 || lasted > 24*60) {
		p.Add("lasted", "mentoring.error.lasted")
	}
	after = chat.CleanOptional(&p, "after", after, mostWords)
	if err := p.Err(); err != nil {
		return err
	}
	may := func(w Walk, x Session) access.Decision {
		if d := canAttend(a, w, x); !d.OK() {
			return d
		}
		if x.State != Planned || x.Channel.Here() || s.Clock.Now() < x.StartsAt {
			return access.Wrong("mentoring.error.not_yet")
		}
		return access.Allow()
	}
	return s.onSession(ctx, a, id, "mentoring.happened", may, func(tx db.Writer, w Walk, x *Session, _ moment.Time) error {
		if !held {
			x.State = Missed
			return nil
		}
		x.State, x.Lasted, x.EndedAt = Held, lasted, x.StartsAt.Add(minutes(lasted))
		if after != "" {
			x.Steps.After = after
			place, steps, err := s.sealMeeting(ctx, tx, x.Walk, x.ID, x.Place, x.Steps)
			if err != nil {
				return err
			}
			if err := setSessionWords(ctx, tx, x.ID, place, steps); err != nil {
				return fault.Op("happened", err)
			}
		}
		return s.counted(ctx, tx, w)
	})
}

// counted lets a tapering walk know that one meeting less is left.
func (s *Service) counted(ctx context.Context, tx db.Writer, w Walk) error {
	if w.State != Tapering || w.Taper == 0 {
		return nil
	}
	w.Taper--
	if w.Taper == 0 {
		for _, person := range []moment.ID{w.Member, w.Peer} {
			if err := s.tell(ctx, tx, person, noticeReview, "last", w); err != nil {
				return err
			}
		}
	}
	return s.save(ctx, tx, w, Tapering)
}
