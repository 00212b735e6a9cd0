package cairntest

import (
	"archive/zip"
	"bytes"
	"io"
)

// Exported is "all my data" of somebody, a text for each file in it.
func (w *World) Exported(p *Someone) map[string]string {
	w.T.Helper()
	var file bytes.Buffer
	if err := w.People.Export(w.T.Context(), p.Actor, &file); err != nil {
		w.T.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		w.T.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			w.T.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			w.T.Fatal(err)
		}
		all[f.Name] = string(body)
	}
	return all
}
