package search

import (
	"strings"
	"testing"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
)

// The list of words is looked into at the beginnings that were asked for, however many words
// there are.
func TestWordsThatGoOnAreARange(t *testing.T) {
	d := dbtest.SQLite(t)
	rows, err := d.Reader().Query(t.Context(), "EXPLAIN QUERY PLAN "+goesOnText, `["1.a"]`)
	plan, err := db.Collect(rows, err, func(r db.Row, step *string) error { return r.Scan(new(int), new(int), new(int), step) })
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Join(plan, "\n")
	begins, words := strings.Index(whole, "SCAN b "), strings.Index(whole, "SCAN v ")
	if begins < 0 || words < begins || strings.Contains(whole, "SCAN v VIRTUAL TABLE INDEX 1:") || strings.Contains(whole, "SCAN v VIRTUAL TABLE INDEX 0:") {
		t.Errorf("all words are read:\n%s", whole)
	}
}
