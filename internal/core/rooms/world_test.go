package rooms_test

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
)

// hall is what rooms of these tests belong to: who holds it, who may, who comes and who
// sees it are settings, as is how its door stands.
type hall struct {
	id    moment.ID
	stand rooms.Stand

	mu                        sync.Mutex
	hosts, mayHold, come, see []moment.ID
	told                      []string // what it was told, in its order
	names                     map[moment.ID]string
}

func (l *hall) Stands(_ context.Context, _ db.Reader, a access.Actor, owner moment.ID) (rooms.Stand, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if owner != l.id {
		return rooms.Stand{}, nil
	}
	st := l.stand
	st.Host, st.MayHold = slices.Contains(l.hosts, a.Person), slices.Contains(l.mayHold, a.Person)
	st.Enter = slices.Contains(l.come, a.Person)
	st.See = st.Host || st.MayHold || st.Enter || slices.Contains(l.see, a.Person) || a.Person == "" && a.Way == access.BySystem
	return st, nil
}

func (l *hall) note(what string, person moment.ID, holds bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if holds {
		what += " holding"
	}
	l.told = append(l.told, l.names[person]+" "+what)
}

func (l *hall) Came(_ context.Context, tx db.Writer, a access.Actor, _ moment.ID, holds bool) error {
	tx.AfterCommit(func() { l.note("came", a.Person, holds) })
	return nil
}

func (l *hall) Went(_ context.Context, tx db.Writer, person, _ moment.ID, holds bool) error {
	tx.AfterCommit(func() { l.note("went", person, holds) })
	return nil
}

func (l *hall) Closed(_ context.Context, tx db.Writer, _ moment.ID, ended bool) error {
	tx.AfterCommit(func() { l.note("closed", "", ended) })
	return nil
}

func (l *hall) Removed(_ context.Context, tx db.Writer, person, _ moment.ID) error {
	tx.AfterCommit(func() { l.note("removed", person, false) })
	return nil
}

// heard gives what the hall was told since it was asked last.
func (l *hall) heard() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := strings.Join(l.told, ", ")
	l.told = nil
	return out
}

func (l *hall) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// carrier notes which lines and permissions the media server is asked for, and says who
// is in it as it is told to. The media server itself is tested in kit/media.
type carrier struct {
	mu    sync.Mutex
	asked []string
	there map[string][]media.Participant
	began chan struct{} // when it is there, lines stand until they are cut, and say here that they began
}

func (*carrier) Available() bool { return true }
func (*carrier) Policy() string  { return "relay" }

func (c *carrier) note(what string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, what)
	return nil
}

func (c *carrier) Ensure(context.Context, string, int) error { return nil }

func (c *carrier) People(_ context.Context, room string) ([]media.Participant, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.there[room]), nil
}

func (c *carrier) Permit(_ context.Context, g media.Grant) error {
	return c.note("permit " + g.Identity + " " + publishes(g))
}

func (c *carrier) Remove(_ context.Context, room, identity string) error {
	return c.note("remove " + identity + " from " + room)
}
func (c *carrier) End(_ context.Context, room string) error { return c.note("end " + room) }

func (c *carrier) Signal(w http.ResponseWriter, r *http.Request, path string, g media.Grant) error {
	w.WriteHeader(http.StatusOK)
	if c.began != nil {
		c.began <- struct{}{}
		<-r.Context().Done()
	}
	return c.note("line " + g.Identity + " " + path)
}

// was tells whether the media server was asked for something since it was asked last.
func (c *carrier) was() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.asked
	c.asked = nil
	return out
}

func publishes(g media.Grant) string {
	var out []string
	for _, s := range g.Publish {
		out = append(out, string(s))
	}
	return strings.Join(out, "+")
}

// house is a world with a hall and its room. Wren and Marten hold it, Juniper, Heron and
// Willow come, Stranger sees it and does not come.
type house struct {
	*cairntest.World
	hall                   *hall
	media                  *carrier
	room                   moment.ID
	wren, marten           *cairntest.Someone
	juniper, heron, willow *cairntest.Someone
	stranger, nobody       *cairntest.Someone
}

func begin(t *testing.T, w *cairntest.World) *house {
	t.Helper()
	h := &house{World: w, hall: &hall{id: moment.NewID(), names: map[moment.ID]string{}}, media: &carrier{there: map[string][]media.Participant{}}}
	h.wren, h.marten = w.Person("Wren", access.Facilitator), w.Person("Marten", access.Peer)
	for name, p := range map[string]**cairntest.Someone{"Juniper": &h.juniper, "Heron": &h.heron, "Willow": &h.willow, "Stranger": &h.stranger, "Nobody": &h.nobody} {
		*p = w.Person(name)
	}
	for _, p := range []*cairntest.Someone{h.wren, h.marten, h.juniper, h.heron, h.willow, h.stranger} {
		h.hall.names[p.ID] = p.Name
	}
	h.hall.stand = rooms.Stand{Name: "Evenings by the river", Href: "/groups", Mode: rooms.Together, Door: rooms.OpenDoor, Cameras: true, Agreed: []string{"What is said here stays here."}}
	h.hall.hosts, h.hall.come, h.hall.see = []moment.ID{h.wren.ID, h.marten.ID}, []moment.ID{h.juniper.ID, h.heron.ID, h.willow.ID}, []moment.ID{h.stranger.ID}
	w.Rooms.Around("hall", h.hall)
	w.Rooms.Media = h.media
	return h
}

func (h *house) door() string { return "/rooms/hall/" + string(h.hall.id) }
func (h *house) path() string { return "/room/" + string(h.room) }

// enters brings people in by the form of the door.
func (h *house) enters(t *testing.T, people ...*cairntest.Someone) {
	t.Helper()
	for _, p := range people {
		h.as(t, p, "as", "sound")
	}
}

// as enters with what was chosen at the door.
func (h *house) as(t *testing.T, p *cairntest.Someone, choices ...string) {
	t.Helper()
	got := p.Post(h.door()+"/enter", choices...)
	id, ok := strings.CutPrefix(strings.TrimSuffix(got.To(), "?camera=on"), "/room/")
	if got.Status != 303 || !ok {
		t.Fatalf("%s enters: %d %s", p.Name, got.Status, got.To())
	}
	h.room = moment.ID(id)
}

// refused tells that somebody does not get in, with these words.
func (h *house) refused(t *testing.T, p *cairntest.Someone, words string, choices ...string) {
	t.Helper()
	if got := p.Post(h.door()+"/enter", choices...); got.Status < 400 || !strings.Contains(got.Body, words) {
		t.Errorf("%s enters: %d, want %q", p.Name, got.Status, words)
	}
}

// does posts a verb of the room, and wants this answer.
func (h *house) does(t *testing.T, p *cairntest.Someone, status int, verb string, pairs ...string) cairntest.Page {
	t.Helper()
	got := p.Post(h.path()+"/"+verb, pairs...)
	if got.Status != status {
		t.Errorf("%s does %s %v: %d, want %d", p.Name, verb, pairs, got.Status, status)
	}
	return got
}

// over is a verb of somebody about somebody else's seat.
func (h *house) over(t *testing.T, p *cairntest.Someone, status int, verb string, other rooms.Seat, pairs ...string) {
	t.Helper()
	h.does(t, p, status, "seat/"+string(other.ID)+"/"+verb, pairs...)
}

// look reads the room as somebody in it.
func (h *house) look(t *testing.T, p *cairntest.Someone) rooms.View {
	t.Helper()
	v, err := h.Rooms.Look(t.Context(), p.Actor, h.room)
	if err != nil {
		t.Fatalf("%s looks: %v", p.Name, err)
	}
	return v
}

// me is one's own seat.
func (h *house) me(t *testing.T, p *cairntest.Someone) rooms.Seat {
	t.Helper()
	return h.look(t, p).Me
}

// names are who is in the room, in the order of their coming, as somebody there reads.
func (h *house) names(t *testing.T, p *cairntest.Someone) string {
	t.Helper()
	v := h.look(t, p)
	var out []string
	for _, s := range v.Seats {
		out = append(out, h.hall.names[s.Person])
	}
	return strings.Join(out, " ")
}

// line asks for a line to the media server with an identity.
func (h *house) line(t *testing.T, p *cairntest.Someone, room moment.ID, identity string) int {
	t.Helper()
	return p.Get("/room/" + string(room) + "/line/" + identity + "/rtc").Status
}

// shows wants words on a page, and others not.
func shows(t *testing.T, who string, page string, words []string, not []string) {
	t.Helper()
	for _, s := range words {
		if !strings.Contains(page, s) {
			t.Errorf("%s does not read %q", who, s)
		}
	}
	for _, s := range not {
		if strings.Contains(page, s) {
			t.Errorf("%s reads %q", who, s)
		}
	}
}

// first is the first event that a stream sends to somebody.
func first(t *testing.T, p *cairntest.Someone, path string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.W.Server.URL+path, nil)
	must(t, err)
	r.Header.Set("Accept-Language", "en")
	res, err := p.HTTP.Do(r)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	var b strings.Builder
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		line := lines.Text()
		if b.Len() > 0 && line == "" {
			break
		}
		if words, ok := strings.CutPrefix(line, "data: "); ok {
			b.WriteString(words + "\n")
		}
	}
	return b.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	must(t, h.DB.Reader().QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

// keep lets time pass while the pages of people stay open.
func (h *house) keep(t *testing.T, d time.Duration, people ...*cairntest.Someone) {
	t.Helper()
	const step = 20 * time.Second
	for ; d > 0; d -= step {
		h.Pass(min(d, step))
		for _, p := range people {
			if got := p.Get(h.path()); got.Status != 200 {
				t.Errorf("%s looks: %d", p.Name, got.Status)
			}
		}
	}
}
