// Package calendar knows dates on a wall clock, weeks, iCalendar files, and the
// secret addresses that calendar programs read them from.
//
// Instants are written in UTC (RFC 5545, 3.3.5, form 2), so that no file needs
// a VTIMEZONE and every program shows them in its own zone.
//
// Table: calendar_feed.
package calendar
