package calendar

import (
	"bufio"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cairn/internal/kit/moment"
)

// lines writes content lines (RFC 5545, 3.1) and keeps the first error.
type lines struct{ out *bufio.Writer }

// mostOctets is how long a line may be, its end apart.
const mostOctets = 75

// put writes one line. The value is what stands after the colon, already
// escaped; no character in it can end the line.
func (l *lines) put(name, value string) {
	room := mostOctets
	for _, r := range name + ":" + value {
		if r < ' ' && r != '\t' || r == 0x7f {
			continue
		}
		if n := utf8.RuneLen(r); n > room {
			l.write("\r\n ")
			room = mostOctets - 1 - n
		} else {
			room -= n
		}
		l.write(string(r))
	}
	l.write("\r\n")
}

// write keeps no error: bufio does, and Flush gives it.
func (l *lines) write(s string) { _, _ = l.out.WriteString(s) }

func (l *lines) text(name, value string) {
	if value != "" {
		l.put(name, escape(value))
	}
}

// escape writes text as a value (3.3.11). Control characters go; what breaks a
// line anywhere becomes the escaped line break.
func escape(s string) string {
	var b strings.Builder
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	for _, r := range s {
		switch r {
		case '\\', ';', ',':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n', '\r', '\u0085', '\u2028', '\u2029':
			b.WriteString(`\n`)
		case '\t':
			b.WriteByte(' ')
		default:
			if !unicode.IsControl(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// address writes an address; what is none is left out.
func (l *lines) address(name, value string) {
	u, err := url.Parse(value)
	if value == "" || err != nil || u.Scheme == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || unicode.IsControl(r) || r > unicode.MaxASCII }) {
		return
	}
	l.put(name, value)
}

const (
	localStamp = "20060102T150405"
	utcStamp   = "20060102T150405Z"
)

// stamp writes an instant to the second in UTC.
func stamp(t moment.Time) string { return t.Std().Format(utcStamp) }

// when writes an instant on the clock of a zone. The second of two same times,
// when the clocks go back, can only be said in UTC.
func (l *lines) when(name string, t moment.Time, zone *time.Location) {
	if isUTC(zone) {
		l.put(name, stamp(t))
		return
	}
	local := t.Std().In(zone)
	minute := local.Add(-time.Duration(local.Second())*time.Second - time.Duration(local.Nanosecond()))
	if !DateOf(local).At(local.Hour()*60+local.Minute(), zone).Equal(minute) {
		l.put(name, stamp(t))
		return
	}
	l.put(name+";TZID="+zone.String(), local.Format(localStamp))
}

// wall writes what a clock shows on a day: also a time that it never shows,
// which RFC 5545, 3.3.5, gives a meaning.
func (l *lines) wall(name string, day Date, minutes int, zone *time.Location) {
	text := day.utc().Add(time.Duration(minutes) * time.Minute).Format(localStamp)
	if isUTC(zone) {
		l.put(name, text+"Z")
		return
	}
	l.put(name+";TZID="+zone.String(), text)
}

// isUTC tells whether times of a zone are written in UTC: its own, and those of
// zones without a name that others know.
func isUTC(zone *time.Location) bool {
	if zone == nil {
		return true
	}
	switch name := zone.String(); name {
	case "", "UTC", "Local", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Zulu", "UCT", "Universal", "Etc/Universal":
		return true
	default:
		return strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") != ""
	}
}

func newLines(w io.Writer) *lines { return &lines{bufio.NewWriter(w)} }
