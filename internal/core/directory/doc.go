// Package directory knows where else to turn: the crisis lines of a country, as
// the service entered and checked them. No number is shipped with the code.
//
// Who may do what: everybody reads the lines, at any time, signed in or not.
// Coordinators and administrators add, change, confirm and retire them.
//
// Lines of a pair (for adults and for young people, in two languages) are shown
// together or not at all (field.md 2.3, after ThroughLine). A line says where
// its number comes from and when somebody last checked it; a line that was not
// checked for a year keeps the service from opening, and is still shown.
//
// The lines outlive the database: each node remembers the last it has read.
//
// Tables: directory_line.
package directory
