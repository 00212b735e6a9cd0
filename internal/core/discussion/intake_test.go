package discussion

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
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
	if _, err := in.enter(gone, who); !errors.Is(err, context.Canceled) || turnedAway(err) {
		t.Fatalf("one person has two places, or who went away is turned away: %v", err)
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

// TestWhoWaitsTooLongIsTurnedAway: whoever finds no place in time hears it, and has their words
// back; what is broken is no such answer.
func TestWhoWaitsTooLongIsTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, who := newIntake(), moment.NewID()
		if _, err := in.enter(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		if _, err := in.enter(t.Context(), who); !turnedAway(err) || fault.As(err).Key != "discussion.error.pictures_busy" {
			t.Errorf("no place: %v", err)
		}
	})
	for _, err := range []error{errors.New("broken"), db.Problem("rate", errors.New("broken")), fault.New(fault.Unavailable, "web.error.storage"), fault.Hidden()} {
		if turnedAway(err) {
			t.Errorf("%v is turned away, and nobody learns that it is broken", err)
		}
	}
}
