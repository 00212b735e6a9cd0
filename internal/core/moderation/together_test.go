package moderation_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/moderation"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// race lets both do the same at the same moment, four times each; it gives who won.
func race(t *testing.T, one, two *cairntest.Someone, do func(p *cairntest.Someone) error) (won []*cairntest.Someone) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 4 {
		for _, p := range []*cairntest.Someone{one, two} {
			wg.Go(func() {
				err := do(p)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won = append(won, p)
				case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden):
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	return won
}

// all tells that everybody who won is the same.
func all(won []*cairntest.Someone) bool {
	for _, p := range won {
		if p != won[0] {
			return false
		}
	}
	return len(won) > 0
}

// Two moderators at the same moment: one looks at it, and one decision holds.
func TestTwoModeratorsDoNotCollide(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ctx, ines := t.Context(), h.Person("Ines", access.Supervisor)
		entry := h.writes(t, h.ali, "pull yourself together", false)
		status(t, "report", h.heron.Post("/report", "kind", "post", "id", string(entry), "reason", "threat"), 303)
		q, err := h.Moderation.Queue(ctx, ines.Actor)
		must(t, err)
		id := q.Reports[0].ID
		won := race(t, h.otto, ines, func(p *cairntest.Someone) error { return h.Moderation.Claim(ctx, p.Actor, id) })
		if !all(won) {
			t.Fatalf("%d took it, not all the same", len(won))
		}
		mine, other := won[0], ines
		if mine == ines {
			other = h.otto
		}
		at := "/moderation/" + string(id)
		page := other.Get(at).Body
		has(t, "the other's page", page, mine.Name+" is looking at it.")
		lacks(t, "the other's page", page, "/claim", "/decide")
		has(t, "claimed by hand", status(t, "claimed by hand", other.Post(at+"/claim"), 409).Body, "Somebody else is looking at it.", "pull yourself together")
		status(t, "given back by the other", other.Post(at+"/let-go"), 403)
		// Giving it back and taking it, again and again: what the other decided is never lost.
		status(t, "given back", mine.Post(at+"/let-go"), 303)
		decided := race(t, h.otto, ines, func(p *cairntest.Someone) error {
			if err := h.Moderation.Claim(ctx, p.Actor, id); err != nil {
				return err
			}
			return h.Moderation.Decide(ctx, p.Actor, id, moderation.Decision{What: "warn", Thing: moderation.Hide, Reason: "By " + p.Name})
		})
		if len(decided) != 1 {
			t.Fatalf("%d decisions hold", len(decided))
		}
		list, err := h.Moderation.Mine(ctx, h.ali.Actor)
		must(t, err)
		if len(list) != 2 || list[0].Reason != "By "+decided[0].Name || list[1].Reason != list[0].Reason {
			t.Errorf("the person reads %+v", list)
		}
		undone := race(t, h.otto, ines, func(p *cairntest.Someone) error { return h.Moderation.Undo(ctx, p.Actor, list[0].ID, "A mistake.") })
		if len(undone) != 1 {
			t.Errorf("undone %d times", len(undone))
		}
		// What is held: one reads it.
		held := h.writes(t, h.heron, "I want to die", false)
		if won := race(t, h.otto, ines, func(p *cairntest.Someone) error {
			_, err := h.Moderation.ClaimHold(ctx, p.Actor, "post", held)
			return err
		}); !all(won) {
			t.Errorf("%d read it, not all the same", len(won))
		}
	})
}

// What somebody reads and decides is in their own ledger: reports, what is held, appeals.
func TestWhatModeratorsCarry(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ctx, ines := t.Context(), h.Person("Ines", access.Supervisor)
		carried := func(p *cairntest.Someone) (n, heavy int) {
			must(t, h.DB.Reader().QueryRow(ctx, `SELECT count(*), coalesce(sum(CASE WHEN heavy THEN 1 ELSE 0 END), 0) FROM shifts_exposure WHERE person = $1 AND kind = 'report'`, p.ID).Scan(&n, &heavy))
			return n, heavy
		}
		x := h.decided(t, h.heron, "said", pause)
		if n, heavy := carried(h.otto); n != 1 || heavy != 0 {
			t.Errorf("a report: %d, %d heavy", n, heavy)
		}
		h.appeals(t, x)
		h.Time.Advance(3 * 24 * time.Hour)
		must(t, h.Moderation.DecideAppeal(ctx, ines.Actor, x.ID, "yes", "It stands."))
		var spent int64
		must(t, h.DB.Reader().QueryRow(ctx, `SELECT max(ended_at - started_at) FROM shifts_exposure WHERE person = $1`, ines.ID).Scan(&spent))
		if n, _ := carried(ines); n != 1 || time.Duration(spent)*time.Microsecond > time.Hour {
			t.Errorf("an appeal that waited for days: %d, %v", n, time.Duration(spent)*time.Microsecond)
		}
		held := h.writes(t, h.heron, "I want to die", false)
		for range 2 {
			_, err := h.Moderation.ClaimHold(ctx, ines.Actor, "post", held)
			must(t, err)
		}
		if n, heavy := carried(ines); n != 2 || heavy != 1 {
			t.Errorf("with what was held: %d, %d heavy", n, heavy)
		}
		has(t, "their own ledger", ines.Get("/me/ledger").Body, "What you carry", ">2<")
	})
}

// Everything that can be decided can be taken back, and is then as if it had not been.
func TestDecisionsAboutPeopleAreTakenBack(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		for _, d := range []moderation.Decision{pause, {What: "ban", Reason: "Not here."}, {What: "warn", Reason: "Please be kind."}, {What: "note", Reason: "We listen first."}} {
			x := h.decided(t, h.heron, "said", d)
			keeps := d.What == "pause" || d.What == "ban"
			if got := h.ali.Post("/forum/"+h.space(t)+"/write", "key", string(moment.NewID()), "title", "More", "words", "more").Status == 303; got == keeps {
				t.Errorf("%s: writes %v", d.What, got)
			}
			h.Time.Advance(11 * time.Minute)
			at := "/moderation/" + string(h.reportOf(t, x))
			status(t, d.What+" is undone", h.otto.Post(at+"/undo", "action", string(x.ID), "undo", "A mistake of ours."), 303)
			h.Settle()
			has(t, "the person reads of "+d.What, h.ali.Get("/me/decisions").Body, "A mistake of ours.", d.Reason)
			status(t, "writing after "+d.What, h.ali.Post("/forum/"+h.space(t)+"/write", "key", string(moment.NewID()), "title", "More", "words", "more"), 303)
			h.Time.Advance(moderation.SettleMost + time.Hour)
			h.Settle()
			if until, out, err := h.Moderation.OutUntil(t.Context(), h.DB.Reader(), h.ali.ID); err != nil || out {
				t.Errorf("%s holds a month later until %v: %v", d.What, until, err)
			}
		}
	})
}

func (h small) space(t *testing.T) (id string) {
	t.Helper()
	must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM forum_space`).Scan(&id))
	return id
}

// For good settles after a week, and not before an appeal is answered, but for a month.
func TestKeepingOutForGoodSettles(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		good := func() bool {
			until, out, err := h.Moderation.OutUntil(t.Context(), h.DB.Reader(), h.ali.ID)
			must(t, err)
			if !out {
				t.Fatal("they are not kept out")
			}
			return until.IsZero()
		}
		x := h.decided(t, h.heron, "said", moderation.Decision{What: "ban", Reason: "Not here."})
		has(t, "the person reads", h.ali.Get("/me/decisions").Body, "Groups you are in and people you walk with are kept until")
		h.appeals(t, x)
		for day := range 30 {
			if good() {
				t.Fatalf("settled after %d days, with an appeal that waits", day)
			}
			h.Time.Advance(24 * time.Hour)
			h.Settle()
		}
		if !good() {
			t.Error("others wait for ever")
		}
	})
}

// A name is reported wherever it is seen, taken away, and given back.
func TestNamesAreReported(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ctx := t.Context()
		must(t, h.People.SaveProfile(ctx, h.ali.Actor, people.Profile{Name: "Ali the Great", Pronouns: "your/master", Languages: []string{"en"}}))
		must(t, h.People.AddWords(ctx, h.ali.Actor, "loud-to-everybody", people.ToAll, false))
		must(t, h.People.AddWords(ctx, h.ali.Actor, "quiet-words", people.ToMatches, false))
		entry := h.writes(t, h.ali, "said-in-a-thread", false)
		unnamed := h.writes(t, h.ali, "said without a name", true)
		form := "/report?kind=post&id="
		has(t, "the form", h.heron.Get(form+string(entry)).Body, "The person’s name")
		lacks(t, "the form of what has no name", h.heron.Get(form+string(unnamed)).Body, "The person’s name")
		status(t, "who wrote without a name", h.heron.Post("/report", "kind", "post", "id", string(unnamed), "of", "profile", "reason", "hurtful"), 404)
		status(t, "by itself", h.heron.Post("/report", "kind", "profile", "id", string(h.ali.ID), "reason", "hurtful"), 404)
		got := status(t, "without a reason", h.heron.Post("/report", "kind", "post", "id", string(entry), "of", "profile", "words", "That name"), 422)
		has(t, "what was typed", got.Body, "That name", `value="profile" checked`)

		x := h.decided(t, h.heron, "profile", moderation.Decision{What: "note", Thing: moderation.Hide, Reason: "Nobody is anybody's master here."})
		at := "/moderation/" + string(h.reportOf(t, x))
		page := h.otto.Get(at).Body
		has(t, "the queue", page, "Ali the Great", "your/master", "loud-to-everybody", "as they stood when it was reported")
		lacks(t, "the queue", page, "said-in-a-thread", "quiet-words", "Heron")
		card, _, err := h.People.Me(ctx, h.ali.Actor)
		must(t, err)
		if !strings.HasPrefix(card.Name, "Pebble ") || card.Pronouns != "" {
			t.Errorf("the card says %q, %q", card.Name, card.Pronouns)
		}
		lacks(t, "the thread", h.heron.Get("/post/"+string(entry)).Body, "Ali the Great")
		has(t, "what the person reads", h.ali.Get("/me/decisions").Body, "Your name was taken away", "/me/profile")
		for _, p := range []*cairntest.Someone{h.ali, h.heron} {
			if err := h.People.SaveProfile(ctx, p.Actor, people.Profile{Name: "a1i-the-great", Languages: []string{"en"}}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s takes the name: %v", p.Name, err)
			}
		}
		for _, d := range h.both(t) {
			if d.What == moderation.Hide {
				status(t, "undone", h.otto.Post(at+"/undo", "action", string(d.ID), "undo", "It is a joke among friends."), 303)
			}
		}
		if card, _, err = h.People.Me(ctx, h.ali.Actor); err != nil || card.Name != "Ali the Great" || card.Pronouns != "your/master" {
			t.Errorf("given back: %q, %q; %v", card.Name, card.Pronouns, err)
		}
		if list, err := h.People.WordsFor(ctx, h.DB.Reader(), h.ali.ID, false); err != nil || len(list) != 1 {
			t.Errorf("words shown to everybody: %v, %v", list, err)
		}

		// Removed, it is gone after a month; what they chose since stays theirs.
		h.decided(t, h.heron, "profile", moderation.Decision{What: "none", Thing: moderation.Remove, Reason: "No."})
		must(t, h.People.SaveProfile(ctx, h.ali.Actor, people.Profile{Name: "Ali", Languages: []string{"en"}}))
		h.Time.Advance(moderation.RemoveAfter + time.Hour)
		h.Settle()
		var kept int
		must(t, h.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM people_aside WHERE name <> ''`).Scan(&kept))
		if card, _, err = h.People.Me(ctx, h.ali.Actor); err != nil || card.Name != "Ali" || kept != 0 {
			t.Errorf("a month later: %q, %d kept; %v", card.Name, kept, err)
		}
		if err := h.People.SaveProfile(ctx, h.ali.Actor, people.Profile{Name: "Ali the Great", Languages: []string{"en"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("what was removed is taken again: %v", err)
		}
	})
}

func (h small) both(t *testing.T) []moderation.Action {
	t.Helper()
	list, err := h.Moderation.Mine(t.Context(), h.ali.Actor)
	must(t, err)
	return list
}

// A name that two reported is given back when both decisions are taken back, not before.
func TestTwoDecisionsAboutOneName(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ctx := t.Context()
		must(t, h.People.SaveProfile(ctx, h.ali.Actor, people.Profile{Name: "Ali the Great", Pronouns: "your/master", Languages: []string{"en"}}))
		must(t, h.People.AddWords(ctx, h.ali.Actor, "loud-to-everybody", people.ToAll, false))
		hide := moderation.Decision{What: "none", Thing: moderation.Hide, Reason: "Nobody is anybody's master here."}
		shown := func(what, name string, words int) {
			t.Helper()
			card, _, err := h.People.Me(ctx, h.ali.Actor)
			must(t, err)
			list, err := h.People.WordsFor(ctx, h.DB.Reader(), h.ali.ID, false)
			must(t, err)
			if !strings.HasPrefix(card.Name, name) || (card.Pronouns != "") != (words > 0) || len(list) != words {
				t.Errorf("%s: %q, %q, %d words", what, card.Name, card.Pronouns, len(list))
			}
		}
		first := h.decided(t, h.heron, "profile", hide)
		second := h.decided(t, h.Person("Wren"), "profile", hide)
		must(t, h.Moderation.Undo(ctx, h.otto.Actor, first.ID, "A joke."))
		shown("one stands", "Pebble ", 0)
		must(t, h.Moderation.Undo(ctx, h.otto.Actor, second.ID, "A joke."))
		shown("none stands", "Ali the Great", 1)
	})
}
