package web

import (
	"context"
	"net/http"
	"time"
)

const (
	cookieSecure = "__Host-s" // bound to this host by the browser; https only
	cookiePlain  = "s"        // on plain http, where __Host- is refused
)

// SetSession gives the browser its session token. keepFor 0 makes a cookie
// that ends with the browser, as for guests and shared devices. What was bound to the visit
// before is theirs no more.
func SetSession(w http.ResponseWriter, r *http.Request, token string, keepFor time.Duration) {
	c := newCookie(r, sessionName(r), token)
	if keepFor > 0 {
		c.MaxAge = int(keepFor / time.Second)
	}
	http.SetCookie(w, c)
	clearCookie(w, r, visitName(r))
}

// SessionToken reads the session token, or "".
func SessionToken(r *http.Request) string {
	c, err := r.Cookie(sessionName(r))
	if err != nil {
		return ""
	}
	return c.Value
}

// ClearSession takes the session cookie away, and the mark of the visit.
func ClearSession(w http.ResponseWriter, r *http.Request) {
	clearCookie(w, r, sessionName(r))
	clearCookie(w, r, visitName(r))
}

// Leave ends a quick exit: it takes every cookie of ours and what pages have
// stored, and sends the browser to the neutral page. Whoever handles /leave
// calls it after the session is closed, and reads no form: the script's beacon
// sends none. The browser's own history stays.
func Leave(w http.ResponseWriter, r *http.Request) error {
	for _, name := range []string{sessionName(r), visitName(r), langCookie, themeCookie, zoneCookie} {
		clearCookie(w, r, name)
	}
	w.Header().Set("Clear-Site-Data", `"storage"`)
	if r.Header.Get("Sec-Fetch-Dest") == "empty" {
		// The script has left already; its beacon must not fetch the other site.
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return SeeOther(w, r, ExitURL(r.Context()))
}

// StillSignedIn asks again, long after a stream began, whether its request would
// be let in now as the same person with the same session. When that cannot be
// found out the line stays: without the database it has nothing to tell.
func StillSignedIn(r *http.Request) bool {
	sc := scopeOf(r.Context())
	if sc == nil || sc.site == nil || sc.site.shell.Auth == nil {
		return false
	}
	quiet := r.WithContext(changed(r.Context(), func(sc *scope) { sc.quiet = true }))
	now, _, err := sc.site.shell.Auth.Authenticate(quiet)
	if err != nil {
		return true
	}
	return now.Person == sc.actor.Person && now.Session == sc.actor.Session && sc.need.Check(now) == nil
}

// Unattended tells an Authenticator that the service asks by itself: an open
// page alone must not keep a session from ending.
func Unattended(ctx context.Context) bool {
	sc := scopeOf(ctx)
	return sc != nil && sc.quiet
}

func sessionName(r *http.Request) string {
	if isSecure(r) {
		return cookieSecure
	}
	return cookiePlain
}

func isSecure(r *http.Request) bool {
	if sc := scopeOf(r.Context()); sc != nil {
		return sc.secure
	}
	return r.TLS != nil
}

func newCookie(r *http.Request, name, value string) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/",
		HttpOnly: true, Secure: isSecure(r), SameSite: http.SameSiteLaxMode,
	}
}

func clearCookie(w http.ResponseWriter, r *http.Request, name string) {
	c := newCookie(r, name, "")
	c.MaxAge = -1
	http.SetCookie(w, c)
}
