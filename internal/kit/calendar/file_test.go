package calendar_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/icaltest"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

const root = "../../.."

// eventsOf writes a series with what was moved and what was called off, and
// gives what a reader should see of it in a window.
func eventsOf(s calendar.Series, except []calendar.Date, moved map[calendar.Date]calendar.Occurrence) []calendar.Event {
	list := []calendar.Event{{UID: "s", Summary: "Meeting", Series: &s, Except: except, Sequence: 2, Changed: 5}}
	for day, o := range moved {
		list = append(list, calendar.Event{UID: "s", Summary: "Meeting, moved", Series: &s, Day: day, Starts: o.Starts, Ends: o.Ends, Sequence: 2, Changed: 5})
	}
	return list
}

func expected(s calendar.Series, except []calendar.Date, moved map[calendar.Date]calendar.Occurrence, from, to moment.Time) (list []icaltest.Occurrence) {
	all, _ := s.Between(from.Add(-9*24*time.Hour), to.Add(9*24*time.Hour), 10000)
	for _, o := range all {
		if slices.Contains(except, o.Day) {
			continue
		}
		one := icaltest.Occurrence{UID: "s", Summary: "Meeting", Status: "CONFIRMED"}
		if m, ok := moved[o.Day]; ok {
			o, one.Summary = m, "Meeting, moved"
		}
		if o.Starts >= from && o.Starts < to {
			one.Starts, one.Ends = o.Starts.Std(), o.Ends.Std()
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(a, b icaltest.Occurrence) int { return a.Starts.Compare(b.Starts) })
	return list
}

func compare(t *testing.T, name string, got, want []icaltest.Occurrence) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("%s: %v is missing", name, want[i])
		case i >= len(want):
			t.Errorf("%s: %v is too much", name, got[i])
		case !got[i].Starts.Equal(want[i].Starts) || !got[i].Ends.Equal(want[i].Ends) || got[i].Summary != want[i].Summary:
			t.Errorf("%s: %v, want %v", name, got[i], want[i])
		default:
			continue
		}
		return
	}
}

// Two parsers show the instants that we show, in zones that change their clocks
// in their own ways, with one occurrence moved and one called off.
func TestParsersSeeTheSameInstants(t *testing.T) {
	type one struct {
		name     string
		s        calendar.Series
		except   []calendar.Date
		moved    map[calendar.Date]calendar.Occurrence
		from, to moment.Time
	}
	var tests []one
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "Africa/Casablanca", "UTC"} {
		for _, rule := range []string{"FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;UNTIL=20270410", "FREQ=WEEKLY;INTERVAL=2;COUNT=30", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"} {
			z, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			s, ok := calendar.Series{First: day(t, "2026-09-01"), Starts: 18*60 + 30, Minutes: 90, Zone: z, Rule: ruleOf(t, rule)}.Snap()
			if !ok {
				t.Fatal(rule)
			}
			list, _ := s.Between(instant(t, "2026-10-01 00:00"), always, 4)
			moved := map[calendar.Date]calendar.Occurrence{list[1].Day: {Starts: list[1].Starts.Add(26 * time.Hour), Ends: list[1].Starts.Add(27 * time.Hour)}}
			tests = append(tests, one{zone + " " + rule, s, []calendar.Date{list[2].Day}, moved, instant(t, "2026-09-01 00:00"), instant(t, "2027-12-01 00:00")})
		}
	}
	files := make([]icaltest.Window, len(tests))
	for i, tt := range tests {
		files[i] = icaltest.Window{Text: calendar.File(eventsOf(tt.s, tt.except, tt.moved)), From: tt.from.Std(), To: tt.to.Std()}
	}
	for i, got := range icaltest.Expand(t, root, files...) {
		want := expected(tests[i].s, tests[i].except, tests[i].moved, tests[i].from, tests[i].to)
		if len(want) < 10 {
			t.Fatalf("%s: only %d to compare", tests[i].name, len(want))
		}
		for parser, list := range got.By() {
			compare(t, tests[i].name+" by "+parser, list, want)
		}
	}
}

func TestHostileWordsStayWords(t *testing.T) {
	bad := "x\r\nBEGIN:VEVENT\nSUMMARY:mine\u2028\u2029\u0085\x00\x07\x7f\xff;,\\:\"^n" + strings.Repeat("é", 100)
	text := calendar.File([]calendar.Event{
		{UID: bad, Summary: bad, Description: bad, Location: bad, URL: "https://example.org/\r\nX:1", Categories: []string{bad, "a,b"}, Starts: 1e6, Ends: 2e6, Zone: time.FixedZone(bad, 3600)},
		{UID: "b", Summary: "b", URL: "https://example.org/a?b=c", Public: true, Starts: 1e6, Ends: 2e6},
	})
	if strings.Count(text, "\nBEGIN:VEVENT") != 2 || strings.Contains(text, "VTIMEZONE") {
		t.Errorf("something broke out:\n%s", text)
	}
	for l := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(l) > 75 || strings.ContainsFunc(l, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 }) {
			t.Errorf("a line like %q", l)
		}
	}
	c := icaltest.Parse(t, root, text)
	if len(c.Events) != 2 || !strings.HasPrefix(c.Events[0].Summary, "x\nBEGIN:VEVENT\nSUMMARY:mine\n\n\n\uFFFD;,\\:\"^n") || c.Events[0].Class != "PRIVATE" || c.Events[1].Class != "PUBLIC" {
		t.Errorf("%+v", c)
	}
	if slices.Contains(c.Events[0].Names, "url") || !slices.Contains(c.Events[1].Names, "url") {
		t.Errorf("addresses: %v %v", c.Events[0].Names, c.Events[1].Names)
	}
}

// A source that fails leaves no whole file.
func TestWriteFailsInTheMiddle(t *testing.T) {
	broken := errors.New("the source is gone")
	var b strings.Builder
	err := calendar.Write(&b, "Meetings", func(yield func(calendar.Event, error) bool) {
		_ = yield(calendar.Event{UID: "a"}, nil) && yield(calendar.Event{}, broken)
	})
	if !errors.Is(err, broken) || strings.Contains(b.String(), "END:VCALENDAR") {
		t.Errorf("%v\n%s", err, b.String())
	}
	if err := calendar.Write(failing{}, "", func(yield func(calendar.Event, error) bool) {
		for yield(calendar.Event{UID: "a"}, nil) {
		}
	}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a reader who went away: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// Every VTIMEZONE says what the zone's own data says, hour by hour around what
// it changes, from 1970 to ten years ahead.
func TestZonesAreWrittenWhole(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	var files []icaltest.Window
	var want [][]time.Time
	zones := []string{"Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Europe/Istanbul", "America/Sao_Paulo", "Asia/Gaza", "Europe/Dublin", "Pacific/Apia", "Antarctica/Troll"}
	for _, name := range zones {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(7, 5545))
		var events []calendar.Event
		var at []time.Time
		for tt := now; tt.Year() < 2036; tt = tt.Add(time.Duration(1+r.IntN(14*24)) * time.Hour) {
			at = append(at, tt)
		}
		for tt := now; tt.Year() >= 1971; tt = tt.Add(-time.Duration(1+r.IntN(90*24)) * time.Hour) {
			at = append(at, tt)
		}
		for _, tt := range at {
			events = append(events, calendar.Event{UID: tt.Format(time.RFC3339), Starts: moment.At(tt), Ends: moment.At(tt.Add(time.Hour)), Zone: z, Changed: moment.At(now)})
		}
		slices.SortFunc(at, time.Time.Compare)
		files, want = append(files, icaltest.Window{Text: calendar.File(events), From: now.AddDate(-60, 0, 0), To: now.AddDate(11, 0, 0)}), append(want, at)
	}
	for i, got := range icaltest.Expand(t, root, files...) {
		if len(got.ICALJS) != len(want[i]) {
			t.Errorf("%s: %d of %d events", zones[i], len(got.ICALJS), len(want[i]))
			continue
		}
		wrong := 0
		for j, o := range got.ICALJS {
			if !o.Starts.Equal(want[i][j]) {
				if wrong++; wrong < 4 {
					t.Errorf("%s: %s, want %s", zones[i], o.Starts, want[i][j])
				}
			}
		}
	}
}
