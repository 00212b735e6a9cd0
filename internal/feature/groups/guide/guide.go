package guide

import (
	"slices"
	"strings"
	"time"

	"cairn/internal/kit/moment"
)

// Attendance is how one takes part.
type Attendance string

// The kinds of attendance.
const (
	InPerson Attendance = "in_person"
	Online   Attendance = "online"
	Hybrid   Attendance = "hybrid"
	Paused   Attendance = "paused"
)

// Meeting is one row of a list, with the names that the specification has. What
// is empty is not written.
type Meeting struct {
	Name             string   `json:"name"` // to 255 runes
	Slug             string   `json:"slug"` // to 64 of a-z, 0-9 and "-"; stays the meeting's for ever
	Days             []int    `json:"day"`  // 0 is Sunday
	Time             string   `json:"time"` // "18:30"
	EndTime          string   `json:"end_time,omitempty"`
	Timezone         string   `json:"timezone,omitempty"`
	FormattedAddress string   `json:"formatted_address,omitempty"`
	Approximate      string   `json:"approximate,omitempty"` // "yes" or "no"
	Regions          []string `json:"regions,omitempty"`
	Location         string   `json:"location,omitempty"`
	LocationNotes    string   `json:"location_notes,omitempty"`
	ConferenceURL    string   `json:"conference_url,omitempty"`
	ConferencePhone  string   `json:"conference_phone,omitempty"`
	Types            []string `json:"types,omitempty"`
	Notes            string   `json:"notes,omitempty"`
	Group            string   `json:"group,omitempty"`
	URL              string   `json:"url,omitempty"`
	Updated          string   `json:"updated,omitempty"` // "2026-11-23 18:30:00", UTC
	Entity           string   `json:"entity,omitempty"`
}

const updatedFormat = "2006-01-02 15:04:05"

func stampOf(t moment.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Std().Format(updatedFormat)
}

// languageCodes are the codes of the specification for languages, by the BCP 47
// tag. The codes of Italian, Korean, Spanish and others are not those of ISO.
var languageCodes = map[string]string{
	"af": "AF", "am": "AM", "ar": "AR", "ase": "ASL", "bg": "BG", "da": "DA", "de": "DE", "el": "EL", "en": "EN", "fa": "FA", "fi": "FI", "fil": "TL", "fr": "FR",
	"he": "HE", "hi": "HI", "hr": "HR", "hu": "HU", "is": "IS", "it": "ITA", "ja": "JA", "ka": "KA", "ko": "KOR", "lt": "LT", "ml": "ML", "mt": "MT", "nb": "NO",
	"ne": "NE", "nl": "NL", "nn": "NO", "no": "NO", "pa": "PUN", "pl": "POL", "pt": "POR", "ru": "RUS", "es": "S", "sk": "SK", "sl": "SL", "sv": "SV", "th": "TH",
	"tl": "TL", "tr": "TUR", "uk": "UK",
}

// communityCodes are the codes for whom a group is for, by our names.
var communityCodes = map[string]string{
	"women": "W", "men": "M", "lgbtq": "LGBTQ", "young": "Y", "seniors": "SEN", "nonbinary": "NB", "trans": "T", "people_of_color": "POC", "indigenous": "NDG",
}

// Other codes that are used.
const (
	codeOpen       = "O"
	codeClosed     = "C"
	codeStepFree   = "X"
	codeToilet     = "XB"
	codeChildren   = "CF"
	codeTempClosed = "TC"
)

// languageOf gives the language that a code stands for.
func languageOf(code string) (string, bool) {
	best := ""
	for tag, c := range languageCodes {
		if c == code && (best == "" || preferred(tag, best)) {
			best = tag
		}
	}
	return best, best != ""
}

// preferred tells which of two tags with one code is meant when it is read.
func preferred(a, b string) bool {
	for _, p := range []string{"no", "fil"} {
		if a == p || b == p {
			return a == p
		}
	}
	return a < b
}

func communityOf(code string) (string, bool) {
	for name, c := range communityCodes {
		if c == code {
			return name, true
		}
	}
	return "", false
}

// baseLanguage is the first part of a BCP 47 tag.
func baseLanguage(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return base
}

func sortedCodes(codes []string) []string {
	slices.Sort(codes)
	return slices.Compact(codes)
}

func clockText(minutes int) string {
	return time.Date(2000, 1, 1, 0, minutes%(24*60), 0, 0, time.UTC).Format("15:04")
}

// Codes are all codes that are written, in order.
func Codes() []string {
	codes := []string{codeOpen, codeClosed, codeStepFree, codeToilet, codeChildren, codeTempClosed}
	for _, table := range []map[string]string{languageCodes, communityCodes} {
		for _, c := range table {
			codes = append(codes, c)
		}
	}
	return sortedCodes(codes)
}
