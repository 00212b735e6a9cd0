package media

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// What the media server's own warnings say is news, its errors are warnings, and neither
// has anything of people in it; a crash is told in its own words.
func TestWhatIsPassedOn(t *testing.T) {
	var b bytes.Buffer
	listen(strings.NewReader(`{"level":"warn","msg":"trying to set remote description","caller":"rtc/a.go:1","participant":"secret"}
{"level":"error","msg":"could not handle new participant","caller":"rtc/b.go:2","room":"secret"}
{"level":"warn","msg":"error writing to websocket"}
words of no log
panic: out of order
goroutine 1 [running]:
`), slog.New(slog.NewTextHandler(&b, nil)))
	var got []string
	for line := range strings.Lines(b.String()) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		got = append(got, rest)
	}
	want := []string{
		`level=INFO msg="media server: trying to set remote description" level=warn caller=rtc/a.go:1`,
		`level=WARN msg="media server: could not handle new participant" level=error caller=rtc/b.go:2`,
		`level=WARN msg="media server crashed: panic: out of order"`,
		`level=WARN msg="media server crashed: goroutine 1 [running]:"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestWhichWarningsSayNothing(t *testing.T) {
	for words, want := range map[string]bool{
		"error writing to websocket": true,
		"Incoming unhandled RTP ssrc(4013675423), OnTrack will not be fired. EOF":                                            true,
		"Incoming unhandled RTP ssrc(4013675423), OnTrack will not be fired. no trackStreams found for RID: ssrc(0) rsid(q)": true,
		"Incoming unhandled RTP ssrc(4013675423), OnTrack will not be fired. codec not found":                                false,
		"could not handle new participant": false,
		"":                                 false,
	} {
		if got := isExpected(words); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
}
