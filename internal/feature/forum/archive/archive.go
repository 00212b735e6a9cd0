package archive

import (
	"encoding/json"
	"io"
	"time"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Format and Version are what the first line says.
const (
	Format  = "cairn.forum"
	Version = 1
)

// Limits of a file. All are ours; lengths are in characters unless they say bytes.
const (
	MostBytes  = 8 << 20 // of a file, in bytes
	MostLines  = 10_000  // threads and answers
	mostLine   = 64 << 10
	mostKey    = 200
	mostLabel  = 60
	mostWhat   = 60 // of what names a line that cannot be taken
	mostTopics = discussion.MostTopics
)

// earliest is before anything that is talked about in threads.
var earliest = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Row is one thread or answer of a file. All of it is clean text.
type Row struct {
	Number int // of its line, from 1
	discussion.Brought
}

// Problem is a line that cannot be taken, and why.
type Problem struct {
	Number int
	What   string // its title, key or author, cut; may be ""
	Key    string // of the sentence
	Args   map[string]any
}

// File is what was read.
type File struct {
	Rows     []Row
	Problems []Problem // by line
}

// head is the first line.
type head struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

// line is one other line.
type line struct {
	Key    string   `json:"key"`
	Thread string   `json:"thread,omitempty"`
	Title  string   `json:"title,omitempty"`
	Words  string   `json:"words"`
	Author string   `json:"author,omitempty"`
	At     string   `json:"at"`
	Topics []string `json:"topics,omitempty"`
	Quotes string   `json:"quotes,omitempty"`
}

// Writer writes a file, line by line.
type Writer struct{ to *json.Encoder }

// NewWriter writes the first line.
func NewWriter(w io.Writer) (*Writer, error) {
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	return &Writer{to}, fault.Op("archive", to.Encode(head{Format, Version}))
}

// Write writes one thread or answer.
func (w *Writer) Write(b discussion.Brought) error {
	return fault.Op("archive", w.to.Encode(line{b.Key, b.Thread, b.Title, b.Words, b.Label, stamp(b.At), b.Topics, b.Quotes}))
}

// stamp writes an instant in UTC, to the microsecond where it has them.
func stamp(t moment.Time) string { return t.Std().Format("2006-01-02T15:04:05.999999Z07:00") }
