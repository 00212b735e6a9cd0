package discussion

import (
	"net/http"
	"net/url"
	"strconv"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/picture"
	"cairn/internal/kit/web"
)

// PicturedMost is how much a form with pictures may have, in bytes.
const PicturedMost = pasteMost + MostPictures*picture.MostBytes + 64<<10

// picturePolicy lets a picture do nothing, whatever somebody makes of its address.
const picturePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

// PostForm reads the form of a new post in a space. Of one that is large enough for pictures
// nothing is read before it is known that the space takes pictures from this person and there is
// room for it in memory; then leave must be called when the form is done with.
func (s *Service) PostForm(w http.ResponseWriter, r *http.Request, space moment.ID) (form url.Values, leave func(), err error) {
	return s.largeForm(w, r, func() bool { return takes(s.mayPost(r.Context(), s.DB.Reader(), web.Actor(r.Context()), space)) })
}

func (s *Service) commentForm(w http.ResponseWriter, r *http.Request, post moment.ID) (form url.Values, leave func(), err error) {
	return s.largeForm(w, r, func() bool { return takes(s.mayComment(r.Context(), s.DB.Reader(), web.Actor(r.Context()), post)) })
}

func (s *Service) largeForm(w http.ResponseWriter, r *http.Request, takes func() bool) (url.Values, func(), error) {
	free, read := func() {}, false
	defer func() {
		if !read { // also when reading it fell
			free()
		}
	}()
	switch large := r.ContentLength < 0 || r.ContentLength > pasteMost; {
	case !large:
	case !takes():
		r.Body = http.MaxBytesReader(w, r.Body, pasteMost)
	default:
		leave, err := s.takeIn(r.Context(), web.Actor(r.Context()))
		if err != nil {
			return nil, nil, err
		}
		free = leave
		web.ReadWithin(w, readLarge)
	}
	form, err := web.Form(r)
	if err != nil {
		return nil, nil, err
	}
	read = true
	return form, free, nil
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
