package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"cairn/internal/cairntest/corpus"
)

func TestWordsAreFolded(t *testing.T) {
	for text, want := range map[string]string{
		"Slow walks, at the river!":     "slow walks at the river",
		"Don’t / don't / DONT":          "dont dont dont",
		"año Depresión DEPRESION":       "ano depresion depresion",
		"Straße STRASSE":                "strasse strasse",
		"Café (decomposed: Cafe\u0301)": "cafe decomposed cafe",
		"ﬁne ½ Ⅻ":                       "fine 1 2 xii",
		"well-being 3am 24/7":           "well being 3am 24 7",
		// Alef, ya, ta marbuta, tatweel, vowel signs, and the article.
		"أمل إمل آمل ٱمل امل":    "امل امل امل امل امل",
		"على علي علی":            "علي علي علي",
		"مجموعة مجموعه":          "مجموعه مجموعه",
		"قـــلق قَلَقٌ":          "قلق قلق",
		"القلق والقلق بالقلق":    "قلق قلق قلق",
		"ال الان ألم":            "ال الان الم",
		"٢٠٢٦ ۲۰۲۶ २०२६":         "2026 2026 2026",
		"Ольга Σίσυφος":          "ольга σισυφοσ",
		"夜の散歩":                   "夜 の 散 歩",
		"नमस्ते":                 "नमस्ते",
		"a\u200bb\u202e c\u00ad": "ab c",
		"  ' ’ — … ":             "",
	} {
		if got := strings.Join(Words(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWordsAreBounded(t *testing.T) {
	if n := len(Words(strings.Repeat("a b ", mostWords))); n != mostWords {
		t.Errorf("%d words", n)
	}
	for _, long := range []string{strings.Repeat("x", 5000), strings.Repeat("й", 5000)} {
		got := Words(long)
		if len(got) != 1 || utf8.RuneCountInString(got[0]) > mostLetter {
			t.Errorf("a long word: %d words", len(got))
		}
	}
}

func TestWhatWasTypedIsUnderstood(t *testing.T) {
	for text, want := range map[string]string{
		`panic attack`:           `panic attack*`,
		`"night walk" panic`:     `[night walk] panic*`,
		`panic -work`:            `panic -work`,
		`-"night shift" panic`:   `-[night shift] panic*`,
		`«por la noche»`:         `[por la noche]`,
		`well-being`:             `[well being]*`,
		`- - "" -"" ***`:         ``,
		`a OR b AND NOT NEAR(c)`: `a or b and not [near c]*`,
		`"open quote`:            `[open quote]`,
		`title:panic ^x {y}`:     `[title panic] x y*`,
		"panic ":                 `panic*`,
	} {
		var got []string
		for _, x := range read(text) {
			s := strings.Join(x.words, " ")
			if len(x.words) > 1 {
				s = "[" + s + "]"
			}
			if x.not {
				s = "-" + s
			}
			if x.begun {
				s += "*"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q is %q, want %q", text, s, want)
		}
	}
	if Asks("-only") || Asks("“”") || !Asks("-a b") {
		t.Error("whether there is a word to look for")
	}
}

func TestExcerptKeepsTheText(t *testing.T) {
	text := strings.Repeat("Something before it. ", 30) + "Then came the <b>PÁNICO</b> & went. " + strings.Repeat("And after. ", 30)
	got := Excerpt(text, "panico", 120)
	var whole strings.Builder
	marked := []string{}
	for _, p := range got {
		whole.WriteString(p.Text)
		if p.Mark {
			marked = append(marked, p.Text)
		}
	}
	if !slices.Equal(marked, []string{"PÁNICO"}) {
		t.Errorf("marked %q", marked)
	}
	if n := utf8.RuneCountInString(whole.String()); n > 130 {
		t.Errorf("%d characters", n)
	}
	body := strings.TrimSuffix(strings.TrimPrefix(whole.String(), "… "), " …")
	if !strings.Contains(text, body) {
		t.Errorf("%q is not of the text", body)
	}
}

func TestNearWords(t *testing.T) {
	known := map[string]int{"anxiety": 3, "anxious": 1, "panic": 5, "ansiedad": 2, "peace": 1, "قلق": 4, "الاكتياب": 1}
	s := newSpeller()
	for word, n := range known {
		for range n {
			s.add(word)
		}
	}
	for word, want := range map[string]string{"anxitey": "anxiety", "pannic": "panic", "ansidad": "ansiedad", "zzzz": "", "pan": "", "peaec": "peace", "completely": "", "اكتياب": "الاكتياب"} {
		if got := s.nearest(word); got != want {
			t.Errorf("%q is near %q, want %q", word, got, want)
		}
	}
}

// What anybody types is never the engine's own language: all of it is quoted words of
// letters and digits.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{`panic "night walk" -work`, `" OR 1=1 --`, `'; DROP TABLE search_doc; --`, "NEAR(a b, 5)", "a:* & !b | (c <-> d)", "{title} : x", "القلق والنوم", "\x00\xff\u202e", `\' \" ^ ~ *`} {
		f.Add(s)
	}
	for _, s := range corpus.Kept(f, "testdata/FuzzTyped.txt") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms := read(text)
		n := 0
		for _, x := range terms {
			for _, w := range x.words {
				if w == "" || strings.ContainsAny(w, "'\"\\ .^~*:&|!()<>{}+-,;\x00") || !utf8.ValidString(w) {
					t.Fatalf("%q gives the word %q", text, w)
				}
				n++
			}
		}
		if n > mostTerms*mostTerms || len(terms) > mostTerms {
			t.Fatalf("%d words", n)
		}
		a := Query{After: Cursor{Begun: true}}.asked([]string{"1", "2"}, terms)
		if strings.Count(a.inWords(fts5()), `"`)%2 != 0 || strings.Count(a.inWords(tsquery()), "'")%2 != 0 {
			t.Fatalf("%q leaves a quote open", text)
		}
		var whole strings.Builder
		for _, p := range Mark(text, text) {
			whole.WriteString(p.Text)
		}
		if whole.String() != text {
			t.Fatalf("%q was shown as %q", text, whole.String())
		}
		Excerpt(text, text, 50)
	})
}
