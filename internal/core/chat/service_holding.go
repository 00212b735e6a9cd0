package chat

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Holding is chat's part of "all my data" and of deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "conversations" }

// ExportedMessage is a message as its owner takes it away.
type ExportedMessage struct {
	At        string `json:"at"`
	From      string `json:"from"` // "you", "the other person" or "the service"
	Kind      Kind   `json:"kind"`
	Text      string `json:"text,omitempty"`
	As        string `json:"as,omitempty"` // how you were called instead of by your name
	Edited    bool   `json:"edited,omitempty"`
	Withdrawn bool   `json:"withdrawn,omitempty"`
}

// ExportedConversation is a conversation as its owner takes it away.
type ExportedConversation struct {
	ID       moment.ID         `json:"id"`
	Kind     string            `json:"kind"`
	Side     Side              `json:"side"`
	Started  string            `json:"started"`
	Ended    string            `json:"ended,omitempty"`
	Kept     bool              `json:"kept"`
	Messages []ExportedMessage `json:"messages"`
}

// Export gives every conversation of two that the person can still read, and of those of
// many their own words, for as long as there are any to open.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	ids, err := conversationsOf(ctx, r, person)
	if err != nil {
		return err
	}
	all := []ExportedConversation{}
	for _, id := range ids {
		c, ok, err := h.exportOne(ctx, r, person, id)
		if err != nil {
			return err
		}
		if ok {
			all = append(all, c)
		}
	}
	return put("conversations.json", all)
}

func (h Holding) exportOne(ctx context.Context, r db.Reader, person, id moment.ID) (ExportedConversation, bool, error) {
	f, found, err := loadFrame(ctx, r, id, person)
	if err != nil || !found {
		return ExportedConversation{}, false, err
	}
	me, _ := f.Part(person)
	if !f.DestroyedAt.IsZero() || !f.Together && !canRead(access.Actor{Person: person}, f.Conversation, h.Clock.Now()).OK() {
		return ExportedConversation{}, false, nil
	}
	out := ExportedConversation{ID: id, Kind: f.Kind, Side: me.Side, Started: f.CreatedAt.Stamp(), Ended: f.EndedAt.Stamp(), Kept: f.Kept, Messages: []ExportedMessage{}}
	for after := me.FromSeq; ; {
		rows, err := exportable(ctx, r, f, person, after)
		if err != nil {
			return out, false, err
		}
		ms, err := h.unseal(f, rows)
		if err != nil {
			return out, false, err
		}
		if err := h.dress(ctx, ms); err != nil {
			return out, false, err
		}
		for _, m := range ms {
			after = m.Seq
			out.Messages = append(out.Messages, ExportedMessage{At: m.At.Stamp(), From: from(person, m.Author), Kind: m.Kind, Text: m.Text, As: m.Alias, Edited: !m.EditedAt.IsZero(), Withdrawn: !m.WithdrawnAt.IsZero()})
		}
		if len(rows) < mostBatch {
			return out, true, nil
		}
	}
}

// exportable gives the next messages that somebody takes away: among many what others
// said is not theirs to keep.
func exportable(ctx context.Context, r db.Reader, f frame, person moment.ID, after int64) ([]row, error) {
	if f.Together {
		return ownMessages(ctx, r, f.ID, person, after, mostBatch)
	}
	return messagesInOrder(ctx, r, f.ID, after, mostBatch)
}

func from(person, author moment.ID) string {
	switch author {
	case "":
		return "the service"
	case person:
		return "you"
	default:
		return "the other person"
	}
}

// Erase destroys the conversations in which the person was helped. Where they
// helped somebody, the words belong to that somebody and stay with them; the
// name beside them is gone with the account. Among many their own words are withdrawn,
// and the conversation is the others'.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, _ moment.Time) error {
	ids, err := conversationsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		f, found, err := loadFrame(ctx, tx, id, person)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if f.Together {
			if err := h.forget(ctx, tx, f, person); err != nil {
				return fault.Op("chat erase", err)
			}
			continue
		}
		if me, _ := f.Part(person); me.Side == Company {
			if err := h.LeaveIt(ctx, tx, id, person); err != nil {
				return err
			}
			continue
		}
		if f.EndedAt.IsZero() {
			if _, err := h.End(ctx, tx, id); err != nil {
				return err
			}
		}
		if helpedID(f.Parts) != person {
			continue
		}
		if err := h.Bus.Cancel(ctx, tx, jobRetain, string(id)); err != nil {
			return err
		}
		if err := h.destroy(ctx, tx, id); err != nil {
			return fault.Op("chat erase", err)
		}
	}
	return nil
}

// forget takes somebody out of a conversation of many, with their words and their name.
func (h Holding) forget(ctx context.Context, tx db.Writer, f frame, person moment.ID) error {
	now := h.Clock.Now()
	for {
		rows, err := ownMessages(ctx, tx, f.ID, person, 0, mostBatch)
		if err != nil {
			return err
		}
		for _, m := range rows {
			touched, err := nextSeq(ctx, tx, f.ID, now, false)
			if err != nil {
				return err
			}
			if err := forgetAuthor(ctx, tx, f.ID, m.Seq, touched, now); err != nil {
				return err
			}
			h.Bus.Publish(tx, Topic(f.ID), touched)
		}
		if len(rows) < mostBatch {
			break
		}
	}
	if err := removePart(ctx, tx, f.ID, person); err != nil {
		return err
	}
	h.Bus.Publish(tx, Topic(f.ID), 0)
	return nil
}
