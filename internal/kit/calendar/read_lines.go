package calendar

import (
	"strings"
)

// property is one content line of an event.
type property struct {
	params map[string]string // names in capitals
	value  string
}

// rawEvent is an event as its lines say.
type rawEvent struct {
	line   int
	props  map[string][]property
	broken bool // a line of it cannot be read
	double bool // a later version of it is in the file too
}

func (e *rawEvent) has(name string) bool { return len(e.props[name]) > 0 }

func (e *rawEvent) first(name string) string {
	if !e.has(name) {
		return ""
	}
	return e.props[name][0].value
}

func (e *rawEvent) uid() string { return cleanLine(unescape(e.first("UID")), mostUID) }

func (e *rawEvent) sequence() int {
	n := 0
	for _, c := range e.first("SEQUENCE") {
		if c < '0' || c > '9' || n > 1e8 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// wanted are the properties of an event that are looked at.
var wanted = map[string]bool{
	"UID": true, "SUMMARY": true, "DESCRIPTION": true, "LOCATION": true, "URL": true, "STATUS": true, "SEQUENCE": true, "DTSTART": true, "DTEND": true,
	"DURATION": true, "RRULE": true, "RDATE": true, "EXDATE": true, "EXRULE": true, "RECURRENCE-ID": true,
}

// scan goes through the lines once and keeps what events say. What goes deeper
// than any calendar does, does not close, or is no calendar, is refused.
func (in *reader) scan(text string) error {
	var open []string
	var event *rawEvent
	begun := false
	for number, line := range unfolded(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, p, ok := parseLine(line)
		kind := strings.ToUpper(strings.TrimSpace(p.value))
		switch {
		case len(open) == 0 && (!ok || name != "BEGIN" || kind != "VCALENDAR"):
			return fileFault("calendar.file.not", nil)
		case ok && name == "BEGIN":
			if open = append(open, kind); len(open) > mostDepth {
				return fileFault("calendar.file.deep", map[string]any{"line": number})
			}
			begun = true
			if len(open) == 2 {
				if event = in.begin(kind, number); len(in.events) > MostItems {
					return fileFault("calendar.file.many", map[string]any{"most": MostItems})
				}
			}
		case ok && name == "END":
			if open[len(open)-1] != kind {
				return fileFault("calendar.file.broken", map[string]any{"line": number})
			}
			if open = open[:len(open)-1]; len(open) < 2 {
				event = nil
			}
		case len(open) == 1 && ok && (name == "NAME" || name == "X-WR-CALNAME") && in.out.Name == "":
			in.out.Name = cleanLine(unescape(p.value), mostSummary)
		case len(open) == 2 && event != nil:
			event.take(name, p, ok)
		}
	}
	if !begun {
		return fileFault("calendar.file.not", nil)
	}
	if len(open) > 0 {
		return fileFault("calendar.file.cut", nil)
	}
	return nil
}

// begin opens a component of the calendar; only events are kept.
func (in *reader) begin(kind string, line int) *rawEvent {
	switch kind {
	case "VEVENT":
		e := &rawEvent{line: line, props: map[string][]property{}}
		in.events = append(in.events, e)
		return e
	case "VTODO", "VJOURNAL", "VFREEBUSY":
		in.out.Others++
	}
	return nil
}

func (e *rawEvent) take(name string, p property, ok bool) {
	if !ok {
		e.broken = true
		return
	}
	if wanted[name] {
		e.props[name] = append(e.props[name], p)
	}
}

// unfolded gives each line with its continuations joined (3.1), and the number
// of the line it begins at. Of a line longer than mostLine comes the beginning,
// with a character that makes it unreadable.
func unfolded(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		var line strings.Builder
		first, number := 0, 0
		for part := range strings.Lines(text) {
			number++
			part = strings.TrimRight(part, "\r\n")
			if number > 1 && part != "" && (part[0] == ' ' || part[0] == '\t') {
				if line.Len() <= mostLine {
					line.WriteString(part[1:])
				}
				continue
			}
			if first > 0 && !yield(first, line.String()) {
				return
			}
			line.Reset()
			line.WriteString(part)
			first = number
		}
		if first > 0 {
			yield(first, line.String())
		}
	}
}

// parseLine reads NAME;PARAM=value;PARAM="quoted":value.
func parseLine(line string) (name string, p property, ok bool) {
	if len(line) > mostLine {
		return "", p, false
	}
	end := strings.IndexAny(line, ":;")
	if end <= 0 {
		return "", p, false
	}
	name = strings.ToUpper(line[:end])
	if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return "", p, false
	}
	for rest := line[end:]; ; {
		if rest[0] == ':' {
			p.value = rest[1:]
			return name, p, true
		}
		param, value, found := strings.Cut(rest[1:], "=")
		if !found || len(param) > 40 || len(p.params) >= 20 {
			return "", p, false
		}
		if value, rest, found = paramValue(value); !found {
			return "", p, false
		}
		if p.params == nil {
			p.params = map[string]string{}
		}
		p.params[strings.ToUpper(param)] = value
	}
}

// paramValue takes the value of a parameter off the front; what is left begins
// with a colon or semicolon.
func paramValue(s string) (value, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s[1:], '"')
		if end < 0 {
			return "", "", false
		}
		value, rest = s[1:end+1], s[end+2:]
		if strings.HasPrefix(rest, ",") { // a list; the first is enough for what is read here
			rest = rest[max(strings.IndexAny(rest, ":;"), 0):]
		}
	} else {
		end := strings.IndexAny(s, ":;")
		if end < 0 {
			return "", "", false
		}
		value, rest = s[:end], s[end:]
	}
	return value, rest, rest != "" && (rest[0] == ':' || rest[0] == ';')
}
