package calendar_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func day(t testing.TB, text string) calendar.Date {
	t.Helper()
	d, ok := calendar.ParseDate(text)
	if !ok {
		t.Fatal(text)
	}
	return d
}

func ruleOf(t testing.TB, text string) calendar.Rule {
	t.Helper()
	r, err := calendar.ParseRule(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

func series(t testing.TB, zoneName, first string, starts, minutes int, rule string) calendar.Series {
	t.Helper()
	z, err := time.LoadLocation(zoneName)
	if err != nil {
		t.Fatal(err)
	}
	s := calendar.Series{First: day(t, first), Starts: starts, Minutes: minutes, Zone: z, Rule: ruleOf(t, rule)}
	if err := s.Validate(); err != nil {
		t.Fatalf("%s from %s: %v", rule, first, err)
	}
	return s
}

func instant(t testing.TB, text string) moment.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return moment.At(at)
}

const always = 1 << 62

func TestDaysOfRules(t *testing.T) {
	tests := []struct{ name, first, rule, from, want string }{
		{"once", "2026-11-23", "", "2020-01-01", "2026-11-23"},
		{"second Tuesday", "2026-11-10", "FREQ=MONTHLY;BYDAY=2TU", "2026-11-01", "2026-11-10 2026-12-08 2027-01-12"},
		{"last Friday", "2026-10-30", "FREQ=MONTHLY;BYDAY=-1FR", "2026-11-01", "2026-11-27 2026-12-25 2027-01-29"},
		{"fifth Monday: some months have none", "2026-11-30", "FREQ=MONTHLY;BYDAY=5MO", "2026-11-01", "2026-11-30 2027-03-29 2027-05-31 2027-08-30"},
		{"29 February", "2024-02-29", "FREQ=YEARLY", "2025-01-01", "2028-02-29 2032-02-29"},
		{"29 February over 2100", "2096-02-29", "FREQ=YEARLY", "2097-01-01", "2104-02-29"},
		{"the 31st: short months have none", "2026-10-31", "FREQ=MONTHLY", "2026-11-01", "2026-12-31 2027-01-31 2027-03-31"},
		{"month ends", "2026-11-30", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-01", "2026-11-30 2026-12-31 2027-01-31 2027-02-28"},
		{"three times", "2026-11-23", "FREQ=WEEKLY;COUNT=3", "2026-11-01", "2026-11-23 2026-11-30 2026-12-07"},
		{"three times, asked late", "2026-11-23", "FREQ=WEEKLY;COUNT=3", "2026-12-01", "2026-12-07"},
		{"until counts its day", "2026-11-23", "FREQ=WEEKLY;UNTIL=20261207", "2026-11-01", "2026-11-23 2026-11-30 2026-12-07"},
		{"until the day before", "2026-11-23", "FREQ=WEEKLY;UNTIL=20261206", "2026-11-01", "2026-11-23 2026-11-30"},
		{"every second week over a year's end", "2026-12-21", "FREQ=WEEKLY;INTERVAL=2", "2026-12-01", "2026-12-21 2027-01-04 2027-01-18"},
		{"every third month over a year's end", "2026-11-10", "FREQ=MONTHLY;INTERVAL=3", "2026-11-01", "2026-11-10 2027-02-10 2027-05-10"},
		{"every tenth day, asked years later", "2016-01-01", "FREQ=DAILY;INTERVAL=10", "2026-11-20", "2026-11-24 2026-12-04"},
		{"RFC 5545: weeks from Monday", "1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-01", "1997-08-05 1997-08-10 1997-08-19 1997-08-24"},
		{"RFC 5545: weeks from Sunday", "1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-01", "1997-08-05 1997-08-17 1997-08-19 1997-08-31"},
		{"RFC 5545: third of Tu, We, Th", "1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-01", "1997-09-04 1997-10-07 1997-11-06"},
		{"RFC 5545: second last weekday", "1997-09-29", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-01", "1997-09-29 1997-10-30 1997-11-27 1997-12-30"},
		{"RFC 5545: every Friday the 13th", "1998-02-13", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-01-01", "1998-02-13 1998-03-13 1998-11-13 1999-08-13"},
		{"RFC 5545: first Saturday after the first Sunday", "1997-09-13", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-01", "1997-09-13 1997-10-11 1997-11-08"},
		{"RFC 5545: election day", "1996-11-05", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-01-01", "1996-11-05 2000-11-07 2004-11-02"},
		{"RFC 5545: every day in January", "1998-01-01", "FREQ=DAILY;UNTIL=20000131;BYMONTH=1", "1999-01-30", "1999-01-30 1999-01-31 2000-01-01"},
		{"the library: plain and numbered weekdays together", "2026-11-02", "FREQ=MONTHLY;BYDAY=MO,-1FR", "2026-11-20", "2026-11-23 2026-11-27 2026-11-30"},
		{"the library: a position in a week begun in the middle", "2026-11-27", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=3", "2026-11-01", "2026-11-27 2026-12-04"},
		{"a day twice is one", "2026-11-30", "FREQ=MONTHLY;BYMONTHDAY=30,-1", "2026-11-01", "2026-11-30 2026-12-30 2026-12-31"},
		{"first Monday of a year", "2026-01-05", "FREQ=YEARLY;BYDAY=1MO", "2026-01-01", "2026-01-05 2027-01-04 2028-01-03"},
		{"last Sunday of March and October", "2026-03-29", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", "2026-01-01", "2026-03-29 2026-10-25 2027-03-28"},
	}
	for _, tt := range tests {
		s := series(t, "UTC", tt.first, 600, 60, tt.rule)
		want := strings.Fields(tt.want)
		list, _ := s.Between(moment.At(utc(day(t, tt.from))), always, len(want))
		var got []string
		for _, o := range list {
			got = append(got, o.Day.String())
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %s: got %s, want %s", tt.name, tt.rule, got, tt.want)
		}
	}
}

// What a clock in the zone shows stays; what it is in UTC changes with the zone.
func TestOccurrencesOnAWallClock(t *testing.T) {
	weekly, daily := "FREQ=WEEKLY", "FREQ=DAILY"
	tests := []struct {
		name, zone, first string
		starts            int
		rule, from, want  string // UTC
	}{
		{"clocks go back", "Europe/Berlin", "2026-10-20", 18 * 60, weekly, "2026-10-20 00:00", "10-20 16:00 10-27 17:00"},
		{"clocks go forward", "America/New_York", "2027-03-08", 18 * 60, weekly, "2027-03-08 00:00", "03-08 23:00 03-15 22:00"},
		{"a time that is not shown", "Europe/Berlin", "2027-03-27", 150, daily, "2027-03-27 00:00", "03-27 01:30 03-28 01:30 03-29 00:30"},
		{"a time that is shown twice", "Europe/Berlin", "2026-10-24", 150, daily, "2026-10-24 00:00", "10-24 00:30 10-25 00:30 10-26 01:30"},
		{"half an hour", "Australia/Lord_Howe", "2026-10-03", 600, daily, "2026-10-02 00:00", "10-02 23:30 10-03 23:00 10-04 23:00"},
		{"an offset of a quarter", "Asia/Kathmandu", "2026-11-23", 600, daily, "2026-11-23 00:00", "11-23 04:15 11-24 04:15"},
		{"a change at midnight", "Africa/Cairo", "2026-04-23", 30, daily, "2026-04-22 00:00", "04-22 22:30 04-23 22:30 04-24 21:30"},
		{"Istanbul stayed on summer time in 2016", "Europe/Istanbul", "2015-11-20", 1200, "FREQ=YEARLY", "2015-01-01 00:00", "11-20 18:00 11-20 17:00"},
		{"São Paulo has no summer time since 2019", "America/Sao_Paulo", "2018-12-10", 1200, "FREQ=YEARLY", "2018-01-01 00:00", "12-10 22:00 12-10 23:00"},
		{"Cairo has summer time again since 2023", "Africa/Cairo", "2022-07-10", 1200, "FREQ=YEARLY", "2022-01-01 00:00", "07-10 18:00 07-10 17:00"},
		{"Apia left a day out", "Pacific/Apia", "2011-12-29", 600, daily, "2011-12-29 00:00", "12-29 20:00 12-30 20:00 12-30 20:00 12-31 20:00"},
	}
	for _, tt := range tests {
		s := series(t, tt.zone, tt.first, tt.starts, 60, tt.rule)
		list, _ := s.Between(instant(t, tt.from), always, len(strings.Fields(tt.want))/2)
		var got []string
		for _, o := range list {
			got = append(got, o.Starts.Std().Format("01-02 15:04"))
			if o.Ends.Sub(o.Starts) != time.Hour {
				t.Errorf("%s: lasts %s", tt.name, o.Ends.Sub(o.Starts))
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestTheEdgesOfAWindow(t *testing.T) {
	s := series(t, "Europe/Berlin", "2026-11-02", 22*60, 240, "FREQ=WEEKLY;COUNT=4") // Mondays 21:00 to 01:00 UTC
	for _, tt := range []struct {
		from, to string
		most     int
		want     int
		more     bool
	}{
		{"2026-11-01 00:00", "2026-12-31 00:00", 10, 4, false},
		{"2026-11-01 00:00", "2026-12-31 00:00", 4, 4, false},
		{"2026-11-01 00:00", "2026-12-31 00:00", 3, 3, true},
		{"2026-11-01 00:00", "2026-12-31 00:00", 0, 0, true},
		{"2026-11-03 00:59", "2026-11-04 00:00", 10, 1, false}, // still going on
		{"2026-11-03 01:00", "2026-11-04 00:00", 10, 0, false}, // just over
		{"2026-11-01 00:00", "2026-11-02 21:00", 10, 0, false}, // begins when the window ends
		{"2026-11-01 00:00", "2026-11-02 21:01", 10, 1, false},
		{"2026-12-31 00:00", "2026-11-01 00:00", 10, 0, false},
	} {
		list, more := s.Between(instant(t, tt.from), instant(t, tt.to), tt.most)
		if len(list) != tt.want || more != tt.more {
			t.Errorf("%s to %s, at most %d: %d %v, want %d %v", tt.from, tt.to, tt.most, len(list), more, tt.want, tt.more)
		}
	}
	if o, ok := s.Next(instant(t, "2026-11-02 21:00")); !ok || o.Day != day(t, "2026-11-09") {
		t.Errorf("after one has begun comes the next: %v", o)
	}
	if _, ok := s.Next(instant(t, "2026-11-23 21:00")); ok {
		t.Error("after the last comes nothing")
	}
	if o, ok := s.Last(); !ok || o.Day != day(t, "2026-11-23") {
		t.Errorf("the last: %v", o)
	}
	if _, ok := s.On(day(t, "2026-11-30")); ok {
		t.Error("there is no fifth")
	}
	if _, ok := s.On(day(t, "2026-11-10")); ok {
		t.Error("nothing on a Tuesday")
	}
	for text, want := range map[string]int{"2026-11-02": 0, "2026-11-03": 1, "2026-11-16": 2, "2030-01-01": 4, "2020-01-01": 0} {
		if got := s.CountBefore(day(t, text)); got != want {
			t.Errorf("%d before %s, want %d", got, text, want)
		}
	}
}

func TestTheLast(t *testing.T) {
	for _, tt := range []struct{ first, rule, want string }{
		{"2026-11-23", "", "2026-11-23"},
		{"2026-11-23", "FREQ=DAILY", ""},
		{"2026-11-23", "FREQ=DAILY;COUNT=10", "2026-12-02"},
		{"2016-01-01", "FREQ=DAILY;UNTIL=20261231", "2026-12-31"},
		{"2024-02-29", "FREQ=YEARLY;UNTIL=20471231", "2044-02-29"},
		{"2024-02-29", "FREQ=YEARLY;UNTIL=20280228", "2024-02-29"},
	} {
		o, ok := series(t, "Europe/Berlin", tt.first, 600, 60, tt.rule).Last()
		if ok != (tt.want != "") || ok && o.Day.String() != tt.want {
			t.Errorf("%s: %v %v, want %s", tt.rule, o.Day, ok, tt.want)
		}
	}
}

func problems(err error) (list []string) {
	if err == nil {
		return nil
	}
	for _, f := range fault.As(err).Fields {
		list = append(list, f.Name+" "+strings.TrimPrefix(f.Key, "calendar."))
	}
	return list
}

func TestRulesThatAreRefused(t *testing.T) {
	for rule, want := range map[string]string{
		"FREQ=SECONDLY":                          "frequency",
		"FREQ=HOURLY;COUNT=1000000":              "frequency",
		"COUNT=3":                                "frequency",
		"FREQ=DAILY;COUNT=1000000":               "count",
		"FREQ=DAILY;COUNT=0":                     "count",
		"FREQ=DAILY;COUNT=-1":                    "count",
		"FREQ=DAILY;COUNT=731":                   "count",
		"FREQ=DAILY;COUNT=3;UNTIL=20261231":      "ends_twice",
		"FREQ=DAILY;INTERVAL=0":                  "interval",
		"FREQ=DAILY;INTERVAL=100":                "interval",
		"FREQ=DAILY;INTERVAL=99999999999999":     "interval",
		"FREQ=DAILY;INTERVAL=+ 1":                "interval",
		"FREQ=DAILY;UNTIL=20261331":              "until",
		"FREQ=DAILY;UNTIL=20261231T000000Z":      "until",
		"FREQ=DAILY;UNTIL=99991231":              "until",
		"FREQ=DAILY;BYHOUR=9,17":                 "clock",
		"FREQ=DAILY;BYMINUTE=1":                  "clock",
		"FREQ=DAILY;BYSECOND=1":                  "clock",
		"FREQ=YEARLY;BYWEEKNO=20":                "of_year",
		"FREQ=YEARLY;BYYEARDAY=100":              "of_year",
		"FREQ=WEEKLY;BYEASTER=0":                 "unknown",
		"FREQ=WEEKLY;RSCALE=CHINESE":             "unknown",
		"FREQ=WEEKLY;BYDAY=XX":                   "weekday",
		"FREQ=WEEKLY;BYDAY=":                     "broken",
		"FREQ=WEEKLY;BYDAY=MO,":                  "weekday",
		"FREQ=MONTHLY;BYDAY=0MO":                 "weekday",
		"FREQ=MONTHLY;BYDAY=6MO":                 "nth",
		"FREQ=MONTHLY;BYDAY=-6MO":                "nth",
		"FREQ=WEEKLY;BYDAY=1MO":                  "nth",
		"FREQ=DAILY;BYDAY=1MO":                   "nth",
		"FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=3":    "nth",
		"FREQ=MONTHLY;BYMONTHDAY=0":              "monthday",
		"FREQ=MONTHLY;BYMONTHDAY=32":             "monthday",
		"FREQ=MONTHLY;BYMONTHDAY=-32":            "monthday",
		"FREQ=WEEKLY;BYMONTHDAY=3":               "monthday_here",
		"FREQ=YEARLY;BYMONTHDAY=3":               "monthday_here",
		"FREQ=YEARLY;BYMONTH=13":                 "month",
		"FREQ=YEARLY;BYMONTH=0":                  "month",
		"FREQ=YEARLY;BYMONTH=5L":                 "month",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30":    "never",
		"FREQ=DAILY;BYMONTH=2,4;BYMONTHDAY=31":   "never",
		"FREQ=MONTHLY;BYSETPOS=1":                "position_here",
		"FREQ=DAILY;BYDAY=MO;BYSETPOS=1":         "position_here",
		"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0":       "position",
		"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367":     "position",
		"FREQ=WEEKLY;WKST=XX":                    "weekstart",
		"FREQ=WEEKLY;FREQ=DAILY":                 "twice",
		"FREQ":                                   "broken",
		"FREQ=WEEKLY;;COUNT=2":                   "broken",
		"FREQ=WEEKLY;\r\nX=1":                    "unknown",
		strings.Repeat("FREQ=WEEKLY;", 10000):    "broken",
		"FREQ=WEEKLY;BYDAY=MO" + manyMondays(90): "weekday",
	} {
		_, err := calendar.ParseRule(rule)
		if got := strings.Join(problems(err), ", "); got != "rule rule."+want {
			t.Errorf("%.60q: %q, want %q", rule, got, want)
		}
	}
}

func manyMondays(n int) string { return strings.Repeat(",MO", n) }

func TestRulesAreWrittenOneWay(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"rrule:freq=weekly;byday=mo":   "FREQ=WEEKLY;BYDAY=MO",
		"FREQ=WEEKLY;INTERVAL=1;":      "FREQ=WEEKLY",
		"WKST=SU;FREQ=WEEKLY;COUNT=2":  "FREQ=WEEKLY;COUNT=2;WKST=SU",
		"FREQ=WEEKLY;WKST=MO":          "FREQ=WEEKLY",
		"FREQ=WEEKLY;BYDAY=SU,MO,MO":   "FREQ=WEEKLY;BYDAY=MO,SU",
		"FREQ=MONTHLY;BYDAY=+2TU,-1FR": "FREQ=MONTHLY;BYDAY=-1FR,2TU",
		"FREQ=YEARLY;UNTIL=20301231;BYMONTH=10,3;BYMONTHDAY=-1,5": "FREQ=YEARLY;UNTIL=20301231;BYMONTH=3,10;BYMONTHDAY=-1,5",
	} {
		if got := ruleOf(t, text).String(); got != want {
			t.Errorf("%q is written as %q, want %q", text, got, want)
		}
	}
}

func TestSeriesThatAreRefused(t *testing.T) {
	ok := series(t, "Europe/Berlin", "2026-11-23", 600, 60, "FREQ=WEEKLY;BYDAY=MO")
	for want, change := range map[string]func(*calendar.Series){
		"":                                       func(*calendar.Series) {},
		"starts series.starts":                   func(s *calendar.Series) { s.Starts = 1440 },
		"minutes series.minutes":                 func(s *calendar.Series) { s.Minutes = 1441 },
		"zone series.zone":                       func(s *calendar.Series) { s.Zone = time.Local },
		"first series.day":                       func(s *calendar.Series) { s.First = calendar.Date{} },
		"first series.first":                     func(s *calendar.Series) { s.First = day(t, "2026-11-24") },
		"rule series.ends_early":                 func(s *calendar.Series) { s.Rule.Until = day(t, "2026-11-22") },
		"rule rule.never":                        func(s *calendar.Series) { s.Rule = ruleOf(t, "FREQ=DAILY;INTERVAL=7;BYDAY=TU") },
		"rule rule.interval":                     func(s *calendar.Series) { s.Rule.Interval = -1 },
		"rule rule.frequency":                    func(s *calendar.Series) { s.Rule.Freq = "HOURLY" },
		"starts series.starts, zone series.zone": func(s *calendar.Series) { s.Starts, s.Zone = -1, nil },
	} {
		s := ok
		change(&s)
		if got := strings.Join(problems(s.Validate()), ", "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	s := ok
	s.First = day(t, "2026-11-24")
	if s, ok := s.Snap(); !ok || s.First != day(t, "2026-11-30") {
		t.Errorf("the next Monday: %v %v", s.First, ok)
	}
}

// A rule that gives nothing, or seldom something, is no endless walk.
func TestRulesThatGiveNothing(t *testing.T) {
	for _, rule := range []string{"FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=DAILY;INTERVAL=98;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
		"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;BYSETPOS=2", "FREQ=WEEKLY;BYMONTH=1;BYDAY=MO;BYSETPOS=300"} {
		s := calendar.Series{First: day(t, "2026-11-23"), Zone: time.UTC, Rule: ruleOf(t, rule)}
		for _, o := range first(s.Between(instant(t, "2026-11-23 00:00"), always, 3)) {
			if v := (verifier{utc(s.First), s.Rule}); !v.gives(utc(o.Day)) {
				t.Errorf("%s: %s", rule, o.Day)
			}
		}
		if s.Validate() == nil {
			t.Errorf("%s: Monday, 23 November, is none of its days", rule)
		}
	}
	bad := calendar.Series{First: day(t, "2026-02-01"), Zone: time.UTC, Rule: calendar.Rule{Freq: calendar.Daily, ByMonth: []time.Month{2}, ByMonthDay: []int{31}}}
	if list, _ := bad.Between(0, always, 3); list != nil {
		t.Errorf("31 February: %v", list)
	}
}

func first[A, B any](a A, _ B) A { return a }

func BenchmarkBetween(b *testing.B) {
	for name, rule := range map[string]string{"weekly": "FREQ=WEEKLY", "nth": "FREQ=MONTHLY;BYDAY=-1MO", "count": "FREQ=WEEKLY;COUNT=730"} {
		b.Run(name, func(b *testing.B) {
			s, _ := calendar.Series{First: day(b, "2016-11-21"), Starts: 1080, Minutes: 90, Zone: time.UTC, Rule: ruleOf(b, rule)}.Snap()
			from := instant(b, "2026-11-21 00:00")
			b.ReportAllocs()
			for b.Loop() {
				s.Between(from, from.Add(30*24*time.Hour), 50)
			}
		})
	}
}
