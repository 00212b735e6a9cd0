package rooms_test

import (
	"net/http"
	"regexp"
	"testing"

	"cairn/internal/cairntest"
)

var announced = regexp.MustCompile(`data-line="/room/([^/]+)/line/([A-Z2-7]{26})"`)

// A door that leads straight into an open room says where the line will be. It stands
// from entering on and not before, for whoever was told alone, and once.
func TestALineThatTheDoorAnnounces(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		if announced.MatchString(h.juniper.Get(h.door()).Body) {
			t.Error("a room that nobody has opened has a line already")
		}
		h.enters(t, h.wren)
		m := announced.FindStringSubmatch(h.juniper.Get(h.door()).Body)
		if m == nil || m[1] != string(h.room) {
			t.Fatalf("the door announces %v", m)
		}
		mine := m[2]
		if got := h.line(t, h.juniper, h.room, mine); got != 404 {
			t.Errorf("before entering the line stands: %d", got)
		}
		h.as(t, h.juniper, "as", "sound", "line", mine)
		if got := h.me(t, h.juniper).Identity; got != mine {
			t.Errorf("known by %s, announced was %s", got, mine)
		}
		if h.line(t, h.juniper, h.room, mine) != 200 || h.line(t, h.heron, h.room, mine) != 404 {
			t.Error("the line does not stand, or stands for another")
		}
		wren := h.me(t, h.wren).Identity
		for what, line := range map[string]string{"another's": mine, "the host's": wren, "words": "HOST OF THE ROOM, SAYS WREN", "short": "ABC", "none": ""} {
			h.as(t, h.heron, "as", "sound", "line", line)
			if got := h.me(t, h.heron).Identity; got == line || len(got) != 26 {
				t.Errorf("%s was taken: %s", what, got)
			}
		}
		h.as(t, h.juniper, "as", "sound", "line", mine) // the same page sent twice
		if got := h.me(t, h.juniper).Identity; got == mine {
			t.Error("the same line twice")
		}
		if h.line(t, h.juniper, h.room, mine) != 404 {
			t.Error("the line of before stands")
		}
		if h.me(t, h.wren).Identity != wren {
			t.Error("the host has another line")
		}
	})
}

// opens begins a line as a browser does, and gives the answer when it comes.
func (h *house) opens(p *cairntest.Someone, identity string) <-chan int {
	answer := make(chan int, 1)
	go func() {
		answer <- p.Send("GET", h.path()+"/line/"+identity+"/rtc", "", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}}).Status
	}()
	return answer
}

// A browser opens its line with the press, and may be faster than the press: it waits
// for its person, and is not refused. Whoever it is not for waits for nothing.
func TestALineWaitsForItsPerson(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren)
		var mine string
		for range 10 { // each is a race that the line should win
			mine = announced.FindStringSubmatch(h.juniper.Get(h.door()).Body)[2]
			early := h.opens(h.juniper, mine)
			h.as(t, h.juniper, "as", "sound", "line", mine)
			if got := <-early; got != 200 {
				t.Errorf("a line that was opened with the press: %d", got)
			}
			h.does(t, h.juniper, 303, "leave")
		}
		another, gone := h.opens(h.heron, mine), h.opens(h.juniper, mine)
		h.enters(t, h.heron)
		if <-another != 404 || <-gone != 404 {
			t.Error("somebody else's line stands, or that of who has gone")
		}
	})
}

// Who waits to be let in, or cannot come in, is told no line.
func TestNoLineForWhoWaits(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.hall.set(func() { h.hall.stand.KeepsDoor = true })
		h.enters(t, h.wren)
		if announced.MatchString(h.juniper.Get(h.door()).Body) {
			t.Error("a line is announced to who will wait")
		}
		if !announced.MatchString(h.wren.Get(h.door()).Body) {
			t.Error("none is announced to who holds the room")
		}
	})
}
