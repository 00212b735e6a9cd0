package groups_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/meetings"
	"cairn/internal/core/people"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// house is a service with people: Fern and Wren are facilitators, Heron, Juniper and
// Otter members, Robin belongs to nothing, Tomo coordinates, Ines supervises, Slate is
// the administrator.
type house struct {
	*cairntest.World
	fern, wren                   *cairntest.Someone
	heron, juniper, otter, robin *cairntest.Someone
	tomo, ines, slate, visitor   *cairntest.Someone
}

const agreed = "What is said here stays here.\nWe give no advice unasked."

// goodbye has a phrase of the rules in it.
const goodbye = "I want to die, and I am tired"

func begin(t *testing.T, w *cairntest.World) *house {
	t.Helper()
	h := &house{World: w, visitor: w.Browser()}
	for name, p := range map[string]**cairntest.Someone{"Heron": &h.heron, "Juniper": &h.juniper, "Otter": &h.otter, "Robin": &h.robin} {
		*p = w.Person(name)
	}
	h.fern, h.wren = w.Person("Fern", access.Facilitator), w.Person("Wren", access.Facilitator)
	h.tomo, h.ines, h.slate = w.Person("Tomo", access.Coordinator), w.Person("Ines", access.Supervisor), w.Person("Slate", access.Administrator)
	return h
}

// draft is a facilitated group with a name.
func draft(name string, open groups.Openness) groups.Draft {
	return groups.Draft{Name: name, About: "For whoever lies awake. About " + name + ".", Form: groups.Facilitated, Openness: open, Languages: []string{"en"}, Zone: "Europe/Berlin"}
}

func (h *house) makes(t *testing.T, p *cairntest.Someone, d groups.Draft) moment.ID {
	t.Helper()
	id, err := h.Groups.Make(t.Context(), p.Actor, d, agreed)
	must(t, err)
	return id
}

// evenings is a group of Fern's that some are in.
func (h *house) evenings(t *testing.T, open groups.Openness, in ...*cairntest.Someone) moment.ID {
	t.Helper()
	id := h.makes(t, h.fern, draft("Evenings by the river", open))
	for _, p := range in {
		h.joins(t, p, id)
	}
	return id
}

// joins brings somebody in, whatever the way in is: a closed group invites them, one by
// request lets them in.
func (h *house) joins(t *testing.T, p *cairntest.Someone, id moment.ID) {
	t.Helper()
	v := h.look(t, h.tomo, id)
	if v.Openness == groups.Closed || v.Openness == groups.Request {
		holder := h.fern
		must(t, h.Groups.InvitePerson(t.Context(), holder.Actor, id, p.Name))
	}
	_, err := h.Groups.Join(t.Context(), p.Actor, id, groups.Joining{Agreed: v.Agreement, Belongs: true})
	must(t, err)
}

func refOf(id moment.ID) meetings.Ref { return meetings.Ref{Kind: groups.Kind, ID: id} }

func (h *house) look(t *testing.T, p *cairntest.Someone, id moment.ID) groups.View {
	t.Helper()
	v, err := h.Groups.Look(t.Context(), p.Actor, id)
	must(t, err)
	return v
}

func (h *house) group(t *testing.T, id moment.ID) groups.Group {
	t.Helper()
	return h.look(t, h.tomo, id).Group
}

// plans lets a group meet once a week on Tuesdays at 18:30 in Berlin, in a room and online.
func (h *house) plans(t *testing.T, p *cairntest.Someone, id moment.ID) {
	t.Helper()
	_, err := h.Meetings.Make(t.Context(), p.Actor, refOf(id), weekly(24, 18*60+30, "Europe/Berlin"))
	must(t, err)
}

func weekly(day, minute int, zone string) meetings.Plan {
	return meetings.Plan{First: calendar.Date{Year: 2026, Month: 11, Day: day}, Starts: minute, Minutes: 90, Zone: zone, Rule: calendar.Rule{Freq: calendar.Weekly, Interval: 1},
		Attendance: meetings.Hybrid, Place: "Near the old station", Inside: meetings.Inside{Address: "7 Heron-Lane, second bell", Link: "https://rooms.example/river", Way: "through the yard"}}
}

func (h *house) posts(t *testing.T, p *cairntest.Someone, id moment.ID, words string) moment.ID {
	t.Helper()
	post, _, err := h.Discussion.Post(t.Context(), p.Actor, h.group(t, id).Wall, discussion.Draft{Words: words})
	must(t, err)
	h.Time.Advance(time.Second)
	return post
}

// keptOut lets a decision of moderation keep somebody out who is in a group: "pause"
// for some days, or "ban".
func (h *house) keptOut(t *testing.T, p, other *cairntest.Someone, id moment.ID, what, days string) {
	t.Helper()
	post := h.posts(t, p, id, "something hurtful")
	if got := other.Post("/report", "kind", "post", "id", string(post), "reason", "hurtful"); got.Status != 303 {
		t.Fatalf("report: %d", got.Status)
	}
	q, err := h.Moderation.Queue(t.Context(), h.ines.Actor)
	must(t, err)
	at := "/moderation/" + string(q.Reports[0].ID)
	h.ines.Post(at + "/claim")
	if got := h.ines.Post(at+"/decide", "what", what, "days", days, "reason", "Take a breath."); got.Status != 303 {
		t.Fatalf("decide: %d", got.Status)
	}
	h.Settle()
}

func (h *house) apart(t *testing.T, by, whom *cairntest.Someone) {
	t.Helper()
	must(t, h.DB.Write(t.Context(), func(tx db.Writer) error {
		return h.People.KeepApart(t.Context(), tx, by.Actor, whom.ID, people.Block, 0)
	}))
}

func (h *house) erases(t *testing.T, p *cairntest.Someone) {
	t.Helper()
	must(t, h.People.Erase(t.Context(), p.Actor, people.Proof{Name: p.Name}))
	h.Settle()
}

// told counts what somebody was told and has not been settled, by kind.
func (h *house) told(t *testing.T, p *cairntest.Someone, kind string) int {
	t.Helper()
	h.Settle()
	return h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = $2 AND settled_at = 0`, p.ID, kind)
}

func (h *house) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	must(t, h.DB.Reader().QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

// audited counts what others did with somebody's own under a verb.
func (h *house) audited(t *testing.T, p *cairntest.Someone, verb string) int {
	t.Helper()
	list, err := h.Ledger.About(t.Context(), p.ID, 100)
	must(t, err)
	n := 0
	for _, x := range list {
		if x.Verb == verb {
			n++
		}
	}
	return n
}

func at(id moment.ID, more ...string) string {
	return "/groups/" + string(id) + strings.Join(more, "")
}

var nonce = regexp.MustCompile(`content="[0-9a-f]{32}"|nonce="[^"]*"`)

// plain is a page without what is another on every answer.
func plain(body string) string { return nonce.ReplaceAllString(body, "NONCE") }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wants looks whether an error is of a kind.
func wants(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: %v", what, err)
	}
}

func status(t *testing.T, what string, got cairntest.Page, want int) {
	t.Helper()
	if got.Status != want {
		t.Errorf("%s: %d, not %d", what, got.Status, want)
	}
}

func has(t *testing.T, what, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("%s lacks %q", what, p)
		}
	}
}

func lacks(t *testing.T, what, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(body, p) {
			t.Errorf("%s has %q", what, p)
		}
	}
}
