//go:build faults

package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/feature/support"
	"cairn/internal/kit/moment"
)

// rounds is how often the program is killed, on each database. The issue asks
// for fifty; CAIRN_TEST_ROUNDS asks for more.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("CAIRN_TEST_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 50
}

// acknowledged is what the server said it had.
type acknowledged struct {
	mu       sync.Mutex
	messages map[string]string // conversation|author|key -> text
	requests map[moment.ID]bool
	sent     int
	ended    int
}

// dieAfter waits until so many more messages were acknowledged, and a moment more:
// the moment of death is random, but something has always happened before, on
// a slow machine too. It does not wait for ever.
func (k *acknowledged) dieAfter(more int, moment time.Duration) {
	begin := k.count()
	for range 1000 {
		if k.count() >= begin+more {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	time.Sleep(moment)
}

func (k *acknowledged) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sent
}

func (k *acknowledged) message(conversation string, author moment.ID, key, text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.messages[conversation+"|"+string(author)+"|"+key] = text
}

func TestKillNine(t *testing.T) {
	binary := Binary(t)
	dbtest.EachURL(t, func(t *testing.T, address string) {
		n := rounds()
		s := Prepare(t, address, 6*n, 4)
		server := NewServer(t, binary, s.Args()...)
		known := &acknowledged{messages: map[string]string{}, requests: map[moment.ID]bool{}}
		rnd := rand.New(rand.NewPCG(uint64(n), 9))
		for round := range n {
			server.Start(t)
			ctx, stop := context.WithCancel(t.Context())
			var group sync.WaitGroup
			for i, p := range s.Peers {
				group.Go(func() { bePeer(ctx, &Client{Base: server.URL, Person: p}, known, fmt.Sprintf("r%dp%d", round, i)) })
			}
			for i := range 6 {
				seeker := s.Seekers[(round*6+i)%len(s.Seekers)]
				group.Go(func() {
					beSeeker(ctx, &Client{Base: server.URL, Person: seeker}, known, fmt.Sprintf("r%ds%d", round, i))
				})
			}
			known.dieAfter(rnd.IntN(60), time.Duration(rnd.IntN(25))*time.Millisecond)
			server.Kill()
			stop()
			group.Wait()
			check(t, s, known, round)
			if t.Failed() {
				t.Fatalf("round %d; the server said:\n%s", round, server.log)
			}
		}
		if known.sent < n || known.ended == 0 {
			t.Fatalf("too little happened to prove anything: %d messages, %d ends", known.sent, known.ended)
		}
		t.Logf("%d kills: %d messages acknowledged, %d requests, %d conversations ended, all there once", n, known.sent, len(known.requests), known.ended)
	})
}

// bePeer is ready, accepts, writes, ends and looks back, as fast as it goes.
func bePeer(ctx context.Context, c *Client, known *acknowledged, mark string) {
	var talking string
	for n := 0; ctx.Err() == nil; n++ {
		if talking == "" { // after the server died, the peer's page asks where things stand
			var shift struct {
				State         string   `json:"state"`
				Conversations []string `json:"conversations"`
				Owed          []string `json:"owed"`
			}
			c.Do(ctx, "GET", "/api/v1/shift", nil, &shift)
			for _, id := range shift.Owed {
				c.Form(ctx, "/talk/"+id+"/debrief", url.Values{"by": {"form"}})
			}
			if len(shift.Conversations) > 0 {
				talking = shift.Conversations[0]
			} else if shift.State != "ready" {
				c.Do(ctx, "PUT", "/api/v1/shift/state", map[string]string{"state": "ready"}, nil)
			}
		}
		var offer struct {
			ID string `json:"id"`
		}
		if talking == "" && c.Do(ctx, "GET", "/api/v1/offer", nil, &offer) == 200 {
			var got struct {
				Conversation string `json:"conversation"`
			}
			if c.Do(ctx, "POST", "/api/v1/offers/"+offer.ID+"/accept", nil, &got) == 200 {
				talking = got.Conversation
			}
		}
		if talking == "" {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		for i := range 3 {
			say(ctx, c, known, talking, fmt.Sprintf("%s-%d-%d", mark, n, i))
		}
		if n%2 == 0 && c.Do(ctx, "POST", "/api/v1/conversations/"+talking+"/end", nil, nil) == 204 {
			known.mu.Lock()
			known.ended++
			known.mu.Unlock()
			c.Form(ctx, "/talk/"+talking+"/debrief", url.Values{"by": {"form"}})
			talking = ""
		}
	}
}

// beSeeker asks, waits, and writes.
func beSeeker(ctx context.Context, c *Client, known *acknowledged, mark string) {
	var q struct {
		ID           string `json:"id"`
		State        string `json:"state"`
		Conversation string `json:"conversation"`
	}
	if c.Do(ctx, "POST", "/api/v1/requests", map[string]any{"words": mark}, &q) == 201 {
		known.mu.Lock()
		known.requests[moment.ID(q.ID)] = true
		known.mu.Unlock()
	}
	for n := 0; ctx.Err() == nil; n++ {
		if q.Conversation == "" {
			c.Do(ctx, "GET", "/api/v1/requests/current", nil, &q)
			time.Sleep(3 * time.Millisecond)
			continue
		}
		say(ctx, c, known, q.Conversation, fmt.Sprintf("%s-%d", mark, n))
	}
}

// say sends twice what it is not sure of, as a page does after a lost line.
func say(ctx context.Context, c *Client, known *acknowledged, conversation, key string) {
	text := "words of " + key
	for range 2 {
		if c.Do(ctx, "POST", "/api/v1/conversations/"+conversation+"/messages", map[string]string{"key": key, "text": text}, nil) == 201 {
			known.message(conversation, c.Person.ID, key, text)
			known.mu.Lock()
			known.sent++
			known.mu.Unlock()
		}
	}
}

// check opens the data as it was left and looks whether the promises hold.
func check(t *testing.T, s *Service, known *acknowledged, round int) {
	t.Helper()
	a := s.Open(t)
	defer func() { _ = a.Close() }()
	checkMessages(t, a, known)
	checkRequests(t, a, known)
	checkPeers(t, a)
	for what, sql := range map[string]string{
		"a request offered to nobody":        `SELECT count(*) FROM support_request r WHERE state = 'offered' AND NOT EXISTS (SELECT 1 FROM support_offer o WHERE o.request = r.id AND o.state = 'open')`,
		"an open offer of nobody":            `SELECT count(*) FROM support_offer o WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM support_request r WHERE r.id = o.request AND r.state = 'offered')`,
		"a talking request without its talk": `SELECT count(*) FROM support_request r WHERE state = 'talking' AND NOT EXISTS (SELECT 1 FROM support_contact c WHERE c.conversation = r.conversation AND c.ended_at = 0)`,
		"an ended contact that runs on":      `SELECT count(*) FROM support_contact c JOIN chat_conversation v ON v.id = c.conversation WHERE (c.ended_at = 0) <> (v.ended_at = 0)`,
		"a conversation without its key":     `SELECT count(*) FROM chat_conversation v WHERE destroyed_at = 0 AND NOT EXISTS (SELECT 1 FROM vault_key k WHERE k.scope = v.id)`,
		"a gap or a double in the order":     `SELECT count(*) FROM (SELECT m.conversation FROM chat_message m JOIN chat_conversation v ON v.id = m.conversation GROUP BY m.conversation, v.last_seq HAVING count(*) <> v.last_seq) x`,
		"an open offer without its timer":    `SELECT count(*) FROM support_offer o WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM bus_job j WHERE j.kind = 'support.offer' AND j.key = o.id)`,
	} {
		var n int
		if err := a.DB.Reader().QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if n != 0 {
			t.Errorf("round %d: %d times %s", round, n, what)
		}
	}
}

func checkMessages(t *testing.T, a *app.App, known *acknowledged) {
	t.Helper()
	rows, err := a.DB.Reader().Query(t.Context(), `SELECT conversation, author, client_key, count(*) FROM chat_message WHERE kind = 'text' GROUP BY conversation, author, client_key`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	have := map[string]int{}
	for rows.Next() {
		var conversation, author, key string
		var n int
		if err := rows.Scan(&conversation, &author, &key, &n); err != nil {
			t.Fatal(err)
		}
		have[conversation+"|"+author+"|"+key] = n
		if n != 1 {
			t.Errorf("%s is there %d times", key, n)
		}
	}
	for k := range known.messages {
		if have[k] != 1 {
			t.Errorf("acknowledged and not there: %s", k)
		}
	}
}

// checkRequests asks that everything acknowledged is still somewhere readable.
func checkRequests(t *testing.T, a *app.App, known *acknowledged) {
	t.Helper()
	rows, err := a.DB.Reader().Query(t.Context(), `SELECT id, state FROM support_request`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	states := map[moment.ID]support.State{}
	for rows.Next() {
		var id moment.ID
		var state string
		if err := rows.Scan(&id, &state); err != nil {
			t.Fatal(err)
		}
		states[id] = support.State(state)
	}
	for id := range known.requests {
		if _, ok := states[id]; !ok {
			t.Errorf("acknowledged and not there: request %s", id)
		}
	}
}

// checkPeers asks that nobody carries more than they may, nor is counted wrongly.
func checkPeers(t *testing.T, a *app.App) {
	t.Helper()
	on, err := a.Shifts.On(t.Context(), a.DB.Reader())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range on {
		var offers, talks int
		if err := a.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM support_offer WHERE peer = $1 AND state = 'open'`, x.Person).Scan(&offers); err != nil {
			t.Fatal(err)
		}
		if err := a.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM support_contact WHERE peer = $1 AND ended_at = 0`, x.Person).Scan(&talks); err != nil {
			t.Fatal(err)
		}
		if offers+talks > 1 || x.Busy != offers+talks {
			t.Errorf("%s holds %d offers and %d conversations, and is counted with %d", x.Person, offers, talks, x.Busy)
		}
	}
}
