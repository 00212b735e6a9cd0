package calendar

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"cairn/internal/kit/moment"

	ics "github.com/arran4/golang-ical"
)

// Event is something at a time, as a calendar program shows it. Summary is read
// by whoever looks at the person's calendar.
type Event struct {
	UID       string // stays the same through every change
	Summary   string
	Starts    moment.Time
	Ends      moment.Time
	Changed   moment.Time // when it was last changed
	Sequence  int         // grows with every change
	Cancelled bool
}

// pollEvery is how often programs are asked to read a feed again.
const pollEvery = "PT1H"

// ContentType is the media type of File.
const ContentType = "text/calendar; charset=utf-8"

// File writes events as one iCalendar object (RFC 5545).
func File(events []Event) string {
	cal := ics.NewCalendar()
	cal.SetProductId("-//Calendar//1//EN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetCalscale("GREGORIAN")
	cal.SetRefreshInterval(pollEvery, ics.WithValue(string(ics.ValueDataTypeDuration))) // RFC 7986, 5.7
	cal.SetXPublishedTTL(pollEvery)
	for _, e := range events {
		out := cal.AddEvent(e.UID)
		out.SetDtStampTime(second(e.Changed))
		out.SetModifiedAt(second(e.Changed))
		out.SetSequence(e.Sequence)
		out.SetStartAt(second(e.Starts))
		out.SetEndAt(second(e.Ends))
		out.SetSummary(e.Summary)
		out.SetClass(ics.ClassificationPrivate)
		out.SetStatus(ics.ObjectStatusConfirmed)
		out.SetTimeTransparency(ics.TransparencyOpaque)
		if e.Cancelled {
			out.SetStatus(ics.ObjectStatusCancelled)
			out.SetTimeTransparency(ics.TransparencyTransparent)
		}
	}
	return cal.Serialize(ics.WithNewLineWindows)
}

func second(t moment.Time) time.Time { return t.Std().Truncate(time.Second) }

// Feed is a secret address that gives one kind of a person's events.
type Feed struct {
	ID     moment.ID
	Person moment.ID
	Kind   string // whose events: "shifts"
	Lang   string // of the summaries
	MadeAt moment.Time
}

// extension ends the address of a feed: some programs look at it.
const extension = ".ics"

// Path is the address of a feed on this service.
func Path(token string) string { return "/calendar/" + token + extension }

// TokenOf reads the token out of the last part of a feed's address.
func TokenOf(file string) (string, bool) {
	token, ok := strings.CutSuffix(file, extension)
	return token, ok && len(token) == base64.RawURLEncoding.EncodedLen(secretBytes)
}

// secretBytes are 256 bits, which nobody guesses.
const secretBytes = 32

func newToken() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails: it ends the program instead (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
