// Package icaltest reads iCalendar files in tests with a parser that is not the
// writer: ical.js, by npm.
package icaltest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Event is an event as the parser understood it.
type Event struct {
	UID      string    `json:"uid"`
	Summary  string    `json:"summary"`
	Starts   time.Time `json:"starts"`
	Ends     time.Time `json:"ends"`
	Zone     string    `json:"zone"`
	Sequence int       `json:"sequence"`
	Status   string    `json:"status"`
	Class    string    `json:"class"`
	Names    []string  `json:"names"` // of its properties
}

// Calendar is a file as the parser understood it.
type Calendar struct {
	Version string  `json:"version"`
	Method  string  `json:"method"`
	Refresh string  `json:"refresh"`
	Zones   int     `json:"zones"`
	Events  []Event `json:"events"`
}

// Parse reads a file; root is the way to the project's root. Without npm's
// packages the test is skipped, in words.
func Parse(t testing.TB, root, text string) Calendar {
	t.Helper()
	var c Calendar
	if err := json.Unmarshal(run(t, root, "ical.mjs", text, "ical.js"), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// run gives what a script of the project prints, with npm's packages it needs.
func run(t testing.TB, root, script, input string, packages ...string) []byte {
	t.Helper()
	root, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		if _, err := os.Stat(filepath.Join(root, "node_modules", p)); err != nil {
			if strings.Contains(os.Getenv("CAIRN_TEST_REQUIRE"), "browser") {
				t.Fatalf("npm's package %s is not installed: npm ci", p)
			}
			t.Skipf("skipped: npm's package %s is not installed (npm ci)", p)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(root, "scripts", script)) //nolint:gosec // a script of this project
	cmd.Dir, cmd.Stdin = root, strings.NewReader(input)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s refuses it: %v\n%s\n%.4000s", script, err, complaint.String(), input)
	}
	return out
}
