//go:build faults

package faults

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"

	natsserver "github.com/nats-io/nats-server/v2/server"
)

// heard is what a reader's stream gave.
type heard struct {
	id   string
	text string
}

// listen reads a conversation's events until ctx ends, and comes back when the
// line does, from where it was, as browsers do.
func listen(ctx context.Context, base, token, conversation, after string, to chan<- heard) {
	for ctx.Err() == nil {
		after = listenOnce(ctx, base, token, conversation, after, to)
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// listenOnce reads one line and gives the last id heard.
func listenOnce(ctx context.Context, base, token, conversation, after string, to chan<- heard) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/conversations/"+conversation+"/events", nil)
	if err != nil {
		return after
	}
	r.AddCookie(&http.Cookie{Name: "s", Value: token})
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return after
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	var h heard
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "id: "):
			h.id = line[4:]
		case strings.HasPrefix(line, "data: "):
			var m struct {
				Text string `json:"text"`
			}
			if json.Unmarshal([]byte(line[6:]), &m) == nil {
				h.text = m.Text
			}
		case line == "" && h.id != "":
			select {
			case to <- h:
				after = h.id
			case <-ctx.Done():
				return after
			}
			h = heard{}
		}
	}
	return after
}

func runNATS(t *testing.T) string {
	t.Helper()
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("NATS does not come up")
	}
	t.Cleanup(s.Shutdown)
	return s.ClientURL()
}

// Member on one node, peer on the other; the member's node dies in the middle;
// both go on, nothing is lost and nothing comes twice.
func TestTwoNodesOneDies(t *testing.T) {
	address := dbtest.PostgresURL(t)
	nats := runNATS(t)
	binary := Binary(t)
	s := Prepare(t, address, 1, 2)
	args := append(s.Args(), "--nats-url", nats)
	one, two := NewServer(t, binary, args...), NewServer(t, binary, args...)
	one.Start(t)
	two.Start(t)
	t.Cleanup(two.Kill)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute) // a test that hangs must end
	defer stop()
	member, peer := &Client{Base: one.URL, Person: s.Seekers[0]}, &Client{Base: two.URL, Person: s.Peers[0]}

	if got := peer.Do(ctx, "PUT", "/api/v1/shift/state", map[string]string{"state": "ready"}, nil); got != 200 {
		t.Fatalf("ready on node two: %d", got)
	}
	if got := member.Do(ctx, "POST", "/api/v1/requests", map[string]any{}, nil); got != 201 {
		t.Fatalf("ask on node one: %d", got)
	}
	var offer struct {
		ID string `json:"id"`
	}
	if got := peer.Do(ctx, "GET", "/api/v1/offer", nil, &offer); got != 200 {
		t.Fatalf("the peer on node two is offered nobody: %d", got)
	}
	var talk struct {
		Conversation string `json:"conversation"`
	}
	if got := peer.Do(ctx, "POST", "/api/v1/offers/"+offer.ID+"/accept", nil, &talk); got != 200 {
		t.Fatalf("accept: %d", got)
	}

	news := make(chan heard, 64)
	first, endFirst := context.WithCancel(ctx)
	defer endFirst()
	go listen(first, one.URL, member.Person.Token, talk.Conversation, "", news)
	next := func(want string) heard {
		t.Helper()
		for {
			select {
			case h := <-news:
				if h.text == "" {
					continue // the place's own words
				}
				if h.text != want {
					t.Fatalf("heard %q, want %q", h.text, want)
				}
				return h
			case <-ctx.Done():
				t.Fatalf("nothing heard; want %q\nnode one: %s\nnode two: %s", want, one.log, two.log)
			}
		}
	}
	send := func(c *Client, key string) {
		t.Helper()
		if got := c.Do(ctx, "POST", "/api/v1/conversations/"+talk.Conversation+"/messages", map[string]string{"key": key, "text": key}, nil); got != 201 {
			t.Fatalf("say %s: %d", key, got)
		}
	}
	var last heard
	for i := range 5 {
		send(peer, fmt.Sprintf("across-%d", i)) // written on two, heard on one: it crossed NATS
		last = next(fmt.Sprintf("across-%d", i))
	}

	one.Kill()
	endFirst()
	send(peer, "while-away")
	member.Base = two.URL
	go listen(ctx, two.URL, member.Person.Token, talk.Conversation, last.id, news)
	next("while-away")
	send(member, "back-again")
	next("back-again")

	one.Start(t) // the node comes back and serves the same conversation
	t.Cleanup(one.Kill)
	member.Base = one.URL
	send(member, "on-one-again")
	next("on-one-again")
	var all struct {
		Messages []struct {
			Text string `json:"text"`
			Kind string `json:"kind"`
		} `json:"messages"`
	}
	if got := peer.Do(ctx, "GET", "/api/v1/conversations/"+talk.Conversation+"/messages", nil, &all); got != 200 {
		t.Fatalf("read: %d", got)
	}
	var texts []string
	for _, m := range all.Messages {
		if m.Kind == "text" {
			texts = append(texts, m.Text)
		}
	}
	want := "across-0 across-1 across-2 across-3 across-4 while-away back-again on-one-again"
	if got := strings.Join(texts, " "); got != want {
		t.Fatalf("the conversation is\n%s\nwant\n%s", got, want)
	}
}
