package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const joins = 15 // of each kind, in turns

// missing tells what a machine lacks for a benchmark, which is then skipped.
type missing string

// Error says it.
func (m missing) Error() string { return string(m) }

// join: from the press on "enter" to the first picture of somebody else, in
// Chromium, against livekit-client on an otherwise empty page that has it loaded
// already, asks a bare handler for its token, and joins the media server alone. Each
// time in a browser that was never here.
func join(ctx context.Context) ([]line, error) {
	if err := isBuilt(); err != nil {
		return nil, err
	}
	node, chromium, client, err := browser()
	if err != nil {
		return nil, err
	}
	ours, bare, end, err := sides(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	if err := bare.make(ctx); err != nil {
		return nil, err
	}
	orders := map[string]any{
		"chromium": chromium, "client": client,
		"url": ours.url, "door": ours.door(), "publisher": ours.tokens[inRoom], "joiner": ours.tokens[inRoom+1], "bare": "ws" + bare.url[len("http"):],
	}
	if orders["barePublisher"], err = bare.token("publisher"); err != nil {
		return nil, err
	}
	tokens := make([]string, joins)
	for i := range tokens {
		if tokens[i], err = bare.token(fmt.Sprintf("joiner%02d", i)); err != nil {
			return nil, err
		}
	}
	orders["bareJoiners"] = tokens
	took, err := drive(ctx, node, orders)
	if err != nil {
		return nil, err
	}
	a, b := paired(took.Ours, took.Bare)
	return []line{{"join", a, b, 1.3, false, "milliseconds from the press to the first picture", false}}, nil
}

// browser finds what drives one, and livekit-client.
func browser() (node, chromium, client string, err error) {
	if node, err = exec.LookPath("node"); err != nil {
		return "", "", "", missing("node is not here")
	}
	chromium = os.Getenv("CHROMIUM")
	if chromium == "" {
		chromium = "/usr/bin/chromium"
	}
	if _, err := os.Stat(chromium); err != nil { //nolint:gosec // named by whoever measures
		return "", "", "", missing("Chromium is not here (CHROMIUM names it)")
	}
	client = filepath.Join("node_modules", "livekit-client", "dist", "livekit-client.umd.js")
	for _, part := range []string{client, filepath.Join("node_modules", "playwright-core")} {
		if _, err := os.Stat(part); err != nil {
			return "", "", "", missing("npm's packages are not here: npm ci")
		}
	}
	return node, chromium, client, nil
}

// times are what the browsers measured, in milliseconds, in the order of the runs.
type times struct{ Ours, Bare []float64 }

func drive(ctx context.Context, node string, orders map[string]any) (times, error) {
	var t times
	in, err := json.Marshal(orders)
	if err != nil {
		return t, err
	}
	cmd := exec.CommandContext(ctx, node, filepath.Join("bench", "join.mjs")) //nolint:gosec // our own script
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return t, err
	}
	err = json.Unmarshal(out, &t)
	if err == nil && (len(t.Ours) != joins || len(t.Bare) != joins) {
		err = fmt.Errorf("%d and %d times, not %d", len(t.Ours), len(t.Bare), joins)
	}
	return t, err
}
