package moderation

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Holding is moderation's part of "all my data" and of deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "moderation" }

// Export gives what was decided about the person, their appeals, and what they
// reported themselves in their own words. Reports by others are not theirs.
func (h Holding) Export(ctx context.Context, _ db.Reader, person moment.ID, put func(file string, v any) error) error {
	list, err := h.Mine(ctx, access.Actor{Person: person})
	if err != nil {
		return err
	}
	type decided struct {
		At     time.Time `json:"at"`
		What   string    `json:"what"`
		Reason string    `json:"reason"`
		Appeal string    `json:"appeal,omitempty"`
		Answer string    `json:"answer,omitempty"`
	}
	out := []decided{}
	for _, x := range list {
		d := decided{At: x.At.Std(), What: x.What, Reason: x.Reason}
		if x.Appeal != nil {
			d.Appeal, d.Answer = x.Appeal.Words, x.Appeal.Answer
		}
		out = append(out, d)
	}
	if err := put("moderation.json", out); err != nil {
		return err
	}
	return h.exportReports(ctx, person, put)
}

func (h Holding) exportReports(ctx context.Context, person moment.ID, put func(file string, v any) error) error {
	r := h.DB.Reader()
	list, err := reportsBy(ctx, r, person)
	if err != nil || len(list) == 0 {
		return err
	}
	type reported struct {
		At     time.Time `json:"at"`
		Kind   string    `json:"kind"`
		Reason string    `json:"reason"`
		Words  string    `json:"words,omitempty"`
	}
	out := []reported{}
	for _, x := range list {
		words, _, err := h.readReport(ctx, r, x)
		if err != nil {
			return err
		}
		out = append(out, reported{x.At.Std(), x.Kind, x.Reason, words})
	}
	return put("moderation-reports.json", out)
}

// Erase takes the person off what they reported and decided. What was decided
// about them stays for its time, under an id without a person; nobody outside reads it any
// more.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	if err := endLinksAbout(ctx, tx, person, now); err != nil {
		return db.Problem("forget", err)
	}
	return forgetPerson(ctx, tx, person)
}
