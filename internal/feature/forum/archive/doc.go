// Package archive reads and writes what a space of the forum is taken along as: text in
// lines, each one JSON object. The first line says the format and its version, every other
// is one thread or one answer. docs/operations/forum-import.md describes it for those who
// write such files.
//
// It knows nothing of who may do this, and of what stands in a space beside what it is told.
package archive
