// Package rooms is the online room: sound, picture and text for people who meet, in
// which one can be seen as little as one likes and nobody is unseen.
//
// A room belongs to something else, its owner: a meeting, a conversation of two.
// The owner says who may come, who holds it, when its door is open and what was
// agreed; rooms asks it anew at each entering and at each line to the media server.
//
// Who may do what: whoever the owner lets in enters, takes part or only listens,
// raises a hand, passes in a round, writes in the room's text chat and leaves. Those
// who hold it let people in from the waiting room, hold sound and picture by
// permission, remove (whoever was removed stays out of this room), lock, begin a round,
// make somebody captioner or interpreter, and take one person aside into a room for
// two. Everybody in the room is listed to everybody in it: there is no way to be in
// it and not in the list, whatever the role, and whoever is in the media server without
// a seat is taken out of it. Nothing is recorded.
//
// Captions are typed by somebody in the room, or written by a service outside that the
// operator named and to which everybody in the room has said yes. One no ends it for all.
// The service is listed while it runs, hears and sends nothing.
//
// The media server knows nobody: it is told a random name for each entering and
// nothing else. Browsers reach its signalling through this package only, with a token
// that is made for the one line and is not given to them. What the media server itself
// gives them is worth nothing here. The door of an open room announces the random name
// that somebody will have, so their browser can open its line with the press; the name
// alone opens nothing, and is taken only if no seat ever had it.
//
// Tables: rooms_room, rooms_seat, rooms_turn, rooms_caption, rooms_question,
// rooms_vote, rooms_call. Captions and questions are sealed under the scope of the room's text
// chat, and deleted when the room closes; so is who was there.
//
// Events heard: chat.ended (a call ends with its conversation, at once).
//
// Jobs: rooms.watch (every ten seconds while a room is open: who is gone, who is in
// the media server and should not be, whether its owner still lets it be open),
// rooms.captions (invites the captions service, with addresses that are made then),
// rooms.forget (a quarter of an hour after it closed: who was there).
package rooms
