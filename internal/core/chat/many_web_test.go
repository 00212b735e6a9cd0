package chat_test

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// around gives rooms the page that a slice brings: here one that shows the pane.
func around(w *cairntest.World) {
	w.Chat.Around("room", chat.Frame{Talk: func(out http.ResponseWriter, r *http.Request) error {
		id, err := web.PathID(r)
		if err != nil {
			return err
		}
		pane, err := w.Chat.Panel(r.Context(), web.Actor(r.Context()), id, "/room/"+string(id))
		if err != nil {
			return err
		}
		page := templ.ComponentFunc(func(ctx context.Context, to io.Writer) error {
			if _, err := to.Write([]byte(`<h1 id="text">The room</h1>`)); err != nil {
				return err
			}
			return pane.Render(ctx, to)
		})
		return web.Render(out, r, http.StatusOK, page)
	}})
}

// room is a conversation of many with its page.
func room(t *testing.T, w *cairntest.World) (c many, path string) {
	t.Helper()
	around(w)
	c = gather(t, w)
	return c, "/talk/" + string(c.id)
}

var anyID = regexp.MustCompile(` id="([^"]*)"`)

func TestAPaneStandsInAnotherPage(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c, path := room(t, w)
		heron, wren := w.Person("Heron"), w.Person("Wren")
		c.admit(t, heron, "")
		c.admit(t, wren, "Visitor 3")
		mine := c.say(t, heron, "1", "what Heron said")
		theirs := c.say(t, wren, "1", "what a visitor said")

		got := heron.Get(path)
		if got.Status != http.StatusOK {
			t.Fatalf("status %d", got.Status)
		}
		for _, ids := range anyID.FindAllStringSubmatch(got.Body, -1)[1:] { // the first is the page's
			if !strings.HasPrefix(ids[1], "talk-"+string(c.id)+"-") {
				t.Errorf("the pane has the id %q", ids[1])
			}
		}
		for what, n := range map[string]int{
			"<main": 0, "<h1": 1, "<bdi>Visitor 3</bdi>": 1, "Wren": 0, string(wren.ID): 0, string(heron.ID): 0, "has read this": 0, "They see you as Heron.": 1,
			`src="` + path + `/stream"`: 1, `name="back" value="/room/` + string(c.id) + `"`: 3, // writing, changing, taking back
			path + "/change/" + strconv.FormatInt(mine.Seq, 10) + `"`: 1, path + "/withdraw/" + strconv.FormatInt(mine.Seq, 10) + `"`: 1,
			path + "/change/" + strconv.FormatInt(theirs.Seq, 10) + `"`: 0, "kind=message&amp;id=" + string(theirs.ID): 1, "kind=message&amp;id=" + string(mine.ID): 0,
			"/typing": 0, "cairn-talk": 0,
		} {
			if have := strings.Count(got.Body, what); have != n {
				t.Errorf("%q stands there %d times, want %d", what, have, n)
			}
		}
		if got := wren.Get(path); !strings.Contains(got.Body, "They see you as Visitor 3, not by your name.") || strings.Contains(got.Body, "Wren") {
			t.Error("whoever is called otherwise does not read how")
		}
		var opened int
		if err := w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM access_audit WHERE verb = 'chat.read' AND object = $1 AND actor = $2`, c.id, heron.ID).Scan(&opened); err != nil || opened != 1 {
			t.Errorf("%d openings in the audit, %v", opened, err)
		}
		w.Time.Advance(chat.EditWithin + time.Second)
		if got := heron.Get(path); strings.Contains(got.Body, path+"/change/") || !strings.Contains(got.Body, path+"/withdraw/") {
			t.Error("late, one changes words, or cannot take them back")
		}
	})
}

func TestAFormOfARoomReturnsToIt(t *testing.T) {
	w := cairntest.New(t)
	c, path := room(t, w)
	heron := w.Person("Heron")
	c.admit(t, heron, "")
	here := "/room/" + string(c.id)
	tests := []struct{ back, to string }{
		{here, here},
		{here + "/aside", here + "/aside"},
		{"", path},
		{"/room/", path},
		{"/room", path},
		{"/rooms/1", path},
		{"/me", path},
		{"//evil.example/room/1", path},
		{"https://evil.example/room/1", path},
		{"/room/../me", path},
		{"/room/%2e%2e/me", path},
		{"/room//evil.example", path},
		{"/room/1?next=//evil.example", path},
		{"/room/1#x", path},
		{"/room/1\r\nSet-Cookie: a=b", path},
		{`/room/1\evil`, path},
		{"/room/" + strings.Repeat("a", 65), path},
		{"/room/1/2/3/4/5", path},
		{" /room/1", path},
		{"/room/1\n", path},
		{"javascript:/room/1", path},
	}
	for i, tt := range tests {
		key := "k" + strconv.Itoa(i)
		got := heron.Post(path+"/say", "key", key, "text", "words", "back", tt.back)
		if got.Status != http.StatusSeeOther || got.To() != tt.to {
			t.Errorf("say with back %q: %d %q", tt.back, got.Status, got.To())
		}
		v, err := w.Chat.Read(t.Context(), heron.Actor, c.id, 0)
		if err != nil {
			t.Fatal(err)
		}
		seq := strconv.FormatInt(v.Messages[len(v.Messages)-1].Seq, 10)
		if got := heron.Post(path+"/change/"+seq, "text", "other words", "back", tt.back); got.Status != http.StatusSeeOther || got.To() != tt.to {
			t.Errorf("change with back %q: %d %q", tt.back, got.Status, got.To())
		}
		if got := heron.Post(path+"/withdraw/"+seq, "back", tt.back); got.Status != http.StatusSeeOther || got.To() != tt.to {
			t.Errorf("withdraw with back %q: %d %q", tt.back, got.Status, got.To())
		}
		w.Time.Advance(10 * time.Second)
	}

	// What was not taken is shown with what was typed, and still knows where to return.
	got := heron.Post(path+"/say", "key", "empty", "text", " ", "back", here)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `name="back" value="`+here+`"`) || !strings.Contains(got.Body, "There is nothing in it yet") || !strings.Contains(got.Body, `href="`+here+`"`) {
		t.Errorf("empty: %d\n%s", got.Status, got.Body)
	}
	m := c.say(t, heron, "last", "last words")
	seq := strconv.FormatInt(m.Seq, 10)
	if got = heron.Post(path+"/change/"+seq, "text", "", "back", here); got.Status != http.StatusUnprocessableEntity || strings.Count(got.Body, `name="back" value="`+here+`"`) != 2 {
		t.Errorf("changed to nothing: %d", got.Status)
	}
	if got = heron.Get(path + "/change/" + seq + "?back=" + here); !strings.Contains(got.Body, `name="back" value="`+here+`"`) || strings.Contains(got.Body, "Someone who left") {
		t.Errorf("changing: %d\n%s", got.Status, got.Body)
	}
	if got = heron.Get(path + "/change/" + seq + "?back=//evil.example"); strings.Contains(got.Body, `value="//evil`) || strings.Contains(got.Body, `href="//evil`) {
		t.Error("a strange address is kept")
	}
}

func TestOneReadsFurtherBackBesideAPane(t *testing.T) {
	w := cairntest.New(t)
	c, path := room(t, w)
	heron, wren := w.Person("Heron"), w.Person("Wren")
	c.admit(t, heron, "")
	c.admit(t, wren, "")
	for i := range chat.PageLength + 5 {
		w.Time.Advance(2 * time.Second)
		c.say(t, wren, "k"+strconv.Itoa(i), "words number "+strconv.Itoa(i)+".")
	}
	pane := heron.Get(path)
	link := regexp.MustCompile(`href="(/talk/[^"]+/write\?before=[^"]+)" [^>]*target="_blank"|target="_blank"[^>]*href="(/talk/[^"]+/write\?before=[^"]+)"`).FindStringSubmatch(pane.Body)
	if link == nil || strings.Contains(pane.Body, "words number 0.") {
		t.Fatalf("nothing leads further back:\n%s", pane.Body)
	}
	got := heron.Get(strings.ReplaceAll(link[1]+link[2], "&amp;", "&"))
	for i := range chat.PageLength + 5 {
		if want := "words number " + strconv.Itoa(i) + "."; strings.Contains(got.Body, want) == strings.Contains(pane.Body, want) {
			t.Errorf("%q stands on both or none", want)
		}
	}
	if strings.Contains(got.Body, path+"/say") || !strings.Contains(got.Body, `href="/room/`+string(c.id)+`"`) {
		t.Error("one writes further back, or does not come back")
	}
	if got = heron.Get(path + "/write"); !strings.Contains(got.Body, path+"/say") || !strings.Contains(got.Body, "words number 54.") {
		t.Errorf("writing on a page of its own: %d", got.Status)
	}
}

// Every address of a conversation, asked by somebody who is in one of many. What is only
// of two is not there. An address that is new has to be thought about here.
func TestWhatAddressesAConversationOfManyHas(t *testing.T) {
	const (
		here = "there"
		none = "not there"
	)
	want := map[string]string{
		"GET /talk/{id}": here, "GET /talk/{id}/stream": here, "GET /talk/{id}/write": here, "POST /talk/{id}/say": here,
		"GET /talk/{id}/change/{seq}": here, "POST /talk/{id}/change/{seq}": here, "POST /talk/{id}/withdraw/{seq}": here,

		"GET /talk/{id}/after": none, "POST /talk/{id}/after": none, "GET /talk/{id}/case": none, "POST /talk/{id}/typing": none, "POST /talk/{id}/read": none,
		"GET /talk/{id}/card/{name}": none, "POST /talk/{id}/card/{name}": none, "POST /talk/{id}/keep": none, "POST /talk/{id}/delete": none,
	}
	w := cairntest.New(t)
	c, path := room(t, w)
	people := []*cairntest.Someone{w.Person("Heron"), w.Person("Ali", access.Peer), w.Person("Ines", access.Supervisor), w.Person("Tomo", access.Coordinator)}
	out := w.Person("Slate", access.Administrator, access.Supervisor, access.Coordinator, access.Peer)
	seen := 0
	for _, p := range people {
		c.admit(t, p, "")
	}
	for _, route := range w.Site.Routes() {
		if !strings.HasPrefix(route.Path, "/talk/{id}") {
			continue
		}
		name := route.Method + " " + route.Path
		expected, settled := want[name]
		if !settled {
			expected = none // what other slices do around conversations is about two people
		} else {
			seen++
		}
		for _, p := range append([]*cairntest.Someone{out}, people...) {
			seq := "1"
			if p != out {
				seq = strconv.FormatInt(c.say(t, p, string(moment.NewID()), "words").Seq, 10)
			}
			address := path + strings.NewReplacer("/talk/{id}", "", "{seq}", seq, "{name}", "crisis", "{act}", "end").Replace(route.Path)
			var status int
			switch {
			case route.Stream && expected == here && p != out:
				stream(t, p, address, "", 1)
				status = http.StatusOK
			case route.Method == http.MethodGet:
				status = p.Get(address).Status
			default:
				status = p.Post(address, "key", string(moment.NewID()), "text", "words", "seq", "1", "keep", "yes").Status
			}
			if there := status == http.StatusOK || status == http.StatusSeeOther; there != (expected == here && p != out) || !there && status != http.StatusNotFound {
				t.Errorf("%s by %s: %d, want it %s", name, p.Name, status, expected)
			}
			w.Time.Advance(time.Minute) // so that no rate is met
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d addresses exist", seen, len(want))
	}
	for _, path := range []string{"/report?kind=talk&id=" + string(c.id), "/cases/new?place=" + string(c.id)} {
		for _, p := range people {
			if got := p.Get(path); got.Status != http.StatusNotFound && got.Status != http.StatusForbidden {
				t.Errorf("%s: %s by %s", path, strconv.Itoa(got.Status), p.Name)
			}
		}
	}
}

// The words around the words are in the reader's language; a name keeps its direction.
func TestAPaneSpeaksTheReadersLanguage(t *testing.T) {
	w := cairntest.New(t)
	c, path := room(t, w)
	heron, noor := w.Person("Heron"), w.Person("نور")
	c.admit(t, heron, "")
	c.admit(t, noor, "")
	c.say(t, noor, "1", "سلام")
	for lang, words := range map[string][]string{
		"en": {"They see you as Heron.", "Report these words of \u2068نور\u2069", "<bdi>نور</bdi>"},
		"es": {"Te ven como Heron.", "Denunciar estas palabras de \u2068نور\u2069"},
		"ar": {"تظهر لهم باسم \u2068Heron\u2069", "إبلاغ عن كلمات نور هذه"},
	} {
		heron.Post("/look", "lang", lang)
		got := heron.Get(path)
		for _, s := range words {
			if !strings.Contains(got.Body, s) {
				t.Errorf("%s: %q is not there", lang, s)
			}
		}
	}
}
