// Package forum is talk at one's own pace: spaces with threads in them. What people write
// belongs to core/discussion; this package says which spaces there are, who reads and
// writes in them, and who looks after them.
//
// Who may do what: open spaces are read by everybody and written in by whoever has an
// account; spaces for members are theirs; in the space of a community only those read and
// write who joined it. Members see that a community is there, what it is called and how it
// welcomes people: by a press, or by asking those who look after it. Coordinators make
// spaces, change and close them, and name who looks after them. In a community its own
// moderators name others, and answer who asks. Moderators, and outside of communities
// supervisors and coordinators too, keep a space: they hide, release, label and pin. By
// their role alone nobody reads what a community writes.
//
// Who reads a space was said to those who wrote in it: it can become fewer later, never more.
//
// Threads of open spaces and of those for members are found by search; what a community
// writes is not, by nobody.
//
// While nobody who keeps a space is there (on shift, or in the space within presence), it
// goes slowly, or holds what is new, as its coordinator chose.
//
// A space can be filled with threads from a file and taken along as one (archive): coordinators
// bring in, and take along what members read; moderators take their community along. What was
// brought belongs to no account.
//
// Tables: forum_space, _member, _moderator, _request, _import. What somebody writes when they
// ask to join is sealed under the key of the space's threads, and goes with the answer; so is a
// file that is looked at, which goes after a day.
//
// Whoever is kept out for good reads no community and is told of none, until that is taken
// back; once it has settled they look after no space.
//
// Events sent: none. Events heard: moderation.acted (somebody is kept out). Jobs: forum.bring (a long file goes on coming in),
// forum.forget_import (a file's day is over).
package forum
