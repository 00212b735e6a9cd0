package chat

import (
	"context"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Gather opens a conversation of many in the caller's transaction, with a key of its
// own and nobody in it. Its id is also the vault scope.
func (s *Service) Gather(ctx context.Context, tx db.Writer, kind string) (moment.ID, error) {
	id, now := moment.NewID(), s.Clock.Now()
	if err := insertMany(ctx, tx, id, kind, now); err != nil {
		return "", fault.Op("chat gather", err)
	}
	_, err := s.Vault.NewScope(ctx, tx, id, now)
	return id, err
}

// Admit lets somebody into a conversation of many, in the caller's transaction; the
// caller has decided who may. They read what is said from now on. Whoever comes back
// finds again what they could read before, and never what was said while they were out.
// alias is what they are called instead of by their name, one line of at most MostAlias
// characters, "" for the name; what they wrote before keeps how they were called then.
// For whoever is in it already nothing changes, the alias neither. It is NotFound for a
// conversation of two, Conflict for one that is closed, Invalid for such an alias.
func (s *Service) Admit(ctx context.Context, tx db.Writer, id, person moment.ID, alias string) error {
	alias, err := cleanAlias(alias)
	if err != nil {
		return err
	}
	f, err := loadMany(ctx, tx, id, person)
	if err != nil {
		return err
	}
	if !f.Open() {
		return fault.New(fault.Conflict, "chat.error.ended")
	}
	p, was := f.Part(person)
	if was && p.AccessUntil.IsZero() {
		return nil
	}
	if err := comesBack(ctx, tx, id, person, f.LastSeq); err != nil {
		return fault.Op("chat admit", err)
	}
	return fault.Op("chat admit", putTogether(ctx, tx, id, person, alias, f.LastSeq, s.Clock.Now()))
}

// Dismiss ends somebody's part in a conversation of many, in the caller's transaction:
// from now on they read and write nothing, and their open pages lose the words. It
// changes nothing for whoever is not in it, and is NotFound for a conversation of two.
func (s *Service) Dismiss(ctx context.Context, tx db.Writer, id, person moment.ID) error {
	f, err := loadMany(ctx, tx, id, person)
	if err != nil {
		return err
	}
	if p, in := f.Part(person); !in || !p.AccessUntil.IsZero() {
		return nil
	}
	if err := goesAway(ctx, tx, id, person, f.LastSeq); err != nil {
		return fault.Op("chat dismiss", err)
	}
	return s.CloseTo(ctx, tx, id, person)
}

// Close ends a conversation of many for everybody, in the caller's transaction: nobody
// reads or writes from now on. The key is destroyed after DestroyAfter, and with it who
// was there; what was reported before stays sealed with the report. Closing twice is
// once. It is NotFound for a conversation of two.
func (s *Service) Close(ctx context.Context, tx db.Writer, id moment.ID) error {
	f, err := loadMany(ctx, tx, id, "")
	if err != nil {
		return err
	}
	closed, err := setClosed(ctx, tx, id, s.Clock.Now())
	if err != nil || !closed {
		return fault.Op("chat close", err)
	}
	if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "chat.ended", ID: id}); err != nil {
		return err
	}
	return s.hide(ctx, tx, f)
}

// loadMany reads a conversation of many as somebody has it.
func loadMany(ctx context.Context, r db.Reader, id, person moment.ID) (frame, error) {
	f, found, err := loadFrame(ctx, r, id, person)
	if err == nil && (!found || !f.Together) {
		err = fault.Hidden()
	}
	return f, err
}
