package calendar_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func inCalendar(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

func inEvent(lines ...string) string {
	return inCalendar("BEGIN:VEVENT\r\nUID:u\r\nSUMMARY:Choir\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT")
}

func read(t testing.TB, text string) calendar.Imported {
	t.Helper()
	in, err := calendar.Read(strings.NewReader(text), loadZone(t, "Europe/Berlin"))
	if err != nil {
		t.Fatalf("%v\n%.500s", err, text)
	}
	return in
}

func loadZone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestEventsThatAreRead(t *testing.T) {
	for _, tt := range []struct{ name, lines, want string }{
		{"a zone", "DTSTART;TZID=Africa/Nairobi:20261123T183000\nDTEND;TZID=Africa/Nairobi:20261123T200000", "2026-11-23 1110 90 Africa/Nairobi "},
		{"no zone", "DTSTART:20261123T183000\nDTEND:20261123T200000", "2026-11-23 1110 90 Europe/Berlin "},
		{"UTC", "DTSTART:20261123T183000Z\nDURATION:PT1H30M", "2026-11-23 1110 90 UTC "},
		{"no end", "DTSTART:20261123T183000Z", "2026-11-23 1110 0 UTC "},
		{"over the night when clocks go back", "DTSTART;TZID=Europe/Berlin:20261024T220000\nDTEND;TZID=Europe/Berlin:20261025T040000", "2026-10-24 1320 420 Europe/Berlin "},
		{"a whole day by the clock", "DTSTART:20261123T000000\nDURATION:P1D", "2026-11-23 0 1440 Europe/Berlin "},
		{"a name that Windows gives", "DTSTART;TZID=W. Europe Standard Time:20261123T183000", "2026-11-23 1110 0 Europe/Berlin "},
		{"a longer name", "DTSTART;TZID=/example.org/Olson_1/America/Indiana/Indianapolis:20261123T183000", "2026-11-23 1110 0 America/Indiana/Indianapolis "},
		{"a quoted name", "DTSTART;X-A=\"b;c:d\";TZID=\"Asia/Kolkata\":20261123T183000", "2026-11-23 1110 0 Asia/Kolkata "},
		{"folded, in small letters", "dtstart;tzid=Eur\n ope/Ber\n\tlin:20261123T183000\nrrule:freq=weekly;by\n day=mo", "2026-11-23 1110 0 Europe/Berlin FREQ=WEEKLY;BYDAY=MO"},
		{"until in UTC, the evening before there", "DTSTART;TZID=Asia/Tokyo:20261123T080000\nRRULE:FREQ=DAILY;UNTIL=20261129T230000Z", "2026-11-23 480 0 Asia/Tokyo FREQ=DAILY;UNTIL=20261130"},
		{"until a second too early", "DTSTART;TZID=Asia/Tokyo:20261123T080000\nRRULE:FREQ=DAILY;UNTIL=20261129T225959Z", "2026-11-23 480 0 Asia/Tokyo FREQ=DAILY;UNTIL=20261129"},
		{"until on its own clock", "DTSTART:20261123T080000\nRRULE:FREQ=DAILY;UNTIL=20261129T080000", "2026-11-23 480 0 Europe/Berlin FREQ=DAILY;UNTIL=20261129"},
		{"until a day", "DTSTART:20261123T080000\nRRULE:FREQ=DAILY;UNTIL=20261129", "2026-11-23 480 0 Europe/Berlin FREQ=DAILY;UNTIL=20261129"},
	} {
		in := read(t, inEvent(strings.Split(tt.lines, "\n")...))
		if len(in.Items) != 1 || len(in.Problems) != 0 {
			t.Errorf("%s: %+v", tt.name, in)
			continue
		}
		s := in.Items[0].Series
		if got := strings.TrimSpace(fmt.Sprint(s.First, s.Starts, s.Minutes, s.Zone, s.Rule)); got != strings.TrimSpace(tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEventsThatAreRefused(t *testing.T) {
	const start = "DTSTART:20261123T183000"
	for lines, want := range map[string]string{
		"DTEND:20261123T200000":                                   "item.start",
		"DTSTART:yesterday":                                       "item.time",
		"DTSTART:20261323T183000":                                 "item.time",
		"DTSTART:99991123T183000":                                 "item.time",
		"DTSTART;VALUE=DATE:20261123":                             "item.all_day",
		"DTSTART:20261123":                                        "item.all_day",
		start + "\nDTEND:20261123T182900":                         "item.ends_early",
		start + "\nDTEND:20261124T183100":                         "item.long",
		start + "\nDTEND;VALUE=DATE:20261124":                     "item.time",
		start + "\nDURATION:PT25H":                                "item.long",
		start + "\nDURATION:-PT1H":                                "item.time",
		start + "\nDURATION:PT999999999999999999H":                "item.time",
		start + "\nDTSTART:20261124T183000":                       "item.line",
		start + "\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY":           "item.line",
		start + "\nRRULE FREQ=DAILY":                              "item.line",
		start + "\nDESCRIPTION:" + strings.Repeat("a", 70<<10):    "item.line",
		start + "\nRDATE:20261124T183000":                         "item.dates",
		start + "\nEXRULE:FREQ=DAILY":                             "item.dates",
		start + "\nRRULE:FREQ=DAILY;COUNT=1000000":                "rule.count",
		start + "\nRRULE:FREQ=SECONDLY":                           "rule.frequency",
		start + "\nRRULE:FREQ=WEEKLY;BYDAY=XX":                    "rule.weekday",
		start + "\nRRULE:FREQ=WEEKLY;BYDAY=TU":                    "series.first",
		start + "\nRRULE:FREQ=WEEKLY;UNTIL=20261122":              "series.ends_early",
		start + "\nRRULE:FREQ=WEEKLY;UNTIL=tomorrow":              "rule.until",
		start + "\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30":     "rule.never",
		start + "\nRRULE:FREQ=DAILY\nEXDATE:nonsense":             "item.time",
		"DTSTART;TZID=Local:20261123T183000":                      "item.zone",
		"DTSTART;TZID=../../etc/passwd:20261123T183000":           "item.zone",
		"DTSTART;TZID=Customized Time Zone:20261123T183000":       "item.zone",
		"DTSTART;TZID=" + strings.Repeat("a/", 500) + ":20261123": "item.all_day",
	} {
		in := read(t, inEvent(strings.Split(lines, "\n")...))
		if len(in.Items) != 0 || len(in.Problems) != 1 || in.Problems[0].Key != "calendar."+want || in.Problems[0].What != "Choir" || in.Problems[0].Line != 3 {
			t.Errorf("%.80q: %+v, want %s", lines, in, want)
		}
	}
	// An end by date far away is no million occurrences held anywhere.
	if in := read(t, inEvent(start, "RRULE:FREQ=DAILY;UNTIL=21991231")); len(in.Items) != 1 {
		t.Errorf("%+v", in)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	event := "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20261123T183000\r\nEND:VEVENT\r\n"
	var many strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&many, event, i)
	}
	for text, want := range map[string]string{
		"":                              "not",
		"<!doctype html>":               "not",
		"BEGIN:VCARD\nEND:VCARD":        "not",
		"BEGIN:VCALENDAR\n":             "cut",
		"BEGIN:VCALENDAR\nEND:VEVENT\n": "broken",
		inCalendar("BEGIN:VEVENT"):      "broken",
		inEvent("SUMMARY:\x00"):         "text",
		inEvent("SUMMARY:\xff\xfe"):     "text",
		inCalendar(strings.Repeat("BEGIN:VEVENT\r\nBEGIN:VALARM\r\n", 20000)): "deep",
		inCalendar(many.String()):                         "many",
		inEvent("X:" + strings.Repeat("a", 1<<20)):        "large",
		"BEGIN:VCALENDAR\n" + strings.Repeat("\n", 1<<20): "large",
	} {
		in, err := calendar.Read(strings.NewReader(text), nil)
		if got := strings.Join(problems(err), ", "); got != "file file."+want || !fault.Is(err, fault.Invalid) || len(in.Items) > 0 {
			t.Errorf("%.60q: %q, want %q", text, got, want)
		}
	}
}

// Of fifty megabytes no more is taken than one.
func TestReadStopsReading(t *testing.T) {
	left := 50 << 20
	_, err := calendar.Read(readerFunc(func(p []byte) (int, error) {
		n := min(len(p), left)
		for i := range n {
			p[i] = 'a'
		}
		if left -= n; n == 0 {
			return 0, io.EOF
		}
		return n, nil
	}), nil)
	if problems(err) == nil || left < 48<<20 {
		t.Errorf("%v, %d bytes were not taken", err, left)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// What made a known library work for a minute, and what goes through the most
// calendar there can be in a megabyte.
func TestHostileFilesEnd(t *testing.T) {
	repeat := func(s string, room int) string { return strings.Repeat(s, room/len(s)) }
	sparse := "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20280229T100000\r\nRRULE:FREQ=DAILY;INTERVAL=1;COUNT=730;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU\r\nEXDATE:20560229T100000\r\nEND:VEVENT\r\n"
	var seldom strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&seldom, sparse, i)
	}
	for name, text := range map[string]string{
		"parameters": inEvent("SUMMARY;" + repeat("a=b;", 1<<19) + "a=b:x"),
		"one line":   inEvent("DESCRIPTION:" + repeat("a", 1<<19)),
		"folds":      inEvent("DESCRIPTION:" + repeat("a\r\n ", 1<<19)),
		"called off": inEvent("DTSTART:20261123T183000", "RRULE:FREQ=DAILY", "EXDATE:"+repeat("20270101T183000,", 1<<19)+"20270101T183000"),
		"zones":      inCalendar(repeat("BEGIN:VEVENT\r\nDTSTART;TZID=a/b:20261123T183000\r\nEND:VEVENT\r\n", 60000)),
		"seldom":     inCalendar(seldom.String()),
	} {
		in, err := calendar.Read(strings.NewReader(text), nil)
		if err != nil || len(in.Items) == 0 && len(in.Problems) == 0 || len(in.Problems) > 200 {
			t.Errorf("%s: %d items, %d problems, %v", name, len(in.Items), len(in.Problems), err)
		}
	}
}

func TestWordsAreCleaned(t *testing.T) {
	in := read(t, inCalendar("X-WR-CALNAME:Our\\, calendar", "BEGIN:VTODO", "SUMMARY:a task", "END:VTODO", "BEGIN:VEVENT", "UID:a", "DTSTART:20261123T183000Z",
		"SUMMARY:Tea \\; cake\\nand \u202etalk\x07"+strings.Repeat("x", 300), "DESCRIPTION:one\\ntwo\\\\n\x1b", "URL:javascript:alert(1)", "BEGIN:VALARM", "SUMMARY:alarm", "END:VALARM", "END:VEVENT"))
	if in.Name != "Our, calendar" || in.Others != 1 || len(in.Items) != 1 {
		t.Fatalf("%+v", in)
	}
	i := in.Items[0]
	if !strings.HasPrefix(i.Summary, "Tea ; cake and talkx") || len(i.Summary) != 200 || i.Description != "one\ntwo\\n" || i.URL != "" {
		t.Errorf("%+v", i)
	}
}

func TestVersionsAndChanges(t *testing.T) {
	event := func(lines string) string {
		return "BEGIN:VEVENT\r\nDTSTART:20261123T183000Z\r\n" + strings.ReplaceAll(lines, " ", "\r\n") + "\r\nEND:VEVENT"
	}
	in := read(t, inCalendar(
		event("UID:a SUMMARY:old SEQUENCE:1"), event("UID:a SUMMARY:new SEQUENCE:2 RRULE:FREQ=DAILY;COUNT=3 EXDATE:20261124T183000Z EXDATE:20270101T183000Z"),
		event("UID:a RECURRENCE-ID:20261125T183000Z SUMMARY:first SEQUENCE:1 STATUS:CANCELLED"), event("UID:a RECURRENCE-ID;TZID=Europe/Berlin:20261125T193000 SUMMARY:second SEQUENCE:2"),
		event("UID:a RECURRENCE-ID:20261126T183000Z SUMMARY:none"), event("UID:b RECURRENCE-ID:20261126T183000Z SUMMARY:orphan"),
		event("UID:a RECURRENCE-ID;RANGE=THISANDFUTURE:20261123T183000Z SUMMARY:following"), event("SUMMARY:nameless"), event("SUMMARY:nameless")))
	if len(in.Items) != 3 || in.Items[0].Summary != "new" || len(in.Items[0].Except) != 1 || in.Items[0].Except[0] != day(t, "2026-11-24") {
		t.Fatalf("%+v", in)
	}
	if m := in.Items[0].Moved; len(m) != 1 || m[0].Summary != "second" || m[0].Cancelled || m[0].Day != day(t, "2026-11-25") {
		t.Errorf("%+v", m)
	}
	var got []string
	for _, p := range in.Problems {
		got = append(got, p.What+" "+strings.TrimPrefix(p.Key, "calendar.item."))
	}
	if want := "old twice, none orphan, orphan orphan, following following"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
}

// What we write, we read back as it was.
func TestThereAndBack(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "UTC"}
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 5546))
		rule := randomRule(r)
		if rule.Validate() != nil {
			continue
		}
		s, ok := calendar.Series{First: calendar.Date{Year: 2026, Month: time.Month(1 + r.IntN(12)), Day: 1 + r.IntN(28)}, Starts: r.IntN(1440), Minutes: r.IntN(1380), Zone: loadZone(t, zones[r.IntN(len(zones))]), Rule: rule}.Snap()
		if !ok || s.First.Year > 2100 {
			continue
		}
		if s.Rule.Interval = max(s.Rule.Interval, 1); r.IntN(2) == 0 {
			s.Rule.Count = 1 + r.IntN(50)
		} else if r.IntN(2) == 0 {
			s.Rule.Until = s.First.Add(r.IntN(2000))
		}
		s.Rule = ruleOf(t, s.Rule.String())
		list, _ := s.Between(0, always, 6)
		want := calendar.Item{UID: "s", Summary: "Meeting", Series: s, Sequence: 2}
		moved := map[calendar.Date]calendar.Occurrence{}
		for i, o := range list {
			if i%3 == 1 {
				want.Except = append(want.Except, o.Day)
			} else if i == 2 {
				starts := moment.At(o.Starts.Std().Truncate(time.Minute)).Add(time.Duration(r.IntN(5000)) * time.Minute)
				moved[o.Day] = calendar.Occurrence{Starts: starts, Ends: starts.Add(time.Duration(r.IntN(1440)) * time.Minute)}
				want.Moved = []calendar.Override{{Day: o.Day, Starts: starts, Ends: moved[o.Day].Ends, Summary: "Meeting, moved", Sequence: 2}}
			}
		}
		in := read(t, calendar.File(eventsOf(s, want.Except, moved)))
		if len(in.Items) != 1 || len(in.Problems) > 0 {
			t.Fatalf("seed %d: %s from %s in %s: %+v", seed, s.Rule, s.First, s.Zone, in.Problems)
		}
		got := in.Items[0]
		got.Line = 0
		for i := range got.Moved {
			got.Moved[i].Line = 0
		}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || !reflect.DeepEqual(got.Except, want.Except) {
			t.Errorf("seed %d: %s:\n got %+v\nwant %+v", seed, s.Rule, got, want)
		}
	}
	one := calendar.Event{UID: "a,b", Summary: "Tea; cake", Description: "one\ntwo", Location: "A, b", URL: "https://example.org/a", Starts: instant(t, "2026-11-23 18:30"), Ends: instant(t, "2026-11-23 20:00"), Sequence: 7, Cancelled: true}
	i := read(t, calendar.File([]calendar.Event{one})).Items[0]
	if o, _ := i.Series.On(day(t, "2026-11-23")); i.UID != one.UID || i.Summary != one.Summary || i.Description != one.Description || i.Location != one.Location || i.URL != one.URL || i.Sequence != 7 || !i.Cancelled || o.Starts != one.Starts || o.Ends != one.Ends {
		t.Errorf("%+v", i)
	}
}

// Whatever comes, reading ends, and what was taken can be used and written.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.ics")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		in, err := calendar.Read(strings.NewReader(text), nil)
		if err != nil {
			if problems(err) == nil {
				t.Errorf("refused without a word: %v", err)
			}
			return
		}
		for _, i := range in.Items {
			if err := i.Series.Validate(); err != nil {
				t.Errorf("%s: %v", i.Series.Rule, err)
			}
			if o, ok := i.Series.On(i.Series.First); !ok || o.Ends < o.Starts {
				t.Errorf("%+v has no first", i.Series)
			}
			i.Series.Between(0, always, 3)
			for _, d := range i.Except {
				if _, ok := i.Series.On(d); !ok {
					t.Errorf("%s is called off, and no day of %+v", d, i.Series)
				}
			}
		}
	})
}
