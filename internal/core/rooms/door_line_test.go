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
		// A browser that opens its line a moment before it is in waits, and is not refused.
		ahead := make(chan int)
		go func() {
			ahead <- h.juniper.Send("GET", h.path()+"/line/"+mine+"/rtc", "", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}}).Status
		}()
		h.as(t, h.juniper, "as", "sound", "line", mine)
		if got := <-ahead; got == 404 {
			t.Error("a line that was opened with the press was refused")
		}
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
