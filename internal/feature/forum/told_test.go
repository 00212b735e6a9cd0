package forum_test

import (
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
)

// That somebody is kept out is told to nobody who tries their name: a coordinator and a
// community's own moderator read what they read of a name that is nobody's.
func TestNamingTellsNobodyWhoIsKeptOut(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ours := h.space(t, draft(forum.Community), h.wren, h.ali)
		bad := h.begins(t, h.wren, ours, "Bad", "hurtful words")
		h.bans(t, h.wren, bad)
		for _, p := range []*cairntest.Someone{h.tomo, h.fern} {
			out, nobody := p.Post(at(ours, "/moderators"), "name", "Wren"), p.Post(at(ours, "/moderators"), "name", "Wrem")
			status(t, "a name that is kept out", out, 422)
			has(t, "the answer", out.Body, "We know nobody of that name who could do this.")
			_, a, _ := strings.Cut(strings.ReplaceAll(out.Body, "Wren", "Wrem"), "<main")
			if _, b, _ := strings.Cut(nobody.Body, "<main"); a == "" || a != b {
				t.Errorf("%s reads another page of somebody who is kept out than of nobody", p.Name)
			}
		}
	})
}

// Before anybody joins or writes they read who else may read it, with a way to the exceptions.
func TestWhoReadsACommunityIsSaid(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ours := h.space(t, draft(forum.Community), h.ali)
		const but = "and nobody else, unless somebody reports it or we worry about you."
		for _, path := range []string{at(ours), at(ours, "/join")} {
			has(t, path, h.heron.Get(path).Body, but, `<a href="/policy">Exceptions`)
		}
		has(t, "the form", h.ali.Get(at(ours, "/write")).Body, but, `<a href="/policy">Exceptions`)
	})
}

// A file brings nothing back that its author took back, whatever space it is brought into, nor
// what stood below it.
func TestWhatWasTakenBackComesInNowhere(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id, other := h.space(t, draft(forum.Members)), h.space(t, draft(forum.Members))
		kept := h.begins(t, h.heron, id, "Kept", "kept words")
		back := h.begins(t, h.heron, id, "Back", "words that heron took back")
		h.answers(t, h.ali, back, "an answer to it")
		erased := h.answers(t, h.wren, kept, "words of wren")
		file := h.tomo.Post(at(id, "/export")).Body
		has(t, "the file", file, "words that heron took back", "words of wren", string(erased))
		must(t, h.Discussion.Withdraw(t.Context(), h.heron.Actor, back))
		must(t, h.People.Erase(t.Context(), h.wren.Actor, people.Proof{Name: "Wren"}))
		h.Settle()
		status(t, "into another space", h.brings(t, other, file, "strict", "yes"), 422)
		has(t, "what would come", h.tomo.Get(at(other, "/import")).Body, "It was taken back, erased or hidden where it was first written")
		status(t, "without what cannot come", h.brings(t, other, file), 303)
		h.Settle()
		along := h.tomo.Post(at(other, "/export")).Body
		has(t, "what came", along, "kept words")
		lacks(t, "what came", along, "words that heron took back", "an answer to it", "words of wren")
	})
}
