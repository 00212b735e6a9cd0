package people_test

import (
	"math/rand/v2"
	"testing"

	"cairn/internal/core/people"
)

func TestStartsAreHalfHoursFollowedByAnother(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 200 {
		var h people.Hours
		for range rnd.IntN(400) {
			h.Put(rnd.IntN(people.SlotsOfWeek))
		}
		starts := h.Starts()
		for slot := range people.SlotsOfWeek {
			if want := h.Has(slot) && h.Has(slot+1); starts.Has(slot) != want {
				t.Fatalf("%v: start at %d is %v, want %v", h, slot, !want, want)
			}
		}
	}
}
