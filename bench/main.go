// Command bench measures what the service promises, each number against a floor
// measured in the same run on the same machine. It prints a line each,
//
//	bench NAME ours=N floor=N ratio=R target=>=X
//
// and exits non-zero when one falls short. -only NAME runs one. It talks to
// loopback only, and every loop is bounded in count and time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

// line is one measured promise.
type line struct {
	name        string
	ours, floor float64
	target      float64
	atLeast     bool
	unit        string
	reported    bool // a number to know, without a target
}

func (l line) ratio() float64 { return l.ours / l.floor }

func (l line) holds() bool {
	if l.reported {
		return true
	}
	if l.atLeast {
		return l.ratio() >= l.target
	}
	return l.ratio() <= l.target
}

func (l line) String() string {
	sign := "<="
	if l.atLeast {
		sign = ">="
	}
	if l.reported {
		return fmt.Sprintf("bench %s ours=%.4g floor=%.4g ratio=%.3g reported (%s)", l.name, l.ours, l.floor, l.ratio(), l.unit)
	}
	verdict := ""
	if !l.holds() {
		verdict = "  FALLS SHORT"
	}
	return fmt.Sprintf("bench %s ours=%.4g floor=%.4g ratio=%.3g target=%s%g (%s)%s", l.name, l.ours, l.floor, l.ratio(), sign, l.target, l.unit, verdict)
}

type bench struct {
	name string
	run  func(ctx context.Context) ([]line, error)
}

func all() []bench {
	return []bench{
		{"match", match},
		{"match-line", matchLine},
		{"profile-memory", profileMemory},
		{"assign", assign},
		{"widening", widening},
		{"occurrences", occurrences},
		{"feed", feed},
		{"search", searchSQLite},
		{"search", searchPostgres},
		{"thread-page", threadPage},
		{"post", post},
		{"first-view", firstView},
		{"idle-memory", idleMemory},
		{"page", page},
		{"room", room},
		{"join", join},
		{"stream-memory", streamMemory},
		{"message-durable", messageDurable},
		{"message-delivery", messageDelivery},
	}
}

func main() {
	only := flag.String("only", "", "run only this one")
	child := flag.String("child", "", "what a child process serves (used by the program itself)")
	data := flag.String("data", "", "data folder of a child")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *child != "" {
		if err := serveChild(ctx, *child, *data); err != nil {
			fmt.Fprintln(os.Stderr, "bench child:", err)
			os.Exit(1)
		}
		return
	}
	short := false
	ran := 0
	for _, b := range all() {
		if *only != "" && *only != b.name {
			continue
		}
		lines, err := b.run(ctx)
		ran++
		if lacks := missing(""); errors.As(err, &lacks) {
			fmt.Printf("bench %s SKIPPED: %v\n", b.name, lacks)
			continue
		}
		if err != nil {
			fmt.Printf("bench %s FAILED: %v\n", b.name, err)
			short = true
			continue
		}
		for _, l := range lines {
			fmt.Println(l)
			short = short || !l.holds()
		}
	}
	if ran == 0 {
		fmt.Fprintln(os.Stderr, "there is no such benchmark")
		os.Exit(2)
	}
	if short {
		os.Exit(1)
	}
}
