package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
)

// open begins a stream; it listens once open has come back.
func (c caller) open(t *testing.T, path string) *bufio.Scanner {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // a stream that hangs must end
	t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.W.Server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.HTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %d", path, res.StatusCode)
	}
	return bufio.NewScanner(res.Body)
}

// until reads on to a line that fits; "" waits for the end of the stream.
func until(t *testing.T, lines *bufio.Scanner, fits string) {
	t.Helper()
	for lines.Scan() {
		if fits != "" && strings.Contains(lines.Text(), fits) {
			return
		}
	}
	if fits != "" || lines.Err() != nil {
		t.Fatalf("waited for %q: %v", fits, lines.Err())
	}
}

// opened is a world where two peers are ready.
func opened(t *testing.T, w *cairntest.World) (heron caller, peers [2]caller) {
	t.Helper()
	heron = call(t, w, w.Person("Heron"))
	for i, name := range []string{"Ali", "Wren"} {
		peers[i] = call(t, w, w.Person(name, access.Peer))
		peers[i].json(t, "POST", "/api/v1/shift", "", nil)
		if got := peers[i].json(t, "PUT", "/api/v1/shift/state", `{"state":"ready"}`, nil); got.Status != http.StatusOK {
			t.Fatalf("ready: %d %s", got.Status, got.Body)
		}
	}
	return heron, peers
}

type asked struct{ ID string }

func (c caller) ask(t *testing.T) string {
	t.Helper()
	var q asked
	if got := c.json(t, "POST", "/api/v1/requests", `{}`, &q); got.Status != http.StatusCreated {
		t.Fatalf("ask: %d %s", got.Status, got.Body)
	}
	return q.ID
}

const events = "/api/v1/requests/current/events"

func TestAWatcherSeesTheRequestThatFollows(t *testing.T) {
	w := cairntest.New(t)
	heron, _ := opened(t, w)
	first := heron.ask(t)
	lines := heron.open(t, events)
	until(t, lines, first)
	if got := heron.json(t, "DELETE", "/api/v1/requests/current", "", nil); got.Status != http.StatusNoContent {
		t.Fatalf("withdraw: %d", got.Status)
	}
	until(t, lines, `"withdrawn"`)
	until(t, lines, heron.ask(t))
}

func TestALineEndsWithItsToken(t *testing.T) {
	w := cairntest.New(t)
	w.API.Ping = 2 * time.Millisecond
	heron, _ := opened(t, w)
	heron.ask(t)
	lines := heron.open(t, events)
	until(t, lines, ": ping")
	w.Time.Advance(31 * 24 * time.Hour)
	until(t, lines, "")
}

func TestALineEndsWhenNotesMayBeLost(t *testing.T) {
	w := cairntest.New(t)
	heron, _ := opened(t, w)
	id := heron.ask(t)
	lines := heron.open(t, events)
	until(t, lines, id)
	w.Bus.Signal(support.QueueTopic, bus.Resync, "")
	w.Bus.Signal("support:request:"+id, bus.Resync, "")
	until(t, lines, "")
}

func TestAShiftNamesWhatRunsAndWhatIsOwed(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		heron, peers := opened(t, w)
		heron.ask(t)
		var offer, taken struct{ ID, Conversation string }
		peer := peers[0]
		if peer.json(t, "GET", "/api/v1/offer", "", &offer).Status != http.StatusOK {
			peer = peers[1]
			peer.json(t, "GET", "/api/v1/offer", "", &offer)
		}
		if got := peer.json(t, "POST", "/api/v1/offers/"+offer.ID+"/accept", "", &taken); got.Status != http.StatusOK {
			t.Fatalf("accept: %d %s", got.Status, got.Body)
		}
		shift := func(on bool, talking, owed []string) {
			t.Helper()
			got := peer.json(t, "GET", "/api/v1/shift", "", nil)
			var s struct {
				On                  bool
				Conversations, Owed []string
				Debriefs            int `json:"debriefs_owed"`
				Talking             int
			}
			if err := json.Unmarshal([]byte(got.Body), &s); err != nil || got.Status != http.StatusOK {
				t.Fatalf("%d %v in %s", got.Status, err, got.Body)
			}
			if s.On != on || !slices.Equal(s.Conversations, talking) || !slices.Equal(s.Owed, owed) || s.Debriefs != len(owed) || s.Talking != len(talking) {
				t.Fatalf("the shift is %s", got.Body)
			}
			if strings.Contains(got.Body, "null") {
				t.Fatalf("a list is missing in %s", got.Body)
			}
		}
		shift(true, []string{taken.Conversation}, nil)
		peer.json(t, "POST", "/api/v1/conversations/"+taken.Conversation+"/end", "", nil)
		shift(true, nil, []string{taken.Conversation})
		// Off shift nothing of the past is opened, so thanks that cannot be read
		// keep nobody from their shift.
		if err := w.DB.Write(t.Context(), func(tx db.Writer) error {
			if _, err := tx.Exec(t.Context(), `UPDATE support_contact SET thanks = $1`, []byte("not sealed")); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `UPDATE shifts_shift SET ended_at = $1`, w.Time.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		w.Time.Advance(time.Minute)
		shift(false, nil, []string{taken.Conversation})
	})
}
