package search

import (
	"bytes"
	"os"
	"testing"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// What is taken out of the index is wiped from the file, without any upkeep.
func TestWhatWasRemovedIsWiped(t *testing.T) {
	address := dbtest.SQLiteURL(t)
	lies := func(words string) bool {
		for _, end := range []string{"", "-wal"} {
			b, err := os.ReadFile(db.SQLitePath(address) + end)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if bytes.Contains(b, []byte(words)) {
				return true
			}
		}
		return false
	}
	open := func() (*db.DB, *shelf) {
		d, err := db.Open(t.Context(), address, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return d, newShelf(t, d)
	}
	ali := moment.NewID()
	d, s := open()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		s.put(name, "open", "Some "+name, "words that stay for everybody")
		s.put(name+"2", "open", "Zebrafinch", "a zebrafinch of "+name+" and some words", by(ali))
	}
	if err := d.Close(); err != nil { // which brings its log into the file
		t.Fatal(err)
	}
	if !lies("brafinch") {
		t.Fatal("the words were never in the file: the test looks for nothing")
	}
	d, s = open()
	s.write(func(tx db.Writer) error { _, err := s.RemoveAuthor(t.Context(), tx, ali, 100); return err })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if lies("brafinch") || !lies("everybody") {
		t.Error("words that were removed lie in the file, or others do not")
	}
}
