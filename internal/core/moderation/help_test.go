package moderation_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
)

const goodbye = "You threw me out. I want to die."

// told counts what somebody was told and has not been settled, by kind.
func (h small) told(t *testing.T, p *cairntest.Someone, kind string) int {
	t.Helper()
	h.Settle()
	var n int
	must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = $2 AND settled_at = 0`, p.ID, kind).Scan(&n))
	return n
}

// Whoever writes heavy words with a report is shown help at once, beside words that could
// not be sent too; whoever does not is not.
func TestAHeavyReportShowsHelp(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		entry := string(h.writes(t, h.ali, "pull yourself together", false))
		got := status(t, "without a reason", h.heron.Post("/report", "kind", "post", "id", entry, "words", goodbye), 422)
		has(t, "the form", got.Body, "What you wrote sounds heavy.", `href="/crisis"`, "I want to die.")
		status(t, "plain words", h.heron.Post("/report", "kind", "post", "id", entry, "reason", "hurtful", "words", "It hurt."), 303)
		lacks(t, "after plain words", h.heron.Get("/report?done=sent").Body, "sounds heavy")
		sent := status(t, "more about the same", h.heron.Post("/report", "kind", "post", "id", entry, "reason", "hurtful", "words", goodbye), 303)
		lacks(t, "the address", sent.To(), "help")
		has(t, "after heavy words", h.heron.Get(sent.To()).Body, "What you wrote sounds heavy.")
		lacks(t, "what another reads", h.ali.Get(sent.To()).Body, "sounds heavy")

		q, err := h.Moderation.Queue(t.Context(), h.otto.Actor)
		must(t, err)
		if len(q.Reports) != 1 {
			t.Fatalf("%d reports", len(q.Reports))
		}
		has(t, "the report", h.otto.Get("/moderation/"+string(q.Reports[0].ID)).Body, "It hurt.", "I want to die.")
		long := strings.Repeat("and more. ", moderation.MostWords/10)
		got = status(t, "more than fits", h.heron.Post("/report", "kind", "post", "id", entry, "reason", "hurtful", "words", long), 422)
		has(t, "words that do not fit", got.Body, "and more.")
	})
}

// An appeal that may be a goodbye shows help, and reaches who leads now, though they decided;
// not whoever reported, by being told of it.
func TestAHeavyAppealReachesSomebody(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ines := h.Person("Ines", access.Supervisor)
		x := h.decided(t, h.heron, "said", pause)
		must(t, h.Shifts.Start(t.Context(), h.otto.Actor, true))
		at := "/me/decisions/" + string(x.ID)
		has(t, "words that are too long", status(t, "too long", h.ali.Post(at, "words", goodbye+strings.Repeat("x", moderation.MostWords)), 422).Body, "What you wrote sounds heavy.")
		if n := h.told(t, h.otto, "moderation.worry"); n != 0 {
			t.Errorf("told of words that were not sent: %d", n)
		}
		status(t, "the appeal", h.ali.Post(at, "words", goodbye), 303)
		has(t, "the page after it", h.ali.Get("/me/decisions?done=asked").Body, "What you wrote sounds heavy.", `href="/safe"`)
		if a, b := h.told(t, h.otto, "moderation.worry"), h.told(t, ines, "moderation.worry"); a != 1 || b != 0 {
			t.Errorf("who leads was told %d times, another %d", a, b)
		}
		has(t, "what they read", status(t, "the report", h.otto.Get("/moderation/"+string(h.reportOf(t, x))), 200).Body, "I want to die.")
		must(t, h.Moderation.DecideAppeal(t.Context(), ines.Actor, x.ID, "no", "Come back in. Are you safe?"))
		if n := h.told(t, h.otto, "moderation.worry"); n != 0 {
			t.Errorf("answered, and still to be read: %d", n)
		}
		lacks(t, "afterwards", h.ali.Get("/me/decisions").Body, "sounds heavy")
	})
}

// With nobody on shift or on call, all who decide are told, whoever acted too, but nobody
// who reported; and no pace refuses such words.
func TestAHeavyAppealWhenNobodyIsThere(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ines, ruth := h.Person("Ines", access.Supervisor), h.Person("Ruth", access.Supervisor)
		x := h.decided(t, ines, "said", pause)
		before := h.told(t, h.otto, "moderation.report") + h.told(t, ruth, "moderation.report")
		must(t, h.DB.Write(t.Context(), func(tx db.Writer) error { // as many as the pace allows
			rate := access.Rate{Name: "moderation.report", Most: 10, Per: 10 * time.Minute}
			for range 10 {
				if err := rate.Spend(t.Context(), tx, h.ali.ID, h.Time.Now()); err != nil {
					return err
				}
			}
			return nil
		}))
		status(t, "plain words", h.ali.Post("/me/decisions/"+string(x.ID), "words", "I said it about myself"), 429)
		status(t, "the appeal", h.ali.Post("/me/decisions/"+string(x.ID), "words", goodbye), 303)
		if a, b := h.told(t, h.otto, "moderation.report")+h.told(t, ruth, "moderation.report"), h.told(t, ines, "moderation.report"); a-before != 2 || b != 0 {
			t.Errorf("who decides was told %d times, who reported %d", a-before, b)
		}
	})
}
