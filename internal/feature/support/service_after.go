package support

import (
	"context"
	"slices"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Afterwards is what somebody may say when it is over. Everything is optional.
type Afterwards struct {
	Distress int // 1 to 5; 0 not said
	Helped   []string
	Thanks   string
}

// Validate cleans and checks.
func (f *Afterwards) Validate() error {
	var p fault.Problems
	if f.Distress < 0 || f.Distress > 5 {
		p.Add("distress", "support.error.distress")
	}
	f.Helped = people.Tidy(f.Helped)
	for _, h := range f.Helped {
		if !slices.Contains(WhatHelped(), h) {
			p.Add("helped", "support.error.helped")
			break
		}
	}
	f.Thanks = chat.CleanOptional(&p, "thanks", f.Thanks, MostThanks)
	return p.Err()
}

func sealedPlace(column sealedColumn, id moment.ID) string {
	return "support_contact." + string(column) + "|" + string(id)
}

// Feel keeps what the person says afterwards. It can be said again; the last
// counts. The peer sees the thanks and nothing else of it.
func (s *Service) Feel(ctx context.Context, a access.Actor, id moment.ID, f Afterwards) error {
	if err := f.Validate(); err != nil {
		return err
	}
	return s.onContact(ctx, a, id, "support.feel", canLook, func(tx db.Writer, c Contact, _ Request) error {
		sealed, err := s.seal(ctx, tx, c, columnThanks, f.Thanks)
		if err != nil {
			return err
		}
		s.Bus.Publish(tx, PeerTopic(c.Peer), int64(s.Clock.Now()))
		return fault.Op("support feel", setFeeling(ctx, tx, id, f.Distress, f.Helped, sealed))
	})
}

func (s *Service) seal(ctx context.Context, tx db.Writer, c Contact, column sealedColumn, words string) ([]byte, error) {
	if words == "" {
		return nil, nil
	}
	box, err := s.Vault.Box(ctx, tx, c.Scope)
	if err != nil {
		return nil, err
	}
	return box.Seal([]byte(words), sealedPlace(column, c.Conversation)), nil
}

func (s *Service) unseal(ctx context.Context, r db.Reader, c Contact, column sealedColumn) (string, error) {
	sealed, wrapped, err := sealedOf(ctx, r, c.Conversation, column)
	if err != nil {
		return "", db.Problem("sealed", err)
	}
	if len(sealed) == 0 || len(wrapped) == 0 {
		return "", nil
	}
	box, err := s.Vault.BoxFrom(c.Scope, wrapped)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(sealed, sealedPlace(column, c.Conversation))
	return string(plain), err
}

// Debriefing is what a peer says when it is over: for themselves, and, if they
// wish, a note in ordinary words that the person can read.
type Debriefing struct {
	By    string // "form", or "talking" when it was done with a human
	Heavy bool
	Words string // for the peer and their supervisor
	Note  string // the person reads it
}

// Validate cleans and checks.
func (d *Debriefing) Validate() error {
	var p fault.Problems
	if d.By != "form" && d.By != "talking" {
		p.Add("by", "support.error.by")
	}
	d.Words = chat.CleanOptional(&p, "words", d.Words, MostNote)
	d.Note = chat.CleanOptional(&p, "note", d.Note, MostNote)
	return p.Err()
}

// Debrief is owed after a conversation, before the next offer; leaving without
// it is always possible. It ends the peer's reading of the words.
func (s *Service) Debrief(ctx context.Context, a access.Actor, id moment.ID, d Debriefing) error {
	if err := d.Validate(); err != nil {
		return err
	}
	return s.onContact(ctx, a, id, "support.debrief", canDebrief, func(tx db.Writer, c Contact, _ Request) error {
		words, err := s.seal(ctx, tx, c, columnDebrief, d.Words)
		if err != nil {
			return err
		}
		if cards, err := s.People.Cards(ctx, tx, c.Member); err != nil {
			return err
		} else if cards[c.Member].Kind == people.KindGone {
			d.Note = "" // nobody is left to read it
		}
		note, err := s.seal(ctx, tx, c, columnNote, d.Note)
		if err != nil {
			return err
		}
		if err := setDebriefed(ctx, tx, id, d.By, d.Heavy, words, note, s.Clock.Now()); err != nil {
			return fault.Op("support debrief", err)
		}
		if err := s.Chat.CloseTo(ctx, tx, id, c.Peer); err != nil {
			return err
		}
		if err := s.Shifts.Felt(ctx, tx, c.Peer, id, d.Heavy); err != nil {
			return err
		}
		s.tellPeer(tx, c.Peer)
		return s.dispatch(ctx, tx)
	})
}

// Talk is a conversation in a person's own list.
type Talk struct {
	Contact
	With people.Card
	Note string // the peer's note, for the one it is about
	Open bool   // the words can still be read
	Kept bool
}

// Mine lists the conversations in which the actor was helped, newest first.
func (s *Service) Mine(ctx context.Context, a access.Actor) ([]Talk, error) {
	r := s.DB.Reader()
	list, err := contactsOfMember(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	ids := make([]moment.ID, len(list))
	for i, c := range list {
		ids[i] = c.Peer
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	out := make([]Talk, len(list))
	for i, c := range list {
		t := Talk{Contact: c, With: cards[c.Peer]}
		if t.Note, err = s.unseal(ctx, r, c, columnNote); err != nil {
			return nil, err
		}
		if conv, err := s.Chat.Look(ctx, a, c.Conversation); err == nil {
			t.Open, t.Kept = true, conv.Kept
		} else if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		out[i] = t
	}
	return out, nil
}

// Shift is a peer's evening at a glance.
type Shift struct {
	Talking []Talk
	Owed    []Talk
	Tonight []Contact // since the shift began
	Thanks  []string
}

// Evening gives what the actor has done since a moment, and what they owe.
func (s *Service) Evening(ctx context.Context, a access.Actor, since moment.Time) (Shift, error) {
	r := s.DB.Reader()
	var out Shift
	running, err := runningWith(ctx, r, a.Person)
	if err != nil {
		return out, err
	}
	owed, err := owedBy(ctx, r, a.Person)
	if err != nil {
		return out, err
	}
	if out.Tonight, err = contactsSince(ctx, r, a.Person, since); err != nil {
		return out, err
	}
	ids := []moment.ID{}
	for _, c := range slices.Concat(running, owed) {
		ids = append(ids, c.Member)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return out, err
	}
	for _, c := range running {
		out.Talking = append(out.Talking, Talk{Contact: c, With: cards[c.Member], Open: true})
	}
	for _, c := range owed {
		out.Owed = append(out.Owed, Talk{Contact: c, With: cards[c.Member]})
	}
	for _, c := range out.Tonight {
		if !c.HasThanks {
			continue
		}
		words, err := s.unseal(ctx, r, c, columnThanks)
		if err != nil {
			return out, err
		}
		if words != "" {
			out.Thanks = append(out.Thanks, words)
		}
	}
	return out, nil
}
