// Package moderation keeps the place free of harm without harming anybody: reports
// with context, a queue with claims, actions whose reason the person reads, and
// appeals that somebody else decides.
//
// Who may do what: everybody who is known reports what they can see. Supervisors and
// coordinators claim and decide, never about themselves or about what they
// reported. Whoever an action is about reads it and appeals. Everybody reads the
// house agreement and the counts; counts below five are not given.
//
// Who reported is shown to nobody, in no page, list, audit of others or export.
// Nothing here ever hides crisis lines or "I'm not safe".
//
// What can be reported implements Subject and is plugged in by the app.
//
// Tables: moderation_report, moderation_action, moderation_appeal. Words, excerpts
// and reasons are sealed, a key a report. Job: moderation.forget (their time is over).
package moderation
