package web

import (
	"bytes"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/gzip"
)

// firstViewLimit is the bytes of CSS and JavaScript of a first view, compressed.
const firstViewLimit = 70_000

func TestFirstViewIsSmall(t *testing.T) {
	w := newWorld(t)
	_, text := w.get("/")
	total := 0
	for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+\.(?:css|js))"`).FindAllStringSubmatch(text, -1) {
		res, body := w.get(m[1], "Accept-Encoding", "gzip")
		wantStatus(t, res, 200)
		if res.Header.Get("Content-Encoding") != "gzip" && len(body) > 200 {
			t.Errorf("%s is not compressed", m[1])
		}
		total += len(body)
	}
	t.Logf("first view: %d bytes", total)
	if total > firstViewLimit || total < 5000 {
		t.Errorf("the first view takes %d bytes, the limit is %d", total, firstViewLimit)
	}
}

func TestAssetsAreKeptForAYear(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"site.css", "stones.svg", "js/live.js", "js/exit.js"} {
		href := Asset(name)
		plain, text := w.get(href, "Accept-Encoding", "identity")
		wantStatus(t, plain, 200)
		if got := plain.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %q", name, got)
		}
		packed, body := w.get(href, "Accept-Encoding", "br, gzip;q=0.8")
		z, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		unpacked, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(unpacked, []byte(text)) || packed.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: compressed it says something else (%v)", name, err)
		}
		if refused, _ := w.get(href, "Accept-Encoding", "gzip;q=0"); refused.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: compressed for who refuses it", name)
		}
		other := strings.Replace(href, "/assets/", "/assets/0", 1)
		if res, _ := w.get(other); res.StatusCode != 404 {
			t.Errorf("%s answers under another hash", name)
		}
	}
	if res, _ := w.post(Asset("site.css"), nil); res.StatusCode != 405 {
		t.Errorf("posting to an asset: %d", res.StatusCode)
	}
}

// The program must compile and serve pages when nobody has run npm.
func TestWithoutVendor(t *testing.T) {
	bare := fstest.MapFS{"assets/vendor/README.txt": {Data: []byte("x")}}
	full := fstest.MapFS{"assets/vendor/README.txt": {Data: []byte("x")}, "assets/vendor/atkinson-latin.woff2": {Data: []byte("font")},
		"assets/vendor/turbo.js": {Data: []byte("turbo")}}
	err := fs.WalkDir(assetFiles, "assets", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, "assets/vendor") {
			return err
		}
		raw, err := fs.ReadFile(assetFiles, path)
		bare[path], full[path] = &fstest.MapFile{Data: raw}, &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	set, err := newAssets(bare)
	if err != nil {
		t.Fatal(err)
	}
	if set.href["fonts.css"] != "" || set.href["turbo.js"] != "" || set.href["site.css"] == "" {
		t.Errorf("without vendor: %v", set.href)
	}
	set, err = newAssets(full)
	if err != nil {
		t.Fatal(err)
	}
	sheet := string(set.byPath[strings.TrimPrefix(set.href["fonts.css"], assetPrefix)].body)
	if !strings.Contains(sheet, "atkinson-latin.woff2") || strings.Contains(sheet, "vazirmatn") || !strings.Contains(sheet, "font-display:swap") {
		t.Errorf("the sheet declares what is not there: %s", sheet)
	}
}

// On a slow line the page lives on for seconds after the quick exit: what has a
// microphone, a camera or the voices of others ends at once.
func TestTheQuickExitIsSilentAtOnce(t *testing.T) {
	exit, err := assetFiles.ReadFile("assets/js/exit.js")
	if err != nil {
		t.Fatal(err)
	}
	leave := string(exit)[strings.Index(string(exit), "function leave()"):]
	if silent, told := strings.Index(leave, "hush()"), strings.Index(leave, "tell()"); silent < 0 || silent > told {
		t.Error("the quick exit does not silence the page before anything else")
	}
	names, err := fs.Glob(assetFiles, "assets/js/*.js")
	if err != nil {
		t.Fatal(err)
	}
	devices := regexp.MustCompile(`getUserMedia|set(Microphone|Camera)Enabled`)
	found := 0
	for _, name := range names {
		raw, err := assetFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !devices.Match(raw) {
			continue
		}
		found++
		if !strings.Contains(string(raw), "addEventListener('cairn:leave'") {
			t.Errorf("%s takes devices, and does not hear of the quick exit", name)
		}
	}
	if found < 2 || !strings.Contains(string(exit), "'cairn:leave'") {
		t.Errorf("%d scripts take devices; the quick exit tells them: %v", found, strings.Contains(string(exit), "'cairn:leave'"))
	}
}

// The way out must run on a phone of 2018.
func TestExitIsOldScript(t *testing.T) {
	raw, err := assetFiles.ReadFile("assets/js/exit.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, young := range []string{"=>", "`", "const ", "let ", "?.", "??", "async ", "await ", "import ", "class "} {
		code := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(raw), "")
		if strings.Contains(code, young) {
			t.Errorf("exit.js uses %q", young)
		}
	}
	css, err := assetFiles.ReadFile("assets/css/crisis.css")
	if err != nil {
		t.Fatal(err)
	}
	plain := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(css), "")
	for _, young := range []string{"@layer", "inline-size", "block-size", "inset", "gap:", ":has", ":is", "clamp", "-inline", "-block-"} {
		if strings.Contains(strings.ReplaceAll(plain, "inline-block", ""), young) {
			t.Errorf("crisis.css uses %q", young)
		}
	}
	for _, m := range regexp.MustCompile(`([a-z-]+): var\(`).FindAllStringSubmatchIndex(plain, -1) {
		name := plain[m[2]:m[3]]
		if !regexp.MustCompile(name + `: #[0-9a-f]{6}; ` + name + `: var\(`).MatchString(plain) {
			t.Errorf("crisis.css: %s has no colour for browsers without tokens", name)
		}
	}
}

func TestContrast(t *testing.T) {
	light, dark, err := palettes()
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]palette{"light": light, "dark": dark} {
		for _, pair := range pairings {
			if p[pair.fore] == "" || p[pair.ground] == "" {
				t.Fatalf("%s: no colour %s or %s", name, pair.fore, pair.ground)
			}
			if got := contrast(p[pair.fore], p[pair.ground]); got < pair.least {
				t.Errorf("%s: %s on %s is %.2f, least %.1f", name, pair.fore, pair.ground, got, pair.least)
			}
		}
	}
	if c := contrast("#000000", "#ffffff"); c < 20.99 || c > 21.01 {
		t.Errorf("black on white is %.2f", c)
	}
	raw, err := assetFiles.ReadFile("assets/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	_, media, _ := strings.Cut(string(raw), "@media (prefers-color-scheme: dark)")
	media, _, _ = strings.Cut(media, `:root[data-theme="dark"]`)
	for name, value := range coloursIn(media) {
		if dark[name] != value {
			t.Errorf("--%s differs between the dark that is chosen (%s) and the device's (%s)", name, dark[name], value)
		}
	}
	if len(coloursIn(media)) != len(dark) {
		t.Error("the two dark themes do not have the same tokens")
	}
}
