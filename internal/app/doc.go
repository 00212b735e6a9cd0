// Package app puts the house together: it opens what an installation stands on,
// makes every slice, plugs each into the next, and serves. It is the one place
// that knows all of them; nothing imports it but the command.
package app
