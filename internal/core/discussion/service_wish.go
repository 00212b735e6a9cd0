package discussion

import (
	"context"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Chosen gives what the actor chose for places with threads.
func (s *Service) Chosen(ctx context.Context, a access.Actor) (Wishes, error) {
	w, err := wishOf(ctx, s.DB.Reader(), a.Person)
	return w.Wishes, err
}

// Choose keeps what the actor chose, and which topics they would rather not meet unasked.
// Nobody else learns either.
func (s *Service) Choose(ctx context.Context, a access.Actor, topics []string, w Wishes) error {
	list, err := s.rathers(ctx, topics)
	if err != nil {
		return err
	}
	if err := w.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := setRathers(ctx, tx, a.Person, list); err != nil {
			return err
		}
		if err := s.keepWishes(ctx, tx, a.Person, w, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "discussion.choose", Kind: "person", Object: a.Person, Subject: a.Person})
	})
}

// keepWishes keeps choices. Something new that waits for an hour waits for the new one; whoever
// comes to hear at an hour hears of what is new from now on.
func (s *Service) keepWishes(ctx context.Context, tx db.Writer, person moment.ID, w Wishes, now moment.Time) error {
	was, err := wishOf(ctx, tx, person)
	if err != nil {
		return err
	}
	is := wish{Wishes: w, due: was.due, heard: was.heard}
	switch {
	case !w.waits():
		is.due = 0
	case !was.waits():
		is.due, is.heard = 0, now
	case was.due != 0:
		zone, err := s.zoneOf(ctx, tx, person)
		if err != nil {
			return err
		}
		is.due = w.next(now, zone)
	}
	if err := putWish(ctx, tx, person, is); err != nil {
		return err
	}
	if is.due == 0 {
		return s.Bus.Cancel(ctx, tx, jobDigest, string(person))
	}
	return s.Bus.At(ctx, tx, jobDigest, string(person), is.due, aboutPerson{person})
}

// aboutPerson is a job about what somebody follows.
type aboutPerson struct {
	Person moment.ID `json:"person"`
}

// zoneOf is somebody's own time zone, or else the service's.
func (s *Service) zoneOf(ctx context.Context, r db.Reader, person moment.ID) (*time.Location, error) {
	who, err := s.People.Reach(ctx, r, person)
	if err != nil {
		return nil, err
	}
	if zone, err := time.LoadLocation(who.Zone); err == nil && who.Zone != "" {
		return zone, nil
	}
	return s.Zone(ctx, r)
}

// toFollower tells somebody who follows of something new at once, or at their hour, or not,
// as they chose.
func (s *Service) toFollower(ctx context.Context, tx db.Writer, id moment.ID, w wish, known bool, e Entry) error {
	switch {
	case !known || w.Pace == AtOnce:
		return s.tell(ctx, tx, id, noticePosted, string(e.ID), e)
	case w.Pace == NotTold || w.due != 0:
		return nil
	}
	zone, err := s.zoneOf(ctx, tx, id)
	if err != nil {
		return err
	}
	w.due = w.next(s.Clock.Now(), zone)
	if err := putWish(ctx, tx, id, w); err != nil {
		return err
	}
	return s.Bus.At(ctx, tx, jobDigest, string(id), w.due, aboutPerson{id})
}

// digestJob tells somebody at their hour that something is new in what they follow, when
// there still is something that they have not read. It is one notice without a word of what.
func (s *Service) digestJob(ctx context.Context, tx db.Writer, about aboutPerson) error {
	w, err := wishOf(ctx, tx, about.Person)
	now := s.Clock.Now()
	if err != nil || !w.waits() || w.due == 0 || now < w.due {
		return err
	}
	who, err := s.People.Reach(ctx, tx, about.Person)
	if err != nil {
		return err
	}
	list, err := s.newTo(ctx, tx, access.Actor{Person: about.Person, Roles: who.Roles}, w.heard, 1)
	if err != nil {
		return err
	}
	key := noticeDigest + "/" + w.due.Stamp()
	w.due, w.heard = 0, now
	if err := putWish(ctx, tx, about.Person, w); err != nil || len(list) == 0 {
		return err
	}
	return s.Tell.Tell(ctx, tx, notify.Message{To: about.Person, Kind: noticeDigest, Key: key, Path: NewsPath, About: about.Person})
}

// NewsPath is where somebody sees what is new in what they follow.
const NewsPath = "/forum/new"

// Limits of a page of news.
const (
	mostNews = 100 // threads
	newsRead = 300 // threads that are looked at for it
)

// newThread is a thread with something new in it, and its space as the reader stands to it.
type newThread struct {
	row
	room room
}

// newTo gives the threads with something new to the actor in what they follow, since an
// instant, up to some, newest activity first: what they see now, and have not read.
func (s *Service) newTo(ctx context.Context, r db.Reader, a access.Actor, since moment.Time, most int) ([]newThread, error) {
	apart, err := s.People.Apart(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	v := viewer{Actor: a, see: true, apart: apart}
	rows, err := newsFor(ctx, r, v, since, newsRead)
	if err == nil {
		rows, err = asNear(ctx, r, v, rows)
	}
	if err != nil {
		return nil, err
	}
	rooms := map[moment.ID]room{}
	var out []newThread
	for _, e := range rows {
		x, known := rooms[e.Space]
		if !known {
			if x, err = s.visit(ctx, r, a, e.Space); err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			rooms[e.Space] = x
		}
		if x.viewer.see && canSee(x.viewer, e.Entry).OK() {
			if out = append(out, newThread{e, x}); len(out) == most {
				break
			}
		}
	}
	return out, nil
}

// NewIn is a space with what is new in it.
type NewIn struct {
	Stand Stand
	Posts []Shown
}

// News is what is new to somebody in what they follow.
type News struct {
	In   []NewIn
	Pace Pace
	More bool // there is more than is shown
}

// News gives what is new to the actor in what they follow, decided now: what was hidden or
// taken back meanwhile is not in it. That they were told of it is settled.
func (s *Service) News(ctx context.Context, a access.Actor) (News, error) {
	r := s.DB.Reader()
	w, err := wishOf(ctx, r, a.Person)
	if err != nil {
		return News{}, err
	}
	out := News{Pace: w.Pace}
	list, err := s.newTo(ctx, r, a, 0, mostNews+1)
	if err != nil {
		return out, err
	}
	if out.More = len(list) > mostNews; out.More {
		list = list[:mostNews]
	}
	at := map[moment.ID]int{}
	for _, t := range list {
		i, known := at[t.Space]
		if !known {
			i = len(out.In)
			at[t.Space], out.In = i, append(out.In, NewIn{Stand: t.room.Stand})
			if err := s.noteOpened(ctx, a, t.room.Stand, access.Entry{Verb: "discussion.read", Kind: "space", Object: t.Space}); err != nil {
				return out, err
			}
		}
		shown, err := s.show(ctx, r, t.room, []row{t.row}, nil)
		if err != nil {
			return out, err
		}
		shown[0].Unread = true
		out.In[i].Posts = append(out.In[i].Posts, shown[0])
	}
	if !w.waits() {
		return out, nil
	}
	return out, s.DB.Write(ctx, func(tx db.Writer) error { return s.Tell.SettleAbout(ctx, tx, a.Person, noticeDigest) })
}
