package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"cairn/internal/kit/moment"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Clock is the time of day in the reader's zone: "21:14".
func Clock(ctx context.Context, t moment.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Std().In(Zone(ctx)).Format("15:04")
}

// Date is the day in the reader's zone: "21 November 2026".
func Date(ctx context.Context, t moment.Time) string {
	if t.IsZero() {
		return ""
	}
	at := t.Std().In(Zone(ctx))
	return T(ctx, "web.date.full", "day", strconv.Itoa(at.Day()), "month", monthName(ctx, at.Month()), "year", strconv.Itoa(at.Year()))
}

// Day is the day with its weekday and without the year: "Saturday 21 November".
func Day(ctx context.Context, t moment.Time) string {
	if t.IsZero() {
		return ""
	}
	at := t.Std().In(Zone(ctx))
	return T(ctx, "web.date.day", "weekday", T(ctx, "web.weekday."+strconv.Itoa(int(at.Weekday()))),
		"day", strconv.Itoa(at.Day()), "month", monthName(ctx, at.Month()))
}

// DateClock is day and time: "21 November 2026, 21:14".
func DateClock(ctx context.Context, t moment.Time) string {
	if t.IsZero() {
		return ""
	}
	return T(ctx, "web.date.clock", "date", Date(ctx, t), "clock", Clock(ctx, t))
}

// MonthName names a month of a year: "November 2026".
func MonthName(ctx context.Context, year int, month time.Month) string {
	return T(ctx, "web.date.month", "month", monthName(ctx, month), "year", strconv.Itoa(year))
}

func monthName(ctx context.Context, m time.Month) string {
	return T(ctx, "web.month."+strconv.Itoa(int(m)))
}

// ZoneName says whose time it is: "Nairobi time", from the zone's own name.
func ZoneName(ctx context.Context) string {
	name := Zone(ctx).String()
	if name == "UTC" || name == "Local" {
		return "UTC"
	}
	city := name[strings.LastIndexByte(name, '/')+1:]
	return T(ctx, "web.date.zone", "city", strings.ReplaceAll(city, "_", " "))
}

// Span is a length of time in words, rounded down: "3 minutes", "2 hours",
// "less than a minute".
func Span(ctx context.Context, d time.Duration) string {
	switch {
	case d < time.Minute:
		return T(ctx, "web.span.moment")
	case d < time.Hour:
		return T(ctx, "web.span.minutes", "n", int(d/time.Minute))
	case d < 48*time.Hour:
		return T(ctx, "web.span.hours", "n", int(d/time.Hour))
	}
	return T(ctx, "web.span.days", "n", int(d/(24*time.Hour)))
}

// Number writes a whole number as the reader's language groups it.
func Number(ctx context.Context, n int64) string { return tongueOf(ctx).number(n) }

// number groups by thousands. Spanish uses a point, and only from five digits on
// (as the Real Academia and CLDR's minimumGroupingDigits=2 have it). Arabic
// keeps Western digits.
func (t *tongue) number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	sep, least := ",", 4
	if t.code == "es" {
		sep, least = ".", 5
	}
	if len(s) < least {
		return sign + s
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(s) {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// LanguageName names a language in the reader's own, by its BCP 47 tag; what is no
// tag is given back.
func LanguageName(ctx context.Context, tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	if name := display.Tags(language.Make(Lang(ctx))).Name(t); name != "" {
		return name
	}
	return tag
}
