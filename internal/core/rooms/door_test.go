package rooms_test

import (
	"net/http"
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestWhatTheDoorShows(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		if got := h.juniper.Get(h.door()); got.Status != 200 || !strings.Contains(got.Body, "Nobody is in the room yet.") || !strings.Contains(got.Body, "What is said here stays here.") {
			t.Fatalf("before anybody came: %d", got.Status)
		}
		if got := h.juniper.Get(h.door()).Header.Get("Permissions-Policy"); !strings.Contains(got, "microphone=(self)") {
			t.Errorf("the device check may not ask: %s", got)
		}
		h.enters(t, h.wren, h.heron)
		shows(t, "who comes", h.juniper.Get(h.door()).Body, []string{"2 people are in the room", "Wren", "Heron", "Enter the room", "holds the room"}, nil)
		shows(t, "who only sees it", h.stranger.Get(h.door()).Body, []string{"Say first that you come."}, []string{"Wren", "Heron", "in the room", "Enter the room"})
		for _, p := range []*cairntest.Someone{h.nobody, w.Browser()} {
			for _, path := range []string{h.door(), h.door() + "/updates", "/rooms/hall/" + string(moment.NewID()), "/rooms/attic/" + string(h.hall.id), "/rooms/hall/x"} {
				if got := p.Get(path); got.Status != 404 {
					t.Errorf("%s opens %s: %d", p.Name, path, got.Status)
				}
			}
		}
		for _, tt := range []struct {
			door  rooms.Door
			words string
		}{
			{rooms.Shut, "The room is not open yet."}, {rooms.Locked, "The room is locked"}, {rooms.Over, "This meeting is over."},
		} {
			h.hall.set(func() { h.hall.stand.Door = tt.door })
			shows(t, "who comes, "+string(tt.door), h.juniper.Get(h.door()).Body, []string{tt.words}, []string{"Enter the room"})
			h.refused(t, h.juniper, tt.words)
		}
	})
}

// Two who are kept apart do not read at the door where the other is. Inside everybody is
// in the list, and a number is nobody's.
func TestTwoKeptApartAtTheDoor(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.webinar()
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return w.People.KeepApart(t.Context(), tx, h.juniper.Actor, h.heron.ID, people.Block, 0)
		}))
		h.enters(t, h.juniper)
		shows(t, "who was blocked", h.heron.Get(h.door()).Body, []string{"1 person is in the room"}, []string{"Juniper", string(h.juniper.ID)})
		h.enters(t, h.wren)
		shows(t, "who was blocked", h.heron.Get(h.door()).Body, []string{"2 people are in the room", "Wren"}, []string{"Juniper", string(h.juniper.ID)})
		shows(t, "anybody else", h.willow.Get(h.door()).Body, []string{"Juniper", "Wren"}, nil)
		h.enters(t, h.heron)
		if got := h.names(t, h.heron); got != "Juniper Wren Heron" {
			t.Errorf("inside they read %s", got)
		}
		h.does(t, h.juniper, 303, "leave")
		shows(t, "who blocked", h.juniper.Get(h.door()).Body, []string{"2 people are in the room", "Wren"}, []string{"Heron"})
		h.as(t, h.willow, "as", "listen", "quiet", "yes")
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return w.People.KeepApart(t.Context(), tx, h.juniper.Actor, h.willow.ID, people.Block, 0)
		}))
		shows(t, "a number", h.juniper.Get(h.door()).Body, []string{"Visitor #1"}, nil)
	})
}

func TestWhoDoesNotComeIn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.refused(t, h.stranger, "Say first that you come.")
		h.refused(t, h.stranger, "Say first that you come.", "hold", "yes")
		if got := h.nobody.Post(h.door() + "/enter"); got.Status != 404 {
			t.Errorf("who sees nothing enters: %d", got.Status)
		}
		if got := w.Browser().Post(h.door() + "/enter"); got.Status != 401 {
			t.Errorf("who is not known enters: %d", got.Status)
		}
		h.hall.set(func() { h.hall.stand.Places = 2 })
		h.enters(t, h.heron, h.willow)
		shows(t, "who comes to a full room", h.juniper.Get(h.door()).Body, []string{"The room is full."}, []string{"Enter the room"})
		h.refused(t, h.juniper, "The room is full.")
		h.enters(t, h.wren)   // who holds it always fits
		h.enters(t, h.willow) // who is in comes in again
		for _, p := range []*cairntest.Someone{h.juniper, h.stranger, h.nobody} {
			for _, page := range []string{h.path(), h.path() + "/updates"} {
				if got := p.Get(page); got.Status != 404 {
					t.Errorf("%s opens a room that they are not in: %d", p.Name, got.Status)
				}
			}
			for _, verb := range []string{"leave", "hand", "listen", "lock", "door", "hush", "end", "round", "turn", "caption", "ask", "aside", "back", "captions", "captions-ask", "captions-end"} {
				h.does(t, p, 404, verb, "yes", "yes", "caption", "words", "question", "words", "minutes", "2", "place", "0")
			}
			for _, verb := range []string{"admit", "hold", "remove", "lower", "role", "aside"} {
				h.over(t, p, 404, verb, h.me(t, h.heron), "yes", "yes", "what", "speaks", "role", "part")
			}
		}
		h.does(t, h.heron, 303, "leave")
		h.refused(t, h.juniper, "The room is full.") // three were in two places
		h.does(t, h.willow, 303, "leave")
		h.enters(t, h.juniper)
	})
}

func TestHowOneComesIn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.hall.set(func() { h.hall.mayHold = []moment.ID{h.willow.ID} })
		if got := h.juniper.Post(h.door()+"/enter", "as", "picture"); !strings.HasSuffix(got.To(), "?camera=on") {
			t.Errorf("with picture: %s", got.To())
		}
		h.as(t, h.heron, "as", "listen")
		h.enters(t, h.wren)
		h.as(t, h.willow, "as", "sound", "hold", "yes", "quiet", "yes")
		for p, want := range map[*cairntest.Someone]rooms.Role{h.juniper: rooms.Part, h.heron: rooms.Listener, h.wren: rooms.Host, h.willow: rooms.Host} {
			if me := h.me(t, p); me.Role != want || me.Alias != 0 {
				t.Errorf("%s is there as %s, number %d", p.Name, me.Role, me.Alias)
			}
		}
		if got := h.names(t, h.heron); got != "Juniper Heron Wren Willow" {
			t.Errorf("in the room: %s", got)
		}
		if got := h.hall.heard(); got != "Juniper came, Heron came, Wren came holding, Willow came holding" {
			t.Errorf("the hall heard: %s", got)
		}
		page := h.heron.Get(h.path())
		shows(t, "who listens", page.Body, []string{"Juniper", "Wren", "holds the room", "only listens"}, []string{"You hold the room", "/cases/new"})
		for _, p := range []*cairntest.Someone{h.juniper, h.wren, h.willow} {
			shows(t, "who listens", page.Body, nil, []string{string(p.ID)})
		}
		h.does(t, h.heron, 303, "listen", "yes", "no")
		h.does(t, h.juniper, 303, "listen", "yes", "yes")
		h.does(t, h.wren, 404, "listen", "yes", "yes")
		if h.me(t, h.heron).Role != rooms.Part || h.me(t, h.juniper).Role != rooms.Listener {
			t.Error("listening and taking part did not change")
		}
	})
}

func TestInTwoWindows(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper)
		first := h.me(t, h.juniper)
		h.enters(t, h.heron)
		h.media.was()
		h.hall.heard()
		h.enters(t, h.juniper)
		second := h.me(t, h.juniper)
		if second.ID != first.ID || second.Identity == first.Identity {
			t.Errorf("seats %s and %s, identities %s and %s", first.ID, second.ID, first.Identity, second.Identity)
		}
		if got := strings.Join(h.media.was(), ", "); got != "remove "+first.Identity+" from "+string(h.room) {
			t.Errorf("the media server was asked: %s", got)
		}
		if h.line(t, h.juniper, h.room, first.Identity) != 404 || h.line(t, h.juniper, h.room, second.Identity) != 200 {
			t.Error("the old line stands, or the new one does not")
		}
		v := h.look(t, h.wren)
		if v.People != 3 || len(v.Seats) != 3 {
			t.Errorf("counted %d, listed %d", v.People, len(v.Seats))
		}
		for range 2 { // going out twice is once
			if got := h.does(t, h.juniper, 303, "leave"); got.To() != h.door()+"?left=yes" {
				t.Errorf("going out leads to %s", got.To())
			}
		}
		if v := h.look(t, h.wren); v.People != 2 || h.names(t, h.wren) != "Wren Heron" {
			t.Errorf("after going out twice %d are counted: %s", v.People, h.names(t, h.wren))
		}
		shows(t, "who went", h.juniper.Get(h.path()).Body, []string{"You are not in the room any more."}, []string{"Heron", second.Identity})
		if h.line(t, h.juniper, h.room, second.Identity) != 404 {
			t.Error("the line of who went stands")
		}
		if got := h.hall.heard(); got != "Juniper came, Juniper went" {
			t.Errorf("the hall heard: %s", got)
		}
	})
}

func TestALineIsOnlyOnesOwn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		other := &hall{id: moment.NewID(), stand: h.hall.stand, names: map[moment.ID]string{}, come: []moment.ID{h.juniper.ID}}
		w.Rooms.Around("attic", other)
		there, err := w.Rooms.Enter(t.Context(), h.juniper.Actor, rooms.Ref{Kind: "attic", ID: other.id}, rooms.Entry{})
		must(t, err)
		h.enters(t, h.wren, h.juniper, h.heron)
		juniper, heron := h.me(t, h.juniper), h.me(t, h.heron)
		for name, got := range map[string]int{
			"another person's":          h.line(t, h.juniper, h.room, heron.Identity),
			"one's own in another room": h.line(t, h.juniper, there, juniper.Identity),
			"none":                      h.line(t, h.juniper, h.room, "x"),
			"another's own":             h.line(t, h.heron, h.room, juniper.Identity),
			"a host's look":             h.line(t, h.wren, h.room, juniper.Identity),
		} {
			if got != 404 {
				t.Errorf("a line with %s: %d", name, got)
			}
		}
		if h.line(t, h.juniper, h.room, juniper.Identity) != 200 || !w.Rooms.Stays(t.Context(), h.juniper.Actor, h.room, juniper.Identity) {
			t.Fatal("one's own line does not stand")
		}
		// Whoever does not come any more, though they see it still, is not in it any more.
		h.hall.set(func() { h.hall.come, h.hall.see = []moment.ID{h.heron.ID}, []moment.ID{h.juniper.ID} })
		if w.Rooms.Stays(t.Context(), h.juniper.Actor, h.room, juniper.Identity) || h.line(t, h.juniper, h.room, juniper.Identity) != 404 {
			t.Error("the line of who does not come any more stands")
		}
		if got := h.juniper.Get(h.path()); got.Status != 404 {
			t.Errorf("the page of who does not come any more: %d", got.Status)
		}
		if got := h.names(t, h.wren); got != "Wren Heron" {
			t.Errorf("still listed: %s", got)
		}
		h.does(t, h.wren, 303, "end")
		if h.line(t, h.heron, h.room, heron.Identity) != 404 {
			t.Error("a line into a closed room stands")
		}
	})
}

// Whose session ends, by a quick exit or from another device, hears nothing more and is
// not in the list.
func TestWhoSignsOutIsOutOfTheRoom(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper)
		identity := h.me(t, h.juniper).Identity
		h.media.was()
		h.media.began = make(chan struct{})
		over := make(chan int)
		go func() {
			over <- h.juniper.Send("GET", h.path()+"/line/"+identity+"/rtc", "", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}}).Status
		}()
		<-h.media.began
		must(t, w.People.SignOut(t.Context(), h.juniper.Actor))
		<-over
		if got := strings.Join(h.media.was(), ", "); !strings.Contains(got, "remove "+identity+" from "+string(h.room)) {
			t.Errorf("the media server was asked: %s", got)
		}
		if got := h.names(t, h.wren); got != "Wren" {
			t.Errorf("in the room are %s", got)
		}
	})
}

func TestWhoIsKeptOutByModeration(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron)
		heron := h.me(t, h.heron)
		tomo := w.Person("Tomo", access.Coordinator)
		if got := h.juniper.Post("/report", "kind", "seat", "id", string(heron.ID), "reason", "threat"); got.Status != 303 {
			t.Fatalf("report: %d", got.Status)
		}
		q, err := w.Moderation.Queue(t.Context(), tomo.Actor)
		must(t, err)
		at := "/moderation/" + string(q.Reports[0].ID)
		tomo.Post(at + "/claim")
		if got := tomo.Post(at+"/decide", "what", "pause", "days", "3", "reason", "Not here."); got.Status != 303 {
			t.Fatalf("decide: %d", got.Status)
		}
		if _, err := w.Rooms.Line(t.Context(), h.heron.Actor, h.room, heron.Identity); !fault.Is(err, fault.NotFound) {
			t.Errorf("their line: %v", err)
		}
		if w.Rooms.Stays(t.Context(), h.heron.Actor, h.room, heron.Identity) {
			t.Error("their line stands")
		}
		h.heron.Get(h.path())
		if got := h.names(t, h.wren); got != "Wren Juniper" {
			t.Errorf("in the room: %s", got)
		}
		if got := h.heron.Post(h.door() + "/enter"); got.Status != 403 {
			t.Errorf("they come in again: %d", got.Status)
		}
	})
}
