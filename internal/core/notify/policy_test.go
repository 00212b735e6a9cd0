package notify

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestQuietHours(t *testing.T) {
	const form = "2006-01-02 15:04"
	for _, tt := range []struct{ from, to, zone, at, until string }{
		{"22:00", "07:00", "UTC", "2026-11-21 21:59", ""},
		{"22:00", "07:00", "UTC", "2026-11-21 22:00", "2026-11-22 07:00"},
		{"22:00", "07:00", "UTC", "2026-11-22 00:00", "2026-11-22 07:00"},
		{"22:00", "07:00", "UTC", "2026-11-22 06:59", "2026-11-22 07:00"},
		{"22:00", "07:00", "UTC", "2026-11-22 07:00", ""},
		{"22:00", "07:00", "UTC", "2026-12-31 23:00", "2027-01-01 07:00"},
		{"09:00", "17:30", "UTC", "2026-11-21 09:00", "2026-11-21 17:30"},
		{"09:00", "17:30", "UTC", "2026-11-21 17:30", ""},
		{"09:00", "17:30", "UTC", "2026-11-21 08:59", ""},
		{"00:00", "23:59", "UTC", "2026-11-21 12:00", "2026-11-21 23:59"},
		{"22:00", "07:00", "Africa/Nairobi", "2026-11-21 18:59", ""},
		{"22:00", "07:00", "Africa/Nairobi", "2026-11-21 19:00", "2026-11-22 04:00"},
		{"22:00", "07:00", "Asia/Kolkata", "2026-11-21 16:30", "2026-11-22 01:30"},
		// Clocks go forward: 02:30 does not exist on this night in New York.
		{"22:00", "02:30", "America/New_York", "2026-03-08 04:00", "2026-03-08 07:00"},
		// Clocks go back: the hour from one to two is there twice, and the end is after now in both.
		{"22:00", "01:30", "America/New_York", "2026-11-01 05:10", "2026-11-01 05:30"},
		{"22:00", "01:30", "America/New_York", "2026-11-01 06:10", "2026-11-01 06:30"},
	} {
		at, err := time.Parse(form, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		h := Hours{minutes(tt.from), minutes(tt.to)}
		end, quiet := h.quietUntil(moment.At(at), zone(t, tt.zone))
		got := ""
		if quiet {
			got = end.Std().Format(form)
		}
		if got != tt.until {
			t.Errorf("%s-%s %s at %s: until %q, want %q", tt.from, tt.to, tt.zone, tt.at, got, tt.until)
		}
	}
}

// Whatever the hours, the zone and the moment: the end is after now, within a
// day and a bit, and no longer quiet.
func TestQuietHoursEnd(t *testing.T) {
	for _, name := range []string{"UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"} {
		z := zone(t, name)
		for at := moment.At(time.Date(2026, 10, 20, 0, 7, 0, 0, time.UTC)); at < moment.At(time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)); at = at.Add(37 * time.Minute) {
			for _, h := range []Hours{{0, 1}, {90, 150}, {150, 90}, {1320, 420}, {1439, 0}, {0, 1439}} {
				end, quiet := h.quietUntil(at, z)
				if quiet && (end <= at || end.Sub(at) > 26*time.Hour || h.hold(end.Std().In(z))) {
					t.Fatalf("%s %+v at %v: until %v", name, h, at.Std(), end.Std())
				}
			}
		}
	}
}

func TestRetries(t *testing.T) {
	for _, tt := range []struct {
		urgent bool
		first  []time.Duration
		tries  int
		within time.Duration
	}{
		{true, []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute}, 12, 90 * time.Minute},
		{false, []time.Duration{time.Minute, 5 * time.Minute}, 8, 24 * time.Hour},
	} {
		all, n := time.Duration(0), 1
		for ; ; n++ {
			wait, more := retryAfter(tt.urgent, n)
			if !more {
				break
			}
			if n <= len(tt.first) && wait != tt.first[n-1] {
				t.Errorf("urgent %v, after %d: %v", tt.urgent, n, wait)
			}
			all += wait
		}
		if n != tt.tries || all > tt.within {
			t.Errorf("urgent %v: %d tries in %v", tt.urgent, n, all)
		}
	}
}

func TestWanted(t *testing.T) {
	page, word := Kind{Name: "care.page", Urgent: true}, Kind{Name: "care.word"}
	off := []Choice{{"care.page", ByMail, false}, {"care.page", ByPush, false}, {"care.word", ByPush, false}, {"care.word", ByMail, true}}
	for _, tt := range []struct {
		kind   Kind
		by     Channel
		works  bool
		chosen []Choice
		want   bool
	}{
		{page, ByMail, true, off, true}, {page, ByPush, false, off, true}, {page, ByHook, true, nil, true},
		{word, ByMail, false, nil, false}, {word, ByMail, true, nil, true}, {word, ByPush, false, nil, true},
		{word, ByMail, false, off, true}, {word, ByPush, true, off, false}, {word, ByHook, false, off, true},
	} {
		if got := wanted(tt.kind, tt.by, tt.works, tt.chosen); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestWhoMayBePushedTo(t *testing.T) {
	member := access.Actor{Person: "p", Session: "s", Roles: access.Set(access.Member), Way: access.ByBrowser}
	shared, guest, token, nobody := member, member, member, access.Actor{}
	shared.Shared, guest.Roles, token.Way = true, access.Set(access.Guest), access.ByToken
	for name, tt := range map[string]struct {
		a    access.Actor
		want fault.Kind
		ok   bool
	}{"a member": {member, 0, true}, "a shared device": {shared, fault.Forbidden, false}, "a guest": {guest, fault.NotFound, false},
		"a token": {token, fault.NotFound, false}, "a visitor": {nobody, fault.NotFound, false}} {
		err := canPush(tt.a).Err()
		if (err == nil) != tt.ok || err != nil && !fault.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The id outside must stay what it is: a release that changed it would page
// people twice.
func TestStableID(t *testing.T) {
	const person = moment.ID("01a1fbf4-662f-7e99-a060-b4e963cc38fc")
	if got := StableIDOf("case/1/1/1", person, ByMail); got != "l4qjaQgeQWNOAe6GgsVoKB3-qRb89E2t4fxllDg07oc" {
		t.Errorf("it is now %q", got)
	}
	seen := map[StableID]bool{}
	for _, key := range []string{"case/1/1/1", "case/1/1/2", "case/1/1/1\x00"} {
		for _, who := range []moment.ID{person, "01a1fbf4-662f-7e99-a060-b4e963cc38fd"} {
			for _, c := range Channels() {
				seen[StableIDOf(key, who, c)] = true
			}
		}
	}
	if len(seen) != 18 {
		t.Errorf("%d ids of 18", len(seen))
	}
}

func TestMessagesThatAreNone(t *testing.T) {
	good := Message{To: "p", Kind: "care.page", Key: "k", Path: "/board"}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(m *Message){
		"nobody":        func(m *Message) { m.To = "" },
		"no key":        func(m *Message) { m.Key = "" },
		"a long key":    func(m *Message) { m.Key = strings.Repeat("k", longestKey+1) },
		"no path":       func(m *Message) { m.Path = "" },
		"another site":  func(m *Message) { m.Path = "https://example.org/" },
		"another host":  func(m *Message) { m.Path = "//example.org/" },
		"a long path":   func(m *Message) { m.Path = "/" + strings.Repeat("a", longestPath) },
		"words in path": func(m *Message) { m.Path = "/board?what somebody wrote" },
	} {
		m := good
		change(&m)
		if m.check() == nil {
			t.Errorf("%s is told", name)
		}
	}
}

func TestWishesFromAForm(t *testing.T) {
	for typed, want := range map[string]int{"22:00": 1320, "00:00": 0, "23:59:00": 1439, "7:5": 425, "24:00": -1, "22": -1, "": -1, "x:y": -1, "22:60": -1, "-1:00": -1} {
		if got := minutes(typed); got != want {
			t.Errorf("%q: %d", typed, got)
		}
	}
	w, err := wishesFrom(url.Values{"kind.care.word": {"mail", "push"}, "from": {"22:00"}, "to": {" 07:00 "}, "other": {"x"}})
	if err != nil || !slices.Equal(w.Kinds["care.word"], []Channel{ByMail, ByPush}) || len(w.Kinds) != 1 || *w.Hours != (Hours{1320, 420}) {
		t.Errorf("%+v %v", w, err)
	}
	if w, err := wishesFrom(url.Values{}); err != nil || w.Hours != nil {
		t.Errorf("no hours: %+v %v", w, err)
	}
	if _, err := wishesFrom(url.Values{"from": {"22:00"}}); !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Name != "to" {
		t.Errorf("half of the hours: %v", err)
	}
}

// A channel that answers nobody takes half of the workers at most, and what is
// not urgent half of those.
func TestLanes(t *testing.T) {
	l := newLanes()
	var leave []func()
	take := func(urgent bool) bool {
		back, ok := l.enter(urgent)
		if ok {
			leave = append(leave, back)
		}
		return ok
	}
	for i, tt := range []struct{ urgent, want bool }{{false, true}, {false, true}, {false, false}, {true, true}, {true, true}, {true, false}, {false, false}} {
		if got := take(tt.urgent); got != tt.want {
			t.Errorf("%d: %v", i, got)
		}
	}
	for _, back := range leave {
		back()
	}
	if len(l.all) != 0 || len(l.unhurried) != 0 {
		t.Errorf("%d and %d lanes are not given back", len(l.all), len(l.unhurried))
	}
}
