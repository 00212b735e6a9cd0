package web

import (
	"crypto/rand"
	"net/http"
)

// longestVisit bounds what is read as the mark of a visit.
const longestVisit = 64

// Visit reads the mark of this visit of somebody whom the service does not know, or "".
func Visit(r *http.Request) string {
	c, err := r.Cookie(visitName(r))
	if err != nil || len(c.Value) > longestVisit {
		return ""
	}
	return c.Value
}

// MarkVisit gives the mark of this visit, and makes one where there is none. It is random,
// known to the browser alone, and ends with it, with the quick exit, and with signing in or
// out: what is bound to it opens for nobody who comes to the same device afterwards.
func MarkVisit(w http.ResponseWriter, r *http.Request) string {
	if mark := Visit(r); mark != "" {
		return mark
	}
	mark := rand.Text()
	http.SetCookie(w, newCookie(r, visitName(r), mark))
	return mark
}

func visitName(r *http.Request) string {
	if isSecure(r) {
		return "__Host-v"
	}
	return "v"
}
