package web

import (
	"net/http"

	"golang.org/x/text/language"
)

const (
	langCookie  = "lang"
	themeCookie = "theme"
)

// chosen picks the language: what was switched to here, what the person has
// set, what the browser asks for, English.
func (c *catalog) chosen(r *http.Request, ofPerson string) *tongue {
	if k, err := r.Cookie(langCookie); err == nil && c.speaks(k.Value) {
		return c.tongue(k.Value)
	}
	if ofPerson != "" && c.speaks(ofPerson) {
		return c.tongue(ofPerson)
	}
	header := r.Header.Get("Accept-Language")
	if header == "" || len(header) > 500 {
		return c.tongues[0]
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return c.tongues[0]
	}
	_, i, sure := c.match.Match(wanted...)
	if sure == language.No {
		return c.tongues[0]
	}
	return c.tongues[i]
}

// themeOf picks the theme: cookie, person, "" for what the device says.
func themeOf(r *http.Request, ofPerson string) string {
	if k, err := r.Cookie(themeCookie); err == nil && knownTheme(k.Value) {
		return k.Value
	}
	if knownTheme(ofPerson) {
		return ofPerson
	}
	return ""
}

func knownTheme(s string) bool { return s == "light" || s == "dark" }
