package shifts

import (
	"slices"
	"testing"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func span(t *testing.T, zone *time.Location, from, until string) Span {
	t.Helper()
	read := func(text string) moment.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return moment.At(at)
	}
	return Span{read(from), read(until)}
}

func keys(list []fault.Field) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.Key)
	}
	return out
}

func TestTheRules(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	usual := Limits{LengthDefault, RestDefault, WeekDefault}
	type stretch [2]string
	four := func(days ...string) []stretch {
		var out []stretch
		for _, d := range days {
			out = append(out, stretch{d + " 09:00", d + " 13:00"})
		}
		return out
	}
	tests := []struct {
		name        string
		add         stretch
		mine        []stretch
		never, past []string
	}{
		{"four hours, nothing else", stretch{"2026-11-24 18:00", "2026-11-24 22:00"}, nil, nil, nil},
		{"a minute past four hours", stretch{"2026-11-24 18:00", "2026-11-24 22:01"}, nil, nil, []string{"shifts.past.length"}},
		{"six hours", stretch{"2026-11-24 16:00", "2026-11-24 22:00"}, nil, nil, []string{"shifts.past.length"}},
		{"past six hours", stretch{"2026-11-24 16:00", "2026-11-24 22:01"}, nil, []string{"shifts.never.length"}, nil},
		{"the clocks go back: seven hours of work", stretch{"2026-10-24 22:00", "2026-10-25 04:00"}, nil, []string{"shifts.never.length"}, nil},
		{"the clocks go forward: five hours of work", stretch{"2027-03-27 22:00", "2027-03-28 04:00"}, nil, nil, []string{"shifts.past.length"}},
		{"at the same time", stretch{"2026-11-24 18:00", "2026-11-24 20:00"}, []stretch{{"2026-11-24 19:00", "2026-11-24 22:00"}}, []string{"shifts.never.overlap"}, nil},
		{"one after the other is no overlap, and no rest", stretch{"2026-11-24 18:00", "2026-11-24 20:00"}, []stretch{{"2026-11-24 20:00", "2026-11-24 22:00"}}, []string{"shifts.never.rest"}, nil},
		{"eleven hours of rest", stretch{"2026-11-25 09:00", "2026-11-25 12:00"}, []stretch{{"2026-11-24 18:00", "2026-11-24 22:00"}}, nil, nil},
		{"a minute less than eleven", stretch{"2026-11-25 08:59", "2026-11-25 12:00"}, []stretch{{"2026-11-24 18:00", "2026-11-24 22:00"}}, nil, []string{"shifts.past.rest"}},
		{"eight hours of rest before the next", stretch{"2026-11-24 06:00", "2026-11-24 10:00"}, []stretch{{"2026-11-24 18:00", "2026-11-24 22:00"}}, nil, []string{"shifts.past.rest"}},
		{"a minute less than eight", stretch{"2026-11-24 06:00", "2026-11-24 10:01"}, []stretch{{"2026-11-24 18:00", "2026-11-24 22:00"}}, []string{"shifts.never.rest"}, []string{"shifts.past.length"}},
		{"a night of eleven by the clock is ten when the clocks go forward", stretch{"2027-03-28 09:00", "2027-03-28 12:00"}, []stretch{{"2027-03-27 18:00", "2027-03-27 22:00"}}, nil, []string{"shifts.past.rest"}},
		{"a night of ten by the clock is eleven when the clocks go back", stretch{"2026-10-25 08:00", "2026-10-25 11:00"}, []stretch{{"2026-10-24 18:00", "2026-10-24 22:00"}}, nil, nil},
		{"the fifth of four hours in a week", stretch{"2026-11-27 09:00", "2026-11-27 13:00"}, four("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"), nil, nil},
		{"the sixth", stretch{"2026-11-28 09:00", "2026-11-28 13:00"}, four("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"), nil, []string{"shifts.past.week"}},
		{"the next week begins on Monday in the service's zone", stretch{"2026-11-30 00:30", "2026-11-30 04:30"}, four("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"), nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var mine []Span
			for _, m := range tt.mine {
				mine = append(mine, span(t, berlin, m[0], m[1]))
			}
			v := weigh(usual, span(t, berlin, tt.add[0], tt.add[1]), mine, berlin)
			if !slices.Equal(keys(v.Never), tt.never) || !slices.Equal(keys(v.Past), tt.past) {
				t.Fatalf("never %v past %v, want %v and %v", keys(v.Never), keys(v.Past), tt.never, tt.past)
			}
			if v.OK(true) != (len(tt.never) == 0) || v.OK(false) != (len(tt.never)+len(tt.past) == 0) {
				t.Error("who chooses to go past a default does not pass what nobody passes")
			}
			if (v.Err(false) == nil) != v.OK(false) || (v.Err(true) == nil) != v.OK(true) {
				t.Error("an error and a verdict say different things")
			}
		})
	}
	var many []Span
	for day := 23; day < 29; day++ {
		many = append(many, Span{moment.At(time.Date(2026, 11, day, 8, 0, 0, 0, berlin)), moment.At(time.Date(2026, 11, day, 14, 0, 0, 0, berlin))})
	}
	v := weigh(Limits{LengthMost, RestLeast, WeekMost}, Span{moment.At(time.Date(2026, 11, 29, 8, 0, 0, 0, berlin)), moment.At(time.Date(2026, 11, 29, 13, 0, 0, 0, berlin))}, many, berlin)
	if !slices.Equal(keys(v.Never), []string{"shifts.never.week"}) {
		t.Errorf("forty-one hours in a week: %v", keys(v.Never))
	}
}

func TestLimitsStayWithinWhatNobodyPasses(t *testing.T) {
	good := Limits{LengthDefault, RestDefault, WeekDefault}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []Limits{{7 * time.Hour, RestDefault, WeekDefault}, {0, RestDefault, WeekDefault}, {LengthDefault, 7 * time.Hour, WeekDefault}, {LengthDefault, RestDefault, 41 * time.Hour}, {-1, -1, -1}} {
		if !fault.Is(bad.Validate(), fault.Invalid) {
			t.Errorf("%v is taken", bad)
		}
	}
}

func TestWhatIsMade(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	today := calendar.Date{Year: 2026, Month: time.October, Day: 1}
	good := NewShift{Date: calendar.Date{Year: 2026, Month: time.October, Day: 17}, Starts: 18 * 60, Ends: 22 * 60, Weekly: true, Until: calendar.Date{Year: 2026, Month: time.November, Day: 2}, Places: 2}
	if err := good.Validate(2, today); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range good.spans(berlin) {
		got = append(got, s.From.Std().Format("01-02 15:04"))
	}
	if want := []string{"10-17 16:00", "10-24 16:00", "10-31 17:00"}; !slices.Equal(got, want) {
		t.Errorf("each week at six by the wall clock: %v, want %v", got, want)
	}
	for name, change := range map[string]func(*NewShift){
		"yesterday":                func(n *NewShift) { n.Date = today.Add(-1) },
		"in three years":           func(n *NewShift) { n.Date = today.Add(1000) },
		"no length":                func(n *NewShift) { n.Ends = n.Starts },
		"past six hours":           func(n *NewShift) { n.Ends = n.Starts + 361 },
		"a beginning past the day": func(n *NewShift) { n.Starts, n.Ends = 1440, 1500 },
		"fewer than the minimum":   func(n *NewShift) { n.Places = 1 },
		"a crowd":                  func(n *NewShift) { n.Places = 51 },
		"ends before it begins":    func(n *NewShift) { n.Until = n.Date.Add(-1) },
		"more than a year":         func(n *NewShift) { n.Until = n.Date.Add(365) },
	} {
		bad := good
		change(&bad)
		if !fault.Is(bad.Validate(2, today), fault.Invalid) {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestWhatAShiftLacks(t *testing.T) {
	tests := []struct {
		name string
		p    Planned
		want Gap
		free int
		lead bool
	}{
		{"nobody", Planned{Places: 3, NeedsLead: true}, Gap{People: 2, Lead: true}, 2, true},
		{"two without a lead", Planned{Places: 3, NeedsLead: true, Taken: 2, Talkers: 2}, Gap{Lead: true}, 0, true},
		{"a lead and a peer", Planned{Places: 3, NeedsLead: true, Taken: 2, Leads: 1, Talkers: 1}, Gap{}, 1, false},
		{"two who lead, or only lead", Planned{Places: 2, Taken: 2, Leads: 1}, Gap{Talker: true}, 0, false},
		{"one of two", Planned{Places: 2, Taken: 1, Talkers: 1}, Gap{People: 1}, 1, true},
	}
	for _, tt := range tests {
		g := gapOf(tt.p, 2)
		tt.want.Planned = tt.p
		if g != tt.want || g.Open() != (tt.want.People > 0 || tt.want.Lead || tt.want.Talker) || tt.p.Free() != tt.free || tt.p.FreeToLead() != tt.lead {
			t.Errorf("%s: %+v free %d lead %v", tt.name, g, tt.p.Free(), tt.p.FreeToLead())
		}
	}
}

func TestWhoIsOnCall(t *testing.T) {
	lead, peer, clinician := access.Set(access.Supervisor), access.Set(access.Peer), access.Set(access.Clinician)
	roles := map[moment.ID]access.Roles{"ines": lead, "tomo": access.Set(access.Coordinator), "ali": peer, "larch": clinician}
	late := Duty{Kind: First, Person: "tomo", From: 50, Until: 80}
	list := []Duty{late, {Kind: OfClinics, Person: "ali", From: 20, Until: 90}, {Kind: First, Person: "ines", From: 10, Until: 100}, {Kind: Second, Person: "ali", From: 10, Until: 100},
		{Kind: Second, Person: "tomo", From: 5, Until: 100}, {Kind: OfClinics, Name: "Dr. X", Phone: "555", From: 5, Until: 100}}
	outside := Clinician{Name: "Dr. X", Phone: "555"}
	tests := []struct {
		at   moment.Time
		want OnCall
	}{
		{4, OnCall{}},
		{5, OnCall{Second: "tomo", Clinician: outside}},
		{20, OnCall{"ines", "tomo", outside}},           // who has lost the role is skipped
		{50, OnCall{First: "tomo", Clinician: outside}}, // nobody is both
		{80, OnCall{"ines", "tomo", outside}},           // its end is over
		{100, OnCall{}},
	}
	for _, tt := range tests {
		if got := onCallOf(list, tt.at, roles); got != tt.want {
			t.Errorf("at %d: %+v, want %+v", tt.at, got, tt.want)
		}
	}
	if got := onCallOf([]Duty{{Kind: OfClinics, Person: "larch", From: 0, Until: 9}}, 3, roles); got.Clinician.Person != "larch" {
		t.Errorf("a clinician with an account: %+v", got)
	}
	for name, d := range map[string]Duty{"no kind": {Person: "x", From: 1, Until: 2}, "no end": {Kind: First, Person: "x", From: 1}, "backwards": {Kind: First, Person: "x", From: 2, Until: 2},
		"nobody": {Kind: Second, From: 1, Until: 2}, "no number": {Kind: OfClinics, Name: "Dr. X", From: 1, Until: 2}, "no name": {Kind: OfClinics, Phone: "555", From: 1, Until: 2},
		"words for a number": {Kind: OfClinics, Name: "Dr. X", Phone: "call me", From: 1, Until: 2}, "months": {Kind: First, Person: "x", From: 1, Until: moment.Time(1).Add(mostDuty + 1000)}} {
		if !fault.Is(d.Validate(), fault.Invalid) {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestOpeningJoinsWhatTouches(t *testing.T) {
	plan := []Span{{10, 20}, {20, 30}, {25, 28}, {40, 50}, {60, 70}}
	for now, want := range map[moment.Time]Opening{
		5:  {Planned: true, Next: 10},
		10: {Planned: true, Next: 40, Until: 30},
		29: {Planned: true, Next: 40, Until: 30},
		30: {Planned: true, Next: 40},
		45: {Planned: true, Next: 60, Until: 50},
		65: {Planned: true, Until: 70},
		70: {Planned: true},
	} {
		if got := openingOf(plan, now); got != want {
			t.Errorf("at %d: %+v, want %+v", now, got, want)
		}
	}
}
