// Package migrations holds the numbered steps of the database, one sequence
// for both engines. A step that has landed is never edited: add the next one.
package migrations

import "embed"

// FS is all steps.
//
//go:embed *.sql
var FS embed.FS
