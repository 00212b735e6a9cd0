package web

import (
	"net/http"

	"cairn/internal/kit/fault"

	"github.com/a-h/templ"
)

// ShownAgain tells whether an error is for whoever sent a form: the page is shown once
// more, with what was typed and what is wrong with it.
func ShownAgain(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.TooFast)
}

// Again shows a page, with what was wrong when err is for whoever sent its form; other
// errors are passed on.
func Again(w http.ResponseWriter, r *http.Request, err error, page func() (templ.Component, error)) error {
	return AgainAs(w, r, err, Status(err), page)
}

// AgainAs is Again with a status of its own.
func AgainAs(w http.ResponseWriter, r *http.Request, err error, status int, page func() (templ.Component, error)) error {
	if err != nil && !ShownAgain(err) {
		return err
	}
	c, perr := page()
	if perr != nil {
		return perr
	}
	return Render(w, r, status, c)
}
