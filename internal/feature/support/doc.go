// Package support is the main job: a person asks, a peer who has been there is
// found, the two talk, and it ends well.
//
// Who may do what: anybody may ask, without an account. Peers on shift say "I'm
// ready" and get the next person as an offer; they never pick from a list. The
// lead, supervisors and coordinators see the board: who waits, who talks, who
// is free, and no words. Words typed while asking are seen by the peer who is
// offered the person; what is said is chat's, and seen by the two alone.
//
// A request ends in a state the person can read: Ended (they talked), Withdrawn,
// Alternatives (the service closed) or Lapsed (a held place nobody came back
// to). None is forgotten: every waiting request has a timer in the database.
//
// The queue: whoever has waited longest comes first. Somebody can be moved up,
// with the reason written down, and never down. For each in turn the best free
// peer within the circle of their waiting time is offered; the longer the wait,
// the wider the circle. An offer takes the peer's place by shifts.Claim in its
// own transaction and holds for OfferLasts; then the next best peer is asked.
//
// Tables: support_request, support_offer, support_contact, support_checkin.
// Words are sealed under the request's own key, which goes with the words of the
// conversation; thanks, debrief and note under another that stays a year.
//
// Event sent: support.connected. Events heard: shifts.changed (somebody may be
// free), chat.ended (a deleted account ended it), chat.hidden and chat.destroyed
// (the words typed while asking go too), people.changed (somebody may fit now, or
// no longer, or has lost the role). Jobs: support.widen, support.offer, support.truth,
// support.idle, support.held, support.forget, support.notes.
package support
