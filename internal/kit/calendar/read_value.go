package calendar

import (
	"net/url"
	"strings"
	"time"
	"unicode"
)

// unescape reads a value of text (3.3.11).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if i++; s[i] == 'n' || s[i] == 'N' {
			b.WriteByte('\n')
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// clean takes out what no text needs: control characters but line breaks, and
// characters that turn the direction of what follows.
func clean(s string, most int) string {
	n := 0
	s = strings.Map(func(r rune) rune {
		if n >= most || r != '\n' && unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\ufeff' {
			return -1
		}
		n++
		return r
	}, s)
	return strings.TrimSpace(s)
}

// cleanLine is clean on one line.
func cleanLine(s string, most int) string {
	return clean(strings.Join(strings.Fields(s), " "), most)
}

// webAddress gives an address of the web, or "".
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > mostAddress || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return s
}

// clockTime is a date with a time as a line says it.
type clockTime struct {
	day     Date
	minutes int // after midnight
	zone    *time.Location
	allDay  bool
}

func (c clockTime) at() time.Time { return c.day.At(c.minutes, c.zone) }

// when reads the value of DTSTART and its like.
func (in *reader) when(p property, value string) (c clockTime, why problem) {
	bad := problem{key: "calendar.item.time"}
	if p.params["VALUE"] == "DATE" || len(value) == len(compactDate) {
		day, ok := parseCompact(value)
		if !ok || !day.real() {
			return c, bad
		}
		return clockTime{day: day, zone: in.zone, allDay: true}, problem{}
	}
	text, utc := strings.CutSuffix(value, "Z")
	if len(text) == len(localStamp) && strings.HasSuffix(text, "60") { // a leap second
		text = text[:len(text)-2] + "59"
	}
	t, err := time.Parse(localStamp, text)
	if err != nil || len(text) != len(localStamp) || !DateOf(t).real() {
		return c, bad
	}
	c = clockTime{day: DateOf(t), minutes: t.Hour()*60 + t.Minute(), zone: in.zone}
	if utc {
		c.zone = time.UTC
		return c, problem{}
	}
	if name, ok := p.params["TZID"]; ok {
		if c.zone = in.zoneOf(name); c.zone == nil {
			return c, problem{"calendar.item.zone", map[string]any{"zone": cleanLine(name, 60)}}
		}
	}
	return c, problem{}
}

// zoneOf gives the zone behind a name of the file: one of the IANA data base,
// also at the end of a longer name, or what programs on Windows write. What else
// a file says of a zone is not believed.
func (in *reader) zoneOf(name string) *time.Location {
	zone, ok := in.zones[name]
	if !ok {
		if len(in.zones) >= 100 {
			return nil
		}
		zone = findZone(name)
		in.zones[name] = zone
	}
	return zone
}

func findZone(name string) *time.Location {
	name = strings.TrimSpace(name)
	if len(name) > 200 {
		return nil
	}
	if known, ok := windowsZones[name]; ok {
		name = known
	}
	parts := strings.Split(name, "/")
	for n := min(len(parts), 3); n > 0; n-- {
		tail := strings.Join(parts[len(parts)-n:], "/")
		if tail == "" || tail == "Local" || len(parts) > n && n == 1 && tail != "UTC" {
			continue
		}
		if zone, err := time.LoadLocation(tail); err == nil {
			return zone
		}
	}
	return nil
}

// duration reads "PT1H30M", "P1D", "P2W"; at most a thousand of each.
func duration(s string) (time.Duration, bool) {
	s, ok := strings.CutPrefix(strings.TrimPrefix(s, "+"), "P")
	if !ok || s == "" {
		return 0, false
	}
	days, clock, timed := strings.Cut(s, "T")
	if timed && clock == "" {
		return 0, false
	}
	a, ok := units(days, map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour})
	b, also := units(clock, map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second})
	return a + b, ok && also
}

func units(s string, of map[byte]time.Duration) (sum time.Duration, ok bool) {
	n, digits := 0, 0
	for i := range len(s) {
		if c := s[i]; c >= '0' && c <= '9' {
			if n, digits = n*10+int(c-'0'), digits+1; digits > 5 {
				return 0, false
			}
			continue
		}
		unit, known := of[s[i]]
		if !known || digits == 0 {
			return 0, false
		}
		sum += time.Duration(n) * unit
		n, digits = 0, 0
	}
	return sum, digits == 0
}
