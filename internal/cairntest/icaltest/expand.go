package icaltest

import (
	"encoding/json"
	"testing"
	"time"
)

// Window is a file and the part of time in which it is expanded.
type Window struct {
	Text string    `json:"text"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Occurrence is one time of an event, as a parser expanded it.
type Occurrence struct {
	UID     string    `json:"uid"`
	Summary string    `json:"summary"`
	Status  string    `json:"status"`
	Starts  time.Time `json:"starts"`
	Ends    time.Time `json:"ends"`
}

// Expanded is what begins in the window, in order, by each of two parsers.
type Expanded struct {
	ICALJS   []Occurrence `json:"icaljs"`
	NodeICAL []Occurrence `json:"nodeical"`
}

// By gives the parsers' answers by the parsers' names.
func (e Expanded) By() map[string][]Occurrence {
	return map[string][]Occurrence{"ical.js": e.ICALJS, "node-ical": e.NodeICAL}
}

// Expand lets both parsers expand files; root is the way to the project's root.
// Without npm's packages the test is skipped, in words.
func Expand(t testing.TB, root string, files ...Window) []Expanded {
	t.Helper()
	in, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	var list []Expanded
	if err := json.Unmarshal(run(t, root, "ical_expand.mjs", string(in), "ical.js", "node-ical"), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != len(files) {
		t.Fatalf("%d answers for %d files", len(list), len(files))
	}
	return list
}
