package meetings_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// comes plans a series, lets Juniper come online, and gives its first meeting.
func (h *house) comes(t *testing.T, p meetings.Plan) meetings.Meeting {
	t.Helper()
	m := h.coming(t, h.plans(t, p))[0]
	how := meetings.ByScreen
	if !p.Attendance.Screen() {
		how = meetings.ByRoom
	}
	_, err := h.Meetings.Answer(t.Context(), h.juniper.Actor, m.ID, how, meetings.Asked{})
	must(t, err)
	return m
}

func TestAFacilitatorWhoIsNotThere(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		boss := w.Person("Tomo", access.Coordinator)
		m := h.comes(t, weekly())
		path := "/meeting/" + string(m.ID)
		h.goTo(t, m.StartsAt.Add(-time.Second))
		if h.told(t, h.marten, "meetings.now") != 0 {
			t.Error("the stand-in is asked before the start")
		}
		h.goTo(t, m.StartsAt)
		if got := []int{h.told(t, h.wren, "meetings.now"), h.told(t, h.marten, "meetings.now"), h.told(t, h.juniper, "meetings.now")}; got[0] != 1 || got[1] != 1 || got[2] != 0 {
			t.Errorf("asked at the start: %v", got)
		}
		if page := h.juniper.Get(path).Body; strings.Contains(page, "rooms.example") || !strings.Contains(page, "Nobody is there yet to open.") {
			t.Error("the door is open, or it is not said")
		}
		h.goTo(t, m.StartsAt.Add(15*time.Minute-time.Second))
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.Planned {
			t.Errorf("before a quarter past: %s", v.State)
		}
		h.goTo(t, m.StartsAt.Add(15*time.Minute))
		if page := h.juniper.Get(path).Body; !strings.Contains(page, "It is not because of you.") || !strings.Contains(page, "Talk to someone now") {
			t.Error("not cancelled kindly")
		}
		if h.told(t, h.juniper, "meetings.changed") != 1 || h.told(t, boss, "meetings.empty") != 1 {
			t.Error("who came, or the coordinator, is not told")
		}
		if got := h.marten.Post(path + "/here"); got.Status != 409 {
			t.Errorf("opening it after that: %d", got.Status)
		}
	})
}

func TestTheStandInOpensIt(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.comes(t, weekly())
		path := "/meeting/" + string(m.ID)
		if got := h.marten.Post(path + "/here"); got.Status != 409 {
			t.Errorf("days before: %d", got.Status)
		}
		h.goTo(t, m.StartsAt.Add(2*time.Minute))
		for _, p := range []*cairntest.Someone{h.juniper, h.stranger} {
			if got := p.Post(path + "/here"); got.Status != 404 {
				t.Errorf("%s opens it: %d", p.Name, got.Status)
			}
		}
		if got := h.marten.Post(path + "/here"); got.Status != 303 {
			t.Fatalf("the stand-in: %d", got.Status)
		}
		if page := h.juniper.Get(path).Body; !strings.Contains(page, "https://rooms.example/river") {
			t.Error("the link is not there")
		}
		if page := h.heron.Get(path).Body; strings.Contains(page, "rooms.example") {
			t.Error("the link is there for who did not say they come")
		}
		if h.told(t, h.wren, "meetings.now") != 0 {
			t.Error("the page of the others is not settled")
		}
		h.goTo(t, m.StartsAt.Add(15*time.Minute))
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.Open {
			t.Errorf("a quarter past: %s", v.State)
		}
		h.goTo(t, m.EndsAt.Add(30*time.Minute))
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.Over || v.Link || v.Inside {
			t.Errorf("afterwards: %s %v %v", v.State, v.Link, v.Inside)
		}
	})
}

func TestNobodyHoldsItInTheMiddle(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.comes(t, weekly())
		path := "/meeting/" + string(m.ID)
		h.goTo(t, m.StartsAt)
		h.wren.Post(path + "/here")
		h.goTo(t, m.StartsAt.Add(20*time.Minute))
		if got := h.wren.Post(path + "/leave"); got.Status != 303 {
			t.Fatalf("leaving: %d", got.Status)
		}
		if h.told(t, h.marten, "meetings.now") != 1 {
			t.Error("the stand-in is not asked")
		}
		gone := w.Time.Now()
		h.goTo(t, gone.Add(5*time.Minute-time.Second))
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.Open || !v.Link {
			t.Errorf("in the grace: %s", v.State)
		}
		h.goTo(t, gone.Add(5*time.Minute))
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.Locked || v.Link {
			t.Errorf("after five minutes: %s %v", v.State, v.Link)
		}
		if got := h.heron.Post(path+"/answer", "how", "online"); got.Status != 409 {
			t.Errorf("coming into a locked one: %d", got.Status)
		}
		h.marten.Post(path + "/here")
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.Open || !v.Link {
			t.Errorf("somebody came: %s", v.State)
		}
		gone = w.Time.Now()
		h.marten.Post(path + "/leave")
		h.goTo(t, gone.Add(5*time.Minute))
		h.goTo(t, gone.Add(15*time.Minute))
		if page := h.juniper.Get(path).Body; !strings.Contains(page, "Nobody could hold the meeting any more") || !strings.Contains(page, "Talk to someone now") {
			t.Error("not closed kindly")
		}
		if h.told(t, h.juniper, "meetings.changed") != 1 {
			t.Error("who was there is not told")
		}
	})
}

func TestARoomIsNotCalledOffByItself(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	boss := w.Person("Tomo", access.Coordinator)
	p := weekly()
	p.Attendance = meetings.InPerson
	m := h.comes(t, p)
	h.goTo(t, m.StartsAt)
	h.goTo(t, m.StartsAt.Add(15*time.Minute))
	if v := h.look(t, h.juniper, m.ID); v.State != meetings.Planned || h.told(t, h.juniper, "meetings.changed") != 0 || h.told(t, boss, "meetings.empty") != 1 {
		t.Errorf("%s, told %d, coordinator %d", v.State, h.told(t, h.juniper, "meetings.changed"), h.told(t, boss, "meetings.empty"))
	}
}

func TestAPeerLedOneNeedsNobodyFromOutside(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	h.club.facets.Facilitated, h.club.facets.PeerLed, h.club.facets.Hosts = false, true, []moment.ID{h.wren.ID}
	m := h.comes(t, weekly())
	v := h.look(t, h.wren, m.ID)
	if len(v.Hosts) != 1 || v.Hosts[0].State != meetings.Named {
		t.Fatalf("one named host is enough: %+v", v.Hosts)
	}
	h.goTo(t, m.StartsAt)
	if h.told(t, h.juniper, "meetings.now") != 1 {
		t.Error("who comes is not asked to hold it")
	}
	if got := h.juniper.Post("/meeting/" + string(m.ID) + "/here"); got.Status != 303 {
		t.Errorf("a member holds it: %d", got.Status)
	}
	if v := h.look(t, h.juniper, m.ID); v.State != meetings.Open || !v.Link {
		t.Errorf("%s", v.State)
	}
}

func TestWhoCannotIsReplaced(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		third := w.Person("Third")
		h.club.facets.Hosts = append(h.club.facets.Hosts, third.ID)
		h.club.holders = append(h.club.holders, third.ID)
		m := h.comes(t, weekly())
		path := "/meeting/" + string(m.ID)
		if got := h.juniper.Post(path+"/step", "can", "no"); got.Status != 404 {
			t.Errorf("a member: %d", got.Status)
		}
		if got := h.wren.Post(path+"/step", "can", "no"); got.Status != 303 {
			t.Fatalf("cannot: %d", got.Status)
		}
		v := h.look(t, h.marten, m.ID)
		states := map[moment.ID]meetings.HostState{}
		for _, x := range v.Hosts {
			states[x.Person] = x.State
		}
		if states[h.wren.ID] != meetings.Cannot || states[h.marten.ID] != meetings.Named || states[third.ID] != meetings.StandsBy {
			t.Errorf("%v", states)
		}
		if h.told(t, h.marten, "meetings.host") != 1 || h.told(t, third, "meetings.host") != 1 {
			t.Error("they are not told")
		}
		h.marten.Post(path+"/step", "can", "no")
		third.Post(path+"/step", "can", "no")
		if page := h.juniper.Get(path).Body; !strings.Contains(page, "Nobody holds this meeting yet.") {
			t.Error("that nobody holds it is not said")
		}
		if got := h.wren.Post(path+"/step", "can", "yes"); got.Status != 303 || !strings.Contains(h.juniper.Get(path).Body, "Wren holds it.") {
			t.Errorf("after all: %d", got.Status)
		}
	})
}

func TestRemindersAreTrue(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		m := h.comes(t, weekly())
		h.goTo(t, m.StartsAt.Add(-24*time.Hour-time.Second))
		if h.told(t, h.juniper, "meetings.soon") != 0 {
			t.Error("too early")
		}
		h.goTo(t, m.StartsAt.Add(-24*time.Hour))
		if got := []int{h.told(t, h.juniper, "meetings.soon"), h.told(t, h.wren, "meetings.soon"), h.told(t, h.heron, "meetings.soon")}; got[0] != 1 || got[1] != 1 || got[2] != 0 {
			t.Errorf("a day before: %v", got)
		}
		moved := m.StartsAt.Add(48 * time.Hour)
		must(t, w.Meetings.Move(ctx, h.wren.Actor, m.ID, meetings.Shift{Seen: meetings.AnyVersion, StartsAt: moved, Minutes: 60, Attendance: meetings.Online, Words: "the lift is broken"}))
		h.goTo(t, m.StartsAt.Add(-time.Hour))
		if got := h.told(t, h.juniper, "meetings.soon"); got != 1 {
			t.Errorf("reminded of the old time: %d", got)
		}
		if page := h.juniper.Get("/meeting/" + string(m.ID)).Body; !strings.Contains(page, "the lift is broken") || !strings.Contains(page, "at another time or place than usual") {
			t.Error("what changed is not said")
		}
		h.goTo(t, moved.Add(-24*time.Hour))
		h.goTo(t, moved.Add(-time.Hour))
		if got := h.told(t, h.juniper, "meetings.soon"); got != 3 {
			t.Errorf("reminded of the new time: %d in all", got)
		}
		h.Settle()
		if got := h.told(t, h.juniper, "meetings.soon"); got != 3 {
			t.Errorf("running again: %d", got)
		}
	})
}

// A series is changed while its reminders are being sent: nobody is reminded of a time
// that does not hold any more, and everybody of the one that does.
func TestASeriesIsChangedWhileRemindersAreSent(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		m := h.comes(t, weekly())
		h.Time.Advance(m.StartsAt.Add(-24 * time.Hour).Sub(w.Time.Now()))
		p := weekly()
		p.Starts = 20 * 60
		done := make(chan error)
		go func() {
			_, err := w.Meetings.Change(t.Context(), h.wren.Actor, m.ID, p, meetings.AnyVersion)
			done <- err
		}()
		h.Settle()
		must(t, <-done)
		h.goTo(t, m.StartsAt.Add(90*time.Minute).Add(-23*time.Hour))
		series := h.look(t, h.juniper, h.answered(t, h.juniper)).Series
		list := h.coming(t, series)
		if list[0].StartsAt != m.StartsAt.Add(90*time.Minute) || list[0].Going() != 1 {
			t.Fatalf("%s, %d come", list[0].StartsAt.Std(), list[0].Going())
		}
		notices, err := w.Notify.Open(t.Context(), w.DB.Reader(), h.juniper.ID)
		must(t, err)
		fresh := 0
		for _, n := range notices {
			if n.Kind == "meetings.soon" && strings.HasSuffix(n.Key, list[0].StartsAt.Stamp()) {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("reminded %d times of the time that holds", fresh)
		}
	})
}

// answered gives the meeting that somebody comes to.
func (h *house) answered(t *testing.T, p *cairntest.Someone) moment.ID {
	t.Helper()
	list, _, err := h.Meetings.Find(t.Context(), p.Actor, meetings.Filter{From: h.Time.Now(), To: h.Time.Now().Add(30 * 24 * time.Hour), N: 50})
	must(t, err)
	for _, l := range list {
		if l.Answer == meetings.Going {
			return l.ID
		}
	}
	t.Fatal("they come to nothing")
	return ""
}
