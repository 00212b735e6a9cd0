package mentoring_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/core/moderation"
	"cairn/internal/core/people"
	"cairn/internal/feature/mentoring"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func (h two) plans(t *testing.T, id moment.ID, in time.Duration) mentoring.Session {
	t.Helper()
	must(t, h.Mentoring.Plan(t.Context(), h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByChat, StartsAt: h.Time.Now().Add(in), Minutes: 50}))
	v := h.open(t, h.heron, id)
	return v.Coming[len(v.Coming)-1]
}

// backed is a walk with Wren, who has agreed to stand in.
func (h two) backed(t *testing.T) moment.ID {
	t.Helper()
	id := h.walks(t)
	terms := h.terms()
	terms.Backup = h.wren.ID
	h.agrees(t, id, terms)
	must(t, h.Mentoring.StandIn(t.Context(), h.wren.Actor, id, true))
	return id
}

func TestManyMeetingsOfTheUsualLength(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.walks(t)
		h.agrees(t, id, h.terms())
		must(t, w.Mentoring.Plan(t.Context(), h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByChat, StartsAt: w.Time.Now().Add(24 * time.Hour), Minutes: 50,
			Again: []moment.Time{w.Time.Now().Add(48 * time.Hour), w.Time.Now().Add(72 * time.Hour)}}))
		if v := h.open(t, h.ali, id); len(v.Coming) != 3 {
			t.Errorf("%d are planned", len(v.Coming))
		}
		err := w.Mentoring.Plan(t.Context(), h.ali.Actor, id, mentoring.Planning{Channel: mentoring.ByChat, StartsAt: w.Time.Now().Add(24*time.Hour + 30*time.Minute), Minutes: 50})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("two at once: %v", err)
		}
	})
}

func TestWhoStopsStandingInComesNoMore(t *testing.T) {
	for name, stops := range map[string]func(t *testing.T, h two, id moment.ID){
		"by their own word": func(t *testing.T, h two, id moment.ID) {
			must(t, h.Mentoring.StandIn(t.Context(), h.wren.Actor, id, false))
		},
		"without the role": func(t *testing.T, h two, _ moment.ID) {
			must(t, h.People.TakeRole(t.Context(), h.Person("Slate", access.Administrator).Actor, h.wren.ID, access.Peer))
		},
		"by deleting the account": func(t *testing.T, h two, _ moment.ID) {
			must(t, h.People.Erase(t.Context(), h.wren.Actor, people.Proof{Name: "Wren"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := begin(t, cairntest.New(t))
			ctx, id := t.Context(), h.backed(t)
			must(t, h.Mentoring.Away(ctx, h.ali.Actor, h.Time.Now().Add(72*time.Hour)))
			x := h.plans(t, id, 2*time.Hour)
			if x.Instead != h.wren.ID {
				t.Fatal("nobody stands in")
			}
			stops(t, h, id)
			h.Settle()
			h.Time.Advance(2 * time.Hour)
			if _, err := h.Mentoring.Enter(ctx, h.wren.Actor, x.ID); err == nil {
				t.Error("who stopped comes in")
			}
			if got := h.wren.Get("/people/meeting/" + string(x.ID)); got.Status == 200 {
				t.Errorf("who stopped reads the meeting: %d", got.Status)
			}
			v := h.open(t, h.heron, id)
			if len(v.Coming) != 0 || v.Walk.Backup != "" {
				t.Errorf("a meeting to which nobody comes stands: %+v", v.Coming)
			}
			err := h.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByChat, StartsAt: h.Time.Now().Add(time.Hour), Minutes: 50})
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("a meeting while the peer is away and nobody comes: %v", err)
			}
		})
	}
}

// decided lets one of the two be paused or banned, after a report of the other.
func (h two) decided(t *testing.T, id moment.ID, other *cairntest.Someone, what, days string) {
	t.Helper()
	tomo := h.Person("Tomo", access.Coordinator)
	talk := h.open(t, other, id).Past[0].Conversation
	if got := other.Post("/report", "kind", "talk", "id", string(talk), "reason", "threat"); got.Status != 303 {
		t.Fatalf("report: %d", got.Status)
	}
	q, err := h.Moderation.Queue(t.Context(), tomo.Actor)
	must(t, err)
	at := "/moderation/" + string(q.Reports[0].ID)
	tomo.Post(at + "/claim")
	if got := tomo.Post(at+"/decide", "what", what, "days", days, "reason", "Not here."); got.Status != 303 {
		t.Fatalf("decide: %d", got.Status)
	}
	h.Settle()
}

func TestAPauseIsAnAbsenceAndABanAnEnd(t *testing.T) {
	for _, x := range []struct {
		name, what string
		member     bool
		days       string
		state      mentoring.State
	}{
		{"a peer who is paused", "pause", false, "3", mentoring.Walking},
		{"a peer who is banned", "ban", false, "", mentoring.Over},
		{"a member who is paused", "pause", true, "3", mentoring.Walking},
		{"a member who is banned", "ban", true, "", mentoring.Over},
	} {
		t.Run(x.name, func(t *testing.T) {
			h := begin(t, cairntest.New(t))
			ctx, id := t.Context(), h.walks(t)
			h.agrees(t, id, h.terms())
			m := h.plans(t, id, 24*time.Hour)
			whom, other := h.ali, h.heron
			if x.member {
				whom, other = h.heron, h.ali
			}
			h.decided(t, id, other, x.what, x.days)
			if x.what == "ban" {
				if v := h.open(t, other, id); v.State != mentoring.Walking || len(v.Coming) != 0 {
					t.Errorf("at once: %s, %d meetings to come", v.State, len(v.Coming))
				}
				if got := h.ali.Get("/people/walk/" + string(id)); (got.Status == 404) == x.member {
					t.Errorf("a peer who is banned reads on: %d", got.Status)
				}
				h.Time.Advance(moderation.SettleAfter)
				h.Settle()
			}
			v := h.open(t, other, id)
			if v.State != x.state || len(v.Coming) != 0 {
				t.Errorf("%s, %d meetings to come", v.State, len(v.Coming))
			}
			h.Time.Advance(24 * time.Hour)
			if _, err := h.Mentoring.Enter(ctx, whom.Actor, m.ID); err == nil {
				t.Error("who is kept out comes in")
			}
			if x.what == "ban" && !x.member {
				if got := h.ali.Get("/people/walk/" + string(id)); got.Status != 404 {
					t.Errorf("a peer who is banned reads on: %d", got.Status)
				}
				if home := h.home(t, h.heron); home.Seek == nil {
					t.Error("nobody looks for whom they walked with")
				}
			}
			var takers int
			must(t, h.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM mentoring_peer WHERE person = $1`, h.heron.ID).Scan(&takers))
			if takers != 0 {
				t.Error("a member has become somebody who takes people")
			}
			if list, err := h.Notify.Open(ctx, h.DB.Reader(), other.ID); err != nil || len(list) == 0 {
				t.Errorf("the other is told nothing: %v", err)
			}
		})
	}
}

// Taken back, a decision about a peer is as if it had not been: they are not away any more,
// and nobody's walk has ended.
func TestADecisionTakenBackEndsTheAbsence(t *testing.T) {
	for _, what := range []string{"pause", "ban"} {
		t.Run(what, func(t *testing.T) {
			h := begin(t, cairntest.New(t))
			ctx, id := t.Context(), h.walks(t)
			h.agrees(t, id, h.terms())
			h.decided(t, id, h.heron, what, "3")
			away := func() (until int64) {
				must(t, h.DB.Reader().QueryRow(ctx, `SELECT away_until FROM mentoring_peer WHERE person = $1`, h.ali.ID).Scan(&until))
				return until
			}
			if away() == 0 {
				t.Fatal("who is kept out is not away")
			}
			list, err := h.Moderation.Mine(ctx, h.ali.Actor)
			must(t, err)
			must(t, h.Moderation.Undo(ctx, h.Person("Ines", access.Supervisor).Actor, list[0].ID, "A mistake."))
			h.Settle()
			if away() != 0 {
				t.Error("they are away still")
			}
			h.Time.Advance(moderation.SettleMost + 24*time.Hour)
			h.Settle()
			if v := h.open(t, h.heron, id); v.State != mentoring.Walking {
				t.Errorf("the walk is %s", v.State)
			}
		})
	}
}

func TestColleaguesAreNeverBroughtTogether(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx := t.Context()
	must(t, h.Mentoring.Look(ctx, h.heron.Actor, mentoring.Wanted{Situations: []string{"hospital"}}))
	open := h.home(t, h.heron).Suggested
	must(t, h.People.GiveRole(ctx, h.Person("Slate", access.Administrator).Actor, h.heron.ID, access.Peer))
	if _, err := h.Mentoring.Choose(ctx, h.ActorOf(h.heron), open[0].ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("a colleague chooses a colleague: %v", err)
	}
	h.Settle()
	if home := h.home(t, h.heron); home.Seek != nil {
		t.Error("the search of a colleague goes on")
	}
}

func TestLimitsHoldAtTheYes(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx, id := t.Context(), h.asks(t)
	must(t, h.People.KnowName(ctx, h.heron.Actor, "Ali"))
	must(t, h.Mentoring.Answer(ctx, h.ali.Actor, id, true))
	if v := h.open(t, h.heron, id); v.State != mentoring.Over {
		t.Errorf("two who are kept apart begin: %s", v.State)
	}
	if got := h.ali.Get("/people/walk/" + string(id)); !strings.Contains(got.Body, "It says nothing about you.") {
		t.Error("the peer reads why")
	}
}

func TestBlockingEndsAndHolds(t *testing.T) {
	h := begin(t, cairntest.New(t))
	id := h.walks(t)
	path := "/people/walk/" + string(id)
	if got := h.ali.Get(path + "/sure/block"); got.Status != 200 {
		t.Fatalf("asked first: %d", got.Status)
	}
	h.ali.Post(path + "/do/block")
	apart, err := h.People.Apart(t.Context(), h.DB.Reader(), h.heron.ID)
	must(t, err)
	if v := h.open(t, h.heron, id); v.State != mentoring.Over || !apart[h.ali.ID] {
		t.Errorf("%s, apart %v", v.State, apart[h.ali.ID])
	}
	if got := h.heron.Get(path); strings.Contains(got.Body, "lock") && strings.Contains(got.Body, "blocked you") {
		t.Error("the other reads that they were blocked")
	}
}

// However a walk ends or does not begin, a peer has as many places taken as walks
// that are asked for or run.
func TestPlacesTakenAreWalks(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx, id := t.Context(), h.backed(t)
	counts := func(when string) {
		t.Helper()
		for _, p := range []*cairntest.Someone{h.ali, h.wren} {
			var taken, walks int
			must(t, h.DB.Reader().QueryRow(ctx, `SELECT coalesce(sum(walks), 0) FROM mentoring_peer WHERE person = $1`, p.ID).Scan(&taken))
			must(t, h.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM mentoring_walk WHERE peer = $1 AND state <> 'ended'`, p.ID).Scan(&walks))
			if taken != walks {
				t.Errorf("%s: %s has %d places taken by %d walks", when, p.Name, taken, walks)
			}
		}
	}
	must(t, h.Mentoring.Look(ctx, h.heron.Actor, mentoring.Wanted{}))
	_, err := h.Mentoring.Choose(ctx, h.heron.Actor, h.home(t, h.heron).Suggested[0].ID)
	must(t, err)
	counts("two walks of one member")
	// Ali leaves; Wren, who stands in, has been asked by the same member already.
	must(t, h.People.TakeRole(ctx, h.Person("Slate", access.Administrator).Actor, h.ali.ID, access.Peer))
	h.Settle()
	counts("after one has left")
	for _, l := range h.home(t, h.heron).Walks {
		if l.State == mentoring.Asked {
			must(t, h.Mentoring.TakeBack(ctx, h.heron.Actor, l.ID))
		}
	}
	counts("after all is taken back")
	if v := h.open(t, h.heron, id); v.State != mentoring.Over {
		t.Errorf("%s", v.State)
	}
}

func TestAWorryIsSeenWhereTheTwoTalk(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx := t.Context()
	ines := h.Person("Ines", access.Supervisor)
	must(t, h.Shifts.Start(ctx, ines.Actor, true))
	id := h.asks(t)
	must(t, h.Mentoring.Answer(ctx, h.ali.Actor, id, true))
	x := h.plans(t, id, 2*time.Hour)
	h.Time.Advance(2 * time.Hour)
	talk, err := h.Mentoring.Enter(ctx, h.heron.Actor, x.ID)
	must(t, err)
	if _, err := h.Chat.Say(ctx, h.heron.Actor, talk, chat.Draft{Key: "a", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	h.heron.Post("/safe", "words", "")
	h.Settle()
	if got := h.ali.Get("/talk/" + string(talk)); !strings.Contains(got.Body, "said that they are not safe") {
		t.Error("the peer does not see it where they talk")
	}
	if got := h.ali.Get("/talk/" + string(talk) + "/case"); !strings.HasPrefix(got.To(), "/case/") {
		t.Errorf("the peer is led to %q", got.To())
	}
	if got := h.heron.Get("/talk/" + string(talk) + "/case"); got.To() != "/safe" {
		t.Errorf("the person is led to %q", got.To())
	}
}

func TestTheListOfStandInsTellsNothing(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx, id := t.Context(), h.walks(t)
	must(t, h.People.KnowName(ctx, h.wren.Actor, "Heron"))
	h.Settle()
	if got := h.heron.Get("/people/walk/" + string(id) + "/charter"); got.Status != 200 || strings.Contains(got.Body, "Wren") {
		t.Errorf("who keeps apart from them is on the list: %d", got.Status)
	}
	terms := h.terms()
	for _, backup := range []moment.ID{h.wren.ID, moment.NewID(), h.ali.ID} {
		terms.Backup = backup
		if err := h.Mentoring.Write(ctx, h.heron.Actor, id, terms); !fault.Is(err, fault.Invalid) {
			t.Errorf("somebody who is not on the list: %v", err)
		}
	}
}

func TestWordsAreReadByWhomOneAsked(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx := t.Context()
	tomo := h.Person("Tomo", access.Coordinator)
	must(t, h.Mentoring.Look(ctx, h.heron.Actor, mentoring.Wanted{Situations: []string{"hospital"}, Words: "for-whom-i-ask"}))
	o, err := h.Mentoring.Overview(ctx, tomo.Actor)
	must(t, err)
	must(t, h.Mentoring.Introduce(ctx, tomo.Actor, o.Waiting[0].ID, h.ali.ID))
	id := h.home(t, h.ali).Walks[0].ID
	if v := h.open(t, h.ali, id); v.Words != "" {
		t.Error("the peer reads words before the member said yes")
	}
	must(t, h.Mentoring.Answer(ctx, h.heron.Actor, id, true))
	if v := h.open(t, h.ali, id); v.Words != "for-whom-i-ask" {
		t.Error("the peer does not read them after it")
	}
}

func TestANoIsANo(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx, id := t.Context(), h.walks(t)
	h.agrees(t, id, h.terms())
	must(t, h.Mentoring.Bye(ctx, h.heron.Actor, id, ""))
	next, err := h.Mentoring.ComeBack(ctx, h.heron.Actor, id)
	must(t, err)
	must(t, h.Mentoring.Answer(ctx, h.ali.Actor, next, false))
	if _, err := h.Mentoring.ComeBack(ctx, h.heron.Actor, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked again after a no: %v", err)
	}
}

func TestBothPressNow(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx, id := t.Context(), h.walks(t)
	h.agrees(t, id, h.terms())
	h.Time.Advance(moment.At(time.Date(2026, 11, 29, 17, 0, 0, 0, time.UTC)).Sub(h.Time.Now())) // 18:00 in Berlin
	one, err := h.Mentoring.Now(ctx, h.heron.Actor, id)
	must(t, err)
	two, err := h.Mentoring.Now(ctx, h.ali.Actor, id)
	must(t, err)
	if one == "" || one != two {
		t.Errorf("two meetings of one wish: %q and %q", one, two)
	}
}

func TestErasureLeavesNoReasonsAndNoCalendar(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx := t.Context()
	h.walks(t)
	token, err := h.Mentoring.NewFeed(ctx, h.heron.Actor, "en")
	must(t, err)
	must(t, h.People.Erase(ctx, h.heron.Actor, people.Proof{Name: "Heron"}))
	var n int
	must(t, h.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM mentoring_suggestion`).Scan(&n))
	if got := h.Browser().Get(calendar.Path(token)); n != 0 || got.Status != 404 {
		t.Errorf("%d suggestions with reasons are left, the calendar answers %d", n, got.Status)
	}
}

func TestHelpIsShownForHeavyWords(t *testing.T) {
	h := begin(t, cairntest.New(t))
	for words, to := range map[string]string{"I want to kill myself": "/people?done=kept", "I would like to walk": "/people"} {
		if got := h.heron.Post("/people/look", "dial", "50", "words", words); got.To() != to {
			t.Errorf("%q leads to %s", words, got.To())
		}
	}
	if got := h.heron.Get("/people?done=kept"); !strings.Contains(got.Body, "Crisis lines and emergency help") {
		t.Error("no help is shown")
	}
}
