package discussion

import (
	"context"
	"slices"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// tell tells somebody about an entry. The key makes it once.
func (s *Service) tell(ctx context.Context, tx db.Writer, to moment.ID, kind, key string, e Entry) error {
	return s.Tell.Tell(ctx, tx, notify.Message{To: to, Kind: kind, Key: kind + "/" + key, Path: entryPath(e), About: e.ID})
}

// entryPath is the steady address of an entry.
func entryPath(e Entry) string { return "/post/" + string(e.ID) }

// heldKey names one holding of an entry, for telling about it once.
func heldKey(e Entry) string { return string(e.ID) + "/" + e.StateAt.Stamp() }

// takenKey names that held words were taken back, for telling about it once.
func takenKey(e Entry) string { return heldKey(e) + "/taken" }

// tellHeld tells who should read what is held: whoever leads or is on call, at once; where
// nobody is, all who could; and the keepers of the space.
func (s *Service) tellHeld(ctx context.Context, tx db.Writer, x room, e Entry, lead moment.ID, key string) error {
	var keepers []moment.ID
	if k, ok := s.owners[x.Kind].(Keepers); ok {
		var err error
		if keepers, err = k.Keepers(ctx, tx, x.Space); err != nil {
			return err
		}
	}
	if lead != "" {
		if err := s.tell(ctx, tx, lead, noticeHeld, key, e); err != nil {
			return err
		}
		keepers = slices.DeleteFunc(keepers, func(id moment.ID) bool { return id == lead })
	} else if e.Why == ForWords {
		all, err := s.allWhoRead(ctx, tx)
		if err != nil {
			return err
		}
		keepers = append(keepers, all...)
	}
	return s.tellEach(ctx, tx, e, keepers, noticeWaiting, key)
}

// tellEach tells people about an entry, each once, and never who wrote it.
func (s *Service) tellEach(ctx context.Context, tx db.Writer, e Entry, to []moment.ID, kind, key string) error {
	told := map[moment.ID]bool{"": true, e.author: true}
	for _, id := range to {
		if told[id] {
			continue
		}
		told[id] = true
		if err := s.tell(ctx, tx, id, kind, key, e); err != nil {
			return err
		}
	}
	return nil
}

// settleTaken takes back that somebody was told that held words were taken back, or that
// whoever wrote them has left: they have read it.
func (s *Service) settleTaken(ctx context.Context, tx db.Writer, person moment.ID, e Entry) error {
	for _, key := range []string{noticeHeld + "/" + takenKey(e), noticeLeft + "/" + leftKey(e.ID)} {
		if err := s.Tell.Settle(ctx, tx, person, key); err != nil {
			return err
		}
	}
	return nil
}

// settle takes back what people were told about something that was held.
func (s *Service) settle(ctx context.Context, tx db.Writer, id moment.ID) error {
	for _, kind := range []string{noticeHeld, noticeWaiting} {
		if err := s.Tell.SettleAbout(ctx, tx, id, kind); err != nil {
			return err
		}
	}
	return nil
}

// somebodyLeads tells whoever leads now of all words that still wait to be read:
// nobody led when they were written, or whoever did has gone home. Nobody is told twice.
func (s *Service) somebodyLeads(ctx context.Context, tx db.Writer, _ bus.Event) error {
	return s.tellLead(ctx, tx, struct{}{})
}

// tellLead is somebodyLeads, some at a time: what nobody was told of first, the rest as a job.
func (s *Service) tellLead(ctx context.Context, tx db.Writer, _ struct{}) error {
	if some, err := anyHeldForWords(ctx, tx); err != nil || !some {
		return err
	}
	lead, err := s.Leads.LeadNow(ctx, tx)
	if err != nil || lead == "" {
		return err
	}
	list, err := heldForWords(ctx, tx, lead, leadAtOnce)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := s.tell(ctx, tx, lead, noticeHeld, heldKey(e.Entry), e.Entry); err != nil {
			return err
		}
		if err := setLead(ctx, tx, e.ID, lead, OnDuty, e.StateAt); err != nil {
			return fault.Op("held", err)
		}
		if e.reach != OnDuty { // the author reads who was told
			if err := s.changed(ctx, tx, e.Entry, s.Clock.Now()); err != nil {
				return err
			}
		}
	}
	if len(list) < leadAtOnce {
		return nil
	}
	return s.Bus.At(ctx, tx, jobLead, "", s.Clock.Now(), nil)
}

// Hide takes an entry out of sight of all but its author and keepers. The author
// is told, and reads the reason.
func (s *Service) Hide(ctx context.Context, a access.Actor, id moment.ID, reason string) error {
	reason, err := cleanReason(reason)
	if err != nil {
		return err
	}
	verb := access.Entry{Verb: "discussion.hide", Subject: ofTheirs}
	return s.on(ctx, a, id, changing, verb, func(x room, e Entry) access.Decision { return canHide(x.viewer, e) }, func(tx db.Writer, x room, e Entry, now moment.Time) error {
		if err := s.move(ctx, tx, e, Hidden, e.whyHidden(), sealIn(x, reason, reasonPlace(id)), now); err != nil {
			return err
		}
		if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "discussion.hidden", ID: id, Also: map[string]moment.ID{"space": e.Space}}); err != nil {
			return err
		}
		return s.decided(ctx, tx, x.viewer, e, now)
	})
}

// Release opens what was held or hidden to everybody who sees the space. The
// author is told.
func (s *Service) Release(ctx context.Context, a access.Actor, id moment.ID) error {
	verb := access.Entry{Verb: "discussion.release", Subject: ofTheirs}
	return s.on(ctx, a, id, changing, verb, func(x room, e Entry) access.Decision { return canRelease(x.viewer, e) }, func(tx db.Writer, x room, e Entry, now moment.Time) error {
		if err := s.move(ctx, tx, e, Open, "", nil, now); err != nil {
			return err
		}
		if err := s.call(ctx, tx, e); err != nil {
			return err
		}
		if e.Brought { // it is not new to anybody
			return s.countBrought(ctx, tx, e)
		}
		if e.Post != "" || !e.told {
			if err := setShown(ctx, tx, id, now); err != nil {
				return fault.Op("release", err)
			}
			if err := s.tellOpen(ctx, tx, x, e); err != nil {
				return err
			}
		}
		return s.decided(ctx, tx, x.viewer, e, now)
	})
}

// move changes the state of an entry; somebody who was faster makes it a conflict.
// The count of open comments follows what goes out of sight.
func (s *Service) move(ctx context.Context, tx db.Writer, e Entry, to State, why Why, reason []byte, now moment.Time) error {
	moved, err := setState(ctx, tx, e.ID, e.State, to, why, reason, now)
	if err == nil && !moved {
		return fault.New(fault.Conflict, "discussion.error.changed")
	}
	if err != nil {
		return fault.Op("entry", err)
	}
	if err := s.findable(ctx, tx, e.ID); err != nil {
		return err
	}
	if e.Post != "" && e.State == Open && to != Open {
		if err := bump(ctx, tx, e.Post, -1, now); err != nil {
			return fault.Op("entry", err)
		}
	}
	if to != Open {
		if err := s.gone(ctx, tx, e.ID); err != nil {
			return err
		}
	}
	if e.State == Open && to != Open { // whoever was called is not called to what is out of sight
		calls, err := callsIn(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		return s.uncall(ctx, tx, calls)
	}
	if e.State == Held {
		return s.settle(ctx, tx, e.ID)
	}
	return nil
}

// decided tells the author, who is not told about what they did themselves.
func (s *Service) decided(ctx context.Context, tx db.Writer, v viewer, e Entry, now moment.Time) error {
	if e.author == "" || v.mine(e) {
		return nil
	}
	return s.tell(ctx, tx, e.author, noticeDecision, string(e.ID)+"/"+now.Stamp(), e)
}
