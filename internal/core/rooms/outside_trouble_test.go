package rooms_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/media"
)

func TestWithoutACaptionsService(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper)
		h.does(t, h.wren, 404, "captions-ask")
		for _, p := range []*cairntest.Someone{h.wren, h.juniper} {
			shows(t, p.Name, p.Get(h.path()).Body, nil, []string{"captions-ask", "write captions?", "outside"})
		}
		shows(t, "who comes", h.heron.Get(h.door()).Body, nil, []string{`name="captions"`, "outside"})
	})
}

func TestTheServiceIsTakenAway(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.agree(t)
		in, identity := s.last(1), h.look(t, h.wren).Outside.Identity
		h.media.there[string(h.room)] = []media.Participant{{Identity: identity}, {Identity: "nobody-here"}}
		h.media.was()
		h.Pass(10 * time.Second)
		if got := h.media.was(); !slices.Equal(got, []string{"remove nobody-here from " + string(h.room)}) {
			t.Errorf("while it runs the media server is asked: %v", got)
		}
		h.media.there[string(h.room)] = []media.Participant{{Identity: identity, Publishing: []media.Source{media.Microphone}}}
		h.Pass(10 * time.Second)
		if got := h.media.was(); !slices.Equal(got, []string{"permit " + identity + " "}) {
			t.Errorf("it speaks, and the media server is asked: %v", got)
		}
		h.Rooms.Captioning = rooms.Captioning{} // the operator took it away and started anew
		if got := s.writes(in.Lines, "words"); got != 404 {
			t.Errorf("it writes: %d", got)
		}
		h.Pass(10 * time.Second)
		if got := h.media.was(); !slices.Contains(got, "remove "+identity+" from "+string(h.room)) {
			t.Errorf("it is not taken out: %v", got)
		}
		if n := h.count(t, `SELECT count(*) FROM rooms_room WHERE outside = 'over' AND outside_secret IS NULL`); n != 1 {
			t.Error("it has not ended")
		}
	})
}

func TestTheServiceDoesNotAnswer(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		s.Answer(500)
		h.agree(t)
		if h.look(t, h.wren).Outside.State != rooms.OutsideRuns {
			t.Fatal("after one try it is given up")
		}
		s.Answer(202)
		h.Pass(2 * time.Second)
		in := s.last(1)
		if got := s.writes(in.Lines, "late and here"); got != 204 {
			t.Errorf("invited again it writes: %d", got)
		}
		h.does(t, h.wren, 303, "captions-end")
		s.Answer(503)
		h.does(t, h.wren, 303, "captions-ask")
		h.does(t, h.juniper, 303, "captions", "yes", "yes")
		h.does(t, h.heron, 303, "captions", "yes", "yes")
		h.keep(t, 30*time.Second, h.wren, h.juniper, h.heron)
		v := h.look(t, h.juniper)
		if v.Outside.State != rooms.OutsideFailed || v.Outside.Identity != "" {
			t.Errorf("after every try: %+v", v.Outside)
		}
		shows(t, "somebody in the room", h.juniper.Get(h.path()).Body, []string{"Swift Words did not come. It hears nothing."}, []string{"captions, outside service"})
		s.Answer(410)
		h.does(t, h.wren, 303, "captions-ask")
		h.does(t, h.juniper, 303, "captions", "yes", "yes")
		h.does(t, h.heron, 303, "captions", "yes", "yes")
		h.Settle()
		if got := h.look(t, h.wren).Outside.State; got != rooms.OutsideFailed {
			t.Errorf("an address that is over: %s", got)
		}
	})
}

func TestAsideAndBackWhileCaptionsRun(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.enters(t, h.wren, h.marten, h.juniper, h.heron)
		h.does(t, h.wren, 303, "captions-ask")
		two := h.aside(t) // before Juniper answered
		for _, p := range []*cairntest.Someone{h.marten, h.heron} {
			h.does(t, p, 303, "captions", "yes", "yes")
		}
		h.Settle()
		if got, _ := s.Got(); len(got) != 0 {
			t.Fatal("it runs, and one comes back without having been asked")
		}
		h.in(two, func() {
			h.does(t, h.juniper, 404, "captions", "yes", "yes") // there are none for two
			h.does(t, h.juniper, 303, "back")
			h.does(t, h.wren, 303, "back")
		})
		h.does(t, h.juniper, 303, "captions", "yes", "yes")
		h.Settle()
		s.last(1)
		two = h.aside(t)
		h.in(two, func() { h.does(t, h.juniper, 303, "back") })
		if got := h.look(t, h.juniper); got.Outside.State != rooms.OutsideRuns || !got.Me.Agrees {
			t.Errorf("back again: %+v", got.Outside)
		}
	})
}

func TestALineOfTheServiceIsCut(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.enters(t, h.wren)
		h.does(t, h.wren, 303, "captions-ask")
		h.Settle()
		in, identity := s.last(1), h.look(t, h.wren).Outside.Identity
		h.media.began = make(chan struct{})
		h.media.was()
		cut := make(chan int)
		service := h.Browser()
		go func() {
			cut <- service.Send(http.MethodGet, path(t, in.Room)+"/rtc", "", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}}).Status
		}()
		<-h.media.began
		h.does(t, h.wren, 303, "leave") // nobody is in any more; nobody pressed a button about it
		if got := <-cut; got != 200 {
			t.Errorf("its line ended with %d", got)
		}
		if got := h.media.was(); !slices.Contains(got, "remove "+identity+" from "+string(h.room)) {
			t.Errorf("with its line it is not taken out: %v", got)
		}
	})
}
