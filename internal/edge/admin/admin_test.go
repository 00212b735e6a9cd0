package admin

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"cairn/internal/core/shifts"
	"cairn/internal/kit/fault"
)

func TestAboutValidate(t *testing.T) {
	good := About{Name: "Harbour", Country: "ES", Zone: "Europe/Madrid", Languages: []string{"es", "en"}}
	cases := []struct {
		name   string
		change func(*About)
		field  string
	}{
		{"good", func(*About) {}, ""},
		{"no name", func(a *About) { a.Name = "  " }, "service"},
		{"one letter", func(a *About) { a.Name = "H" }, "service"},
		{"long", func(a *About) { a.Name = strings.Repeat("ه", maxName+1) }, "service"},
		{"turns the line", func(a *About) { a.Name = "Har\u202ebour" }, "service"},
		{"no country", func(a *About) { a.Country = "" }, "country"},
		{"no such country", func(a *About) { a.Country = "XX" }, "country"},
		{"no zone", func(a *About) { a.Zone = "" }, "zone"},
		{"the machine's zone", func(a *About) { a.Zone = "Local" }, "zone"},
		{"a path as zone", func(a *About) { a.Zone = "../../etc/passwd" }, "zone"},
		{"no language", func(a *About) { a.Languages = nil }, "languages"},
		{"a language not spoken", func(a *About) { a.Languages = []string{"en", "fr"} }, "languages"},
	}
	for _, c := range cases {
		a := good
		c.change(&a)
		err, got := a.Tidy().Validate(), ""
		if err != nil {
			got = fault.As(err).Fields[0].Name
		}
		if got != c.field {
			t.Errorf("%s: wrong at %q, want %q", c.name, got, c.field)
		}
	}
	for _, z := range someZones() {
		if !isZone(z) {
			t.Errorf("suggested zone %s is none", z)
		}
	}
}

func TestHours(t *testing.T) {
	cases := []struct {
		name, form string // field=value pairs
		want       string
		field      string
	}{
		{"closed", "", "", ""},
		{"an evening", "open-1-0=18:00 close-1-0=22:30", "1:1080-1350", ""},
		{"past midnight", "open-5-0=22:00 close-5-0=02:00", "5:1320-1560", ""},
		{"all day", "open-2-0=00:00 close-2-0=00:00", "2:0-1440", ""},
		{"two openings", "open-1-0=18:00 close-1-0=20:00 open-1-1=09:00 close-1-1=12:00", "1:540-720 1:1080-1200", ""},
		{"they touch", "open-1-0=18:00 close-1-0=20:00 open-1-1=20:00 close-1-1=21:00", "1:1080-1200 1:1200-1260", ""},
		{"no end", "open-1-0=18:00", "", "close-1-0"},
		{"no beginning", "close-3-1=18:00", "", "open-3-1"},
		{"no time", "open-1-0=teatime close-1-0=20:00", "", "open-1-0"},
		{"overlap", "open-1-0=18:00 close-1-0=20:00 open-1-1=19:00 close-1-1=21:00", "", "open-1-1"},
		{"into the next day", "open-1-0=22:00 close-1-0=03:00 open-2-0=02:00 close-2-0=04:00", "", "open-2-0"},
		{"over the end of the week", "open-6-0=22:00 close-6-0=03:00 open-0-0=02:00 close-0-0=04:00", "", "open-0-0"},
	}
	for _, c := range cases {
		v := url.Values{}
		for _, pair := range strings.Fields(c.form) {
			name, value, _ := strings.Cut(pair, "=")
			v.Set(name, value)
		}
		hours, err := hoursOf(openingsFrom(v))
		if c.field != "" {
			if err == nil || fault.As(err).Fields[0].Name != c.field {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		var got []string
		for _, h := range hours {
			if err := h.Validate(); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			got = append(got, fmt.Sprintf("%d:%d-%d", h.Weekday, h.Opens, h.Closes))
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	laid := openingsOf([]shifts.Hours{{Weekday: 5, Opens: 1320, Closes: 1560}})
	if len(laid) != 7*openingsADay || laid[4*openingsADay].Opens != "22:00" || laid[4*openingsADay].Closes != "02:00" {
		t.Errorf("%+v", laid)
	}
}

func TestInAllLanguages(t *testing.T) {
	both := []string{"en", "es"}
	for _, c := range []struct {
		own  map[string]string
		want string
	}{{nil, ""}, {map[string]string{"en": "a", "es": "b"}, ""}, {map[string]string{"en": "a"}, "own-es"}, {map[string]string{"es": "a", "en": " \n"}, "own-en"}} {
		err, got := inAllLanguages(both, c.own), ""
		if err != nil {
			got = fault.As(err).Fields[0].Name
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.own, got, c.want)
		}
	}
}
