package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
	"github.com/livekit/protocol/livekit"
)

const (
	meetingsEach = 5                // of each kind, in turns
	meetFor      = 10 * time.Second // once everybody sees everybody
	seenFor      = 60 * time.Second // until then at most
)

// place is a way into rooms.
type place interface {
	line(ctx context.Context, n int, query string) (*websocket.Conn, error)
	media() (int, error) // the process of the media server
	leave() error
}

// room: CPU of the media server with twelve people through our service, against
// the media server alone.
func room(ctx context.Context) ([]line, error) {
	if err := isBuilt(); err != nil {
		return nil, err
	}
	// The synthetic people are made of the media server's parts, which count.
	if err := prometheus.Init("bench", livekit.NodeType_SERVER); err != nil {
		return nil, err
	}
	ours, bare, end, err := sides(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	var through, without []float64
	for n := range meetingsEach + 1 {
		a, err := meeting(ctx, ours)
		if err != nil {
			return nil, fmt.Errorf("through the service: %w", err)
		}
		b, err := meeting(ctx, bare)
		if err != nil {
			return nil, fmt.Errorf("the media server alone: %w", err)
		}
		if n == 0 {
			continue // both processes are new in the first: nobody measures that
		}
		through, without = append(through, a), append(without, b)
	}
	a, b := paired(through, without)
	return []line{{"room", a, b, 1.25, false, "milliseconds of the media server's CPU per megabyte it gave out", false}}, nil
}

// sides starts our service, and a media server alone; end ends both.
func sides(ctx context.Context) (ours *service, bare *alone, end func(), err error) {
	dir, done, err := folder("rooms")
	if err != nil {
		return nil, nil, nil, err
	}
	if ours, err = startService(ctx, dir); err != nil {
		done()
		return nil, nil, nil, err
	}
	if bare, err = startAlone(ctx); err != nil {
		ours.stop()
		done()
		return nil, nil, nil, err
	}
	return ours, bare, func() {
		bare.stop()
		ours.stop()
		done()
	}, nil
}

// paired compares runs that were made in turns. What holds is the median of the pairs'
// ratios: two that follow each other have the machine's mood in common. The floor is
// its own median, and ours is told in those terms.
func paired(ours, bare []float64) (a, b float64) {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / bare[i]
	}
	b = percentile(bare, .5)
	return percentile(ratios, .5) * b, b
}

// meeting lets everybody come, see everybody for a while, and go. It gives what the
// media server spent from the first who came on, in milliseconds of CPU for each
// megabyte that people got: a busy machine stretches a meeting, and that is not
// what is asked here.
func meeting(ctx context.Context, at place) (float64, error) {
	query, err := wish()
	if err != nil {
		return 0, err
	}
	first, err := arrives(ctx, at, 0, query) // a media server may start only now
	if err != nil {
		return 0, err
	}
	pid, err := at.media()
	if err != nil {
		return 0, err
	}
	before, err := spent(pid)
	if err != nil {
		return 0, err
	}
	people := make([]*person, inRoom)
	failed := make([]error, inRoom)
	people[0] = first
	defer func() {
		for _, p := range people {
			if p != nil {
				p.leaves()
			}
		}
	}()
	var group sync.WaitGroup
	for n := 1; n < inRoom; n++ {
		group.Go(func() { people[n], failed[n] = arrives(ctx, at, n, query) })
	}
	group.Wait()
	if err := errors.Join(failed...); err != nil {
		return 0, err
	}
	if err := together(ctx, people); err != nil {
		return 0, err
	}
	time.Sleep(meetFor)
	after, err := spent(pid)
	if err != nil {
		return 0, err
	}
	got := 0.0
	for _, p := range people {
		got += float64(p.BytesReceived()) / 1e6
		if p.IsLocalCandidateRelaySelected() {
			return 0, errors.New("somebody is connected by the relay, not by UDP")
		}
	}
	if least := meetFor.Seconds() * inRoom * (inRoom - 1) * (voiceBytes/voiceEvery.Seconds() + frameBytes/frameEvery.Seconds()) / 1e6 / 2; got < least {
		return 0, fmt.Errorf("only %.1f MB came through: this machine is too busy", got)
	}
	return (after - before) * 1000 / got, at.leave()
}

func arrives(ctx context.Context, at place, n int, query string) (*person, error) {
	line, err := at.line(ctx, n, query)
	if err != nil {
		return nil, err
	}
	return comes(ctx, line, n)
}

// together waits until everybody has the voice and the picture of everybody else.
func together(ctx context.Context, people []*person) error {
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		lacks := 0
		for _, p := range people {
			if p.sees() < 2*(len(people)-1) {
				lacks++
			}
		}
		if lacks == 0 {
			return nil
		}
		if ctx.Err() != nil || time.Since(begin) > seenFor {
			return fmt.Errorf("%d of %d people do not see everybody", lacks, len(people))
		}
	}
}

// ticks of the kernel's clock in a second, in what it tells about processes: the
// same on all that Go runs on.
const ticks = 100

// spent is the CPU that a process has used, in seconds: utime and stime of
// proc_pid_stat(5).
func spent(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, text, _ := strings.Cut(string(b), ") ") // the name before may hold anything
	words := strings.Fields(text)
	if len(words) < 13 {
		return 0, errors.New("the kernel says nothing about its CPU")
	}
	var user, system float64
	_, err = fmt.Sscan(words[11]+" "+words[12], &user, &system)
	return (user + system) / ticks, err
}
