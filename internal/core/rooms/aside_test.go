package rooms_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// aside brings Wren and Juniper into a room for two; it gives that room.
func (h *house) aside(t *testing.T) moment.ID {
	t.Helper()
	h.over(t, h.wren, 303, "aside", h.me(t, h.juniper), "yes", "yes")
	h.does(t, h.juniper, 303, "aside", "yes", "yes")
	return h.me(t, h.juniper).Aside
}

// in does something in another room than the hall's.
func (h *house) in(room moment.ID, f func()) {
	was := h.room
	h.room = room
	f()
	h.room = was
}

func TestAskedAside(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper, h.heron)
		juniper := h.me(t, h.juniper)
		h.does(t, h.juniper, 409, "aside", "yes", "yes") // nobody asked
		h.over(t, h.heron, 404, "aside", juniper, "yes", "yes")
		h.over(t, h.wren, 409, "aside", h.me(t, h.marten), "yes", "yes")
		h.over(t, h.wren, 303, "aside", juniper, "yes", "yes")
		shows(t, "who is asked", h.juniper.Get(h.path()).Body, []string{"Wren asks whether you would like to come aside", "Yes, let us go"}, nil)
		shows(t, "another", h.heron.Get(h.path()).Body, nil, []string{"come aside"})
		h.does(t, h.heron, 409, "aside", "yes", "yes")
		h.does(t, h.juniper, 303, "aside", "yes", "no")
		if h.me(t, h.juniper).State != rooms.In || h.me(t, h.wren).State != rooms.In {
			t.Error("somebody is aside after a no")
		}
		h.does(t, h.juniper, 409, "aside", "yes", "yes") // the question is answered
		h.over(t, h.wren, 303, "aside", juniper, "yes", "yes")
		h.over(t, h.wren, 303, "aside", juniper, "yes", "no")
		h.does(t, h.juniper, 409, "aside", "yes", "yes") // it was taken back
		h.over(t, h.wren, 303, "aside", juniper, "yes", "yes")
		h.does(t, h.wren, 303, "leave")
		h.enters(t, h.wren)
		h.does(t, h.juniper, 409, "aside", "yes", "yes") // who asked has gone and come
		h.over(t, h.wren, 303, "aside", juniper, "yes", "yes")
		h.over(t, h.wren, 303, "remove", juniper)
		h.does(t, h.juniper, 404, "aside", "yes", "yes")
	})
}

func TestAsideAndBack(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron)
		h.does(t, h.wren, 303, "round", "minutes", "1")
		h.over(t, h.wren, 303, "aside", h.me(t, h.heron), "yes", "yes")
		h.media.was()
		h.hall.heard()
		lines := []string{h.me(t, h.wren).Identity, h.me(t, h.juniper).Identity}
		two := h.aside(t)
		asked := strings.Join(h.media.was(), ", ")
		for _, identity := range lines {
			if !strings.Contains(asked, "remove "+identity+" from "+string(h.room)) {
				t.Errorf("a line stands on in the room: %s", asked)
			}
		}
		if got := h.hall.heard(); got != "Wren went holding, Juniper went" {
			t.Errorf("the hall heard: %s", got)
		}
		h.stands(t, h.heron, "Wren passed, Juniper passed, Heron now")
		shows(t, "who stayed", h.heron.Get(h.path()).Body, []string{"in a room for two, comes back", "Wren", "Juniper"}, []string{"come aside"})
		h.does(t, h.heron, 409, "aside", "yes", "yes") // who asked is aside with another
		shows(t, "who is aside", h.juniper.Get(h.path()).Body, []string{"You are in a room for two.", string(two)}, []string{"data-line"})
		// Aside one does not hold the room.
		for verb, status := range map[string]int{"lock": 404, "end": 404, "hush": 404, "caption": 404, "round": 404} {
			h.does(t, h.wren, status, verb, "yes", "yes", "caption", "words", "minutes", "2")
		}
		h.turn(t, h.wren, 404, 2, "pass", "yes")
		h.over(t, h.wren, 404, "remove", h.me(t, h.heron))
		h.in(two, func() {
			if got := h.names(t, h.juniper); got != "Wren Juniper" && got != "Juniper Wren" {
				t.Errorf("in the room for two: %s", got)
			}
			if h.line(t, h.juniper, two, h.me(t, h.juniper).Identity) != 200 {
				t.Error("no line in the room for two")
			}
			for _, p := range []*cairntest.Someone{h.heron, h.marten, h.nobody} {
				if p.Get(h.path()).Status != 404 || h.line(t, p, two, h.me(t, h.juniper).Identity) != 404 {
					t.Errorf("%s is in the room for two", p.Name)
				}
			}
			for _, verb := range []string{"lock", "door", "hush", "end", "round"} {
				h.does(t, h.wren, 404, verb, "yes", "yes", "minutes", "2")
			}
			h.over(t, h.wren, 404, "aside", h.me(t, h.juniper), "yes", "yes")
			shows(t, "who asked", h.wren.Get(h.path()).Body, []string{"Back to the others", "/cases/new?place=" + string(h.me(t, h.juniper).ID)}, nil)
			shows(t, "who was asked", h.juniper.Get(h.path()).Body, []string{"Back to the others"}, []string{"/cases/new"})
		})
		for _, p := range []*cairntest.Someone{h.heron, h.nobody, w.Browser()} {
			if got := p.Get("/rooms/aside/" + string(h.seatOf(t, h.heron, h.juniper).ID)); got.Status != 404 {
				t.Errorf("%s stands at the door of a room for two: %d", p.Name, got.Status)
			}
		}
		h.media.was()
		h.in(two, func() {
			for range 2 { // pressed twice
				if got := h.does(t, h.juniper, 303, "back"); got.To() != "/room/"+string(h.hallRoom(t)) {
					t.Errorf("back leads to %s", got.To())
				}
			}
			h.does(t, h.wren, 303, "leave")
		})
		h.in(two, func() { h.does(t, h.wren, 303, "back") })
		if got := h.hall.heard(); got != "Juniper came, Wren came holding" {
			t.Errorf("the hall heard: %s", got)
		}
		v := h.look(t, h.heron)
		if v.People != 3 || len(v.Seats) != 3 || h.me(t, h.wren).Role != rooms.Host || h.me(t, h.wren).State != rooms.In {
			t.Errorf("afterwards %d are counted, %d listed", v.People, len(v.Seats))
		}
		if lines[1] == h.me(t, h.juniper).Identity {
			t.Error("the old line leads in again")
		}
		if again := h.aside(t); again != two {
			t.Error("another room for the same two")
		}
	})
}

// hallRoom is the hall's room, wherever one is.
func (h *house) hallRoom(t *testing.T) (id moment.ID) {
	t.Helper()
	must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM rooms_room WHERE kind = 'hall' AND owner = $1`, h.hall.id).Scan(&id))
	return id
}

// seatOf is somebody's seat as another in the room sees it.
func (h *house) seatOf(t *testing.T, viewer, of *cairntest.Someone) rooms.Seat {
	t.Helper()
	for _, s := range h.look(t, viewer).Seats {
		if s.Person == of.ID {
			return s
		}
	}
	t.Fatalf("%s has no seat", of.Name)
	return rooms.Seat{}
}

func TestNobodyIsInTwoRooms(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, h *house)
		in   bool // afterwards, in the room
	}{
		{"entering from another window", func(t *testing.T, h *house) { h.enters(t, h.juniper) }, true},
		{"leaving the room", func(t *testing.T, h *house) { h.does(t, h.juniper, 303, "leave") }, false},
		{"being removed by another who holds it", func(t *testing.T, h *house) { h.over(t, h.marten, 303, "remove", h.me(t, h.juniper)) }, false},
		{"not coming any more", func(t *testing.T, h *house) {
			h.hall.set(func() { h.hall.come = nil })
			h.juniper.Get(h.path())
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
				h := begin(t, w)
				h.enters(t, h.wren, h.marten, h.juniper)
				two := h.aside(t)
				var there string
				h.in(two, func() { there = h.me(t, h.juniper).Identity })
				h.media.was()
				tt.do(t, h)
				if got := strings.Join(h.media.was(), ", "); !strings.Contains(got, "remove "+there+" from "+string(two)) {
					t.Errorf("the line in the room for two stands: %s", got)
				}
				if h.line(t, h.juniper, two, there) != 404 {
					t.Error("a line into the room for two can be begun")
				}
				h.in(two, func() {
					if got := h.names(t, h.wren); got != "Wren" {
						t.Errorf("in the room for two: %s", got)
					}
				})
				if got := strings.Contains(h.names(t, h.marten), "Juniper"); got != tt.in {
					t.Errorf("in the room: %v, want %v", got, tt.in)
				}
				h.in(two, func() { h.does(t, h.juniper, 303, "back") })
				if got := strings.Contains(h.names(t, h.marten), "Juniper"); got != tt.in {
					t.Errorf("in the room after going back: %v, want %v", got, tt.in)
				}
			})
		})
	}
}

func TestTheRoomIsClosedMeanwhile(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper)
		two := h.aside(t)
		h.does(t, h.marten, 303, "end")
		h.in(two, func() {
			if !h.look(t, h.juniper).Here() {
				t.Error("the two are cut off")
			}
			h.keep(t, 4*time.Minute, h.wren, h.juniper)
			got := h.does(t, h.juniper, 303, "back")
			shows(t, "who comes back", h.juniper.Get(got.To()).Body, []string{"The meeting has ended, and the room is closed."}, []string{"data-line"})
			h.keep(t, 16*time.Minute, h.wren)
			// Who was in the room is forgotten by now: back leads to its door.
			if got := h.does(t, h.wren, 303, "back"); got.To() != h.door() {
				t.Errorf("back leads to %s", got.To())
			}
		})
	})
}

func TestWhoHeldItComesBackToAnother(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper)
		two := h.aside(t)
		h.hall.set(func() { h.hall.hosts, h.hall.come = []moment.ID{h.marten.ID}, append(h.hall.come, h.wren.ID) })
		h.hall.heard()
		h.in(two, func() { h.does(t, h.wren, 303, "back") })
		if me := h.me(t, h.wren); me.Role != rooms.Part || me.State != rooms.In {
			t.Errorf("who does not hold it any more: %+v", me)
		}
		if got := h.hall.heard(); got != "Wren came" {
			t.Errorf("the hall heard: %s", got)
		}
	})
}

func TestAWorryFromTheRoom(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ines := w.Person("Ines", access.Supervisor)
		must(t, w.Shifts.Start(t.Context(), ines.Actor, true))
		h.enters(t, h.wren, h.marten, h.juniper, h.heron)
		place := "/cases/new?place=" + string(h.me(t, h.juniper).ID)
		for _, p := range []*cairntest.Someone{h.wren, h.marten} { // each who holds it, a facilitator and a peer
			shows(t, p.Name, p.Get(h.path()).Body, []string{place}, nil)
			if got := p.Get(place); got.Status != 200 || !strings.Contains(got.Body, "Are you worried about Juniper?") {
				t.Errorf("%s worries: %d", p.Name, got.Status)
			}
		}
		for _, p := range []*cairntest.Someone{h.heron, h.juniper, h.stranger} {
			if got := p.Get(place); got.Status != 404 {
				t.Errorf("%s worries: %d", p.Name, got.Status)
			}
		}
		got := h.wren.Post("/cases/new", "place", string(h.me(t, h.juniper).ID), "level", "2", "words", "They said goodbye")
		if got.Status != 303 || h.wren.Get(got.To()).Status != 200 || ines.Get(got.To()).Status != 200 {
			t.Fatalf("raised: %d %s", got.Status, got.To())
		}
		if h.heron.Get(got.To()).Status == 200 || h.juniper.Get(got.To()).Status == 200 {
			t.Error("others read the case")
		}
		two := h.aside(t)
		h.in(two, func() {
			if got := h.wren.Get("/cases/new?place=" + string(h.me(t, h.juniper).ID)); got.Status != 200 {
				t.Errorf("aside, who asked worries: %d", got.Status)
			}
			if got := h.marten.Get("/cases/new?place=" + string(h.me(t, h.juniper).ID)); got.Status != 404 {
				t.Errorf("aside, another who holds the room worries: %d", got.Status)
			}
		})
	})
}
