package people_test

import (
	"strings"
	"testing"

	"cairn/internal/core/people"
	"cairn/internal/kit/fault"
)

func TestNames(t *testing.T) {
	for typed, want := range map[string]string{
		"Heron": "Heron", "  Blue   Heron ": "Blue Heron", "José": "José", "Jose\u0301": "José", "أمل": "أمل", "نور الهدى": "نور الهدى", "Ｈｅｒｏｎ": "Heron",
		"O’Malley": "O’Malley", "J. Heron": "J. Heron", "Мира": "Мира", "小雨": "小雨", "अनु": "अनु", "Wren 42": "Wren 42", "Bo": "Bo", "Ελένη": "Ελένη",
	} {
		got, err := people.CleanName(typed)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestHostileNames(t *testing.T) {
	for typed, key := range map[string]string{
		"":                           "people.error.name_short",
		"a":                          "people.error.name_short",
		"--":                         "people.error.name_short",
		strings.Repeat("ab", 21):     "people.error.name_long",
		"me@example.org":             "people.error.name_email",
		"example.org":                "people.error.name_email",
		"0701 234 567":               "people.error.name_phone",
		"٠٧٠١٢٣٤٥٦٧":                 "people.error.name_phone",
		"Hero\u200bn":                "people.error.name_letters", // zero-width space
		"Hero\u200dn":                "people.error.name_letters", // zero-width joiner
		"\u202eHeron":                "people.error.name_letters", // turns the line around
		"\u2066Heron\u2069":          "people.error.name_letters",
		"Her\u00adon":                "people.error.name_letters", // soft hyphen
		"He\x00ron":                  "people.error.name_letters",
		"<b>Heron</b>":               "people.error.name_letters",
		"Heron 🪨":                    "people.error.name_letters",
		"H\u0300\u0301\u0302\u0303n": "people.error.name_letters", // marks over marks
		"\u3164\u3164\u3164":         "people.error.name_letters", // letters that show nothing
		"Hеron":                      "people.error.name_scripts", // Cyrillic e
		"Ηeron":                      "people.error.name_scripts", // Greek eta
		"Admin":                      "people.error.name_reserved",
		"ADMIN 1":                    "people.error.name_reserved",
		"Guest 412":                  "people.error.name_reserved",
		"Guest 101":                  "people.error.name_reserved",
		"ضيف 412":                    "people.error.name_reserved",
		"ca-irn":                     "people.error.name_reserved",
		"Αdmin":                      "people.error.name_scripts",
		"аdmіn":                      "people.error.name_scripts",
	} {
		_, err := people.CleanName(typed)
		if err == nil || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q was taken: %v", typed, err)
			continue
		}
		wantField(t, err, key)
	}
}

func TestNamesThatLookAlikeFoldToOne(t *testing.T) {
	for _, pair := range [][2]string{
		{"Heron", "HERON"}, {"Blue Heron", "blue-heron"}, {"Illa", "lIIa"}, {"Leo", "Le0"}, {"сосо", "coco"}, {"نور", "نـــور"}, {"Wren 12", "Wren ١٢"}, {"علی", "علي"},
	} {
		if people.FoldName(pair[0]) != people.FoldName(pair[1]) {
			t.Errorf("%q folds to %q and %q to %q", pair[0], people.FoldName(pair[0]), pair[1], people.FoldName(pair[1]))
		}
	}
	for _, pair := range [][2]string{{"Heron", "Herons"}, {"Ali", "Alia"}, {"José", "Josefa"}, {"نور", "نوري"}} {
		if people.FoldName(pair[0]) == people.FoldName(pair[1]) {
			t.Errorf("%q and %q fold to the same", pair[0], pair[1])
		}
	}
}
