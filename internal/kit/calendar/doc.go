// Package calendar knows dates on a wall clock, weeks, what repeats and when,
// iCalendar files out and in, and the secret addresses that calendar programs
// read them from.
//
// A Series is a Rule on the clock of a zone; its occurrences are named by their
// day, whatever is moved. What a rule may be, and where it is stricter than RFC
// 5545, is in docs/decisions/0023-repeating.md.
//
// Instants are written in UTC (RFC 5545, 3.3.5, form 2) where nothing repeats,
// so that every program shows them in its own zone; a series is written on its
// own clock, with the VTIMEZONE that it needs, so that it stays at its hour.
//
// Table: calendar_feed.
package calendar
