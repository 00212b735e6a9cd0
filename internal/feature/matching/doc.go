// Package matching finds who fits whom, and says why.
//
// Hard limits come first and always hold: people who must be kept apart, a
// common language, what a peer does not want to talk about today. Then fit:
// shared situations, rarer ones weighing more, wishes, and the preferred
// language. Same diagnosis is never a key; there is no score on a person, only
// on a pair, and it is kept nowhere.
//
// How wide the circle is depends on how long somebody has waited: see Circle.
//
// A reason names only what both sides show to matches. What is marked "only for
// matching" weighs, and is neither named nor counted aloud.
//
// The package keeps an index of profiles in memory, one per node. It is a cache:
// every entry carries the revision of the profile it was made from, and callers
// put in what is missing or old before they ask, so an answer is never stale.
package matching
