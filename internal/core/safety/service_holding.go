package safety

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Holding is safety's part of "all my data" and of deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "safety" }

// exported is what a person takes away.
type exported struct {
	Version  int            `json:"policy_version,omitempty"`
	At       time.Time      `json:"policy_shown_at,omitzero"`
	Ask      string         `json:"ask_me,omitempty"`
	Call     string         `json:"call,omitempty"`
	Avoid    string         `json:"please_not,omitempty"`
	Contacts []Confidant    `json:"people_i_trust,omitempty"`
	Cases    []exportedCase `json:"worries_about_me,omitempty"`
}

type exportedCase struct {
	Kind    CaseKind        `json:"kind"`
	Opened  time.Time       `json:"opened"`
	Closed  time.Time       `json:"closed,omitzero"`
	Outcome string          `json:"outcome,omitempty"`
	Entries []exportedEntry `json:"entries"`
}

type exportedEntry struct {
	At    time.Time `json:"at"`
	Role  string    `json:"role"`
	Kind  string    `json:"what"`
	Words string    `json:"words,omitempty"`
}

// Export gives the version of the policy that the person was shown last, what they
// wrote for the time when others worry, and the timelines they can read.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	version, at, err := seenBy(ctx, r, person)
	if err != nil {
		return err
	}
	out := exported{Version: version}
	if version > 0 {
		out.At = at.Std()
	}
	wish, err := h.wishOf(ctx, r, person)
	if err != nil {
		return err
	}
	out.Ask, out.Call, out.Avoid, out.Contacts = wish.Ask, wish.Call, wish.Avoid, wish.Contacts
	own, err := h.Own(ctx, access.Actor{Person: person})
	if err != nil {
		return err
	}
	for _, c := range own {
		x := exportedCase{Kind: c.Kind, Opened: c.OpenedAt.Std(), Outcome: c.Outcome}
		if !c.ClosedAt.IsZero() {
			x.Closed = c.ClosedAt.Std()
		}
		for _, e := range c.Entries {
			x.Entries = append(x.Entries, exportedEntry{At: e.At.Std(), Role: e.Role, Kind: e.Kind, Words: e.Words})
		}
		out.Cases = append(out.Cases, x)
	}
	return put("safety.json", out)
}

// Erase forgets what the person was shown, wrote for themselves, and added. What
// they did in cases stays under the role in which they did it; a case they had
// climbs again at once. A case about them stays, sealed, for its time (safety.md).
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, _ moment.Time) error {
	for _, f := range []func(context.Context, db.Writer, moment.ID) error{eraseSeen, forgetAdder, h.dropWish, h.passOwned, forgetWorker} {
		if err := f(ctx, tx, person); err != nil {
			return fault.Op("safety erase", err)
		}
	}
	return nil
}

// passOwned lets what a person has climb again. Their roles are gone by then or
// go in the same transaction; they are never asked again themselves.
func (s *Service) passOwned(ctx context.Context, tx db.Writer, person moment.ID) error {
	owned, err := casesOwnedBy(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, c := range owned {
		c.RaisedBy = person // whoever goes is not asked
		if err := s.giveAway(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}
