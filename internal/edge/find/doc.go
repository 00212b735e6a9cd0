// Package find is one box over everything that one may see: groups now, and whatever
// else plugs in a search.Source.
//
// Everybody may search, signed in or not, and finds what they may see: each source says
// how far its reader may look, and decides again for everything that is shown. Whoever
// is kept apart from somebody does not find what is theirs. When somebody's words ask
// for help, help is shown; nobody is told, and nothing is kept.
//
// What was typed stands in no address in words: an address holds it sealed under the key
// of its day and to whoever asked, and the key is destroyed the day after. It is in no
// log, metric or table (decision 0036).
//
// Tables: find_day; the index is kit/search's. Jobs: find.fill (brings in what was there
// before), find.forget (destroys the key of a day).
package find
