package main

import "testing"

func TestTheWideningCircleIsDominatedByNeither(t *testing.T) {
	for seed := range uint64(3) {
		for _, busy := range []float64{.5, .7, .85} {
			e := newEvening(seed, 20, 200, busy)
			ours, first, best := e.play(byCircle), e.play(firstCome), e.play(bestFit)
			if first.dominates(ours) || best.dominates(ours) {
				t.Errorf("seed %d, busy %v: %+v, first-come %+v, best fit %+v", seed, busy, ours, first, best)
			}
			if again := e.play(byCircle); again != ours {
				t.Error("the same evening went two ways")
			}
		}
	}
}
