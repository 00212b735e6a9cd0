package discussion

import (
	"context"

	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// moderated loads what moderation decides about, in its transaction; who may was decided
// there. What is not there any more is a Conflict.
func (s *Service) moderated(ctx context.Context, tx db.Writer, id moment.ID) (row, error) {
	e, found, err := entryByID(ctx, tx, id)
	if err == nil && (!found || e.State == Withdrawn) {
		err = fault.New(fault.Conflict, "discussion.error.gone")
	}
	return e, err
}

// Hide lets moderation take an entry out of sight. The author and keepers read the
// reason; keepers do not release it. It gives how the entry stood, "" where another
// decision hid it before.
func (x Subject) Hide(ctx context.Context, tx db.Writer, _ access.Actor, id moment.ID, reason string) (string, error) {
	e, err := x.moderated(ctx, tx, id)
	if err != nil {
		return "", err
	}
	if e.State == Hidden && e.Moderated {
		return "", nil
	}
	before := string(e.State) + ":" + string(e.Why)
	if e.State == Hidden { // a keeper was faster; from now on it is moderation's
		return before, fault.Op("hide", setModerated(ctx, tx, id, true))
	}
	box, err := x.Vault.Box(ctx, tx, e.Space)
	if err != nil {
		return "", err
	}
	now := x.Clock.Now()
	if err := x.move(ctx, tx, e.Entry, Hidden, e.whyHidden(), box.Seal([]byte(reason), reasonPlace(id)), now); err != nil {
		return "", err
	}
	if err := setModerated(ctx, tx, id, true); err != nil {
		return "", fault.Op("hide", err)
	}
	if err := x.changed(ctx, tx, e.Entry, now); err != nil {
		return "", err
	}
	return before, x.Bus.Emit(ctx, tx, bus.Event{Name: "discussion.hidden", ID: id, Also: map[string]moment.ID{"space": e.Space}})
}

// Back lets an entry that Hide hid stand as it stood before.
func (x Subject) Back(ctx context.Context, tx db.Writer, _ access.Actor, id moment.ID, before string) error {
	e, found, err := entryByID(ctx, tx, id)
	if err != nil || !found || e.State != Hidden || !e.Moderated {
		return err
	}
	if err := setModerated(ctx, tx, id, false); err != nil {
		return fault.Op("back", err)
	}
	now := x.Clock.Now()
	if err := x.changed(ctx, tx, e.Entry, now); err != nil {
		return err
	}
	switch before {
	case string(Hidden) + ":" + string(ForKeeper), string(Hidden) + ":" + string(ForWords):
		return nil
	case string(Held) + ":" + string(ForWords), string(Held) + ":" + string(ForNew):
		return x.backHeld(ctx, tx, e, Why(before[len(Held)+1:]), now)
	}
	if err := x.move(ctx, tx, e.Entry, Open, "", nil, now); err != nil {
		return err
	}
	if e.Post != "" {
		return fault.Op("back", bump(ctx, tx, e.Post, 1, e.At))
	}
	return nil
}

// backHeld lets an entry wait again to be read, and tells those who read.
func (x Subject) backHeld(ctx context.Context, tx db.Writer, e row, why Why, now moment.Time) error {
	if err := x.move(ctx, tx, e.Entry, Held, why, nil, now); err != nil {
		return err
	}
	e.State, e.Why, e.StateAt = Held, why, now
	at, err := x.enter(ctx, tx, access.System(), e.Space)
	if err != nil {
		return err
	}
	return x.waits(ctx, tx, at, e.Entry)
}

// Remove destroys the words of an entry that moderation hid, and what stood there before.
func (x Subject) Remove(ctx context.Context, tx db.Writer, id moment.ID) error {
	e, found, err := entryByID(ctx, tx, id)
	if err != nil || !found || e.State != Hidden || !e.Moderated {
		return err
	}
	now := x.Clock.Now()
	if err := x.move(ctx, tx, e.Entry, Withdrawn, ForKeeper, nil, now); err != nil {
		return err
	}
	if err := x.changed(ctx, tx, e.Entry, now); err != nil {
		return err
	}
	return fault.Op("remove", blank(ctx, tx, id))
}

// Held gives what is held in any space and what the actor sees to, up to heldMost: what
// is held for its words before everything else.
func (x Subject) Held(ctx context.Context, r db.Reader, a access.Actor) ([]moderation.Held, error) {
	some, err := spacesThatHold(ctx, r)
	if err != nil {
		return nil, err
	}
	spaces := map[moment.ID]room{}
	var keeps, leads []moment.ID
	for _, id := range some {
		at, err := x.enter(ctx, r, a, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if spaces[id] = at; at.viewer.keep {
			keeps = append(keeps, id)
		} else if permHeld.Check(a) == nil {
			leads = append(leads, id)
		}
	}
	if len(keeps)+len(leads) == 0 {
		return nil, nil
	}
	list, err := heldAmong(ctx, r, keeps, leads, a.Person, heldMost)
	if err != nil {
		return nil, err
	}
	var out []moderation.Held
	for _, e := range list {
		if at := spaces[e.Space]; tends(at.viewer, e.Entry) {
			out = append(out, heldAs(at, e.Entry))
		}
	}
	return out, nil
}

// HeldOne tells of one entry, as Held does.
func (x Subject) HeldOne(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (moderation.Held, bool, error) {
	at, e, err := x.at(ctx, r, a, id)
	if fault.Is(err, fault.NotFound) || err == nil && !tends(at.viewer, e) {
		return moderation.Held{}, false, nil
	}
	return heldAs(at, e), err == nil, err
}

func heldAs(at room, e Entry) moderation.Held {
	return moderation.Held{Kind: Subject{}.Name(), Object: e.ID, Path: entryPath(e), Place: at.Name, Why: string(e.Why), At: e.StateAt}
}
