package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// formMemory is how much of a form with files stays in memory, in bytes: more than any
// route takes, so that nothing private lies in a temporary file.
const formMemory = 64 << 20

// maxFields bounds the number of values in one form.
const maxFields = 500

// Form reads the body as a form, within the route's MaxBody. Text that is not
// UTF-8 or holds a NUL, and bodies of another type, are fault.Invalid; a larger
// body is fault.TooLarge. Line ends are made "\n". The query is not read.
func Form(r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || (kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data") {
		return nil, fault.New(fault.Invalid, "web.error.form")
	}
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(formMemory) //nolint:gosec // the body is bounded by the route's MaxBody before
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return nil, unread(err)
	}
	return checked(r.PostForm)
}

// FormWords reads what a form with files says in words before its first file, most bytes at
// most, and nothing behind that: for a form whose files are turned away. A body of another
// type, and one that does not begin so, is fault.Invalid; more words are fault.TooLarge. After
// it neither Form nor Upload reads anything more.
func FormWords(r *http.Request, most int64) (url.Values, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, most)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "web.error.form")
	}
	values := url.Values{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) || err == nil && isFile(part) {
			return checked(values)
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(part)
		}
		if err != nil {
			return nil, unread(err)
		}
		values.Add(part.FormName(), string(text))
	}
}

// isFile tells files from words as ParseMultipartForm does.
func isFile(p *multipart.Part) bool { return p.FileName() != "" || p.Header.Get("Content-Type") != "" }

// unread is the fault for a body that could not be read.
func unread(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.TooLarge, "web.error.toolarge")
	}
	return fault.New(fault.Invalid, "web.error.form")
}

// ReadWithin gives a request that waited for something so long, from now on, to be read.
func ReadWithin(w http.ResponseWriter, within time.Duration) {
	// A writer that knows no deadlines keeps the server's own.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(within))
}

// Upload gives the bytes of a file that came with a form, after Form; none is nothing.
// The route's MaxBody bounds it, and what it is its reader decides by its content.
func Upload(r *http.Request, name string) ([]byte, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[name]) == 0 {
		return nil, nil
	}
	file := r.MultipartForm.File[name][0]
	f, err := file.Open()
	if err != nil {
		return nil, fault.Op("upload", err)
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, file.Size)
	_, err = io.ReadFull(f, b)
	return b, fault.Op("upload", err)
}

// Query reads the query with the same care as a form.
func Query(r *http.Request) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.Invalid, "web.error.form")
	}
	return checked(values)
}

func checked(values url.Values) (url.Values, error) {
	count := 0
	for name, vs := range values {
		count += len(vs)
		if !sound(name) || count > maxFields {
			return nil, fault.New(fault.Invalid, "web.error.form")
		}
		for i, v := range vs {
			if !sound(v) {
				return nil, &fault.Fault{Kind: fault.Invalid, Key: "web.error.form",
					Fields: []fault.Field{{Name: name, Key: "web.error.characters"}}}
			}
			if strings.Contains(v, "\r") {
				vs[i] = strings.ReplaceAll(strings.ReplaceAll(v, "\r\n", "\n"), "\r", "\n")
			}
		}
	}
	return values, nil
}

func sound(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// PathID reads the id that stands in the address as {id}. What is no id is not
// there: fault.NotFound.
func PathID(r *http.Request) (moment.ID, error) {
	id, ok := moment.ParseID(r.PathValue("id"))
	if !ok {
		return "", fault.Hidden()
	}
	return id, nil
}
