package web

import (
	"fmt"
	"net/http"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// StyleguideRoutes shows every part on one page. The demo mounts it; its words
// are for those who build the service and stay in English.
func StyleguideRoutes() []Route {
	return []Route{{Method: "GET", Path: "/styleguide", Need: everybody(), Do: showStyleguide}}
}

// styleguideData is what the page needs beside its own words.
type styleguideData struct {
	light, dark palette
	now         moment.Time
	wrong       error
}

func showStyleguide(w http.ResponseWriter, r *http.Request) error {
	light, dark, err := palettes()
	if err != nil {
		return fault.Op("web: styleguide", err)
	}
	var problems fault.Problems
	problems.Add("callback", "web.error.characters")
	return Render(w, r, http.StatusOK, styleguide(styleguideData{
		light: light, dark: dark, wrong: problems.Err(),
		now: moment.At(time.Date(2026, time.November, 21, 21, 14, 0, 0, time.UTC)),
	}))
}

func ratioText(p palette, s swatch) string {
	return fmt.Sprintf("%.1f on %s", contrast(p[s.name], p[s.on]), s.on)
}
