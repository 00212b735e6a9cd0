package discussion

import (
	"errors"
	"strconv"
	"unicode/utf8"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/picture"
)

// Limits of pictures. All are ours.
const (
	MostPictures   = 3
	MostAlt        = 300 // characters of what a picture shows, in words
	picturesAtOnce = 1   // pictures that are made anew at the same time, on one node
)

// Upload is a picture as it was sent, with what it shows in words. Slot is its place in the
// form, from 1.
type Upload struct {
	Slot int
	Body []byte
	Alt  string
}

// field is the name of its field, or with alt of that of its words.
func (u Upload) field(alt bool) string {
	if alt {
		return "alt" + strconv.Itoa(u.Slot)
	}
	return "picture" + strconv.Itoa(u.Slot)
}

// checkPictures cleans the words of pictures, and notes what is wrong at their fields. What
// the files are is seen later.
func (d *Draft) checkPictures(p *fault.Problems) {
	for i := range d.Pictures {
		u := &d.Pictures[i]
		if u.Alt = cleanLine(p, u.field(true), u.Alt, MostAlt); u.Alt == "" {
			p.Add(u.field(true), "discussion.error.alt")
		}
		if len(u.Body) == 0 {
			p.Add(u.field(false), "discussion.error.picture_none")
		}
	}
	if len(d.Pictures) > MostPictures {
		p.AddWith("picture1", "discussion.error.pictures", map[string]any{"most": MostPictures})
	}
}

// Alt gives what was typed about the picture of a slot, for showing a form again.
func (d Draft) Alt(slot int) string {
	for _, u := range d.Pictures {
		if u.Slot == slot && utf8.ValidString(u.Alt) {
			return u.Alt
		}
	}
	return ""
}

// cleaned is a picture that was made anew, and what it shows in words.
type cleaned struct {
	picture.Picture
	alt string
}

// pictureProblem is what is wrong with a file, for its field.
func pictureProblem(err error) (key string, args map[string]any) {
	switch {
	case errors.Is(err, picture.ErrKind):
		return "discussion.error.picture_kind", nil
	case errors.Is(err, picture.ErrLarge):
		return "discussion.error.picture_large", map[string]any{"mb": picture.MostBytes >> 20, "pixels": picture.MostPixels / 1_000_000}
	case errors.Is(err, picture.ErrBroken):
		return "discussion.error.picture_broken", nil
	}
	return "", nil
}

// Pictured is a picture as a page shows it: what it shows in words, and where it is.
type Pictured struct {
	ID            moment.ID
	Entry         moment.ID
	Alt           string
	Width, Height int
}

// Href is its address, which is decided about as its entry is.
func (p Pictured) Href() string { return "/post/" + string(p.Entry) + "/picture/" + string(p.ID) }
