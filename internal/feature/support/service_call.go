package support

import (
	"context"
	"time"

	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Log writes down a contact that was not in writing here. It counts towards
// ceilings and the ledger, and its form is its debrief. With a concern, the
// caller gets a bare name so that a case can be about somebody.
func (s *Service) Log(ctx context.Context, a access.Actor, c Call) (Call, error) {
	if err := permWork.Check(a); err != nil {
		return c, err
	}
	all, err := s.People.Situations(ctx, "en")
	if err != nil {
		return c, err
	}
	known := map[string]bool{}
	for _, x := range all {
		known[x.Slug] = !x.Retired && x.Kind != "identity"
	}
	if err := c.Validate(s.Clock.Now(), known); err != nil {
		return c, err
	}
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		c.ID, c.Peer, c.Scope, c.LoggedAt, c.Member = moment.NewID(), a.Person, moment.NewID(), now, ""
		if c.Concern {
			who, err := s.People.NewGuest(ctx, tx, "en", "UTC")
			if err != nil {
				return err
			}
			c.Member = who.ID
		}
		box, err := s.Vault.NewScope(ctx, tx, c.Scope, now)
		if err != nil {
			return err
		}
		var sealed []byte
		if c.Words != "" {
			sealed = box.Seal([]byte(c.Words), callPlace(c.ID))
		}
		if err := insertCall(ctx, tx, c, sealed); err != nil {
			return fault.Op("log a call", err)
		}
		started := c.EndedAt.Add(-time.Duration(c.Minutes) * time.Minute)
		if err := s.Shifts.Called(ctx, tx, shifts.Exposure{Person: a.Person, Ref: c.ID, Kind: c.Kind, StartedAt: started, EndedAt: c.EndedAt, Heavy: c.Heavy, Concern: c.Concern}); err != nil {
			return err
		}
		if err := s.Bus.At(ctx, tx, jobCallNotes, string(c.ID), now.Add(NotesLast), aboutCall{c.ID}); err != nil {
			return err
		}
		s.tellPeer(tx, a.Person)
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "support.log_call", Kind: "call", Object: c.ID})
	})
	return c, err
}

type aboutCall struct {
	Call moment.ID `json:"call"`
}

func callPlace(id moment.ID) string { return "support_call.words|" + string(id) }

// forgetCall destroys the key of what a peer wrote about a call.
func (s *Service) forgetCall(ctx context.Context, tx db.Writer, about aboutCall) error {
	c, found, err := callByID(ctx, tx, about.Call)
	if err != nil || !found {
		return err
	}
	if err := s.Vault.Destroy(ctx, tx, c.Scope); err != nil {
		return err
	}
	return fault.Op("forget a call", blankCall(ctx, tx, c.ID))
}

// forgetCalls takes back what a peer wrote about calls, with the keys.
func (s *Service) forgetCalls(ctx context.Context, tx db.Writer, peer moment.ID) error {
	list, err := callsEver(ctx, tx, peer)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := s.forgetCall(ctx, tx, aboutCall{c.ID}); err != nil {
			return err
		}
		if err := s.Bus.Cancel(ctx, tx, jobCallNotes, string(c.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Calls lists the actor's own latest calls, newest first, with their words.
func (s *Service) Calls(ctx context.Context, a access.Actor) ([]Call, error) {
	r := s.DB.Reader()
	list, err := callsOf(ctx, r, a.Person, 20)
	if err != nil {
		return nil, err
	}
	for i, c := range list {
		if list[i].Words, err = s.readCall(ctx, r, c); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// readCall opens what a peer wrote about a call; "" when it is gone.
func (s *Service) readCall(ctx context.Context, r db.Reader, c Call) (string, error) {
	sealed, wrapped, err := callWords(ctx, r, c.ID)
	if err != nil || len(sealed) == 0 || len(wrapped) == 0 {
		return "", err
	}
	box, err := s.Vault.BoxFrom(c.Scope, wrapped)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(sealed, callPlace(c.ID))
	return string(plain), err
}
