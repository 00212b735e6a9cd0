// Package groups is peers together: groups with people in them, and gatherings
// that people come to.
//
// A group is led by its people, or held by somebody, or a programme of some weeks.
// A gathering (a workshop, something to do together, a webinar, an event for the
// public, a briefing) has no members: whoever may see it may come. When and where
// people meet belongs to core/meetings, what they write on the wall to
// core/discussion; both ask this package who may.
//
// Who may do what: facilitators and coordinators make groups; any member may
// propose one that is led by its people, which a coordinator opens or answers with
// a reason. Public groups are seen by everybody, groups for members and by request
// by whoever has an account, closed ones by their people and whoever was invited.
// Whoever is in a group reads what is in it; once they accepted the agreement as it
// stands they write. Its facilitators answer requests, invite, take out, and change
// what is said about it; its owner adds facilitators, hands it over and ends it.
// Coordinators see that a group is there, who holds it, and when it meets: never its
// wall, its round or its people by that role alone. A group whose owner is gone goes
// to whoever has held it longest, or else coordinators are told and answer for it.
//
// Who is in the list of people is each person's own choice. Staying in touch is told
// to nobody until two people have said so, each by themselves.
//
// Groups that other organisations hold are listed from lists in the Meeting Guide format
// that coordinators bring in, look at and take over: they stay theirs. Nobody here joins,
// holds or answers them; their pages say whose they are and as of when. What a list has
// no more ends, and its page says so; what comes back is taken up again.
//
// Tables: groups_*. What people write is sealed under the group's own scope; what
// they write for staying in touch under a scope of its own. A year after a group has
// ended its key is destroyed.
//
// Events heard: people.changed (somebody is no facilitator any more),
// moderation.acted (somebody is kept out), moderation.lifted (they are not any more). Jobs: groups.touch (looks whether two
// people wish the same), groups.forget (a year after the end), groups.listing (a long
// list is taken over, or taken away, in steps).
package groups
