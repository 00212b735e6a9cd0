package directory

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

var noon = moment.At(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))

func good() Line {
	return Line{ID: "a", Country: "ES", Name: "Night line", Number: "555 0100", Kind: Call, Audience: "all", Source: "their own site", CheckedOn: "2026-11-20"}
}

func TestValidate(t *testing.T) {
	cases := []struct {
		name   string
		change func(*Line)
		field  string
	}{
		{"good", func(*Line) {}, ""},
		{"everywhere", func(l *Line) { l.Country = "" }, ""},
		{"no name", func(l *Line) { l.Name = "  " }, "name"},
		{"long name", func(l *Line) { l.Name = strings.Repeat("a", MaxName+1) }, "name"},
		{"name turns the line around", func(l *Line) { l.Name = "Line \u202e" }, "name"},
		{"letters in the number", func(l *Line) { l.Number = "1 800 HELP" }, "number"},
		{"two numbers", func(l *Line) { l.Number = "555 0100 / 555 0101" }, "number"},
		{"no number", func(l *Line) { l.Number = "" }, "number"},
		{"script in the number", func(l *Line) { l.Number = "javascript:1" }, "number"},
		{"no source", func(l *Line) { l.Source = "" }, "source"},
		{"no day", func(l *Line) { l.CheckedOn = "" }, "checked_on"},
		{"no such day", func(l *Line) { l.CheckedOn = "2026-02-30" }, "checked_on"},
		{"a day to come", func(l *Line) { l.CheckedOn = "2026-11-23" }, "checked_on"},
		{"already tomorrow in the east", func(l *Line) { l.CheckedOn = "2026-11-22" }, ""},
		{"a year ago", func(l *Line) { l.CheckedOn = "2025-11-21" }, "checked_on"},
		{"not quite a year ago", func(l *Line) { l.CheckedOn = "2025-11-22" }, ""},
		{"no such country", func(l *Line) { l.Country = "XX" }, "country"},
		{"no such kind", func(l *Line) { l.Kind = "fax" }, "kind"},
		{"no such audience", func(l *Line) { l.Audience = "cats" }, "audience"},
		{"chat", func(l *Line) { l.Kind, l.Href = Chat, "https://chat.example/x" }, ""},
		{"chat without https", func(l *Line) { l.Kind, l.Href = Chat, "http://chat.example/x" }, "href"},
		{"chat with script", func(l *Line) { l.Kind, l.Href = Chat, "javascript:alert(1)" }, "href"},
		{"chat with a password in it", func(l *Line) { l.Kind, l.Href = Chat, "https://a:b@chat.example" }, "href"},
		{"position", func(l *Line) { l.Position = 1000 }, "position"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := good()
			c.change(&l)
			err := l.Tidy().Validate(noon)
			got := ""
			if err != nil {
				got = fault.As(err).Fields[0].Name
			}
			if got != c.field {
				t.Errorf("wrong at %q, want %q (%v)", got, c.field, err)
			}
		})
	}
}

func TestTidyMakesTheLink(t *testing.T) {
	for number, href := range map[string]string{
		"555 0100": "tel:5550100", "+34 (91) 555.01": "tel:+349155501", "٥٥٥ ٠١٠٠": "tel:5550100", "*55#": "tel:*55#",
	} {
		l := good()
		l.Number, l.Href = number, "javascript:alert(1)"
		if got := l.Tidy().Href; got != href {
			t.Errorf("%s: %s, want %s", number, got, href)
		}
	}
	l := good()
	l.Kind = Text
	if got := l.Tidy().Href; got != "sms:5550100" {
		t.Error(got)
	}
}

func line(id, country string, kind Kind, pair string, change ...func(*Line)) Line {
	l := good()
	l.ID, l.Country, l.Kind, l.Pair = moment.ID(id), country, kind, moment.ID(pair)
	for _, f := range change {
		f(&l)
	}
	return l
}

func ids(lines []Line) string {
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		out = append(out, string(l.ID))
	}
	return strings.Join(out, " ")
}

func TestShown(t *testing.T) {
	retired := func(l *Line) { l.RetiredAt = 1 }
	demo := func(l *Line) { l.Demo = true }
	late := func(l *Line) { l.Position = 9 }
	cases := []struct {
		name string
		all  []Line
		demo bool
		want string
	}{
		{"none", nil, false, ""},
		{"emergency first", []Line{line("a", "ES", Call, ""), line("b", "ES", Emergency, "", late)}, false, "b a"},
		{"by position", []Line{line("a", "ES", Call, "", late), line("b", "ES", Text, "")}, false, "b a"},
		{"another country", []Line{line("a", "FR", Call, ""), line("b", "", Call, "")}, false, "b"},
		{"retired", []Line{line("a", "ES", Call, "", retired)}, false, ""},
		{"a pair", []Line{line("a", "ES", Call, "p"), line("b", "ES", Text, "p")}, false, "a b"},
		{"half a pair, retired", []Line{line("a", "ES", Call, "p"), line("b", "ES", Call, "p", retired), line("c", "ES", Call, "")}, false, "c"},
		{"half a pair, elsewhere", []Line{line("a", "ES", Call, "p"), line("b", "FR", Call, "p")}, false, ""},
		{"half a pair, made up", []Line{line("a", "ES", Call, "p"), line("b", "ES", Call, "p", demo)}, false, ""},
		{"made up, in the demo", []Line{line("a", "ES", Call, "", demo)}, true, "a"},
		{"made up, in earnest", []Line{line("a", "ES", Call, "", demo)}, false, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := ids(c.all)
			if got := ids(Shown(c.all, "ES", c.demo)); got != c.want {
				t.Errorf("shown %q, want %q", got, c.want)
			}
			if ids(c.all) != before {
				t.Error("the list given was changed")
			}
		})
	}
}

func TestForBar(t *testing.T) {
	youth := func(l *Line) { l.Audience = "youth" }
	cases := []struct {
		name  string
		lines []Line
		want  string
	}{
		{"one of each", []Line{line("e", "ES", Emergency, ""), line("a", "ES", Call, ""), line("b", "ES", Call, ""), line("t", "ES", Text, ""), line("c", "ES", Chat, "")}, "e a t"},
		{"alone before a pair", []Line{line("a", "ES", Call, "p"), line("b", "ES", Call, "p"), line("c", "ES", Call, "")}, "c"},
		{"a pair whole", []Line{line("a", "ES", Call, "p"), line("b", "ES", Call, "p")}, "a b"},
		{"a pair to call and to text", []Line{line("a", "ES", Call, "p"), line("b", "ES", Text, "p"), line("t", "ES", Text, "")}, "a b"},
		{"a pair that does not fit", []Line{line("a", "ES", Call, "p"), line("b", "ES", Chat, "p")}, ""},
		{"for everyone before youth", []Line{line("y", "ES", Call, "", youth), line("a", "ES", Call, "")}, "a"},
		{"youth alone", []Line{line("y", "ES", Call, "", youth)}, "y"},
	}
	for _, c := range cases {
		if got := ids(forBar(c.lines)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFreshness(t *testing.T) {
	old := func(l *Line) { l.CheckedOn = "2025-11-21" }
	e, c := line("e", "ES", Emergency, ""), line("c", "ES", Call, "")
	cases := []struct {
		name  string
		lines []Line
		want  bool
	}{
		{"nothing", nil, false}, {"no emergency", []Line{c}, false}, {"nobody to call", []Line{e, line("t", "ES", Text, "")}, false},
		{"both", []Line{e, c}, true}, {"chat will do", []Line{e, line("x", "ES", Chat, "")}, true},
		{"one not checked for a year", []Line{e, c, line("o", "ES", Text, "", old)}, false},
	}
	for _, x := range cases {
		if got := freshness(x.lines, noon).OK(); got != x.want {
			t.Errorf("%s: %v", x.name, got)
		}
	}
}

func TestReadLanguages(t *testing.T) {
	cases := []struct{ lang, text, want, unknown string }{
		{"en", "en, es", "en es", ""}, {"en", "English, Arabic", "en ar", ""}, {"es", "español; Árabe", "es ar", ""},
		{"ar", "العربية، الإنجليزية", "ar en", ""}, {"en", "Somali,somali", "so", ""}, {"en", "Klingish", "", "Klingish"}, {"en", " , ", "", ""},
	}
	for _, c := range cases {
		got, unknown := readLanguages(c.lang, c.text)
		if strings.Join(got, " ") != c.want || unknown != c.unknown {
			t.Errorf("%q: %v and %q", c.text, got, unknown)
		}
	}
}

func TestCountries(t *testing.T) {
	for code, want := range map[string]bool{"ES": true, "GB": true, "SO": true, "XX": false, "EU": false, "ZZ": false, "es": false, "SU": false, "": false, "001": false} {
		if IsCountry(code) != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
	if n := len(Countries("ar")); n < 240 || n > 260 {
		t.Errorf("%d countries", n)
	}
}
