package moderation

import (
	"context"
	"slices"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
)

// Several decisions can be about one thing: two people reported it. Each stands until it is
// taken back itself.

// standingOn gives what was decided about the thing of a report in these ways and was not
// taken back, in the order of deciding.
func standingOn(ctx context.Context, r db.Reader, of Report, ways ...string) ([]sealedAction, error) {
	list, err := actionsOn(ctx, r, of)
	return slices.DeleteFunc(list, func(x sealedAction) bool {
		return !x.LiftedAt.IsZero() || !slices.Contains(ways, x.What)
	}), err
}

// shared gives the labels of a decision that it did not put on because another has: it wants
// them there as well, whatever becomes of the other.
func shared(wanted, added []string, standing []sealedAction) []string {
	var out []string
	for _, label := range wanted {
		if !slices.Contains(added, label) && !slices.Contains(out, label) && labelled(standing, label) {
			out = append(out, label)
		}
	}
	return out
}

func labelled(standing []sealedAction, label string) bool {
	return slices.ContainsFunc(standing, func(x sealedAction) bool { return slices.Contains(strings.Fields(x.detail), label) })
}

// unlabel takes off what a lifted decision put on, but for what another wants there.
func (s *Service) unlabel(ctx context.Context, tx db.Writer, a access.Actor, r Report, x sealedAction) error {
	subject, ok := s.subjects[r.Kind].(Labeller)
	if !ok {
		return nil
	}
	standing, err := standingOn(ctx, tx, r, Label)
	if err != nil {
		return err
	}
	off := slices.DeleteFunc(strings.Fields(x.detail), func(label string) bool { return labelled(standing, label) })
	if len(off) == 0 {
		return nil
	}
	return subject.Unlabel(ctx, tx, a, r.Object, off)
}

// back lets a thing stand as it stood before a lifted decision. Where the next one found it
// out of sight, it stays there: how it stood is handed on, for when that is lifted.
func (s *Service) back(ctx context.Context, tx db.Writer, a access.Actor, r Report, x sealedAction) error {
	subject, ok := s.subjects[r.Kind].(Tidier)
	if !ok || x.detail == "" {
		return nil
	}
	standing, err := standingOn(ctx, tx, r, Hide, Remove)
	if err != nil {
		return err
	}
	for _, next := range standing {
		if next.before(x) {
			continue
		}
		if next.detail != "" { // it was seen again in between
			break
		}
		return setDetail(ctx, tx, next.ID, x.detail)
	}
	return subject.Back(ctx, tx, a, r.Object, x.detail)
}

// before tells that a decision was made before another.
func (x sealedAction) before(y sealedAction) bool { return x.At < y.At || x.At == y.At && x.ID < y.ID }
