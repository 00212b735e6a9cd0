package chat

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

// Line lets one message of a conversation of many be reported by whoever reads it. What
// is reported stays where it is, and so does who wrote it.
type Line struct{ *Service }

// Name is the kind.
func (Line) Name() string { return "message" }

// Reported gives whoever wrote a message and the last words up to it, as the actor can
// read them; false for their own, for what was taken back, and for what they do not see.
// Nobody is named in it: 1 wrote what is reported, which stands last, and everybody else
// has a number. Somebody who wrote both by their name and by another has two.
func (x Line) Reported(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (moderation.Reported, bool, error) {
	conversation, seq, found, err := messageByID(ctx, r, id)
	if err != nil || !found {
		return moderation.Reported{}, false, err
	}
	f, err := x.readable(ctx, r, a, conversation)
	if fault.Is(err, fault.NotFound) {
		return moderation.Reported{}, false, nil
	}
	if err != nil {
		return moderation.Reported{}, false, err
	}
	rows, err := messagesBefore(ctx, r, spanOf(f, a.Person), seq+1, excerptLength)
	if err != nil || len(rows) == 0 {
		return moderation.Reported{}, false, err
	}
	messages, err := x.unseal(f, rows)
	if err != nil {
		return moderation.Reported{}, false, err
	}
	m := messages[len(messages)-1]
	if m.ID != id || m.Text == "" || m.Author == "" || m.Author == a.Person {
		return moderation.Reported{}, false, nil
	}
	return moderation.Reported{About: m.Author, Excerpt: numbered(messages, m)}, true, nil
}

// numbered writes messages down with a number for each author; 1 is that of about.
func numbered(list []Message, about Message) string {
	numbers := map[string]int{seedOf(about): 1}
	var b strings.Builder
	for _, m := range list {
		if m.Text == "" || m.Author == "" {
			continue
		}
		n := numbers[seedOf(m)]
		if n == 0 {
			n = len(numbers) + 1
			numbers[seedOf(m)] = n
		}
		b.WriteString(m.At.Std().Format("15:04 UTC") + " (" + strconv.Itoa(n) + ") " + m.Text + "\n")
	}
	return strings.TrimSpace(b.String())
}

// seedOf tells authors apart as readers do: by person, or by what they were called. The
// stone of somebody who is not shown by their name is drawn from it, and says nothing of
// who they are.
func seedOf(m Message) string {
	if m.Alias != "" {
		return string(m.Conversation) + "/" + m.Alias
	}
	return string(m.Author)
}
