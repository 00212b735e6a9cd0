// Package matching finds who fits whom, and says why.
//
// There are two questions. An Ask is for a conversation now, a Seek for somebody
// to walk with for a while. Hard limits come first and always hold: people who
// must be kept apart, a common language, what one side does not want to talk
// about or to meet, and for a Seek hours in common and a place left. Then fit:
// shared situations, rarer ones weighing more, wishes of both sides, the
// preferred language. Same diagnosis is never a key; there is no score on a
// person, only on a pair, and it is kept nowhere.
//
// How wide the circle of an Ask is depends on how long somebody has waited: see
// Circle. How a Seek trades fit against waiting is up to its Dial. Assign
// matches many at once, and Watch shows whether waits and fit are fair.
//
// A reason names only what both sides show to matches. What is marked "only for
// matching" weighs, and is neither named nor counted aloud. What earlier matches
// taught (Lessons) is about pairs of situations, and never about a person.
//
// The package keeps an index of profiles in memory, one per node. It is a cache:
// every entry carries the revision of the profile it was made from, and callers
// put in what is missing or old before they ask, so an answer is never stale.
package matching
