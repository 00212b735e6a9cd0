package moderation_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/moderation"
	"cairn/internal/core/shifts"
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
		got = status(t, "too long alone", h.heron.Post("/report", "kind", "post", "id", entry, "reason", "hurtful", "words", strings.Repeat("and more. ", moderation.MostWords/10+1)), 422)
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

// With nobody on shift or on call, all who decide are told urgently, whoever acted too, but
// nobody who reported; and no pace refuses such words.
func TestAHeavyAppealWhenNobodyIsThere(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ines, ruth := h.Person("Ines", access.Supervisor), h.Person("Ruth", access.Supervisor)
		x := h.decided(t, ines, "said", pause)
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
		if a, b, c := h.told(t, h.otto, "moderation.worry"), h.told(t, ruth, "moderation.worry"), h.told(t, ines, "moderation.worry"); a != 1 || b != 1 || c != 0 {
			t.Errorf("who acted was told %d times, another %d, who reported %d", a, b, c)
		}
		var quiet int
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM notify_notice WHERE kind = 'moderation.worry' AND NOT urgent`).Scan(&quiet))
		if quiet != 0 {
			t.Errorf("%d are not urgent", quiet)
		}
	})
}

// Where whoever leads and is first on call reported it, the second on call is told, and not
// everybody at once.
func TestAHeavyAppealReachesTheSecondOnCall(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ines, ruth := h.Person("Ines", access.Supervisor), h.Person("Ruth", access.Supervisor)
		x := h.decided(t, ines, "said", pause)
		must(t, h.Shifts.Start(t.Context(), ines.Actor, true))
		now := h.Clock.Now()
		for kind, p := range map[shifts.DutyKind]*cairntest.Someone{shifts.First: ines, shifts.Second: ruth} {
			must(t, h.Shifts.PutOnCall(t.Context(), h.otto.Actor, shifts.Duty{Kind: kind, Person: p.ID, From: now, Until: now.Add(8 * time.Hour)}))
		}
		status(t, "the appeal", h.ali.Post("/me/decisions/"+string(x.ID), "words", goodbye), 303)
		if a, b, c := h.told(t, h.otto, "moderation.worry"), h.told(t, ruth, "moderation.worry"), h.told(t, ines, "moderation.worry"); a != 0 || b != 1 || c != 0 {
			t.Errorf("not on call: told %d times, second on call %d, who reported %d", a, b, c)
		}
	})
}

// One phone that nobody hears is no answer: when nobody who may has opened such an appeal ten
// minutes later, all who may are told; and nobody more once one of them has.
func TestAHeavyAppealThatNobodyOpens(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ines, ruth := h.Person("Ines", access.Supervisor), h.Person("Ruth", access.Supervisor)
		must(t, h.Shifts.Start(t.Context(), h.otto.Actor, true))
		counts := func(what string, otto, rest int) {
			t.Helper()
			if a, b, c := h.told(t, h.otto, "moderation.worry"), h.told(t, ruth, "moderation.worry"), h.told(t, ines, "moderation.worry"); a != otto || b != rest || c != 0 {
				t.Errorf("%s: who leads was told %d times, another %d, who reported %d", what, a, b, c)
			}
		}
		x := h.decided(t, ines, "said", pause)
		at := "/moderation/" + string(h.reportOf(t, x))
		status(t, "opened before the appeal", h.otto.Get(at), 200)
		status(t, "the appeal", h.ali.Post("/me/decisions/"+string(x.ID), "words", goodbye), 303)
		status(t, "who reported opens it", ines.Get(at), 404)
		h.Time.Advance(9 * time.Minute)
		counts("before ten minutes", 1, 0)
		h.Time.Advance(time.Minute)
		counts("after ten minutes", 2, 1)
		h.Time.Advance(3 * time.Hour)
		counts("later", 2, 1)
		must(t, h.Moderation.DecideAppeal(t.Context(), ruth.Actor, x.ID, "no", "Come back in."))
		counts("answered", 0, 0)

		x = h.decided(t, ines, "said", pause)
		status(t, "the appeal", h.ali.Post("/me/decisions/"+string(x.ID), "words", goodbye), 303)
		status(t, "opened", ruth.Get("/moderation/"+string(h.reportOf(t, x))), 200)
		h.Time.Advance(11 * time.Minute)
		counts("opened in time", 1, 0)
	})
}

// Who reports the same again is heard: a heavier reason counts, a lighter one takes nothing
// back, and the newer words stand whole.
func TestReportingTheSameAgain(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		entry := string(h.writes(t, h.ali, "pull yourself together", false))
		report := func(reason, words string) moderation.Queued {
			t.Helper()
			status(t, reason, h.heron.Post("/report", "kind", "post", "id", entry, "reason", reason, "words", words), 303)
			q, err := h.Moderation.Queue(t.Context(), h.otto.Actor)
			must(t, err)
			if len(q.Reports) != 1 {
				t.Fatalf("%d reports", len(q.Reports))
			}
			return q.Reports[0]
		}
		noted := func() (n int) {
			must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM access_audit WHERE verb = 'moderation.report'`).Scan(&n))
			return n
		}
		first := report("selling", "They asked for money, and would not let go.")
		live := h.Bus.Subscribe(moderation.Topic)
		defer live.Close()
		for i, x := range []struct {
			reason, want string
			noted        int
		}{{"sexual", "sexual", 2}, {"threat", "threat", 3}, {"hurtful", "threat", 3}, {"threat", "threat", 3}} {
			if got := report(x.reason, ""); got.Reason != x.want || noted() != x.noted {
				t.Errorf("%d: %s makes it %s, noted %d times", i, x.reason, got.Reason, noted())
			}
		}
		select {
		case <-live.C():
		case <-time.After(5 * time.Second):
			t.Error("open queues are not told")
		}
		newer := strings.TrimSpace(strings.Repeat("and more. ", moderation.MostWords/10-2))
		report("threat", newer)
		page := h.otto.Get("/moderation/" + string(first.ID)).Body
		has(t, "the report", page, newer, "They asked for […]")
		lacks(t, "the report", page, "would not let go")
		newest := strings.Repeat("z", moderation.MostWords)
		report("threat", newest)
		has(t, "as long as fits", h.otto.Get("/moderation/"+string(first.ID)).Body, newest)
		if n := noted(); n != 5 {
			t.Errorf("noted %d times", n)
		}
	})
}
