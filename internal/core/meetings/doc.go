// Package meetings is the one engine for everything that happens at a time: peer
// groups, structured programmes, workshops, recreation, networking, webinars,
// outreach, briefings of a shift. It knows when and where, who holds it and who
// comes; what the series belongs to (a group) it does not know: that is an Owner,
// which whoever brings a kind plugs in.
//
// A series is a rule on a wall clock. Its meetings are written down half a year
// ahead (the maintained index), so that a list of what comes is a look-up, and so
// that each can be moved or cancelled by itself and keeps its name: its day. "This
// and following" ends one series and begins another; whoever had answered is carried
// over.
//
// Who may do what: the owner says who sees, who answers and who holds. The address
// and the link are shown to those who come, and to those who hold it. Who comes is
// read by those who hold it; others see a number. What somebody needs (an
// interpreter, captions, a step-free way) is read by them too, and by nobody else.
//
// Somebody who holds it has to be there (safety.md, groups): of a facilitated meeting
// the stand-in is asked at the start, the link stays shut, and after 15 minutes it is
// cancelled kindly. When nobody holds it in the middle, there are 5 minutes of grace,
// then it is locked, and closed at 15. A peer-led one needs one named host.
//
// Tables: meetings_*. Words are sealed under the series' own scope. Answers are
// forgotten 90 days after the meeting; the counts stay.
//
// Events heard: moderation.acted (somebody is kept out). Jobs:
// meetings.moments (the next moment of a series: reminders, the start, the end),
// meetings.fill (the index is carried on), meetings.grace (nobody holds it),
// meetings.write (mail to who has no account), meetings.zones (a zone has changed
// its rules), meetings.forget.
package meetings
