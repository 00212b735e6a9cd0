package discussion

import (
	"context"
	"slices"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// MostCounted is where counts of threads end: more than that is said as "more than".
const MostCounted = 200

// beenAgain is how long somebody counts as still there: looking again within it writes nothing.
const beenAgain = 5 * time.Minute

// Threads gives the threads of a space as the actor may see them, newest activity first,
// without what stands below them: as Page does. For whoever has an account it notes that
// they looked in; what is added after their first look is new to them.
func (s *Service) Threads(ctx context.Context, a access.Actor, space moment.ID, before string, n int) (SpaceView, error) {
	v, rows, err := s.pageWith(ctx, a, space, before, n, 0)
	if err == nil && !v.Stand.Threads {
		err = fault.Hidden()
	}
	if err != nil {
		return v, err
	}
	if err := s.noteReads(ctx, a, rows); err != nil { // titles: their words are not opened
		return v, err
	}
	if a.Has(access.Member) {
		if err := s.atDoor(ctx, a, &v); err != nil {
			return v, err
		}
	}
	return v, s.noteOpened(ctx, a, v.Stand, access.Entry{Verb: "discussion.read", Kind: "space", Object: space})
}

// noteOpened writes down that somebody opened what not everybody may read.
func (s *Service) noteOpened(ctx context.Context, a access.Actor, st Stand, e access.Entry) error {
	if st.Public {
		return nil
	}
	return s.Ledger.RecordRead(ctx, a, s.Clock.Now(), e)
}

// atDoor marks what is new to the reader of a list of threads, and notes that they were there.
func (s *Service) atDoor(ctx context.Context, a access.Actor, v *SpaceView) error {
	r, space := s.DB.Reader(), v.Space.ID
	ids := []moment.ID{space}
	for _, e := range v.Posts {
		ids = append(ids, e.ID)
	}
	marks, err := marksOf(ctx, r, a.Person, ids)
	if err != nil {
		return err
	}
	door, been := marks[space]
	for i := range v.Posts {
		e := &v.Posts[i]
		e.Unread = been && e.State == Open && e.ActiveAt > max(door.UpTo, marks[e.ID].UpTo)
	}
	if v.Follows, err = follows(ctx, r, space, a.Person); err != nil {
		return err
	}
	return s.wasHere(ctx, a.Person, space, door)
}

// wasHere notes that somebody is in a space now. The first time, what stands there
// already counts as read.
func (s *Service) wasHere(ctx context.Context, person, space moment.ID, was mark) error {
	now := s.Clock.Now()
	if !was.At.IsZero() && now.Sub(was.At) < beenAgain {
		return nil
	}
	m := mark{Object: space, UpTo: was.UpTo, At: now}
	if was.At.IsZero() {
		m.UpTo = now
	}
	return s.DB.Write(ctx, func(tx db.Writer) error { return putMark(ctx, tx, person, space, m) })
}

// noteSeen notes how far a thread was read by opening it.
func (s *Service) noteSeen(ctx context.Context, a access.Actor, t Thread) error {
	if !t.Stand.Threads || !t.Stand.See || t.Alone || !a.Has(access.Member) {
		return nil
	}
	upTo := t.Post.ActiveAt
	if t.Next != "" && len(t.Comments) > 0 {
		upTo = t.Comments[len(t.Comments)-1].At
	}
	marks, err := marksOf(ctx, s.DB.Reader(), a.Person, []moment.ID{t.Space.ID, t.Post.ID})
	if err != nil {
		return err
	}
	if was, been := marks[t.Post.ID]; !been || was.UpTo < upTo {
		m := mark{Object: t.Post.ID, UpTo: upTo, At: s.Clock.Now()}
		if err := s.DB.Write(ctx, func(tx db.Writer) error { return putMark(ctx, tx, a.Person, t.Space.ID, m) }); err != nil {
			return err
		}
	}
	return s.wasHere(ctx, a.Person, t.Space.ID, marks[t.Space.ID])
}

// MarkRead makes everything that stands in a space now read for the actor.
func (s *Service) MarkRead(ctx context.Context, a access.Actor, space moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, err := s.visit(ctx, tx, a, space)
		if err == nil && !x.Threads {
			err = fault.Hidden()
		}
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := putMark(ctx, tx, a.Person, space, mark{Object: space, UpTo: now, At: now}); err != nil {
			return err
		}
		if err := dropMarks(ctx, tx, a.Person, space, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "discussion.mark_read", Kind: "space", Object: space})
	})
}

// LookedIn gives those of some people who were in a space since an instant. It is for
// Owners, to know whether somebody looks after it.
func (s *Service) LookedIn(ctx context.Context, r db.Reader, space moment.ID, people []moment.ID, since moment.Time) ([]moment.ID, error) {
	return lookedIn(ctx, r, space, people, since)
}

// Counted is a space with its threads, as one viewer may know them: up to MostCounted.
type Counted struct {
	Space        moment.ID
	Keep         bool // given by the caller: the viewer keeps it
	Threads, New int
}

// Counts fills in how many threads there are and how many are new to the actor. The
// caller has decided that they see each of the spaces. Whom one is kept apart from is not
// in any count.
func (s *Service) Counts(ctx context.Context, r db.Reader, a access.Actor, list []Counted) error {
	apart, err := s.People.Apart(ctx, r, a.Person)
	if err != nil {
		return err
	}
	ids := make([]moment.ID, len(list))
	for i, c := range list {
		ids[i] = c.Space
	}
	marks, err := marksOf(ctx, r, a.Person, ids)
	if err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		v := viewer{Actor: a, see: true, keep: c.Keep}
		if !c.Keep {
			v.apart = apart
		}
		if c.Threads, err = countThreads(ctx, r, c.Space, v, MostCounted+1); err != nil {
			return err
		}
		if m, been := marks[c.Space]; been {
			if c.New, err = countUnread(ctx, r, c.Space, v, m.UpTo, MostCounted+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// FollowSpace has the actor told of new threads of a space, or no more.
func (s *Service) FollowSpace(ctx context.Context, a access.Actor, space moment.ID, on bool) error {
	return s.follow(ctx, a, "space", space, on, func(tx db.Writer) (moment.ID, error) {
		x, err := s.visit(ctx, tx, a, space)
		if err == nil && !x.Threads {
			err = fault.Hidden()
		}
		return space, err
	})
}

// Follow has the actor told when something is added to a thread, or no more. They are
// told once, and again after they have read it.
func (s *Service) Follow(ctx context.Context, a access.Actor, post moment.ID, on bool) error {
	return s.follow(ctx, a, "post", post, on, func(tx db.Writer) (moment.ID, error) {
		x, e, err := s.at(ctx, tx, a, post)
		if err == nil && (!x.viewer.see || !x.Threads || e.Post != "" || e.State == Withdrawn) {
			err = fault.Hidden()
		}
		return e.Space, err
	})
}

// follow notes who follows what; ending it needs no more than that it was one's own.
func (s *Service) follow(ctx context.Context, a access.Actor, kind string, object moment.ID, on bool, seen func(tx db.Writer) (moment.ID, error)) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if !on {
			if err := dropFollow(ctx, tx, object, a.Person); err != nil {
				return err
			}
			return access.Record(ctx, tx, a, now, access.Entry{Verb: "discussion.unfollow", Kind: kind, Object: object})
		}
		space, err := seen(tx)
		if err != nil {
			return err
		}
		if err := putFollow(ctx, tx, object, a.Person, space, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "discussion.follow", Kind: kind, Object: object})
	})
}

// FollowersOf gives some of those who follow a space, in the order of their ids after one of
// them, for its Owner: who still sees it is the Owner's to say.
func (s *Service) FollowersOf(ctx context.Context, r db.Reader, space, after moment.ID, most int) ([]moment.ID, error) {
	return followersOf(ctx, r, space, after, most)
}

// Left takes away what somebody kept of a space that they left: how far they had read, what
// they followed, and what they had begun to write. What they wrote stays theirs.
func (s *Service) Left(ctx context.Context, tx db.Writer, space, person moment.ID) error {
	calls, err := callsToIn(ctx, tx, space, person)
	if err != nil {
		return err
	}
	for _, id := range calls {
		if err := s.Tell.Settle(ctx, tx, person, noticeCalled+"/"+string(id)); err != nil {
			return err
		}
	}
	return leave(ctx, tx, space, person)
}

// tellThread tells those who follow a thread that something was added, some at a time.
// Who wrote above it was told already; who has not read since they were last told is not
// told again.
func (s *Service) tellThread(ctx context.Context, tx db.Writer, f frame, e row, about aboutTelling) error {
	top, found, err := entryByID(ctx, tx, e.Post)
	if err != nil || !found || top.State != Open {
		return err
	}
	known := map[moment.ID]bool{e.author: true, top.author: true}
	if e.Quotes != "" {
		quoted, _, err := entryByID(ctx, tx, e.Quotes)
		if err != nil {
			return err
		}
		known[quoted.author] = true
	}
	waiting, err := waitingFollowers(ctx, tx, top.ID, about.After, tellAtOnce)
	if err != nil || len(waiting) == 0 {
		return err
	}
	list := waiting
	if o, ok := s.owners[f.Kind].(Among); ok {
		if list, err = o.Among(ctx, tx, f.Space, list); err != nil {
			return err
		}
	}
	apart, err := s.People.Apart(ctx, tx, e.author)
	if err != nil {
		return err
	}
	wishes, err := wishesOf(ctx, tx, list)
	if err != nil {
		return err
	}
	for _, id := range list {
		if known[id] || !e.Anonymous && apart[id] {
			continue
		}
		w, chose := wishes[id]
		if err := s.toFollower(ctx, tx, id, w, chose, e.Entry); err != nil {
			return err
		}
		if err := setTold(ctx, tx, top.ID, id, top.ActiveAt); err != nil {
			return err
		}
	}
	if len(waiting) < tellAtOnce {
		return nil
	}
	about.After = waiting[len(waiting)-1]
	return s.Bus.At(ctx, tx, jobTell, string(e.ID), s.Clock.Now(), about)
}

// Rather gives the topics that can be chosen, with those that the actor would rather not
// meet unasked.
func (s *Service) Rather(ctx context.Context, a access.Actor, lang string) (all []people.Situation, chosen map[string]bool, err error) {
	list, err := s.People.Situations(ctx, lang)
	if err != nil {
		return nil, nil, err
	}
	situations, _ := people.Choosable(list)
	for _, t := range list {
		if situations[t.Slug] {
			all = append(all, t)
		}
	}
	chosen, err = rathersOf(ctx, s.DB.Reader(), a.Person)
	return all, chosen, err
}

// rathers holds topics to what can be chosen, each once.
func (s *Service) rathers(ctx context.Context, topics []string) ([]string, error) {
	choosable, err := s.choosable(ctx)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, t := range topics {
		if !choosable[t] {
			return nil, fault.New(fault.Invalid, "discussion.error.topic")
		}
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list, nil
}
