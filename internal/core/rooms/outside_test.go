package rooms_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/cairntest/sink"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/db"
	"cairn/internal/kit/post"
)

// scribe plays the captions service: it believes only what is signed, and writes to the
// address that it was given last.
type scribe struct {
	*sink.Hook
	t *testing.T
	h *house
}

// captioned runs f with a house whose operator named a captions service, on each
// database.
func captioned(t *testing.T, f func(t *testing.T, h *house, s *scribe)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) {
		secret := post.NewHookSecret()
		file := filepath.Join(t.TempDir(), "secret")
		must(t, os.WriteFile(file, []byte(secret+"\n"), 0o600))
		var w *cairntest.World
		s := &scribe{t: t, Hook: sink.NewHook(t, func() time.Time { return w.Time.Now().Std() })}
		s.Believe(secret)
		w = cairntest.Build(t, address, true, func(set *app.Settings, _ *app.Options) {
			set.Captions, set.CaptionsName, set.CaptionsSecret, set.WebhookAllow = s.URL(), "Swift Words", file, []string{s.Host()}
		})
		s.h = begin(t, w)
		f(t, s.h, s)
	})
}

// invitation is what the service was sent.
type invitation struct {
	Room, Lines string
	Languages   []string
}

// last is the newest invitation of so many that were believed.
func (s *scribe) last(want int) invitation {
	s.t.Helper()
	got, unsigned := s.Got()
	if len(got) != want || unsigned != 0 {
		s.t.Fatalf("the service was invited %d times, %d not signed; want %d", len(got), unsigned, want)
	}
	var in invitation
	must(s.t, json.Unmarshal([]byte(got[want-1].Body), &in))
	return in
}

// path is an address of ours as this test's server has it.
func path(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u.Path
}

// writes posts a line as plain text to an address; it gives the status.
func (s *scribe) writes(lines, words string) int {
	s.t.Helper()
	p := s.h.Browser()
	return p.Send(http.MethodPost, path(s.t, lines), words, http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Sec-Fetch-Site": {}}).Status
}

// hears opens a line to the media server; it gives the status.
func (s *scribe) hears(room string) int {
	s.t.Helper()
	return s.h.Browser().Get(path(s.t, room) + "/rtc").Status
}

// agree brings Wren, Juniper and Heron in, and has everybody say yes.
func (h *house) agree(t *testing.T) {
	t.Helper()
	h.enters(t, h.wren, h.juniper, h.heron)
	h.does(t, h.wren, 303, "captions-ask")
	h.does(t, h.juniper, 303, "captions", "yes", "yes")
	h.does(t, h.heron, 303, "captions", "yes", "yes")
	h.Settle()
}

const (
	question = "May Swift Words write captions? It is outside this service, hears what is said, and is listed while it does."
	running  = "Swift Words writes captions. It is outside this service and hears what is said."
	ended    = "Swift Words writes no captions here"
)

func TestEverybodyAgreesToCaptionsFromOutside(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.enters(t, h.wren, h.juniper, h.heron)
		h.Settle()
		if got, _ := s.Got(); len(got) != 0 {
			t.Fatal("the service is invited before anybody asked")
		}
		shows(t, "who holds it", h.wren.Get(h.path()).Body, []string{"Ask everybody whether Swift Words may write captions"}, []string{question})
		shows(t, "who takes part", h.juniper.Get(h.path()).Body, nil, []string{"Swift Words"})
		h.does(t, h.juniper, 404, "captions-ask")
		h.does(t, h.juniper, 409, "captions", "yes", "yes") // nobody asked
		h.does(t, h.juniper, 303, "captions", "yes", "no")  // a no is always well
		h.does(t, h.wren, 303, "captions-ask")
		for _, p := range []*cairntest.Someone{h.juniper, h.heron} {
			shows(t, p.Name, p.Get(h.path()).Body, []string{question, "Yes, that is fine"}, []string{running, "captions, outside service"})
		}
		shows(t, "who asked", h.wren.Get(h.path()).Body, []string{question, "2 people have not answered yet.", "Take my yes back"}, nil)
		h.does(t, h.juniper, 303, "captions", "yes", "yes")
		h.does(t, h.juniper, 303, "captions", "yes", "yes")
		h.Settle()
		if got, _ := s.Got(); len(got) != 0 || h.look(t, h.wren).Outside.State != rooms.OutsideAsked {
			t.Fatal("the service is invited though one has not answered")
		}
		h.does(t, h.heron, 303, "captions", "yes", "yes")
		h.Settle()
		in := s.last(1)
		if len(in.Languages) != 1 || in.Languages[0] != "en" || !strings.HasPrefix(in.Room, "ws://localhost/captions/") || in.Room != "ws"+strings.TrimPrefix(in.Lines, "http")+"/line" {
			t.Errorf("invited with %+v", in)
		}
		for _, p := range []*cairntest.Someone{h.wren, h.juniper, h.heron} {
			shows(t, p.Name, p.Get(h.path()).Body, []string{running, "captions, outside service", `data-identity="` + h.look(t, p).Outside.Identity + `"`, `data-initials="SW"`, "3 people are in the room"}, []string{question})
		}
		shows(t, "who holds it", h.wren.Get(h.path()).Body, []string{"End captions by Swift Words"}, []string{"Ask everybody whether"})
	})
}

func TestOneNoEndsCaptionsForAll(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.enters(t, h.wren, h.juniper, h.heron)
		h.does(t, h.wren, 303, "captions-ask")
		h.does(t, h.heron, 303, "captions", "yes", "yes")
		h.does(t, h.juniper, 303, "captions", "yes", "no")
		h.Settle()
		if got, _ := s.Got(); len(got) != 0 || h.look(t, h.wren).Outside.State != rooms.OutsideOver {
			t.Fatalf("after a no: %+v", h.look(t, h.wren).Outside)
		}
		h.does(t, h.heron, 409, "captions", "yes", "yes") // too late
		h.does(t, h.wren, 303, "captions-ask")            // a yes of before does not count
		h.does(t, h.juniper, 303, "captions", "yes", "yes")
		h.Settle()
		if got, _ := s.Got(); len(got) != 0 {
			t.Fatal("a yes to an earlier question counts")
		}
		h.does(t, h.heron, 303, "captions", "yes", "yes")
		h.Settle()
		in, identity := s.last(1), h.look(t, h.wren).Outside.Identity
		if got := s.writes(in.Lines, "the river is high"); got != 204 {
			t.Fatalf("a line: %d", got)
		}
		h.media.was()
		h.does(t, h.heron, 303, "captions", "yes", "no")
		if got := h.media.was(); !slices.Contains(got, "remove "+identity+" from "+string(h.room)) {
			t.Errorf("the service is not taken out at once: %v", got)
		}
		if a, b := s.writes(in.Lines, "and more"), s.hears(in.Room); a != 404 || b != 404 {
			t.Errorf("afterwards it writes: %d, and hears: %d", a, b)
		}
		for _, p := range []*cairntest.Someone{h.wren, h.juniper, h.heron} {
			v := h.look(t, p)
			if v.Outside.Identity != "" || len(v.Captions) != 0 || slices.ContainsFunc(v.Seats, func(x rooms.Seat) bool { return x.Agrees }) {
				t.Errorf("%s still finds %+v, %d lines", p.Name, v.Outside, len(v.Captions))
			}
			shows(t, p.Name, p.Get(h.path()).Body, []string{ended}, []string{running, "the river is high", "captions, outside service"})
		}
		h.does(t, h.wren, 303, "captions-ask")
		h.does(t, h.wren, 303, "captions-end")
		h.does(t, h.wren, 429, "captions-ask") // people are not asked on and on
	})
}

func TestWhoComesLaterAgreesAtTheDoor(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.agree(t)
		s.last(1)
		const words = "It runs with an outside captions service; tick that you agree, or wait until it has ended."
		shows(t, "who comes later", h.willow.Get(h.door()).Body, []string{words, "I agree that Swift Words writes captions", "captions, outside service", "Enter the room"}, nil)
		h.refused(t, h.willow, words, "as", "sound")
		h.refused(t, h.marten, words, "as", "sound") // also who holds it
		if got := h.names(t, h.wren); got != "Wren Juniper Heron" {
			t.Fatalf("in the room: %s", got)
		}
		h.as(t, h.willow, "as", "sound", "captions", "yes")
		h.enters(t, h.juniper) // who is in comes from another window
		if v := h.look(t, h.willow); v.Outside.State != rooms.OutsideRuns || !v.Me.Agrees || len(v.Seats) != 4 {
			t.Errorf("with the tick: %+v, %d are in", v.Outside, len(v.Seats))
		}
		h.does(t, h.willow, 303, "leave") // going out takes it back
		h.refused(t, h.willow, words, "as", "sound")
		if h.look(t, h.wren).Outside.State != rooms.OutsideRuns {
			t.Error("somebody who goes out ends it")
		}
		h.does(t, h.heron, 303, "captions", "yes", "no")
		shows(t, "who comes after it", h.willow.Get(h.door()).Body, []string{"Enter the room"}, []string{words, "Swift Words"})
		h.enters(t, h.willow)
	})
}

func TestWhoComesWhileTheQuestionStands(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.enters(t, h.wren, h.juniper)
		h.does(t, h.wren, 303, "captions-ask")
		h.as(t, h.heron, "as", "sound", "captions", "yes") // a tick that was not asked for
		h.does(t, h.juniper, 303, "captions", "yes", "yes")
		h.Settle()
		if got, _ := s.Got(); len(got) != 0 {
			t.Fatal("it runs without a newcomer's answer")
		}
		h.does(t, h.heron, 303, "leave") // all who are in have said yes now
		h.Settle()
		s.last(1)
		for _, p := range []*cairntest.Someone{h.juniper, h.wren} {
			h.does(t, p, 303, "leave")
		}
		if n := h.count(t, `SELECT count(*) FROM rooms_room WHERE outside = 'runs' OR outside_secret IS NOT NULL`); n != 0 {
			t.Error("it runs in an empty room")
		}
	})
}

func TestWhoWaitsIsAskedToo(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, _ *scribe) {
		h.hall.set(func() { h.hall.stand.KeepsDoor = true })
		h.enters(t, h.wren, h.willow, h.juniper, h.heron) // three wait
		h.does(t, h.wren, 303, "captions-ask")
		h.Settle()
		if h.look(t, h.wren).Outside.State != rooms.OutsideRuns {
			t.Fatal("who waits is counted as being in")
		}
		shows(t, "who waits", h.juniper.Get(h.path()).Body, []string{"Swift Words writes captions in this room.", "Yes, that is fine"}, nil)
		juniper := h.me(t, h.juniper)
		if got := h.does(t, h.wren, 409, "seat/"+string(juniper.ID)+"/admit", "yes", "yes"); !strings.Contains(got.Body, "They have not agreed to the captions service yet.") {
			t.Error("who has not agreed is let in")
		}
		h.does(t, h.heron, 303, "captions", "yes", "no") // ends nothing: they are not in
		h.does(t, h.juniper, 303, "captions", "yes", "yes")
		h.does(t, h.wren, 303, "door", "yes", "no") // everybody at once
		if got := h.names(t, h.wren); got != "Wren Juniper" || h.look(t, h.wren).Outside.State != rooms.OutsideRuns {
			t.Errorf("in the room: %s", got)
		}
		h.does(t, h.wren, 303, "captions-end")
		h.over(t, h.wren, 303, "admit", h.me(t, h.heron), "yes", "yes")
	})
}

func TestTheServiceHearsAndWrites(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.agree(t)
		in := s.last(1)
		identity := h.look(t, h.wren).Outside.Identity
		h.media.was()
		if got := s.hears(in.Room); got != 200 || !slices.Contains(h.media.was(), "line "+identity+" rtc") {
			t.Errorf("it hears: %d", got)
		}
		g, err := h.Rooms.OutsideLine(t.Context(), strings.TrimPrefix(path(t, in.Lines), "/captions/"))
		must(t, err)
		if len(g.Publish) != 0 || g.Room != string(h.room) || g.Identity != identity || g.Until.IsZero() {
			t.Errorf("its grant: %+v", g)
		}
		if got := s.writes(in.Lines, "  the river\nis high "); got != 204 {
			t.Errorf("a line as text: %d", got)
		}
		if got := h.Browser().Post(path(t, in.Lines), "words", "and cold"); got.Status != 204 {
			t.Errorf("a line as a form: %d", got.Status)
		}
		v := h.look(t, h.heron)
		if len(v.Captions) != 2 || v.Captions[0].Words != "the river is high" || v.Captions[1].Words != "and cold" {
			t.Errorf("others read %+v", v.Captions)
		}
		shows(t, "another", h.heron.Get(h.path()).Body, []string{"the river is high", "and cold", "<bdi>Swift Words</bdi>"}, nil)
		for words, want := range map[string]int{"": 422, " \n": 422, strings.Repeat("x", 301): 422, "\xff\xfe": 422, strings.Repeat("x", 9000): 413} {
			if got := s.writes(in.Lines, words); got != want {
				t.Errorf("%.12q: %d, want %d", words, got, want)
			}
		}
		wrong := strings.Replace(in.Lines, "captions/", "captions/A", 1)
		if a, b, c := s.writes(wrong, "words"), s.hears(wrong+"/line"), s.hears(in.Lines+"x/line"); a != 404 || b != 404 || c != 404 {
			t.Errorf("a wrong address: %d %d %d", a, b, c)
		}
		for range 598 {
			if got := s.writes(in.Lines, "on and on"); got != 204 {
				t.Fatalf("a line: %d", got)
			}
		}
		if got := s.writes(in.Lines, "on and on"); got != 429 {
			t.Errorf("without end: %d", got)
		}
		h.does(t, h.wren, 303, "end")
		if a, b := s.writes(in.Lines, "words"), s.hears(in.Room); a != 404 || b != 404 {
			t.Errorf("of a closed room: %d %d", a, b)
		}
		h.enters(t, h.wren)
		if v := h.look(t, h.wren); v.Outside != (rooms.Outside{}) || s.writes(in.Lines, "words") != 404 {
			t.Errorf("opened again: %+v", v.Outside)
		}
	})
}

func TestNothingOfCaptionsLiesOpen(t *testing.T) {
	captioned(t, func(t *testing.T, h *house, s *scribe) {
		h.enters(t, h.wren)
		h.does(t, h.wren, 303, "captions-ask")
		rows, err := h.DB.Reader().Query(t.Context(), `SELECT payload FROM bus_job WHERE kind = 'rooms.captions'`)
		jobs, err := db.Collect(rows, err, func(r db.Row, b *string) error { return r.Scan(b) })
		must(t, err)
		if len(jobs) != 1 || strings.Contains(jobs[0], "http") || strings.Contains(jobs[0], "Swift") || strings.Contains(jobs[0], string(h.wren.ID)) {
			t.Errorf("the job: %v", jobs)
		}
		if n := h.count(t, `SELECT count(*) FROM rooms_room WHERE outside_secret IS NOT NULL`); n != 0 {
			t.Error("there is a secret before the job runs")
		}
		h.Settle()
		in := s.last(1)
		secret := strings.TrimPrefix(path(t, in.Lines), "/captions/")
		if len(secret) != 43 { // 256 bits
			t.Errorf("a secret of %d characters", len(secret))
		}
		if n := h.count(t, `SELECT count(*) FROM rooms_room WHERE outside_secret = $1 OR outside_secret IS NULL`, secret); n != 0 {
			t.Error("the secret is kept as it is")
		}
		got, _ := s.Got()
		for _, name := range []string{"Wren", string(h.wren.ID), string(h.room), "Evenings"} {
			if strings.Contains(got[0].Body, name) {
				t.Errorf("the service learns %q", name)
			}
		}
		if got := s.writes(in.Lines, "heron-over-water"); got != 204 {
			t.Fatalf("a line: %d", got)
		}
		if n := h.count(t, `SELECT count(*) FROM rooms_caption WHERE words = $1`, []byte("heron-over-water")); n != 0 {
			t.Error("a line is kept unsealed")
		}
		rows, err = h.DB.Reader().Query(t.Context(), `SELECT DISTINCT verb FROM access_audit WHERE verb LIKE 'rooms.captions%' AND object = $1`, h.room)
		verbs, err := db.Collect(rows, err, func(r db.Row, s *string) error { return r.Scan(s) })
		must(t, err)
		h.does(t, h.wren, 303, "captions-end")
		for _, want := range []string{"ask", "begin", "line"} {
			if !slices.Contains(verbs, "rooms.captions_"+want) {
				t.Errorf("rooms.captions_%s is not in the audit: %v", want, verbs)
			}
		}
		for _, want := range []string{"end", "over"} {
			if n := h.count(t, `SELECT count(*) FROM access_audit WHERE verb = $1`, "rooms.captions_"+want); n != 1 {
				t.Errorf("rooms.captions_%s is in the audit %d times", want, n)
			}
		}
	})
}
