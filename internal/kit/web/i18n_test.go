package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

func in(lang string) context.Context {
	return WithLook(context.Background(), Prefs{Lang: lang, Zone: "Africa/Nairobi"})
}

func TestPlurals(t *testing.T) {
	cases := []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0 minutes"}, {"en", 1, "1 minute"}, {"en", 2, "2 minutes"}, {"en", 1500, "1,500 minutes"},
		{"es", 1, "1 minuto"}, {"es", 5, "5 minutos"}, {"es", 1500, "1500 minutos"}, {"es", 15000, "15.000 minutos"},
		{"ar", 0, "0 دقيقة"}, {"ar", 1, "دقيقة واحدة"}, {"ar", 2, "دقيقتان"}, {"ar", 3, "3 دقائق"}, {"ar", 10, "10 دقائق"},
		{"ar", 11, "11 دقيقة"}, {"ar", 99, "99 دقيقة"}, {"ar", 100, "100 دقيقة"}, {"ar", 103, "103 دقائق"},
		{"en", 30_000_001, "30,000,001 minutes"},
	}
	for _, c := range cases {
		if got := T(in(c.lang), "web.span.minutes", "n", c.n); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
	for d, want := range map[time.Duration]string{59 * time.Second: "less than a minute", 61 * time.Minute: "1 hour", 50 * time.Hour: "2 days"} {
		if got := Span(in("en"), d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestArgumentsDoNotTurnTheSentence(t *testing.T) {
	if got := T(in("ar"), "web.crisis.emergency", "number", "555 0100"); got != "الطوارئ \u2068555 0100\u2069" {
		t.Errorf("%q", got)
	}
	if got := T(in("en"), "web.crisis.emergency", "number", "555 0100"); got != "Emergency 555 0100" {
		t.Errorf("%q", got)
	}
	if got := T(in("en"), "web.crisis.emergency", "number", "\u202eevil"); !strings.HasSuffix(got, "\u2068\u202eevil\u2069") {
		t.Errorf("%q", got)
	}
}

func TestMissingKeys(t *testing.T) {
	files := fstest.MapFS{
		"en/a.toml": {Data: []byte("\"a.x.only\" = \"Only English {{.who}}\"\n\"a.x.plain\" = \"Plain\"\n")},
		"es/a.toml": {Data: []byte("\"a.x.plain\" = \"Llano\"\n")},
	}
	c, err := newCatalog(files)
	if err != nil {
		t.Fatal(err)
	}
	es := c.tongue("es")
	if got := es.say("a.x.only", []any{"who", "Wren"}); got != "Only English Wren" {
		t.Errorf("%q", got)
	}
	if got := es.say("a.x.none", nil); got != "a.x.none" {
		t.Errorf("%q", got)
	}
	for name, text := range map[string]string{
		"other slice": "\"b.x\" = \"y\"", "not toml": "= =", "template": "\"a.x\" = \"{{ if .x }}\"", "open": "\"a.x\" = \"{{.x\"",
		"no other": "\"a.x\" = { one = \"1\" }", "bare dot": "\"a.x\" = \"{{.}}\"",
	} {
		if _, err := newCatalog(fstest.MapFS{"en/a.toml": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestLanguageIsChosen(t *testing.T) {
	c, err := loadedCatalog()
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ cookie, person, header, want string }{
		{"", "", "", "en"}, {"", "", "es-MX,es;q=0.9,en;q=0.5", "es"}, {"", "", "ar-SD", "ar"}, {"", "", "sw, fr;q=0.8", "en"},
		{"", "", "sw, ar;q=0.2", "ar"}, {"", "es", "ar", "es"}, {"ar", "es", "en", "ar"}, {"xx", "", "es", "es"}, {"", "xx", "es", "es"},
		{"", "", ";;;\x00", "en"}, {"", "", strings.Repeat("es,", 400), "en"},
	}
	for _, k := range cases {
		r := &http.Request{Header: http.Header{}}
		if k.cookie != "" {
			r.Header.Set("Cookie", "lang="+k.cookie)
		}
		if k.header != "" {
			r.Header.Set("Accept-Language", k.header)
		}
		if got := c.chosen(r, k.person).code; got != k.want {
			t.Errorf("%+v: %s", k, got)
		}
	}
}

func TestTimesAreTheReaders(t *testing.T) {
	at := moment.At(time.Date(2026, 11, 21, 18, 14, 0, 0, time.UTC))
	cases := []struct{ got, want string }{
		{Clock(in("en"), at), "21:14"}, {Date(in("en"), at), "21 November 2026"}, {Date(in("es"), at), "21 de noviembre de 2026"},
		{Day(in("en"), at), "Saturday 21 November"}, {Day(in("es"), at), "sábado 21 de noviembre"}, {DateClock(in("en"), at), "21 November 2026, 21:14"},
		{ZoneName(in("en")), "Nairobi time"}, {ZoneName(context.Background()), "UTC"}, {Clock(context.Background(), at), "18:14"},
		{Clock(in("en"), 0), ""}, {Date(in("en"), 0), ""}, {Number(in("en"), -1234567), "-1,234,567"}, {Number(in("es"), 1234), "1234"},
		{Number(in("ar"), 1234), "1,234"}, {Number(in("en"), 999), "999"},
		{Clock(WithLook(context.Background(), Prefs{Zone: "No/Where"}), at), "18:14"},
	}
	for i, c := range cases {
		if c.got != c.want {
			t.Errorf("%d: %q, want %q", i, c.got, c.want)
		}
	}
	if got := Date(in("ar"), at); strings.Trim(got, "\u2068\u2069") == "" || !strings.Contains(got, "نوفمبر") {
		t.Errorf("%q", got)
	}
	ctx := WithActor(in("es"), access.Actor{Person: "p"})
	if Lang(ctx) != "es" || Actor(ctx).Person != "p" || Dir(in("ar")) != "rtl" {
		t.Error("a change of the actor loses the language")
	}
}

// go-i18n itself and our fast path must say the same.
func TestAgreesWithGoI18n(t *testing.T) {
	c, err := loadedCatalog()
	if err != nil {
		t.Fatal(err)
	}
	ar := c.tongue("ar")
	bundle := i18n.NewBundle(ar.tag)
	err = bundle.AddMessages(ar.tag, &i18n.Message{ID: "x", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"})
	if err != nil {
		t.Fatal(err)
	}
	own := &tongue{code: "ar", tag: ar.tag, plain: map[string]string{}, rich: map[string]*message{}}
	if err := own.add(&i18n.Message{ID: "x", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}); err != nil {
		t.Fatal(err)
	}
	theirs := i18n.NewLocalizer(bundle, "ar")
	for n := range 1000 {
		want := theirs.MustLocalize(&i18n.LocalizeConfig{MessageID: "x", PluralCount: n})
		if got := own.say("x", []any{"n", n}); got != want {
			t.Fatalf("%d: %q, go-i18n says %q", n, got, want)
		}
	}
}

func BenchmarkT(b *testing.B) {
	ctx := in("ar")
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = T(ctx, "web.nav.skip")
		}
	})
	b.Run("plural", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = T(ctx, "web.span.minutes", "n", 7)
		}
	})
}

func TestLanguageNameInTheReadersOwn(t *testing.T) {
	for _, x := range []struct{ lang, tag, want string }{
		{"en", "so", "Somali"}, {"es", "so", "somalí"}, {"ar", "so", "الصومالية"}, {"en", "ur", "Urdu"}, {"en", "not a tag", "not a tag"},
	} {
		if got := LanguageName(WithLook(context.Background(), Prefs{Lang: x.lang}), x.tag); got != x.want {
			t.Errorf("%s in %s: %q, want %q", x.tag, x.lang, got, x.want)
		}
	}
}

func TestWhoseClockAPageFollows(t *testing.T) {
	tests := []struct {
		name, query, cookie, person string
		known                       bool
		want                        string
	}{
		{"nothing said", "", "", "", false, ""},
		{"a visitor's device", "", "Africa/Nairobi", "", false, "Africa/Nairobi"},
		{"a visitor chose", "?zone=Asia/Kolkata", "Africa/Nairobi", "", false, "Asia/Kolkata"},
		{"a zone that is none", "?zone=Mars/Olympus", "Africa/Nairobi", "", false, "Africa/Nairobi"},
		{"a way out of the folder", "?zone=../../etc/passwd", "", "", false, ""},
		{"a member's own", "?zone=Asia/Kolkata", "Africa/Nairobi", "Europe/Berlin", true, "Europe/Berlin"},
	}
	for _, tt := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/groups"+tt.query, nil)
		if tt.cookie != "" {
			r.AddCookie(&http.Cookie{Name: zoneCookie, Value: tt.cookie})
		}
		if got := zoneOf(r, tt.known, tt.person); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
