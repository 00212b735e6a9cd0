package safety

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/core/shifts"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"I CAN’T go on": "i cant go on", "can´t": "cant", "  a \t b\n": "a b", "¡Ojalá!": "ojala", "ﬁne": "fine", "sui\u200bcide": "suicide",
		"أُرِيدُ أَنْ أَمُوت": "اريد ان اموت", "إنهاء حيـــاتي": "انهاء حياتي", "مستشفى": "مستشفي", "حیاة": "حياه", "": "", "…!": "", "e\u0301l": "el",
	} {
		if got := fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestFound(t *testing.T) {
	cases := []struct {
		text, phrase string
		want         bool
	}{
		{"I want to die.", "want to die", true}, {"I WANT  to\ndie", "want to die", true}, {"want-to-die", "want to die", true},
		{"I don't want to die", "want to die", true}, // negation is not interpreted
		{"I want to diet", "want to die", false}, {"unwant to die", "want to die", false}, {"want die", "want to die", false},
		{"suicidality", "suicidal", false}, {"overdosed", "overdose", false}, {"an overdose", "overdose", true},
		{"overdosed, an overdose", "overdose", true}, // a later place counts
		{"Quisiera morir", "quisiera morir", true}, {"QUÍSIERA MORÍR", "quisiera morir", true}, {"quisiera morirse", "quisiera morir", false},
		{"أريد أن أموت", "اريد ان اموت", true}, {"وأريد أن أموت", "أريد أن أموت", true}, {"فأُريدُ أن أموتَ", "أريد أن أموت", true},
		{"لا أريد أن أموت", "أريد أن أموت", true}, {"نريد أن أموت", "أريد أن أموت", false}, {"أريد أن أموتوا", "أريد أن أموت", false},
		{"وفأريد أن أموت", "أريد أن أموت", false}, {"الانتحاري", "الانتحار", false}, {"anything", "", false}, {"", "die", false},
	}
	for _, c := range cases {
		if got := found(fold(c.text), fold(c.phrase)); got != c.want {
			t.Errorf("%q in %q: %v", c.phrase, c.text, got)
		}
	}
}

func TestMatchesOwnLanguageFirst(t *testing.T) {
	list := []Phrase{{Lang: "en", Text: "Want to die"}, {Lang: "es", Text: "quiero morir"}}
	if got := matches("want to die, quiero morir", "es", list); strings.Join(got, "|") != "quiero morir|Want to die" {
		t.Errorf("%v", got)
	}
	if got := matches("a quiet evening", "en", list); got != nil {
		t.Errorf("%v", got)
	}
}

func TestPhraseValidate(t *testing.T) {
	for text, ok := range map[string]bool{"end it": true, "kms": true, "ab": false, "": false, "!!!!!": false, "a\u202eb c": false,
		strings.Repeat("a", MaxPhrase): true, strings.Repeat("a", MaxPhrase+1): false, "موت": true} {
		if err := (Phrase{Lang: "en", Text: text}).Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := (Phrase{Lang: "fr", Text: "mourir"}).Validate(); err == nil {
		t.Error("a language that is not spoken here")
	}
}

func TestChanges(t *testing.T) {
	old := Policy{Sections: []Section{{Key: "a", Heading: "A", Body: "one\n\ntwo"}, {Key: "b", Heading: "B", Body: "x"}, {Key: "c", Heading: "C", Body: "same"}}}
	now := Policy{Sections: []Section{{Key: "a", Heading: "A", Body: "one\n\nthree"}, {Key: "c", Heading: "C", Body: "same"}, {Key: "d", Heading: "D", Body: "new"}}}
	got := Changes(old, now)
	var words []string
	for _, c := range got {
		words = append(words, string(c.Kind)+" "+c.Heading+" +"+strings.Join(c.New, ",")+" -"+strings.Join(c.Old, ","))
	}
	want := "changed A +three -two; added D +new -; removed B + -x"
	if s := strings.Join(words, "; "); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
	if len(Changes(now, now)) != 0 {
		t.Error("nothing changed, and something is said")
	}
}

func TestTidyAdditions(t *testing.T) {
	got, err := tidyAdditions(map[string]string{"en": "  one \r\n\r\n\r\n two ", "es": " \n "})
	if err != nil || len(got) != 1 || got["en"] != "one\n\ntwo" {
		t.Errorf("%q %v", got, err)
	}
	for lang, text := range map[string]string{"en": strings.Repeat("a", MaxAddition+1), "es": "a\u202eb", "fr": "bonjour", "ar": "a\x01"} {
		_, err := tidyAdditions(map[string]string{lang: text})
		if !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Name != "own-"+lang {
			t.Errorf("%s: %v", lang, err)
		}
	}
}

func TestPageState(t *testing.T) {
	now := moment.At(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	answered := func(days int) shifts.TestPage {
		return shifts.TestPage{SentAt: now.Add(-time.Duration(days) * 24 * time.Hour), AcknowledgedAt: now.Add(-time.Duration(days) * 24 * time.Hour)}
	}
	open := shifts.TestPage{SentAt: now}
	cases := []struct {
		pages []shifts.TestPage
		want  string
	}{
		{nil, "missing"}, {[]shifts.TestPage{open}, "unanswered"}, {[]shifts.TestPage{open, answered(89)}, "ok"},
		{[]shifts.TestPage{answered(90)}, "old"}, {[]shifts.TestPage{open, answered(100)}, "unanswered"}, {[]shifts.TestPage{answered(0)}, "ok"},
	}
	for i, c := range cases {
		if got := pageState(c.pages, now); got != c.want {
			t.Errorf("%d: %s, want %s", i, got, c.want)
		}
	}
}

// TestDraft holds the standard text to what safety.md wants said, in every
// language, and to what this release does not do.
func TestDraft(t *testing.T) {
	s := &Service{}
	for _, lang := range Languages() {
		p := s.Draft(lang)
		if len(p.Sections) != 8 || len(p.Short()) != 5 {
			t.Errorf("%s: %d sections, %d lines", lang, len(p.Sections), len(p.Short()))
		}
		for _, section := range p.Sections {
			for _, part := range []string{"heading", "body"} {
				if key := "safety.policy." + section.Key + "." + part; !web.Has(lang, key) {
					t.Errorf("%s lacks %s", lang, key)
				}
			}
			if section.Key == "keeping" && len(section.Paragraphs()) != 5 {
				t.Errorf("%s: %d paragraphs on keeping", lang, len(section.Paragraphs()))
			}
		}
		if d := (&Service{Deps: Deps{Demo: true}}).Draft(lang); d.Sections[0].Key != "demo" {
			t.Errorf("%s: the demo does not say first that it is one", lang)
		}
	}
	en := s.Draft("en")
	var all strings.Builder
	for _, section := range en.Sections {
		all.WriteString(section.Body + "\n")
	}
	for _, must := range []string{"We may not be able to find you", "not end-to-end encrypted: whoever holds the server’s keys could technically read this",
		"7 days", "90 days", "After 24 hours the key", "18", "until somebody says “I have it”", "needs two people", "There is no other way to watch a conversation", "no button here that brings someone to you"} {
		if !strings.Contains(all.String(), must) {
			t.Errorf("the policy does not say %q", must)
		}
	}
	for _, never := range []string{"we will find you", "always someone", "guarantee"} {
		if strings.Contains(all.String(), never) {
			t.Errorf("the policy promises %q, which this release does not do", never)
		}
	}
}
