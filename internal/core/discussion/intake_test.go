package discussion

import (
	"context"
	"testing"

	"cairn/internal/kit/moment"
)

// TestLargeFormsWait: a node has few places for large forms, one person has one, and who went
// away while waiting holds none.
func TestLargeFormsWait(t *testing.T) {
	in := newIntake()
	gone, stop := context.WithCancel(t.Context())
	stop()
	var leave []func()
	for len(leave) < formsAtOnce {
		// Two who share a lane would wait for each other: the next one then.
		if done, err := in.enter(gone, moment.NewID()); err == nil {
			leave = append(leave, done)
		}
	}
	for range 20 {
		if done, err := in.enter(gone, moment.NewID()); err == nil {
			done()
			t.Fatal("there was one place too many")
		}
	}
	for _, done := range leave {
		done()
	}
	who := moment.NewID()
	mine, err := in.enter(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.enter(gone, who); err == nil {
		t.Fatal("one person has two places")
	}
	mine()
	again, err := in.enter(t.Context(), who)
	if err != nil {
		t.Fatal("the place was not given back")
	}
	again()
	if len(in.places) != 0 {
		t.Errorf("%d places are held by nobody", len(in.places))
	}
}
