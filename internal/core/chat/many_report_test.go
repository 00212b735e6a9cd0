package chat_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

var reportID = regexp.MustCompile(`/report\?kind=message&amp;id=([0-9a-f-]+)`)

func TestOneMessageAmongManyIsReported(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c, path := room(t, w)
		heron, wren, ali, ines := w.Person("Heron"), w.Person("Wren"), w.Person("Ali", access.Peer), w.Person("Ines", access.Supervisor)
		c.admit(t, ali, "")
		c.admit(t, wren, "Visitor 3")
		c.say(t, ali, "1", "before Heron came")
		c.admit(t, heron, "")
		c.say(t, wren, "1", "a question")
		c.say(t, ali, "2", "an answer")
		bad := c.say(t, wren, "2", "something hurtful")
		c.say(t, ali, "3", "after it")
		own := c.say(t, heron, "1", "of Heron")
		taken := c.say(t, ali, "4", "taken back")
		if err := w.Chat.Withdraw(t.Context(), ali.Actor, c.id, taken.Seq); err != nil {
			t.Fatal(err)
		}

		links := reportID.FindAllStringSubmatch(heron.Get(path).Body, -1)
		if len(links) != 4 || links[2][1] != string(bad.ID) {
			t.Fatalf("what can be reported: %v", links)
		}
		for what, page := range map[string]cairntest.Page{
			"one's own":                  heron.Get("/report?kind=message&id=" + string(own.ID)),
			"what is taken back":         heron.Get("/report?kind=message&id=" + string(taken.ID)),
			"by who is not there":        ines.Get("/report?kind=message&id=" + string(bad.ID)),
			"by who wrote it":            wren.Get("/report?kind=message&id=" + string(bad.ID)),
			"what does not exist":        heron.Get("/report?kind=message&id=" + string(moment.NewID())),
			"the conversation as a kind": heron.Get("/report?kind=message&id=" + string(c.id)),
		} {
			if page.Status != http.StatusNotFound {
				t.Errorf("%s is reported: %d", what, page.Status)
			}
		}
		if got := heron.Get("/report?kind=message&id=" + string(bad.ID)); got.Status != http.StatusOK || strings.Contains(got.Body, "Wren") {
			t.Errorf("the page: %d", got.Status)
		}
		if got := heron.Post("/report", "kind", "message", "id", string(bad.ID), "reason", "hurtful"); got.Status != http.StatusSeeOther {
			t.Fatalf("reported: %d\n%s", got.Status, got.Body)
		}
		// Whoever is reported stays, and so do the words, for those who read them.
		c.say(t, wren, "3", "still here")
		c.close(t)
		w.Time.Advance(chat.DestroyAfter + time.Second)
		w.Settle()

		q, err := w.Moderation.Queue(t.Context(), ines.Actor)
		if err != nil || len(q.Reports) != 1 || q.Reports[0].About != wren.ID {
			t.Fatalf("the queue: %+v, %v", q.Reports, err)
		}
		r, _, err := w.Moderation.Open(t.Context(), ines.Actor, q.Reports[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{" (1) a question", " (2) an answer", " (1) something hurtful"}
		lines := strings.Split(r.Excerpt, "\n")
		if len(lines) != len(want) {
			t.Fatalf("the excerpt:\n%s", r.Excerpt)
		}
		for i, line := range lines {
			if !strings.HasSuffix(line, want[i]) {
				t.Errorf("%q, want %q", line, want[i])
			}
		}
	})
}

func TestSomebodyWhoIsOutReportsNothing(t *testing.T) {
	w := cairntest.New(t)
	c, _ := room(t, w)
	heron, wren := w.Person("Heron"), w.Person("Wren")
	c.admit(t, heron, "")
	c.admit(t, wren, "")
	read := c.say(t, wren, "1", "read")
	c.dismiss(t, heron)
	unread := c.say(t, wren, "2", "unread")
	status := func(m chat.Message, want int) {
		t.Helper()
		if got := heron.Get("/report?kind=message&id=" + string(m.ID)); got.Status != want {
			t.Errorf("%q: %d, want %d", m.Text, got.Status, want)
		}
	}
	status(read, http.StatusNotFound)
	c.admit(t, heron, "")
	status(read, http.StatusOK)
	status(unread, http.StatusNotFound)
	c.write(t, func(ctx context.Context, tx db.Writer) error {
		return chat.Holding{Service: w.Chat}.Erase(ctx, tx, wren.ID, w.Time.Now())
	})
	status(read, http.StatusNotFound)
}
