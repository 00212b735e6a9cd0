package media

import "testing"

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
