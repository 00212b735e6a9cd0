package db

import "testing"

// A bound LIMIT would have SQLite plan a kept statement anew each time; what else is
// bound stands as it was written.
func TestBoundLimitsArePlannedOnce(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT a FROM b LIMIT $1":                  "SELECT a FROM b LIMIT $1 + 0",
		"SELECT a FROM b LIMIT $12 OFFSET $2":       "SELECT a FROM b LIMIT $12 + 0 OFFSET $2",
		"SELECT (SELECT a FROM b limit $3) WHERE d": "SELECT (SELECT a FROM b LIMIT $3 + 0) WHERE d",
		"SELECT a FROM b WHERE c = $1 LIMIT 20":     "SELECT a FROM b WHERE c = $1 LIMIT 20",
		"SELECT no_limit FROM b":                    "SELECT no_limit FROM b",
	} {
		if got := planned(query); got != want {
			t.Errorf("%q became %q", query, got)
		}
	}
}
