package groups

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/core/meetings"
	"cairn/internal/feature/groups/guide"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Theirs is the form of a group of somebody else that we only list: it has no people
// here, no wall, no agreement and nobody who holds it, and nobody signs up. It is not
// among Forms: nobody makes one by hand.
const Theirs Form = "listed"

// Bounds of lists of others. All are ours.
const (
	mostFeedName = 80
	mostFeeds    = 200
	mostAddress  = 2000
	mostShown    = 500 // rows of one sort on a page
)

// LookLasts is how long a list that was looked at can be taken over; then it is read
// again first.
const LookLasts = 24 * time.Hour

// reading keeps one person from making us ask elsewhere without end.
var reading = access.Rate{Name: "groups.read_list", Most: 40, Per: time.Hour}

// FeedState is how a list of others stands.
type FeedState string

// The states of a list.
const (
	FeedOpen   FeedState = "open"
	FeedEnding FeedState = "ending" // its groups are being ended
	FeedGone   FeedState = "gone"
)

// Feed is a list of another organisation's groups, in the Meeting Guide format.
type Feed struct {
	ID      moment.ID
	Name    string // whose groups these are
	Address string // where it is read; "" of one that comes as a file
	Zone    string // of rows that name none
	State   FeedState
	Taken   int // rows that were taken over last
	LeftOut int // rows that could not be
	MadeBy  moment.ID
	MadeAt  moment.Time
	ReadBy  moment.ID
	ReadAt  moment.Time // when it was last taken over; 0: never
}

// FeedDraft is what somebody types of a list.
type FeedDraft struct {
	Name    string
	Address string
	Zone    string
	File    []byte // instead of the address
}

// Validate cleans and checks.
func (d *FeedDraft) Validate() error {
	var p fault.Problems
	d.Name = oneLine(&p, "name", d.Name, mostFeedName)
	if d.Name == "" && len(p) == 0 {
		p.AddWith("name", "listing.error.name", map[string]any{"most": mostFeedName})
	}
	d.source(&p)
	if !knownZone(d.Zone) {
		p.Add("zone", "groups.error.zone")
	}
	return p.Err()
}

// source checks where a list is to be read: an address or a file.
func (d *FeedDraft) source(p *fault.Problems) {
	d.Address = strings.TrimSpace(d.Address)
	switch {
	case len(d.Address) > mostAddress || !utf8.ValidString(d.Address):
		p.Add("address", "post.error.url")
	case d.Address == "" && len(d.File) == 0:
		p.Add("file", "listing.error.source")
	}
}

// RowSaid is what a row says that its page shows beside the group itself.
type RowSaid struct {
	URL      string   `json:"url,omitempty"` // of their own page
	Name     string   `json:"name,omitempty"`
	Group    string   `json:"group,omitempty"`
	Place    string   `json:"place,omitempty"`
	Address  string   `json:"address,omitempty"`
	Area     []string `json:"area,omitempty"`
	Link     string   `json:"link,omitempty"`
	Phone    string   `json:"phone,omitempty"`
	Open     bool     `json:"open,omitempty"`
	Closed   bool     `json:"closed,omitempty"`
	Toilet   bool     `json:"toilet,omitempty"`
	Children bool     `json:"children,omitempty"`
	Paused   bool     `json:"paused,omitempty"`
}

// Listing is a row of a list and the group that came of it.
type Listing struct {
	Feed      moment.ID
	Slug      string // theirs
	Group     moment.ID
	Hash      string // of what the row said
	Said      RowSaid
	CheckedAt moment.Time // when the list last had it
	GoneAt    moment.Time // since when it has it no more; 0: it has it
}

// theirRow is a row of a list in our words, before it is a group.
type theirRow struct {
	guide.Row
	plan meetings.Plan
	said RowSaid
}

// rowOf puts a row into our words. Everything in it is for everybody: it stands in a
// public list.
func rowOf(r guide.Row) theirRow {
	x := theirRow{Row: r, said: RowSaid{URL: r.URL, Name: r.Name, Group: r.Group, Area: r.Area, Open: r.Open, Closed: r.Closed, Toilet: r.Toilet, Children: r.Children, Paused: r.Attendance == guide.Paused}}
	p := meetings.Plan{First: r.Series.First, Starts: r.Series.Starts, Minutes: r.Series.Minutes, Zone: r.Series.Zone.String(), Rule: r.Series.Rule, Place: shorten(r.Place, mostPlace)}
	switch r.Attendance {
	case guide.Online:
		p.Attendance, p.Place = meetings.Online, ""
	case guide.Hybrid:
		p.Attendance = meetings.Hybrid
	default:
		p.Attendance = meetings.InPerson
	}
	if p.Attendance.Room() {
		x.where(&p)
	}
	if p.Attendance.Screen() {
		p.Inside.Link, p.Inside.Phone = r.Link, r.Phone
	}
	x.said.Place, x.said.Address, x.said.Link, x.said.Phone = p.Place, p.Inside.Address, p.Inside.Link, p.Inside.Phone
	x.plan = p
	return x
}

// where says where the room is: an address when the list has one, or else the area,
// which is no address.
func (x *theirRow) where(p *meetings.Plan) {
	if x.Address != "" && !x.Approximate {
		p.Inside.Address, p.OpenAddress = x.Address, true
		return
	}
	if p.Place == "" {
		p.Place = shorten(x.Address, mostPlace)
	}
	if p.Place == "" {
		p.Place = shorten(strings.Join(x.Area, ", "), mostPlace)
	}
}

// mostPlace is how long meetings let a place be.
const mostPlace = 200

// shorten cuts words that are too long, and shows that they were.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return strings.TrimSpace(string(r[:most-1])) + "…"
}

// draft is what the group is, as any other is said to be. What has no word here (for
// whom it is, when we do not know the community) is left out, not guessed.
func (x theirRow) draft(identities map[string]bool) Draft {
	d := Draft{Name: shorten(x.Name, MostName), About: x.Notes, Quiet: clockText(x.plan.Starts), Form: Theirs, Openness: Public, Zone: x.plan.Zone, Takes: "until"}
	d.Languages = x.Languages[:min(len(x.Languages), mostLanguages)]
	if x.StepFree {
		d.Access = []string{"step_free"}
	}
	for _, name := range x.For {
		if c := communityNames()[name]; len(x.For) == 1 && identities[c] {
			d.Community = c
		}
	}
	return d
}

// communityNames are the names that lists have for whom a group is, by those of ours that
// mean the same.
func communityNames() map[string]string {
	return map[string]string{"women": "woman", "men": "man", "nonbinary": "nonbinary", "trans": "trans", "young": "young", "seniors": "older", "indigenous": "indigenous", "people_of_color": "people-of-colour"}
}

// clockText is the name of a listed group in calendars: a time of day says nothing to
// whoever looks over a shoulder, in any language.
func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func knownZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local" && len(name) <= 64
}

// whyNot is the sentence about a row whose plan cannot be.
func whyNot(err error) (key string, args map[string]any) {
	for _, f := range fault.As(err).Fields {
		if key, known := map[string]string{"minutes": "listing.row.minutes", "address": "listing.row.place", "link": "listing.row.link", "first": "listing.row.time"}[f.Name]; known {
			return key, nil
		}
	}
	return "listing.row.other", nil
}

// Report is what comes of a list that was looked at.
type Report struct {
	New, Changed []theirRow
	Same         int
	Gone         []Listing       // in the list before, and not in this one
	GoneNames    []string        // of the groups that would end
	Unclear      int             // in both, but the row cannot be taken now: they stay as they are
	Problems     []guide.Problem // rows that cannot be taken, by number
}

// Changes counts what would be different.
func (r Report) Changes() int { return len(r.New) + len(r.Changed) + len(r.Gone) }

// compare compares a list with what there is of it. A row that comes back is new.
func compare(offers []theirRow, problems []guide.Problem, there map[string]Listing) Report {
	r := Report{Problems: problems}
	left := map[string]bool{}
	for slug, l := range there {
		left[slug] = l.GoneAt.IsZero()
	}
	for _, x := range offers {
		switch l, known := there[x.Slug]; {
		case !known || !l.GoneAt.IsZero():
			r.New = append(r.New, x)
		case l.Hash != x.Hash:
			r.Changed = append(r.Changed, x)
		default:
			r.Same++
		}
		left[x.Slug] = false
	}
	for _, p := range problems {
		if left[p.Slug] {
			r.Unclear++
			left[p.Slug] = false
		}
	}
	for slug, is := range left {
		if is {
			r.Gone = append(r.Gone, there[slug])
		}
	}
	slices.SortFunc(r.Gone, func(a, b Listing) int { return strings.Compare(a.Slug, b.Slug) })
	slices.SortStableFunc(r.Problems, func(a, b guide.Problem) int { return a.Number - b.Number })
	return r
}
