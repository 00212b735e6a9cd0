package discussion

import (
	"context"
	"strconv"
	"strings"

	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Subject lets posts and comments be reported by those who see them.
type Subject struct{ *Service }

// Name is the kind.
func (Subject) Name() string { return "post" }

// Reported gives an entry with what stands openly in its thread up to it, of what the actor
// meets. What is held or hidden there is not in it, whoever reports and whatever they see:
// an excerpt is read by others than those who look after the place. Nobody is named in it: 1 wrote what is reported, and everybody else has a number. Somebody
// who wrote both with their name and without has two.
func (x Subject) Reported(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (moderation.Reported, bool, error) {
	at, e, err := x.at(ctx, r, a, id)
	if fault.Is(err, fault.NotFound) || err == nil && (e.author == "" && !e.Brought || e.State == Withdrawn) {
		return moderation.Reported{}, false, nil
	}
	if err != nil {
		return moderation.Reported{}, false, err
	}
	list, err := x.upTo(ctx, r, at, e)
	if err != nil {
		return moderation.Reported{}, false, err
	}
	ids := make([]moment.ID, len(list))
	for i, y := range list {
		ids[i] = y.ID
	}
	pictures, err := x.pictured(ctx, r, at, ids)
	if err != nil {
		return moderation.Reported{}, false, err
	}
	numbers := map[string]int{seedOf(e): 1}
	var b strings.Builder
	for _, y := range list {
		if y.State == Withdrawn {
			continue
		}
		n := numbers[seedOf(y)]
		if n == 0 {
			n = len(numbers) + 1
			numbers[seedOf(y)] = n
		}
		b.WriteString(y.At.Std().Format("2 Jan 15:04 UTC") + " (" + strconv.Itoa(n) + ") ")
		if y.Title != "" {
			b.WriteString(y.Title + "\n")
		}
		b.WriteString(y.Words + "\n")
		for _, p := range pictures[y.ID] {
			b.WriteString("[" + p.Alt + "]\n")
		}
		b.WriteString("\n")
	}
	about := e.author
	if e.Brought { // nobody here wrote it: what is decided is about the words
		about = e.ID
	}
	return moderation.Reported{About: about, Excerpt: strings.TrimSpace(b.String()), Anonymous: e.Anonymous, Nobody: e.Brought}, true, nil
}

// upTo gives what stands openly in the thread of an entry up to it, of what a viewer meets,
// and the entry.
func (x Subject) upTo(ctx context.Context, r db.Reader, at room, e Entry) ([]Entry, error) {
	out := []Entry{e}
	if e.Post == "" {
		return out, nil
	}
	top, found, err := entryByID(ctx, r, e.Post)
	if err != nil || !found || !canSee(at.viewer, top.Entry).OK() {
		return out, err
	}
	rows, err := openUpTo(ctx, r, e, at.viewer, excerptMost)
	if err != nil {
		return out, err
	}
	if top.State == Open {
		rows = append([]row{top}, rows...)
	}
	out = nil
	for _, y := range rows {
		opened, err := open(at, y)
		if err != nil {
			return nil, err
		}
		out = append(out, opened)
	}
	return out, nil
}

// seedOf tells authors apart as readers do: by person, by number, or by what a file called them.
func seedOf(e Entry) string {
	if e.Brought {
		return string(e.Space) + "/" + e.Label
	}
	if e.Anonymous {
		return "#" + strconv.Itoa(e.Alias)
	}
	return string(e.author)
}

// Unveil lets moderation look up who wrote what was reported, with a reason that
// the author reads.
func (x Subject) Unveil(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID, reason string) error {
	return x.unveil(ctx, tx, a, id, reason)
}
