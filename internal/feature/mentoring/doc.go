// Package mentoring is one peer who walks alongside one member for a time, with
// a beginning, limits and an end.
//
// The way: the member looks for somebody (a seek) and gets up to three
// suggestions with the reason in words; or a peer proposes it to whom they talked
// with; or a coordinator introduces two people. Both say yes. They meet twice,
// on trial. When both would like to go on they write a charter together: what
// for, on which days and hours, how long, how, what stays between them, when they
// look back, when it ends, and who stands in. Both sign it; a change is a new
// version that both sign. They meet, write notes together, look back, meet less
// often, and say goodbye. There is a way back. Either may end it at any time
// without a reason and without fault.
//
// Who may do what: the two read and write what is theirs, each only the walks they
// are in. A stand-in sees what the charter is for and the meetings that they take,
// nothing else. Coordinators see who walks with whom, who waits and why, and when
// something ends: never a charter, a note or a word. Nobody else sees anything.
//
// Tables: mentoring_*. Words are sealed under the walk's own scope, or the seek's.
// A year after the end the key is destroyed (safety.md: notes 1 year).
//
// Events heard: people.changed (a peer leaves, or somebody's hours and limits
// change), moderation.acted (somebody is kept out), moderation.lifted (they are not any
// more), safety.raised and safety.answered (a worry is shown where the two talk). Jobs: mentoring.answer (nobody
// answered), mentoring.remind (a meeting comes), mentoring.over (a meeting by chat
// is past), mentoring.review, mentoring.ends, mentoring.look (places are free),
// mentoring.forget.
package mentoring
