package directory

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Kind is how a line is reached.
type Kind string

// The kinds. Emergency is the country's emergency number.
const (
	Emergency Kind = "emergency"
	Call      Kind = "call"
	Text      Kind = "text"
	Chat      Kind = "chat"
)

// Kinds lists the kinds in the order lines are shown.
func Kinds() []Kind { return []Kind{Emergency, Call, Text, Chat} }

// Audiences are whom a line is for. "youth" is shown apart, to people under age.
func Audiences() []string { return []string{"all", "adults", "youth", "women", "veterans", "lgbtq"} }

// Limits of what is typed, in characters.
const (
	MaxName   = 80
	MaxNumber = 40
	MaxHours  = 80
	MaxSource = 300
	maxHref   = 300
)

// CheckLasts is how many days a check counts: under a year (safety.md).
const CheckLasts = 365

// SettingCountry is the setting that names the service's country, ISO 3166 alpha-2.
const SettingCountry = "service.country"

// Line is one way to reach a person in a crisis.
type Line struct {
	ID        moment.ID
	Country   string // ISO 3166 alpha-2; "" is everywhere
	Name      string
	Number    string // as people read it; empty for a chat
	Kind      Kind
	Href      string   // tel:, sms: or https:
	Languages []string // BCP 47, the first one first
	Hours     string   // in words: "day and night"
	Audience  string
	Pair      moment.ID // lines of one pair are shown together or not at all
	Source    string    // where the number was found
	CheckedOn string    // the day somebody last checked it: 2026-11-21
	Position  int
	RetiredAt moment.Time
	Demo      bool
}

// dayForm is how days are written and compared.
const dayForm = "2006-01-02"

// Day is the day of an instant, in UTC, as CheckedOn has it.
func Day(t moment.Time) string { return t.Std().Format(dayForm) }

// Tidy trims what was typed and fills the address from the number.
func (l Line) Tidy() Line {
	for _, s := range []*string{&l.Name, &l.Number, &l.Hours, &l.Source, &l.CheckedOn, &l.Href} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	if l.Audience == "" {
		l.Audience = "all"
	}
	switch l.Kind {
	case Emergency, Call:
		l.Href = "tel:" + dialled(l.Number)
	case Text:
		l.Href = "sms:" + dialled(l.Number)
	case Chat:
		l.Number = ""
	}
	return l
}

// dialled keeps what a telephone dials: digits, star, hash and a leading plus.
// Digits of other scripts become the ones telephones know.
func dialled(number string) string {
	var b strings.Builder
	for _, r := range number {
		switch {
		case r >= '0' && r <= '9' || r == '*' || r == '#' || r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case r >= '٠' && r <= '٩':
			b.WriteRune('0' + r - '٠')
		case r >= '۰' && r <= '۹':
			b.WriteRune('0' + r - '۰')
		}
	}
	return b.String()
}

// Validate checks a tidied line against today. The source and the day of the
// check are required: a number nobody checked is not shown to anybody.
func (l Line) Validate(now moment.Time) error {
	var p fault.Problems
	l.checkWords(&p)
	l.checkReach(&p)
	l.checkDay(&p, now)
	return p.Err()
}

func (l Line) checkWords(p *fault.Problems) {
	if l.Name == "" {
		p.Add("name", "directory.error.name")
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{{"name", l.Name, MaxName}, {"hours", l.Hours, MaxHours}, {"source", l.Source, MaxSource}} {
		if utf8.RuneCountInString(f.value) > f.most {
			p.AddWith(f.name, "directory.error.long", map[string]any{"most": f.most})
		} else if !plain(f.value) {
			p.Add(f.name, "directory.error.characters")
		}
	}
	if l.Source == "" {
		p.Add("source", "directory.error.source")
	}
	if l.Country != "" && !isCountry(l.Country) {
		p.Add("country", "directory.error.country")
	}
	if !oneOf(Audiences(), l.Audience) {
		p.Add("audience", "directory.error.audience")
	}
	if l.Position < 0 || l.Position > 999 {
		p.Add("position", "directory.error.position")
	}
}

// plain refuses controls and invisible characters that could turn a line around.
func plain(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != 0x200C && r != 0x200D {
			return false
		}
	}
	return true
}

func oneOf[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

func (l Line) checkReach(p *fault.Problems) {
	switch {
	case !oneOf(Kinds(), l.Kind):
		p.Add("kind", "directory.error.kind")
	case l.Kind == Chat:
		if u, err := url.Parse(l.Href); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(l.Href) > maxHref {
			p.Add("href", "directory.error.href")
		}
	case utf8.RuneCountInString(l.Number) > MaxNumber || !oneNumber(l.Number):
		p.Add("number", "directory.error.number")
	}
}

// oneNumber wants what a telephone can dial and nothing beside it: letters or a
// second number would make the link ring somewhere else.
func oneNumber(s string) bool {
	for _, r := range s {
		if !unicode.IsDigit(r) && !strings.ContainsRune(" +-().*#", r) {
			return false
		}
	}
	return len(dialled(s)) >= 2
}

func (l Line) checkDay(p *fault.Problems, now moment.Time) {
	day, err := time.Parse(dayForm, l.CheckedOn)
	switch {
	case err != nil:
		p.Add("checked_on", "directory.error.day")
	case day.After(now.Std().Add(24 * time.Hour)): // it may be tomorrow already where they are
		p.Add("checked_on", "directory.error.future")
	case stale(l, now):
		p.Add("checked_on", "directory.error.old")
	}
}

// stale tells that a line was not checked for a year.
func stale(l Line, now moment.Time) bool {
	day, err := time.Parse(dayForm, l.CheckedOn)
	return err != nil || now.Std().Sub(day) >= CheckLasts*24*time.Hour
}
