// Package demo is a fictional service to live through: people in every role,
// some history, a shift that is on, one-click sign-in, and scripted peers who
// answer, so that one person alone can make the whole journey.
//
// It exists only in `cairn demo`; a test of the architecture holds that. The
// scripted peers use the public verbs and the real queue, like anybody, and
// every message of theirs says that it is scripted. Everybody in it is made up.
package demo
