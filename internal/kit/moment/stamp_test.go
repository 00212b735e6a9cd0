package moment

import (
	"testing"
	"time"
)

func TestStamp(t *testing.T) {
	for at, want := range map[Time]string{
		0: "",
		At(time.Date(2026, 11, 21, 23, 59, 58, 999, time.FixedZone("", 3*3600))): "2026-11-21T20:59:58Z",
	} {
		if got := at.Stamp(); got != want {
			t.Errorf("%d: %q, want %q", at, got, want)
		}
	}
}
