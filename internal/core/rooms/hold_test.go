package rooms_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/moment"
)

func TestHandsAndTheirOrder(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron, h.willow)
		for _, p := range []*cairntest.Someone{h.heron, h.juniper, h.willow} {
			h.does(t, p, 303, "hand", "yes", "yes")
			w.Time.Advance(time.Second)
		}
		h.does(t, h.heron, 303, "hand", "yes", "yes") // again: the place is kept
		shows(t, "everybody", h.willow.Get(h.path()).Body, []string{"Speaking order: 1 Heron, 2 Juniper, 3 Willow"}, nil)
		h.does(t, h.heron, 303, "hand", "yes", "no")
		h.over(t, h.juniper, 404, "lower", h.me(t, h.willow))
		h.over(t, h.wren, 303, "lower", h.me(t, h.juniper))
		shows(t, "everybody", h.heron.Get(h.path()).Body, []string{"Speaking order: 1 Willow"}, nil)
		h.does(t, h.willow, 303, "leave")
		h.enters(t, h.willow)
		if v := h.look(t, h.wren); len(v.Order) != 0 {
			t.Errorf("a hand is up after going out: %v", v.Order)
		}
	})
}

func TestWhatIsHeldStaysHeld(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper, h.heron)
		juniper := h.me(t, h.juniper)
		h.media.was()
		for _, what := range []string{"speaks", "shows"} {
			h.over(t, h.heron, 404, "hold", juniper, "what", what, "yes", "no")
			h.over(t, h.wren, 303, "hold", juniper, "what", what, "yes", "no")
		}
		h.over(t, h.wren, 303, "hold", juniper, "what", "shares", "yes", "yes")
		h.over(t, h.wren, 422, "hold", juniper, "what", "breath", "yes", "no")
		h.over(t, h.wren, 409, "hold", h.me(t, h.marten), "what", "speaks", "yes", "no")
		want := "permit X camera, permit X , permit X screen_share+screen_share_audio"
		if got := strings.ReplaceAll(strings.Join(h.media.was(), ", "), juniper.Identity, "X"); got != want {
			t.Errorf("the media server was asked: %s", got)
		}
		held := func(when string) {
			t.Helper()
			if me := h.me(t, h.juniper); me.Speaks || me.Shows || !me.Shares {
				t.Errorf("%s it is not held any more: %+v", when, me)
			}
		}
		held("at first")
		h.enters(t, h.juniper)
		held("in another window")
		h.does(t, h.juniper, 303, "leave")
		h.as(t, h.juniper, "as", "picture")
		held("after going out and coming back")
		h.does(t, h.juniper, 303, "listen", "yes", "yes")
		h.does(t, h.juniper, 303, "listen", "yes", "no")
		held("after listening")
		h.does(t, h.wren, 303, "door", "yes", "yes")
		h.does(t, h.juniper, 303, "leave")
		h.as(t, h.juniper, "as", "picture")
		h.as(t, h.juniper, "as", "picture") // twice into the waiting room
		h.over(t, h.wren, 303, "admit", h.me(t, h.juniper), "yes", "no")
		h.as(t, h.juniper, "as", "picture")
		h.over(t, h.wren, 303, "admit", h.me(t, h.juniper), "yes", "yes")
		held("after waiting and being refused")
		g, err := w.Rooms.Line(t.Context(), h.juniper.Actor, h.room, h.me(t, h.juniper).Identity)
		if err != nil || strings.Contains(publishes(g), "microphone") {
			t.Errorf("a new line lets through %v, %v", g.Publish, err)
		}
		h.over(t, h.wren, 303, "hold", juniper, "what", "speaks", "yes", "yes")
		if !h.me(t, h.juniper).Speaks {
			t.Error("it is not given back")
		}
	})
}

func TestAllMicrophones(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper, h.heron)
		h.over(t, h.wren, 303, "role", h.me(t, h.heron), "role", "interpreter", "lang", "es")
		h.does(t, h.juniper, 404, "hush", "yes", "yes")
		h.does(t, h.wren, 303, "hush", "yes", "yes")
		if h.me(t, h.juniper).MaySpeak() || !h.me(t, h.heron).MaySpeak() || !h.me(t, h.marten).MaySpeak() {
			t.Error("not those are silent who should be")
		}
		h.does(t, h.wren, 303, "hush", "yes", "no")
		if !h.me(t, h.juniper).MaySpeak() {
			t.Error("it is not given back")
		}
	})
}

func TestWhoIsRemovedStaysOut(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper, h.heron)
		juniper := h.me(t, h.juniper)
		h.over(t, h.heron, 404, "remove", juniper)
		h.over(t, h.wren, 409, "remove", h.me(t, h.marten))
		h.media.was()
		h.hall.heard()
		h.over(t, h.wren, 303, "remove", juniper)
		if got := strings.Join(h.media.was(), ", "); got != "remove "+juniper.Identity+" from "+string(h.room) {
			t.Errorf("the media server was asked: %s", got)
		}
		if got := h.hall.heard(); !strings.Contains(got, "Juniper went") || !strings.Contains(got, "Juniper removed") {
			t.Errorf("the hall heard: %s", got)
		}
		gone := func(when string) {
			t.Helper()
			h.refused(t, h.juniper, "You were taken out of this room.", "as", "sound")
			if h.line(t, h.juniper, h.room, juniper.Identity) != 404 {
				t.Errorf("%s their line stands", when)
			}
			shows(t, "who was removed, "+when, h.juniper.Get(h.door()).Body, []string{"has taken you out of the room"}, []string{"Heron", "Enter the room"})
		}
		gone("at once")
		h.does(t, h.juniper, 303, "leave")
		for _, verb := range []string{"hand", "listen", "turn", "caption"} {
			h.does(t, h.juniper, 404, verb, "yes", "yes", "caption", "words", "place", "0")
		}
		gone("after leaving")
		h.over(t, h.wren, 303, "admit", juniper, "yes", "yes") // there is nothing to answer
		gone("after being let in")
		h.does(t, h.wren, 303, "end")
		shows(t, "who was removed, closed", h.juniper.Get(h.path()).Body, []string{"has taken you out of the room"}, nil)
		w.Pass(16 * time.Minute)
		h.enters(t, h.marten, h.heron)
		gone("after it closed and opened")
		if got := h.names(t, h.heron); got != "Marten Heron" {
			t.Errorf("in the room: %s", got)
		}
		// When it cannot open again, nobody remembers it either.
		h.hall.set(func() { h.hall.stand.Door = rooms.Over })
		w.Pass(18 * time.Minute)
		if n := h.count(t, `SELECT count(*) FROM rooms_seat WHERE room = $1`, h.room); n != 0 {
			t.Errorf("%d seats are kept of what is over", n)
		}
	})
}

func TestTheLock(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper)
		h.does(t, h.juniper, 404, "lock", "yes", "yes")
		h.does(t, h.wren, 303, "lock", "yes", "yes")
		h.refused(t, h.heron, "The room is locked")
		h.enters(t, h.juniper, h.marten) // who is in, and who holds it
		h.does(t, h.wren, 303, "lock", "yes", "no")
		h.enters(t, h.heron)
		h.does(t, h.wren, 303, "lock", "yes", "yes")
		h.does(t, h.wren, 303, "end")
		h.enters(t, h.heron) // another opening is not locked
	})
}

func TestTheWaitingRoom(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.hall.set(func() { h.hall.stand.KeepsDoor, h.hall.stand.Places = true, 2 })
		h.enters(t, h.wren, h.juniper, h.heron)
		shows(t, "who waits", h.juniper.Get(h.path()).Body, []string{"You are in the waiting room.", "Stop waiting"}, []string{"Wren", "Heron", "data-line"})
		shows(t, "who holds it", h.wren.Get(h.path()).Body, []string{"2 people wait to come in", "Juniper", "Heron"}, []string{string(h.juniper.ID), string(h.heron.ID)})
		juniper := h.me(t, h.juniper)
		if h.line(t, h.juniper, h.room, juniper.Identity) != 404 {
			t.Error("who waits has a line")
		}
		for _, verb := range []string{"hand", "listen", "turn", "aside"} {
			h.does(t, h.juniper, 404, verb, "yes", "yes", "place", "0")
		}
		if got := h.hall.heard(); got != "Wren came holding" {
			t.Errorf("the hall heard: %s", got)
		}
		h.over(t, h.heron, 404, "admit", juniper, "yes", "yes")
		h.over(t, h.wren, 303, "admit", h.me(t, h.heron), "yes", "no")
		shows(t, "who was not let in", h.heron.Get(h.path()).Body, []string{"You were not let in this time."}, []string{"Wren"})
		for range 2 { // two who hold it press at once
			h.over(t, h.wren, 303, "admit", juniper, "yes", "yes")
		}
		if v := h.look(t, h.juniper); v.People != 2 || len(v.Seats) != 2 || len(v.Waiting) != 0 {
			t.Errorf("%d are counted, %d listed", v.People, len(v.Seats))
		}
		h.refused(t, h.willow, "The room is full.") // not even into the waiting room
		h.does(t, h.juniper, 303, "leave")
		h.enters(t, h.heron, h.willow)
		h.over(t, h.wren, 303, "admit", h.me(t, h.heron), "yes", "yes")
		h.over(t, h.wren, 409, "admit", h.me(t, h.willow), "yes", "yes")
		h.does(t, h.wren, 303, "door", "yes", "no") // everybody at once, as far as there is room
		if h.me(t, h.willow).State != rooms.Waiting {
			t.Error("one too many is in")
		}
		h.does(t, h.heron, 303, "leave")
		h.does(t, h.wren, 303, "door", "yes", "no")
		if h.me(t, h.willow).State != rooms.In {
			t.Error("who waits is not let in")
		}
		h.does(t, h.wren, 303, "door", "yes", "yes")
		h.enters(t, h.willow) // who is in does not wait in another window
		if h.me(t, h.willow).State != rooms.In {
			t.Error("who is in waits")
		}
	})
}

// A page that was drawn while its person waited has neither tiles nor a microphone: once
// they are let in it leads them to one that has.
func TestWhoIsLetInComesToTheirMicrophone(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.hall.set(func() { h.hall.stand.KeepsDoor = true })
		h.enters(t, h.wren, h.juniper)
		const updates = "/updates?from=outside"
		shows(t, "who waits", h.juniper.Get(h.path()).Body, []string{h.path() + updates, "go.js"}, []string{"<cairn-room"})
		shows(t, "the page of who waits", first(t, h.juniper, h.path()+updates), []string{"You are in the waiting room."}, []string{"cairn-go"})
		h.over(t, h.wren, 303, "admit", h.me(t, h.juniper), "yes", "yes")
		shows(t, "the page of who waited", first(t, h.juniper, h.path()+updates), []string{`<cairn-go data-to="` + h.path() + `"`, "You can come in now."}, []string{"data-line"})
		shows(t, "who is in", h.juniper.Get(h.path()).Body, []string{h.path() + "/updates", "<cairn-room"}, []string{updates})
		shows(t, "the page of who is in", first(t, h.juniper, h.path()+"/updates"), []string{"data-line"}, []string{"cairn-go"})
	})
}

func TestRoles(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper, h.heron)
		juniper, heron := h.me(t, h.juniper), h.me(t, h.heron)
		h.over(t, h.juniper, 404, "role", heron, "role", "listener")
		h.over(t, h.juniper, 404, "role", juniper, "role", "host")
		h.over(t, h.wren, 409, "role", h.me(t, h.marten), "role", "listener")
		for _, role := range []string{"host", "king", ""} {
			h.over(t, h.wren, 422, "role", juniper, "role", role)
		}
		h.over(t, h.wren, 422, "role", juniper, "role", "interpreter", "lang", "")
		h.over(t, h.wren, 303, "role", juniper, "role", "interpreter", "lang", "es")
		shows(t, "everybody", h.heron.Get(h.path()).Body, []string{"interprets: Spanish", `data-channel="Spanish"`}, nil)
		h.over(t, h.wren, 303, "role", heron, "role", "signer")
		if me := h.me(t, h.heron); !me.MayShow(true) || me.MaySpeak() {
			t.Errorf("who signs: %+v", me)
		}
		h.over(t, h.wren, 303, "hold", heron, "what", "shows", "yes", "no")
		if h.me(t, h.heron).MayShow(true) {
			t.Error("the picture of who signs cannot be held")
		}
		h.does(t, h.heron, 303, "leave")
		h.enters(t, h.heron)
		if me := h.me(t, h.heron); me.Role != rooms.Signer || me.MayShow(true) {
			t.Errorf("after coming back: %+v", me)
		}
		// Whoever is made a listener does not make themselves a speaker.
		h.over(t, h.wren, 303, "role", juniper, "role", "listener")
		h.does(t, h.juniper, 303, "listen", "yes", "no")
		if h.me(t, h.juniper).MaySpeak() {
			t.Error("who was made a listener speaks")
		}
		h.does(t, h.juniper, 303, "leave")
		h.enters(t, h.juniper)
		if h.me(t, h.juniper).MaySpeak() {
			t.Error("who was made a listener speaks after coming back")
		}
		h.over(t, h.wren, 303, "role", juniper, "role", "listener")
		h.over(t, h.wren, 303, "role", juniper, "role", "part")
		if !h.me(t, h.juniper).MaySpeak() {
			t.Error("who was made a speaker does not speak")
		}
	})
}

func TestTheSeatOfAnotherRoom(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		other := &hall{id: moment.NewID(), stand: h.hall.stand, names: map[moment.ID]string{}, come: []moment.ID{h.heron.ID}}
		w.Rooms.Around("attic", other)
		there, err := w.Rooms.Enter(t.Context(), h.heron.Actor, rooms.Ref{Kind: "attic", ID: other.id}, rooms.Entry{})
		must(t, err)
		v, err := w.Rooms.Look(t.Context(), h.heron.Actor, there)
		must(t, err)
		h.enters(t, h.wren)
		for _, verb := range []string{"admit", "hold", "remove", "lower", "role", "aside", "dance"} {
			h.over(t, h.wren, 404, verb, v.Me, "yes", "yes", "what", "speaks", "role", "listener")
			h.over(t, h.wren, 404, verb, rooms.Seat{ID: moment.NewID()}, "yes", "yes", "what", "speaks", "role", "listener")
		}
		if v, err = w.Rooms.Look(t.Context(), h.heron.Actor, there); err != nil || !v.Here() || !v.Me.Speaks {
			t.Errorf("in the other room: %+v, %v", v.Me, err)
		}
	})
}
