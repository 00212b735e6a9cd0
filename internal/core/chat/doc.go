// Package chat is the conversation engine: messages that are ordered, kept,
// sealed and delivered live. Support, mentoring and groups put people into
// conversations; chat knows neither why they talk nor whether they should.
//
// Who may do what: only the people in a conversation read it, and only while
// their access lasts; both write while it is open; each edits and withdraws
// their own words. Nobody else reads, whatever their role.
//
// Order: every message has a place (seq) given by its conversation, never by
// id or time. An edit or a withdrawal takes a new seq as the message's
// `touched`, so a reader who has seen everything up to N asks for what was
// touched after N and misses nothing.
//
// Tables: chat_conversation, chat_part, chat_message. Bodies are sealed with
// the conversation's own key (vault scope = conversation id); deleting a
// conversation destroys that key.
//
// Events sent: chat.ended, chat.hidden (deleted), chat.destroyed (its key is gone). Jobs: chat.destroy (24 hours after a deletion),
// chat.retain (when the retention of a conversation is over).
package chat
