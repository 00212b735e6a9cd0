package bus

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"

	"github.com/nats-io/nats-server/v2/server"
)

func take(t *testing.T, s *Subscription) Note {
	t.Helper()
	select {
	case n := <-s.C():
		return n
	case <-time.After(time.Minute):
		t.Fatal("no note came")
		return Note{}
	}
}

func none(t *testing.T, s *Subscription) {
	t.Helper()
	select {
	case n := <-s.C():
		t.Fatalf("unexpected note %+v", n)
	default:
	}
}

func TestPublishReachesWhoListensAfterTheCommit(t *testing.T) {
	b := New(dbtest.SQLite(t), start(), quiet)
	mine, other := b.Subscribe("chat:1", "board", "board"), b.Subscribe("chat:2")
	defer mine.Close()
	defer other.Close()
	write(t, b, func(tx db.Writer) error {
		b.Publish(tx, "chat:1", 7)
		none(t, mine)
		return nil
	})
	if n := take(t, mine); n != (Note{Topic: "chat:1", Seq: 7}) {
		t.Fatalf("note = %+v", n)
	}
	b.Signal("board", "typing", "on")
	if n := take(t, mine); n != (Note{Topic: "board", Kind: "typing", Data: "on"}) {
		t.Fatalf("note = %+v", n)
	}
	none(t, mine)
	none(t, other)
}

func TestSlowReaderHoldsUpNobodyAndGetsTheNewest(t *testing.T) {
	b := New(nil, start(), quiet)
	s := b.Subscribe("a", "b")
	defer s.Close()
	for i := range 10_000 { // nobody reads: this would hang if a publisher waited
		b.hub.deliver(Note{Topic: "a", Seq: int64(i + 1)})
		b.hub.deliver(Note{Topic: "b", Seq: int64(i + 1)})
		b.Signal("a", "typing", strconv.Itoa(i))
	}
	newest := map[string]int64{}
	notes, signals := 0, 0
	idle := func() bool { s.mu.Lock(); defer s.mu.Unlock(); return !s.pumping && len(s.c) == 0 }
	for !idle() {
		var n Note
		select {
		case n = <-s.C():
		case <-time.After(time.Millisecond):
			continue
		}
		if n.Kind != "" {
			signals++
			continue
		}
		notes++
		if n.Seq <= newest[n.Topic] {
			t.Fatalf("%s went back from %d to %d", n.Topic, newest[n.Topic], n.Seq)
		}
		newest[n.Topic] = n.Seq
	}
	if newest["a"] != 10_000 || newest["b"] != 10_000 {
		t.Fatalf("the end was lost: %v", newest)
	}
	// What fits into the channel and the pump's hand, and one of each topic.
	if most := noteBuffer + 1 + 2; notes > most || signals > maxSignals+noteBuffer+1 {
		t.Errorf("%d notes and %d signals were kept", notes, signals)
	}
	b.hub.deliver(Note{Topic: "a", Seq: 10_001})
	if n := take(t, s); n.Seq != 10_001 {
		t.Fatalf("note = %+v", n)
	}
}

func TestCloseFreesEverything(t *testing.T) {
	b := New(nil, start(), quiet)
	before := runtime.NumGoroutine()
	var subs []*Subscription
	for range 50 {
		s := b.Subscribe("a", "b")
		subs = append(subs, s)
		for i := range 20 {
			b.hub.deliver(Note{Topic: "a", Seq: int64(i)})
		}
	}
	var wg sync.WaitGroup
	for _, s := range subs {
		wg.Go(func() { s.Close(); s.Close() })
		wg.Go(func() { b.hub.deliver(Note{Topic: "b", Seq: 1}); b.hub.resync() })
	}
	wg.Wait()
	if len(b.hub.all) != 0 || len(b.hub.by) != 0 {
		t.Fatalf("%d subscriptions, %d topics left", len(b.hub.all), len(b.hub.by))
	}
	eventually(t, "no pump is left", func() bool { return runtime.NumGoroutine() <= before })
}

func TestIdleSubscriptionIsSmall(t *testing.T) {
	const n, most = 5000, 1500 // bytes each; a stream's own buffers are ten times that
	b := New(nil, start(), quiet)
	heap := func() int64 {
		for range 3 { // what other tests left, finalizers too
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	subs := make([]*Subscription, n)
	for i := range subs {
		subs[i] = b.Subscribe("chat:"+strconv.Itoa(i), "person:"+strconv.Itoa(i))
	}
	each := (heap() - before) / n
	t.Logf("%d bytes each", each)
	if each > most {
		t.Errorf("%d bytes for an idle subscription, over %d", each, most)
	}
	runtime.KeepAlive(subs)
}

func natsServer(t *testing.T, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the NATS server does not start")
	}
	t.Cleanup(s.Shutdown)
	return s
}

// news takes the next note that is no resync: those of a first connection come
// whenever they come.
func news(t *testing.T, s *Subscription) Note {
	t.Helper()
	for {
		if n := take(t, s); n.Kind != Resync {
			return n
		}
	}
}

func drain(s *Subscription) {
	for {
		select {
		case <-s.C():
		case <-time.After(20 * time.Millisecond):
			return
		}
	}
}

func TestNodesHearEachOtherOverNATSAndResyncAfterAGap(t *testing.T) {
	s := natsServer(t, server.RANDOM_PORT)
	url := s.ClientURL()
	one, two := New(dbtest.SQLite(t), start(), quiet), New(nil, start(), quiet)
	stranger := New(nil, start(), quiet)
	for b, installation := range map[*Bus]string{one: "inst-1", two: "inst-1", stranger: "inst-2"} {
		if err := b.ConnectNATS(url, installation); err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if _, up := b.Linked(); !up {
			t.Fatal("not connected")
		}
	}
	if err := one.ConnectNATS(url, "inst-1"); err == nil {
		t.Error("connected twice")
	}
	here, there, elsewhere := one.Subscribe("chat:1"), two.Subscribe("chat:1"), stranger.Subscribe("chat:1")
	write(t, one, func(tx db.Writer) error { one.Publish(tx, "chat:1", 42); return nil })
	for name, sub := range map[string]*Subscription{"here": here, "there": there} {
		if n := news(t, sub); n != (Note{Topic: "chat:1", Seq: 42}) {
			t.Fatalf("%s: %+v", name, n)
		}
	}
	// NATS does not echo: what comes after the first is the second.
	for _, data := range []string{"on", "off"} {
		two.Signal("chat:1", "typing", data)
	}
	for name, sub := range map[string]*Subscription{"here": here, "there": there} {
		for _, data := range []string{"on", "off"} {
			if n := news(t, sub); n != (Note{Topic: "chat:1", Kind: "typing", Data: data}) {
				t.Fatalf("%s: %+v, want %s", name, n, data)
			}
		}
	}

	addr := s.Addr().String()
	s.Shutdown()
	s.WaitForShutdown()
	eventually(t, "both notice", func() bool { _, a := one.Linked(); _, b := two.Linked(); return !a && !b })
	drain(here)
	drain(there)
	one.Signal("chat:1", "lost", "") // there cannot hear this one
	if n := take(t, here); n.Kind != "lost" {
		t.Fatalf("alone: %+v", n)
	}
	port, err := strconv.Atoi(addr[strings.LastIndex(addr, ":")+1:])
	if err != nil {
		t.Fatal(err)
	}
	natsServer(t, port)
	for name, sub := range map[string]*Subscription{"here": here, "there": there} {
		if n := take(t, sub); n != (Note{Kind: Resync}) {
			t.Fatalf("%s after the gap: %+v", name, n)
		}
	}
	eventually(t, "both are back", func() bool { _, a := one.Linked(); _, b := two.Linked(); return a && b })
	one.Signal("chat:1", "again", "")
	if n := news(t, there); n.Kind != "again" {
		t.Fatalf("there: %+v", n)
	}
	stranger.Signal("chat:1", "own", "")
	if n := news(t, elsewhere); n.Kind != "own" {
		t.Fatalf("another installation heard %+v", n)
	}
}

func TestNATSOutOfReachIsNoErrorAndABadSettingIs(t *testing.T) {
	b := New(dbtest.SQLite(t), start(), quiet)
	for _, bad := range []string{"", "a b", "a.b", "*", ">"} {
		if err := b.ConnectNATS("nats://127.0.0.1:1", bad); err == nil {
			t.Errorf("installation %q was taken", bad)
		}
	}
	if err := b.ConnectNATS("nats://u:secret@[", "inst-1"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a bad address: %v", err)
	}
	if err := b.ConnectNATS("nats://127.0.0.1:1", "inst-1"); err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if configured, connected := b.Linked(); !configured || connected {
		t.Errorf("Linked = %v, %v", configured, connected)
	}
	s := b.Subscribe("a")
	defer s.Close()
	if err := b.db.Write(context.Background(), func(tx db.Writer) error { b.Publish(tx, "a", 1); return nil }); err != nil {
		t.Fatal(err)
	}
	if n := take(t, s); n.Seq != 1 {
		t.Fatalf("alone: %+v", n)
	}
}

func TestLookAgainIsNotLostInASeq(t *testing.T) {
	b := New(nil, start(), quiet)
	for name, seqs := range map[string][2]int64{"before": {0, 5}, "after": {5, 0}} {
		s := b.Subscribe("a")
		s.keep(Note{Topic: "a", Seq: seqs[0]}) // both wait for a slow reader
		s.keep(Note{Topic: "a", Seq: seqs[1]})
		if n, _ := s.next(); n.Seq != 0 {
			t.Errorf("%s a seq: %+v", name, n)
		}
		s.Close()
	}
}
