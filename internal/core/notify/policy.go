package notify

import (
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of the routes. No token acts here: it could move a page elsewhere.
var (
	permOwn        = noToken("notify.own", "A guest or a member sees what they were told.", access.Guest, access.Member)
	permReach      = noToken("notify.reach", "A member chooses how they are reached, and on which devices.", access.Member)
	permDeliveries = noToken("notify.deliveries", "Coordinators and administrators see how deliveries stand, and try them again.", access.Coordinator, access.Administrator)
	permHooks      = noToken("notify.hooks", "Administrators connect webhooks.", access.Administrator)
)

func noToken(name, sentence string, roles ...access.Role) access.Permission {
	p := access.Permit(name, sentence, roles...)
	p.NoToken = true
	return p
}

// canPush: only what belongs to one person is pushed to. A guest's device, and a
// shared one, may have another reader tomorrow.
func canPush(a access.Actor) access.Decision {
	switch {
	case !a.Has(access.Member) || a.Way != access.ByBrowser || a.Session == "":
		return access.Hide()
	case a.Shared:
		return access.Refuse("notify.error.shared")
	}
	return access.Allow()
}

// wanted decides whether a channel is used. Mail is off until a member asks for
// it, since others may read an inbox; for those who work here it is on. A test
// that somebody asked for goes everywhere.
func wanted(k Kind, c Channel, works bool, chosen []Choice) bool {
	if k.Urgent || k.Name == KindTest {
		return true
	}
	for _, x := range chosen {
		if x.Kind == k.Name && x.Channel == c {
			return x.Wanted
		}
	}
	return c != ByMail || works
}

// quietUntil gives the end of the quiet hours that now lies in.
func (h Hours) quietUntil(now moment.Time, zone *time.Location) (moment.Time, bool) {
	at := now.Std().In(zone)
	if !h.hold(at) {
		return 0, false
	}
	nextDay := 0
	if h.From > h.To && at.Hour()*60+at.Minute() >= h.From {
		nextDay = 1
	}
	end := time.Date(at.Year(), at.Month(), at.Day()+nextDay, h.To/60, h.To%60, 0, 0, zone)
	for !end.After(at) || h.hold(end) { // where clocks change, a time is there twice or not at all
		end = end.Add(30 * time.Minute)
	}
	return moment.At(end), true
}

// hold tells whether a moment lies in the hours, by the clock on the wall.
func (h Hours) hold(at time.Time) bool {
	minute := at.Hour()*60 + at.Minute()
	if h.From > h.To {
		return minute >= h.From || minute < h.To
	}
	return minute >= h.From && minute < h.To
}

// The waits after each failure. A page is tried quickly at first; after the last
// wait and one more failure a delivery has failed: pages after some 75 minutes,
// when escalation has long gone on, anything else after a day.
var (
	urgentWaits = []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute,
		15 * time.Minute, 15 * time.Minute, 15 * time.Minute, 15 * time.Minute}
	otherWaits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}
)

// retryAfter tells how long to wait after so many failures, or that it was enough.
func retryAfter(urgent bool, failures int) (time.Duration, bool) {
	waits := otherWaits
	if urgent {
		waits = urgentWaits
	}
	if failures > len(waits) {
		return 0, false
	}
	return waits[failures-1], true
}
