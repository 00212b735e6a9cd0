package meetings_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// own is weekly in the room here.
func own() meetings.Plan {
	p := weekly()
	p.Attendance, p.Place, p.Inside, p.RoomPlaces = meetings.Online, "", meetings.Inside{}, 0
	return p
}

func doorOf(m meetings.Meeting) string { return "/rooms/meeting/" + string(m.ID) }

// room brings somebody into the room of a meeting; it gives its address.
func (h *house) room(t *testing.T, p *cairntest.Someone, m meetings.Meeting, choices ...string) string {
	t.Helper()
	got := p.Post(doorOf(m)+"/enter", choices...)
	if got.Status != 303 || !strings.HasPrefix(got.To(), "/room/") {
		t.Fatalf("%s enters: %d %s", p.Name, got.Status, got.To())
	}
	return got.To()
}

// no tells that somebody does not get in, with these words.
func (h *house) no(t *testing.T, p *cairntest.Someone, m meetings.Meeting, words string, choices ...string) {
	t.Helper()
	if got := p.Post(doorOf(m)+"/enter", choices...); got.Status < 400 || !strings.Contains(got.Body, words) {
		t.Errorf("%s enters: %d, want %q", p.Name, got.Status, words)
	}
}

// stay lets time pass while people have the page of a room open.
func (h *house) stay(t *testing.T, until moment.Time, room string, people ...*cairntest.Someone) {
	t.Helper()
	const step = 20 * time.Second
	for left := until.Sub(h.Time.Now()); left > 0; left = until.Sub(h.Time.Now()) {
		h.Pass(min(left, step))
		for _, p := range people {
			p.Get(room)
		}
	}
}

func (h *house) state(t *testing.T, m meetings.Meeting) meetings.State {
	t.Helper()
	return h.look(t, h.wren, m.ID).State
}

func TestEnteringTheRoomIsHoldingIt(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.comes(t, own())
		if got := h.stranger.Get(doorOf(m)); got.Status != 200 || !strings.Contains(got.Body, "Say first that you come.") {
			t.Errorf("who only sees the meeting, at its door: %d", got.Status)
		}
		h.no(t, h.stranger, m, "Say first that you come.")
		h.no(t, h.heron, m, "Say first that you come.") // in the club, and has not answered
		h.no(t, h.wren, m, "The room is not open yet.") // days before
		h.goTo(t, m.StartsAt.Add(-20*time.Minute))
		h.no(t, h.juniper, m, "The room is not open yet.")
		h.no(t, h.juniper, m, "The room is not open yet.", "hold", "yes")
		if got := h.wren.Post("/meeting/" + string(m.ID) + "/here"); got.Status != 409 || !strings.Contains(got.Body, "by being in its room") {
			t.Errorf("holding it by a button: %d", got.Status)
		}
		room := h.room(t, h.wren, m)
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.Open {
			t.Errorf("with somebody in the room it is %s", v.State)
		}
		h.room(t, h.wren, m) // in another window
		h.room(t, h.juniper, m, "as", "listen")
		if got := h.wren.Post("/meeting/" + string(m.ID) + "/leave"); got.Status != 409 || h.state(t, m) != meetings.Open {
			t.Errorf("leaving by a button while in the room: %d", got.Status)
		}
		if got := h.heron.Get(room); got.Status != 404 {
			t.Errorf("who is not in it opens the room: %d", got.Status)
		}
		h.wren.Post(room + "/leave") // before it has begun it waits again
		if got := h.state(t, m); got != meetings.Planned {
			t.Errorf("before the start, left: %s", got)
		}
	})
}

func TestNobodyHoldsTheRoomAnyMore(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.comes(t, own())
		_, err := w.Meetings.Answer(t.Context(), h.heron.Actor, m.ID, meetings.ByScreen, meetings.Asked{})
		must(t, err)
		h.goTo(t, m.StartsAt)
		h.room(t, h.wren, m)
		room := h.room(t, h.juniper, m)
		h.stay(t, m.StartsAt.Add(10*time.Minute), room, h.wren, h.juniper)
		h.wren.Post(room + "/leave")
		gone := w.Time.Now()
		if h.told(t, h.marten, "meetings.now") != 1 {
			t.Error("the stand-in is not asked")
		}
		h.stay(t, gone.Add(4*time.Minute+40*time.Second), room, h.juniper)
		if page := h.juniper.Get(room).Body; !strings.Contains(page, "Nobody who holds the meeting is here at the moment") {
			t.Error("who is in the room does not read what happens")
		}
		h.room(t, h.heron, m) // in the grace one comes in
		h.heron.Post(room + "/leave")
		h.stay(t, gone.Add(5*time.Minute), room, h.juniper)
		h.no(t, h.heron, m, "The room is locked")
		h.room(t, h.juniper, m) // whoever is in comes back
		h.room(t, h.wren, m)    // and who holds it: all goes on
		if got := h.state(t, m); got != meetings.Open || h.told(t, h.marten, "meetings.now") != 0 {
			t.Errorf("back again: %s", got)
		}
		h.room(t, h.heron, m)
		h.stay(t, w.Time.Now().Add(16*time.Minute), room, h.wren, h.juniper)
		if got := h.state(t, m); got != meetings.Open {
			t.Errorf("a quarter of an hour after they came back: %s", got)
		}
		// This time the line is lost, and nobody comes back.
		gone = w.Time.Now()
		h.stay(t, gone.Add(6*time.Minute+20*time.Second), room, h.juniper)
		if got := h.state(t, m); got != meetings.Locked {
			t.Errorf("six minutes after the last sign: %s", got)
		}
		if page := h.juniper.Get(room).Body; !strings.Contains(page, "so nobody else comes in") {
			t.Error("who is in the room does not read that it is locked")
		}
		h.stay(t, gone.Add(16*time.Minute+20*time.Second), room, h.juniper)
		if page := h.juniper.Get(room).Body; !strings.Contains(page, "It is not because of you.") || !strings.Contains(page, "Talk to someone") {
			t.Error("the room is not closed kindly")
		}
		if got := h.state(t, m); got != meetings.Over {
			t.Errorf("afterwards: %s", got)
		}
		h.no(t, h.wren, m, "This meeting is over.")
	})
}

func TestASecondOneHoldsIt(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.comes(t, own())
		h.goTo(t, m.StartsAt)
		room := h.room(t, h.wren, m)
		h.room(t, h.marten, m)
		h.room(t, h.juniper, m)
		h.wren.Post(room + "/leave")
		h.stay(t, w.Time.Now().Add(6*time.Minute), room, h.marten, h.juniper)
		if got := h.state(t, m); got != meetings.Open || h.told(t, h.marten, "meetings.now") != 0 {
			t.Errorf("one of two went: %s", got)
		}
	})
}

func TestWhoHoldsItIsAside(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.comes(t, own())
		h.goTo(t, m.StartsAt)
		room := h.room(t, h.wren, m)
		h.room(t, h.juniper, m)
		v, err := w.Rooms.Look(t.Context(), h.juniper.Actor, moment.ID(strings.TrimPrefix(room, "/room/")))
		must(t, err)
		h.wren.Post(room+"/seat/"+string(v.Me.ID)+"/aside", "yes", "yes")
		if got := h.juniper.Post(room+"/aside", "yes", "yes"); got.Status != 303 || h.told(t, h.marten, "meetings.now") != 1 {
			t.Errorf("aside: %d; the stand-in is asked %d times", got.Status, h.told(t, h.marten, "meetings.now"))
		}
		v, err = w.Rooms.Look(t.Context(), h.juniper.Actor, v.ID)
		must(t, err)
		h.stay(t, w.Time.Now().Add(6*time.Minute), "/room/"+string(v.Me.Aside), h.wren, h.juniper)
		if got := h.state(t, m); got != meetings.Locked {
			t.Errorf("after six minutes: %s", got)
		}
		if got := h.wren.Post("/room/" + string(v.Me.Aside) + "/back"); got.To() != room || h.state(t, m) != meetings.Open {
			t.Errorf("back: %s, %s", got.To(), h.state(t, m))
		}
	})
}

func TestItGoesOnForLonger(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.comes(t, own())
		h.goTo(t, m.StartsAt)
		room := h.room(t, h.wren, m)
		h.room(t, h.juniper, m)
		h.stay(t, m.EndsAt.Add(2*time.Minute), room, h.wren, h.juniper)
		h.wren.Post(room + "/leave") // in a tunnel, after the time it should have ended
		h.room(t, h.wren, m)
		h.stay(t, m.EndsAt.Add(20*time.Minute), room, h.wren, h.juniper)
		if got := h.state(t, m); got != meetings.Open {
			t.Errorf("after who holds it was away for a moment: %s", got)
		}
		h.stay(t, m.EndsAt.Add(30*time.Minute+20*time.Second), room, h.wren, h.juniper)
		if page := h.juniper.Get(room).Body; !strings.Contains(page, "The time is over") {
			t.Error("half an hour after its end the room is open")
		}
	})
}

func TestEndingTheRoomEndsTheMeeting(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(p *meetings.Plan)
		at     time.Duration // from its start
		want   meetings.State
	}{
		"in its time":           {func(*meetings.Plan) {}, 20 * time.Minute, meetings.Over},
		"before it has begun":   {func(*meetings.Plan) {}, -10 * time.Minute, meetings.Planned},
		"people meet in a room": {func(p *meetings.Plan) { p.Attendance, p.Place = meetings.Hybrid, "Near the old station" }, 5 * time.Minute, meetings.Open},
	} {
		t.Run(name, func(t *testing.T) {
			cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
				h := begin(t, w)
				p := own()
				tt.change(&p)
				m := h.comes(t, p)
				at := m.StartsAt.Add(min(tt.at, 0))
				h.goTo(t, at)
				room := h.room(t, h.wren, m)
				h.room(t, h.juniper, m)
				h.stay(t, m.StartsAt.Add(tt.at), room, h.wren, h.juniper)
				if got := h.wren.Post(room + "/end"); got.Status != 303 {
					t.Fatalf("ending it: %d", got.Status)
				}
				if got := h.state(t, m); got != tt.want {
					t.Errorf("the meeting is %s", got)
				}
				if tt.want != meetings.Over {
					return
				}
				if h.told(t, h.marten, "meetings.now") != 0 {
					t.Error("the stand-in is asked to hold what was ended")
				}
				if page := h.juniper.Get(room).Body; !strings.Contains(page, "The meeting has ended, and the room is closed.") {
					t.Error("who was there does not read why it closed")
				}
				h.no(t, h.juniper, m, "This meeting is over.")
				h.goTo(t, m.EndsAt.Add(time.Hour))
				if h.told(t, h.juniper, "meetings.changed") != 0 || h.state(t, m) != meetings.Over {
					t.Error("who came is told that it was closed, or it is not over")
				}
			})
		})
	}
}

func TestWhoeverSaysSoHoldsAPeerLedRoom(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.club.facets.Facilitated, h.club.facets.PeerLed, h.club.facets.Hosts = false, true, nil
		m := h.comes(t, own())
		_, err := w.Meetings.Answer(t.Context(), h.willow.Actor, m.ID, meetings.ByScreen, meetings.Asked{})
		must(t, err)
		h.goTo(t, m.StartsAt)
		h.no(t, h.juniper, m, "The room is not open yet.")
		h.no(t, h.stranger, m, "Say first that you come.", "hold", "yes")
		room := h.room(t, h.heron, m, "hold", "yes") // without having answered
		h.room(t, h.juniper, m)
		h.room(t, h.willow, m)
		look := func(p *cairntest.Someone) rooms.View {
			v, err := w.Rooms.Look(t.Context(), p.Actor, moment.ID(strings.TrimPrefix(room, "/room/")))
			must(t, err)
			return v
		}
		if !look(h.heron).Holds() || look(h.juniper).Holds() || h.state(t, m) != meetings.Open {
			t.Error("not who said so holds it")
		}
		h.heron.Post(room + "/leave")
		h.room(t, h.juniper, m, "hold", "yes") // another goes on
		h.stay(t, w.Time.Now().Add(6*time.Minute), room, h.juniper, h.willow)
		if !look(h.juniper).Holds() || h.state(t, m) != meetings.Open {
			t.Errorf("another holds it: %s", h.state(t, m))
		}
	})
}

func TestWhereTheRoomIsNot(t *testing.T) {
	for name, change := range map[string]func(h *house, p *meetings.Plan){
		"another room":  func(_ *house, p *meetings.Plan) { p.Inside.Link = "https://rooms.example/river" },
		"by telephone":  func(_ *house, p *meetings.Plan) { p.Inside.Phone = "555 0155" },
		"only a place":  func(_ *house, p *meetings.Plan) { p.Attendance, p.Place = meetings.InPerson, "Near the old station" },
		"only the club": func(h *house, _ *meetings.Plan) { h.club.facets.Audience = meetings.Closed },
	} {
		t.Run(name, func(t *testing.T) {
			h := begin(t, cairntest.New(t))
			p := own()
			change(h, &p)
			m := h.coming(t, h.plans(t, p))[0]
			h.goTo(t, m.StartsAt)
			for _, p := range []*cairntest.Someone{h.stranger, h.visitor} {
				if got := p.Get(doorOf(m)); got.Status != 404 {
					t.Errorf("%s at the door: %d", p.Name, got.Status)
				}
			}
			if got := h.wren.Post(doorOf(m) + "/enter"); got.Status != 404 && name != "only the club" {
				t.Errorf("who holds it enters: %d", got.Status)
			}
		})
	}
	h := begin(t, cairntest.New(t))
	if got := h.Person("Tomo", access.Coordinator).Get("/rooms/meeting/" + string(moment.NewID())); got.Status != 404 {
		t.Errorf("the room of no meeting: %d", got.Status)
	}
}
