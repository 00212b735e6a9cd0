// Package guide speaks Meeting Guide JSON, the list of weekly meetings that apps
// for finding peer groups exchange (the specification is npm's
// @code4recovery/spec, 1.1.9): it writes public groups, and reads a list from
// anywhere.
//
// It is pure: no database, no network, no clock. Who may be listed is decided by
// the caller; what a listed meeting may say is decided here: an address only when
// it is public, a link only when it is public, and nothing but what is honestly
// weekly. Its vocabulary is that of another kind of group. What has no word there
// stays out; nothing is given a word that means something else.
package guide
