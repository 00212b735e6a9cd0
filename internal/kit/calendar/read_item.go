package calendar

import (
	"slices"
	"strings"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// item makes an item of an event that stands for itself.
func (in *reader) item(e *rawEvent) (Item, problem) {
	item := Item{
		Line: e.line, UID: e.uid(), Sequence: e.sequence(), Cancelled: e.cancelled(), Summary: cleanLine(unescape(e.first("SUMMARY")), mostSummary),
		Description: clean(unescape(e.first("DESCRIPTION")), mostText), Location: cleanLine(unescape(e.first("LOCATION")), mostPlace), URL: webAddress(e.first("URL")),
	}
	if why := e.refused(); why.is() {
		return item, why
	}
	start, minutes, why := in.span(e)
	if why.is() {
		return item, why
	}
	item.Series = Series{First: start.day, Starts: start.minutes, Minutes: minutes, Zone: start.zone}
	if item.Series.Rule, why = in.rule(e, start); why.is() {
		return item, why
	}
	if why := problemOf(item.Series.Validate()); why.is() {
		return item, why
	}
	item.Except, why = in.exceptions(e, item.Series)
	return item, why
}

// refused tells what is wrong with an event before its times are looked at.
func (e *rawEvent) refused() problem {
	switch {
	case e.double:
		return problem{key: "calendar.item.twice"}
	case e.broken:
		return problem{key: "calendar.item.line"}
	case e.has("RDATE") || e.has("EXRULE"):
		return problem{key: "calendar.item.dates"}
	case !e.has("DTSTART"):
		return problem{key: "calendar.item.start"}
	}
	for _, name := range []string{"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID"} {
		if len(e.props[name]) > 1 {
			return problem{key: "calendar.item.line"}
		}
	}
	return problem{}
}

func (e *rawEvent) cancelled() bool { return strings.EqualFold(e.first("STATUS"), "CANCELLED") }

// problemOf is the first thing that a validation says.
func problemOf(err error) problem {
	if err == nil {
		return problem{}
	}
	f := fault.As(err)
	if len(f.Fields) == 0 {
		return problem{key: f.Key}
	}
	return problem{f.Fields[0].Key, f.Fields[0].Args}
}

// span reads when an event begins and how many minutes it takes: none when it
// does not say.
func (in *reader) span(e *rawEvent) (start clockTime, minutes int, why problem) {
	p := e.props["DTSTART"][0]
	if start, why = in.when(p, p.value); why.is() {
		return start, 0, why
	}
	if start.allDay {
		return start, 0, problem{key: "calendar.item.all_day"}
	}
	var long time.Duration
	switch {
	case e.has("DTEND"):
		p := e.props["DTEND"][0]
		end, why := in.when(p, p.value)
		if why.is() {
			return start, 0, why
		}
		if end.allDay {
			return start, 0, problem{key: "calendar.item.time"}
		}
		long = end.at().Sub(start.at())
	case e.has("DURATION"):
		d, ok := duration(e.first("DURATION"))
		if !ok {
			return start, 0, problem{key: "calendar.item.time"}
		}
		long = d
	}
	switch {
	case long < 0:
		return start, 0, problem{key: "calendar.item.ends_early"}
	case long > 24*time.Hour:
		return start, 0, problem{key: "calendar.item.long"}
	}
	return start, int(long / time.Minute), problem{}
}

// rule reads how an event repeats. Its last day is said as an instant, as a time
// on its own clock, or as a day.
func (in *reader) rule(e *rawEvent, start clockTime) (Rule, problem) {
	if !e.has("RRULE") {
		return Rule{}, problem{}
	}
	rule, err := parseRule(e.first("RRULE"), func(value string) (Date, bool) {
		until, why := in.when(property{}, value)
		if why.is() {
			return Date{}, false
		}
		if until.allDay {
			return until.day, true
		}
		if !strings.HasSuffix(value, "Z") {
			until.zone = start.zone
		}
		day := DateOf(until.at().In(start.zone))
		if day.At(start.minutes, start.zone).After(until.at()) {
			day = day.Add(-1)
		}
		return day, true
	})
	return rule, problemOf(err)
}

// named gives the occurrence of a series that a line means: by the day on its
// clock and the time that it begins at, or by the day alone.
func (in *reader) named(p property, value string, s Series) (Date, bool, problem) {
	c, why := in.when(p, value)
	if why.is() {
		return Date{}, false, why
	}
	if c.allDay {
		_, ok := s.On(c.day)
		return c.day, ok, problem{}
	}
	for _, day := range []Date{c.day, DateOf(c.at().In(s.Zone))} {
		if o, ok := s.On(day); ok && o.Starts == moment.At(c.at()) {
			return day, true, problem{}
		}
	}
	return c.day, false, problem{}
}

// exceptions reads EXDATE. What is no occurrence cannot be called off; it has no
// effect (3.8.5.1).
func (in *reader) exceptions(e *rawEvent, s Series) (list []Date, why problem) {
	if e.has("EXDATE") {
		s = s.byDate()
	}
	for _, p := range e.props["EXDATE"] {
		for value := range strings.SplitSeq(p.value, ",") {
			if in.except++; in.except > mostExcept {
				return nil, problem{"calendar.item.exceptions", map[string]any{"most": mostExcept}}
			}
			day, ok, why := in.named(p, value, s)
			if why.is() {
				return nil, why
			}
			if ok {
				list = append(list, day)
			}
		}
	}
	slices.SortFunc(list, func(a, b Date) int { return a.number() - b.number() })
	return slices.Compact(list), problem{}
}

// byDate is the same series with its end as a date: whether it has a day can
// then be told without counting.
func (s Series) byDate() Series {
	if last, ok := s.Last(); ok && s.Rule.Count > 0 {
		s.Rule.Count, s.Rule.Until = 0, last.Day
	}
	return s
}

// override adds what an event changes of one occurrence of an item.
func (in *reader) override(e *rawEvent, item *Item, s Series) problem {
	if why := e.refused(); why.is() {
		return why
	}
	p := e.props["RECURRENCE-ID"][0]
	if p.params["RANGE"] != "" {
		return problem{key: "calendar.item.following"}
	}
	day, ok, why := in.named(p, p.value, s)
	if why.is() {
		return why
	}
	if !ok || !s.Rule.Repeats() {
		return problem{key: "calendar.item.orphan"}
	}
	start, minutes, why := in.span(e)
	if why.is() {
		return why
	}
	one := Override{
		Line: e.line, Day: day, Starts: moment.At(start.at()), Sequence: e.sequence(), Cancelled: e.cancelled(), Summary: cleanLine(unescape(e.first("SUMMARY")), mostSummary),
		Description: clean(unescape(e.first("DESCRIPTION")), mostText), Location: cleanLine(unescape(e.first("LOCATION")), mostPlace), URL: webAddress(e.first("URL")),
	}
	one.Ends = one.Starts.Add(time.Duration(minutes) * time.Minute)
	i := slices.IndexFunc(item.Moved, func(o Override) bool { return o.Day == day })
	switch {
	case i < 0:
		item.Moved = append(item.Moved, one)
	case one.Sequence > item.Moved[i].Sequence:
		item.Moved[i] = one
	}
	return problem{}
}
