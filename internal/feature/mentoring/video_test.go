package mentoring_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/feature/mentoring"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestMeetingByVideo(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx, id := t.Context(), h.walks(t)
		terms := h.terms()
		terms.Channels = append(terms.Channels, mentoring.ByVideo)
		h.agrees(t, id, terms)
		must(t, w.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByVideo, StartsAt: w.Time.Now().Add(2 * time.Hour), Minutes: 30}))
		x := h.open(t, h.heron, id).Coming[0]
		if x.Channel != mentoring.ByVideo {
			t.Errorf("planned: %s", x.Channel)
		}
		if _, err := w.Mentoring.Enter(ctx, h.heron.Actor, x.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("two hours before: %v", err)
		}
		w.Pass(2 * time.Hour)
		talk, err := w.Mentoring.Enter(ctx, h.heron.Actor, x.ID)
		must(t, err)
		door := rooms.DoorPath(rooms.Ref{Kind: rooms.TalkKind, ID: talk})
		if got := h.heron.Get("/talk/" + string(talk)); !strings.Contains(got.Body, door) {
			t.Error("the conversation does not lead to the room")
		}
		var room string
		for _, p := range []*cairntest.Someone{h.heron, h.ali} { // planned so by both: nobody is asked again
			p.Get("/talk/" + string(talk))
			got := p.Post(door+"/enter", "as", "sound")
			if got.Status != 303 {
				t.Fatalf("%s enters: %d", p.Name, got.Status)
			}
			room = got.To()
		}
		for _, p := range []*cairntest.Someone{h.wren, w.Browser()} {
			if got := p.Get(door); got.Status != 404 {
				t.Errorf("somebody else at the door: %d", got.Status)
			}
			if got := p.Post(door + "/enter"); got.Status < 400 {
				t.Errorf("somebody else enters: %d", got.Status)
			}
		}
		v, err := w.Rooms.Look(ctx, h.ali.Actor, moment.ID(strings.TrimPrefix(room, "/room/")))
		must(t, err)
		if len(v.Seats) != 2 || v.Mode != rooms.Two {
			t.Errorf("%d are in it, %s", len(v.Seats), v.Mode)
		}
		w.Time.Advance(25 * time.Minute)
		must(t, w.Mentoring.Finish(ctx, h.ali.Actor, x.ID))
		w.Settle()
		if page := h.heron.Get(room); strings.Contains(page.Body, "data-line") {
			t.Error("the room is open after the meeting")
		}
		if got := h.heron.Post(door + "/enter"); got.Status < 400 {
			t.Errorf("entering after the meeting: %d", got.Status)
		}
		past := h.open(t, h.heron, id).Past
		if last := past[0]; last.ID != x.ID || last.State != mentoring.Held || last.Lasted < 20 {
			t.Errorf("two who met by video, without a word written: %s, %d minutes", last.State, last.Lasted)
		}
	})
}

func TestVideoThatWasNotAgreed(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.walks(t)
	h.agrees(t, id, h.terms()) // by chat and in person
	err := w.Mentoring.Plan(t.Context(), h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByVideo, StartsAt: w.Time.Now().Add(2 * time.Hour), Minutes: 30})
	if f := fault.As(err); err == nil || f.Kind != fault.Invalid || f.Fields[0].Name != "channel" {
		t.Errorf("planned: %v", err)
	}
}

func TestAVideoMeetingOfOneWasMissed(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx, id := t.Context(), h.walks(t)
	terms := h.terms()
	terms.Channels = append(terms.Channels, mentoring.ByVideo)
	h.agrees(t, id, terms)
	must(t, w.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByVideo, StartsAt: w.Time.Now().Add(2 * time.Hour), Minutes: 30}))
	x := h.open(t, h.heron, id).Coming[0]
	w.Pass(2 * time.Hour)
	talk, err := w.Mentoring.Enter(ctx, h.heron.Actor, x.ID)
	must(t, err)
	h.heron.Get("/talk/" + string(talk))
	h.heron.Post(rooms.DoorPath(rooms.Ref{Kind: rooms.TalkKind, ID: talk}) + "/enter")
	w.Time.Advance(25 * time.Minute)
	must(t, w.Mentoring.Finish(ctx, h.heron.Actor, x.ID))
	if last := h.open(t, h.heron, id).Past[0]; last.State != mentoring.Missed {
		t.Errorf("one alone: %s", last.State)
	}
}
