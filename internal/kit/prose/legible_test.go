package prose

import "testing"

func TestLegible(t *testing.T) {
	for in, want := range map[string]string{
		" a\r\nb\rc\td \n":             "a\nb\nc\td",
		"a\u202etxt.exe \u2066b\u2069": "atxt.exe b",
		"a\x00\x1b[31m\u0085":          "a[31m",
		"\ufeffa":                      "a",
		"\u200fسلام\u200e":             "\u200fسلام\u200e",
		"👩‍👧":                          "👩‍👧",
		"<b>&amp;":                     "<b>&amp;",
		"":                             "",
		" \n\t\u2003":                  "",
		"\u200b\u200d\u2060":           "",
		"\u3164 \u115f\u1160\uffa0":    "",
		"\u2800":                       "",
	} {
		if got, ok := Legible(in); got != want || !ok {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
	if got, ok := Legible("a\xffb"); got != "" || ok {
		t.Errorf("what is not UTF-8 gives %q", got)
	}
}
