package rooms_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
)

func TestCaptions(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron)
		h.does(t, h.juniper, 404, "caption", "caption", "not mine to type")
		h.over(t, h.wren, 303, "role", h.me(t, h.juniper), "role", "captioner")
		for n := range 14 {
			h.does(t, h.juniper, 303, "caption", "caption", fmt.Sprintf("line  number\n%d.", n))
			w.Time.Advance(time.Second)
		}
		for words, want := range map[string]int{"": 422, "   ": 422, strings.Repeat("x", 301): 422} {
			if got := h.does(t, h.juniper, want, "caption", "caption", words); words != "" && strings.TrimSpace(words) != "" && !strings.Contains(got.Body, words) {
				t.Error("what was typed is lost")
			}
		}
		v := h.look(t, h.heron)
		if len(v.Captions) != 12 || v.Captions[0].Words != "line number 2." || v.Captions[11].Words != "line number 13." {
			t.Errorf("%d lines: %+v", len(v.Captions), v.Captions)
		}
		// Whoever has no script reads them too: they hear nothing.
		if page := h.heron.Get(h.path()).Body; !regexp.MustCompile(`<div class="room-lines"[^>]*aria-label="[^"]+">\s*<p dir="auto">line number 2\.`).MatchString(page) {
			t.Error("captions are not on the page, or hidden there")
		}
		if n := h.count(t, `SELECT count(*) FROM rooms_caption`); n != 12 {
			t.Errorf("%d lines are kept", n)
		}
		h.keep(t, 3*time.Minute, h.wren, h.juniper, h.heron)
		if n := h.count(t, `SELECT count(*) FROM rooms_caption`); n != 0 || len(h.look(t, h.heron).Captions) != 0 {
			t.Errorf("after two minutes %d lines are kept", n)
		}
		h.does(t, h.wren, 303, "caption", "caption", "who holds it types too")
		h.does(t, h.wren, 303, "end")
		if n := h.count(t, `SELECT count(*) FROM rooms_caption`); n != 0 {
			t.Errorf("%d lines are left of a closed room", n)
		}
	})
}

// webinar makes the hall's room one in which most listen.
func (h *house) webinar() {
	h.hall.set(func() { h.hall.stand.Mode, h.hall.stand.Quiet = rooms.Webinar, true })
}

func TestQuestions(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.webinar()
		h.enters(t, h.wren, h.juniper, h.heron)
		for n := range 5 {
			h.does(t, h.juniper, 303, "ask", "question", fmt.Sprintf("How does one begin? (%d)", n))
		}
		if got := h.does(t, h.juniper, 409, "ask", "question", "And another?"); !strings.Contains(got.Body, "You have 5 open questions.") || !strings.Contains(got.Body, "And another?") {
			t.Error("the sixth is not refused in words, or lost")
		}
		for _, words := range []string{"", " \n ", strings.Repeat("x", 501)} {
			h.does(t, h.heron, 422, "ask", "question", words)
		}
		q := h.look(t, h.heron).Questions
		if len(q) != 5 || q[0].Mine || !h.look(t, h.juniper).Questions[0].Mine {
			t.Fatalf("%d questions: %+v", len(q), q)
		}
		third := "question/" + string(q[2].ID)
		for range 3 { // each has one voice
			h.does(t, h.heron, 303, third+"/vote", "yes", "yes")
		}
		h.does(t, h.wren, 303, third+"/vote", "yes", "yes")
		if got := h.look(t, h.juniper).Questions[0]; got.ID != q[2].ID || got.Votes != 2 || got.Voted {
			t.Errorf("after two voices: %+v", got)
		}
		for range 2 {
			h.does(t, h.heron, 303, third+"/vote", "yes", "no")
		}
		if got := h.look(t, h.heron).Questions[0]; got.Votes != 1 || got.Voted {
			t.Errorf("after one was taken back: %+v", got)
		}
		page := h.heron.Get(h.path()).Body
		list := page[strings.Index(page, `id="questions"`):strings.Index(page, `id="people"`)]
		shows(t, "another listener", list, []string{"How does one begin? (0)"}, []string{"Juniper", string(h.juniper.ID), string(h.me(t, h.juniper).ID)})
		h.does(t, h.juniper, 404, third+"/state", "state", "answered")
		h.does(t, h.wren, 422, third+"/state", "state", "gone")
		h.does(t, h.wren, 303, third+"/state", "state", "answered")
		h.does(t, h.juniper, 303, "ask", "question", "And another?") // one was answered
		h.does(t, h.wren, 303, "question/"+string(q[0].ID)+"/state", "state", "aside")
		v := h.look(t, h.heron)
		if len(v.Questions) != 5 || v.Questions[4].ID != q[2].ID {
			t.Errorf("answered last, set aside away: %+v", v.Questions)
		}
		h.does(t, h.wren, 303, "end")
		h.does(t, h.heron, 404, third+"/vote", "yes", "yes")
		if n := h.count(t, `SELECT count(*) FROM rooms_question`) + h.count(t, `SELECT count(*) FROM rooms_vote`); n != 0 {
			t.Errorf("%d are left of a closed room", n)
		}
	})
}

func TestQuestionsOfAnotherRoom(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		one, other := begin(t, w), begin(t, cairntest.New(t))
		one.enters(t, one.wren)
		one.does(t, one.wren, 404, "ask", "question", "There are no questions in a meeting")
		other.webinar()
		other.enters(t, other.wren)
		other.does(t, other.wren, 303, "ask", "question", "Elsewhere?")
		id := other.look(t, other.wren).Questions[0].ID
		one.does(t, one.wren, 404, "question/"+string(id)+"/vote", "yes", "yes")
		one.does(t, one.wren, 404, "question/"+string(id)+"/state", "state", "answered")
	})
}

func TestMostListenInAWebinar(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.webinar()
		h.hall.set(func() { h.hall.stand.KeepsDoor = true })
		h.enters(t, h.wren)
		for range 3 { // waiting again and again makes nobody a speaker
			h.as(t, h.juniper, "as", "picture")
		}
		h.over(t, h.wren, 303, "admit", h.me(t, h.juniper), "yes", "yes")
		if me := h.me(t, h.juniper); me.Role != rooms.Listener || me.MaySpeak() {
			t.Fatalf("a listener came in as %s", me.Role)
		}
		h.does(t, h.juniper, 404, "listen", "yes", "no")
		h.does(t, h.juniper, 303, "hand", "yes", "yes")
		h.over(t, h.wren, 303, "role", h.me(t, h.juniper), "role", "part")
		me := h.me(t, h.juniper)
		if !me.MaySpeak() || !me.HandAt.IsZero() {
			t.Errorf("with the word: %+v", me)
		}
		h.enters(t, h.juniper) // another window keeps the word
		if !h.me(t, h.juniper).MaySpeak() {
			t.Error("the word is lost in another window")
		}
	})
}

func TestNothingTiesANumberToAPerson(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.webinar()
		h.enters(t, h.wren, h.heron)
		h.as(t, h.juniper, "as", "listen", "quiet", "yes")
		h.as(t, h.willow, "as", "listen", "quiet", "yes")
		juniper := h.me(t, h.juniper)
		if juniper.Alias != 1 || h.me(t, h.willow).Alias != 2 {
			t.Fatalf("numbers %d and %d", juniper.Alias, h.me(t, h.willow).Alias)
		}
		h.does(t, h.juniper, 303, "hand", "yes", "yes")
		h.does(t, h.juniper, 303, "ask", "question", "May one ask this?")
		talk := h.look(t, h.juniper).Talk
		if got := h.juniper.Post("/talk/"+string(talk)+"/say", "key", "a", "text", "a word in the chat", "back", h.path()); got.Status != 303 || got.To() != h.path() {
			t.Fatalf("the text chat: %d %s", got.Status, got.To())
		}
		for name, p := range map[string]*cairntest.Someone{"who holds it": h.wren, "who listens": h.heron} {
			room, door := p.Get(h.path()).Body, p.Get(h.door()).Body
			shows(t, name, room, []string{"Visitor #1", "Speaking order: 1 Visitor #1", "a word in the chat", "May one ask this?"}, []string{"Juniper", string(h.juniper.ID), "/cases/new?place=" + string(juniper.ID)})
			shows(t, name, door, []string{"Visitor #1"}, []string{"Juniper", string(h.juniper.ID)})
			shows(t, name, p.Get("/report?kind=seat&id="+string(juniper.ID)).Body, nil, []string{"Juniper", string(h.juniper.ID)})
		}
		if got := h.wren.Get("/cases/new?place=" + string(juniper.ID)); got.Status != 404 || strings.Contains(got.Body, "Juniper") {
			t.Errorf("a worry about a number: %d", got.Status)
		}
		h.does(t, h.juniper, 303, "leave")
		h.as(t, h.juniper, "as", "listen") // the number stays, also when it was not chosen again
		if me := h.me(t, h.juniper); me.Alias != 1 {
			t.Errorf("after coming back they are %d", me.Alias)
		}
		h.refused(t, h.heron, "You have been here by your name.", "quiet", "yes")
		h.does(t, h.heron, 303, "leave")
		h.refused(t, h.heron, "You have been here by your name.", "quiet", "yes")
		// Closed and opened again nobody gets the number of somebody else.
		h.does(t, h.wren, 303, "end")
		h.enters(t, h.wren)
		h.as(t, h.another(t), "quiet", "yes")
		h.as(t, h.juniper, "quiet", "yes")
		seen := map[int]bool{}
		for _, s := range h.look(t, h.wren).Seats {
			if s.Alias > 0 && seen[s.Alias] {
				t.Errorf("two are number %d", s.Alias)
			}
			seen[s.Alias] = true
		}
		// Whoever holds it after all does so by name, and nothing leads back to the number.
		before := h.me(t, h.juniper)
		h.hall.set(func() { h.hall.mayHold = append(h.hall.mayHold, h.juniper.ID) })
		h.as(t, h.juniper, "hold", "yes")
		if me := h.me(t, h.juniper); me.Role != rooms.Host || me.Alias != 0 || me.ID == before.ID {
			t.Errorf("holding it: %+v", me)
		}
		shows(t, "who holds it too", h.wren.Get(h.path()).Body, []string{"Juniper"}, []string{string(before.ID), before.Identity})
		if got := h.look(t, h.wren).People; got != 3 {
			t.Errorf("%d are counted", got)
		}
	})
}

// another is somebody else who comes.
func (h *house) another(t *testing.T) *cairntest.Someone {
	t.Helper()
	p := h.Person("Brook", access.Member)
	h.hall.set(func() { h.hall.come = append(h.hall.come, p.ID) })
	return p
}
