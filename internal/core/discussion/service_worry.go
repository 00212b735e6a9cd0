package discussion

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// unreadFor is how long words that may be a goodbye wait to be opened before more people are
// told, each time. One phone that nobody hears is no answer.
const unreadFor = 10 * time.Minute

// leadFor gives who is told at once that words are held, and as what: whoever leads now or,
// when nobody does, is on call for this hour, unless they wrote them.
func (s *Service) leadFor(ctx context.Context, r db.Reader, e Entry) (moment.ID, Reach, error) {
	if e.Why != ForWords {
		return "", ByNobody, nil
	}
	lead, err := s.Leads.LeadNow(ctx, r)
	if err != nil || lead != "" && lead != e.author {
		return lead, OnDuty, err
	}
	if lead, err = s.Leads.ReachNow(ctx, r, e.author); err != nil || lead == "" {
		return "", ByNobody, err
	}
	return lead, OnCall, nil
}

// waits has what is held wait from now on: who reads it is told, and that they were is noted.
// Nothing that its author says puts off when more people are told: what waits unopened already
// goes on waiting.
func (s *Service) waits(ctx context.Context, tx db.Writer, x room, e Entry) error {
	lead, reach, err := s.leadFor(ctx, tx, e)
	if err != nil {
		return err
	}
	if err := setLead(ctx, tx, e.ID, lead, reach, e.StateAt); err != nil {
		return fault.Op("held", err)
	}
	if err := s.tellHeld(ctx, tx, x, e, lead, heldKey(e)); err != nil || !e.worries() {
		return err
	}
	fresh, err := beginUnread(ctx, tx, e)
	if err != nil || !fresh {
		return fault.Op("held", err)
	}
	return s.watch(ctx, tx, aboutUnread{Entry: e.ID, Since: e.StateAt})
}

// aboutUnread is what waits unopened since an instant, and how often more people were told of it.
type aboutUnread struct {
	Entry moment.ID   `json:"entry"`
	Since moment.Time `json:"since"`
	Step  int         `json:"step,omitempty"`
}

// watch sees to it that more people are told when nobody opens what may be a goodbye.
func (s *Service) watch(ctx context.Context, tx db.Writer, about aboutUnread) error {
	return s.Bus.At(ctx, tx, jobUnread, string(about.Entry), s.Clock.Now().Add(unreadFor), about)
}

// unreadJob tells more people of what nobody has opened who may release it: first whoever
// leads or is on call by now, then all who could read it, those told before once more.
func (s *Service) unreadJob(ctx context.Context, tx db.Writer, about aboutUnread) error {
	e, found, err := entryByID(ctx, tx, about.Entry)
	if err != nil || !found || !e.worries() || e.unread != about.Since || !e.opened.IsZero() {
		return err
	}
	more, key, last := []moment.ID(nil), heldKey(e.Entry), about.Step > 0
	if !last {
		if more, err = s.beside(ctx, tx, e.Entry); err != nil {
			return err
		}
		last = len(more) == 0
	}
	if last {
		if more, err = s.allWhoRead(ctx, tx); err != nil {
			return err
		}
		key += "/again"
	}
	told := false // somebody more than those who were told at first
	for _, id := range more {
		if id == e.author {
			continue
		}
		told = told || id != e.lead && e.reach != ByNobody // then all were
		if err := s.tell(ctx, tx, id, noticeHeld, key, e.Entry); err != nil {
			return err
		}
	}
	if told {
		if err := setReach(ctx, tx, e.ID, ByMore, e.StateAt); err != nil {
			return fault.Op("held", err)
		}
		if err := s.changed(ctx, tx, e.Entry, s.Clock.Now()); err != nil { // the author reads it
			return err
		}
	}
	if last {
		return fault.Op("held", endUnread(ctx, tx, e.ID, about.Since))
	}
	about.Step++
	return s.watch(ctx, tx, about)
}

// beside gives who leads or is on call by now and was not told of what is held.
func (s *Service) beside(ctx context.Context, r db.Reader, e Entry) ([]moment.ID, error) {
	lead, err := s.Leads.LeadNow(ctx, r)
	if err != nil {
		return nil, err
	}
	call, err := s.Leads.OnCall(ctx, r, s.Clock.Now())
	var out []moment.ID
	for _, id := range []moment.ID{lead, call.First, call.Second} {
		if id != "" && id != e.lead && id != e.author {
			out = append(out, id)
		}
	}
	return out, err
}

// allWhoRead gives everybody who may read and release what is held for its words.
func (s *Service) allWhoRead(ctx context.Context, r db.Reader) ([]moment.ID, error) {
	var out []moment.ID
	for _, role := range permHeld.Roles.List() {
		ids, err := s.People.WithRole(ctx, r, role)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return out, nil
}

// opened notes of what may be a goodbye that one of those who may release it has opened a page
// with its words: nobody else is woken for it. A list of titles is not that, nor a page that stands
// open somewhere and is kept up to date.
func (s *Service) opened(ctx context.Context, a access.Actor, list []row) error {
	if permHeld.Check(a) != nil {
		return nil //nolint:nilerr // whoever may not release it has not opened it for this
	}
	for _, e := range list {
		if !e.worries() || !e.opened.IsZero() || e.author == a.Person {
			continue
		}
		if err := s.DB.Write(ctx, func(tx db.Writer) error { return setOpened(ctx, tx, e.Entry, s.Clock.Now()) }); err != nil {
			return fault.Op("held", err)
		}
	}
	return nil
}

// tellTaken tells whoever leads, or where nobody does all who could, that words that
// were held for what stood in them were taken back. The words are gone; that somebody was
// worried about their author is not.
func (s *Service) tellTaken(ctx context.Context, tx db.Writer, e Entry, now moment.Time) error {
	if !e.worries() {
		return nil
	}
	e.StateAt = now
	lead, _, err := s.leadFor(ctx, tx, e)
	if err != nil {
		return err
	}
	return s.tellAfter(ctx, tx, e, lead, noticeHeld, takenKey(e))
}

// tellAfter tells whoever leads or is on call of what is over before anybody has read it. Where
// nobody is, or more people were told of it before, all who could have read it are told, as what
// cannot wait: nothing comes after it that would wake them.
func (s *Service) tellAfter(ctx context.Context, tx db.Writer, e Entry, lead moment.ID, kind, key string) error {
	to := []moment.ID{lead}
	if lead == "" || e.reach == ByMore {
		all, err := s.allWhoRead(ctx, tx)
		if err != nil {
			return err
		}
		to = append(to, all...)
	}
	return s.tellEach(ctx, tx, e, to, kind, key)
}

// leftWithin is for how long words that were taken back are a reason to worry when their
// author leaves.
const leftWithin = 7 * 24 * time.Hour

// tellLeft tells, in place of what was told before, that somebody whose words were held has
// left: once, however many they were. Neither words nor name are there any more.
func (s *Service) tellLeft(ctx context.Context, tx db.Writer, list []Entry, now moment.Time) error {
	var last Entry
	for _, e := range list {
		if err := s.settle(ctx, tx, e.ID); err != nil {
			return err
		}
		if (e.worries() || e.wasTaken() && now.Sub(e.StateAt) < leftWithin) && last.StateAt <= e.StateAt {
			last = e
		}
	}
	if last.ID == "" {
		return nil
	}
	lead, _, err := s.leadFor(ctx, tx, last)
	if err != nil {
		return err
	}
	return s.tellAfter(ctx, tx, last, lead, noticeLeft, leftKey(last.ID))
}

// leftKey names that whoever wrote an entry has left.
func leftKey(id moment.ID) string { return string(id) + "/left" }
