package meetings_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Two who change the same thing at once, and one who changes it from an old form: none
// undoes the other, and there is one series afterwards.
func TestNobodyUndoesAnothersChange(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.plans(t, weekly())
		list := h.coming(t, id)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				p := weekly()
				p.First, p.Inside.Link = list[1].Day, fmt.Sprintf("https://rooms.example/%d", i)
				if _, err := w.Meetings.Change(ctx, h.wren.Actor, list[1].ID, p, meetings.AnyVersion); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		all, err := w.Meetings.SeriesOf(ctx, w.DB.Reader(), h.ref())
		must(t, err)
		if len(all) != 1 || len(h.coming(t, id)) != len(list) {
			t.Fatalf("%d series, %d meetings", len(all), len(h.coming(t, id)))
		}
		stale := weekly()
		stale.First = list[1].Day
		if _, err := w.Meetings.Change(ctx, h.marten.Actor, list[1].ID, stale, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old form: %v", err)
		}
		must(t, w.Meetings.Move(ctx, h.wren.Actor, list[2].ID, meetings.Shift{Seen: meetings.AnyVersion, StartsAt: list[2].StartsAt.Add(time.Hour), Minutes: 60, Attendance: meetings.Hybrid}))
		if err := w.Meetings.Move(ctx, h.marten.Actor, list[2].ID, meetings.Shift{Seen: 0, StartsAt: list[2].StartsAt, Minutes: 60, Attendance: meetings.Hybrid}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old form of one meeting: %v", err)
		}
		early := weekly()
		early.Starts, early.First = 17*60, list[0].Day
		if _, err := w.Meetings.Change(ctx, h.wren.Actor, list[1].ID, early, meetings.AnyVersion); fault.As(err).Kind != fault.Invalid || fault.As(err).Fields[0].Name != "first" {
			t.Errorf("beginning before the meeting it goes on from: %v", err)
		}
	})
}

func TestNobodyShutsAMeetingBeforeItBegins(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	h.club.facets.Facilitated, h.club.facets.PeerLed, h.club.facets.Hosts = false, true, []moment.ID{h.wren.ID}
	m := h.comes(t, weekly())
	path := "/meeting/" + string(m.ID)
	h.goTo(t, m.StartsAt.Add(-25*time.Minute))
	for range 5 {
		h.heron.Post(path + "/here")
		h.heron.Post(path + "/leave")
	}
	h.goTo(t, m.StartsAt.Add(-time.Minute))
	if v := h.look(t, h.juniper, m.ID); v.State != meetings.Planned || h.told(t, h.juniper, "meetings.now") != 0 {
		t.Errorf("before the start: %s, paged %d times", v.State, h.told(t, h.juniper, "meetings.now"))
	}
	h.goTo(t, m.StartsAt)
	for range 5 {
		h.heron.Post(path + "/here")
		h.heron.Post(path + "/leave")
	}
	if got := h.told(t, h.juniper, "meetings.now"); got > 2 {
		t.Errorf("coming and going pages %d times", got)
	}
	// Who only opened the door reads no names, and does not count people.
	_, err := w.Meetings.Answer(t.Context(), h.willow.Actor, m.ID, meetings.ByScreen, meetings.Asked{Words: "for Wren alone"})
	must(t, err)
	h.heron.Post(path + "/here")
	if page := h.heron.Get(path).Body; strings.Contains(page, "for Wren alone") || strings.Contains(page, "Juniper") {
		t.Error("who pressed a button reads who comes")
	}
	if got := h.heron.Post(path+"/count", "others", "1"); got.Status != 404 {
		t.Errorf("and counts: %d", got.Status)
	}
	if page := h.wren.Get(path).Body; !strings.Contains(page, "for Wren alone") {
		t.Error("who holds it does not")
	}
}

func TestARoomIsNotShutByAButton(t *testing.T) {
	for name, change := range map[string]func(h *house, p *meetings.Plan){
		"a room": func(_ *house, p *meetings.Plan) { p.Attendance = meetings.InPerson },
		"a talk that nobody has to open": func(h *house, p *meetings.Plan) {
			h.club.facets.Facilitated = false
			p.Attendance = meetings.Online
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := begin(t, cairntest.New(t))
			p := weekly()
			change(h, &p)
			m := h.comes(t, p)
			h.goTo(t, m.StartsAt)
			h.wren.Post("/meeting/" + string(m.ID) + "/here")
			h.wren.Post("/meeting/" + string(m.ID) + "/leave")
			h.goTo(t, m.StartsAt.Add(5*time.Minute))
			h.goTo(t, m.StartsAt.Add(16*time.Minute))
			if v := h.look(t, h.juniper, m.ID); v.State != meetings.Open {
				t.Errorf("it is %s", v.State)
			}
		})
	}
}

// Whoever is taken out reads nothing any more, also when they had opened the door.
func TestWhoLeavesReadsNothing(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	m := h.comes(t, weekly())
	h.goTo(t, m.StartsAt)
	h.wren.Post("/meeting/" + string(m.ID) + "/here")
	h.club.holders, h.club.facets.Hosts = []moment.ID{h.marten.ID}, []moment.ID{h.marten.ID}
	must(t, w.DB.Write(ctx, func(tx writer) error {
		return errors.Join(w.Meetings.LeaveAll(ctx, tx, h.ref(), h.wren.ID), w.Meetings.Changed(ctx, tx, h.ref()))
	}))
	page := h.wren.Get("/meeting/" + string(m.ID)).Body
	for _, secret := range []string{"Heron-Lane", "rooms.example", "Juniper"} {
		if strings.Contains(page, secret) {
			t.Errorf("still reads %s", secret)
		}
	}
	if got := h.wren.Post("/meeting/"+string(m.ID)+"/count", "others", "1"); got.Status != 404 {
		t.Errorf("still counts: %d", got.Status)
	}
}

// What ended, or was changed from its first meeting on, leaves no ghosts in calendars.
func TestNoGhostsInCalendars(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		p := weekly()
		p.Rule.Count = 10
		first := h.plans(t, p)
		list := h.coming(t, first)
		q := p
		q.Starts = 20 * 60
		second, err := w.Meetings.Change(ctx, h.wren.Actor, list[0].ID, q, meetings.AnyVersion)
		must(t, err)
		h.goTo(t, utc("2026-12-03 12:00"))
		must(t, w.Meetings.End(ctx, h.wren.Actor, second))
		token, err := w.Meetings.NewFeed(ctx, h.juniper.Actor, meetings.Ref{}, "en")
		must(t, err)
		text := w.Browser().Get(calendar.Path(token)).Body
		events := strings.Split(text, "BEGIN:VEVENT")[1:]
		if len(events) != 2 {
			t.Fatalf("%d events", len(events))
		}
		for _, e := range events {
			switch {
			case strings.Contains(e, string(first)) && !strings.Contains(e, "STATUS:CANCELLED"):
				t.Error("what never took place is not cancelled")
			case strings.Contains(e, string(second)) && (strings.Contains(e, "STATUS:CANCELLED") || !strings.Contains(e, "UNTIL=20261203")):
				t.Errorf("what took place does not end where it ended: %s", e)
			}
		}
	})
}

func TestWhoCannotIsNotPutDownAgain(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	m := h.comes(t, weekly())
	must(t, w.Meetings.Step(ctx, h.wren.Actor, m.ID, false))
	h.club.facets.Title = "Another name"
	must(t, w.DB.Write(ctx, func(tx writer) error { return w.Meetings.Changed(ctx, tx, h.ref()) }))
	p := weekly()
	p.Starts = 17 * 60
	must(t, w.Meetings.Say(ctx, h.wren.Actor, m.ID, "bring a jumper"))
	_, err := w.Meetings.Change(ctx, h.marten.Actor, m.ID, p, meetings.AnyVersion)
	must(t, err)
	v := h.look(t, h.juniper, m.ID)
	for _, x := range v.Hosts {
		if x.Person == h.wren.ID && x.State != meetings.Cannot || x.Person == h.marten.ID && x.State != meetings.Named {
			t.Errorf("%+v", v.Hosts)
		}
	}
	if v.Note != "bring a jumper" || v.In.Called() != "Another name" {
		t.Errorf("note %q of %q", v.Note, v.In.Called())
	}
}

// The service was away at the start: the stand-in has their quarter of an hour all the same.
func TestWhatIsOverdueGoesOnAtItsStep(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	m := h.comes(t, weekly())
	back := m.StartsAt.Add(20 * time.Minute)
	h.goTo(t, back)
	if v := h.look(t, h.juniper, m.ID); v.State != meetings.Planned || h.told(t, h.marten, "meetings.now") != 1 {
		t.Fatalf("at once: %s", v.State)
	}
	h.goTo(t, back.Add(15*time.Minute))
	if v := h.look(t, h.juniper, m.ID); v.State != meetings.Cancelled {
		t.Errorf("a quarter of an hour later: %s", v.State)
	}
	second := h.coming(t, m.Series)[0]
	h.goTo(t, second.EndsAt.Add(time.Hour))
	if h.told(t, h.marten, "meetings.now") != 0 {
		t.Error("somebody is paged for a meeting that is over")
	}
}

func TestWhatIsShutStaysShut(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	h.club.facets.Audience = meetings.Public
	id := h.plans(t, weekly())
	must(t, w.Meetings.Cancel(ctx, h.wren.Actor, h.coming(t, id)[1].ID, ""))
	turn := func(f func(ctx context.Context, tx writer) error) {
		must(t, w.DB.Write(ctx, func(tx writer) error { return f(ctx, tx) }))
	}
	turn(func(ctx context.Context, tx writer) error {
		return w.Meetings.Pause(ctx, tx, h.wren.Actor, h.ref(), true)
	})
	h.club.facets.Audience = meetings.Closed
	turn(func(ctx context.Context, tx writer) error { return w.Meetings.Changed(ctx, tx, h.ref()) })
	turn(func(ctx context.Context, tx writer) error {
		return w.Meetings.Pause(ctx, tx, h.wren.Actor, h.ref(), false)
	})
	must(t, w.Meetings.Restore(ctx, h.wren.Actor, h.coming(t, id)[1].ID))
	list, _, err := w.Meetings.Find(ctx, h.visitor.Actor, meetings.Filter{From: w.Time.Now(), To: w.Time.Now().Add(30 * 24 * time.Hour), N: 50})
	must(t, err)
	if len(list) != 0 {
		t.Errorf("a visitor finds %d", len(list))
	}
}

func TestAZoneThatChangesItsRules(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		m := h.comes(t, weekly())
		want := h.coming(t, m.Series)[3].StartsAt
		must(t, w.DB.Write(ctx, func(tx writer) error { // as it was written down by the rules of before
			_, err := tx.Exec(ctx, `UPDATE meetings_meeting SET starts_at = starts_at + CAST($1 AS BIGINT), ends_at = ends_at + CAST($1 AS BIGINT)`, int64(time.Hour/time.Microsecond))
			return err
		}))
		must(t, w.Meetings.Begin(ctx))
		h.Settle()
		if got := h.coming(t, m.Series)[3].StartsAt; got != want {
			t.Errorf("%s, want %s", got.Std(), want.Std())
		}
		if h.told(t, h.juniper, "meetings.changed") != 1 {
			t.Errorf("told %d times", h.told(t, h.juniper, "meetings.changed"))
		}
	})
}

func TestAPlaceOfTheirOwn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.club.facets.Audience, h.club.facets.SignUp, h.club.facets.Facilitated = meetings.Public, true, false
		p := weekly()
		p.Attendance, p.Inside = meetings.Online, meetings.Inside{Phone: "555 0155"}
		m := h.coming(t, h.plans(t, p))[0]
		path, key := "/meeting/"+string(m.ID), meetings.NewKey()
		form := []string{"how", "online", "name", "River", "mail", "river@mail.example", "key", key}
		first := h.visitor.Post(path+"/sign-up", form...)
		if again := h.visitor.Post(path+"/sign-up", form...); again.To() != first.To() || first.Status != 303 {
			t.Errorf("pressed twice: %s and %s", first.To(), again.To())
		}
		other := w.Browser() // takes a place in River's name: is told nothing about River, who is not written to about it
		second := other.Post(path+"/sign-up", "how", "online", "name", "Brook", "mail", "River@mail.example", "key", meetings.NewKey())
		var mailed int
		must(t, w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM meetings_answer WHERE mail`).Scan(&mailed))
		if second.Status != 303 || mailed != 1 {
			t.Errorf("a second place in their name: %d, %d are written to", second.Status, mailed)
		}
		other.Post(second.To() + "/give-up")
		must(t, w.Meetings.Say(t.Context(), h.wren.Actor, m.ID, "We begin with tea."))
		h.goTo(t, m.StartsAt.Add(-10*time.Minute))
		if page := h.visitor.Get(first.To()).Body; !strings.Contains(page, "555 0155") || !strings.Contains(page, "We begin with tea.") {
			t.Error("the telephone number or the words are not on their page")
		}
		v := h.look(t, h.wren, m.ID)
		if len(v.Comers) != 1 || h.juniper.Post(path+"/free/"+string(v.Comers[0].ID)).Status != 404 {
			t.Fatalf("%d come, or a member frees a place", len(v.Comers))
		}
		h.wren.Post(path + "/free/" + string(v.Comers[0].ID))
		if page := h.visitor.Get(first.To()); page.Status != 200 {
			t.Errorf("their page: %d", page.Status)
		}
		h.Settle() // without mail there is nothing to send, and nothing is kept for it
		var words int
		must(t, w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM meetings_answer WHERE words IS NOT NULL OR mail OR mail_key IS NOT NULL`).Scan(&words))
		if v := h.look(t, h.wren, m.ID); v.OnlineGoing != 0 || words != 0 {
			t.Errorf("%d come, %d rows keep what they wrote", v.OnlineGoing, words)
		}
	})
}

func TestASurePlaceIsKept(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	p := weekly()
	p.OnlinePlaces = 1
	m := h.coming(t, h.plans(t, p))[0]
	for who, how := range map[*cairntest.Someone]meetings.How{h.juniper: meetings.ByScreen, h.heron: meetings.ByRoom} {
		_, err := w.Meetings.Answer(ctx, who.Actor, m.ID, how, meetings.Asked{})
		must(t, err)
	}
	if got := h.heron.Post("/meeting/"+string(m.ID)+"/answer", "how", "online"); got.Status != 422 || !strings.Contains(got.Body, "You keep the place that you have.") {
		t.Errorf("%d", got.Status)
	}
	if v := h.look(t, h.heron, m.ID); v.Mine.State != meetings.Going || v.Mine.How != meetings.ByRoom {
		t.Errorf("%s %s", v.Mine.State, v.Mine.How)
	}
}

func TestWhoIsToldAndHowOften(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	p := weekly()
	p.RoomPlaces = 1
	id := h.plans(t, p)
	list := h.coming(t, id)
	for _, m := range list {
		_, err := w.Meetings.Answer(ctx, h.juniper.Actor, m.ID, meetings.ByRoom, meetings.Asked{})
		must(t, err)
	}
	_, err := w.Meetings.Answer(ctx, h.heron.Actor, list[0].ID, meetings.ByRoom, meetings.Asked{})
	must(t, err)
	must(t, w.Meetings.Cancel(ctx, h.wren.Actor, list[2].ID, ""))
	if h.told(t, h.marten, "meetings.changed") != 1 {
		t.Error("the stand-in is not told that it is off")
	}
	q := p
	q.Inside.Link = "https://rooms.example/new"
	before := h.told(t, h.juniper, "meetings.changed")
	_, err = w.Meetings.Change(ctx, h.wren.Actor, list[0].ID, q, meetings.AnyVersion)
	must(t, err)
	if got := h.told(t, h.juniper, "meetings.changed") - before; got != 1 {
		t.Errorf("one change of a link is told %d times", got)
	}
	h.goTo(t, list[0].StartsAt.Add(-24*time.Hour))
	h.goTo(t, list[0].StartsAt.Add(-time.Hour))
	if a, b := h.told(t, h.juniper, "meetings.soon"), h.told(t, h.heron, "meetings.soon"); a != 2 || b != 0 {
		t.Errorf("who comes is reminded %d times, who waits %d", a, b)
	}
	must(t, w.Meetings.End(ctx, h.wren.Actor, id))
	if err := w.Meetings.Restore(ctx, h.wren.Actor, list[2].ID); !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
		t.Errorf("a meeting of what has ended is taken up again: %v", err)
	}
}

func TestSequencesGrow(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	p := weekly()
	p.Rule = calendar.Rule{}
	m := h.coming(t, h.plans(t, p))[0]
	token, err := w.Meetings.NewFeed(ctx, h.juniper.Actor, meetings.Ref{}, "en")
	must(t, err)
	last := -1
	look := func() {
		text := w.Browser().Get(calendar.Path(token)).Body
		var n int
		_, rest, _ := strings.Cut(text, "SEQUENCE:")
		_, err := fmt.Sscanf(rest, "%d", &n)
		must(t, err)
		if n <= last {
			t.Errorf("SEQUENCE %d after %d", n, last)
		}
		last = n
	}
	look()
	for _, by := range []time.Duration{time.Hour, 0} {
		w.Time.Advance(time.Minute)
		must(t, w.Meetings.Move(ctx, h.wren.Actor, m.ID, meetings.Shift{Seen: meetings.AnyVersion, StartsAt: m.StartsAt.Add(by), Minutes: 90, Attendance: meetings.Hybrid}))
		look()
	}
}

// The order of the rota holds for what is written down already, but for what somebody
// has said themselves; whom it touches is told once.
func TestTheRotaIsFollowed(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		h.club.facets.Hosts = []moment.ID{h.wren.ID}
		list := h.coming(t, h.plans(t, weekly()))
		must(t, w.Meetings.Step(ctx, h.wren.Actor, list[1].ID, true)) // she would like to hold this one
		h.club.facets.Hosts = []moment.ID{h.marten.ID, h.wren.ID}
		must(t, w.DB.Write(ctx, func(tx writer) error { return w.Meetings.Changed(ctx, tx, h.ref()) }))
		for i, want := range []moment.ID{h.marten.ID, h.wren.ID, h.marten.ID, h.wren.ID} {
			named, stands := moment.ID(""), moment.ID("")
			for _, x := range h.look(t, h.wren, list[i].ID).Hosts {
				switch x.State {
				case meetings.Named:
					named = x.Person
				case meetings.StandsBy:
					stands = x.Person
				default:
				}
			}
			if named != want || stands == "" || stands == named {
				t.Errorf("meeting %d: %s holds it, %s stands by", i, named, stands)
			}
		}
		if n := h.told(t, h.marten, "meetings.host"); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}
