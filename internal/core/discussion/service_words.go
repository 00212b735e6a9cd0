package discussion

import (
	"strconv"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Where sealed texts belong, so that none can be moved to another place.

func wordsPlace(id moment.ID, version int) string {
	return "discussion_entry.words|" + string(id) + "|" + strconv.Itoa(version)
}

// draftPlace is for what somebody has begun to write on an object: "title" or "words".
func draftPlace(part string, person, object moment.ID) string {
	return "discussion_draft." + part + "|" + string(person) + "|" + string(object)
}

func titlePlace(id moment.ID) string { return "discussion_entry.title|" + string(id) }

func labelPlace(id moment.ID) string { return "discussion_entry.label|" + string(id) }

func originPlace(id moment.ID) string { return "discussion_entry.origin|" + string(id) }

func reasonPlace(id moment.ID) string { return "discussion_entry.reason|" + string(id) }

func revealPlace(id moment.ID) string { return "discussion_reveal.reason|" + string(id) }

// sealIn closes a text of a space; none stays none.
func sealIn(x room, text, place string) []byte {
	if text == "" {
		return nil
	}
	return x.box.Seal([]byte(text), place)
}

func openIn(x room, sealed []byte, place string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := x.box.Open(sealed, place)
	return string(plain), fault.Op("discussion unseal", err)
}

// open opens what stands in an entry.
func open(x room, e row) (Entry, error) {
	var err error
	if e.Words, err = openIn(x, e.words, wordsPlace(e.ID, e.Version)); err != nil {
		return e.Entry, err
	}
	if e.Title, err = openIn(x, e.title, titlePlace(e.ID)); err != nil {
		return e.Entry, err
	}
	if e.Label, err = openIn(x, e.label, labelPlace(e.ID)); err != nil {
		return e.Entry, err
	}
	e.Reason, err = openIn(x, e.reason, reasonPlace(e.ID))
	return e.Entry, err
}
