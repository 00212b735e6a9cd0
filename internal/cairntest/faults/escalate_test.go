//go:build faults

package faults

import (
	"context"
	"math/rand/v2"
	"net/url"
	"sync"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/cairntest/sink"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// perRound is how many people say that they are not safe before the program dies.
const perRound = 3

// TestKillNineWhileItClimbs kills real servers while people say that they are not
// safe. Whoever was answered has one case, with an owner and a page that leaves
// the house; a case that became due while nobody served goes on from where it
// stood, by one step.
func TestKillNineWhileItClimbs(t *testing.T) {
	binary := Binary(t)
	dbtest.EachURL(t, func(t *testing.T, address string) {
		n := rounds()
		s := Prepare(t, address, perRound*n, 2)
		hook := sink.NewHook(t, time.Now)
		lead := s.staff(t, hook)
		server := NewServer(t, binary, append(s.Args(), "--webhook-allow", hook.Host())...)
		rnd := rand.New(rand.NewPCG(uint64(n), 11))
		told := &toldSet{people: map[moment.ID]bool{}}
		for round := range n {
			server.Start(t)
			ctx, stop := context.WithCancel(t.Context())
			var all sync.WaitGroup
			for i := range perRound {
				who := s.Seekers[round*perRound+i]
				all.Go(func() {
					if (&Client{Base: server.URL, Person: who}).Form(ctx, "/safe", url.Values{}) == 303 {
						told.add(who.ID)
					}
				})
			}
			told.wait((round)*perRound/2 + rnd.IntN(perRound))
			time.Sleep(time.Duration(rnd.IntN(25)) * time.Millisecond)
			server.Kill()
			stop()
			all.Wait()
			a := s.Open(t)
			checkTold(t, a, told, round)
			age(t, a, round)
			_ = a.Close()
			if t.Failed() {
				t.Fatalf("round %d; the server said:\n%s", round, server.log)
			}
		}
		server.Start(t)
		a := s.Open(t)
		defer func() { _ = a.Close() }()
		settled := waitFor(func() bool { return owed(t, a) == 0 })
		server.Kill()
		if !settled {
			t.Fatalf("%d pages have not left, or steps are overdue; the server said:\n%s", owed(t, a), server.log)
		}
		checkLeft(t, a, hook)
		got, _ := hook.Got()
		t.Logf("%d kills: %d people were told, lead %s; %d pages arrived, each under one id", n, len(told.people), lead, len(got))
	})
}

// toldSet is who was answered.
type toldSet struct {
	mu     sync.Mutex
	people map[moment.ID]bool
}

func (k *toldSet) add(id moment.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.people[id] = true
}

// wait waits until somebody was answered, on a slow machine too; not for ever.
func (k *toldSet) wait(n int) {
	for range 500 {
		k.mu.Lock()
		have := len(k.people)
		k.mu.Unlock()
		if have >= n {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func waitFor(done func() bool) bool {
	for range 9000 {
		if done() {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// staff puts a lead on shift, a second supervisor beside, and a webhook outside.
func (s *Service) staff(t *testing.T, hook *sink.Hook) moment.ID {
	t.Helper()
	s.Settings.WebhookAllow = []string{hook.Host()}
	a := s.Open(t)
	defer func() { _ = a.Close() }()
	lead := s.member(t, a, "Ruth", access.Supervisor)
	s.member(t, a, "Otto", access.Supervisor)
	root := s.member(t, a, "Root", access.Administrator)
	if err := a.Shifts.Start(t.Context(), lead.Actor, true); err != nil {
		t.Fatal(err)
	}
	root.Actor.Session = moment.NewID()
	shown, err := a.Notify.AddHook(t.Context(), root.Actor, hook.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := a.People.ShowOnce(t.Context(), root.Actor, shown)
	if err != nil {
		t.Fatal(err)
	}
	hook.Believe(secret.Lines...)
	return lead.ID
}

func count(t *testing.T, a *app.App, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := a.DB.Reader().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func checkTold(t *testing.T, a *app.App, told *toldSet, round int) {
	t.Helper()
	for id := range told.people {
		if n := count(t, a, `SELECT count(*) FROM safety_case WHERE member = $1`, id); n != 1 {
			t.Errorf("round %d: somebody who was told so has %d cases", round, n)
		}
	}
	for what, sql := range map[string]string{
		"a case without an owner":            `SELECT count(*) FROM safety_case WHERE owner = ''`,
		"a case of which nobody was told":    `SELECT count(*) FROM safety_case c WHERE NOT EXISTS (SELECT 1 FROM safety_page p WHERE p.case_id = c.id)`,
		"a page that is not in the app":      `SELECT count(*) FROM safety_page p WHERE NOT EXISTS (SELECT 1 FROM notify_notice n WHERE n.person = p.person AND n.about = p.case_id)`,
		"a running case without its timer":   `SELECT count(*) FROM safety_case c WHERE closed_at = 0 AND NOT EXISTS (SELECT 1 FROM bus_job j WHERE j.kind = 'safety.climb' AND j.key = c.id)`,
		"a gap in a timeline":                `SELECT count(*) FROM safety_case c WHERE entries <> (SELECT count(*) FROM safety_entry e WHERE e.case_id = c.id)`,
		"a case without its key":             `SELECT count(*) FROM safety_case c WHERE NOT EXISTS (SELECT 1 FROM vault_key k WHERE k.scope = c.scope)`,
		"a page that stands on two rungs":    `SELECT count(*) FROM (SELECT case_id, round, rung, person FROM safety_page GROUP BY case_id, round, rung, person HAVING count(*) > 1) x`,
		"a first round that asked one twice": `SELECT count(*) FROM (SELECT case_id, person FROM safety_page WHERE round = 1 GROUP BY case_id, person HAVING count(*) > 1) x`,
	} {
		if n := count(t, a, sql); n != 0 {
			t.Errorf("round %d: %d times %s", round, n, what)
		}
	}
}

// age lets a quarter of an hour pass for half of the cases, as if nobody had served.
func age(t *testing.T, a *app.App, round int) {
	t.Helper()
	if round%2 == 1 {
		return
	}
	by := (15 * time.Minute).Microseconds()
	err := a.DB.Write(t.Context(), func(tx db.Writer) error {
		if _, err := tx.Exec(t.Context(), `UPDATE safety_case SET due = due - $1 WHERE closed_at = 0`, by); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `UPDATE bus_job SET due = due - $1 WHERE kind = 'safety.climb'`, by)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// owed counts what still has to happen: steps that are overdue, pages that wait.
func owed(t *testing.T, a *app.App) int {
	t.Helper()
	now := a.Clock.Now()
	return count(t, a, `SELECT count(*) FROM safety_case WHERE closed_at = 0 AND due <= $1`, now) + count(t, a, `SELECT count(*) FROM notify_delivery WHERE urgent AND state <> 'sent'`)
}

// checkLeft asks that every page left the house, under an id of its own.
func checkLeft(t *testing.T, a *app.App, hook *sink.Hook) {
	t.Helper()
	got, _ := hook.Got()
	ids := map[string]bool{}
	for _, g := range got {
		ids[g.ID] = true
	}
	deliveries := count(t, a, `SELECT count(*) FROM notify_delivery WHERE urgent`)
	if len(ids) != deliveries || deliveries == 0 {
		t.Errorf("%d pages, and %d ids arrived", deliveries, len(ids))
	}
	if n := count(t, a, `SELECT count(*) FROM safety_case WHERE round > 1 OR rung <> 'lead'`); n == 0 {
		t.Error("nothing climbed: nothing was tried")
	}
}
