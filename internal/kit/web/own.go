package web

import (
	"encoding/json"
	"net/http"
	"time"

	"cairn/internal/kit/fault"
)

// keepLook is how long a switched language or theme is kept on one's own device.
const keepLook = 365 * 24 * time.Hour

// ownRoutes are the shell's own addresses.
func (s *Site) ownRoutes() []Route {
	return []Route{
		{Method: "POST", Path: "/look", Need: everybody(), Do: s.look, Open: true},
		{Method: "GET", Path: "/manifest.webmanifest", Need: everybody(), Do: s.manifest},
		{Method: "GET", Path: "/favicon.svg", Need: everybody(), Do: s.icon},
		{Method: "GET", Path: "/favicon.ico", Need: everybody(), Do: s.icon},
		{Method: "GET", Path: "/sw.js", Need: everybody(), Do: s.worker},
		{Method: "GET", Path: "/robots.txt", Need: everybody(), Do: s.robots},
	}
}

// look switches language and theme and returns to the page. On a shared device,
// and for visitors, the choice ends with the browser.
func (s *Site) look(w http.ResponseWriter, r *http.Request) error {
	form, err := Form(r)
	if err != nil {
		return err
	}
	lang, theme := form.Get("lang"), form.Get("theme")
	if lang != "" && !s.words.speaks(lang) || theme != "" && theme != "auto" && !knownTheme(theme) {
		return fault.New(fault.Invalid, "web.error.form")
	}
	if lang != "" {
		s.keepLook(w, r, langCookie, lang)
	}
	switch {
	case theme == "auto":
		clearCookie(w, r, themeCookie)
	case theme != "":
		s.keepLook(w, r, themeCookie, theme)
	}
	return SeeOther(w, r, LocalPath(form.Get("back")))
}

func (s *Site) keepLook(w http.ResponseWriter, r *http.Request, name, value string) {
	c := newCookie(r, name, value)
	if a := Actor(r.Context()); a.Known() && !a.Shared {
		c.MaxAge = int(keepLook / time.Second)
	}
	http.SetCookie(w, c)
}

// manifest lets the service be installed under its neutral name.
func (s *Site) manifest(w http.ResponseWriter, r *http.Request) error {
	body, err := json.Marshal(map[string]any{
		"name": s.shell.Name, "short_name": s.shell.Name, "id": "/", "start_url": "/", "scope": "/",
		"display": "standalone", "lang": Lang(r.Context()), "dir": Dir(r.Context()),
		"background_color": "#f6f1e6", "theme_color": "#f6f1e6",
		"icons": []map[string]string{{"src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}},
	})
	if err != nil {
		return fault.Op("web: manifest", err)
	}
	return public(w, "application/manifest+json", body)
}

func (s *Site) icon(w http.ResponseWriter, _ *http.Request) error {
	return public(w, "image/svg+xml", []byte(iconFile))
}

// worker is the script that shows what is pushed. It stands at the root, since a
// worker reaches no further than its own folder, and is asked for anew every
// time: a mended one must not wait for a cache.
func (s *Site) worker(w http.ResponseWriter, _ *http.Request) error {
	body, err := assetFiles.ReadFile("assets/root/sw.js")
	if err != nil {
		return fault.Op("web: worker", err)
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(body) // a failed write means that the reader has gone
	return nil
}

// robots asks search engines to leave out what people do and write here, also in open
// spaces: what is taken back would stand in theirs. The public pages stay findable.
func (s *Site) robots(w http.ResponseWriter, _ *http.Request) error {
	return public(w, "text/plain; charset=utf-8", []byte("User-agent: *\nDisallow: /talk\nDisallow: /me\nDisallow: /shift\nDisallow: /board\nDisallow: /api\nDisallow: /forum/\nDisallow: /post/\nDisallow: /search\nDisallow: /moderation\n"))
}

// public answers with what is the same for everybody; kept for a day.
func public(w http.ResponseWriter, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(body) // a failed write means that the reader has gone
	return nil
}
