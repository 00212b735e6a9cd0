package forum

import (
	"context"
	"net/http"

	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum/archive"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// importBody is how much a form with a file may have, in bytes.
const importBody = archive.MostBytes + 64<<10

// importRoutes are the addresses of what comes into a space and is taken along from it.
func (s *Service) importRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/forum/{space}/import", Need: permMake, Do: s.importPage},
		{Method: "POST", Path: "/forum/{space}/import", Need: permMake, Do: s.importPost, MaxBody: importBody},
		{Method: "POST", Path: "/forum/{space}/import/take", Need: permMake, Do: s.bringPost},
		{Method: "POST", Path: "/forum/{space}/import/leave", Need: permMake, Do: s.leaveImportPost},
		{Method: "POST", Path: "/forum/{space}/export", Need: permOwn, Do: s.exportPost},
	}
}

// importData is the page of what would come into a space, or has come.
type importData struct {
	Import
	Strict bool
	Err    error
}

func (s *Service) importPage(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, importData{})
}

func (s *Service) showImport(w http.ResponseWriter, r *http.Request, d importData) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		d.Import, err = s.Import(r.Context(), a, id)
		return importView(d), err
	})
}

func (s *Service) importPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := posted(r)
	if err != nil {
		return err
	}
	file, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	if err := s.LookAt(r.Context(), a, id, file); err != nil {
		return s.showImport(w, r, importData{Err: err})
	}
	return web.SeeOther(w, r, pathOf(id)+"/import")
}

func (s *Service) bringPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := posted(r)
	if err != nil {
		return err
	}
	strict := form.Get("strict") == "yes"
	if err := s.Bring(r.Context(), a, id, form.Get("look"), strict); err != nil {
		return s.showImport(w, r, importData{Strict: strict, Err: err})
	}
	return web.SeeOther(w, r, pathOf(id)+"/import")
}

func (s *Service) leaveImportPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := posted(r)
	if err != nil {
		return err
	}
	if err := s.LeaveImport(r.Context(), a, id); err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOf(id)+"/import")
}

// exportPost sends a space line by line, as it is read. When that fails on the way the line
// is cut, so that nobody takes half for the whole.
func (s *Service) exportPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := posted(r)
	if err != nil {
		return err
	}
	var out *archive.Writer
	begin := func() (err error) {
		if out == nil {
			w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="forum.jsonl"`)
			out, err = archive.NewWriter(w)
		}
		return err
	}
	err = s.Export(r.Context(), a, id, func(b discussion.Brought) error {
		if err := begin(); err != nil {
			return err
		}
		return out.Write(b)
	})
	if err != nil {
		return err
	}
	return begin() // of an empty space there is the first line
}

// rowWords say why a line cannot be taken.
func rowWords(ctx context.Context, p archive.Problem) string {
	args := []any{}
	for name, v := range p.Args {
		args = append(args, name, v)
	}
	return web.T(ctx, p.Key, args...)
}

// refresh is after how many seconds the page is read again, while something is brought in.
func (d importData) refresh() int {
	if d.Taking {
		return 3
	}
	return 0
}

// rowName is what a line that would come is called in a list.
func rowName(row ImportRow) string {
	if row.Title != "" {
		return row.Title
	}
	if rs := []rune(row.Words); len(rs) > mostRowWords {
		return string(rs[:mostRowWords]) + "…"
	}
	return row.Words
}

// mostRowWords is how much of an answer a list shows, in characters.
const mostRowWords = 80
