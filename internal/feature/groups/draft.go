package groups

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Draft is what is said about a group, as its people write it.
type Draft struct {
	Name      string
	About     string // plain text, shown with the group
	Quiet     string // its name in calendars
	Form      Form
	Openness  Openness
	Community string   // identity of the taxonomy whose space it is; "" for none
	Welcome   string   // the community's own words of welcome
	Languages []string // BCP 47
	Topics    []string // situations of the taxonomy
	Access    []string // of Features
	Zone      string   // IANA name
	Most      int      // how many may be in it; 0: no limit of its own
	Weeks     int      // of a programme
	Begins    string   // of a programme: its first day, "2026-12-01"
	Takes     string   // of Takings
	SignUp    bool     // of a public gathering: without an account
	Contact   string   // how to ask about it, shown with the group
}

// Validate cleans and checks a draft against the taxonomy.
func (d *Draft) Validate(situations, identities map[string]bool) error {
	var p fault.Problems
	d.Name = oneLine(&p, "name", d.Name, MostName)
	if d.Name == "" {
		p.AddWith("name", "groups.error.name", map[string]any{"most": MostName})
	}
	d.Quiet = oneLine(&p, "quiet", d.Quiet, MostQuiet)
	d.Contact = oneLine(&p, "contact", d.Contact, mostContact)
	d.About = need(&p, "about", d.About, MostAbout)
	d.Welcome = chat.CleanOptional(&p, "welcome", d.Welcome, mostWelcome)
	if !slices.Contains(Forms(), d.Form) {
		p.Add("form", "groups.error.choice")
	}
	if !slices.Contains(Opennesses(), d.Openness) {
		p.Add("openness", "groups.error.choice")
	}
	d.lists(&p, situations, identities)
	d.numbers(&p)
	return p.Err()
}

func (d *Draft) lists(p *fault.Problems, situations, identities map[string]bool) {
	d.Topics, d.Access, d.Languages = people.Tidy(d.Topics), people.Tidy(d.Access), people.Tidy(d.Languages)
	if len(d.Topics) > mostTopics || slices.ContainsFunc(d.Topics, func(s string) bool { return !situations[s] }) {
		p.AddWith("topics", "groups.error.topics", map[string]any{"most": mostTopics})
	}
	if slices.ContainsFunc(d.Access, func(s string) bool { return !slices.Contains(Features(), s) }) {
		p.Add("access", "groups.error.choice")
	}
	if d.Community != "" && !identities[d.Community] {
		p.Add("community", "groups.error.choice")
	}
	if d.Community == "" {
		d.Welcome = ""
	}
	for i, s := range d.Languages {
		tag, err := language.Parse(s)
		if err != nil || tag == language.Und || len(d.Languages) > mostLanguages {
			p.AddWith("languages", "groups.error.languages", map[string]any{"most": mostLanguages})
			return
		}
		d.Languages[i] = tag.String()
	}
}

func (d *Draft) numbers(p *fault.Problems) {
	if _, err := time.LoadLocation(d.Zone); err != nil || d.Zone == "" || d.Zone == "Local" || len(d.Zone) > 64 {
		p.Add("zone", "groups.error.zone")
	}
	if d.Most < 0 || d.Most > MostMembers || d.Most == 1 {
		p.AddWith("most", "groups.error.most", map[string]any{"most": MostMembers})
	}
	if d.Takes == "" {
		d.Takes = "until"
	}
	if !slices.Contains(Takings(), d.Takes) {
		p.Add("takes", "groups.error.choice")
	}
	if d.Form == Programme {
		if d.Weeks < 1 || d.Weeks > MostWeeks {
			p.AddWith("weeks", "groups.error.weeks", map[string]any{"most": MostWeeks})
		}
	} else {
		d.Weeks, d.Begins, d.Takes = 0, "", "until"
	}
	if _, ok := calendar.ParseDate(d.Begins); d.Begins != "" && !ok {
		p.Add("begins", "groups.error.day")
	}
	d.SignUp = d.SignUp && d.Openness == Public && !d.Form.Joined() && d.Form != Briefing
}

// oneLine cleans words that stand on one line; none stay none.
func oneLine(p *fault.Problems, field, s string, most int) string {
	s = strings.Join(strings.Fields(chat.CleanOptional(p, field, norm.NFC.String(s), most)), " ")
	return s
}

// need is for words that must be there.
func need(p *fault.Problems, field, s string, most int) string {
	before := len(*p)
	if s = chat.CleanOptional(p, field, s, most); s == "" && len(*p) == before {
		p.Add(field, "groups.error.words")
	}
	return s
}

// cleanSentences reads an agreement, a sentence a line.
func cleanSentences(typed string) ([]string, error) {
	var p fault.Problems
	out := []string{}
	for line := range strings.SplitSeq(need(&p, "sentences", typed, mostSentences*(mostSentence+1)), "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" || slices.Contains(out, line) {
			continue
		}
		if utf8.RuneCountInString(line) > mostSentence {
			p.AddWith("sentences", "groups.error.sentence", map[string]any{"most": mostSentence})
			break
		}
		out = append(out, line)
	}
	if len(out) > mostSentences {
		p.AddWith("sentences", "groups.error.sentences", map[string]any{"most": mostSentences})
	}
	return out, p.Err()
}

// reserved are words that stand where a slug does, now or one day.
var reserved = []string{"new", "propose", "touch", "print", "calendar", "import", "lists", "listed", "listing", "listings", "feed", "guide", "export", "mine", "search", "find", "join", "people", "meeting", "meetings", "series", "group", "groups"}

const longestSlug = 64

// slugOf makes the printed address of a name. What has no Latin letters gets one
// that says nothing.
func slugOf(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(norm.NFKD.String(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		case r >= 0x300 && r <= 0x36f, r == '\'', r == '’': // marks on letters
		default:
			dash = true
		}
	}
	slug := b.String()
	if len(slug) > longestSlug-8 { // room for a number
		slug = strings.TrimRight(slug[:longestSlug-8], "-")
	}
	if len(slug) < 3 || slices.Contains(reserved, slug) || looksLikeID(slug) {
		return ""
	}
	return slug
}

// isSlug tells whether something could be a printed address: a database need not be
// asked about anything else.
func isSlug(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != "" && len(s) <= longestSlug
}

// looksLikeID keeps a slug from being taken for an id.
func looksLikeID(slug string) bool {
	_, err := hex.DecodeString(strings.ReplaceAll(slug, "-", ""))
	return err == nil && len(slug) >= 32
}

// fold makes words comparable for finding: without case and marks.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f || r >= 0x64b && r <= 0x65f {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKD.String(s)))), " ")
}
