package people

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

func loc(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// slotsOf lists half-hours in UTC as "Mon 18:00".
func slotsOf(h Hours) string {
	var out []string
	for slot := range SlotsOfWeek {
		if h.Has(slot) {
			out = append(out, time.Weekday((slot/halvesOfDay + 1) % 7).String()[:3]+" "+wall(slot%halvesOfDay*30))
		}
	}
	return strings.Join(out, ", ")
}

func TestAWeekInUTC(t *testing.T) {
	monday := []Stretch{{Day: 0, Begins: 36, Halves: 3}} // 18:00 to 19:30
	for _, c := range []struct {
		name, zone, at string
		week           []Stretch
		want, until    string
	}{
		{"Nairobi has one offset for good", "Africa/Nairobi", "2026-11-21T18:00:00Z", monday, "Mon 15:00, Mon 15:30, Mon 16:00", ""},
		{"Kathmandu is 5:45 ahead: whole half-hours only", "Asia/Kathmandu", "2026-11-21T18:00:00Z", monday, "Mon 12:30, Mon 13:00", ""},
		{"Kathmandu, one half-hour is none", "Asia/Kathmandu", "2026-11-21T18:00:00Z", []Stretch{{Day: 2, Begins: 20, Halves: 1}}, "", ""},
		{"Kathmandu, what goes on over midnight in two stretches is one", "Asia/Kathmandu", "2026-11-21T18:00:00Z",
			[]Stretch{{Day: 0, Begins: 47, Halves: 1}, {Day: 1, Begins: 0, Halves: 1}}, "Mon 18:00", ""},
		{"New York in winter, until March", "America/New_York", "2026-11-21T18:00:00Z", monday, "Mon 23:00, Mon 23:30, Tue 00:00", "2027-03-14T07:00:00Z"},
		{"New York a second before the clocks go forward", "America/New_York", "2027-03-14T06:59:59Z", monday, "Mon 23:00, Mon 23:30, Tue 00:00", "2027-03-14T07:00:00Z"},
		{"New York in summer", "America/New_York", "2027-03-14T07:00:00Z", monday, "Mon 22:00, Mon 22:30, Mon 23:00", "2027-11-07T06:00:00Z"},
		{"New York in the hour that comes twice", "America/New_York", "2027-11-07T06:30:00Z", monday, "Mon 23:00, Mon 23:30, Tue 00:00", "2028-03-12T07:00:00Z"},
		{"a time that a Sunday in March does not have", "America/New_York", "2027-03-14T07:00:00Z", []Stretch{{Day: 6, Begins: 4, Halves: 2}}, "Sun 06:00, Sun 06:30", "2027-11-07T06:00:00Z"},
		{"Lord Howe in summer is 11 hours ahead", "Australia/Lord_Howe", "2026-11-21T18:00:00Z", monday, "Mon 07:00, Mon 07:30, Mon 08:00", "2027-04-03T15:00:00Z"},
		{"Lord Howe goes back by half an hour", "Australia/Lord_Howe", "2027-04-03T15:00:00Z", monday, "Mon 07:30, Mon 08:00, Mon 08:30", "2027-10-02T15:30:00Z"},
		{"Sunday night is Monday morning in the east of its week", "America/New_York", "2026-11-21T18:00:00Z", []Stretch{{Day: 6, Begins: 46, Halves: 2}}, "Mon 04:00, Mon 04:30", "2027-03-14T07:00:00Z"},
		{"and the other way round", "Africa/Nairobi", "2026-11-21T18:00:00Z", []Stretch{{Day: 0, Begins: 0, Halves: 2}}, "Sun 21:00, Sun 21:30", ""},
		{"nothing said", "America/New_York", "2026-11-21T18:00:00Z", nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			free, until := freeAt(c.week, loc(t, c.zone), moment.At(at))
			if got := slotsOf(free); got != c.want {
				t.Errorf("free %q, want %q", got, c.want)
			}
			if got := until.Stamp(); got != c.until {
				t.Errorf("until %q, want %q", got, c.until)
			}
		})
	}
}

func TestAWholeWeekIsAWholeWeekAnywhere(t *testing.T) {
	var all []Stretch
	for day := range 7 {
		all = append(all, Stretch{Day: day, Begins: 0, Halves: halvesOfDay})
	}
	for _, zone := range []string{"UTC", "Asia/Kathmandu", "Pacific/Marquesas", "Pacific/Kiritimati", "Pacific/Pago_Pago"} {
		if free, _ := freeAt(all, loc(t, zone), moment.At(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))); free.Count() != SlotsOfWeek {
			t.Errorf("%s: %d half-hours", zone, free.Count())
		}
	}
}

func TestCleanWeek(t *testing.T) {
	got, err := cleanWeek([]Stretch{{0, 40, 4}, {0, 36, 4}, {0, 38, 2}, {1, 46, 6}, {2, 0, 2}})
	if want := []Stretch{{0, 36, 8}, {1, 46, 6}, {2, 0, 2}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
	if _, err := cleanWeek([]Stretch{{0, 2, 1}, {0, 6, 1}, {0, 10, 1}, {0, 14, 1}}); err == nil {
		t.Error("four stretches of one day were taken")
	}
	for _, s := range []Stretch{{7, 0, 1}, {-1, 0, 1}, {0, 48, 1}, {0, 0, 0}, {0, 0, 49}} {
		if _, err := cleanWeek([]Stretch{s}); err == nil {
			t.Errorf("%v was taken", s)
		}
	}
}

func TestHoursInWords(t *testing.T) {
	saturday := moment.At(time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC))
	evenings := usualHours("evenings")
	for _, c := range []struct {
		name, lang, zone, reader string
		week                     []Stretch
		want                     []string
	}{
		{"one evening", "en", "UTC", "UTC", []Stretch{{1, 36, 4}}, []string{"Tuesdays in the evening, 18:00 to 20:00"}},
		{"two days", "en", "UTC", "UTC", []Stretch{{1, 36, 4}, {4, 36, 4}}, []string{"Tuesdays and Fridays in the evening, 18:00 to 20:00"}},
		{"three days apart", "en", "UTC", "UTC", []Stretch{{0, 18, 4}, {2, 18, 4}, {4, 18, 4}}, []string{"Mondays, Wednesdays and Fridays in the morning, 09:00 to 11:00"}},
		{"days in a row", "en", "UTC", "UTC", evenings, []string{"Monday to Friday in the evening, 18:00 to 21:00"}},
		{"in Spanish", "es", "UTC", "UTC", evenings, []string{"de lunes a viernes por la tarde-noche, de 18:00 a 21:00"}},
		{"over midnight it belongs to the evening's day", "en", "UTC", "UTC", []Stretch{{4, 44, 8}}, []string{"Fridays at night, 22:00 to 02:00"}},
		{"Sunday night goes over the end of the week", "en", "UTC", "UTC", []Stretch{{6, 46, 4}}, []string{"Sundays at night, 23:00 to 01:00"}},
		{"a whole day", "en", "UTC", "UTC", []Stretch{{5, 0, 48}, {6, 0, 48}}, []string{"Saturdays and Sundays, all day"}},
		{"to the minute for a reader elsewhere", "en", "Africa/Nairobi", "Asia/Kathmandu", []Stretch{{1, 36, 2}}, []string{"Tuesdays in the evening, 20:45 to 21:45"}},
		{"another day for a reader elsewhere", "en", "America/New_York", "Africa/Nairobi", []Stretch{{1, 36, 4}}, []string{"Wednesdays at night, 02:00 to 04:00"}},
		{"no time of day", "en", "UTC", "UTC", []Stretch{{1, 20, 20}}, []string{"Tuesdays, 10:00 to 20:00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := web.WithLook(context.Background(), web.Prefs{Lang: c.lang, Zone: c.reader})
			if got := hoursInWords(ctx, c.week, loc(t, c.zone), saturday); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	var all Hours
	for slot := range SlotsOfWeek {
		all.Put(slot)
	}
	ctx := web.WithLook(context.Background(), web.Prefs{Lang: "ar", Zone: "Asia/Kathmandu"})
	if got := HoursInWords(ctx, all, saturday); !slices.Equal(got, []string{"في أي ساعة"}) {
		t.Errorf("%q", got)
	}
	var shared Hours
	shared.Put(halvesOfDay + 30)
	shared.Put(halvesOfDay + 31)
	nairobi := web.WithLook(context.Background(), web.Prefs{Lang: "en", Zone: "Africa/Nairobi"})
	if got := HoursInWords(nairobi, shared, saturday); !slices.Equal(got, []string{"Tuesdays in the evening, 18:00 to 19:00"}) {
		t.Errorf("%q", got)
	}
}

func TestHalfHoursAsTheyAreTyped(t *testing.T) {
	for typed, want := range map[string]int{"18:00": 36, "18:30": 37, "0:00": 0, "00:30": 1, "24:00": 0, "9:00": 18} {
		if got, ok := readHalf(typed); !ok || got != want {
			t.Errorf("%q is %d (%v), want %d", typed, got, ok, want)
		}
	}
	for _, typed := range []string{"", "18", "18:15", "25:00", "24:30", "-1:00", "18:00:00", "six", "١٨:٠٠"} {
		if got, ok := readHalf(typed); ok {
			t.Errorf("%q was read as %d", typed, got)
		}
	}
}

func TestLookingForAWord(t *testing.T) {
	for _, c := range []struct {
		label, typed string
		want         bool
	}{
		{"los ataques de pánico", "PANICO", true}, {"los ataques de pánico", "pánico ataques", true}, {"a hospital stay", "hosp", true}, {"a hospital stay", "prison", false},
		{"الإقامة في المستشفى", "الاقامه", true}, {"الإقامة في المستشفى", "مستشفي", true}, {"سماع أصوات", "اصوات", true}, {"a hospital stay", "", true},
	} {
		if got := holds(c.label, c.typed); got != c.want {
			t.Errorf("%q in %q: %v", c.typed, c.label, got)
		}
	}
}

func TestWhatOftenGoesTogether(t *testing.T) {
	all := []Situation{{Slug: "a"}, {Slug: "b"}, {Slug: "c"}, {Slug: "d", Retired: true}}
	pairs := []pair{{"a", "b"}, {"a", "c"}, {"a", "d"}, {"b", "c"}}
	for chosen, want := range map[string]string{"a": "b c", "a b": "c", "c": "a b", "": ""} {
		var got []string
		for _, x := range oftenWith(pairs, all, strings.Fields(chosen)) {
			got = append(got, x.Slug)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("with %q: %v, want %q", chosen, got, want)
		}
	}
}
