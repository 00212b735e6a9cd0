package mentoring_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/feature/mentoring"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestOutsideTheHoursItIsSaidKindly(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.walks(t)
	terms := h.terms() // 17:00 to 21:00 in Berlin
	h.agrees(t, id, terms)
	w.Time.Advance(moment.At(time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)).Sub(w.Time.Now()))
	path := "/people/walk/" + string(id)
	for range 3 {
		for range 2 { // pressing twice is one
			if got := h.heron.Post(path + "/do/now"); got.To() != path+"/outside" {
				t.Fatalf("outside the hours: %d %s", got.Status, got.To())
			}
		}
		w.Time.Advance(11 * time.Minute)
	}
	if got := h.heron.Get(path + "/outside"); !strings.Contains(got.Body, "Crisis lines and emergency help") || !strings.Contains(got.Body, "I call the line") {
		t.Error("what to do now is not said")
	}
	for _, p := range []*cairntest.Someone{h.heron, h.ali} {
		v := h.open(t, p, id)
		if len(v.Signals) != 1 || v.Signals[0].Kind != mentoring.OutsideHours || v.Signals[0].Is != 3 {
			t.Errorf("%s sees %+v", p.Name, v.Signals)
		}
	}
	w.Time.Advance(15 * time.Hour) // past 19:00 in Berlin
	got := h.heron.Post(path + "/do/now")
	if !strings.HasPrefix(got.To(), "/talk/") {
		t.Errorf("inside the hours: %d %s", got.Status, got.To())
	}
	if got := h.ali.Get("/me/notices"); !strings.Contains(got.Body, "You meet soon") {
		t.Error("the peer is not told")
	}
}

func TestRemindersComeOnceAndMove(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx, id := t.Context(), h.walks(t)
	h.agrees(t, id, h.terms())
	must(t, w.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.InPerson, StartsAt: w.Time.Now().Add(72 * time.Hour), Minutes: 60, Place: "the-café-by-the-river"}))
	x := h.open(t, h.heron, id).Coming[0]
	count := func() int {
		list, err := w.Notify.Open(ctx, w.DB.Reader(), h.ali.ID)
		must(t, err)
		n := 0
		for _, one := range list {
			if one.Kind == "mentoring.meeting" {
				n++
			}
		}
		return n
	}
	before := count()
	w.Pass(49 * time.Hour)
	if got := count() - before; got != 1 {
		t.Errorf("a day before: %d", got)
	}
	must(t, w.Mentoring.Move(ctx, h.ali.Actor, x.ID, mentoring.Planning{Channel: mentoring.InPerson, StartsAt: w.Time.Now().Add(30 * time.Hour), Minutes: 60, Place: "the-café-by-the-river"}))
	w.Pass(29*time.Hour + 30*time.Minute)
	if got := count() - before; got != 3 {
		t.Errorf("after it was moved: %d", got)
	}
	w.Pass(2 * time.Hour)
	must(t, w.Mentoring.Happened(ctx, h.heron.Actor, x.ID, true, 55, ""))
	if err := w.Mentoring.Happened(ctx, h.ali.Actor, x.ID, false, 0, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("said twice: %v", err)
	}
}

func TestTheEndIsToldBeforeAndOnTheDay(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx, id := t.Context(), h.walks(t)
	terms := h.terms()
	terms.Ends = calendar.DateOf(w.Time.Now().Std()).Add(60)
	h.agrees(t, id, terms)
	told := func() int {
		list, err := w.Notify.Open(ctx, w.DB.Reader(), h.heron.ID)
		must(t, err)
		n := 0
		for _, one := range list {
			if one.Kind == "mentoring.review" {
				n++
			}
		}
		return n
	}
	for _, x := range []struct {
		days, told int
	}{{45, 0}, {2, 1}, {8, 1}, {7, 3}, {30, 3}} { // the review is due on day 56
		w.Time.Advance(time.Duration(x.days) * 24 * time.Hour)
		w.Settle()
		if got := told(); got != x.told {
			t.Errorf("after %d more days: told %d times, want %d", x.days, got, x.told)
		}
	}
	if v := h.open(t, h.heron, id); v.State != mentoring.Walking {
		t.Errorf("it ended by itself: %s", v.State)
	}
}
