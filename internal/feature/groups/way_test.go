package groups_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/core/people"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func described(name string, o groups.Openness, f groups.Form) groups.Draft {
	return groups.Draft{Name: name, About: "about " + name, Quiet: "Tuesday", Form: f, Openness: o, Languages: []string{"en"}, Zone: "Africa/Nairobi", Weeks: 6}
}

const sentences = "What is said here stays here.\nCome late, leave early."

func made(t *testing.T, w *cairntest.World, by *cairntest.Someone, d groups.Draft) moment.ID {
	t.Helper()
	id, err := w.Groups.Make(t.Context(), by.Actor, d, sentences)
	must(t, err)
	return id
}

func joined(t *testing.T, w *cairntest.World, id moment.ID, who ...*cairntest.Someone) {
	t.Helper()
	for _, p := range who {
		if _, err := w.Groups.Join(t.Context(), p.Actor, id, groups.Joining{Agreed: 1}); err != nil {
			t.Fatalf("%s joins: %v", p.Name, err)
		}
	}
}

func apart(t *testing.T, w *cairntest.World, a, b *cairntest.Someone) {
	t.Helper()
	must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
		return w.People.KeepApart(t.Context(), tx, a.Actor, b.ID, people.Block, 0)
	}))
}

func under(id moment.ID, more string) string { return "/groups/" + string(id) + more }

// A member proposes a group, a coordinator opens it, others join, say something,
// write on the wall, and it is handed over, printed and ended: over HTTP, as people do it.
func TestTheWholeWayOverHTTP(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		juniper, heron, tomo, visitor := w.Person("Juniper"), w.Person("Heron"), w.Person("Tomo", access.Coordinator), w.Browser()
		typed := []string{"name", "Tuesday people", "about", "Tea <script>alert(1)</script>", "openness", "public", "languages", "en", "zone", "Africa/Nairobi", "sentences", agreed}
		if got := juniper.Post("/groups/propose", append(typed, "most", "1")...); got.Status != 422 || !strings.Contains(got.Body, "Tuesday people") {
			t.Fatalf("a wrong number is told with what was typed: %d", got.Status)
		}
		got := juniper.Post("/groups/propose", typed...)
		if got.Status != 303 {
			t.Fatalf("propose: %d %s", got.Status, got.Body)
		}
		path, _, _ := strings.Cut(got.To(), "?")
		id := moment.ID(strings.TrimPrefix(path, "/groups/"))
		expect(t, visitor, path, 404, "")
		expect(t, heron, path, 404, "")
		expect(t, juniper, path, 200, "This is a proposal")
		expect(t, tomo, "/programme/groups", 200, "Tuesday people")
		if got := tomo.Post("/programme/groups/"+string(id), "answer", "no"); got.Status != 422 {
			t.Errorf("a no without a reason: %d", got.Status)
		}
		sends(t, tomo, "/programme/groups/"+string(id), "answer", "yes")
		page := visitor.Get(path)
		if page.Status != 200 || strings.Contains(page.Body, "<script>alert(1)") {
			t.Fatalf("the open group: %d", page.Status)
		}
		expect(t, heron, path+"/join", 200, "What is said here stays here")
		if got := heron.Post(path+"/join", "version", "1"); got.Status != 422 {
			t.Errorf("joined without accepting: %d", got.Status)
		}
		sends(t, heron, path+"/join", "version", "1", "agreed", "yes")
		sends(t, heron, path+"/join", "version", "1", "agreed", "yes") // pressed twice
		sends(t, heron, path+"/round", "went", "to the corner, twice", "next", "the market", "shared", "group")
		expect(t, juniper, path, 200, "to the corner, twice")
		wall := regexp.MustCompile(`action="(/wall/[^"]+)"`).FindStringSubmatch(heron.Get(path).Body)
		if wall == nil {
			t.Fatal("there is no wall")
		}
		sends(t, heron, wall[1], "words", "hello-from-heron", "key", "a", "back", path)
		expect(t, juniper, path, 200, "hello-from-heron")
		for _, words := range []string{"hello-from-heron", "to the corner"} {
			if strings.Contains(tomo.Get(path).Body, words) || strings.Contains(visitor.Get(path).Body, words) {
				t.Errorf("%q is read from outside", words)
			}
		}
		sends(t, juniper, path+"/handover", "person", string(heron.ID))
		sends(t, heron, path+"/handover/yes")
		if v, err := w.Groups.Look(t.Context(), heron.Actor, id); err != nil || v.Owns.Name != "Heron" {
			t.Errorf("handed over: %+v %v", v.Owns, err)
		}
		for _, more := range []string{"", "/agreement", "/people", "/round", "/touch", "/leave", "/poster", "/kit", "/edit", "/agreement/edit", "/handover", "/kit/edit", "/sure/end"} {
			expect(t, heron, path+more, 200, "")
		}
		for _, more := range []string{"/people", "/round", "/touch", "/edit", "/agreement/edit", "/kit/edit", "/leave", "/sure/end", "/outreach"} {
			expect(t, tomo, path+more, 404, "")
			expect(t, w.Person("Mina "+strings.ReplaceAll(strings.Trim(more, "/"), "/", " ")), path+more, 404, "")
		}
		sends(t, heron, path+"/do/end")
		expect(t, juniper, path, 200, "ended on")
		expect(t, visitor, path, 404, "")
		if got := juniper.Post(path+"/round", "next", "more", "shared", "group"); got.Status != 409 {
			t.Errorf("a round after the end: %d", got.Status)
		}
	})
}

func expect(t *testing.T, p *cairntest.Someone, path string, status int, words string) {
	t.Helper()
	got := p.Get(path)
	if got.Status != status || !strings.Contains(got.Body, words) {
		t.Errorf("%s opens %s: %d, want %d with %q", p.Name, path, got.Status, status, words)
	}
}

func sends(t *testing.T, p *cairntest.Someone, path string, pairs ...string) {
	t.Helper()
	if got := p.Post(path, pairs...); got.Status != 303 {
		t.Fatalf("%s posts %s: %d", p.Name, path, got.Status)
	}
}

// What Ada sees of staying in touch is the same whatever Ben has done, until both
// have said so.
func TestAWishLooksTheSameWhateverTheOtherDid(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		owner := w.Person("Owner", access.Facilitator)
		ways := map[string]func(id moment.ID, ada, ben *cairntest.Someone){
			"nothing":    func(moment.ID, *cairntest.Someone, *cairntest.Someone) {},
			"said no":    func(id moment.ID, _, ben *cairntest.Someone) { wish(t, w, id, ben, "Somebody Else") },
			"blocked":    func(id moment.ID, ada, ben *cairntest.Someone) { wish(t, w, id, ben, ada.Name); apart(t, w, ben, ada) },
			"left":       func(id moment.ID, _, ben *cairntest.Someone) { must(t, w.Groups.Leave(t.Context(), ben.Actor, id)) },
			"took back":  func(id moment.ID, ada, ben *cairntest.Someone) { unwish(t, w, ben, wish(t, w, id, ben, ada.Name)) },
			"never here": nil,
		}
		n, want := 0, ""
		for name, does := range ways {
			n++
			ada, ben := w.Person(fmt.Sprintf("Ada%c", 'a'+n)), w.Person(fmt.Sprintf("Ben%c", 'a'+n))
			id := made(t, w, owner, described("Evening", groups.Members, groups.Facilitated))
			joined(t, w, id, ada)
			if does != nil {
				joined(t, w, id, ben)
				does(id, ada, ben)
			}
			w.Settle()
			answer := ada.Post(under(id, "/touch"), "name", ben.Name, "reach", "call me")
			w.Settle()
			saw := fmt.Sprint(answer.Status, strings.ReplaceAll(answer.To(), string(id), "ID"), seenBy(ada, under(id, "/touch"), id, ada, ben), seenBy(ada, "/groups/touch", id, ada, ben), seenBy(ada, "/notices", id, ada, ben), w.Exported(ada)["groups-staying-in-touch.json"] != "")
			if want == "" {
				want = saw
			}
			if saw != want {
				t.Errorf("%s: Ada sees something else:\n%s\n%s", name, saw, want)
			}
		}
	})
}

func wish(t *testing.T, w *cairntest.World, id moment.ID, by *cairntest.Someone, name string) moment.ID {
	t.Helper()
	must(t, w.Groups.WishTouch(t.Context(), by.Actor, id, name, "reach "+by.Name))
	list, err := w.Groups.Touches(t.Context(), by.Actor)
	must(t, err)
	return list[0].ID
}

func unwish(t *testing.T, w *cairntest.World, by *cairntest.Someone, touch moment.ID) {
	t.Helper()
	must(t, w.Groups.UnwishTouch(t.Context(), by.Actor, touch))
}

var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// plain is a page without what differs between two made-up people.
func seenBy(p *cairntest.Someone, path string, id moment.ID, who ...*cairntest.Someone) string {
	body := p.Get(path).Body
	for i, x := range who {
		body = strings.ReplaceAll(body, x.Name, fmt.Sprint("P", i))
	}
	body = regexp.MustCompile(`<meta name="csp-nonce"[^>]*>`).ReplaceAllString(body, "")
	return ids.ReplaceAllString(strings.ReplaceAll(body, string(id), "ID"), "X")
}

func TestBothAreToldAndEitherTakesItBack(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		owner, ada, ben := w.Person("Owner", access.Facilitator), w.Person("Ada"), w.Person("Ben")
		id := made(t, w, owner, described("Evening", groups.Members, groups.Facilitated))
		joined(t, w, id, ada, ben)
		wish(t, w, id, ada, "bEn")
		mine := wish(t, w, id, ben, "Ada")
		w.Settle()
		expect(t, ada, "/groups/touch", 200, "reach Ben")
		expect(t, ben, "/groups/touch", 200, "reach Ada")
		must(t, w.Groups.Leave(t.Context(), ada.Actor, id))
		expect(t, ada, "/groups/touch", 200, "reach Ben")
		unwish(t, w, ben, mine)
		if strings.Contains(ada.Get("/groups/touch").Body, "reach Ben") {
			t.Error("what was taken back is still read")
		}
		if _, err := w.Vault.Box(t.Context(), w.DB.Reader(), mine); err == nil {
			t.Error("its key is still there")
		}
		wish(t, w, id, ben, "Ada")
		w.Settle()
		if strings.Contains(ben.Get("/groups/touch").Body, "reach Ada") {
			t.Error("somebody who left the group is found by their name in it")
		}
	})
}

// A group is never without somebody who answers for it.
func TestAGroupGoesToSomebody(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		fern, ali, wren, tomo := w.Person("Fern", access.Facilitator), w.Person("Ali", access.Peer), w.Person("Wren", access.Peer), w.Person("Tomo", access.Coordinator)
		id := made(t, w, fern, described("Evening", groups.Closed, groups.Facilitated))
		ctx := t.Context()
		for _, p := range []*cairntest.Someone{ali, wren} {
			must(t, w.Groups.Bring(ctx, fern.Actor, id, p.Name))
			w.Time.Advance(time.Hour)
		}
		owner := func() string {
			t.Helper()
			v, err := w.Groups.Look(ctx, tomo.Actor, id)
			must(t, err)
			return v.Owns.Name
		}
		must(t, w.Groups.Leave(ctx, fern.Actor, id))
		if got := owner(); got != "Ali" {
			t.Errorf("after the owner left it is %q's", got)
		}
		must(t, w.People.TakeRole(ctx, w.Person("Slate", access.Administrator).Actor, ali.ID, access.Peer))
		w.Settle()
		if got := owner(); got != "Wren" {
			t.Errorf("after the owner lost the role it is %q's", got)
		}
		must(t, w.People.Erase(ctx, wren.Actor, people.Proof{Name: "Wren"}))
		w.Settle()
		if got := owner(); got != "" {
			t.Errorf("nobody is left, and it is %q's", got)
		}
		expect(t, tomo, under(id, ""), 200, "looks for somebody")
		expect(t, tomo, "/programme/groups", 200, "Looks for somebody")
		expect(t, tomo, under(id, "/round"), 404, "")
		must(t, w.Groups.TakeOn(ctx, tomo.Actor, id))
		if got := owner(); got != "Tomo" {
			t.Errorf("taken on, it is %q's", got)
		}
	})
}

func TestAgreementAsksEverybodyAgain(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		fern, heron, mina := w.Person("Fern", access.Facilitator), w.Person("Heron"), w.Person("Mina")
		id := made(t, w, fern, described("Evening", groups.Members, groups.Facilitated))
		joined(t, w, id, heron)
		must(t, w.Groups.Rewrite(t.Context(), fern.Actor, id, 1, agreed+"\nA new sentence."))
		if err := w.Groups.Rewrite(t.Context(), fern.Actor, id, 1, "other"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a change of what was not read: %v", err)
		}
		expect(t, heron, under(id, ""), 200, "The agreement has changed")
		if got := heron.Post(under(id, "/round"), "next", "x", "shared", "group"); got.Status != 409 {
			t.Errorf("wrote before accepting: %d", got.Status)
		}
		if got := mina.Post(under(id, "/join"), "version", "1", "agreed", "yes"); got.Status != 422 || !strings.Contains(got.Body, "A new sentence.") || !strings.Contains(got.Body, `value="2"`) {
			t.Errorf("joined by an agreement of before: %d", got.Status)
		}
		if got := heron.Post(under(id, "/agreement"), "version", "1"); got.Status != 422 {
			t.Errorf("accepted what does not hold: %d", got.Status)
		}
		sends(t, heron, under(id, "/agreement"), "version", "2")
		sends(t, heron, under(id, "/round"), "next", "x", "shared", "group")
	})
}

func TestAGoodbyeInTheRoundIsHeld(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		fern, heron, mina, ines := w.Person("Fern", access.Facilitator), w.Person("Heron"), w.Person("Mina"), w.Person("Ines", access.Supervisor)
		id := made(t, w, fern, described("Evening", groups.Members, groups.Facilitated))
		joined(t, w, id, heron, mina)
		got := heron.Post(under(id, "/round"), "went", "I want to kill myself", "shared", "group")
		if got.Status != 303 || !strings.HasSuffix(got.To(), "done=kept") {
			t.Fatalf("said: %d %s", got.Status, got.To())
		}
		page := heron.Get(got.To())
		for _, words := range []string{"Crisis lines", "Others do not see your words yet", "Nobody is on duty right now"} {
			if !strings.Contains(page.Body, words) {
				t.Errorf("the writer is not told %q", words)
			}
		}
		if strings.Contains(mina.Get(under(id, "/round")).Body, "kill myself") {
			t.Error("it is shown before it was read")
		}
		_, r, err := w.Groups.Round(t.Context(), heron.Actor, id)
		must(t, err)
		held := "/round/" + string(r.Mine.ID)
		expect(t, mina, held, 404, "")
		expect(t, ines, held, 200, "kill myself")
		sends(t, fern, held)
		expect(t, mina, under(id, "/round"), 200, "kill myself")
	})
}

func TestFindingByTimeAndWords(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		fern, mina, visitor := w.Person("Fern", access.Facilitator), w.Person("Mina"), w.Browser()
		plan := meetings.Plan{First: calendar.Date{Year: 2026, Month: 11, Day: 24}, Starts: 18*60 + 30, Minutes: 90, Zone: "Africa/Nairobi", Rule: calendar.Rule{Freq: calendar.Weekly}, Attendance: meetings.InPerson, Inside: meetings.Inside{Address: "secret street 1"}}
		for _, o := range groups.Opennesses() {
			id := made(t, w, fern, described("Kettle "+string(o), o, groups.Facilitated))
			_, err := w.Meetings.Make(t.Context(), fern.Actor, meetings.Ref{Kind: groups.Kind, ID: id}, plan)
			must(t, err)
		}
		sees := func(p *cairntest.Someone, query, want string) {
			t.Helper()
			body := p.Get("/groups" + query).Body
			for _, o := range groups.Opennesses() {
				if strings.Contains(body, "Kettle "+string(o)) != strings.Contains(want, string(o)) {
					t.Errorf("%s finds %s with %q: want only %q", p.Name, o, query, want)
				}
			}
			if strings.Contains(body, "secret street") {
				t.Error("a private address is on the list")
			}
		}
		for query, found := range map[string]bool{"": true, "?words=KETTLE": true, "?words=teapot": false, "?day=2": true, "?day=3": false, "?time=afternoon": true, "?time=morning": false, "?how=in_person": true, "?how=online": false, "?lang=en": true, "?lang=ar": false, "?form=facilitated": true, "?form=webinar": false, "?day=2&words=kettle": true} {
			if found {
				sees(visitor, query, "public")
				sees(mina, query, "public members request")
				sees(fern, query, "public members request closed")
			} else {
				sees(mina, query, "") // whoever is in them sees their own above
			}
		}
		if body := visitor.Get("/groups/print").Body; !strings.Contains(body, "Kettle public") || strings.Contains(body, "Kettle members") || strings.Contains(body, "secret street") {
			t.Error("the list to print")
		}
	})
}

// Many meetings of others do not push a group out of what is found, nor its next date.
func TestFindingGoesOnPastManyMeetings(t *testing.T) {
	w := cairntest.New(t)
	basalt := w.Person("Basalt", access.Facilitator)
	plan := func(name string, first calendar.Date, rule calendar.Rule) moment.ID {
		id := made(t, w, basalt, described(name, groups.Public, groups.Facilitated))
		_, err := w.Meetings.Make(t.Context(), basalt.Actor, meetings.Ref{Kind: groups.Kind, ID: id}, meetings.Plan{First: first, Starts: 18 * 60, Minutes: 60, Zone: "UTC", Rule: rule,
			Attendance: meetings.Hybrid, Place: "Here", Inside: meetings.Inside{Link: "https://rooms.example/a"}})
		must(t, err)
		return id
	}
	today := calendar.DateOf(w.Time.Now().Std())
	for i := range 9 {
		plan(fmt.Sprintf("Daily %d", i), today.Add(1), calendar.Rule{Freq: calendar.Daily})
	}
	plan("Rarely", today.Add(55), calendar.Rule{})
	visitor := w.Browser()
	for _, query := range []string{"how=hybrid", "time=evening", "words=rarely&how=hybrid", "words=rarely", ""} {
		body := visitor.Get("/groups?" + query).Body
		if !strings.Contains(body, "Rarely") {
			t.Errorf("?%s does not find it", query)
		}
		if query == "" && !strings.Contains(body, "15 January") {
			t.Error("its next date is not shown")
		}
	}
	if got := visitor.Get("/groups?words=%25&how=hybrid"); strings.Contains(got.Body, "Rarely") {
		t.Error("a sign of patterns finds everything")
	}
}

// Whoever was asked to hold a group cannot take it from who took it on since.
func TestAnOldOfferGivesNothing(t *testing.T) {
	w := cairntest.New(t)
	fern, wren, tomo := w.Person("Fern", access.Facilitator), w.Person("Wren", access.Facilitator), w.Person("Tomo", access.Coordinator)
	id := made(t, w, fern, described("The bench", groups.Members, groups.Facilitated))
	joined(t, w, id, wren, tomo)
	must(t, w.Groups.Leave(t.Context(), fern.Actor, id))
	must(t, w.Groups.Offer(t.Context(), tomo.Actor, id, wren.ID))
	must(t, w.Groups.TakeOn(t.Context(), tomo.Actor, id))
	if err := w.Groups.AnswerOffer(t.Context(), wren.Actor, id, true); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old offer: %v", err)
	}
	v, err := w.Groups.Look(t.Context(), tomo.Actor, id)
	must(t, err)
	if v.Owner != tomo.ID {
		t.Errorf("it is %s's", v.Owner)
	}
}
