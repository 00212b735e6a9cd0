package moderation_test

import (
	"strings"
	"testing"

	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
)

// What somebody takes along has all that they read about a decision here, and the name that was
// taken away; nobody else stands in it.
func TestDecisionsAreTakenAlongWhole(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ines := h.Person("Ines", access.Supervisor)
		x := h.decided(t, h.heron, "said", pause)
		h.appeals(t, x)
		must(t, h.Moderation.DecideAppeal(t.Context(), ines.Actor, x.ID, "yes", "It stands until then."))
		must(t, h.Moderation.Undo(t.Context(), h.otto.Actor, x.ID, "We were wrong after all."))
		h.decided(t, h.heron, "said", moderation.Decision{What: "none", Thing: moderation.Label, Labels: []string{"sleep"}, Reason: "So that others choose."})
		h.decided(t, h.heron, "profile", moderation.Decision{What: "none", Thing: moderation.Hide, Reason: "That name hurts."})
		h.Settle()
		files := h.Exported(h.ali)
		has(t, "the export", files["moderation.json"], `"until": "`, `"taken_back": "`, "We were wrong after all.", `"appeal_decided_by": "single"`, `"appeal_says_it_stands": true`, "It stands until then.", `"sleep"`, `"of": "post"`, `"of": "profile"`)
		has(t, "the names", files["names-set-aside.json"], `"name": "Ali"`, `"name_you_were_given_instead": "`)
		for name, body := range files {
			if name != "names-set-aside.json" && strings.HasPrefix(name, "moderation") {
				lacks(t, name, body, "Otto", "Ines", "Heron", string(h.heron.ID), string(h.otto.ID))
			}
		}
		if got := h.Exported(h.heron)["names-set-aside.json"]; got != "" {
			t.Errorf("somebody else takes along %s", got)
		}
	})
}
