package guide

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/internal/kit/calendar"
)

// fields are a row's, read by what they are meant to be: people write numbers as
// words, words as numbers, and one thing where a list is asked.
type fields map[string]json.RawMessage

// raw gives a string, or a number as it is written; anything else is "".
func (f fields) raw(name string) string { return scalar(f[name]) }

func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

func (f fields) line(name string, most int) string { return oneLine(f.raw(name), most) }

func (f fields) text(name string, most int) string { return plain(f.raw(name), most) }

// list gives the parts of a list, or the one thing that stands in its place.
func (f fields) list(name string) []string {
	var parts []json.RawMessage
	if json.Unmarshal(f[name], &parts) != nil {
		parts = []json.RawMessage{f[name]}
	}
	var list []string
	for _, p := range parts {
		if s := scalar(p); s != "" && len(list) < mostList {
			list = append(list, s)
		}
	}
	return list
}

func (f fields) lines(name string, most int) (list []string) {
	for _, s := range f.list(name) {
		if s = oneLine(s, most); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// number gives a number from -most to most, nil when there is none; false when
// something else stands there.
func (f fields) number(name string, most float64) (*float64, bool) {
	s := strings.TrimSpace(f.raw(name))
	if s == "" {
		return nil, true
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= -most && n <= most) {
		return nil, false
	}
	return &n, true
}

// clock reads "18:30".
func clock(s string) (minutes int, ok bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == len("15:04")
}

// when reads the days and times; it gives the key of what is wrong, or "". A
// meeting without an end lasts an hour, as the specification has it.
func (r *Row) when(in fields, with Reading) (key string, args map[string]any) {
	days, begins, ends := in.list("day"), strings.TrimSpace(in.raw("time")), strings.TrimSpace(in.raw("end_time"))
	if len(days) == 0 || begins == "" {
		return "guide.row.no_time", nil
	}
	s := calendar.Series{First: with.From, Zone: with.Zone, Minutes: 60, Rule: calendar.Rule{Freq: calendar.Weekly, Interval: 1}}
	for _, d := range days {
		if len(d) != 1 || d < "0" || d > "6" {
			return "guide.row.day", nil
		}
		s.Rule.ByDay = append(s.Rule.ByDay, calendar.Nth{Day: time.Weekday(d[0] - '0')})
	}
	slices.SortFunc(s.Rule.ByDay, func(a, b calendar.Nth) int { return int(a.Day) - int(b.Day) })
	s.Rule.ByDay = slices.Compact(s.Rule.ByDay)
	var ok bool
	if s.Starts, ok = clock(begins); !ok {
		return "guide.row.time", nil
	}
	if ends != "" {
		end, ok := clock(ends)
		if !ok {
			return "guide.row.time", nil
		}
		s.Minutes = (end - s.Starts + 24*60) % (24 * 60) // past midnight is the next day
	}
	if name := in.line("timezone", 60); name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			return "guide.row.zone", map[string]any{"zone": name}
		}
		s.Zone = zone
	}
	if s.Zone == nil {
		return "guide.row.no_zone", nil
	}
	if r.Series, ok = s.Snap(); !ok || r.Series.Validate() != nil {
		return "guide.row.no_time", nil
	}
	return "", nil
}

// hash is of what the row says, but not of its number and not of the day that
// its series was made to begin on.
func (r Row) hash() string {
	s := r.Series
	r.Number, r.Series, r.Hash = 0, calendar.Series{}, ""
	text, _ := json.Marshal([]any{r, s.Starts, s.Minutes, s.Zone.String(), s.Rule.String()}) // numbers, words and lists of them
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
