package rooms_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// two are Ali and Heron, who talk; Ines supervises, Otto coordinates.
type two struct {
	*cairntest.World
	ali, heron, ines, otto, nobody *cairntest.Someone
	talk                           moment.ID
	media                          *carrier
}

func talks(t *testing.T, w *cairntest.World) *two {
	t.Helper()
	h := &two{World: w, ali: w.Person("Ali", access.Peer), heron: w.Person("Heron"), ines: w.Person("Ines", access.Supervisor), otto: w.Person("Otto", access.Coordinator), nobody: w.Person("Nobody"), media: &carrier{}}
	w.Rooms.Media = h.media
	for p, leads := range map[*cairntest.Someone]bool{h.ines: true, h.ali: false} {
		must(t, w.Shifts.Start(t.Context(), p.Actor, leads))
	}
	must(t, w.Support.Ready(t.Context(), h.ali.Actor))
	h.heron.Post("/ask")
	w.Settle()
	o, err := w.Support.MyOffer(t.Context(), h.ali.Actor)
	if err != nil || o == nil {
		t.Fatalf("no offer: %v", err)
	}
	h.talk, err = w.Support.Accept(t.Context(), h.ali.Actor, o.ID)
	must(t, err)
	return h
}

func (h *two) door() string { return "/rooms/talk/" + string(h.talk) }

func (h *two) call(t *testing.T, p *cairntest.Someone, status int, do string) {
	t.Helper()
	if got := p.Post(h.door()+"/call", "do", do); got.Status != status {
		t.Errorf("%s, %s: %d, want %d", p.Name, do, got.Status, status)
	}
}

// enters tells whether somebody gets in; the room, or what is said.
func (h *two) enters(p *cairntest.Someone) cairntest.Page {
	return p.Post(h.door()+"/enter", "as", "sound")
}

func (h *two) agree(t *testing.T) {
	t.Helper()
	h.call(t, h.heron, 303, "ask")
	h.call(t, h.ali, 303, "yes")
}

func TestACallNeedsBoth(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := talks(t, w)
		shows(t, "one of the two", h.ali.Get(h.door()).Body, []string{"Ask whether we talk by voice"}, []string{"Enter the room"})
		for _, p := range []*cairntest.Someone{h.ali, h.heron} {
			if got := h.enters(p); got.Status != 409 {
				t.Errorf("%s enters before anybody asked: %d", p.Name, got.Status)
			}
		}
		h.call(t, h.ali, 409, "yes")
		for range 2 {
			h.call(t, h.heron, 303, "ask")
		}
		if got := strings.Count(h.ali.Get("/talk/"+string(h.talk)).Body, "would like to"); got > 2 {
			t.Errorf("asking twice is said %d times", got)
		}
		shows(t, "who asked", h.heron.Get(h.door()).Body, []string{"You have asked."}, []string{"Enter the room", `value="yes"`})
		shows(t, "who is asked", h.ali.Get(h.door()).Body, []string{"You are asked whether you would like to talk by voice."}, []string{"Enter the room"})
		h.call(t, h.heron, 409, "yes") // nobody says yes for the other
		if got := h.enters(h.heron); got.Status != 409 {
			t.Errorf("who asked enters without a yes: %d", got.Status)
		}
		h.call(t, h.ali, 409, "stop") // only who asked takes it back
		h.call(t, h.ali, 303, "no")
		h.call(t, h.ali, 409, "yes")
		h.call(t, h.heron, 303, "ask")
		h.call(t, h.heron, 303, "stop")
		h.call(t, h.ali, 409, "yes")
		h.call(t, h.heron, 303, "ask")
		w.Time.Advance(10 * time.Minute)
		h.call(t, h.ali, 409, "yes") // ten minutes are over
		h.call(t, h.heron, 303, "ask")
		h.call(t, h.ali, 303, "ask") // both asked: both wish it
		for _, p := range []*cairntest.Someone{h.ali, h.heron} {
			if got := h.enters(p); got.Status != 303 {
				t.Errorf("%s enters: %d", p.Name, got.Status)
			}
		}
		h.call(t, h.ali, 404, "shout")
	})
}

func TestNobodyElseIsInACall(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := talks(t, w)
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Chat.Join(t.Context(), tx, h.talk, h.ines.ID) }))
		if _, err := w.Chat.Read(t.Context(), h.ines.Actor, h.talk, 0); err != nil {
			t.Fatalf("who sits in reads: %v", err)
		}
		h.agree(t)
		room := h.enters(h.heron).To()
		h.enters(h.ali)
		for _, p := range []*cairntest.Someone{h.ines, h.otto, h.nobody, w.Browser()} {
			if got := p.Get(h.door()); got.Status != 404 {
				t.Errorf("%s stands at the door: %d", p.Name, got.Status)
			}
			if got := h.enters(p); got.Status != 404 && got.Status != 401 {
				t.Errorf("%s enters: %d", p.Name, got.Status)
			}
			if got := p.Get(room); got.Status == 200 {
				t.Errorf("%s opens the room", p.Name)
			}
			for _, do := range []string{"ask", "yes", "no", "stop"} {
				if got := p.Post(h.door()+"/call", "do", do); got.Status != 404 && got.Status != 401 {
					t.Errorf("%s, %s: %d", p.Name, do, got.Status)
				}
			}
		}
		v, err := w.Rooms.Look(t.Context(), h.ali.Actor, moment.ID(strings.TrimPrefix(room, "/room/")))
		must(t, err)
		if len(v.Seats) != 2 || v.Mode != rooms.Two || v.Holds() {
			t.Errorf("in the call: %d, %s", len(v.Seats), v.Mode)
		}
		for _, verb := range []string{"lock", "door", "hush", "end", "round"} { // nobody holds a call
			if got := h.ali.Post(room+"/"+verb, "yes", "yes", "minutes", "1"); got.Status != 404 {
				t.Errorf("%s: %d", verb, got.Status)
			}
		}
	})
}

func TestACallEnds(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := talks(t, w)
		h.agree(t)
		room := h.enters(h.heron).To()
		h.enters(h.ali)
		h.call(t, h.ali, 303, "stop") // either takes the yes back, at any time
		shows(t, "the other", h.heron.Get(room).Body, []string{"the room is closed"}, []string{"data-line"})
		if got := h.enters(h.heron); got.Status != 409 {
			t.Errorf("entering without another yes: %d", got.Status)
		}
		h.agree(t)
		h.enters(h.heron)
		w.Pass(6 * time.Minute) // nobody is in it any more
		if got := h.enters(h.heron); got.Status != 409 {
			t.Errorf("entering what has closed by itself: %d", got.Status)
		}
		h.agree(t)
		h.enters(h.heron)
		h.enters(h.ali)
		h.media.was()
		must(t, w.Support.End(t.Context(), h.heron.Actor, h.talk))
		w.Settle() // at once, not with the next watch
		if got := strings.Join(h.media.was(), ", "); got != "end "+strings.TrimPrefix(room, "/room/") {
			t.Errorf("after the conversation the media server was asked: %s", got)
		}
		for _, p := range []*cairntest.Someone{h.ali, h.heron} {
			if got := h.enters(p); got.Status < 400 {
				t.Errorf("%s enters after the conversation: %d", p.Name, got.Status)
			}
			if got := p.Post(h.door()+"/call", "do", "ask"); got.Status < 400 {
				t.Errorf("%s asks after the conversation: %d", p.Name, got.Status)
			}
		}
	})
}

func TestNobodyIsAskedOnAndOn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := talks(t, w)
		for range 6 {
			h.call(t, h.heron, 303, "ask")
			h.call(t, h.ali, 303, "no")
		}
		h.call(t, h.heron, 429, "ask")
		h.call(t, h.ali, 303, "ask") // the other may still
		h.call(t, h.heron, 303, "yes")
	})
}
