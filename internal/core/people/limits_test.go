package people_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func TestLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		a := w.member("Heron")
		b := w.browser()
		b.signIn("Heron", goodPassword)
		b.get("/me/limits").want(t, http.StatusOK, `name="never_more" value="hospital"`, `name="gladly_more" value="woman"`)
		rev := w.fit(a.Person).Rev
		b.post("/me/today", "v_grief", "today").want(t, http.StatusSeeOther)
		b.post("/me/limits", "never", "self-harm", "never_more", "war", "gladly_more", "woman", "gladly_more", "hospital").want(t, http.StatusSeeOther, "done=saved")
		f := w.fit(a.Person)
		if !slices.Equal(f.NotToday, []string{"grief", "self-harm", "war"}) || !slices.Equal(f.Gladly, []string{"woman", "hospital"}) || f.Rev != rev+2 {
			t.Errorf("not %v, gladly %v, revision %d after %d", f.NotToday, f.Gladly, f.Rev, rev)
		}
		page := b.get("/me/limits").want(t, http.StatusOK, `name="never" value="war" checked`)
		if strings.Index(page.body, `name="never" value="war"`) > strings.Index(page.body, `name="never_more" value="panic"`) {
			t.Error("what is chosen does not stand first")
		}
		// What lasts is still there when today is over, and both pages show the same.
		b.get("/me/today").want(t, http.StatusOK, `value="stays" selected`)
		w.clock.Advance(48 * time.Hour)
		w.runJobs()
		if f := w.fit(a.Person); !slices.Equal(f.NotToday, []string{"self-harm", "war"}) {
			t.Errorf("not %v", f.NotToday)
		}
		b.signIn("Heron", goodPassword)
		b.post("/me/limits", "never", "war", "gladly", "nothing-such").want(t, http.StatusUnprocessableEntity, `name="never" value="war" checked`)
		b.post("/me/limits", "never", "woman").want(t, http.StatusUnprocessableEntity)
		b.post("/me/limits").want(t, http.StatusSeeOther)
		if f := w.fit(a.Person); len(f.NotToday)+len(f.Gladly) != 0 {
			t.Errorf("%+v", f)
		}
		// Whoever would gladly meet somebody does not lose it while it is retired.
		tansy := w.member("Tansy", access.Coordinator)
		ok(t, w.SaveLimits(ctx, a, people.Limits{Gladly: []string{"hospital", "woman"}}))
		rev = w.fit(a.Person).Rev
		draft := people.SituationDraft{Labels: map[string]string{"en": "a hospital stay"}, Retired: true}
		ok(t, w.EditSituation(ctx, tansy, "hospital", draft))
		if f := w.fit(a.Person); !slices.Equal(f.Gladly, []string{"woman"}) || f.Rev <= rev {
			t.Errorf("%v", f.Gladly)
		}
		ok(t, w.SaveLimits(ctx, a, people.Limits{Gladly: []string{"woman"}}))
		draft.Retired = false
		ok(t, w.EditSituation(ctx, tansy, "hospital", draft))
		if f := w.fit(a.Person); len(f.Gladly) != 2 {
			t.Errorf("%v", f.Gladly)
		}
	})
}

func (w *world) apart(a, b moment.ID) bool {
	w.t.Helper()
	of, err := w.Apart(context.Background(), w.db.Reader(), a)
	ok(w.t, err)
	back, err := w.Apart(context.Background(), w.db.Reader(), b)
	ok(w.t, err)
	if of[b] != back[a] {
		w.t.Fatal("apart from one side only")
	}
	return of[b]
}

func TestNamesOfPeopleOneKnows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		heron, wren := w.member("Heron"), w.member("Wren")
		b, other := w.browser(), w.browser()
		b.signIn("Heron", goodPassword)
		other.signIn("Wren", goodPassword)
		b.post("/me/limits/names", "name", "").want(t, http.StatusUnprocessableEntity)
		long := strings.Repeat("x", 41)
		b.post("/me/limits/names", "name", long).want(t, http.StatusUnprocessableEntity, long)

		// The answer is the same whether there is such a person or not, and so is every page.
		there := b.post("/me/limits/names", "name", " WREN ").want(t, http.StatusSeeOther)
		notThere := b.post("/me/limits/names", "name", "Nobody Such").want(t, http.StatusSeeOther)
		if there.Header.Get("Location") != notThere.Header.Get("Location") || there.body != notThere.body {
			t.Error("the answers differ")
		}
		b.post("/me/limits/names", "name", "wren").want(t, http.StatusSeeOther) // on the list already
		page := b.get("/me/limits").want(t, http.StatusOK, "WREN", "Nobody Such")
		if n := len(regexpAll(page.body, `/me/limits/names/([0-9a-f-]+)/remove`)); n != 2 {
			t.Errorf("%d names", n)
		}
		b.get("/me/blocks").want(t, http.StatusOK, "Nobody is kept away")
		if !w.apart(heron.Person, wren.Person) {
			t.Fatal("not kept apart from whoever is here")
		}
		if strings.Contains(other.get("/me/limits").body, "Nobody Such") {
			t.Error("another sees the list")
		}
		opened, err := w.Opened(ctx, wren)
		ok(t, err)
		for _, o := range opened {
			if o.Verb == "people.may_know" {
				t.Error("Wren can read that somebody may know them")
			}
		}

		// A name that joins later, a guest who takes it, and one that is taken on.
		late := w.browser()
		late.join("nobody such").want(t, http.StatusSeeOther)
		joined := w.actorOf(late.token())
		if !w.apart(heron.Person, joined.Person) {
			t.Error("not kept apart from whoever joined later")
		}
		b.post("/me/limits/names", "name", "Basalt").want(t, http.StatusSeeOther)
		tansy := w.member("Tansy")
		b3 := w.browser()
		b3.signIn("Tansy", goodPassword)
		if w.apart(heron.Person, tansy.Person) {
			t.Fatal("apart too early")
		}
		b3.post("/me/profile", "name", "basalt").want(t, http.StatusSeeOther)
		if !w.apart(heron.Person, tansy.Person) {
			t.Error("not kept apart from whoever took the name on")
		}
		b3.post("/me/profile", "name", "Tansy").want(t, http.StatusSeeOther)
		if !w.apart(heron.Person, tansy.Person) {
			t.Error("another name ended it")
		}

		// Off the list, what it alone kept apart ends; what was said in a conversation stays.
		w.write(func(tx db.Writer) error { return w.KeepApart(ctx, tx, heron, joined.Person, people.MayKnow, 0) })
		names, err := w.KnownNames(ctx, heron)
		ok(t, err)
		other.post("/me/limits/names/"+string(names[0].ID)+"/remove").want(t, http.StatusNotFound)
		for _, n := range names {
			b.post("/me/limits/names/"+string(n.ID)+"/remove").want(t, http.StatusSeeOther)
		}
		if w.apart(heron.Person, wren.Person) || w.apart(heron.Person, tansy.Person) || !w.apart(heron.Person, joined.Person) {
			t.Error("what is kept apart is not what it should be")
		}
		b.get("/me/blocks").want(t, http.StatusOK, "You may know this person")
	})
}

func TestOwnNameKeepsNobodyApart(t *testing.T) {
	w := sqliteWorld(t)
	heron := w.member("Heron")
	ok(t, w.KnowName(context.Background(), heron, "heron"))
	if w.apart(heron.Person, heron.Person) {
		t.Error("apart from oneself")
	}
}

func TestHours(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		a := w.member("Heron")
		b := w.browser()
		b.signIn("Heron", goodPassword)
		b.post("/me/profile", "name", "Heron", "zone", "America/New_York").want(t, http.StatusSeeOther)
		b.get("/me/hours").want(t, http.StatusOK, "New York time", `name="f_0_0" type="time"`)
		rev := w.fit(a.Person).Rev
		if f := w.fit(a.Person); !f.Free.Empty() || f.FreeUntil != 0 {
			t.Errorf("free before anything was said: %v", f)
		}
		// What cannot be read is told at its field, and all stays as it was typed.
		b.post("/me/hours", "f_0_0", "18:10", "t_0_0", "20:00", "f_1_1", "09:00").want(t, http.StatusUnprocessableEntity,
			`value="18:10"`, `value="09:00"`, `href="#f_0_0"`, `href="#t_1_1"`, "both from when")
		b.post("/me/hours", "f_1_0", "18:00", "t_1_0", "20:00", "f_4_2", "22:00", "t_4_2", "01:00").want(t, http.StatusSeeOther, "done=saved")
		b.get("/me/hours").want(t, http.StatusOK, "Tuesdays in the evening, 18:00 to 20:00", "Fridays at night, 22:00 to 01:00", `value="18:00"`)
		f := w.fit(a.Person)
		// 18:00 in New York is 23:00 in UTC in winter; the clocks change on 14 March 2027.
		if f.Rev != rev+1 || f.Free.Count() != 10 || !f.Free.Has(48+46) || !f.Free.Has(48*2+1) || !f.Free.Has(48*5+6) || f.FreeUntil != moment.At(time.Date(2027, 3, 14, 7, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", f)
		}
		words, err := w.HoursOf(ctx, w.db.Reader(), a.Person)
		ok(t, err)
		if !slices.Equal(words, []string{"Tuesdays at night, 23:00 to 01:00", "Saturdays at night, 03:00 to 06:00"}) {
			t.Errorf("%q", words)
		}
		b.post("/me/hours/add", "add", "evenings").want(t, http.StatusSeeOther)
		b.get("/me/hours").want(t, http.StatusOK, "Monday to Friday in the evening, 18:00 to 21:00")
		b.post("/me/hours/add", "add", "always").want(t, http.StatusNotFound)
		b.post("/me/profile", "name", "Heron", "zone", "Asia/Kathmandu").want(t, http.StatusSeeOther)
		if f := w.fit(a.Person); f.FreeUntil != 0 || !f.Free.Has(25) || f.Free.Has(24) {
			t.Errorf("in Kathmandu: %+v", f)
		}
		b.post("/me/hours/add", "add", "none").want(t, http.StatusSeeOther)
		if f := w.fit(a.Person); !f.Free.Empty() {
			t.Errorf("%+v", f)
		}
		ok(t, w.SaveWeek(ctx, a, []people.Stretch{{Day: 0, Begins: 2, Halves: 1}, {Day: 0, Begins: 6, Halves: 1}, {Day: 0, Begins: 36, Halves: 1}}))
		b.post("/me/hours/add", "add", "mornings").want(t, http.StatusUnprocessableEntity, "Up to 3 times a day")
	})
}

func TestWithoutAZoneHoursAreByTheServicesClock(t *testing.T) {
	w := sqliteWorld(t)
	w.Zone = func(context.Context, db.Reader) (*time.Location, error) { return time.LoadLocation("Africa/Nairobi") }
	a := w.member("Heron")
	ok(t, w.SaveWeek(context.Background(), a, []people.Stretch{{Day: 1, Begins: 36, Halves: 2}}))
	if f := w.fit(a.Person); !f.Free.Has(48+30) || f.Free.Count() != 2 {
		t.Errorf("%+v", f)
	}
}

func TestStrangersAndGuestsHaveNoSuchPages(t *testing.T) {
	w := sqliteWorld(t)
	w.member("Heron")
	guest, stranger, member := w.browser(), w.browser(), w.browser()
	guest.post("/guest")
	member.signIn("Heron", goodPassword)
	for _, path := range []string{"/me/lived", "/me/limits", "/me/hours"} {
		guest.get(path).want(t, http.StatusNotFound)
		guest.post(path).want(t, http.StatusNotFound)
		stranger.get(path).want(t, http.StatusSeeOther, "/sign-in")
	}
	for _, path := range []string{"/taxonomy/suggested", "/taxonomy/suggested/" + string(moment.NewID())} {
		member.get(path).want(t, http.StatusNotFound)
	}
	id := string(moment.NewID())
	member.post("/me/limits/names/"+id+"/remove").want(t, http.StatusNotFound)
	member.post("/me/lived", "drop", id).want(t, http.StatusNotFound)
}

func TestWishesAreExportedAndErased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		heron, wren := w.member("Heron"), w.member("Wren")
		ok(t, w.AddWords(ctx, heron, "marker of lifts", people.ToMatches, true))
		ok(t, w.SaveLimits(ctx, heron, people.Limits{Never: []string{"war"}, Gladly: []string{"veteran"}}))
		ok(t, w.KnowName(ctx, heron, "Marker Wren"))
		ok(t, w.KnowName(ctx, heron, "Wren"))
		ok(t, w.SaveWeek(ctx, heron, []people.Stretch{{Day: 1, Begins: 36, Halves: 4}}))
		b, other := w.browser(), w.browser()
		b.signIn("Heron", goodPassword)
		other.signIn("Wren", goodPassword)
		file := unzip(t, b.post("/me/export").body)["lived-experience.json"]
		for _, text := range []string{"marker of lifts", `"matches"`, `"suggested_to_the_service": true`, "war", "veteran", "Marker Wren", `"Tuesday"`, `"18:00"`, `"20:00"`, `"kept_apart_by_you": []`} {
			if !strings.Contains(file, text) {
				t.Errorf("the export lacks %q:\n%s", text, file)
			}
		}
		for name, body := range unzip(t, other.post("/me/export").body) {
			if strings.Contains(strings.ToLower(body), "marker") {
				t.Errorf("%s of Wren has what is Heron's", name)
			}
		}
		ok(t, w.Erase(ctx, heron, people.Proof{Password: goodPassword}))
		for _, table := range []string{"people_own", "people_gladly", "people_known", "people_hours", "people_nottoday"} {
			var n int
			if err := w.db.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM `+table+` WHERE person = $1`, heron.Person).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d left (%v)", table, n, err)
			}
		}
		if of, err := w.Apart(ctx, w.db.Reader(), wren.Person); err != nil || len(of) != 0 {
			t.Errorf("apart from %v (%v)", of, err)
		}
	})
}
