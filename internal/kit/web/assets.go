package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// assetPrefix begins the address of every asset: /assets/<hash>/<name>.
const assetPrefix = "/assets/"

//go:embed assets
var assetFiles embed.FS

// asset is one file as it is sent.
type asset struct {
	kind    string
	body    []byte
	gzipped []byte // nil when it does not help
}

// assetSet is all files under the hash of the whole, kept in memory. Own files
// and those of others have a hash each, so that a new release of ours does not
// send fonts again.
type assetSet struct {
	byPath map[string]*asset // "<hash>/<name>"
	href   map[string]string // name -> address
	fonts  bool
}

// loadedAssets reads the embedded files once a process.
var loadedAssets = sync.OnceValues(func() (*assetSet, error) { return newAssets(assetFiles) })

// styleOrder is how the style sheets become one: the crisis bar is unlayered
// and first.
var styleOrder = []string{"tokens", "crisis", "base", "layout", "home", "parts", "fields", "talk", "discussion", "meetings", "groups", "work", "tools"}

// styleApart are sheets that few pages need; each of those names it by Sheet.
var styleApart = []string{"room"}

func newAssets(files fs.FS) (*assetSet, error) {
	own, err := ownFiles(files)
	if err != nil {
		return nil, err
	}
	vendor, err := vendorFiles(files)
	if err != nil {
		return nil, err
	}
	set := &assetSet{byPath: map[string]*asset{}, href: map[string]string{}}
	for _, part := range []map[string][]byte{own, vendor} {
		if err := set.add(part); err != nil {
			return nil, err
		}
	}
	_, set.fonts = set.href["fonts.css"]
	return set, nil
}

// ownFiles are the joined style sheet, the stones and the scripts.
func ownFiles(files fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{"stones.svg": []byte(stoneSprite())}
	var css bytes.Buffer
	for _, name := range styleOrder {
		b, err := fs.ReadFile(files, "assets/css/"+name+".css")
		if err != nil {
			return nil, err
		}
		css.Write(b)
	}
	out["site.css"] = css.Bytes()
	for _, name := range styleApart {
		b, err := fs.ReadFile(files, "assets/css/"+name+".css")
		if err != nil {
			return nil, err
		}
		out[name+".css"] = b
	}
	return out, readInto(out, files, "assets/js", "js/")
}

// vendorFiles are what scripts/assets.mjs has copied, if it ran.
func vendorFiles(files fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{}
	if err := readInto(out, files, "assets/vendor", ""); err != nil {
		return nil, err
	}
	delete(out, "README.txt")
	if css := fontSheet(out); css != "" {
		out["fonts.css"] = []byte(css)
	}
	return out, nil
}

func readInto(out map[string][]byte, files fs.FS, dir, prefix string) error {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		b, err := fs.ReadFile(files, path.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		out[prefix+e.Name()] = b
	}
	return nil
}

// fontFaces are the fonts with the script each is for.
var fontFaces = []struct{ family, file, weights, ranges string }{
	{"Atkinson Hyperlegible Next", "atkinson-latin.woff2", "200 800", "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215"},
	{"Atkinson Hyperlegible Next", "atkinson-latin-ext.woff2", "200 800", "U+0100-02BA, U+1E00-1E9F, U+1EF2-1EFF, U+2C60-2C7F, U+A720-A7FF"},
	{"Vazirmatn", "vazirmatn-arabic.woff2", "100 900", "U+0600-06FF, U+0750-077F, U+08A0-08FF, U+FB50-FDFF, U+FE70-FEFF"},
}

// fontSheet declares the fonts that are there, and only those.
func fontSheet(have map[string][]byte) string {
	var b strings.Builder
	for _, f := range fontFaces {
		if _, ok := have[f.file]; ok {
			fmt.Fprintf(&b, "@font-face{font-family:%q;src:url(%s) format(\"woff2\");font-weight:%s;font-display:swap;unicode-range:%s}\n",
				f.family, f.file, f.weights, f.ranges)
		}
	}
	return b.String()
}

func (s *assetSet) add(files map[string][]byte) error {
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	sort.Strings(names)
	sum := sha256.New()
	for _, n := range names {
		_, _ = fmt.Fprintf(sum, "%s %d\n", n, len(files[n]))
		sum.Write(files[n])
	}
	hash := hex.EncodeToString(sum.Sum(nil))[:16]
	for _, n := range names {
		a, err := newAsset(n, files[n])
		if err != nil {
			return err
		}
		s.byPath[hash+"/"+n] = a
		s.href[n] = assetPrefix + hash + "/" + n
	}
	return nil
}

var assetKinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

func newAsset(name string, body []byte) (*asset, error) {
	kind, known := assetKinds[path.Ext(name)]
	if !known {
		return nil, fmt.Errorf("web: asset %s is of no known kind", name)
	}
	a := &asset{kind: kind, body: body}
	if path.Ext(name) == ".woff2" {
		return a, nil
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() < len(body) {
		a.gzipped = b.Bytes()
	}
	return a, nil
}

// ServeHTTP sends an asset to be kept for a year: its address changes with it.
func (s *assetSet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.byPath[strings.TrimPrefix(r.URL.Path, assetPrefix)]
	if a == nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := a.body
	if a.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = a.gzipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a failed write means that the reader has gone
}

// Asset is the address of an own or vendor file, such as "js/live.js"; "" when
// it is not there.
func Asset(name string) string {
	set, err := loadedAssets()
	if err != nil {
		return ""
	}
	return set.href[name]
}
