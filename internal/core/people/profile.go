package people

import (
	"slices"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"

	"golang.org/x/text/language"
)

// Limits of a profile.
const (
	mostLanguages = 8
	mostLived     = 24
	mostNotToday  = 24
)

// tomorrowAt is the hour at which "not today" ends, in the person's own zone:
// after the night, before the morning.
const tomorrowAt = 5

// Profile is what a person sets about themselves.
type Profile struct {
	Name       string
	Pronouns   string
	Languages  []string // spoken, BCP 47, preferred first
	Zone       string   // IANA name; "" is the service's
	Lang       string   // of pages and mail: one of the service's; "" follows the browser
	Theme      string   // "light", "dark" or "" as the device says
	HidesReads bool     // others do not see what this person has read
}

// NewMember is somebody made by set-up, the command line or the demo.
type NewMember struct {
	Pseudonym string
	Pronouns  string
	Languages []string
	Zone      string
	Lang      string
	Roles     access.Roles // of access.GivenRoles
}

// NotToday is a situation that somebody does not want to talk about now.
type NotToday struct {
	Situation string
	Until     moment.Time // 0 until it is taken back
}

// Apart is one line of a person's list of those they are kept apart from.
type Apart struct {
	ID    moment.ID
	By    moment.ID
	Whom  moment.ID
	Kind  ApartKind
	Until moment.Time // 0 for good
	At    moment.Time
}

// interfaceLangs are the languages that pages can be in.
var interfaceLangs = []string{"en", "es", "ar"}

// spokenLangs are the languages offered in a profile: the most spoken ones, and
// those of many people who had to leave their country. Any other valid tag is
// taken through the API of CreateMember.
var spokenLangs = []string{
	"en", "es", "ar", "am", "az", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "et", "eu", "fa", "fi", "fil", "fr", "ga", "gl", "gu", "ha", "he", "hi",
	"hr", "ht", "hu", "hy", "id", "ig", "is", "it", "ja", "ka", "km", "ko", "ku", "lo", "lt", "lv", "mi", "mk", "ml", "mr", "ms", "my", "ne", "nl", "no", "om", "pa",
	"pl", "prs", "ps", "pt", "qu", "ro", "rom", "ru", "rw", "si", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "te", "th", "ti", "tr", "uk", "ur", "uz", "vi",
	"wo", "yo", "yue", "zh", "zu", "ase", "bfi",
}

// zoneNames are the zones offered in a profile, one or more for each offset.
var zoneNames = []string{
	"UTC", "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Phoenix", "America/Chicago", "America/Mexico_City", "America/New_York",
	"America/Toronto", "America/Bogota", "America/Lima", "America/Guayaquil", "America/Caracas", "America/La_Paz", "America/Santiago", "America/Halifax", "America/St_Johns",
	"America/Argentina/Buenos_Aires", "America/Sao_Paulo", "America/Montevideo", "Atlantic/Azores", "Atlantic/Canary", "Europe/London", "Europe/Dublin", "Europe/Lisbon",
	"Africa/Casablanca", "Africa/Lagos", "Africa/Accra", "Africa/Algiers", "Africa/Tunis", "Africa/Cairo", "Africa/Johannesburg", "Africa/Khartoum", "Africa/Nairobi",
	"Africa/Mogadishu", "Africa/Addis_Ababa", "Europe/Madrid", "Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Amsterdam", "Europe/Vienna", "Europe/Warsaw",
	"Europe/Stockholm", "Europe/Oslo", "Europe/Athens", "Europe/Helsinki", "Europe/Kyiv", "Europe/Bucharest", "Europe/Istanbul", "Europe/Moscow", "Asia/Beirut",
	"Asia/Damascus", "Asia/Amman", "Asia/Jerusalem", "Asia/Gaza", "Asia/Baghdad", "Asia/Kuwait", "Asia/Riyadh", "Asia/Qatar", "Asia/Dubai", "Asia/Muscat", "Asia/Tehran",
	"Asia/Kabul", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Asia/Jakarta", "Asia/Ho_Chi_Minh", "Asia/Singapore",
	"Asia/Manila", "Asia/Hong_Kong", "Asia/Shanghai", "Asia/Taipei", "Australia/Perth", "Asia/Seoul", "Asia/Tokyo", "Australia/Adelaide", "Australia/Darwin",
	"Australia/Brisbane", "Australia/Sydney", "Pacific/Auckland", "Pacific/Fiji", "Pacific/Tongatapu",
}

// Clean gives the profile as it is kept, or an Invalid fault by field.
func (p Profile) Clean() (Profile, error) {
	var problems fault.Problems
	p.Name = take(&problems, p.Name, CleanName)
	p.Pronouns = take(&problems, p.Pronouns, CleanPronouns)
	var ok bool
	if p.Languages, ok = cleanLanguages(p.Languages); !ok {
		problems.AddWith("languages", "people.error.languages", map[string]any{"n": mostLanguages})
	}
	if !knownZone(p.Zone) {
		problems.Add("zone", "people.error.zone")
	}
	if p.Lang != "" && !slices.Contains(interfaceLangs, p.Lang) {
		problems.Add("lang", "people.error.choice")
	}
	if p.Theme != "" && p.Theme != "light" && p.Theme != "dark" {
		problems.Add("theme", "people.error.choice")
	}
	return p, problems.Err()
}

// take runs one field's check and collects what it finds wrong.
func take(problems *fault.Problems, typed string, clean func(string) (string, error)) string {
	kept, err := clean(typed)
	if err != nil {
		*problems = append(*problems, fault.As(err).Fields...)
		return typed
	}
	return kept
}

func knownZone(name string) bool {
	if name == "" {
		return true
	}
	if name == "Local" || len(name) > 64 {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// cleanLanguages parses, writes in the standard way and drops doubles.
func cleanLanguages(tags []string) ([]string, bool) {
	out := []string{}
	for _, t := range tags {
		if t = strings.TrimSpace(t); t == "" {
			continue
		}
		tag, err := language.Parse(t)
		if err != nil || tag == language.Und {
			return tags, false
		}
		if s := tag.String(); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, len(out) <= mostLanguages
}

// cleanLived checks a person's items against the taxonomy. Whoever has more than
// the limit, by words of theirs that were adopted, may keep as many.
func cleanLived(items []Lived, taxonomy []Situation, have int) ([]Lived, error) {
	known := bySlug(taxonomy)
	seen := map[string]bool{}
	var out []Lived
	for _, l := range items {
		x, ok := known[l.Situation]
		if !ok || x.Retired || seen[l.Situation] || !knownVisibility(l.Visibility) {
			return nil, fault.New(fault.Invalid, "people.error.choice")
		}
		seen[l.Situation] = true
		out = append(out, l)
	}
	if len(out) > max(mostLived, have) {
		return nil, fault.New(fault.Invalid, "people.error.lived_many").With(map[string]any{"n": mostLived})
	}
	return out, nil
}

func bySlug(taxonomy []Situation) map[string]Situation {
	out := make(map[string]Situation, len(taxonomy))
	for _, s := range taxonomy {
		out[s.Slug] = s
	}
	return out
}

// tomorrow is when "not today" ends for somebody in this zone: the next five
// o'clock in the morning that is on another day.
func tomorrow(now moment.Time, zone string) moment.Time {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	y, m, d := now.Std().In(loc).Date()
	return moment.At(time.Date(y, m, d+1, tomorrowAt, 0, 0, 0, loc))
}
