package support

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Holding is support's part of "all my data" and of deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "support" }

// Exported is one request as its owner takes it away.
type Exported struct {
	Asked      string   `json:"asked"`
	State      State    `json:"state"`
	Situations []string `json:"situations"`
	Languages  []string `json:"languages"`
	Wishes     []string `json:"wishes"`
	Distress   int      `json:"distress,omitempty"`
	Words      string   `json:"words,omitempty"`
}

// ExportedTalk is one conversation's frame as one of its people takes it away.
type ExportedTalk struct {
	Conversation moment.ID `json:"conversation"`
	Side         string    `json:"side"`
	Started      string    `json:"started"`
	Ended        string    `json:"ended,omitempty"`
	Before       int       `json:"distress_before,omitempty"`
	After        int       `json:"distress_after,omitempty"`
	Helped       []string  `json:"helped,omitempty"`
	Thanks       string    `json:"thanks,omitempty"`
	Note         string    `json:"note,omitempty"`
	Debrief      string    `json:"debrief,omitempty"`
	Heavy        bool      `json:"heavy,omitempty"`
}

// ExportedCall is a contact by telephone or in person as the peer who logged it
// takes it away. Who it was with was never written down.
type ExportedCall struct {
	Kind       string   `json:"kind"`
	Ended      string   `json:"ended"`
	Minutes    int      `json:"minutes"`
	Situations []string `json:"situations"`
	Before     int      `json:"distress_before,omitempty"`
	After      int      `json:"distress_after,omitempty"`
	Outcome    string   `json:"outcome"`
	Heavy      bool     `json:"heavy"`
	Concern    bool     `json:"concern"`
	Words      string   `json:"words,omitempty"`
}

// Export gives what the person asked for and how it went, and, to a peer, what
// they wrote themselves.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	requests, err := requestsOf(ctx, r, person)
	if err != nil {
		return err
	}
	asked := []Exported{}
	for _, q := range requests {
		words, err := h.readWords(ctx, r, q)
		if err != nil {
			return err
		}
		asked = append(asked, Exported{q.AskedAt.Stamp(), q.State, q.Situations, q.Languages, q.Wishes, q.Distress, words})
	}
	if err := put("support-requests.json", asked); err != nil {
		return err
	}
	talks, err := h.exportTalks(ctx, r, person)
	if err != nil {
		return err
	}
	if err := put("support-conversations.json", talks); err != nil {
		return err
	}
	calls, err := h.exportCalls(ctx, r, person)
	if err != nil || len(calls) == 0 {
		return err
	}
	return put("support-calls.json", calls)
}

func (h Holding) exportCalls(ctx context.Context, r db.Reader, person moment.ID) ([]ExportedCall, error) {
	list, err := callsEver(ctx, r, person)
	if err != nil {
		return nil, err
	}
	out := make([]ExportedCall, len(list))
	for i, c := range list {
		words, err := h.readCall(ctx, r, c)
		if err != nil {
			return nil, err
		}
		out[i] = ExportedCall{c.Kind, c.EndedAt.Stamp(), c.Minutes, c.Situations, c.Before, c.After, c.Outcome, c.Heavy, c.Concern, words}
	}
	return out, nil
}

func (h Holding) exportTalks(ctx context.Context, r db.Reader, person moment.ID) ([]ExportedTalk, error) {
	out := []ExportedTalk{}
	helped, err := contactsOfMember(ctx, r, person)
	if err != nil {
		return nil, err
	}
	for _, c := range helped {
		t := ExportedTalk{Conversation: c.Conversation, Side: "helped", Started: c.StartedAt.Stamp(), Ended: c.EndedAt.Stamp(), Before: c.Before, After: c.After, Helped: c.Helped}
		if t.Thanks, err = h.unseal(ctx, r, c, columnThanks); err != nil {
			return nil, err
		}
		if t.Note, err = h.unseal(ctx, r, c, columnNote); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	helping, err := contactsOfPeer(ctx, r, person)
	if err != nil {
		return nil, err
	}
	for _, c := range helping {
		t := ExportedTalk{Conversation: c.Conversation, Side: "helper", Started: c.StartedAt.Stamp(), Ended: c.EndedAt.Stamp(), Heavy: c.Heavy}
		for column, to := range map[sealedColumn]*string{columnThanks: &t.Thanks, columnDebrief: &t.Debrief, columnNote: &t.Note} {
			if *to, err = h.unseal(ctx, r, c, column); err != nil {
				return nil, err
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// Erase ends what runs and destroys the words of the person's requests. Of
// conversations in which they helped, what they wrote for themselves goes too;
// the other person's part stays with that person.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, _ moment.Time) error {
	requests, err := requestsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, q := range requests {
		if q.State == Talking {
			if err := h.closeEnded(ctx, tx, q.Conversation); err != nil {
				return err
			}
		} else if !q.State.Terminal() {
			if err := h.finish(ctx, tx, &q, Withdrawn); err != nil {
				return err
			}
		}
		if err := h.forget(ctx, tx, aboutRequest{q.ID}); err != nil {
			return err
		}
		if err := h.Bus.Cancel(ctx, tx, jobForget, string(q.ID)); err != nil {
			return err
		}
	}
	helped, err := contactsOfMember(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, c := range helped {
		if err := h.blankNotes(ctx, tx, c); err != nil {
			return err
		}
	}
	if err := h.Stop(ctx, tx, person); err != nil {
		return err
	}
	if err := forgetCompany(ctx, tx, person); err != nil {
		return err
	}
	if err := h.forgetCalls(ctx, tx, person); err != nil {
		return err
	}
	return fault.Op("support erase", blank(ctx, tx, person))
}

// Stop ends what a peer who deletes their account has running: those they talk
// with come first in the line.
func (h Holding) Stop(ctx context.Context, tx db.Writer, peer moment.ID) error {
	// The shift first, so that nobody is offered to somebody who is leaving.
	if err := h.Shifts.Stop(ctx, tx, access.Actor{Person: peer, Way: access.BySystem}); err != nil {
		return err
	}
	if err := h.giveBack(ctx, tx, peer); err != nil {
		return err
	}
	return h.handBack(ctx, tx, peer, ByErasure)
}
