package moderation

import (
	"context"
	"strings"
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
	out := []decided{}
	for _, x := range list {
		out = append(out, exported(x))
	}
	if err := put("moderation.json", out); err != nil {
		return err
	}
	return h.exportReports(ctx, person, put)
}

// decided is a decision as its person takes it along: all that they read of it here.
type decided struct {
	At      time.Time  `json:"at"`
	What    string     `json:"what"`
	Of      string     `json:"of"` // the kind of what was reported
	Reason  string     `json:"reason"`
	Labels  []string   `json:"labels,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
	Lifted  *time.Time `json:"taken_back,omitempty"`
	Undone  string     `json:"taken_back_why,omitempty"`
	Appeal  string     `json:"appeal,omitempty"`
	Asked   *time.Time `json:"appealed,omitempty"`
	Route   Route      `json:"appeal_decided_by,omitempty"`
	Stands  *bool      `json:"appeal_says_it_stands,omitempty"`
	Decided *time.Time `json:"appeal_answered,omitempty"`
	Answer  string     `json:"answer,omitempty"`
}

func exported(x Action) decided {
	d := decided{At: x.At.Std(), What: x.What, Of: x.Kind, Reason: x.Reason, Until: instant(x.Until), Lifted: instant(x.LiftedAt), Undone: x.Undone}
	if x.What == Label {
		d.Labels = strings.Fields(x.detail)
	}
	if p := x.Appeal; p != nil {
		d.Appeal, d.Asked, d.Route, d.Answer, d.Decided = p.Words, instant(p.At), p.Route, p.Answer, instant(p.DecidedAt)
		if d.Decided != nil {
			d.Stands = &p.Upheld
		}
	}
	return d
}

// instant is a moment in an export; nil where there is none.
func instant(t moment.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	at := t.Std()
	return &at
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
