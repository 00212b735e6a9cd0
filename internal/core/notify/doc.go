// Package notify tells people that something waits for them: in the app, and
// outside of it by mail, web push and webhooks. It knows kinds and ids. What it
// is about stays with the slice that tells, and is read after signing in.
//
// Who may do what: whoever is known sees what they were told. Members choose by
// kind and channel how they are reached, set quiet hours, and let devices of
// their own be pushed to; a shared device never is. Pages (urgent kinds) are held
// back by nothing. Coordinators and administrators see how deliveries stand, as
// numbers and reasons without names. Administrators connect webhooks.
//
// In the app a notice is there once for each (person, key), written in the
// caller's transaction. Outside it goes at least once, under a StableID that is
// made of key, person and channel alone: a crash between sending and writing so
// sends again, and the receiver knows it for the same. Retries are timers of
// ours, quick for pages. What is settled is not sent any more.
//
// A device belongs to the session that it was added in: signing out, and ending
// that session from elsewhere, stop what is pushed to it.
//
// Tables: notify_notice, notify_delivery, notify_device, notify_choice,
// notify_quiet, notify_hook, notify_vapid.
//
// Events: none. Live topic: Topic. Jobs: notify.deliver hands one delivery over,
// notify.sweep forgets what is old.
package notify
