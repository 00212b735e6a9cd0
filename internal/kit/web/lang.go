package web

import (
	"net/http"

	"golang.org/x/text/language"
)

const (
	langCookie  = "lang"
	themeCookie = "theme"
	zoneCookie  = "zone" // of the device, by js/shell.js, for who has set none
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

// zoneOf names whose clock a page follows: the person's; for whoever has set none
// what they chose on this page, then what their device says.
func zoneOf(r *http.Request, known bool, ofPerson string) string {
	if ofPerson != "" {
		return ofPerson
	}
	if !known {
		if z := r.URL.Query().Get("zone"); zoneNamed(z) != nil {
			return z
		}
	}
	if k, err := r.Cookie(zoneCookie); err == nil {
		return k.Value
	}
	return ""
}

func knownTheme(s string) bool { return s == "light" || s == "dark" }
