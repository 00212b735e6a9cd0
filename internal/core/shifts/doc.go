// Package shifts knows who is here: who works now, who leads, who is free, and
// when the service means to be open.
//
// Who may do what: peers start and end their own shift and say whether they are
// ready; supervisors and coordinators may lead one; coordinators and
// administrators set the hours and the minimum of people.
//
// A place with a worker is taken with Claim in the transaction that needs it,
// never by looking first: an offer cannot go past what a worker can carry.
//
// Tables: shifts_shift, shifts_hours, shifts_testpage. Event sent:
// shifts.changed (somebody arrived, left, stopped or became free). Job:
// shifts.forgotten ends a shift nobody ended.
package shifts
