package rooms_test

import (
	"fmt"
	"strings"
	"testing"

	"cairn/internal/cairntest"
)

// turns are the turns of the round, as everybody reads them.
func (h *house) turns(t *testing.T, p *cairntest.Someone) string {
	t.Helper()
	v := h.look(t, p)
	var out []string
	for _, turn := range v.Turns {
		for _, s := range v.Seats {
			if s.ID == turn.Seat {
				out = append(out, h.hall.names[s.Person]+" "+string(turn.State))
			}
		}
	}
	return strings.Join(out, ", ")
}

func (h *house) turn(t *testing.T, p *cairntest.Someone, status, place int, pairs ...string) {
	t.Helper()
	h.does(t, p, status, "turn", append([]string{"place", fmt.Sprint(place)}, pairs...)...)
}

func (h *house) stands(t *testing.T, p *cairntest.Someone, want string) {
	t.Helper()
	if got := h.turns(t, p); got != want {
		t.Errorf("the round stands: %s, want %s", got, want)
	}
}

func TestARound(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron)
		h.as(t, h.willow, "as", "listen")
		for _, minutes := range []string{"0", "16", "x", ""} {
			h.does(t, h.wren, 422, "round", "minutes", minutes)
		}
		h.does(t, h.juniper, 404, "round", "minutes", "2")
		h.does(t, h.wren, 303, "round", "minutes", "2")
		h.does(t, h.wren, 409, "round", "minutes", "3")
		h.stands(t, h.willow, "Wren now, Juniper waiting, Heron waiting") // who listens is not asked
		shows(t, "whose turn comes", h.juniper.Get(h.path()).Body, []string{"It is the turn of Wren", "I pass when it is my turn"}, []string{"I have said it"})
		shows(t, "whose turn it is", h.wren.Get(h.path()).Body, []string{"It is your turn", "I have said it"}, nil)
		h.turn(t, h.juniper, 404, 0)
		h.turn(t, h.juniper, 404, 2, "pass", "yes")
		h.turn(t, h.juniper, 404, 9)
		h.turn(t, h.heron, 303, 2) // their turn has not come: nothing
		h.turn(t, h.heron, 303, 2, "pass", "yes")
		h.stands(t, h.willow, "Wren now, Juniper waiting, Heron passed")
		for range 2 { // pressed twice it is one turn
			h.turn(t, h.wren, 303, 0)
		}
		h.stands(t, h.willow, "Wren said, Juniper now, Heron passed")
		h.enters(t, h.marten) // who comes late comes last
		h.enters(t, h.marten)
		h.stands(t, h.willow, "Wren said, Juniper now, Heron passed, Marten waiting")
		h.does(t, h.juniper, 303, "leave") // whose turn it is goes
		h.stands(t, h.willow, "Wren said, Heron passed, Marten now")
		h.does(t, h.willow, 303, "listen", "yes", "no") // who takes part after all is asked last
		h.stands(t, h.willow, "Wren said, Heron passed, Marten now, Willow waiting")
		h.does(t, h.willow, 303, "listen", "yes", "yes")
		h.stands(t, h.willow, "Wren said, Heron passed, Marten now, Willow passed")
		h.turn(t, h.wren, 303, 3, "pass", "yes") // by who holds it, for who has the turn
		if v := h.look(t, h.willow); v.TurnMinutes != 0 || len(v.Turns) != 0 {
			t.Errorf("the round goes on after the last: %+v", v.Turns)
		}
		h.turn(t, h.wren, 404, 3)
		h.does(t, h.wren, 303, "round", "minutes", "1")
		h.does(t, h.heron, 404, "round", "end", "yes")
		h.does(t, h.wren, 303, "round", "end", "yes")
		if v := h.look(t, h.heron); v.TurnMinutes != 0 || len(v.Turns) != 0 {
			t.Error("the round was not ended")
		}
	})
}

func TestARoundOfWhoGoes(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper)
		h.does(t, h.wren, 303, "round", "minutes", "1")
		h.over(t, h.wren, 303, "remove", h.me(t, h.juniper))
		h.turn(t, h.wren, 303, 0)
		if v := h.look(t, h.wren); v.TurnMinutes != 0 {
			t.Error("the round waits for who was removed")
		}
	})
}
