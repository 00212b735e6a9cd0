package discussion

import (
	"context"
	"errors"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// Holding is the part of discussions in "all my data" and in deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "discussion" }

// exportAtOnce bounds what is read at once.
const exportAtOnce = 200

type exportedEntry struct {
	ID       moment.ID          `json:"id"`
	At       string             `json:"at"`
	Kind     string             `json:"kind"`  // "post" or "comment"
	Where    string             `json:"where"` // kind of the space
	Place    string             `json:"place,omitempty"`
	Space    moment.ID          `json:"space"`
	Post     moment.ID          `json:"post,omitempty"`
	Unnamed  bool               `json:"without_a_name,omitempty"`
	Title    string             `json:"title,omitempty"`
	Words    string             `json:"words,omitempty"`
	Changed  string             `json:"changed,omitempty"`
	Before   []exportedBefore   `json:"before,omitempty"`
	Topics   []string           `json:"topics,omitempty"`
	State    State              `json:"state"`
	Reason   string             `json:"reason,omitempty"`
	LookedUp []exportedLookedUp `json:"name_looked_up,omitempty"`
}

type exportedBefore struct {
	At    string `json:"at"`
	Words string `json:"words"`
}

type exportedLookedUp struct {
	At     string `json:"at"`
	Reason string `json:"reason"`
}

type exportedReaction struct {
	Entry moment.ID `json:"entry"`
	Kind  string    `json:"kind"`
	At    string    `json:"at"`
}

// Export gives everything that the person wrote, as it is and was, with what was
// decided about it, and their reactions. What others wrote is not in it.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	rooms := map[moment.ID]*room{}
	written := []exportedEntry{}
	for after := moment.ID(""); ; {
		rows, err := writtenBy(ctx, r, person, after, exportAtOnce)
		if err != nil {
			return err
		}
		for _, e := range rows {
			after = e.ID
			x, err := h.exportRoom(ctx, r, rooms, person, e.Space)
			if err != nil {
				return err
			}
			if x == nil {
				continue
			}
			one, err := exportEntry(ctx, r, *x, e)
			if err != nil {
				return err
			}
			written = append(written, one)
			if err := h.exportPictures(ctx, r, *x, e.ID, put); err != nil {
				return err
			}
		}
		if len(rows) < exportAtOnce {
			break
		}
	}
	list, err := reactionsOf(ctx, r, person)
	if err != nil {
		return err
	}
	reactions := []exportedReaction{}
	for _, y := range list {
		reactions = append(reactions, exportedReaction{y.Entry, y.Kind, y.At.Stamp()})
	}
	drafts, err := h.exportDrafts(ctx, r, rooms, person)
	if err != nil {
		return err
	}
	habits, err := exportHabits(ctx, r, person)
	if err != nil {
		return err
	}
	return put("discussion.json", map[string]any{"written": written, "reactions": reactions, "begun_and_not_sent": drafts, "follows": habits.Follows, "read": habits.Read, "rather_not_unasked": habits.Rather, "choices": habits.Wishes, "called_by_name": habits.Called})
}

// exportRoom opens a space to take one's own words out of it, whether one may see it
// or not; nil when its key is destroyed.
func (h Holding) exportRoom(ctx context.Context, r db.Reader, rooms map[moment.ID]*room, person, space moment.ID) (*room, error) {
	if x, known := rooms[space]; known {
		return x, nil
	}
	f, found, err := loadSpace(ctx, r, space)
	if err != nil {
		return nil, err
	}
	if !found {
		rooms[space] = nil
		return nil, nil
	}
	box, err := h.Vault.BoxFrom(f.ID, f.wrapped)
	if errors.Is(err, vault.ErrDestroyed) {
		rooms[space] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x := &room{frame: f, box: box}
	if o := h.owners[f.Kind]; o != nil {
		if x.Stand, err = o.Stands(ctx, r, access.Actor{Person: person, Roles: access.Set(access.Member)}, f.Space); err != nil {
			return nil, err
		}
	}
	if !x.See {
		x.Name = "" // the words stay theirs; what the place is called does not
	}
	rooms[space] = x
	return x, nil
}

func exportEntry(ctx context.Context, r db.Reader, x room, sealed row) (exportedEntry, error) {
	e, err := open(x, sealed)
	if err != nil {
		return exportedEntry{}, err
	}
	out := exportedEntry{ID: e.ID, At: e.At.Stamp(), Kind: "post", Where: x.Kind, Place: x.Name, Space: e.Space, Post: e.Post, Unnamed: e.Anonymous, Title: e.Title, Words: e.Words, Changed: e.ChangedAt.Stamp(), Topics: e.Topics, State: e.State, Reason: e.Reason}
	if e.Post != "" {
		out.Kind = "comment"
	}
	if e.Version > 0 {
		list, err := versionsOf(ctx, r, e.ID)
		if err != nil {
			return out, err
		}
		for _, v := range list {
			words, err := openIn(x, v.words, wordsPlace(e.ID, v.Version))
			if err != nil {
				return out, err
			}
			out.Before = append(out.Before, exportedBefore{v.At.Stamp(), words})
		}
	}
	if !e.Anonymous {
		return out, nil
	}
	list, err := revealsOf(ctx, r, []moment.ID{e.ID})
	if err != nil {
		return out, err
	}
	for _, y := range list {
		reason, err := openIn(x, y.reason, revealPlace(y.ID))
		if err != nil {
			return out, err
		}
		out.LookedUp = append(out.LookedUp, exportedLookedUp{y.At.Stamp(), reason})
	}
	return out, nil
}

// Erase takes away what the person wrote, their reactions, their numbers in threads
// and their name. Where somebody answered, the place stays, so that the thread keeps
// its shape.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	var waited []Entry
	var seen []moment.ID
	for after := moment.ID(""); ; {
		rows, err := writtenBy(ctx, tx, person, after, exportAtOnce)
		if err != nil {
			return err
		}
		for _, e := range rows {
			after = e.ID
			if e.State == Held || e.wasTaken() {
				waited = append(waited, e.Entry)
			}
			if e.State != Withdrawn {
				seen = append(seen, e.ID)
			}
		}
		if len(rows) < exportAtOnce {
			break
		}
	}
	if err := h.tellLeft(ctx, tx, waited, now); err != nil {
		return err
	}
	if err := h.gone(ctx, tx, seen...); err != nil {
		return err
	}
	calls, err := callsBy(ctx, tx, person)
	if err != nil {
		return err
	}
	if err := h.uncall(ctx, tx, calls); err != nil {
		return err
	}
	if err := h.Bus.Cancel(ctx, tx, jobDigest, string(person)); err != nil {
		return err
	}
	if err := h.unfindBy(ctx, tx, person); err != nil {
		return err
	}
	tx.AfterCommit(func() { // no word of theirs stays in memory either
		h.prose.Forget()
		h.visits.Purge()
	})
	return eraseAuthor(ctx, tx, person, now)
}
