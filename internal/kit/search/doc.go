// Package search finds documents by their words: one interface, two engines.
//
// A slice puts what can be found, and takes it away, in the transaction that writes
// it. What is private is never put. Each document stands in one area, a word that says
// who may see it; a search names the areas its reader may look into, and nothing else
// is looked at, counted or suggested. Each word of the index stands behind the number of
// its area, so that what is hidden costs and changes nothing.
//
// Words are cut and folded here (see Words), before they are kept and before they are
// looked for, so that both engines find the same: SQLite by FTS5, PostgreSQL by
// tsvector. What somebody types is never the engine's own language.
//
// Of what was found the newest thousand count. Of the newest hundred of them those
// whose title has all the words come first, and then the newest. Nothing is weighed by
// how rare a word is: that would tell of documents that the reader may not see.
//
// Slices join by implementing Source. The tables are search_area, search_doc,
// search_text (SQLite only) and search_fill.
package search
