package guide

import (
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
	"slices"
	"strings"
	"time"
)

// Reason is why a meeting is not listed; "" when it is. Key gives its sentence.
type Reason string

// The reasons.
const (
	Once        Reason = "once"         // it does not repeat
	NotWeekly   Reason = "not_weekly"   // by days with gaps, months, years
	EveryOther  Reason = "every_other"  // every second week or more
	Seasonal    Reason = "seasonal"     // in some months only
	Ended       Reason = "ended"        // the last was
	EndsSoon    Reason = "ends_soon"    // the last is within four weeks
	NotYet      Reason = "not_yet"      // the first is more than four weeks ahead
	PrivateLink Reason = "private_link" // online, and the link is for members
	NoPlace     Reason = "no_place"     // in person, and not even a town may be named
	NoName      Reason = "no_name"
)

// Key is the key of the sentence that says the reason.
func (r Reason) Key() string { return "guide.reason." + string(r) }

// soon is how near an end or beginning may be: apps show a week of a list that
// they read now and then.
const soon = 4 * 7 * 24 * time.Hour

// Weekly is when a meeting is, in the words of the specification.
type Weekly struct {
	Days     []int // 0 is Sunday
	Time     string
	EndTime  string // "" when it is not said
	Timezone string
}

// FromSeries tells whether a series is honestly weekly at an instant, and
// otherwise why not.
func FromSeries(s calendar.Series, now moment.Time) (Weekly, Reason) {
	if why := notWeekly(s.Rule); why != "" {
		return Weekly{}, why
	}
	if last, ends := s.Last(); ends && last.Ends <= now {
		return Weekly{}, Ended
	} else if ends && last.Starts < now.Add(soon) {
		return Weekly{}, EndsSoon
	}
	if first, ok := s.On(s.First); !ok || first.Starts > now.Add(soon) {
		return Weekly{}, NotYet
	}
	w := Weekly{Time: clockText(s.Starts)}
	for _, d := range s.Rule.ByDay {
		w.Days = append(w.Days, int(d.Day))
	}
	switch {
	case len(w.Days) == 0 && s.Rule.Freq == calendar.Daily:
		w.Days = []int{0, 1, 2, 3, 4, 5, 6}
	case len(w.Days) == 0:
		w.Days = []int{int(s.First.Weekday())}
	}
	slices.Sort(w.Days)
	w.Days = slices.Compact(w.Days)
	if s.Minutes > 0 && s.Minutes < 24*60 {
		w.EndTime = clockText(s.Starts + s.Minutes)
	}
	if s.Zone != nil {
		w.Timezone = s.Zone.String()
	}
	return w, ""
}

func notWeekly(r calendar.Rule) Reason {
	switch {
	case !r.Repeats():
		return Once
	case r.Freq != calendar.Weekly && r.Freq != calendar.Daily || r.Freq == calendar.Daily && r.Interval > 1 || len(r.ByMonthDay)+len(r.BySetPos) > 0:
		return NotWeekly
	case r.Interval > 1:
		return EveryOther
	case len(r.ByMonth) > 0:
		return Seasonal
	}
	return ""
}

// Source is a public meeting as we know it. Everything in it but the address and
// the link may be shown to anybody; those say themselves whether they may.
type Source struct {
	Name, Slug  string
	Group       string
	Notes       string
	URL         string // of its page here
	Entity      string // who runs the service
	Series      calendar.Series
	Attendance  Attendance
	Place       string // a building's name, shown when the address is
	PlaceNotes  string
	Address     string   // one line, as maps understand it
	AddressOpen bool     // the address may be shown to anybody
	Area        []string // coarse words of where it is, the largest first: "Germany", "Berlin"
	Link, Phone string
	LinkOpen    bool     // link and phone may be shown to anybody
	Languages   []string // BCP 47
	For         []string // communities, by our names
	Open        bool     // open to all who come
	StepFree    bool
	Toilet      bool // one that a wheelchair can use
	Children    bool // children are welcome
	Updated     moment.Time
}

// From makes the row of a meeting, or says why it cannot be listed.
func From(s Source, now moment.Time) (Meeting, Reason) {
	w, why := FromSeries(s.Series, now)
	if why != "" {
		return Meeting{}, why
	}
	m := Meeting{
		Name: oneLine(s.Name, mostName), Slug: s.Slug, Days: w.Days, Time: w.Time, EndTime: w.EndTime, Timezone: w.Timezone, Group: oneLine(s.Group, mostName),
		Notes: plain(s.Notes, mostNotes), URL: webAddress(s.URL), Entity: oneLine(s.Entity, mostName), Types: typesOf(s), Updated: stampOf(s.Updated),
	}
	if m.Name == "" {
		return Meeting{}, NoName
	}
	if s.Attendance == Online || s.Attendance == Hybrid {
		m.ConferenceURL, m.ConferencePhone = webAddress(s.Link), phone(s.Phone)
		if !s.LinkOpen {
			m.ConferenceURL, m.ConferencePhone = "", ""
		}
	}
	if s.Attendance == Online && m.ConferenceURL+m.ConferencePhone == "" {
		return Meeting{}, PrivateLink
	}
	m.place(s)
	if s.Attendance != Online && m.FormattedAddress == "" {
		return Meeting{}, NoPlace
	}
	return m, ""
}

// place says where: the address when anybody may know it, otherwise the town and
// the like, as approximate. An online meeting has no address, only an area.
func (m *Meeting) place(s Source) {
	for _, a := range s.Area {
		if a = oneLine(a, mostPlace); a != "" {
			m.Regions = append(m.Regions, a)
		}
	}
	if address := oneLine(s.Address, mostPlace); s.AddressOpen && address != "" && s.Attendance != Online {
		m.FormattedAddress, m.Approximate = address, "no"
		m.Location, m.LocationNotes = oneLine(s.Place, mostName), plain(s.PlaceNotes, mostNotes)
		return
	}
	if len(m.Regions) > 0 {
		small := slices.Clone(m.Regions)
		slices.Reverse(small)
		m.FormattedAddress, m.Approximate = strings.Join(small, ", "), "yes"
	}
}

// typesOf gives the codes of what has one. A paused meeting has its place closed
// and no way to join from elsewhere: apps show it as not taking place.
func typesOf(s Source) (codes []string) {
	for _, l := range s.Languages {
		if c, ok := languageCodes[baseLanguage(l)]; ok {
			codes = append(codes, c)
		}
	}
	for _, f := range s.For {
		if c, ok := communityCodes[f]; ok {
			codes = append(codes, c)
		}
	}
	inRoom := s.Attendance == InPerson || s.Attendance == Hybrid
	for _, one := range []struct {
		is   bool
		code string
	}{{s.Open, codeOpen}, {!s.Open, codeClosed}, {inRoom && s.StepFree, codeStepFree}, {inRoom && s.Toilet, codeToilet}, {s.Children, codeChildren}, {s.Attendance == Paused, codeTempClosed}} {
		if one.is {
			codes = append(codes, one.code)
		}
	}
	return sortedCodes(codes)
}
