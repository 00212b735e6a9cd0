package discussion

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/picture"
	"cairn/internal/kit/web"
)

// largeMost is how much of a form with pictures is read, in bytes.
const largeMost = pasteMost + MostPictures*picture.MostBytes + 64<<10

// PicturedMost is the MaxBody of a route that reads its form by PostForm, in bytes. Three
// pictures as telephones make them may be more than largeMost: they are turned away by PostForm,
// where the words that came with them are not lost.
const PicturedMost = 1 << 30

// picturePolicy lets a picture do nothing, whatever somebody makes of its address.
const picturePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

// textMost is how much of a large form is read for its words alone, in bytes: what stands in it
// before its first file.
const textMost = 256 << 10

// PostForm reads the form of a new post in a space. Of one that is large enough for pictures
// nothing is read before it is known that the space takes pictures from this person and there is
// room for it in memory; then leave must be called when the form is done with. When there is an
// error and a form, the pictures were turned away and the form has only the words that stood
// before them: they are shown again (WordsOf), with help where they sound like a goodbye
// (safety.md).
func (s *Service) PostForm(w http.ResponseWriter, r *http.Request, space moment.ID) (form url.Values, leave func(), err error) {
	return s.largeForm(w, r, func() bool { return takes(s.mayPost(r.Context(), s.DB.Reader(), web.Actor(r.Context()), space)) })
}

func (s *Service) commentForm(w http.ResponseWriter, r *http.Request, post moment.ID) (form url.Values, leave func(), err error) {
	return s.largeForm(w, r, func() bool { return takes(s.mayComment(r.Context(), s.DB.Reader(), web.Actor(r.Context()), post)) })
}

func (s *Service) largeForm(w http.ResponseWriter, r *http.Request, takes func() bool) (form url.Values, leave func(), err error) {
	large, err := isLarge(r)
	if err != nil {
		return nil, nil, err
	}
	if !large {
		form, err = web.Form(r)
		return form, func() {}, err
	}
	free, err := s.admit(r, takes)
	if err != nil && !turnedAway(err) {
		return nil, nil, err
	}
	web.ReadWithin(w, readLarge) // it may have waited
	if err != nil {
		form, broken := web.FormWords(r, textMost)
		if broken != nil {
			return nil, nil, err
		}
		return form, nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, largeMost) // of one that does not say how long it is
	read := false
	defer func() {
		if !read { // also when reading it fell
			free()
		}
	}()
	if form, err = web.Form(r); err != nil {
		return nil, nil, err
	}
	read = true
	return form, free, nil
}

// isLarge tells whether a form has more than words alone may have. Of one that does not say how
// long it is (as some proxies send all forms on), so much is read to find out.
func isLarge(r *http.Request) (bool, error) {
	if r.ContentLength >= 0 {
		return r.ContentLength > pasteMost, nil
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, pasteMost+1))
	if err != nil {
		return false, fault.New(fault.Invalid, "web.error.form")
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
	return len(head) > pasteMost, nil
}

// admit decides whether a large form is read whole, and waits until there is room for it.
func (s *Service) admit(r *http.Request, takes func() bool) (leave func(), err error) {
	switch {
	case !takes():
		return nil, fault.New(fault.TooLarge, "web.error.toolarge")
	case r.ContentLength > largeMost:
		key, args := pictureProblem(picture.ErrLarge)
		return nil, fault.New(fault.TooLarge, key).With(args)
	}
	return s.takeIn(r.Context(), web.Actor(r.Context()))
}

// turnedAway tells that a form was too large or found no room, and that nothing is broken.
func turnedAway(err error) bool { return fault.Is(err, fault.TooLarge) || fault.Is(err, fault.TooFast) }

// WordsOf is what is shown again of a form whose pictures were turned away: a browser gives
// them once only, so they must be chosen again.
func WordsOf(form url.Values) Draft {
	d := draftOf(form)
	d.Pictures = []Upload{{Slot: 1}}
	return d
}

// Uploads reads the pictures that came with a form, after PostForm. A place where neither a
// file was chosen nor anything was typed is none.
func Uploads(r *http.Request, form map[string][]string) ([]Upload, error) {
	var out []Upload
	for slot := 1; slot <= MostPictures; slot++ {
		u := Upload{Slot: slot}
		u.Alt = first(form, u.field(true))
		var err error
		if u.Body, err = web.Upload(r, u.field(false)); err != nil {
			return nil, err
		}
		if len(u.Body) > 0 || u.Alt != "" {
			out = append(out, u)
		}
	}
	return out, nil
}

// PicturesAgain marks the address of a form whose words were kept, when pictures that had been
// chosen with them were not.
const PicturesAgain = "?pictures=again"

// PicturesDropped tells a form that it is shown at such an address.
func PicturesDropped(r *http.Request) bool { return r.URL.Query().Get("pictures") == "again" }

// pictureFile gives a picture. It is kept by no cache: what is hidden a moment later is gone.
func (s *Service) pictureFile(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	which, ok := moment.ParseID(r.PathValue("picture"))
	if !ok {
		return fault.Hidden()
	}
	p, err := s.Picture(r.Context(), web.Actor(r.Context()), id, which)
	if err != nil {
		return orSignIn(r, err)
	}
	h := w.Header()
	h.Set("Content-Type", p.Type)
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", picturePolicy)
	h.Set("Content-Length", strconv.Itoa(len(p.Body)))
	// A failed write means that the person has gone; there is nobody to tell.
	_, _ = w.Write(p.Body)
	return nil
}
