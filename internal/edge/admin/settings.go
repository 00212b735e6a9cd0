package admin

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cairn/internal/core/directory"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/fault"
)

// The names of what a service decides here.
const (
	SettingName      = "service.name"
	SettingCountry   = directory.SettingCountry
	SettingZone      = shifts.SettingZone
	SettingLanguages = "service.languages" // codes apart by spaces, the first one first
	SettingPartner   = "support.partner"   // where colleagues find support of their own
	settingCode      = "setup.code"        // keyed hash and end of the one-time code
)

// Topic is the live topic of every change made here.
const Topic = "service"

// defaultName is the service's name before it has one.
const defaultName = "Cairn"

// Limits, in characters.
const (
	minName    = 2
	maxName    = 40 // it stands in the masthead of a phone and in page titles
	maxPartner = 300
)

// codeLasts is how long the one-time code of set-up can be used.
const codeLasts = 24 * time.Hour

// About is what a service says about itself.
type About struct {
	Name      string
	Country   string // ISO 3166 alpha-2
	Zone      string // IANA
	Languages []string
}

// Tidy trims what was typed.
func (a About) Tidy() About {
	a.Name = strings.Join(strings.Fields(a.Name), " ")
	a.Zone = strings.TrimSpace(a.Zone)
	return a
}

// Validate checks a tidied About. Fields are service, country, zone, languages.
func (a About) Validate() error {
	var p fault.Problems
	switch n := utf8.RuneCountInString(a.Name); {
	case n < minName || n > maxName:
		p.AddWith("service", "admin.error.name", map[string]any{"least": minName, "most": maxName})
	case strings.ContainsFunc(a.Name, unseen):
		p.Add("service", "admin.error.characters")
	}
	if !directory.IsCountry(a.Country) {
		p.Add("country", "admin.error.country")
	}
	if !isZone(a.Zone) {
		p.Add("zone", "admin.error.zone")
	}
	if len(a.Languages) == 0 || len(known(a.Languages)) != len(a.Languages) {
		p.Add("languages", "admin.error.languages")
	}
	return p.Err()
}

func isZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// known keeps the languages that the software speaks, each once.
func known(list []string) []string {
	var out []string
	for _, l := range safety.Languages() {
		for _, x := range list {
			if x == l {
				out = append(out, l)
				break
			}
		}
	}
	return out
}

// unseen finds controls and characters that turn a sentence around.
func unseen(r rune) bool {
	if r == 0x200C || r == 0x200D {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// tidyPartner trims and checks the words about the partner service.
func tidyPartner(text string) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	var p fault.Problems
	if utf8.RuneCountInString(text) > maxPartner {
		p.AddWith("partner", "admin.error.long", map[string]any{"most": maxPartner})
	} else if strings.ContainsFunc(text, unseen) {
		p.Add("partner", "admin.error.characters")
	}
	return text, p.Err()
}

// someZones are suggestions for the field; every IANA name is taken.
func someZones() []string {
	return strings.Fields(`Africa/Algiers Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Khartoum Africa/Lagos Africa/Nairobi Africa/Tunis
		America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago America/Denver America/Guatemala America/Halifax America/Havana
		America/La_Paz America/Lima America/Los_Angeles America/Mexico_City America/Montevideo America/New_York America/Panama America/Phoenix
		America/Puerto_Rico America/Santiago America/Santo_Domingo America/Sao_Paulo America/Toronto America/Vancouver
		Asia/Amman Asia/Baghdad Asia/Beirut Asia/Damascus Asia/Dubai Asia/Jerusalem Asia/Karachi Asia/Kolkata Asia/Kuwait Asia/Manila Asia/Riyadh
		Asia/Shanghai Asia/Singapore Asia/Tokyo Atlantic/Canary Australia/Brisbane Australia/Perth Australia/Sydney
		Europe/Amsterdam Europe/Berlin Europe/Dublin Europe/Istanbul Europe/Kyiv Europe/Lisbon Europe/London Europe/Madrid Europe/Oslo
		Europe/Paris Europe/Rome Europe/Stockholm Europe/Vienna Europe/Warsaw Europe/Zurich Pacific/Auckland Pacific/Honolulu UTC`)
}
