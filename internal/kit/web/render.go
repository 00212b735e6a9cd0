package web

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"cairn/internal/kit/fault"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"
)

var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var squeezers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // a constant level that exists
	return z
}}

// keepBuffer is the largest buffer that goes back to the pool, in bytes.
const keepBuffer = 1 << 20

// worthSqueezing is the size in bytes from which gzip pays.
const worthSqueezing = 1400

// Render writes a page whole: an error while rendering leaves nothing written
// and becomes the error page. Pages of visitors are compressed; pages of people
// we know are not, since the length of a compressed page can betray its secrets.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	buf := pages.Get().(*bytes.Buffer) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	buf.Reset()
	defer giveBack(buf)
	if err := c.Render(r.Context(), buf); err != nil {
		return fault.Op("web: render", err)
	}
	h := w.Header()
	h["Content-Type"] = []string{"text/html; charset=utf-8"}
	body := buf
	if sc := scopeOf(r.Context()); sc != nil && sc.gzip && buf.Len() > worthSqueezing {
		body = pages.Get().(*bytes.Buffer) //nolint:errcheck,forcetypeassert // the pool holds nothing else
		body.Reset()
		defer giveBack(body)
		if err := squeeze(body, buf.Bytes()); err != nil {
			return fault.Op("web: compress", err)
		}
		h["Content-Encoding"] = []string{"gzip"}
		h["Vary"] = []string{"Accept-Encoding"}
	}
	h["Content-Length"] = []string{strconv.Itoa(body.Len())}
	w.WriteHeader(status)
	// A failed write means that the person has gone; there is nobody to tell.
	_, _ = w.Write(body.Bytes())
	return nil
}

func giveBack(b *bytes.Buffer) {
	if b.Cap() <= keepBuffer {
		pages.Put(b)
	}
}

func squeeze(to *bytes.Buffer, from []byte) error {
	z := squeezers.Get().(*gzip.Writer) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	defer squeezers.Put(z)
	z.Reset(to)
	if _, err := z.Write(from); err != nil {
		return err
	}
	return z.Close()
}

// acceptsGzip reads Accept-Encoding; "gzip;q=0" is a refusal.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0"
		}
	}
	return false
}

// SeeOther sends the browser to another page of ours after a form (303).
func SeeOther(w http.ResponseWriter, _ *http.Request, url string) error {
	w.Header().Set("Location", url)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// LocalPath gives back an address that stays on this service, or "/". It is
// for addresses that came from a form or a query.
func LocalPath(s string) string {
	if len(s) == 0 || len(s) > 2048 || s[0] != '/' || strings.HasPrefix(s, "//") {
		return "/"
	}
	for i := range len(s) {
		if s[i] < 0x21 || s[i] == '\\' || s[i] == 0x7f {
			return "/"
		}
	}
	return s
}
