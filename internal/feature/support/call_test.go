package support_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
)

func TestACallIsLoggedInAMinute(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ines, ali := w.Person("Ines", access.Supervisor), w.Person("Ali", access.Peer)
		comes(t, w, ines, true)
		comes(t, w, ali, false)
		ended := w.Time.Now().Std().Format("2006-01-02T15:04")
		if got := ali.Post("/calls", "kind", "phone", "ended", ended, "minutes", "0", "outcome", "", "words", "She was glad"); got.Status != 422 || !strings.Contains(got.Body, "She was glad") {
			t.Errorf("what is wrong is not said, or what was typed is lost: %d", got.Status)
		}
		if got := ali.Post("/calls", "kind", "phone", "ended", ended, "minutes", "35", "before", "4", "after", "2", "outcome", "calmer", "heavy", "yes", "words", "She was glad"); got.Status != 303 {
			t.Fatalf("log: %d", got.Status)
		}
		if got := ali.Get("/calls"); !strings.Contains(got.Body, "She was glad") || !strings.Contains(got.Body, "35 minutes") {
			t.Error("it is not in their list")
		}
		mine, _, err := w.Shifts.Mine(t.Context(), w.DB.Reader(), ali.ID)
		if err != nil || mine.Contact(w.Time.Now()) != 35*time.Minute || mine.HeavyRun != 1 {
			t.Errorf("it does not count: %v %d", mine.Contact(w.Time.Now()), mine.HeavyRun)
		}
		l, err := w.Shifts.Carried(t.Context(), ali.Actor, ali.ID)
		if err != nil || l.Weeks[0].Minutes != 35 || l.Weeks[0].Heavy != 1 {
			t.Errorf("the ledger: %+v", l)
		}
		got := ali.Post("/calls", "kind", "in_person", "ended", ended, "minutes", "20", "outcome", "cut_off", "concern", "yes")
		if got.Status != 303 || !strings.HasPrefix(got.To(), "/cases/new?place=") {
			t.Fatalf("with a concern: %d %s", got.Status, got.To())
		}
		place := strings.TrimPrefix(got.To(), "/cases/new?place=")
		if got := ali.Post("/cases/new", "place", place, "level", "2", "words", "He hung up"); got.Status != 303 {
			t.Fatalf("raise: %d", got.Status)
		}
		if list, err := w.Safety.For(t.Context(), w.DB.Reader(), ines.ID); err != nil || len(list) != 1 {
			t.Errorf("the lead is not told: %v %v", list, err)
		}
		if got := ali.Get("/calls/paper"); got.Status != 200 || !strings.Contains(got.Body, "A contact, on paper") {
			t.Errorf("paper: %d", got.Status)
		}
		if got := w.Person("Wren").Get("/calls"); got.Status != 404 {
			t.Errorf("a member: %d", got.Status)
		}
		if own := w.Exported(ali); !strings.Contains(own["support-calls.json"], "She was glad") || !strings.Contains(own["shifts-ledger.json"], `"kind": "phone"`) {
			t.Error("the call is not in the export of who logged it")
		}
		if err := w.People.Erase(t.Context(), ali.Actor, people.Proof{Name: "Ali"}); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM vault_key k JOIN support_call c ON c.scope = k.scope`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d keys of calls outlive who wrote them: %v", left, err)
		}
	})
}
