package post

import (
	"errors"
	"net/http"
	"strconv"

	"cairn/internal/kit/fault"

	mail "github.com/wneessen/go-mail"
)

// Reason is why something could not be handed over, in one word: what is kept
// and shown instead of an error's text, which may hold an address.
type Reason string

// The reasons.
const (
	Unreachable Reason = "unreachable" // no name, no line, no answer in time
	Busy        Reason = "busy"        // asked to come back later (429, 5xx)
	Refused     Reason = "refused"     // answered with something other than yes
	Gone        Reason = "gone"        // the address is over: nothing will arrive there again
	Inside      Reason = "inside"      // the address leads into the own network
	Broken      Reason = "broken"      // it could not be made: our side, or keys that are none
)

// Trouble is an error of push and webhooks. Its text never holds an address.
type Trouble struct {
	Reason Reason
	Status int // of the answer; 0 when there was none
}

// Error names the reason.
func (t *Trouble) Error() string {
	if t.Status == 0 {
		return "post: " + string(t.Reason)
	}
	return "post: " + string(t.Reason) + " (" + strconv.Itoa(t.Status) + ")"
}

// TroubleOf gives what an error of any transport is about; for nil a zero Trouble.
func TroubleOf(err error) Trouble {
	var t *Trouble
	var m *mail.SendError
	switch {
	case err == nil:
		return Trouble{}
	case errors.As(err, &t):
		return *t
	case errors.As(err, &m) && m.IsTemp():
		return Trouble{Reason: Busy, Status: m.ErrorCode()}
	case errors.As(err, &m) && m.ErrorCode() >= 500:
		return Trouble{Reason: Refused, Status: m.ErrorCode()}
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Internal):
		return Trouble{Reason: Broken}
	}
	return Trouble{Reason: Unreachable}
}

// asked turns the end of a request into nil or a Trouble. gone are the answers
// that say that the address is over.
func asked(res *http.Response, err error, gone ...int) error {
	if err != nil {
		if errors.Is(err, errInside) {
			return &Trouble{Reason: Inside}
		}
		return &Trouble{Reason: Unreachable}
	}
	drain(res.Body)
	status := res.StatusCode
	for _, g := range gone {
		if status == g {
			return &Trouble{Reason: Gone, Status: status}
		}
	}
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		return &Trouble{Reason: Busy, Status: status}
	}
	return &Trouble{Reason: Refused, Status: status}
}
