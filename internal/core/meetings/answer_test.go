package meetings_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestTheAddressComesWithTheAnswer(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.coming(t, h.plans(t, weekly()))[0]
		path := "/meeting/" + string(m.ID)
		if got := h.juniper.Post(path+"/answer", "how", ""); got.Status != 422 || !strings.Contains(got.Body, "Please choose one.") {
			t.Errorf("nothing chosen: %d", got.Status)
		}
		if got := h.juniper.Post(path+"/answer", "how", "room", "needs", "juggler", "words", "kept"); got.Status != 422 || !strings.Contains(got.Body, "kept") {
			t.Errorf("a wrong need: %d", got.Status)
		}
		if got := h.stranger.Post(path+"/answer", "how", "room"); got.Status != 409 {
			t.Errorf("a stranger answers: %d", got.Status)
		}
		if got := h.juniper.Post(path+"/answer", "how", "room", "needs", "captions", "needs", "sign", "words", "I read lips"); got.Status != 303 {
			t.Fatalf("answering: %d", got.Status)
		}
		page := h.juniper.Get(path).Body
		if !strings.Contains(page, "7 Heron-Lane") || !strings.Contains(page, "through the yard") || strings.Contains(page, "rooms.example") {
			t.Error("the address is not there, or the link is before its time")
		}
		if other := h.heron.Get(path).Body; strings.Contains(other, "Heron-Lane") || strings.Contains(other, "I read lips") || strings.Contains(other, "Juniper") || !strings.Contains(other, "1 person comes.") {
			t.Error("others read more than a number")
		}
		if holder := h.marten.Get(path).Body; !strings.Contains(holder, "I read lips") || !strings.Contains(holder, "Sign language interpreter") || !strings.Contains(holder, "Juniper") {
			t.Error("who holds it does not read what is needed")
		}
		if got := h.juniper.Get("/me/opened").Body; !strings.Contains(got, "Marten") && !strings.Contains(got, "meetings.read_answer") {
			opened, err := w.People.Opened(t.Context(), h.juniper.Actor)
			must(t, err)
			if len(opened) == 0 {
				t.Error("Juniper cannot see that it was read")
			}
		}
		if got := h.juniper.Post(path+"/answer", "how", "no"); got.Status != 303 {
			t.Errorf("taking it back: %d", got.Status)
		}
		if page := h.juniper.Get(path).Body; strings.Contains(page, "Heron-Lane") {
			t.Error("the address stays after taking it back")
		}
	})
}

func TestTheLastPlaceAndTheLine(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		m := h.coming(t, h.plans(t, weekly()))[0] // two places in the room
		crowd := make([]*cairntest.Someone, 8)
		for i := range crowd {
			crowd[i] = w.Person(fmt.Sprintf("Pebble %d", i))
			h.club.members = append(h.club.members, crowd[i].ID)
		}
		var wg sync.WaitGroup
		for _, p := range crowd {
			wg.Go(func() {
				if _, err := w.Meetings.Answer(ctx, p.Actor, m.ID, meetings.ByRoom, meetings.Asked{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		going, waiting := map[moment.ID]*cairntest.Someone{}, map[int]*cairntest.Someone{}
		for _, p := range crowd {
			switch v := h.look(t, p, m.ID); v.Mine.State {
			case meetings.Going:
				going[p.ID] = p
			case meetings.Waiting:
				waiting[v.Before] = p
			case meetings.Not:
				t.Errorf("%s asked, and does not come", p.Name)
			}
		}
		if len(going) != 2 || len(waiting) != 6 {
			t.Fatalf("%d go, %d places in the line", len(going), len(waiting))
		}
		if state, err := w.Meetings.Answer(ctx, h.juniper.Actor, m.ID, meetings.ByScreen, meetings.Asked{}); err != nil || state != meetings.Going {
			t.Errorf("online is not full: %s %v", state, err)
		}
		for _, p := range going {
			_, err := w.Meetings.Answer(ctx, p.Actor, m.ID, "", meetings.Asked{})
			must(t, err)
			_, err = w.Meetings.Answer(ctx, p.Actor, m.ID, "", meetings.Asked{}) // twice is once
			must(t, err)
			break
		}
		first := waiting[0]
		if v := h.look(t, first, m.ID); v.Mine.State != meetings.Going || v.RoomGoing != 2 || h.told(t, first, "meetings.place") != 1 {
			t.Errorf("the first in the line: %s, %d go, told %d", v.Mine.State, v.RoomGoing, h.told(t, first, "meetings.place"))
		}
		if v := h.look(t, waiting[1], m.ID); v.Mine.State != meetings.Waiting || v.Before != 0 {
			t.Errorf("the second: %s %d", v.Mine.State, v.Before)
		}
		// Whoever is in the line and goes online instead leaves the line.
		if state, err := w.Meetings.Answer(ctx, waiting[2].Actor, m.ID, meetings.ByScreen, meetings.Asked{}); err != nil || state != meetings.Going {
			t.Errorf("%s %v", state, err)
		}
		if v := h.look(t, waiting[3], m.ID); v.Before != 1 || v.Waiting != 4 || v.OnlineGoing != 2 {
			t.Errorf("the line: %d before, %d wait, %d online", v.Before, v.Waiting, v.OnlineGoing)
		}
	})
}

func TestNobodyIsCalledAfterTheStart(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	p := weekly()
	p.RoomPlaces = 1
	m := h.coming(t, h.plans(t, p))[0]
	for _, x := range []*cairntest.Someone{h.juniper, h.heron} {
		_, err := w.Meetings.Answer(ctx, x.Actor, m.ID, meetings.ByRoom, meetings.Asked{})
		must(t, err)
	}
	h.goTo(t, m.StartsAt.Add(time.Minute))
	_, err := w.Meetings.Answer(ctx, h.juniper.Actor, m.ID, "", meetings.Asked{})
	must(t, err)
	if v := h.look(t, h.heron, m.ID); v.Mine.State != meetings.Waiting || h.told(t, h.heron, "meetings.place") != 0 {
		t.Errorf("called to a meeting that has begun: %s", v.Mine.State)
	}
}

func TestSigningUpWithoutAnAccount(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.club.facets.Audience, h.club.facets.SignUp = meetings.Public, true
		m := h.coming(t, h.plans(t, weekly()))[0]
		path := "/meeting/" + string(m.ID)
		if got := h.visitor.Get(path); got.Status != 200 || !strings.Contains(got.Body, "Save my place") {
			t.Fatalf("the page: %d", got.Status)
		}
		if got := h.visitor.Post(path+"/sign-up", "how", "room", "name", "  ", "mail", "nobody@@x"); got.Status != 422 || !strings.Contains(got.Body, "does not look like") || !strings.Contains(got.Body, "nobody@@x") {
			t.Errorf("a wrong form: %d", got.Status)
		}
		got := h.visitor.Post(path+"/sign-up", "how", "room", "name", "River <b>", "needs", "step_free")
		if got.Status != 303 || !strings.HasPrefix(got.To(), "/place/") {
			t.Fatalf("signing up: %d %s", got.Status, got.To())
		}
		place := got.To()
		page := h.visitor.Get(place)
		if page.Status != 200 || !strings.Contains(page.Body, "River &lt;b&gt;") || !strings.Contains(page.Body, "7 Heron-Lane") || page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the place: %d %q", page.Status, page.Header.Get("Cache-Control"))
		}
		if got := w.Browser().Get("/place/" + strings.Repeat("A", 43)); got.Status != 404 {
			t.Errorf("a guess: %d", got.Status)
		}
		var open string
		must(t, w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM meetings_answer WHERE token = $1`, strings.TrimPrefix(place, "/place/")).Scan(&open))
		if open != "0" {
			t.Error("the token lies open")
		}
		if got := h.visitor.Post(place + "/give-up"); got.Status != 303 || !strings.Contains(h.visitor.Get(place).Body, "You gave this place back.") {
			t.Errorf("giving it back: %d", got.Status)
		}
		if v := h.look(t, h.wren, m.ID); v.RoomGoing != 0 {
			t.Errorf("%d come", v.RoomGoing)
		}
		h.club.facets.SignUp = false
		must(t, w.DB.Write(t.Context(), func(tx writer) error { return w.Meetings.Changed(t.Context(), tx, h.ref()) }))
		if got := h.visitor.Post(path+"/sign-up", "how", "room", "name", "Brook"); got.Status != 404 {
			t.Errorf("signing up where one cannot: %d", got.Status)
		}
	})
}

func TestNobodyAnswersTooFast(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	h.club.facets.Audience, h.club.facets.SignUp = meetings.Public, true
	m := h.coming(t, h.plans(t, weekly()))[0]
	slow := 0
	for range 20 {
		if _, err := w.Meetings.SignUp(t.Context(), h.visitor.Actor, m.ID, meetings.ByScreen, meetings.Asked{Name: "X"}, meetings.From{Address: "192.0.2.7"}); fault.Is(err, fault.TooFast) {
			slow++
		}
	}
	_, err := w.Meetings.SignUp(t.Context(), h.visitor.Actor, m.ID, meetings.ByScreen, meetings.Asked{Name: "Y"}, meetings.From{Address: "192.0.2.8"})
	if slow != 5 || err != nil {
		t.Errorf("%d of 20 were slowed down; somebody else: %v", slow, err)
	}
	var kept int
	must(t, w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM access_rate WHERE person = $1`, "192.0.2.7").Scan(&kept))
	if kept != 0 {
		t.Error("the address lies open")
	}
}

func TestWhoCameIsCounted(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		m := h.coming(t, h.plans(t, weekly()))[0]
		for _, x := range []*cairntest.Someone{h.juniper, h.heron} {
			_, err := w.Meetings.Answer(ctx, x.Actor, m.ID, meetings.ByRoom, meetings.Asked{})
			must(t, err)
		}
		path := "/meeting/" + string(m.ID)
		if got := h.wren.Post(path+"/count", "others", "3"); got.Status != 409 {
			t.Errorf("before the beginning: %d", got.Status)
		}
		for _, d := range []time.Duration{0, 15 * time.Minute, time.Hour} { // nobody pressed that they were there
			h.goTo(t, m.StartsAt.Add(d))
		}
		v := h.look(t, h.wren, m.ID)
		if v.State != meetings.Cancelled {
			t.Fatalf("a meeting to which nobody came to hold it is %s", v.State)
		}
		if got := h.juniper.Post(path+"/count", "others", "3"); got.Status != 404 {
			t.Errorf("a member counts: %d", got.Status)
		}
		if got := h.wren.Post(path+"/count", "others", "many"); got.Status != 422 {
			t.Errorf("no number: %d", got.Status)
		}
		if got := h.wren.Post(path+"/count", "others", "3", "came", string(v.Comers[0].ID)); got.Status != 303 {
			t.Fatalf("counting: %d", got.Status)
		}
		v = h.look(t, h.wren, m.ID)
		if v.State != meetings.Over || v.Others != 3 || v.Comers[0].Came != "yes" || v.Comers[1].Came != "no" {
			t.Errorf("%d others, %+v", v.Others, v.Comers)
		}
		h.goTo(t, m.EndsAt.Add(31*time.Minute))
		h.goTo(t, m.EndsAt.Add(91*24*time.Hour))
		v = h.look(t, h.wren, m.ID)
		if len(v.Comers) != 0 || v.Others != 3 || v.RoomGoing != 2 {
			t.Errorf("after 90 days: %d names, %d others, %d came", len(v.Comers), v.Others, v.RoomGoing)
		}
	})
}

func TestExportAndErase(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		p := weekly()
		p.RoomPlaces = 1
		m := h.coming(t, h.plans(t, p))[0]
		for _, x := range []*cairntest.Someone{h.juniper, h.heron} {
			_, err := w.Meetings.Answer(ctx, x.Actor, m.ID, meetings.ByRoom, meetings.Asked{Words: "mine alone"})
			must(t, err)
		}
		if files := w.Exported(h.juniper); !strings.Contains(files["meetings.json"], "mine alone") || !strings.Contains(files["meetings.json"], "Evenings by the river") {
			t.Errorf("export: %s", files["meetings.json"])
		}
		must(t, w.DB.Write(ctx, func(tx writer) error {
			return meetings.Holding{Service: w.Meetings}.Erase(ctx, tx, h.juniper.ID, w.Time.Now())
		}))
		if v := h.look(t, h.heron, m.ID); v.Mine.State != meetings.Going || v.RoomGoing != 1 {
			t.Errorf("the place goes on: %s %d", v.Mine.State, v.RoomGoing)
		}
		must(t, w.DB.Write(ctx, func(tx writer) error {
			return meetings.Holding{Service: w.Meetings}.Erase(ctx, tx, h.wren.ID, w.Time.Now())
		}))
		v := h.look(t, h.marten, m.ID)
		if len(v.Hosts) != 1 || v.Hosts[0].Person != h.marten.ID || v.Hosts[0].State != meetings.Named {
			t.Errorf("who holds it: %+v", v.Hosts)
		}
	})
}
