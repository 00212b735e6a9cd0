package moderation_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
)

func TestTheHouseAgreementByVersion(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		otto, ines := w.Person("Otto", access.Coordinator), w.Person("Ines", access.Supervisor)
		visitor := w.Browser()
		if got := visitor.Get("/house"); !strings.Contains(got.Body, "We listen before we answer.") || strings.Contains(got.Body, "/house/edit") {
			t.Error("the agreement that comes with the program is not there, or anybody may write it")
		}
		if got := ines.Get("/house/edit"); got.Status != 404 {
			t.Errorf("who is no coordinator writes it: %d", got.Status)
		}
		if got := otto.Post("/house/edit", "base", "0", "words.en", " ", "words.es", ""); got.Status != 422 {
			t.Errorf("nothing: %d", got.Status)
		}
		if got := otto.Post("/house/edit", "base", "0", "words.en", "We are kind.\n<b>Always</b>", "words.es", "Somos amables."); got.Status != 303 {
			t.Fatalf("the first: %d", got.Status)
		}
		if got := visitor.Get("/house"); !strings.Contains(got.Body, "We are kind.\n&lt;b&gt;Always") || strings.Contains(got.Body, "We listen before we answer.") {
			t.Error("the service's own words are not there, or not made safe")
		}
		w.Time.Advance(40 * 24 * time.Hour)
		for _, x := range []struct {
			base, changed string
			want          int
		}{{"0", "New.", 409}, {"1", "", 422}, {"x", "New.", 404}, {"-1", "New.", 404}, {"1", "We also wait for each other.", 303}} {
			got := otto.Post("/house/edit", "base", x.base, "words.en", "We are kind and patient.", "changed.en", x.changed)
			if got.Status != x.want {
				t.Errorf("from version %s with %q: %d, want %d", x.base, x.changed, got.Status, x.want)
			}
			if x.want == 409 || x.want == 422 {
				if !strings.Contains(got.Body, "We are kind and patient.") {
					t.Errorf("what was typed is lost with %d", x.want)
				}
			}
		}
		now := visitor.Get("/house").Body
		if !strings.Contains(now, "We are kind and patient.") || !strings.Contains(now, "We also wait for each other.") {
			t.Error("the second version, or what has changed, is not read")
		}
		for path, want := range map[string]int{"/house/version/0": 200, "/house/version/1": 200, "/house/version/2": 200, "/house/version/3": 404, "/house/version/x": 404} {
			if got := visitor.Get(path); got.Status != want {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		if got := visitor.Get("/house/version/1"); !strings.Contains(got.Body, "We are kind.") {
			t.Error("what held before cannot be read")
		}
	})
}

func TestCountsByMonth(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.heron.Post("/report", "kind", "talk", "id", h.talk, "reason", "threat")
		before, err := w.Moderation.Months(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.Time.Advance(32 * 24 * time.Hour)
		after, err := w.Moderation.Months(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		reports := func(m moderation.Month) moderation.Count { return m.Counts[0] }
		if len(before) != len(after) || !reports(before[0]).Few || reports(after[0]).Few || !reports(after[1]).Few || before[0].Month != after[1].Month {
			t.Errorf("a month ago %+v, now %+v", before[:2], after[:2])
		}
		for _, m := range before[1:] {
			for _, c := range m.Counts {
				if c.N != 0 || c.Few {
					t.Errorf("%d-%d counts %+v", m.Year, m.Month, c)
				}
			}
		}
	})
}

// Two who decide at the same time: one decision holds.
func TestTwoDecideAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.heron.Post("/report", "kind", "talk", "id", h.talk, "reason", "hurtful")
		r := h.first(t, h.ines)
		if err := w.Moderation.Claim(t.Context(), h.ines.Actor, r.ID); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 8)
		for range cap(done) {
			go func() {
				done <- w.Moderation.Decide(t.Context(), h.ines.Actor, r.ID, moderation.Decision{What: "warn", Reason: "Please be kind."})
			}()
		}
		held := 0
		for range cap(done) {
			switch err := <-done; {
			case err == nil:
				held++
			case !fault.Is(err, fault.Conflict):
				t.Error(err)
			}
		}
		if list, err := w.Moderation.Mine(t.Context(), h.ali.Actor); err != nil || held != 1 || len(list) != 1 {
			t.Errorf("%d held, %d decisions, %v", held, len(list), err)
		}
		if err := w.Moderation.Decide(t.Context(), h.ines.Actor, r.ID, moderation.Decision{What: "none", Thing: moderation.Hide, Reason: "x"}); err == nil {
			t.Error("a conversation was hidden")
		}
	})
}
