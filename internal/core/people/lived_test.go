package people_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// between gives what stands after a mark in a page, up to another.
func between(body, from, to string) string {
	_, rest, _ := strings.Cut(body, from)
	part, _, _ := strings.Cut(rest, to)
	return part
}

func TestLivedExperience(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.member("Heron")
		b := w.browser()
		b.signIn("Heron", goodPassword)
		b.get("/me").want(t, http.StatusOK, "/me/lived", "/me/limits", "/me/hours")
		b.get("/me/profile").want(t, http.StatusOK, "/me/lived", "/me/limits", "/me/hours")
		page := b.get("/me/lived").want(t, http.StatusOK, "Nothing yet", "A hospital stay", `value="hospital"`)
		if strings.Contains(page.body, "These often go together") {
			t.Error("something is suggested to somebody who chose nothing")
		}
		heard := 0
		w.bus.On("people.changed", "test", func(context.Context, bus.Event) error { heard++; return nil })
		rev := w.fit(a.Person).Rev
		b.post("/me/lived/add", "add", "hospital").want(t, http.StatusSeeOther, "/me/lived?done=added")
		b.post("/me/lived/add", "add", "hospital").want(t, http.StatusSeeOther) // pressing twice is no error
		b.post("/me/lived/add", "add", "self-harm").want(t, http.StatusSeeOther)
		b.post("/me/lived/add", "add", "nothing-such").want(t, http.StatusUnprocessableEntity)
		w.runJobs()
		if f := w.fit(a.Person); f.Rev != rev+2 || heard != 2 {
			t.Errorf("revision %d after %d, heard %d", f.Rev, rev, heard)
		}
		// What is chosen stands first; what is sensitive begins as the most private choice.
		page = b.get("/me/lived").want(t, http.StatusOK, "These often go together")
		for slug, first := range map[string]string{"self-harm": "matching", "hospital": "matches"} {
			field := page.body[strings.Index(page.body, `name="v_`+slug+`"`):]
			if options := regexpAll(field, `<option value="([a-z]+)"`); options[0] != first || !strings.Contains(between(field, "<select", "</select>")+field[:200], `value="`+first+`" selected`) {
				t.Errorf("%s: the choices are %v, want %s first and chosen", slug, options[:3], first)
			}
		}
		if strings.Index(page.body, `name="v_hospital"`) > strings.Index(page.body, `id="find"`) {
			t.Error("what is chosen does not stand first")
		}
		often := between(page.body, `id="often"`, "</form>")
		if !strings.Contains(often, `value="medication"`) || strings.Contains(often, `value="hospital"`) {
			t.Errorf("suggested %v", regexpAll(often, `value="([a-z-]+)"`))
		}
		b.post("/me/lived", "v_hospital", "all", "v_self-harm", "matching", "v_woman", "all").want(t, http.StatusSeeOther)
		got := w.fit(a.Person).Lived
		want := []people.Lived{{Situation: "hospital", Visibility: people.ToAll}, {Situation: "self-harm", Visibility: people.OnlyMatching}, {Situation: "woman", Visibility: people.ToAll}}
		slices.SortFunc(got, func(x, y people.Lived) int { return strings.Compare(x.Situation, y.Situation) })
		if !slices.Equal(got, want) {
			t.Errorf("lived %v, want %v", got, want)
		}
		refused := b.post("/me/lived", "v_hospital", "everyone", "v_panic", "all").want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(refused.body, `name="v_panic"`) {
			t.Error("what was chosen is not kept")
		}
		b.post("/me/lived", "v_nothing-such", "all").want(t, http.StatusUnprocessableEntity)
		b.post("/me/lived", "v_hospital", "all", "v_self-harm", "matching", "remove", "self-harm").want(t, http.StatusSeeOther, "done=removed")
		if f := w.fit(a.Person); len(f.Lived) != 1 || f.Lived[0].Situation != "hospital" {
			t.Errorf("lived %v", f.Lived)
		}
		b.post("/me/lived").want(t, http.StatusSeeOther)
		if n := len(w.fit(a.Person).Lived); n != 0 {
			t.Errorf("%d left", n)
		}
	})
}

func TestLookingForSituationsWithoutJavaScript(t *testing.T) {
	w := sqliteWorld(t)
	w.member("Heron")
	b := w.browser()
	b.signIn("Heron", goodPassword)
	page := b.post("/me/lived/find", "q", "HOSPITÁL").want(t, http.StatusOK, `value="hospital"`)
	if strings.Contains(page.body, `value="panic"`) {
		t.Error("what does not fit stands there too")
	}
	// What is not in the list may be written as it was looked for.
	b.post("/me/lived/find", "q", "fear of lifts").want(t, http.StatusOK, "Nothing in the list", `name="words" type="text" value="fear of lifts"`)
	if strings.Contains(w.log.String(), "lifts") {
		t.Error("what somebody looked for is in the log")
	}
}

func TestWordsOfOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		heron, wren := w.member("Heron"), w.member("Wren")
		b, other := w.browser(), w.browser()
		b.signIn("Heron", goodPassword)
		other.signIn("Wren", goodPassword)
		b.post("/me/lived/words", "words", "  ", "shown", "all").want(t, http.StatusUnprocessableEntity, "a few words first")
		long := strings.Repeat("x", 81)
		b.post("/me/lived/words", "words", long, "shown", "matches", "suggest", "yes").want(t, http.StatusUnprocessableEntity, long, `value="matches" selected`, `value="yes" checked`)
		b.post("/me/lived/words", "words", "x", "shown", "everyone").want(t, http.StatusUnprocessableEntity)
		b.post("/me/lived/words", "words", " a  fear of\nlifts ", "shown", "matches").want(t, http.StatusSeeOther)
		page := b.get("/me/lived").want(t, http.StatusOK, "a fear of lifts")
		if strings.Contains(other.get("/me/lived").body, "lifts") {
			t.Error("another sees the words")
		}
		id := regexpAll(page.body, `name="w_([0-9a-f-]+)"`)[0]
		for _, form := range [][]string{{"w_" + id, "all"}, {"drop", id}, {"suggest", id}} {
			other.post("/me/lived", form...)
		}
		other.post("/me/lived/words/"+id+"/read").want(t, http.StatusSeeOther)
		wantKind(t, w.ShowWords(ctx, wren, moment.ID(id), people.ToAll), fault.NotFound)
		wantKind(t, w.DropWords(ctx, wren, moment.ID(id)), fault.NotFound)
		words, err := w.Words(ctx, heron)
		ok(t, err)
		if len(words) != 1 || words[0].Visibility != people.ToMatches || words[0].Suggested {
			t.Fatalf("after another tried to change them: %+v", words)
		}
		// Who is shown what.
		sees := func(match bool, want int) {
			t.Helper()
			got, err := w.WordsFor(ctx, w.db.Reader(), heron.Person, match)
			ok(t, err)
			if len(got) != want {
				t.Errorf("with match %v: %v", match, got)
			}
		}
		sees(true, 1)
		sees(false, 0)
		b.post("/me/lived", "w_"+id, "all").want(t, http.StatusSeeOther)
		sees(false, 1)
		b.post("/me/lived", "w_"+id, "matching").want(t, http.StatusSeeOther)
		sees(true, 0)
		b.post("/me/lived", "w_"+id, "matching", "suggest", id).want(t, http.StatusSeeOther, "done=suggested")
		b.get("/me/lived").want(t, http.StatusOK, "a coordinator reads it", "Take the suggestion back")
		b.post("/me/lived", "w_"+id, "matching", "back", id).want(t, http.StatusSeeOther)
		b.post("/me/lived", "w_"+id, "matching", "drop", id).want(t, http.StatusSeeOther)
		if words, err := w.Words(ctx, heron); err != nil || len(words) != 0 {
			t.Errorf("%v %v", words, err)
		}
		for range 12 {
			ok(t, w.AddWords(ctx, heron, "x y", people.ToAll, false))
		}
		wantKind(t, w.AddWords(ctx, heron, "x y", people.ToAll, false), fault.Invalid)
	})
}

func TestSuggestedWordsAreAnswered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		heron := w.member("Heron")
		w.member("Tansy", access.Coordinator)
		b, tansy := w.browser(), w.browser()
		b.signIn("Heron", goodPassword)
		tansy.signIn("Tansy", goodPassword)
		for _, x := range []struct {
			words   string
			shown   people.Visibility
			suggest bool
		}{{"losing a farm", people.ToAll, true}, {"the ward", people.ToMatches, true}, {"wanting to vanish", people.ToAll, true}, {"my boss", people.ToAll, true}, {"only mine", people.ToAll, false}} {
			ok(t, w.AddWords(ctx, heron, x.words, x.shown, x.suggest))
		}
		b.get("/taxonomy/suggested").want(t, http.StatusNotFound)
		page := tansy.get("/taxonomy/suggested").want(t, http.StatusOK, "losing a farm", "the ward")
		if strings.Contains(page.body, "Heron") || strings.Contains(page.body, string(heron.Person)) || strings.Contains(page.body, "only mine") {
			t.Error("the list says who wrote it, or what was not suggested")
		}
		at := regexpAll(page.body, `href="(/taxonomy/suggested/[0-9a-f-]+)"`)
		if len(at) != 4 {
			t.Fatalf("%d suggestions", len(at))
		}
		words, err := w.Words(ctx, heron)
		ok(t, err)
		kept := "/taxonomy/suggested/" + string(words[4].ID)
		tansy.get(kept).want(t, http.StatusNotFound)
		tansy.post(kept+"/merge", "into", "hospital").want(t, http.StatusNotFound)
		b.get(at[0]).want(t, http.StatusNotFound)
		b.post(at[0]+"/adopt", "kind", "situation", "label_en", "x y").want(t, http.StatusNotFound)
		tansy.get(at[0]).want(t, http.StatusOK, "losing a farm", `name="label_en" type="text" value="losing a farm"`)

		rev := w.fit(heron.Person).Rev
		tansy.post(at[0]+"/adopt", "kind", "situation", "label_en", "", "label_es", "perder una granja").want(t, http.StatusUnprocessableEntity, "perder una granja")
		tansy.post(at[0]+"/adopt", "kind", "situation", "label_en", "losing a farm", "label_es", "perder una granja").want(t, http.StatusSeeOther, "done=adopted")
		tansy.post(at[0]+"/adopt", "kind", "situation", "label_en", "losing a farm").want(t, http.StatusNotFound) // answered once
		tansy.post(at[1]+"/merge", "into", "").want(t, http.StatusUnprocessableEntity)
		tansy.post(at[1]+"/merge", "into", "hospital").want(t, http.StatusSeeOther, "done=merged")
		tansy.post(at[2]+"/merge", "into", "suicidal-thoughts").want(t, http.StatusSeeOther)
		tansy.post(at[3]+"/aside", "reason", " ").want(t, http.StatusUnprocessableEntity)
		tansy.post(at[3]+"/aside", "reason", "A person is not a situation.").want(t, http.StatusSeeOther, "done=aside")
		tansy.get("/taxonomy/suggested").want(t, http.StatusOK, "Nothing waits")

		f := w.fit(heron.Person)
		shown := map[string]people.Visibility{}
		for _, l := range f.Lived {
			shown[l.Situation] = l.Visibility
		}
		if f.Rev != rev+3 || len(shown) != 3 || shown["losing-a-farm"] != people.ToAll || shown["hospital"] != people.ToMatches || shown["suicidal-thoughts"] != people.OnlyMatching {
			t.Errorf("revision %d after %d, %v", f.Rev, rev, shown)
		}
		page = b.get("/me/lived").want(t, http.StatusOK, "“losing a farm” are in the list", "“the ward” mean something", "a hospital stay", "A person is not a situation.", "stays only for matching")
		for _, id := range regexpAll(page.body, `/me/lived/words/([0-9a-f-]+)/read`) {
			b.post("/me/lived/words/"+id+"/read").want(t, http.StatusSeeOther)
		}
		page = b.get("/me/lived").want(t, http.StatusOK, "my boss", "only mine")
		if strings.Contains(page.body, "the ward") || strings.Contains(page.body, "A person is not") {
			t.Error("what was read still stands there")
		}
		b.get("/me/opened").want(t, http.StatusOK, "read: your own words", "did something with: your own words", "A coordinator")
		if s := w.log.String(); strings.Contains(s, "farm") || strings.Contains(s, "boss") {
			t.Error("words are in the log")
		}
	})
}

func TestAdoptedWordsLeaveWhatSomebodyChoseThemselves(t *testing.T) {
	w := sqliteWorld(t)
	ctx := context.Background()
	heron, tansy := w.member("Heron"), w.member("Tansy", access.Coordinator)
	ok(t, w.SaveLived(ctx, heron, []people.Lived{{Situation: "hospital", Visibility: people.OnlyMatching}}))
	ok(t, w.AddWords(ctx, heron, "the ward", people.ToAll, true))
	list, err := w.Suggestions(ctx, tansy)
	ok(t, err)
	ok(t, w.MergeWords(ctx, tansy, list[0].ID, "hospital"))
	if f := w.fit(heron.Person); len(f.Lived) != 1 || f.Lived[0].Visibility != people.OnlyMatching {
		t.Errorf("%v", f.Lived)
	}
}

func TestCoordinatorsKeepWhatGoesTogether(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.member("Tansy", access.Coordinator)
		b := w.browser()
		b.signIn("Tansy", goodPassword)
		b.get("/taxonomy/hospital").want(t, http.StatusOK, `name="beside" value="medication" checked`)
		b.post("/taxonomy/hospital", "label_en", "a hospital stay", "beside", "work", "beside", "panic").want(t, http.StatusSeeOther)
		got, err := w.OftenWith(ctx, "es", []string{"hospital"})
		ok(t, err)
		var slugs []string
		for _, x := range got {
			slugs = append(slugs, x.Slug)
		}
		if !slices.Equal(slugs, []string{"panic", "work"}) {
			t.Errorf("%v", slugs)
		}
		b.post("/taxonomy/hospital", "label_en", "a hospital stay", "beside", "nothing-such").want(t, http.StatusUnprocessableEntity)
		b.post("/taxonomy/hospital", "label_en", "a hospital stay", "beside", "hospital").want(t, http.StatusUnprocessableEntity)
	})
}
