package guide_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/icaltest"
	"cairn/internal/feature/groups/guide"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

var now = moment.At(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))

func berlin(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func series(t testing.TB, first, rule string) calendar.Series {
	t.Helper()
	day, ok := calendar.ParseDate(first)
	r, err := calendar.ParseRule(rule)
	s := calendar.Series{First: day, Starts: 18*60 + 30, Minutes: 90, Zone: berlin(t), Rule: r}
	if !ok || err != nil || s.Validate() != nil {
		t.Fatal(first, rule, err, s.Validate())
	}
	return s
}

func TestWhatIsHonestlyWeekly(t *testing.T) {
	for _, tt := range []struct{ first, rule, want string }{
		{"2026-11-02", "FREQ=WEEKLY", "[1] 18:30 20:00 Europe/Berlin"},
		{"2026-11-02", "FREQ=WEEKLY;BYDAY=SU,MO,TH", "[0 1 4] 18:30 20:00 Europe/Berlin"},
		{"2026-11-02", "FREQ=DAILY", "[0 1 2 3 4 5 6] 18:30 20:00 Europe/Berlin"},
		{"2026-11-02", "FREQ=DAILY;BYDAY=MO,FR", "[1 5] 18:30 20:00 Europe/Berlin"},
		{"2026-11-02", "FREQ=WEEKLY;COUNT=100", "[1] 18:30 20:00 Europe/Berlin"},
		{"2026-12-14", "FREQ=WEEKLY", "[1] 18:30 20:00 Europe/Berlin"},
		{"2026-12-21", "FREQ=WEEKLY", "not_yet"},
		{"2026-11-23", "", "once"},
		{"2026-11-02", "FREQ=WEEKLY;INTERVAL=2", "every_other"},
		{"2026-11-02", "FREQ=DAILY;INTERVAL=7", "not_weekly"},
		{"2026-11-02", "FREQ=DAILY;BYMONTHDAY=2", "not_weekly"},
		{"2026-11-02", "FREQ=MONTHLY;BYDAY=1MO", "not_weekly"},
		{"2026-11-02", "FREQ=YEARLY", "not_weekly"},
		{"2026-11-02", "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", "not_weekly"},
		{"2026-11-02", "FREQ=WEEKLY;BYMONTH=11,12", "seasonal"},
		{"2026-11-02", "FREQ=WEEKLY;COUNT=3", "ended"},
		{"2026-11-02", "FREQ=WEEKLY;COUNT=5", "ends_soon"},
		{"2026-11-02", "FREQ=WEEKLY;UNTIL=20261220", "ends_soon"},
		{"2026-11-02", "FREQ=WEEKLY;UNTIL=20261221", "[1] 18:30 20:00 Europe/Berlin"},
	} {
		w, why := guide.FromSeries(series(t, tt.first, tt.rule), now)
		got := string(why)
		if why == "" {
			got = fmt.Sprintln(w.Days, w.Time, w.EndTime, w.Timezone)
		}
		if strings.TrimSpace(got) != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.first, tt.rule, got, tt.want)
		}
	}
}

func source(t testing.TB) guide.Source {
	return guide.Source{
		Name: "Quiet evening", Slug: "quiet-evening", Group: "Evening people", Notes: "Ring twice.\nSecond floor.", URL: "https://example.org/groups/1", Entity: "Example service",
		Series: series(t, "2026-11-02", "FREQ=WEEKLY"), Attendance: guide.Hybrid, Place: "Old school", Address: "Musterstr. 1, 10999 Berlin, Germany", AddressOpen: true,
		Area: []string{"Germany", "Berlin"}, Link: "https://meet.example.org/abc", Phone: "+49 (30) 000-1,,123#", LinkOpen: true, Languages: []string{"de", "es-MX", "tlh"},
		For: []string{"seniors", "parents"}, Open: true, StepFree: true, Toilet: true, Updated: now,
	}
}

func TestWhatARowSays(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*guide.Source)
		want   string // attendance in fields, or the reason
	}{
		"as it is":                       {func(*guide.Source) {}, "Musterstr. 1, 10999 Berlin, Germany no Old school https://meet.example.org/abc +49300001,,123# DE,O,S,SEN,X,XB"},
		"a private address":              {func(s *guide.Source) { s.AddressOpen = false }, "Berlin, Germany yes  https://meet.example.org/abc +49300001,,123# DE,O,S,SEN,X,XB"},
		"a private link":                 {func(s *guide.Source) { s.LinkOpen = false }, "Musterstr. 1, 10999 Berlin, Germany no Old school   DE,O,S,SEN,X,XB"},
		"in person":                      {func(s *guide.Source) { s.Attendance = guide.InPerson }, "Musterstr. 1, 10999 Berlin, Germany no Old school   DE,O,S,SEN,X,XB"},
		"in person, no address, no area": {func(s *guide.Source) { s.Attendance, s.AddressOpen, s.Area = guide.InPerson, false, nil }, "no_place"},
		"online":                         {func(s *guide.Source) { s.Attendance = guide.Online }, "Berlin, Germany yes  https://meet.example.org/abc +49300001,,123# DE,O,S,SEN"},
		"online from nowhere":            {func(s *guide.Source) { s.Attendance, s.Area = guide.Online, nil }, "   https://meet.example.org/abc +49300001,,123# DE,O,S,SEN"},
		"online, private link":           {func(s *guide.Source) { s.Attendance, s.LinkOpen = guide.Online, false }, "private_link"},
		"online, link of another kind":   {func(s *guide.Source) { s.Attendance, s.Link, s.Phone = guide.Online, "javascript:alert(1)", "call" }, "private_link"},
		"paused":                         {func(s *guide.Source) { s.Attendance = guide.Paused }, "Musterstr. 1, 10999 Berlin, Germany no Old school   DE,O,S,SEN,TC"},
		"closed, children welcome":       {func(s *guide.Source) { s.Open, s.Children = false, true }, "Musterstr. 1, 10999 Berlin, Germany no Old school https://meet.example.org/abc +49300001,,123# C,CF,DE,S,SEN,X,XB"},
		"no name":                        {func(s *guide.Source) { s.Name = " <b> </b>\x00" }, "no_name"},
		"monthly":                        {func(s *guide.Source) { s.Series = series(t, "2026-11-02", "FREQ=MONTHLY") }, "not_weekly"},
	} {
		s := source(t)
		tt.change(&s)
		m, why := guide.From(s, now)
		got := string(why)
		if why == "" {
			got = strings.Join([]string{m.FormattedAddress, m.Approximate, m.Location, m.ConferenceURL, m.ConferencePhone, strings.Join(m.Types, ",")}, " ")
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		// What may not be shown stands nowhere in the row.
		text, err := json.Marshal(m)
		if err != nil || !s.AddressOpen && strings.Contains(string(text), "Musterstr") || !s.AddressOpen && strings.Contains(string(text), "Old school") || !s.LinkOpen && strings.Contains(string(text), "meet.example") {
			t.Errorf("%s: %s %v", name, text, err)
		}
	}
}

const root = "../../../.."

type verdict struct {
	Rows  int      `json:"rows"`
	Wrong []string `json:"wrong"`
	Types []string `json:"types"`
}

func judge(t *testing.T, text string) (v verdict) {
	t.Helper()
	if err := json.Unmarshal(icaltest.Run(t, root, "guide.mjs", text, "@code4recovery/spec"), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func list(meetings ...guide.Meeting) func(func(guide.Meeting, error) bool) {
	return func(yield func(guide.Meeting, error) bool) {
		for _, m := range meetings {
			if !yield(m, nil) {
				return
			}
		}
	}
}

func TestTheSpecificationTakesWhatWeWrite(t *testing.T) {
	var all []guide.Meeting
	for i, a := range []guide.Attendance{guide.InPerson, guide.Online, guide.Hybrid, guide.Paused} {
		for j, name := range []string{"Quiet evening", "<script>alert(1)</script> Tea & cake \"x\" \\ é\u202e", strings.Repeat("long ", 200)} {
			for k, openly := range []bool{true, false} {
				s := source(t)
				s.Name, s.Notes, s.Slug, s.Attendance, s.AddressOpen = name, name+"<br>\x07two", fmt.Sprintf("m-%d-%d-%d", i, j, k), a, openly
				m, why := guide.From(s, now)
				if why != "" {
					t.Fatal(why)
				}
				all = append(all, m)
			}
		}
	}
	var b strings.Builder
	if err := guide.Write(&b, list(all...)); err != nil {
		t.Fatal(err)
	}
	if v := judge(t, b.String()); v.Rows != len(all) || len(v.Wrong) > 0 {
		t.Errorf("%d of %d rows, %v", v.Rows, len(all), v.Wrong)
	}
	if v := judge(t, `[{"name":"<b>","slug":"a b","day":7,"time":"24:00","types":["QQ"]}]`); len(v.Wrong) < 5 {
		t.Errorf("the judge finds only %v", v.Wrong)
	}
	b.Reset()
	if err := guide.Write(&b, list()); err != nil || strings.TrimSpace(b.String()) != "[]" {
		t.Errorf("an empty list: %q %v", b.String(), err)
	}
}

// Every code that we write or read is one of the specification, in the package
// and in the file that is kept beside the project.
func TestCodesAreOfTheSpecification(t *testing.T) {
	v := judge(t, "[]")
	for _, c := range guide.Codes() {
		if !slices.Contains(v.Types, c) {
			t.Errorf("%s is no code", c)
		}
	}
	raw, err := os.ReadFile(root + "/../shared/data/meeting-guide/types.json")
	if err != nil {
		t.Skip("skipped: the file of type codes is not there")
	}
	var types map[string]map[string]string
	if err := json.Unmarshal(raw, &types); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"S": "Spanish", "SL": "Slovenian", "SEN": "Seniors", "X": "Wheelchair Access", "TC": "Location Temporarily Closed", "PUN": "Punjabi", "TL": "Tagalog", "NDG": "Indigenous"} {
		if types[code]["en"] != want {
			t.Errorf("%s is %q, want %q", code, types[code]["en"], want)
		}
	}
}

func TestAListWhoseSourceFails(t *testing.T) {
	broken := errors.New("the source is gone")
	m, _ := guide.From(source(t), now)
	for name, tt := range map[string]struct {
		source func(func(guide.Meeting, error) bool)
		rows   int
	}{
		"in the middle": {func(yield func(guide.Meeting, error) bool) { _ = yield(m, nil) && yield(guide.Meeting{}, broken) }, 1},
		"at once":       {func(yield func(guide.Meeting, error) bool) { yield(guide.Meeting{}, broken) }, 0},
		"a bad slug":    {list(m, guide.Meeting{Name: "a", Slug: "a b", Days: []int{1}, Time: "18:30"}), 1},
		"a bad day":     {list(m, guide.Meeting{Name: "a", Slug: "a", Days: []int{7}, Time: "18:30"}), 1},
	} {
		var b strings.Builder
		err := guide.Write(&b, tt.source)
		var rows []guide.Meeting
		if bad := json.Unmarshal([]byte(b.String()), &rows); err == nil || bad != nil || len(rows) != tt.rows {
			t.Errorf("%s: %v, %v, %d rows", name, err, bad, len(rows))
		}
	}
}

// A hundred thousand meetings need no more memory than one.
func TestWriteHoldsOneMeeting(t *testing.T) {
	m, _ := guide.From(source(t), now)
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := uint64(0)
	err := guide.Write(discard{}, func(yield func(guide.Meeting, error) bool) {
		for i := range 100_000 {
			m.Slug = fmt.Sprintf("m-%d", i)
			if !yield(m, nil) {
				return
			}
			if i%20_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&during)
				most = max(most, during.HeapAlloc)
			}
		}
	})
	if err != nil || most > before.HeapAlloc+4<<20 {
		t.Errorf("%v; from %d to %d bytes", err, before.HeapAlloc, most)
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
