package rooms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
)

func TestNobodyIsUnseen(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron)
		h.over(t, h.wren, 303, "hold", h.me(t, h.juniper), "what", "speaks", "yes", "no")
		wren, juniper, heron := h.me(t, h.wren).Identity, h.me(t, h.juniper).Identity, h.me(t, h.heron).Identity
		h.does(t, h.heron, 303, "leave")
		h.media.there[string(h.room)] = []media.Participant{
			{Identity: wren, Publishing: []media.Source{media.Microphone, media.Camera}},
			{Identity: juniper, Publishing: []media.Source{media.Microphone}}, // a changed browser
			{Identity: heron}, // who has gone
			{Identity: "nobody-here"},
		}
		h.media.was()
		w.Pass(10 * time.Second)
		got := h.media.was()
		slices.Sort(got)
		want := []string{"permit " + juniper + " camera", "remove " + heron + " from " + string(h.room), "remove nobody-here from " + string(h.room)}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("the media server was asked: %s", strings.Join(got, ", "))
		}
		h.media.there[string(h.room)] = []media.Participant{{Identity: juniper, Publishing: []media.Source{media.Camera}, Muted: []media.Source{media.Camera}}}
		w.Pass(10 * time.Second)
		if got := h.media.was(); len(got) != 0 {
			t.Errorf("where all is well the media server was asked: %s", strings.Join(got, ", "))
		}
	})
}

func TestNobodyIsAsideUnseen(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron)
		juniper := h.me(t, h.juniper).Identity
		two := h.aside(t)
		h.media.there[string(h.room)] = []media.Participant{{Identity: juniper}}
		h.media.there[string(two)] = []media.Participant{{Identity: juniper}}
		h.media.was()
		w.Pass(10 * time.Second)
		got := strings.Join(h.media.was(), ", ")
		for _, room := range []string{string(h.room), string(two)} {
			if !strings.Contains(got, "remove "+juniper+" from "+room) {
				t.Errorf("an old line stands in a room: %s", got)
			}
		}
	})
}

func TestWithoutCameras(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.hall.set(func() { h.hall.stand.Cameras = false })
		h.enters(t, h.wren, h.juniper)
		two := h.aside(t)
		h.in(two, func() {
			g, err := w.Rooms.Line(t.Context(), h.juniper.Actor, two, h.me(t, h.juniper).Identity)
			must(t, err)
			if slices.Contains(g.Publish, media.Camera) {
				t.Error("there are cameras aside and none in the room")
			}
		})
		shows(t, "who is at the door", h.heron.Get(h.door()).Body, []string{"With my voice"}, []string{"With voice and picture", "Try the camera"})
	})
}

func TestALineRunsOut(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.juniper)
		g, err := w.Rooms.Line(t.Context(), h.juniper.Actor, h.room, h.me(t, h.juniper).Identity)
		must(t, err)
		if left := g.Until.Sub(w.Time.Now().Std()); left != 10*time.Minute || g.Room != string(h.room) {
			t.Errorf("a line for %s can be begun for %s", g.Room, left)
		}
		if strings.Contains(g.Identity, string(h.juniper.ID)) || strings.Contains(g.Identity, string(h.me(t, h.juniper).ID)) {
			t.Error("the media server learns who it is")
		}
		if _, err := w.Rooms.Line(t.Context(), h.heron.Actor, h.room, g.Identity); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's line: %v", err)
		}
	})
}
