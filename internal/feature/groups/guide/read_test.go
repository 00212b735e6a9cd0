package guide_test

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/feature/groups/guide"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
)

func reading(t testing.TB) guide.Reading {
	return guide.Reading{Zone: berlin(t), From: calendar.Date{Year: 2026, Month: time.November, Day: 23}}
}

func read(t testing.TB, text string) guide.Feed {
	t.Helper()
	f, err := guide.Read(strings.NewReader(text), reading(t))
	if err != nil {
		t.Fatalf("%v\n%.300s", err, text)
	}
	return f
}

func row(more string) string {
	return `[{"name":"Tea","slug":"tea","day":1,"time":"18:30"` + more + `}]`
}

func TestWhatIsReadOfARow(t *testing.T) {
	when := func(r guide.Row) string {
		return strings.TrimSpace(fmt.Sprintln(r.Series.First, r.Series.Starts, r.Series.Minutes, r.Series.Zone, r.Series.Rule))
	}
	where := func(r guide.Row) string {
		return strings.Join([]string{string(r.Attendance), r.Address, strings.Join(r.Area, "/"), r.Link, r.Phone}, "|")
	}
	who := func(r guide.Row) string {
		return strings.TrimSpace(fmt.Sprintln(r.Languages, r.For, r.Open, r.Closed, r.StepFree, r.Toilet, r.Children))
	}
	words := func(r guide.Row) string { return r.Name + "|" + r.Notes + "|" + r.Slug }
	for _, tt := range []struct {
		text string
		part func(guide.Row) string
		want string
	}{
		{row(""), when, "2026-11-23 1110 60 Europe/Berlin FREQ=WEEKLY;BYDAY=MO"},
		{row(`,"day":[0,"3",3],"end_time":"20:00","timezone":"America/New_York"`), when, "2026-11-25 1110 90 America/New_York FREQ=WEEKLY;BYDAY=WE,SU"},
		{row(`,"day":"6","time":"23:30","end_time":"00:15"`), when, "2026-11-28 1410 45 Europe/Berlin FREQ=WEEKLY;BYDAY=SA"},
		{row(`,"formatted_address":"A 1, B"`), where, "in_person|A 1, B|||"},
		{row(`,"address":"A 1","city":"B","country":"C","region":"D","sub_region":"E"`), where, "in_person|A 1, B, C|D/E||"},
		{row(`,"formatted_address":"A 1, B","conference_url":"https://example.org/x"`), where, "hybrid|A 1, B||https://example.org/x|"},
		{row(`,"formatted_address":"B","approximate":"yes","conference_phone":"+49 30 1234"`), where, "online|B|||+49301234"},
		{row(`,"formatted_address":"A 1, B","conference_url":"https://example.org/x","types":["TC"]`), where, "online|A 1, B||https://example.org/x|"},
		{row(`,"formatted_address":"A 1, B","types":["TC"],"regions":["D",5,null,{}]`), where, "paused|A 1, B|D/5||"},
		{row(`,"conference_url":"javascript:alert(1)"`), where, "in_person||||"},
		{row(`,"types":["O","X","XB","S","NO","TL","W","SEN","ONL","12x12",7,null]`), who, "[es fil no] [seniors women] true false true true false"},
		{row(`,"types":"C,O"`), who, "[] [] false false false false false"},
		{row(`,"types":["C","O","CF"]`), who, "[] [] false false false false true"},
		{row(`,"name":"<b>Tea</b> &amp; \u202ecake\u0007","notes":"one<br/>two<script>x</script> 1 < 2 &lt;img src=x onerror=y&gt; ok"`), words, "Tea & cake|one\ntwox 1 < 2  ok|tea"},
		{row(`,"slug":1234`), words, "Tea||1234"},
		{row(`,"updated":"2026-11-01 10:00:00","name":"A","name":"B"`), words, "B||tea"},
	} {
		f := read(t, tt.text)
		if len(f.Rows) != 1 {
			t.Errorf("%s: %+v", tt.text, f.Problems)
			continue
		}
		if got := tt.part(f.Rows[0]); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.text, got, tt.want)
		}
	}
}

func TestRowsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		`[1]`:                    "not_object",
		`[null]`:                 "not_object",
		`["x"]`:                  "not_object",
		`[[]]`:                   "not_object",
		`[{}]`:                   "name",
		row(`,"name":"<i></i>"`): "name",
		row(`,"slug":null`):      "slug",
		row(`,"slug":{"a":1}`):   "slug",
		row(`,"slug":"` + strings.Repeat("a", 65) + `"`): "slug",
		row(`,"day":null`):                     "no_time",
		row(`,"time":""`):                      "no_time",
		row(`,"day":7`):                        "day",
		row(`,"day":-1`):                       "day",
		row(`,"day":1.5`):                      "day",
		row(`,"day":"Monday"`):                 "day",
		row(`,"time":"24:00"`):                 "time",
		row(`,"time":"6:30"`):                  "time",
		row(`,"time":"18:30:00"`):              "time",
		row(`,"time":1830`):                    "time",
		row(`,"end_time":"25:00"`):             "time",
		row(`,"timezone":"Mars/Olympus"`):      "zone",
		row(`,"timezone":"Local"`):             "zone",
		row(`,"timezone":"../../etc/passwd"`):  "zone",
		row(`,"latitude":91,"longitude":0`):    "coordinates",
		row(`,"latitude":0,"longitude":-181`):  "coordinates",
		row(`,"latitude":"NaN","longitude":0`): "coordinates",
		row(`,"x":` + strings.Repeat("[", 9) + strings.Repeat("]", 9)): "deep",
		row(`,"notes":"` + strings.Repeat("a", 70_000) + `"`):          "large",
	} {
		f := read(t, text)
		if len(f.Rows) != 0 || len(f.Problems) != 1 || f.Problems[0].Key != "guide.row."+want || f.Problems[0].Number != 1 {
			t.Errorf("%.80s: %+v, want %s", text, f, want)
		}
	}
	f, err := guide.Read(strings.NewReader(row("")), guide.Reading{From: reading(t).From})
	if err != nil || len(f.Problems) != 1 || f.Problems[0].Key != "guide.row.no_zone" {
		t.Errorf("%+v %v", f, err)
	}
	f = read(t, `[{"name":"A","slug":"a","day":1,"time":"18:30"},7,{"name":"B","slug":"a","day":1,"time":"18:30"},{"name":"C","slug":"c","day":1,"time":"18:30"}]`)
	if len(f.Rows) != 2 || f.Rows[1].Number != 4 || len(f.Problems) != 2 || f.Problems[1].Key != "guide.row.twice" || f.Problems[1].What != "B" {
		t.Errorf("one bad row spoils others: %+v", f)
	}
}

func TestListsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "not_list",
		"{}":                                     "not_list",
		`{"meetings":[]}`:                        "not_list",
		"<!doctype html>":                        "not_list",
		"null":                                   "not_list",
		"[":                                      "broken",
		"[{},":                                   "broken",
		"[{}] x":                                 "broken",
		`[{"a":"` + "\x00" + `"}]`:               "broken",
		"[" + strings.Repeat("[", 1_000_000):     "broken",
		"[" + strings.Repeat("1,", 5000) + "1]":  "many",
		`["` + strings.Repeat("a", 9<<20) + `"]`: "large",
		"[" + strings.Repeat(" ", 9<<20) + "]":   "large",
		`[{"a":` + strings.Repeat("9", 9<<20):    "large",
	} {
		f, err := guide.Read(strings.NewReader(text), reading(t))
		if !fault.Is(err, fault.Invalid) || len(f.Rows) > 0 || len(fault.As(err).Fields) != 1 || fault.As(err).Fields[0].Key != "guide.file."+want || fault.As(err).Fields[0].Name != "file" {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
	if _, err := guide.Read(failing{}, reading(t)); err == nil || fault.Is(err, fault.Invalid) {
		t.Errorf("a line that breaks is no bad list: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Angle brackets without end are no work.
func TestManyBrackets(t *testing.T) {
	for _, s := range []string{"<", "<a", "<a>", "&lt;", "&amp;"} {
		text := "[" + strings.TrimSuffix(strings.Repeat(strings.Trim(row(`,"notes":"`+strings.Repeat(s, 60_000/len(s))+`"`), "[]")+",", 100), ",") + "]"
		if f := read(t, text); len(f.Rows) != 1 || len(f.Problems) != 99 {
			t.Errorf("%s: %d rows", s, len(f.Rows))
		}
	}
}

// What we write is read as it was.
func TestThereAndBack(t *testing.T) {
	s := source(t)
	m, why := guide.From(s, now)
	var b strings.Builder
	if err := guide.Write(&b, list(m)); err != nil || why != "" {
		t.Fatal(err, why)
	}
	r := read(t, b.String()).Rows[0]
	if r.Name != s.Name || r.Slug != s.Slug || r.Group != s.Group || r.Notes != s.Notes || r.URL != s.URL || r.Attendance != s.Attendance || r.Address != s.Address || r.Place != s.Place || r.Link != s.Link ||
		!slices.Equal(r.Languages, []string{"de", "es"}) || !slices.Equal(r.For, []string{"seniors"}) || !r.Open || !r.StepFree || !r.Toilet || r.Updated != s.Updated || !slices.Equal(r.Area, s.Area) {
		t.Errorf("%+v", r)
	}
	if r.Series.Starts != s.Series.Starts || r.Series.Minutes != s.Series.Minutes || r.Series.Zone.String() != "Europe/Berlin" || r.Series.Rule.String() != "FREQ=WEEKLY;BYDAY=MO" {
		t.Errorf("%+v", r.Series)
	}
}

func TestCompare(t *testing.T) {
	a := `{"name":"A","slug":"a","day":1,"time":"18:30"}`
	first := read(t, "["+a+`,{"name":"B","slug":"b","day":1,"time":"18:30"},{"name":"C","slug":"c","day":1,"time":"18:30"},{"name":"D","slug":"d","day":1,"time":"18:30"}]`)
	before := map[string]string{}
	for _, r := range first.Rows {
		before[r.Slug] = r.Hash
	}
	later := reading(t)
	later.From = later.From.Add(100)
	second, err := guide.Read(strings.NewReader(`[{"name":"E","slug":"e","day":1,"time":"18:30"},{"name":"B","slug":"b","day":2,"time":"18:30"},`+a+`,{"name":"D","slug":"d","day":9,"time":"18:30"}]`), later)
	if err != nil {
		t.Fatal(err)
	}
	want := guide.Difference{New: []string{"e"}, Changed: []string{"b"}, Same: []string{"a"}, Gone: []string{"c"}, Unclear: []string{"d"}}
	if got := guide.Compare(before, second); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if len(before) != 4 {
		t.Error("what was before is changed")
	}
}

// Whatever comes, reading ends, and what was taken can be used.
func FuzzRead(f *testing.F) {
	f.Add(row(`,"types":["O"],"latitude":"1","regions":["a"],"notes":"<p>x"`))
	f.Add(`[{"name":"A","slug":1,"day":["1"],"time":"18:30","conference_url":"https://example.org"},{}]`)
	f.Fuzz(func(t *testing.T, text string) {
		feed, err := guide.Read(strings.NewReader(text), reading(t))
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("refused without a word: %v", err)
		}
		for _, r := range feed.Rows {
			if err := r.Series.Validate(); err != nil || r.Name == "" || r.Slug == "" || r.Hash == "" || strings.ContainsAny(r.Name+r.Notes, "\x00\x07\u202e") {
				t.Errorf("%+v %v", r, err)
			}
		}
	})
}
