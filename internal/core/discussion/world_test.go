package discussion_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// garden is what the spaces of these tests belong to.
type garden struct {
	members, keepers map[moment.ID]bool
	slow             time.Duration
	readOnly         bool
}

func (g *garden) Stands(_ context.Context, _ db.Reader, a access.Actor, _ discussion.Space) (discussion.Stand, error) {
	in := g.members[a.Person] || g.keepers[a.Person]
	return discussion.Stand{Name: "The garden", Href: "/garden", See: in, Write: in && !g.readOnly, Keep: g.keepers[a.Person], Readers: "the people of the garden.", Slow: g.slow}, nil
}

func (g *garden) Followers(_ context.Context, _ db.Reader, _ discussion.Space, after moment.ID, most int) ([]moment.ID, error) {
	all := slices.DeleteFunc(slices.Sorted(maps.Keys(g.members)), func(id moment.ID) bool { return id <= after })
	return all[:min(most, len(all))], nil
}

func (g *garden) Keepers(context.Context, db.Reader, discussion.Space) ([]moment.ID, error) {
	var out []moment.ID
	for id := range g.keepers {
		out = append(out, id)
	}
	return out, nil
}

// house is a garden with people: Heron, Ali and Wren belong to it, Fern keeps it,
// Robin does not belong, Ines supervises and Otto coordinates.
type house struct {
	*cairntest.World
	garden                                    *garden
	space                                     moment.ID
	heron, ali, wren, fern, robin, ines, otto *cairntest.Someone
}

var anything = discussion.SpaceRules{Anonymous: true}

func begin(t *testing.T, w *cairntest.World, rules discussion.SpaceRules) house {
	t.Helper()
	h := house{World: w, heron: w.Person("Heron"), ali: w.Person("Ali"), wren: w.Person("Wren"), fern: w.Person("Fern", access.Facilitator), robin: w.Person("Robin"),
		ines: w.Person("Ines", access.Supervisor), otto: w.Person("Otto", access.Coordinator)}
	h.garden = &garden{members: map[moment.ID]bool{h.heron.ID: true, h.ali.ID: true, h.wren.ID: true}, keepers: map[moment.ID]bool{h.fern.ID: true}}
	w.Discussion.Around("garden", h.garden)
	must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
		var err error
		h.space, err = w.Discussion.OpenSpace(t.Context(), tx, "garden", moment.NewID(), rules)
		return err
	}))
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// posts writes a post and gives its id.
func (h house) posts(t *testing.T, p *cairntest.Someone, words string, unnamed ...bool) moment.ID {
	t.Helper()
	id, _, err := h.Discussion.Post(t.Context(), p.Actor, h.space, discussion.Draft{Words: words, Anonymous: len(unnamed) > 0})
	must(t, err)
	h.Time.Advance(time.Second)
	return id
}

func (h house) answers(t *testing.T, p *cairntest.Someone, post moment.ID, words string, unnamed ...bool) moment.ID {
	t.Helper()
	id, _, err := h.Discussion.Comment(t.Context(), p.Actor, post, discussion.Draft{Words: words, Anonymous: len(unnamed) > 0})
	must(t, err)
	h.Time.Advance(time.Second)
	return id
}

func (h house) page(t *testing.T, p *cairntest.Someone) discussion.SpaceView {
	t.Helper()
	v, err := h.Discussion.Page(t.Context(), p.Actor, h.space, "", 0)
	must(t, err)
	return v
}

// words are those of the posts that somebody meets, with how they stand.
func (h house) words(t *testing.T, p *cairntest.Someone) string {
	t.Helper()
	var out []string
	for _, e := range h.page(t, p).Posts {
		s := e.Words
		if e.State != discussion.Open {
			s += "/" + string(e.State)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func (h house) wall() string { return "/wall/" + string(h.space) }

func (h house) apart(t *testing.T, by, whom *cairntest.Someone) {
	t.Helper()
	must(t, h.DB.Write(t.Context(), func(tx db.Writer) error {
		return h.People.KeepApart(t.Context(), tx, by.Actor, whom.ID, people.Block, 0)
	}))
}

// told counts what somebody was told and not yet settled, by kind.
func (h house) told(t *testing.T, p *cairntest.Someone, kind string) int {
	t.Helper()
	h.Settle()
	var n int
	must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = $2 AND settled_at = 0`, p.ID, kind).Scan(&n))
	return n
}

func (h house) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	must(t, h.DB.Reader().QueryRow(t.Context(), query, args...).Scan(&n))
	return n
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
