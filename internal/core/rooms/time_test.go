package rooms_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestWhoGivesNoSignIsGone(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron)
		h.hall.heard()
		h.keep(t, 40*time.Second, h.wren, h.heron)
		if got := h.names(t, h.wren); got != "Wren Juniper Heron" {
			t.Errorf("after forty seconds: %s", got)
		}
		h.keep(t, 20*time.Second, h.wren, h.heron)
		if got := h.names(t, h.wren); got != "Wren Heron" {
			t.Errorf("after a minute: %s", got)
		}
		if got := h.hall.heard(); got != "Juniper went" {
			t.Errorf("the hall heard: %s", got)
		}
		if got := h.look(t, h.wren).People; got != 2 {
			t.Errorf("%d are counted", got)
		}
		h.enters(t, h.juniper) // a lost line is found again
		// A line alone is a sign too.
		for range 4 {
			w.Time.Advance(20 * time.Second)
			for _, p := range []*cairntest.Someone{h.wren, h.juniper, h.heron} {
				must(t, w.Rooms.SeenBy(t.Context(), p.Actor, h.room))
			}
			w.Settle()
		}
		if got := h.names(t, h.wren); got != "Wren Heron Juniper" {
			t.Errorf("with lines alone: %s", got)
		}
	})
}

func TestTwoHoldItAndOneGoes(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper)
		h.hall.heard()
		h.keep(t, time.Minute, h.marten, h.juniper)
		if got := h.hall.heard(); got != "Wren went holding" {
			t.Errorf("the hall heard: %s", got)
		}
		if v := h.look(t, h.juniper); !v.Held() {
			t.Error("nobody holds it, though one of two does")
		}
		h.does(t, h.marten, 303, "leave")
		if v := h.look(t, h.juniper); v.Held() || h.hall.heard() != "Marten went holding" {
			t.Error("somebody holds it, or the hall was not told")
		}
	})
}

func TestAnEmptyRoomCloses(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper)
		h.does(t, h.wren, 303, "leave")
		h.does(t, h.juniper, 303, "leave")
		h.hall.heard()
		w.Pass(4*time.Minute + 50*time.Second)
		if h.look(t, h.juniper).Why != "" {
			t.Error("closed before five minutes")
		}
		h.enters(t, h.juniper) // somebody comes: it counts anew
		h.does(t, h.juniper, 303, "leave")
		w.Pass(4*time.Minute + 50*time.Second)
		if h.look(t, h.juniper).Why != "" {
			t.Error("closed before five minutes since the last went")
		}
		h.media.was()
		w.Pass(20 * time.Second)
		if got := h.look(t, h.juniper); got.Open || got.Why != "empty" {
			t.Errorf("after five minutes: open %v, %q", got.Open, got.Why)
		}
		if got := strings.Join(h.media.was(), ", "); got != "end "+string(h.room) {
			t.Errorf("the media server was asked: %s", got)
		}
		shows(t, "who was there", h.juniper.Get(h.path()).Body, []string{"Nobody was in the room any more, so it has closed."}, nil)
		w.Pass(14 * time.Minute)
		h.look(t, h.juniper)
		w.Pass(2 * time.Minute)
		if got := h.juniper.Get(h.path()); got.Status != 404 {
			t.Errorf("after a quarter of an hour who was there is known: %d", got.Status)
		}
		if n := h.count(t, `SELECT count(*) FROM rooms_seat`); n != 0 {
			t.Errorf("%d seats are kept", n)
		}
		was := h.room
		h.enters(t, h.wren)
		if h.room != was {
			t.Error("another room for the same hall")
		}
	})
}

func TestARoomInWhichPeopleOnlyWaitedCloses(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.hall.set(func() { h.hall.stand.KeepsDoor = true })
		h.enters(t, h.juniper)
		if h.me(t, h.juniper).State != rooms.Waiting {
			t.Fatal("they do not wait")
		}
		w.Pass(6 * time.Minute)
		if v := h.look(t, h.juniper); v.Open || v.Why != "empty" {
			t.Errorf("open %v, %q", v.Open, v.Why)
		}
	})
}

func TestTheDoorClosesTheRoom(t *testing.T) {
	for _, tt := range []struct {
		name, why, words string
		over             rooms.Stand
	}{
		{"its time is over", "over", "The time is over, and the room is closed.", rooms.Stand{Door: rooms.Over}},
		{"nobody holds it", "unhosted", "It is not because of you.", rooms.Stand{Door: rooms.Over, Alone: moment.At(cairntest.Begins())}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
				h := begin(t, w)
				h.enters(t, h.wren, h.juniper)
				h.hall.heard()
				h.hall.set(func() { h.hall.stand.Door, h.hall.stand.Alone = tt.over.Door, tt.over.Alone })
				h.media.was()
				w.Pass(10 * time.Second)
				if v := h.look(t, h.juniper); v.Open || v.Why != tt.why || v.Me.State != rooms.Out {
					t.Errorf("open %v, %q, %s", v.Open, v.Why, v.Me.State)
				}
				shows(t, "who was there", h.juniper.Get(h.path()).Body, []string{tt.words}, []string{"data-line"})
				if got := h.hall.heard(); got != "closed, Wren went holding, Juniper went" && got != " closed, Wren went holding, Juniper went" {
					t.Errorf("the hall heard: %q", got)
				}
				if got := strings.Join(h.media.was(), ", "); got != "end "+string(h.room) {
					t.Errorf("the media server was asked: %s", got)
				}
				h.refused(t, h.juniper, "This meeting is over.")
			})
		})
	}
}

func TestWhoHoldsItEndsIt(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper)
		h.does(t, h.juniper, 404, "end")
		h.hall.heard()
		for _, status := range []int{303, 404} { // pressed twice
			h.does(t, h.wren, status, "end")
		}
		if got := strings.TrimSpace(h.hall.heard()); got != "closed holding, Wren went holding, Juniper went" {
			t.Errorf("the hall heard: %q", got)
		}
		for _, verb := range []string{"hand", "listen", "turn", "lock", "round", "hush", "door", "caption", "aside"} {
			h.does(t, h.wren, 404, verb, "yes", "yes", "place", "0", "minutes", "1", "caption", "words")
		}
		h.does(t, h.juniper, 303, "leave") // going out of what has closed is no error
		shows(t, "who was there", h.juniper.Get(h.path()).Body, []string{"The meeting has ended, and the room is closed."}, nil)
	})
}

func TestThirtyComeAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.hall.set(func() { h.hall.stand.Places = 20 })
		var all []*cairntest.Someone
		for n := range 30 {
			p := w.Person(fmt.Sprintf("Number %d", n), access.Member)
			all = append(all, p)
			h.hall.set(func() { h.hall.come = append(h.hall.come, p.ID) })
		}
		owner := rooms.Ref{Kind: "hall", ID: h.hall.id}
		var wait sync.WaitGroup
		errs := make([]error, len(all))
		for i, p := range all {
			wait.Go(func() { // each presses twice
				for range 2 {
					_, errs[i] = w.Rooms.Enter(t.Context(), p.Actor, owner, rooms.Entry{})
				}
			})
		}
		wait.Wait()
		in := 0
		for i, err := range errs {
			switch {
			case err == nil:
				in++
			case !fault.Is(err, fault.Conflict):
				t.Errorf("%d: %v", i, err)
			}
		}
		h.room = h.hallRoom(t)
		seats := h.count(t, `SELECT count(*) FROM rooms_seat WHERE room = $1 AND state = 'in'`, h.room)
		people := h.count(t, `SELECT count(DISTINCT person) FROM rooms_seat WHERE room = $1`, h.room)
		counted := h.count(t, `SELECT people FROM rooms_room WHERE id = $1`, h.room)
		if n := h.count(t, `SELECT count(*) FROM rooms_room`); in != 20 || seats != 20 || people != 20 || counted != 20 || n != 1 {
			t.Errorf("%d were let in, %d seats, %d people, %d counted, %d rooms", in, seats, people, counted, n)
		}
	})
}
