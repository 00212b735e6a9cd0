// Package crowd tries the ceilings under races: two hundred people ask, twenty
// peers come and go, several things happen at the same moment, thousands of times
// over, and after each moment it is counted whether anybody carries more than they
// may. Every run has a seed:
//
//	CAIRN_SEED=17 go test ./internal/cairntest/crowd
//
// CAIRN_STEPS says how many moments a run has; `make test-long` has thousands.
package crowd
