package meetings

import (
	"net/mail"
	"net/url"
	"strings"
)

// safeLink checks a link that people will press: https, a host, nothing hidden in it.
// None is fine.
func safeLink(typed string) (string, bool) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", true
	}
	if len(typed) > mostInside || strings.ContainsFunc(typed, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", false
	}
	u, err := url.Parse(typed)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", false
	}
	return u.String(), true
}

// plainAddress tells whether a text is one address for mail and nothing else.
func plainAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && !strings.ContainsAny(s, "\r\n")
}
