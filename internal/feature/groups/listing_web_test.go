package groups_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func upload(p *cairntest.Someone, path string, file []byte, pairs ...string) cairntest.Page {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = form.WriteField(pairs[i], pairs[i+1])
	}
	if file != nil {
		part, _ := form.CreateFormFile("file", "list.json")
		_, _ = part.Write(file)
	}
	_ = form.Close()
	return p.Send(http.MethodPost, path, b.String(), http.Header{"Content-Type": {form.FormDataContentType()}})
}

// The whole way as a coordinator does it: from an address, looked at, taken over, read again.
func TestListsOverHTTP(t *testing.T) {
	rows := []row{tea(), walk()}
	status := http.StatusOK
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(rows)
	}))
	defer there.Close()
	u, err := url.Parse(there.URL)
	fine(t, err)
	w := cairntest.Build(t, "sqlite:"+t.TempDir()+"/cairn.db", true, func(s *app.Settings, _ *app.Options) { s.WebhookAllow = []string{u.Host} })
	lead := w.Person("Wren", access.Coordinator)
	if got := lead.Get("/groups/import"); got.Status != 303 || got.To() != "/programme/feeds/new" {
		t.Errorf("%d %s", got.Status, got.To())
	}
	for typed, says := range map[string]string{
		"http://river.example/list":     "must begin with https://",
		"https://169.254.169.254/list":  "own network",
		"https://localhost/list":        "own network",
		"javascript:alert(1)":           "not a whole address",
		there.URL + "x/y":               "",
		"":                              "give an address, or choose a file",
		"https://a:b@river.example/ist": "not a whole address",
	} {
		got := upload(lead, "/programme/feeds/new", nil, "name", "River House", "address", typed, "zone", "Europe/Berlin")
		if got.Status != 422 || !strings.Contains(got.Body, says) || !strings.Contains(got.Body, `value="River House"`) {
			t.Errorf("%s: %d", typed, got.Status)
		}
	}
	status = http.StatusNotFound
	if got := upload(lead, "/programme/feeds/new", nil, "name", "River House", "address", there.URL, "zone", "UTC"); got.Status != 422 || !strings.Contains(got.Body, "number 404") || !strings.Contains(got.Body, there.URL) {
		t.Errorf("not there: %d", got.Status)
	}
	status = http.StatusOK
	got := upload(lead, "/programme/feeds/new", nil, "name", "River House", "address", there.URL, "zone", "Europe/Berlin")
	if got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	path := got.To()
	if again := upload(lead, "/programme/feeds/new", nil, "name", "Once more", "address", there.URL, "zone", "UTC"); again.Status != 422 || !strings.Contains(again.Body, "already read as “River House”") {
		t.Errorf("the same address twice: %d", again.Status)
	}
	page := lead.Get(path)
	for _, want := range []string{"2 groups are new", "Tea and talk", "3 Heron Lane", "Every week: Tuesday, Friday", "Take over 2 changes", `<th scope="col">`} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page of the list lacks %q", want)
		}
	}
	v, err := w.Groups.Feed(t.Context(), lead.Actor, moment.ID(strings.TrimPrefix(path, "/programme/feeds/")))
	fine(t, err)
	if got := lead.Post(path+"/take", "look", v.Look); got.Status != 303 {
		t.Fatalf("%d", got.Status)
	}
	if page := lead.Get(path + "?done=taken"); !strings.Contains(page.Body, "The list has been taken over.") || !strings.Contains(page.Body, "2 groups are listed, as of") {
		t.Error("the page does not say that it was taken over")
	}
	if page := lead.Get("/programme/feeds"); !strings.Contains(page.Body, "River House") || !strings.Contains(page.Body, "2 groups are listed") {
		t.Error("the lists")
	}
	rows = rows[:1]
	if got := upload(lead, path+"/read", nil, "address", there.URL); got.Status != 303 || !strings.Contains(lead.Get(path).Body, "1 group is gone and would end") {
		t.Errorf("read again: %d", got.Status)
	}
	if got := upload(lead, path+"/read", nil, "address", "https://[::1]/typed"); got.Status != 422 || !strings.Contains(got.Body, "https://[::1]/typed") || !strings.Contains(got.Body, "1 group is gone") {
		t.Errorf("read elsewhere: %d", got.Status)
	}
	if got := lead.Post(path + "/leave"); got.Status != 303 || strings.Contains(lead.Get(path).Body, "would end") {
		t.Errorf("leaving it: %d", got.Status)
	}
	if page := lead.Get(path + "/drop"); !strings.Contains(page.Body, "Take away the list of River House?") || !strings.Contains(page.Body, "2 groups will no longer be listed") {
		t.Error("nobody asks whether one is sure")
	}
	if got := lead.Post(path + "/drop"); got.Status != 303 || lead.Get(path).Status != 404 || lead.Post(path+"/drop").Status != 404 {
		t.Errorf("dropping: %d", got.Status)
	}
}

func TestOnlyCoordinatorsBringInLists(t *testing.T) {
	w := cairntest.New(t)
	h := bring(t, w, tea())
	path := "/programme/feeds/" + string(h.feed)
	for _, role := range []access.Role{access.Member, access.Peer, access.Facilitator, access.Supervisor, access.Administrator} {
		p := w.Person("Juniper "+role.String(), role)
		for _, get := range []string{"/groups/import", "/programme/feeds", "/programme/feeds/new", path, path + "/drop"} {
			if got := p.Get(get); got.Status != 403 && got.Status != 404 {
				t.Errorf("%s sees %s: %d", role, get, got.Status)
			}
		}
		for _, post := range []string{"/programme/feeds/new", path + "/read", path + "/take", path + "/leave", path + "/drop"} {
			if got := upload(p, post, listFile(t, tea()), "name", "Mine", "zone", "UTC", "look", h.look(t).Look); got.Status != 403 && got.Status != 404 {
				t.Errorf("%s does %s: %d", role, post, got.Status)
			}
		}
		a := p.Actor
		_, err := w.Groups.MakeFeed(t.Context(), a, groups.FeedDraft{})
		for _, err := range []error{err, w.Groups.ReadFeed(t.Context(), a, h.feed, "", []byte("[]")), w.Groups.Take(t.Context(), a, h.feed, h.look(t).Look, false), w.Groups.LeaveLook(t.Context(), a, h.feed), w.Groups.DropFeed(t.Context(), a, h.feed)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", role, err)
			}
		}
	}
	for _, get := range []string{"/groups/import", "/programme/feeds", path} {
		if got := w.Browser().Get(get); got.Status != 303 || !strings.HasPrefix(got.To(), "/sign-in") {
			t.Errorf("a visitor sees %s: %d", get, got.Status)
		}
	}
	if len(h.all(t)) != 0 {
		t.Error("somebody took it over")
	}
}

// Nobody joins, holds or changes a listed group, coordinators neither.
func TestAListedGroupIsNobodysHere(t *testing.T) {
	w := cairntest.New(t)
	h := bring(t, w, tea("conference_url", "https://rooms.example/tea", "name", "<b>Tea</b> <script>alert(1)</script>and talk", "notes", "\u202eBring a cup."))
	h.take(t)
	g, ok := h.all(t)["Tea alert(1)and talk"]
	if !ok {
		t.Fatalf("%+v", h.all(t))
	}
	at := "/groups/" + string(g.ID)
	member := w.Person("Juniper")
	for _, p := range []*cairntest.Someone{w.Browser(), member, h.lead} {
		page := p.Get(at)
		for _, want := range []string{"River House holds this group. It is not part of this service.", "As of 21 November 2026, from River House.", "https://river.example/tea", "3 Heron Lane", "https://rooms.example/tea", "Open to everybody", "Bring a cup."} {
			if page.Status != 200 || !strings.Contains(page.Body, want) {
				t.Errorf("%s: %d, without %q", p.Name, page.Status, want)
			}
		}
		for _, no := range []string{"<script>alert", "\u202e", at + "/join", at + "/edit", at + "/handover", "/series/new", "Will you come"} {
			if strings.Contains(page.Body, no) {
				t.Errorf("%s: the page has %q", p.Name, no)
			}
		}
		if got := p.Get("/meeting/" + string(g.Next.ID)); got.Status != 200 || !strings.Contains(got.Body, "River House holds this, not this service.") || !strings.Contains(got.Body, "https://rooms.example/tea") {
			t.Errorf("%s: the meeting: %d", p.Name, got.Status)
		}
	}
	for _, get := range []string{"/join", "/edit", "/people", "/round", "/handover", "/leave", "/outreach"} {
		for _, p := range []*cairntest.Someone{member, h.lead} {
			if got := p.Get(at + get); got.Status == 200 {
				t.Errorf("%s gets %s: %d", p.Name, get, got.Status)
			}
		}
	}
	if err := w.Groups.Turn(t.Context(), h.lead.Actor, g.ID, groups.Ended); !fault.Is(err, fault.NotFound) {
		t.Errorf("a coordinator ends it: %v", err)
	}
	if got := member.Post("/meeting/"+string(g.Next.ID)+"/answer", "how", "room"); got.Status == 303 {
		t.Errorf("a member answers: %d", got.Status)
	}
	if o, err := w.Groups.Overview(t.Context(), h.lead.Actor, groups.Open, ""); err != nil || len(o.Nobody) != 0 {
		t.Errorf("it looks for somebody: %+v %v", o.Nobody, err)
	}
	if _, err := w.Groups.Make(t.Context(), h.lead.Actor, groups.Draft{Name: "By hand", About: "x", Form: groups.Theirs, Openness: groups.Public, Zone: "UTC"}, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("one is made by hand: %v", err)
	}
}

func TestHostileListsAreRefusedInWords(t *testing.T) {
	w := cairntest.New(t)
	lead := w.Person("Wren", access.Coordinator)
	many := []byte("[" + strings.Repeat(`{},`, 1_000_000) + "{}]")
	for _, tt := range []struct {
		name   string
		file   []byte
		status int
		says   string
	}{
		{"nothing", []byte{}, 422, "give an address, or choose a file"},
		{"a page", []byte("<!doctype html><script>alert(1)</script>"), 422, "not a list of meetings"},
		{"deep", []byte("[" + strings.Repeat("[", 1_000_000)), 422, "damaged or cut off"},
		{"a million rows", many, 422, "too many meetings"},
		{"more than we read", bytes.Repeat([]byte(" "), 8<<20+100), 422, ""},
		{"50 MB", bytes.Repeat([]byte("a"), 50<<20), 413, ""},
	} {
		got := upload(lead, "/programme/feeds/new", tt.file, "name", "River House", "zone", "UTC")
		if got.Status != tt.status || !strings.Contains(got.Body, tt.says) || strings.Contains(got.Body, "<script>alert") {
			t.Errorf("%s: %d", tt.name, got.Status)
		}
	}
	if list, err := w.Groups.Feeds(t.Context(), lead.Actor); err != nil || len(list) != 0 {
		t.Fatalf("%+v %v", list, err)
	}
	got := upload(lead, "/programme/feeds/new", listFile(t,
		tea("slug", "a", "conference_url", "javascript:alert(1)"),
		tea("slug", "a"),
		tea("slug", "b", "conference_url", "http://rooms.example/b"),
		tea("slug", "c", "end_time", "18:02"),
		tea("slug", "d", "timezone", "Moon/Tranquility"),
		tea("slug", "e", "url", w.Groups.BaseURL+"/groups/tea"),
		tea("slug", "f", "name", strings.Repeat("long ", 60), "day", []int{0, 1, 2, 3, 4, 5, 6}),
		tea("slug", "g", "notes", row{"a": []int{1}}),
		row{"slug": "h", "name": `<img src=x onerror="alert(1)">`},
	), "name", "River House", "zone", "UTC")
	page := lead.Get(got.To())
	for _, want := range []string{"3 groups are new", "6 rows cannot be taken over", "Its slug is in the list twice.", "does not begin with https://", "less than five minutes", "Moon/Tranquility", "It is a group of this service.", "It has no name."} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("without %q", want)
		}
	}
	if strings.Contains(page.Body, "onerror") || strings.Contains(page.Body, "javascript:alert") {
		t.Error("something hostile stands on the page")
	}
}
