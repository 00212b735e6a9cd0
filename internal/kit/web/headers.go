package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// contentPolicy is the Content-Security-Policy around the nonce.
type contentPolicy struct{ before, after string }

// newContentPolicy allows nothing but our own files. The exit's origin stands
// in form-action because browsers check it on the redirect that follows the
// exit's form too; without it the exit would not work without JavaScript.
func newContentPolicy(exit string) (contentPolicy, error) {
	u, err := url.Parse(exit)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(u.Host, "; ,'\"") {
		return contentPolicy{}, fmt.Errorf("web: the exit address %q must be a whole https address", exit)
	}
	return contentPolicy{
		before: "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-",
		after: "'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; " +
			"form-action 'self' https://" + u.Host + "; frame-ancestors 'none'; base-uri 'none'",
	}, nil
}

// write sets the headers of every answer. Assets and public files replace
// Cache-Control; everything else stays out of every cache.
func (p contentPolicy) write(h http.Header, sc *scope) {
	h["Content-Security-Policy"] = []string{p.before + sc.nonce + p.after}
	h["Referrer-Policy"] = []string{"no-referrer"}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["X-Frame-Options"] = []string{"DENY"}
	h["Cross-Origin-Opener-Policy"] = []string{"same-origin"}
	h["Cross-Origin-Resource-Policy"] = []string{"same-origin"}
	h["Permissions-Policy"] = []string{"geolocation=(), camera=(), microphone=(), display-capture=(), payment=(), usb=(), interest-cohort=(), browsing-topics=()"}
	h["Cache-Control"] = []string{"no-store"}
	h["X-Request-Id"] = []string{sc.id}
	if sc.secure {
		h["Strict-Transport-Security"] = []string{"max-age=31536000"}
	}
}
