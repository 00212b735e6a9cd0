package forum

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Holding is the forum's part of "all my data" and of deleting an account. What somebody
// wrote in threads is in that of discussions.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "forum" }

type exportedSpace struct {
	Space    string `json:"space"`
	Since    string `json:"since"`
	LooksFor bool   `json:"looks_after_it,omitempty"`
}

type exportedRequest struct {
	Space string `json:"space"`
	At    string `json:"at"`
	Open  bool   `json:"waits"`
	Words string `json:"words,omitempty"`
}

// Export gives the communities somebody joined, the spaces they look after, and what they
// asked.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	spaces, asks := []exportedSpace{}, []exportedRequest{}
	for _, moderates := range []bool{false, true} {
		list, err := memberships(ctx, r, person, moderates)
		if err != nil {
			return err
		}
		for _, m := range list {
			x, _, err := spaceByID(ctx, r, m.Space)
			if err != nil {
				return err
			}
			spaces = append(spaces, exportedSpace{x.Name, m.At.Stamp(), moderates})
		}
	}
	list, err := requestsBy(ctx, r, person)
	if err != nil {
		return err
	}
	for _, q := range list {
		x, _, err := spaceByID(ctx, r, q.Space)
		if err != nil {
			return err
		}
		opener, err := h.Vault.Opener(ctx, r, x.Wall)
		if err != nil {
			return err
		}
		words, err := opener.Open(q.sealed, requestPlace(q.ID))
		if err != nil {
			return err
		}
		asks = append(asks, exportedRequest{x.Name, q.At.Stamp(), q.Open, words})
	}
	return put("forum.json", map[string]any{"spaces": spaces, "requests": asks})
}

// Erase takes the person out of every space, with what they asked.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, _ moment.Time) error {
	list, err := requestsBy(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, q := range list {
		if err := h.Tell.SettleAbout(ctx, tx, q.ID, noticeAsked); err != nil {
			return err
		}
	}
	return erasePerson(ctx, tx, person)
}
