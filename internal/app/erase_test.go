package app_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// lived is a member with everything that a member can have here.
func lived(t *testing.T, w *cairntest.World, words string) (heron, ali *cairntest.Someone, talk moment.ID) {
	t.Helper()
	ctx := t.Context()
	heron, ali = w.Person("Heron"), w.Person("Ali", access.Peer)
	wren := w.Person("Wren", access.Peer)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	heron.Knows("hospital")
	must(w.People.AddWords(ctx, heron.Actor, words+" own", people.ToMatches, true))
	must(w.People.KnowName(ctx, heron.Actor, words+" known"))
	for _, p := range []*cairntest.Someone{ali.Knows("hospital"), wren} {
		must(w.Shifts.Start(ctx, p.Actor, false))
		must(w.Support.Ready(ctx, p.Actor))
	}
	_, err := w.Support.Ask(ctx, support.Caller{Actor: heron.Actor, Lang: "en"}, support.Wanted{Situations: []string{"hospital"}, Words: words + " asked"})
	must(err)
	o, err := w.Support.MyOffer(ctx, ali.Actor)
	must(err)
	talk, err = w.Support.Accept(ctx, ali.Actor, o.ID)
	must(err)
	_, err = w.Chat.Say(ctx, heron.Actor, talk, chat.Draft{Key: "a", Text: words + " said"})
	must(err)
	must(w.Support.End(ctx, heron.Actor, talk))
	must(w.Support.Feel(ctx, heron.Actor, talk, support.Afterwards{Distress: 2, Thanks: words + " thanked"}))
	must(w.Support.Debrief(ctx, ali.Actor, talk, support.Debriefing{By: "form", Words: "for myself", Note: words + " noted"}))
	return heron, ali, talk
}

func TestExportHoldsEverythingThatExists(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		const words = "heron-over-water"
		heron, _, _ := lived(t, w, words)
		all := w.Exported(heron)
		whole := strings.Join([]string{all["support-requests.json"], all["support-conversations.json"], all["conversations.json"], all["lived-experience.json"]}, "\n")
		for _, part := range []string{" asked", " said", " thanked", " noted", " own", " known"} {
			if !strings.Contains(whole, words+part) {
				t.Errorf("%q is not in the export", words+part)
			}
		}
		if strings.Contains(whole, "for myself") {
			t.Error("what the peer wrote for themselves is in the member's export")
		}
	})
}

func TestErasureLeavesNothingToRead(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		heron, ali, talk := lived(t, w, "heron-over-water")
		if err := w.People.Erase(t.Context(), heron.Actor, people.Proof{Name: "Heron"}); err != nil {
			t.Fatal(err)
		}
		for what, query := range map[string]string{
			"keys of the conversation":  `SELECT count(*) FROM vault_key WHERE scope = $1`,
			"messages":                  `SELECT count(*) FROM chat_message WHERE conversation = $1`,
			"sealed words of the talk":  `SELECT count(*) FROM support_contact WHERE conversation = $1 AND (thanks IS NOT NULL OR note IS NOT NULL)`,
			"keys of requests":          `SELECT count(*) FROM vault_key k JOIN support_request q ON q.id = k.scope WHERE q.conversation = $1`,
			"words and choices of asks": `SELECT count(*) FROM support_request WHERE conversation = $1 AND (words IS NOT NULL OR situations <> '[]')`,
		} {
			var n int
			if err := w.DB.Reader().QueryRow(t.Context(), query, talk).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d left (%v)", what, n, err)
			}
		}
		for _, table := range []string{"people_own", "people_known"} {
			var n int
			if err := w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM `+table+` WHERE person = $1`, heron.ID).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d left (%v)", table, n, err)
			}
		}
		var own int
		if err := w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM vault_key WHERE scope = $1`, heron.ID).Scan(&own); err != nil || own != 0 {
			t.Errorf("the person's own key: %d left (%v)", own, err)
		}
		if got := heron.Get("/me"); got.Status == 200 {
			t.Error("the session goes on")
		}
		if got := ali.Get("/shift"); got.Status != 200 {
			t.Errorf("the peer's page: %d", got.Status)
		}
	})
}

// Nothing that people write lies open on the disk, not even in the log.
func TestWordsAreSealedOnTheDisk(t *testing.T) {
	address := dbtest.SQLiteURL(t)
	w := cairntest.At(t, address)
	lived(t, w, "heron-over-water")
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(db.SQLitePath(address) + end)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range []string{"heron-over-water", "for myself"} {
			if bytes.Contains(b, []byte(words)) {
				t.Errorf("%q lies open in the database%s", words, end)
			}
		}
	}
}

// A full disk is told to the person in words, nothing is half-written, and it
// goes on when there is room again.
func TestAFullDiskIsToldOnThePage(t *testing.T) {
	w := cairntest.New(t)
	heron, ali, _ := lived(t, w, "x")
	pages := func(n string) {
		t.Helper()
		if err := w.DB.Write(t.Context(), func(tx db.Writer) error {
			var got int
			return tx.QueryRow(t.Context(), `PRAGMA max_page_count = `+n).Scan(&got)
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Support.Ready(t.Context(), ali.Actor); err != nil {
		t.Fatal(err)
	}
	pages("1") // SQLite raises this to the present size: the file cannot grow
	var told bool
	for range 400 { // until the pages that are free already are used up
		got := heron.Post("/ask", "words", strings.Repeat("many words ", 80))
		if got.Status != 503 { // which of the two is the first that finds no room is chance
			got = heron.Post("/wait/withdraw")
		}
		if got.Status == 503 {
			told = strings.Contains(got.Body, "Nothing was changed")
			break
		}
	}
	if !told {
		t.Fatal("a full disk is not told")
	}
	if home := heron.Get("/"); home.Status != 200 {
		t.Errorf("reading goes on: %d", home.Status)
	}
	pages("1000000")
	if got := heron.Post("/ask"); got.Status != 303 {
		t.Errorf("with room again: %d", got.Status)
	}
}
