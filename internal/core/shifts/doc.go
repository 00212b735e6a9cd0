// Package shifts knows who is here and who will be: who works now, who leads, who
// is free; the plan of the coming weeks, who is on call, and when the service
// means to be open.
//
// Who may do what: peers start and end their own shift, say whether they are
// ready, sign up for shifts of the plan and off again, swap with colleagues, and
// have a calendar address of their own; supervisors and coordinators may lead one
// and be on call; coordinators make, publish and cancel shifts, put people in,
// and say who is on call; coordinators and administrators set the hours and the
// minimum of people. Only the person themselves goes past a default limit.
//
// A place with a worker is taken with Claim in the transaction that needs it,
// never by looking first: an offer cannot go past what a worker can carry. The
// last place on a shift of the plan, and a swap, are taken the same way.
//
// How somebody is when they come and leave is theirs alone. The number of a
// clinician from outside is sealed, and reading it is recorded.
//
// Tables: shifts_shift, shifts_hours, shifts_testpage, shifts_planned,
// shifts_signup, shifts_exchange, shifts_oncall, shifts_check. Events sent:
// shifts.changed (somebody arrived, left, stopped or became free), shifts.swap
// (a sign-up looks for somebody), shifts.exchange (an exchange was offered),
// shifts.put (somebody was put in). Event heard: people.changed (what they may no
// longer do is given back). Job: shifts.forgotten ends a shift nobody ended.
package shifts
