package discussion

import (
	"context"
	"slices"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

type exportedDraft struct {
	At      string    `json:"at"`
	Place   string    `json:"place,omitempty"`
	On      moment.ID `json:"on"` // the space, or the thread that it answers
	Unnamed bool      `json:"without_a_name,omitempty"`
	Title   string    `json:"title,omitempty"`
	Words   string    `json:"words,omitempty"`
}

type exportedFollow struct {
	What moment.ID `json:"what"`
	At   string    `json:"at"`
}

// exportedHabits are what somebody follows and has read, and what they would rather not meet.
type exportedHabits struct {
	Follows []exportedFollow
	Read    []exportedFollow // what they have opened, and when last
	Rather  []string
	Wishes  exportedWishes
	Called  []exportedFollow // what called them by name, and when they were told
}

type exportedWishes struct {
	Called   bool   `json:"may_be_called_by_name"`
	Pictures bool   `json:"pictures_shown_unasked"`
	Pace     Pace   `json:"hears_what_is_new"`
	Minute   int    `json:"minute_of_the_day"`
	Weekday  int    `json:"weekday"`
	HeardTo  string `json:"told_up_to,omitempty"`
}

// exportDrafts opens what the person has begun to write and not sent.
func (h Holding) exportDrafts(ctx context.Context, r db.Reader, rooms map[moment.ID]*room, person moment.ID) ([]exportedDraft, error) {
	out := []exportedDraft{}
	list, err := draftsBy(ctx, r, person)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		x, err := h.exportRoom(ctx, r, rooms, person, d.Space)
		if err != nil {
			return nil, err
		}
		if x == nil {
			continue
		}
		one := exportedDraft{At: d.At.Stamp(), Place: x.Name, On: d.Object, Unnamed: d.Anonymous}
		if one.Title, err = openIn(*x, d.title, draftPlace("title", person, d.Object)); err != nil {
			return nil, err
		}
		if one.Words, err = openIn(*x, d.words, draftPlace("words", person, d.Object)); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func exportHabits(ctx context.Context, r db.Reader, person moment.ID) (exportedHabits, error) {
	out := exportedHabits{Follows: []exportedFollow{}, Read: []exportedFollow{}, Rather: []string{}, Called: []exportedFollow{}}
	list, err := followsBy(ctx, r, person)
	if err != nil {
		return out, err
	}
	for _, f := range list {
		out.Follows = append(out.Follows, exportedFollow{f.Object, f.At.Stamp()})
	}
	marks, err := marksBy(ctx, r, person)
	if err != nil {
		return out, err
	}
	for _, m := range marks {
		out.Read = append(out.Read, exportedFollow{m.Object, m.At.Stamp()})
	}
	topics, err := rathersOf(ctx, r, person)
	for t := range topics {
		out.Rather = append(out.Rather, t)
	}
	if err != nil {
		return out, err
	}
	slices.Sort(out.Rather)
	w, err := wishOf(ctx, r, person)
	if err != nil {
		return out, err
	}
	out.Wishes = exportedWishes{w.Called, w.Pictures, w.Pace, w.Minute, w.Weekday, w.heard.Stamp()}
	calls, err := callsTo(ctx, r, person)
	for _, c := range calls {
		out.Called = append(out.Called, exportedFollow{c.Object, c.At.Stamp()})
	}
	return out, err
}
