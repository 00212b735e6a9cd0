package meetings_test

import (
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/moment"
)

// talk is a public talk in the room here, to which one comes without an account; it
// gives its next meeting, which has begun.
func (h *house) talk(t *testing.T) meetings.Meeting {
	t.Helper()
	h.club.facets.Audience, h.club.facets.SignUp, h.club.facets.Webinar = meetings.Public, true, true
	m := h.coming(t, h.plans(t, own()))[0]
	h.goTo(t, m.StartsAt)
	return m
}

// place takes a place without an account; it gives the address that leads back to it.
func place(t *testing.T, p *cairntest.Someone, m meetings.Meeting, name string) string {
	t.Helper()
	got := p.Post("/meeting/"+string(m.ID)+"/sign-up", "how", "online", "name", name, "key", meetings.NewKey())
	if got.Status != 303 || !strings.HasPrefix(got.To(), "/place/") {
		t.Fatalf("signing up: %d %s", got.Status, got.To())
	}
	return got.To()
}

// follows opens the room's door by the address of a place.
func follows(t *testing.T, p *cairntest.Someone, place string, m meetings.Meeting) {
	t.Helper()
	if got := p.Post(place + "/enter"); got.Status != 303 || got.To() != doorOf(m) {
		t.Fatalf("by the address of the place: %d %s", got.Status, got.To())
	}
	p.Actor = p.W.ActorOf(p)
}

func seat(t *testing.T, p *cairntest.Someone, room string) (rooms.View, error) {
	t.Helper()
	return p.W.Rooms.Look(t.Context(), p.Actor, moment.ID(strings.TrimPrefix(room, "/room/")))
}

func TestAGuestComesByTheirPlace(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.talk(t)
		river := h.visitor
		at := place(t, river, m, "River")
		if got := river.Post(doorOf(m) + "/enter"); got.Status != 401 {
			t.Errorf("before they came by it: %d", got.Status)
		}
		follows(t, river, at, m)
		if !river.Actor.Known() || river.Actor.Person == "" {
			t.Fatal("they are nobody")
		}
		h.no(t, river, m, "The room is not open yet.")
		room := h.room(t, h.wren, m)
		h.room(t, river, m, "as", "listen", "quiet", "yes")
		v, err := seat(t, river, room)
		must(t, err)
		if v.Me.Role != rooms.Listener || v.Me.Alias == 0 || !v.Here() {
			t.Errorf("a guest is there as %+v", v.Me)
		}
		if page := h.wren.Get(room).Body; strings.Contains(page, "River") || strings.Contains(page, string(river.Actor.Person)) || !strings.Contains(page, "Visitor #1") {
			t.Error("others read who the guest is")
		}
		// A guest of something else, or one without a place, does not get in.
		brook := w.Browser()
		follows(t, brook, place(t, brook, h.coming(t, m.Series)[1], "Brook"), h.coming(t, m.Series)[1])
		h.no(t, brook, m, "Say first that you come.")
		if got := brook.Get(room); got.Status != 404 {
			t.Errorf("another's guest opens the room: %d", got.Status)
		}
		if got := w.Browser().Post("/place/" + strings.Repeat("A", 43) + "/enter"); got.Status != 404 {
			t.Errorf("a guess: %d", got.Status)
		}
		if got := river.Post(at + "/give-up"); got.Status != 303 {
			t.Fatalf("giving the place back: %d", got.Status)
		}
		if w.Rooms.Stays(t.Context(), river.Actor, v.ID, v.Me.Identity) || river.Get(room).Status != 404 {
			t.Error("who gave the place back is in the room")
		}
		if got := river.Post(at + "/enter"); got.Status != 409 {
			t.Errorf("by a place that was given back: %d", got.Status)
		}
	})
}

func TestAPlaceIsOnePersons(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.talk(t)
		river, phone := h.visitor, w.Browser()
		at := place(t, river, m, "River")
		room := h.room(t, h.wren, m)
		follows(t, river, at, m)
		h.room(t, river, m)
		first, err := seat(t, river, room)
		must(t, err)
		follows(t, phone, at, m) // the address was handed on, or they changed devices
		h.room(t, phone, m)
		if w.Rooms.Stays(t.Context(), river.Actor, first.ID, first.Me.Identity) {
			t.Error("two are in the room by one place")
		}
		h.no(t, river, m, "Say first that you come.")
		river.Get(room)
		v, err := seat(t, h.wren, room)
		must(t, err)
		if len(v.Seats) != 2 {
			t.Errorf("%d are in the room", len(v.Seats))
		}
		// Somebody with an account comes by such a place too, as who they are.
		follows(t, h.stranger, at, m)
		h.room(t, h.stranger, m)
		if h.stranger.Actor.Person != h.stranger.ID {
			t.Error("a member became somebody else")
		}
	})
}

func TestAGuestWhoWasTakenOutStaysOut(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.talk(t)
		river := h.visitor
		at := place(t, river, m, "River")
		room := h.room(t, h.wren, m)
		follows(t, river, at, m)
		h.room(t, river, m)
		v, err := seat(t, river, room)
		must(t, err)
		if got := h.wren.Post(room + "/seat/" + string(v.Me.ID) + "/remove"); got.Status != 303 {
			t.Fatalf("removing: %d", got.Status)
		}
		h.no(t, river, m, "You were taken out of this room.")
		again := w.Browser() // the same address, as nobody the service knows
		if got := again.Post(at + "/enter"); got.Status != 409 {
			t.Errorf("by the same place: %d", got.Status)
		}
		if v := h.look(t, h.wren, m.ID); v.OnlineGoing != 0 {
			t.Errorf("%d come", v.OnlineGoing)
		}
	})
}
