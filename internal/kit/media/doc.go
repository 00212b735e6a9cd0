// Package media is the way to rooms with sound and pictures. It starts and
// watches the media server (LiveKit), which is a child process of this same
// program, or speaks to a cluster of them; makes and changes rooms; carries the
// signalling of browsers; and lets everything reach people through the one port
// that the pages are served on.
//
// Nothing of LiveKit is linked here: only cmd/cairn does that. What this package
// and the child say to each other stands in orders.go.
//
// Who may be in which room, and with which rights, is not decided here: callers
// (core) decide it again for each line of signalling and hand over a Grant. Names
// of rooms and people are ids made for the purpose; the media server gets no
// other words, and there is no way to record.
//
// What it keeps: nothing on disk. Keys are made at each start of the child and
// live in memory. Rooms are remembered for as long as they are in use, so that
// they are there again after the child died.
package media
