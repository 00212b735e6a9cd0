// Package chat is the conversation engine: messages that are ordered, kept,
// sealed and delivered live. Support, mentoring and rooms put people into
// conversations; chat knows neither why they talk nor whether they should.
//
// Who may do what: only the people in a conversation read it, and only while
// their access lasts; both write while it is open; each edits and withdraws
// their own words. Nobody else reads, whatever their role.
//
// Of two, or of many. Between two there is one who is helped, one who helps, and
// sometimes company; Start, End, Join and the pages of a Frame are theirs. Many
// (Gather, Admit, Dismiss, Close, Panel) are equal, and come and go: they read from
// their first coming on, and never what was said while they were out. Among them
// nobody is told who types or how far somebody has read, nothing is handed over, and
// a message can be reported by itself. Somebody may be called by an alias instead of
// their name; a message keeps the one it was written under.
//
// Order: every message has a place (seq) given by its conversation, never by
// id or time. An edit or a withdrawal takes a new seq as the message's
// `touched`, so a reader who has seen everything up to N asks for what was
// touched after N and misses nothing.
//
// Tables: chat_conversation, chat_part, chat_message, chat_away (what was said while
// one of many was out). Bodies are sealed with
// the conversation's own key (vault scope = conversation id); deleting a
// conversation, or closing one of many, destroys that key a day later.
//
// Events sent: chat.ended, chat.hidden (deleted), chat.destroyed (its key is gone). Jobs: chat.destroy (24 hours after a deletion),
// chat.retain (when the retention of a conversation is over).
package chat
