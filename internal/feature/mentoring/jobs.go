package mentoring

import (
	"context"
	"errors"
	"time"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// The timers of mentoring. Each can run twice.
const (
	jobAnswer = "mentoring.answer" // nobody has answered in time
	jobRemind = "mentoring.remind" // a meeting comes
	jobOver   = "mentoring.over"   // a meeting by chat should be over
	jobReview = "mentoring.review" // time to look back
	jobEnds   = "mentoring.ends"   // the charter ends soon
	jobLook   = "mentoring.look"   // somebody may fit whoever waits
	jobForget = "mentoring.forget" // a year after the end
)

// When people are reminded. All ours.
const (
	remindDay  = 24 * time.Hour
	remindHour = time.Hour
	endsAhead  = 14 * 24 * time.Hour
	stillTalks = 5 * time.Minute    // somebody wrote so lately that they still talk
	lookAgain  = 10 * time.Minute   // and is asked again so much later
	saysWithin = 7 * 24 * time.Hour // to say how a meeting was that was not here; after it, it was none
	mostLooked = 200                // searches looked at in one go
)

type aboutWalk struct {
	Walk moment.ID `json:"walk"`
}

type aboutSession struct {
	Session moment.ID `json:"session"`
}

// register names what happens when a timer is due or something else changed.
func (s *Service) register() {
	for kind, f := range map[string]func(context.Context, db.Writer, moment.ID) error{jobAnswer: s.unanswered, jobReview: s.reviewDue, jobEnds: s.endsSoon, jobForget: s.forget} {
		bus.HandleTx(s.Bus, kind, func(ctx context.Context, tx db.Writer, about aboutWalk) error { return f(ctx, tx, about.Walk) })
	}
	for kind, f := range map[string]func(context.Context, db.Writer, moment.ID) error{jobRemind: s.remind, jobOver: s.overdue} {
		bus.HandleTx(s.Bus, kind, func(ctx context.Context, tx db.Writer, about aboutSession) error { return f(ctx, tx, about.Session) })
	}
	s.Bus.Handle(jobLook, s.lookForAll)
	s.hearSafety()
	for event, f := range map[string]func(context.Context, db.Writer, moment.ID) error{"people.changed": s.changed, "moderation.acted": s.keptOut, "moderation.lifted": s.backIn} {
		s.Bus.OnTx(event, "mentoring", func(ctx context.Context, tx db.Writer, e bus.Event) error {
			return f(ctx, tx, e.ID)
		})
	}
}

// unanswered ends what nobody said yes to in time; the member's search goes on.
func (s *Service) unanswered(ctx context.Context, tx db.Writer, id moment.ID) error {
	w, found, err := walkByID(ctx, tx, id)
	if err != nil || !found || w.State != Asked {
		return err
	}
	if s.Clock.Now() < w.AnswerBy {
		return s.Bus.At(ctx, tx, jobAnswer, string(id), w.AnswerBy, aboutWalk{id})
	}
	if err := s.refuse(ctx, tx, &w, EndedUnasked, ""); err != nil {
		return err
	}
	return s.save(ctx, tx, w, Asked)
}

func (s *Service) reviewDue(ctx context.Context, tx db.Writer, id moment.ID) error {
	return s.tellBoth(ctx, tx, id, func(w Walk) moment.Time { return w.ReviewAt }, "review")
}

// endsSoon tells both two weeks before what they agreed ends, and on the day.
// Nothing ends by itself: they say goodbye, or agree on more time.
func (s *Service) endsSoon(ctx context.Context, tx db.Writer, id moment.ID) error {
	w, found, err := walkByID(ctx, tx, id)
	if err != nil || !found {
		return err
	}
	if s.Clock.Now() >= w.EndsAt {
		return s.tellBoth(ctx, tx, id, func(w Walk) moment.Time { return w.EndsAt }, "ended")
	}
	if err := s.tellBoth(ctx, tx, id, func(w Walk) moment.Time { return w.EndsAt.Add(-endsAhead) }, "ends"); err != nil || !w.Runs() {
		return err
	}
	next := w.EndsAt
	if s.Clock.Now() < w.EndsAt.Add(-endsAhead) {
		next = w.EndsAt.Add(-endsAhead)
	}
	return s.Bus.At(ctx, tx, jobEnds, string(id), next, aboutWalk{id})
}

// tellBoth tells both that a day has come, if it has and they still walk.
func (s *Service) tellBoth(ctx context.Context, tx db.Writer, id moment.ID, day func(Walk) moment.Time, key string) error {
	w, found, err := walkByID(ctx, tx, id)
	if err != nil || !found || !w.Runs() || w.Charter == 0 || s.Clock.Now() < day(w) {
		return err
	}
	for _, person := range []moment.ID{w.Member, w.Peer} {
		if err := s.tell(ctx, tx, person, noticeReview, key+"-"+stamp(day(w)), w); err != nil {
			return err
		}
	}
	return nil
}

// remindOf plans both reminders of a meeting, a day and an hour before. The
// instant is the same for both; each reads it on their own clock.
func (s *Service) remindOf(ctx context.Context, tx db.Writer, x Session) error {
	for name, before := range map[string]time.Duration{"day": remindDay, "hour": remindHour} {
		at := x.StartsAt.Add(-before)
		if at <= s.Clock.Now() {
			if err := s.Bus.Cancel(ctx, tx, jobRemind, string(x.ID)+"/"+name); err != nil {
				return err
			}
			continue
		}
		if err := s.Bus.At(ctx, tx, jobRemind, string(x.ID)+"/"+name, at, aboutSession{x.ID}); err != nil {
			return err
		}
	}
	return s.Bus.At(ctx, tx, jobOver, string(x.ID), x.EndsAt().Add(doorAfter), aboutSession{x.ID})
}

func (s *Service) forgetReminders(ctx context.Context, tx db.Writer, id moment.ID) error {
	for _, name := range []string{"day", "hour"} {
		if err := s.Bus.Cancel(ctx, tx, jobRemind, string(id)+"/"+name); err != nil {
			return err
		}
	}
	return s.Bus.Cancel(ctx, tx, jobOver, string(id))
}

// remind tells everybody who takes part that a meeting comes.
func (s *Service) remind(ctx context.Context, tx db.Writer, id moment.ID) error {
	x, found, err := sessionByID(ctx, tx, id)
	if err != nil || !found || x.State != Planned {
		return err
	}
	left := x.StartsAt.Sub(s.Clock.Now())
	if left < 0 || left > remindDay {
		return nil
	}
	key := "day"
	if left <= remindHour {
		key = "hour"
	}
	w, err := s.load(ctx, tx, x.Walk)
	if err != nil {
		return err
	}
	helper := w.Peer
	if x.Instead != "" {
		helper = x.Instead
	}
	for _, person := range []moment.ID{w.Member, helper} {
		if err := s.tell(ctx, tx, person, noticeMeeting, key+"-"+string(id)+"-"+stamp(x.StartsAt), w); err != nil {
			return err
		}
	}
	return nil
}

// overdue ends a meeting by chat whose time is past. Nobody is cut off in
// mid-sentence: while somebody writes it is looked at again a little later.
func (s *Service) overdue(ctx context.Context, tx db.Writer, id moment.ID) error {
	x, found, err := sessionByID(ctx, tx, id)
	if err != nil || !found || !x.Coming() {
		return err
	}
	now := s.Clock.Now()
	if due := x.EndsAt().Add(doorAfter); now < due {
		return s.Bus.At(ctx, tx, jobOver, string(id), due, aboutSession{id})
	}
	w, err := s.load(ctx, tx, x.Walk)
	if err != nil {
		return err
	}
	if stale := x.EndsAt().Add(saysWithin); !x.Channel.Here() && now < stale {
		if err := s.tellMeeting(ctx, tx, "", w, x.Session, "how"); err != nil {
			return err
		}
		return s.Bus.At(ctx, tx, jobOver, string(id), stale, aboutSession{id})
	}
	was := x.State
	x.ChangedAt = now
	if x.State == Planned {
		x.State = Missed
	} else {
		c, err := s.Chat.Quiet(ctx, tx, x.Conversation)
		if err != nil {
			return err
		}
		if c.Open() && now.Sub(c.ActiveAt) < stillTalks {
			return s.Bus.At(ctx, tx, jobOver, string(id), now.Add(lookAgain), aboutSession{id})
		}
		if err := s.close(ctx, tx, &x.Session, now); err != nil {
			return err
		}
	}
	if _, err := updateSession(ctx, tx, x.Session, was); err != nil {
		return fault.Op("meeting", err)
	}
	if x.State != Held {
		return nil
	}
	return s.counted(ctx, tx, w)
}

// after says how far a look at all searches has come.
type after struct {
	Seek moment.ID `json:"seek"`
}

// lookSoon has every search looked at again: a place is free, or somebody changed.
func (s *Service) lookSoon(ctx context.Context, tx db.Writer) error {
	return s.Bus.At(ctx, tx, jobLook, "all", s.Clock.Now(), after{})
}

// lookForAll fills the searches that wait, each in a transaction of its own, so many
// at a time. One that fails holds the others up no longer than its own time.
func (s *Service) lookForAll(ctx context.Context, j bus.Job) error {
	var from after
	if err := j.Read(&from); err != nil {
		return err
	}
	list, err := waitingAfter(ctx, s.DB.Reader(), from.Seek, mostLooked)
	if err != nil {
		return err
	}
	var wrong error
	for _, id := range list {
		wrong = errors.Join(wrong, s.DB.Write(ctx, func(tx db.Writer) error { return s.lookFor(ctx, tx, id) }))
	}
	if len(list) < mostLooked || ctx.Err() != nil {
		return wrong
	}
	next := after{list[len(list)-1]}
	return errors.Join(wrong, s.DB.Write(ctx, func(tx db.Writer) error {
		return s.Bus.At(ctx, tx, jobLook, "after/"+string(next.Seek), s.Clock.Now(), next)
	}))
}

// lookFor fills one search, and tells its person when there was nobody before.
func (s *Service) lookFor(ctx context.Context, tx db.Writer, id moment.ID) error {
	q, found, err := seekByID(ctx, tx, id)
	if err != nil || !found || q.State != SeekOpen {
		return err
	}
	before, err := s.openOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := s.suggest(ctx, tx, q); err != nil {
		return err
	}
	after, err := s.openOf(ctx, tx, id)
	if err != nil || len(before) > 0 || len(after) == 0 {
		return err
	}
	return s.Tell.Tell(ctx, tx, foundFor(q, after[0]))
}

func (s *Service) openOf(ctx context.Context, r db.Reader, seek moment.ID) ([]Suggestion, error) {
	all, err := suggestionsOf(ctx, r, seek)
	var out []Suggestion
	for _, x := range all {
		if x.State == "open" {
			out = append(out, x)
		}
	}
	return out, err
}

// forget destroys the key of a walk a year after its end.
func (s *Service) forget(ctx context.Context, tx db.Writer, id moment.ID) error {
	w, found, err := walkByID(ctx, tx, id)
	if err != nil || !found || w.State != Over || s.Clock.Now().Sub(w.EndedAt) < NotesLast {
		return err
	}
	if err := s.Vault.Destroy(ctx, tx, id); err != nil {
		return err
	}
	if q, found, err := seekByID(ctx, tx, w.Seek); err != nil {
		return err
	} else if used, err := seekUsed(ctx, tx, w.Seek); err != nil {
		return err
	} else if found && !used && q.State == SeekMet {
		if err := s.blankSeek(ctx, tx, q.ID); err != nil {
			return err
		}
	}
	return fault.Op("forget", forgetWords(ctx, tx, id))
}
