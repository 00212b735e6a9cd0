package forum_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// old is a file as an export writes it.
const old = `{"format":"cairn.forum","version":1}
{"key":"t1","title":"Tea at four","words":"one lamp\n\n- tea & <b>","author":"Old Oak","at":"2019-03-01T04:00:00Z","topics":["sleep"]}
{"key":"a1","thread":"t1","words":"Yes, marker-amber.","author":"Fern","at":"2019-03-01T05:00:00.25Z"}
{"key":"a2","thread":"t1","words":"> Yes.","at":"2019-03-01T06:00:00Z","quotes":"a1"}
{"key":"t2","title":"Empty rooms","words":"السلام","at":"2019-03-01T04:00:00Z"}
`

// upload sends a form with a file.
func upload(p *cairntest.Someone, path, field, name string, file []byte, pairs ...string) cairntest.Page {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = form.WriteField(pairs[i], pairs[i+1])
	}
	if file != nil {
		part, _ := form.CreateFormFile(field, name)
		_, _ = part.Write(file)
	}
	_ = form.Close()
	return p.Send(http.MethodPost, path, b.String(), http.Header{"Content-Type": {form.FormDataContentType()}})
}

// brings looks at a file and brings it in, as Tomo.
func (h *house) brings(t *testing.T, id moment.ID, file string, pairs ...string) cairntest.Page {
	t.Helper()
	status(t, "look at a file", upload(h.tomo, at(id, "/import"), "file", "a.jsonl", []byte(file)), 303)
	v, err := h.Forum.Import(t.Context(), h.tomo.Actor, id)
	must(t, err)
	return h.tomo.Post(at(id, "/import/take"), append(pairs, "look", v.Hash)...)
}

func TestARoundTrip(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		status(t, "follow", h.ali.Post(at(id, "/follow"), "on", "yes"), 303)
		h.look(t, h.wren, id)
		status(t, "look", upload(h.tomo, at(id, "/import"), "file", "a.jsonl", []byte(old)), 303)
		if n := h.count(t, `SELECT count(*) FROM discussion_entry`); n != 0 {
			t.Errorf("a look brought %d", n)
		}
		page := h.tomo.Get(at(id, "/import")).Body
		has(t, "what would come", page, "2 threads would come", "2 answers would come", "0 lines cannot come", "Tea at four", "Old Oak", "Bring in 4 lines")
		status(t, "bring", h.brings(t, id, old), 303)
		has(t, "what came", h.tomo.Get(at(id, "/import")).Body, "4 threads and answers came in", "0 of them wait")
		got := h.tomo.Post(at(id, "/export"))
		if got.Body != old || got.Header.Get("Content-Disposition") != `attachment; filename="forum.jsonl"` {
			t.Errorf("an export of what was brought:\n%s", got.Body)
		}
		// Once more makes nothing, and neither does it under another order of the same keys.
		status(t, "once more", h.brings(t, id, old), 303)
		if n := h.count(t, `SELECT count(*) FROM discussion_entry`); n != 4 {
			t.Errorf("%d after once more", n)
		}
		// Nobody is told, nothing is new, nobody here wrote it; the same name is not the same person.
		if n := h.told(t, h.ali, "discussion.posted") + h.told(t, h.fern, "discussion.answered"); n != 0 {
			t.Errorf("%d were told", n)
		}
		if x := h.listed(t, h.wren, id); x.New != 0 || x.Threads != 2 {
			t.Errorf("%+v", x)
		}
		thread := moment.ID("")
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT post FROM discussion_entry WHERE post IS NOT NULL LIMIT 1`).Scan(&thread))
		body := h.ali.Get(post(thread)).Body
		has(t, "the thread", body, "Old Oak, before it came here", "Fern, before it came here", "Somebody, before it came here", "tea &amp; &lt;b&gt;", "/report?kind=post")
		lacks(t, "the thread", body, string(h.fern.ID))
		// What was written here and taken along comes into another space, and not into its own.
		mine := h.begins(t, h.heron, id, "Mine", "words")
		unnamed, _, err := h.Discussion.Comment(t.Context(), h.wren.Actor, mine, discussion.Draft{Words: "wren-unnamed", Anonymous: true})
		must(t, err)
		along := h.tomo.Post(at(id, "/export")).Body
		has(t, "taken along", along, `"author":"Heron"`, `{"key":"`+string(unnamed)+`","thread":"`+string(mine)+`","words":"wren-unnamed","at":`)
		lacks(t, "taken along", along, "Wren", string(h.wren.ID), string(h.heron.ID))
		n := h.count(t, `SELECT count(*) FROM discussion_entry`)
		status(t, "into its own", h.brings(t, id, along), 303)
		if m := h.count(t, `SELECT count(*) FROM discussion_entry`); m != n {
			t.Errorf("into its own: %d more", m-n)
		}
		other := h.space(t, draft(forum.Open))
		status(t, "into another", h.brings(t, other, along), 303)
		if again := h.tomo.Post(at(other, "/export")).Body; again != along {
			t.Errorf("from one space into another:\n%s\n%s", along, again)
		}
		if m := h.count(t, `SELECT count(*) FROM access_audit WHERE verb = 'forum.export' AND object = $1`, id); m != 2 {
			t.Errorf("%d exports are written down", m)
		}
		if m := h.count(t, `SELECT count(*) FROM search_doc WHERE area = $1`, "forum:"+string(other)); m != 6 {
			t.Errorf("%d are found", m)
		}
	})
}

func TestBadLines(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		bad := old + `{"key":"x","thread":"nothing","words":"W","at":"2019-03-01T04:00:00Z"}` + "\n" + `{"key":"y","title":"No time","words":"W","at":"then"}` + "\n"
		got := h.brings(t, id, bad, "strict", "yes")
		status(t, "strictly", got, 422)
		has(t, "strictly", got.Body, "2 lines cannot come, so nothing came in", "No line before it that can come", "No time", `value="yes" checked`)
		if n := h.count(t, `SELECT count(*) FROM discussion_entry`); n != 0 {
			t.Errorf("strictly, %d came", n)
		}
		status(t, "not strictly", h.brings(t, id, bad), 303)
		has(t, "after", h.tomo.Get(at(id, "/import")).Body, "4 threads and answers came in", "2 lines cannot come", "No time")
		for name, file := range map[string]string{"Choose a file first": "", "Its first line has to be": "<html>", "We read version 1": `{"format":"cairn.forum","version":9}`} {
			got := upload(h.tomo, at(id, "/import"), "file", "a.jsonl", []byte(file))
			status(t, name, got, 422)
			has(t, name, got.Body, name)
		}
		status(t, "far too large", upload(h.tomo, at(id, "/import"), "file", "a.jsonl", bytes.Repeat([]byte("x"), 9<<20)), 413)
		status(t, "something else than was seen", h.tomo.Post(at(id, "/import/take"), "look", "another"), 409)
		status(t, "put it away", h.tomo.Post(at(id, "/import/leave")), 303)
		lacks(t, "after putting it away", h.tomo.Get(at(id, "/import")).Body, "No time")
		status(t, "look", upload(h.tomo, at(id, "/import"), "file", "a.jsonl", []byte(old)), 303)
		w.Pass(25 * time.Hour)
		if n := h.count(t, `SELECT count(*) FROM forum_import`); n != 0 {
			t.Error("the file is kept after its day")
		}
	})
}

// A listed phrase in old words pages nobody, and waits for those who keep the space alone.
func TestOldWordsWithAPhraseWait(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Community)
		id := h.space(t, d, h.tomo, h.ali)
		file := `{"format":"cairn.forum","version":1}` + "\n" +
			`{"key":"t","title":"Long ago","words":"` + goodbye + `","author":"Oak","at":"2019-03-01T04:00:00Z"}` + "\n" +
			`{"key":"a","thread":"t","words":"I am with you","author":"Elm","at":"2019-03-01T05:00:00Z"}` + "\n" +
			`{"key":"u","title":"Quiet","words":"W","at":"2019-03-01T04:00:00Z"}` + "\n" +
			`{"key":"b","thread":"u","words":"` + goodbye + `","at":"2019-03-02T05:00:00Z"}` + "\n"
		status(t, "bring", h.brings(t, id, file), 303)
		has(t, "what came", h.tomo.Get(at(id, "/import")).Body, "2 of them wait")
		if n := h.told(t, h.ines, "discussion.held") + h.told(t, h.tomo, "discussion.held") + h.told(t, h.ines, "discussion.waiting"); n != 0 {
			t.Errorf("%d were paged", n)
		}
		if n := h.told(t, h.fern, "discussion.waiting"); n != 1 {
			t.Errorf("whoever keeps it was told %d times", n)
		}
		list := h.ali.Get(at(id)).Body
		has(t, "a reader's list", list, "Quiet")
		lacks(t, "a reader's list", list, "Long ago")
		var held moment.ID
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM discussion_entry WHERE post IS NULL AND state = 'held'`).Scan(&held))
		status(t, "a reader", h.ali.Get(post(held)), 404)
		status(t, "whoever leads, who is not in it", h.ines.Get(post(held)), 404)
		has(t, "whoever keeps it", h.fern.Get(post(held)).Body, "it was brought here from before", "Release it for everybody")
		has(t, "the queue", h.fern.Get("/moderation").Body, "By the water")
		status(t, "release", h.fern.Post(post(held, "/release")), 303)
		has(t, "the thread", h.ali.Get(post(held)).Body, "I am with you")
		if x := h.listed(t, h.ali, id); x.New != 0 || x.Threads != 2 {
			t.Errorf("after the release: %+v", x)
		}
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM discussion_entry WHERE post IS NOT NULL AND state = 'held'`).Scan(&held))
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, held))
		if n := h.count(t, `SELECT comments FROM discussion_entry WHERE id = (SELECT post FROM discussion_entry WHERE id = $1)`, held); n != 1 {
			t.Errorf("%d answers are counted", n)
		}
		if n := h.told(t, h.ali, "discussion.posted"); n != 0 {
			t.Error("somebody was told of old words")
		}
	})
}

func TestWhoBringsInAndTakesAlong(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	open, members, community := h.space(t, draft(forum.Open)), h.space(t, draft(forum.Members)), h.space(t, draft(forum.Community), h.ali)
	for _, p := range []*cairntest.Someone{h.ines, h.fern, h.ali, h.slate, w.Person("Peer", access.Peer)} {
		for _, id := range []moment.ID{open, members, community} {
			status(t, p.Name+" looks", p.Get(at(id, "/import")), 404)
			status(t, p.Name+" brings", upload(p, at(id, "/import"), "file", "a", []byte(old)), 404)
			status(t, p.Name+" takes", p.Post(at(id, "/import/take"), "look", "x"), 404)
			status(t, p.Name+" leaves", p.Post(at(id, "/import/leave")), 404)
		}
	}
	status(t, "a community that the coordinator is not in", h.tomo.Get(at(community, "/import")), 404)
	status(t, "bringing into it", upload(h.tomo, at(community, "/import"), "file", "a", []byte(old)), 404)
	for _, p := range []*cairntest.Someone{h.ines, h.ali, h.slate} {
		status(t, p.Name+" takes along", p.Post(at(members, "/export")), 404)
		status(t, p.Name+" takes a community along", p.Post(at(community, "/export")), 404)
	}
	status(t, "a coordinator takes a community along", h.tomo.Post(at(community, "/export")), 404)
	status(t, "its moderator does", h.fern.Post(at(community, "/export")), 200)
	status(t, "a moderator of another space", h.fern.Post(at(members, "/export")), 404)
	status(t, "a coordinator does", h.tomo.Post(at(members, "/export")), 200)
	status(t, "a visitor", h.visitor.Post(at(open, "/export")), 401)
	has(t, "the coordinator's page", h.tomo.Get(at(members)).Body, at(members, "/import"), at(members, "/export"))
	lacks(t, "a reader's page", h.ali.Get(at(members)).Body, at(members, "/import"), at(members, "/export"))
}

// What is held, hidden or taken back is not taken along, nor what stands below it.
func TestWhatIsNotTakenAlong(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.space(t, draft(forum.Members))
	thread := h.begins(t, h.heron, id, "One", "heron-one")
	hidden := h.answers(t, h.ali, thread, "ali-hidden")
	quoting, _, err := h.Discussion.Comment(t.Context(), h.wren.Actor, thread, discussion.Draft{Words: "wren-quotes", Quotes: hidden})
	must(t, err)
	h.begins(t, h.wren, id, "Heavy", goodbye)
	gone := h.begins(t, h.wren, id, "Gone", "wren-gone")
	h.answers(t, h.ali, gone, "ali-below")
	must(t, h.Discussion.Withdraw(t.Context(), h.wren.Actor, gone))
	must(t, h.Discussion.Hide(t.Context(), h.tomo.Actor, hidden, "why"))
	got := h.tomo.Post(at(id, "/export")).Body
	has(t, "the file", got, "heron-one", `{"key":"`+string(quoting)+`","thread":"`+string(thread)+`","words":"wren-quotes"`)
	lacks(t, "the file", got, "ali-hidden", goodbye, "Gone", "ali-below", "quotes\":")
	if n := strings.Count(got, "\n"); n != 3 {
		t.Errorf("%d lines", n)
	}
}

// A long file goes on by a timer, and nothing of it comes twice.
func TestALongFile(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		var b strings.Builder
		b.WriteString(`{"format":"cairn.forum","version":1}` + "\n" + `{"key":"t","title":"Long","words":"W","at":"2019-03-01T04:00:00Z"}` + "\n")
		const n = 700
		for i := range n {
			fmt.Fprintf(&b, `{"key":"a%d","thread":"t","words":"line %d","at":"2019-03-01T05:%02d:%02dZ"}`+"\n", i, i, i/60, i%60)
		}
		status(t, "bring", h.brings(t, id, b.String()), 303)
		has(t, "meanwhile", h.tomo.Get(at(id, "/import")).Body, "It is being brought in")
		status(t, "another meanwhile", upload(h.tomo, at(id, "/import"), "file", "a", []byte(old)), 409)
		w.Pass(2 * time.Minute)
		has(t, "after", h.tomo.Get(at(id, "/import")).Body, "701 threads and answers came in")
		if got := h.tomo.Post(at(id, "/export")).Body; got != b.String() {
			t.Error("what came is not what was sent")
		}
		if m := h.count(t, `SELECT comments FROM discussion_entry WHERE post IS NULL`); m != n {
			t.Errorf("%d answers are counted", m)
		}
	})
}

// Old words are reported as others are, and hidden; nobody here is told that they wrote them.
func TestOldWordsAreReported(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		status(t, "bring", h.brings(t, id, old), 303)
		var thread moment.ID
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM discussion_entry WHERE comments = 2`).Scan(&thread))
		got := h.ali.Post("/report", "kind", "post", "id", string(thread), "reason", "other", "words", "w")
		if got.Status != 303 && got.Status != 200 {
			t.Fatalf("report: %d", got.Status)
		}
		var report moment.ID
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM moderation_report`).Scan(&report))
		status(t, "claim", h.ines.Post("/moderation/"+string(report)+"/claim"), 303)
		has(t, "the report", h.ines.Get("/moderation/"+string(report)).Body, "one lamp")
		status(t, "decide", h.ines.Post("/moderation/"+string(report)+"/decide", "thing", "hide", "what", "none", "reason", "private"), 303)
		status(t, "after", h.ali.Get(post(thread)), 404)
		lacks(t, "taken along after", h.tomo.Post(at(id, "/export")).Body, "one lamp", "marker-amber")
		status(t, "once more", h.brings(t, id, old), 303)
		status(t, "it does not come back", h.ali.Get(post(thread)), 404)
		if n := h.count(t, `SELECT count(*) FROM discussion_entry`); n != 4 {
			t.Errorf("%d entries", n)
		}
	})
}
