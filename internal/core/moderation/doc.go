// Package moderation keeps the place free of harm without harming anybody: reports
// with context and what is held in one queue with claims, decisions whose reason the
// person reads, and appeals that somebody else decides.
//
// Who may do what: everybody who is known reports what they can see. Supervisors and
// coordinators claim and decide, never about themselves or about what they
// reported; whoever looks after a place sees what is held there. Whoever a decision is
// about reads it and appeals. Everybody reads the house agreement, in all its versions,
// and the counts by month; counts below five are not given. Coordinators write the
// agreement.
//
// A decision is about the person (a note, a warning, a pause, out for good), about the
// thing (a label, hidden, removed), or both. Each can be taken back, and then stands as
// if it had not been, but that both are read. What was removed is destroyed after thirty
// days, not before an appeal is answered. What somebody reads and decides counts in their
// own ledger of what they carry.
//
// An appeal is decided by somebody who did not act: here, or where nobody here could, by a
// partner outside who has agreed to. They are mailed a link that opens once, read what they
// need and no name but the pseudonym, and stand in the audit as themselves. Who would decide
// is said before the appeal, and does not depend on who reported.
//
// Somebody's name is reported beside whatever they were met at. Taken away, they have one
// of no meaning until they choose another.
//
// Keeping somebody out for good holds at once; what it takes away that could not be given
// back goes a week later, not before an appeal is answered, but within a month.
//
// Who reported is shown to nobody, in no page, list, audit of others or export.
// Nothing here ever hides crisis lines or "I'm not safe". Words of a report or an appeal that
// sound heavy show help to who wrote them; those of an appeal are told to who can be reached.
//
// What can be reported implements Subject and is plugged in by the app; what can be
// hidden is a Tidier, what can be labelled a Labeller, what can be held a Holder, what can
// be without a name an Unveiler.
//
// Tables: moderation_report, moderation_action, moderation_appeal, moderation_claim,
// moderation_house, moderation_partner, moderation_link. Words, excerpts and reasons are
// sealed, a key a report. Events sent: moderation.acted (somebody is kept out, or that has
// settled), moderation.lifted (they are not any more). Jobs: moderation.forget (their time
// is over), moderation.remove (what was removed goes), moderation.settle (for good is for
// good), moderation.ask (an appeal waits still), moderation.unopened (nobody has opened what
// may be a goodbye), moderation.write (mail to a partner).
package moderation
