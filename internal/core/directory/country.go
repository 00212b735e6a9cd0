package directory

import (
	"sort"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is a country with its name in a language.
type Country struct{ Code, Name string }

// Countries lists the countries of ISO 3166, sorted as the language does.
func Countries(lang string) []Country {
	tag := language.Make(lang)
	names := display.Regions(tag)
	var out []Country
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			if isCountry(code) {
				out = append(out, Country{code, names.Name(language.MustParseRegion(code))})
			}
		}
	}
	c := collate.New(tag)
	sort.Slice(out, func(i, j int) bool { return c.CompareString(out[i].Name, out[j].Name) < 0 })
	return out
}

// CountryName names a country in a language; "" for everywhere.
func CountryName(lang, code string) string {
	if !isCountry(code) {
		return ""
	}
	return display.Regions(language.Make(lang)).Name(language.MustParseRegion(code))
}

// IsCountry tells whether the code is one of ISO 3166's countries of today.
func IsCountry(code string) bool { return isCountry(code) }

func isCountry(code string) bool {
	if len(code) != 2 {
		return false
	}
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() || r.Canonicalize() != r || r.String() != code || strings.Contains(reserved, code) {
		return false
	}
	return display.Regions(language.English).Name(r) != "" // countries that are no more have no name
}

// reserved codes stand for parts of countries and for unions of them.
const reserved = "AC CP CQ DG EA EU EZ IC TA UN ZZ"

// languageNames}

// languageNames names languages in the reader's language.
func languageNames(lang string, tags []string) []string {
	names := display.Tags(language.Make(lang))
	out := make([]string, 0, len(tags))
	for _, t := range tags {
		tag, err := language.Parse(t)
		if err != nil {
			continue
		}
		out = append(out, names.Name(tag))
	}
	return out
}

// maxLanguages is how many languages one line may name.
const maxLanguages = 12

// readLanguages reads languages as people write them, by code or by name, in
// their own language, English or the reader's. What it does not know it gives back.
func readLanguages(lang, text string) (tags []string, unknown string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;،؛\n", r) }) {
		word = strings.Join(strings.Fields(word), " ")
		if word == "" {
			continue
		}
		tag, ok := languageOf(lang, word)
		if !ok || len(tags) == maxLanguages {
			return tags, word
		}
		if !oneOf(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags, ""
}

func languageOf(lang, word string) (string, bool) {
	if len(word) <= 3 {
		if base, err := language.ParseBase(word); err == nil {
			return base.String(), true
		}
	}
	own, here, english := display.Self, display.Tags(language.Make(lang)), display.Tags(language.English)
	for _, tag := range display.Supported.Tags() {
		for _, name := range []string{own.Name(tag), here.Name(tag), english.Name(tag)} {
			if name != "" && strings.EqualFold(name, word) {
				return tag.String(), true
			}
		}
	}
	return "", false
}
