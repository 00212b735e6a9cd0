// Package discussion is what walls and forums are made of: spaces in which people
// post, one level of comments, reactions without names, posting without a name,
// and holding back until somebody has read. It knows neither groups nor forums:
// whoever brings a kind of space plugs in its Owner, who says who may see, write
// and keep it.
//
// Who may do what: whoever may see a space reads what is open in it, and whoever may
// write posts, comments and reacts. Everybody changes and takes back their own words,
// even after they may no longer see the space. Keepers (facilitators, moderators) hide
// with a reason that the author reads, release, label and pin. What is held or hidden
// is seen by its author and keepers only. Two who are kept apart do not see each
// other's named words, and counts do not betray it; keepers see all of their space.
//
// Without a name: the author stands in a column of its own and leaves the package
// on no page. In a thread they are a number, the same in that thread and in no
// other. Supervisors and coordinators look the name up by Reveal, with a reason that
// the author reads; it is in the audit as theirs.
//
// Words with a listed phrase (safety.md, "goodbye") are held: the author reads where
// there is help, whoever leads is told and may read and release them without
// belonging to the space, with what stood there before a change. When nobody leads who is
// on call is told; when nobody is either the author is told that. Whoever leads next is
// told then. When nobody has opened them for ten minutes the next on call is told, then all who
// could read them. A keeper who does not lead answers, and neither releases nor settles them.
// When the words are taken back, whoever leads learns that, and whose they were; when the
// author leaves, that somebody has left.
//
// Where an Owner says that posts are threads, each has a title and words with simple marks;
// readers with an account see what is new to them, follow threads and spaces, keep what
// they have begun to write (never on a shared device), and cover topics that they would
// rather not meet. What is open to visitors is read without an audit; only what is held
// or hidden is written down there. A space may hold everything while nobody is there.
//
// Where an Owner is Findable, open threads and answers are put into search as they are
// written, and taken out as they go out of sight; drafts and versions never are.
//
// In threads, @Name calls whoever chose to be called, reads the place and is not kept apart
// from the writer; words without a name call nobody. Who follows hears at once, at an hour of
// theirs, or not (News).
//
// Where a space has pictures, posts carry up to three that were made anew (kit/picture),
// sealed, each shown behind its words and served as its post is decided about.
//
// An Owner can bring in what was written somewhere else, under a name that is a label and no
// account, and take along what stands openly in a space.
//
// Tables: discussion_space, _entry, _version, _alias, _reaction, _reveal, _seen,
// _follow, _draft, _rather, _wish, _call, _picture. Words are
// sealed under the space's scope; destroying a space destroys its key.
//
// Events sent: discussion.posted, discussion.hidden, discussion.revealed. Events heard:
// shifts.changed (somebody leads now). Jobs: discussion.tell (a new post or answer, to those
// who follow), discussion.lead (what is held, to whoever leads), discussion.sweep (rows of a
// destroyed space), discussion.unread (words that may be a goodbye and that nobody has opened, to more people),
// discussion.gone (notices about what is not seen any more), discussion.call (those whom an open entry calls by name), discussion.digest
// (somebody's hour of what is new), discussion.unfind (what is found of a space that is found no more). Live topic: Topic.
package discussion
