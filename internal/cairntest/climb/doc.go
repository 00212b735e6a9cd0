// Package climb tries the escalation of concerns under faults, many times over in
// one process: two nodes on one database, a clock that is moved forward and back,
// nodes that die in the middle of a job, a world outside that does not answer or
// answers and is not heard, a database that is away for a while. Every run has a
// seed, which is printed when it fails and plays the run again:
//
//	CAIRN_SEED=17 go test ./internal/cairntest/climb
//
// CAIRN_SEEDS says how many runs there are; `make test-long` has 1,000 and more.
package climb
