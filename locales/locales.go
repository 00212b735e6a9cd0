// Package locales holds every word the product shows, one file a language and
// slice: <lang>/<slice>.toml. Keys are written whole ("people.error.taken"),
// begin with the slice's name, and are the same in every language.
package locales

import "embed"

// Files are the message files.
//
//go:embed */*.toml
var Files embed.FS
