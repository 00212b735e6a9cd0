package forum_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// house is a service with people: Tomo coordinates, Ines supervises, Fern looks after the
// spaces that are made here, Heron, Ali and Wren are members, Slate is the administrator.
type house struct {
	*cairntest.World
	tomo, ines, fern, slate *cairntest.Someone
	heron, ali, wren        *cairntest.Someone
	visitor, guest          *cairntest.Someone
}

// goodbye has a phrase of the rules in it.
const goodbye = "I want to die, and I am tired"

func begin(t *testing.T, w *cairntest.World) *house {
	t.Helper()
	h := &house{World: w, visitor: w.Browser(), guest: w.Browser(), tomo: w.Person("Tomo", access.Coordinator), ines: w.Person("Ines", access.Supervisor), slate: w.Person("Slate", access.Administrator),
		fern: w.Person("Fern"), heron: w.Person("Heron"), ali: w.Person("Ali"), wren: w.Person("Wren")}
	must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
		card, err := w.People.NewGuest(t.Context(), tx, "en", "UTC")
		if err != nil {
			return err
		}
		token, err := w.People.StartSession(t.Context(), tx, card.ID, people.SessionInfo{Label: "test"})
		h.guest.ID = card.ID
		h.guest.SetToken(token)
		return err
	}))
	h.guest.Actor = w.ActorOf(h.guest)
	return h
}

func draft(audience forum.Audience) forum.Draft {
	return forum.Draft{Name: "By the water", Welcome: "Welcome here.\n\nStay as long as you like.", Audience: audience, Joins: forum.ByPress, Unnamed: true, Alone: forum.Slow}
}

// space is one that Fern looks after, and where she has just been.
func (h *house) space(t *testing.T, d forum.Draft, in ...*cairntest.Someone) moment.ID {
	t.Helper()
	id, err := h.Forum.Make(t.Context(), h.tomo.Actor, d)
	must(t, err)
	must(t, h.Forum.Name(t.Context(), h.tomo.Actor, id, "Fern"))
	for _, p := range in {
		_, err := h.Forum.Join(t.Context(), p.Actor, id, "")
		must(t, err)
	}
	h.look(t, h.fern, id)
	return id
}

func (h *house) look(t *testing.T, p *cairntest.Someone, id moment.ID) forum.View {
	t.Helper()
	v, err := h.Forum.Look(t.Context(), p.Actor, id, "")
	must(t, err)
	return v
}

func (h *house) begins(t *testing.T, p *cairntest.Someone, id moment.ID, title, words string) moment.ID {
	t.Helper()
	post, _, err := h.Discussion.Post(t.Context(), p.Actor, h.wall(t, id), discussion.Draft{Title: title, Words: words})
	must(t, err)
	h.Time.Advance(time.Second)
	return post
}

func (h *house) answers(t *testing.T, p *cairntest.Someone, post moment.ID, words string) moment.ID {
	t.Helper()
	id, _, err := h.Discussion.Comment(t.Context(), p.Actor, post, discussion.Draft{Words: words})
	must(t, err)
	h.Time.Advance(time.Second)
	return id
}

func (h *house) wall(t *testing.T, id moment.ID) moment.ID {
	t.Helper()
	var wall moment.ID // nobody who keeps it is there to look
	must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT wall FROM forum_space WHERE id = $1`, id).Scan(&wall))
	return wall
}

// told counts what somebody was told and has not been settled, by kind.
func (h *house) told(t *testing.T, p *cairntest.Someone, kind string) int {
	t.Helper()
	h.Settle()
	return h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = $2 AND settled_at = 0`, p.ID, kind)
}

func (h *house) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	must(t, h.DB.Reader().QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

func at(id moment.ID, more ...string) string { return "/forum/" + string(id) + strings.Join(more, "") }

func post(id moment.ID, more ...string) string { return "/post/" + string(id) + strings.Join(more, "") }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: %v", what, err)
	}
}

func status(t *testing.T, what string, got cairntest.Page, want int) {
	t.Helper()
	if got.Status != want {
		t.Errorf("%s: %d, not %d", what, got.Status, want)
	}
}

func has(t *testing.T, what, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("%s lacks %q", what, p)
		}
	}
}

func lacks(t *testing.T, what, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(body, p) {
			t.Errorf("%s has %q", what, p)
		}
	}
}
