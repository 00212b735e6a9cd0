package rooms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
)

func TestExportAndErasure(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.webinar()
		h.enters(t, h.wren, h.juniper, h.heron)
		h.over(t, h.wren, 303, "role", h.me(t, h.juniper), "role", "captioner")
		h.does(t, h.juniper, 303, "caption", "caption", "a line of theirs")
		h.does(t, h.juniper, 303, "ask", "question", "A question of theirs?")
		h.does(t, h.heron, 303, "ask", "question", "Another's question?")
		for _, q := range h.look(t, h.juniper).Questions {
			for _, p := range []*cairntest.Someone{h.juniper, h.heron} {
				h.does(t, p, 303, "question/"+string(q.ID)+"/vote", "yes", "yes")
			}
		}
		file := w.Exported(h.juniper)["rooms.json"]
		if !strings.Contains(file, string(h.room)) || !strings.Contains(file, `"captioner"`) || strings.Contains(file, string(h.heron.ID)) {
			t.Errorf("the export: %s", file)
		}
		h.hall.heard()
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return rooms.Holding{Service: w.Rooms}.Erase(t.Context(), tx, h.juniper.ID, w.Time.Now())
		}))
		if got := h.hall.heard(); got != "Juniper went" {
			t.Errorf("the hall heard: %s", got)
		}
		v := h.look(t, h.heron)
		if len(v.Seats) != 2 || v.People != 2 || len(v.Captions) != 0 || len(v.Questions) != 1 || v.Questions[0].Words != "Another's question?" {
			t.Errorf("afterwards: %d seats, %d counted, captions %v, questions %v", len(v.Seats), v.People, v.Captions, v.Questions)
		}
		if n := h.count(t, `SELECT count(*) FROM rooms_seat WHERE person = $1`, h.juniper.ID); n != 0 {
			t.Errorf("%d seats are kept", n)
		}
	})
}

func TestErasedWhileAside(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.marten, h.juniper)
		two := h.aside(t)
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return rooms.Holding{Service: w.Rooms}.Erase(t.Context(), tx, h.juniper.ID, w.Time.Now())
		}))
		if v := h.look(t, h.marten); v.People != 2 || len(v.Seats) != 2 {
			t.Errorf("in the room %d are counted, %d listed", v.People, len(v.Seats))
		}
		h.in(two, func() {
			if v := h.look(t, h.wren); v.People != 1 || len(v.Seats) != 1 {
				t.Errorf("aside %d are counted, %d listed", v.People, len(v.Seats))
			}
		})
	})
}

func TestReports(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.webinar()
		h.hall.set(func() { h.hall.stand.KeepsDoor = true })
		h.enters(t, h.wren, h.juniper)
		h.as(t, h.heron, "quiet", "yes")
		h.over(t, h.wren, 303, "admit", h.me(t, h.juniper), "yes", "yes")
		h.over(t, h.wren, 303, "admit", h.me(t, h.heron), "yes", "yes")
		h.enters(t, h.willow) // waits
		seat := string(h.me(t, h.heron).ID)
		report := "/report?kind=seat&id=" + seat
		for p, want := range map[*cairntest.Someone]int{h.juniper: 200, h.wren: 200, h.heron: 404, h.willow: 404, h.stranger: 404, h.nobody: 404} {
			got := p.Get(report)
			if got.Status != want {
				t.Errorf("%s reports: %d, want %d", p.Name, got.Status, want)
			}
			if p != h.heron && strings.Contains(got.Body, "Heron") {
				t.Errorf("%s reads who the number is", p.Name)
			}
		}
		if got := h.juniper.Post("/report", "kind", "seat", "id", seat, "reason", "threat", "words", "They said so"); got.Status != 303 {
			t.Fatalf("report: %d", got.Status)
		}
		tomo := w.Person("Tomo", access.Coordinator)
		q, err := w.Moderation.Queue(t.Context(), tomo.Actor)
		must(t, err)
		if len(q.Reports) != 1 || !q.Reports[0].Unnamed() || q.Reports[0].About != "" {
			t.Fatalf("in the queue: %+v", q.Reports)
		}
		if n := h.count(t, `SELECT count(*) FROM moderation_report WHERE about = $1`, h.heron.ID); n != 1 {
			t.Errorf("%d reports are about them", n)
		}
		shows(t, "who decides", tomo.Get("/moderation").Body, nil, []string{"Heron", "Juniper"})
		h.over(t, h.wren, 303, "remove", h.me(t, h.juniper))
		if got := h.juniper.Get("/report?kind=seat&id=" + string(h.me(t, h.wren).ID)); got.Status != 200 {
			t.Errorf("who was taken out reports: %d", got.Status)
		}
	})
}

func TestEveryDeedIsInTheAudit(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.webinar()
		h.enters(t, h.wren, h.juniper, h.heron)
		juniper := h.me(t, h.juniper)
		h.does(t, h.juniper, 303, "hand", "yes", "yes")
		h.does(t, h.juniper, 303, "ask", "question", "words-of-juniper")
		question := "question/" + string(h.look(t, h.juniper).Questions[0].ID)
		h.does(t, h.heron, 303, question+"/vote", "yes", "yes")
		h.does(t, h.wren, 303, question+"/state", "state", "answered")
		h.does(t, h.wren, 303, "caption", "caption", "words-of-wren")
		h.does(t, h.wren, 303, "round", "minutes", "1")
		h.turn(t, h.wren, 303, 0)
		h.does(t, h.wren, 303, "round", "minutes", "1")
		h.does(t, h.wren, 303, "round", "end", "yes")
		h.over(t, h.wren, 303, "lower", juniper)
		h.over(t, h.wren, 303, "hold", juniper, "what", "speaks", "yes", "no")
		h.over(t, h.wren, 303, "role", juniper, "role", "part")
		h.does(t, h.juniper, 303, "listen", "yes", "yes")
		h.does(t, h.wren, 303, "hush", "yes", "yes")
		h.does(t, h.wren, 303, "lock", "yes", "yes")
		h.does(t, h.wren, 303, "door", "yes", "no")
		two := h.aside(t)
		h.in(two, func() { h.does(t, h.wren, 303, "back") })
		h.over(t, h.wren, 303, "remove", h.me(t, h.heron))
		h.does(t, h.juniper, 303, "leave")
		h.does(t, h.wren, 303, "end")
		rows, err := w.DB.Reader().Query(t.Context(), `SELECT DISTINCT verb FROM access_audit WHERE verb LIKE 'rooms.%' AND object IS NOT NULL AND actor IS NOT NULL`)
		verbs, err := db.Collect(rows, err, func(r db.Row, s *string) error { return r.Scan(s) })
		must(t, err)
		for _, want := range []string{"enter", "look", "hand", "ask", "vote", "answered", "caption", "round", "turn", "round_end", "lower", "hold", "role", "listen", "hush", "lock", "door", "aside", "aside_answer", "back", "remove", "leave", "end"} {
			if !slices.Contains(verbs, "rooms."+want) {
				t.Errorf("rooms.%s is not in the audit: %v", want, verbs)
			}
		}
	})
}

func TestNoWordsInJobsOrInTheOpen(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.webinar()
		h.enters(t, h.wren, h.juniper)
		h.does(t, h.wren, 303, "caption", "caption", "heron-over-water")
		h.does(t, h.juniper, 303, "ask", "question", "heron-over-water?")
		for table, column := range map[string]string{"bus_job": "payload", "rooms_caption": "words", "rooms_question": "words"} {
			which := ""
			if table == "bus_job" {
				which = ` WHERE kind LIKE 'rooms.%'`
			}
			rows, err := w.DB.Reader().Query(t.Context(), `SELECT `+column+` FROM `+table+which)
			all, err := db.Collect(rows, err, func(r db.Row, b *[]byte) error { return r.Scan(b) })
			must(t, err)
			if len(all) == 0 {
				t.Errorf("%s is empty", table)
			}
			for _, b := range all {
				if strings.Contains(string(b), "heron-over-water") || table == "bus_job" && strings.Contains(string(b), string(h.juniper.ID)) {
					t.Errorf("%s holds %q", table, b)
				}
			}
		}
	})
}

func TestWhatIsWrittenInTheChat(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.enters(t, h.wren, h.juniper, h.heron)
		talk := string(h.look(t, h.juniper).Talk)
		h.juniper.Post("/talk/"+talk+"/say", "key", "a", "text", "said in the room")
		shows(t, "another", h.heron.Get(h.path()).Body, []string{"said in the room"}, nil)
		if got := h.juniper.Get("/talk/" + talk); got.To() != h.path() {
			t.Errorf("the chat leads to %d %s", got.Status, got.To())
		}
		if got := h.stranger.Get("/talk/" + talk); got.Status != 404 {
			t.Errorf("who was never in it: %d", got.Status)
		}
		h.over(t, h.wren, 303, "remove", h.me(t, h.heron))
		if got := h.heron.Post("/talk/"+talk+"/say", "key", "b", "text", "from outside"); got.Status != 404 {
			t.Errorf("who was removed writes: %d", got.Status)
		}
		h.does(t, h.wren, 303, "end")
		if got := h.juniper.Post("/talk/"+talk+"/say", "key", "c", "text", "too late"); got.Status != 404 {
			t.Errorf("writing into a closed room: %d", got.Status)
		}
		w.Pass(16 * time.Minute)
		h.enters(t, h.wren, h.juniper)
		if now := string(h.look(t, h.juniper).Talk); now == talk || strings.Contains(h.juniper.Get(h.path()).Body, "said in the room") {
			t.Error("what was said is there after it closed and opened")
		}
	})
}
