package people

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

type wordsItem struct {
	Words      string     `json:"words"`
	Visibility Visibility `json:"visibility"`
	Suggested  bool       `json:"suggested_to_the_service"`
	Became     string     `json:"became,omitempty"`
	Reason     string     `json:"why_it_was_set_aside,omitempty"`
}

type nameItem struct {
	Name  string `json:"name"`
	Since string `json:"since"`
}

type weekItem struct {
	Day  string `json:"day"`
	From string `json:"from"`
	To   string `json:"to"`
}

// exportWishes adds own words, wishes, names and hours to what is exported.
func (o own) exportWishes(ctx context.Context, r db.Reader, who moment.ID, out *exportedLived) error {
	a := access.Actor{Person: who}
	out.Words, out.Gladly, out.Names, out.Week = []wordsItem{}, []string{}, []nameItem{}, []weekItem{}
	words, err := o.wordsOf(ctx, r, who)
	if err != nil {
		return err
	}
	for _, w := range words {
		x := wordsItem{Words: w.Words, Visibility: w.Visibility, Suggested: w.Suggested, Reason: w.Reason}
		if w.Became != nil {
			x.Became = w.Became.Slug
		}
		out.Words = append(out.Words, x)
	}
	limits, err := o.Limits(ctx, a)
	if err != nil {
		return err
	}
	out.Gladly = append(out.Gladly, limits.Gladly...)
	names, err := o.knownNames(ctx, r, who)
	if err != nil {
		return err
	}
	for _, n := range names {
		out.Names = append(out.Names, nameItem{n.Name, n.At.Stamp()})
	}
	week, zone, err := o.Week(ctx, a)
	if err != nil || len(week) == 0 {
		return err
	}
	out.Zone = zone.String()
	for _, s := range week {
		out.Week = append(out.Week, weekItem{time.Weekday((s.Day + 1) % 7).String(), wall(s.Begins * 30), wall((s.Begins + s.Halves) * 30)})
	}
	return nil
}
