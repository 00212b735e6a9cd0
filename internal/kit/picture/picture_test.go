package picture_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"cairn/internal/cairntest/corpus"
	"cairn/internal/kit/picture"
)

// marked is a picture of w by h with a red corner at the upper left.
func marked(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{40, 90, 200, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{220, 20, 20, 255}
			}
			m.Set(x, y, c)
		}
	}
	return m
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a block with an orientation and a place: marker-gps stands in it as text.
func exif(orientation uint16) []byte {
	var b bytes.Buffer
	b.WriteString("II*\x00")
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	put(uint32(8))
	put(uint16(2))
	put([]uint16{0x0112, 3})
	put(uint32(1))
	put([]uint16{orientation, 0})
	put([]uint16{0x8825, 4}) // where the GPS block is
	put(uint32(1))
	put(uint32(38))
	put(uint32(0))
	b.WriteString("marker-gps 48.2082N 16.3738E")
	return b.Bytes()
}

// withExif puts a block into a JPEG file, with a comment and something behind its end.
func withExif(file, block []byte) []byte {
	part := append([]byte("Exif\x00\x00"), block...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, byte((len(part)+2)>>8), byte(len(part)+2))
	out = append(out, part...)
	out = append(out, 0xff, 0xfe, 0, 16)
	out = append(out, "marker-comment"...)
	out = append(out, file[2:]...)
	return append(out, "<script>marker-behind</script>"...)
}

// chunk is one of a PNG file.
func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// withChunk puts a chunk before the picture of a PNG file.
func withChunk(file []byte, kind string, body []byte) []byte {
	const head = 8 + 25
	return append(append(append([]byte{}, file[:head]...), chunk(kind, body)...), file[head:]...)
}

// isRed tells whether a corner of a picture is red.
func isRed(t *testing.T, body []byte, right, low bool) bool {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	x, y := m.Bounds().Dx()/8, m.Bounds().Dy()/8
	if right {
		x = m.Bounds().Dx() - 1 - x
	}
	if low {
		y = m.Bounds().Dy() - 1 - y
	}
	r, _, b, _ := m.At(x, y).RGBA()
	return r > b
}

func TestNothingIsLeftButThePicture(t *testing.T) {
	for name, file := range map[string][]byte{
		"jpeg": withExif(asJPEG(t, marked(64, 48)), exif(1)),
		"png":  append(withChunk(withChunk(asPNG(t, marked(64, 48)), "tEXt", []byte("Comment\x00marker-comment")), "eXIf", exif(1)), "marker-behind"...),
	} {
		if !bytes.Contains(file, []byte("marker-")) {
			t.Fatal("the test's own file has nothing in it")
		}
		p, err := picture.Clean(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if bytes.Contains(p.Body, []byte("marker-")) || bytes.Contains(p.Body, []byte("Exif")) || bytes.Contains(p.Body, []byte("eXIf")) || bytes.Contains(p.Body, []byte("script")) {
			t.Errorf("%s: something is left", name)
		}
		if p.Type != "image/jpeg" || p.Width != 64 || p.Height != 48 || !isRed(t, p.Body, false, false) || isRed(t, p.Body, true, true) {
			t.Errorf("%s: %s %d×%d", name, p.Type, p.Width, p.Height)
		}
	}
}

func TestHowTheCameraWasHeld(t *testing.T) {
	for how, want := range map[uint16]struct{ right, low, turned bool }{
		1: {}, 2: {right: true}, 3: {right: true, low: true}, 4: {low: true}, 5: {turned: true}, 6: {right: true, turned: true}, 7: {right: true, low: true, turned: true}, 8: {low: true, turned: true}, 9: {},
	} {
		for name, file := range map[string][]byte{"jpeg": withExif(asJPEG(t, marked(64, 48)), exif(how)), "png": withChunk(asPNG(t, marked(64, 48)), "eXIf", exif(how))} {
			p, err := picture.Clean(file)
			if err != nil {
				t.Fatal(err)
			}
			if (p.Width == 48) != want.turned || !isRed(t, p.Body, want.right, want.low) {
				t.Errorf("%s held %d: %d×%d", name, how, p.Width, p.Height)
			}
		}
	}
}

func TestLongSides(t *testing.T) {
	for _, size := range [][4]int{{3000, 20, 1600, 10}, {20, 3000, 10, 1600}, {9000, 1, 1600, 1}, {1600, 1600, 1600, 1600}, {1, 1, 1, 1}} {
		p, err := picture.Clean(asPNG(t, image.NewGray(image.Rect(0, 0, size[0], size[1]))))
		if err != nil || p.Width != size[2] || p.Height != size[3] {
			t.Errorf("%v: %d×%d %v", size, p.Width, p.Height, err)
		}
	}
}

// A WebP file is read, with how the camera was held in a part of its own; none is written.
func TestWebP(t *testing.T) {
	file, err := os.ReadFile("testdata/corpus/gopher.webp")
	if err != nil {
		t.Fatal(err)
	}
	flat, err := picture.Clean(file)
	if err != nil || flat.Type == "image/webp" {
		t.Fatalf("%s %v", flat.Type, err)
	}
	part := exif(6)
	if len(part)%2 == 1 {
		part = append(part, 0)
	}
	with := append(append(append([]byte{}, file...), "EXIF"...), binary.LittleEndian.AppendUint32(nil, uint32(len(part)))...)
	with = append(with, part...)
	binary.LittleEndian.PutUint32(with[4:], uint32(len(with)-8))
	held, err := picture.Clean(with)
	if err != nil || held.Width != flat.Height || held.Height != flat.Width || bytes.Contains(held.Body, []byte("marker-")) {
		t.Errorf("%d×%d, flat %d×%d %v", held.Width, held.Height, flat.Width, flat.Height, err)
	}
}

// See-through parts stay, until that would be large.
func TestSeeThrough(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	p, err := picture.Clean(asPNG(t, m))
	if err != nil || p.Type != "image/png" {
		t.Errorf("%s %v", p.Type, err)
	}
	noise := image.NewNRGBA(image.Rect(0, 0, 1000, 1000))
	seed := uint32(1)
	for i := range noise.Pix {
		seed = seed*1664525 + 1013904223
		noise.Pix[i] = byte(seed >> 24)
	}
	p, err = picture.Clean(asPNG(t, noise))
	if err != nil || p.Type != "image/jpeg" || len(p.Body) > 2<<20 {
		t.Errorf("%s %d %v", p.Type, len(p.Body), err)
	}
}

// bomb is a small PNG file that says it is w by h, and unpacks to much.
func bomb(t *testing.T, w, h uint32, unpacked int) []byte {
	t.Helper()
	var z bytes.Buffer
	c := zlib.NewWriter(&z)
	if _, err := c.Write(make([]byte, unpacked)); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 6, 0, 0, 0))...)
	return append(append(out, chunk("IDAT", z.Bytes())...), chunk("IEND", nil)...)
}

func TestWhatIsNotTaken(t *testing.T) {
	var moving bytes.Buffer
	if err := gif.Encode(&moving, marked(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	whole := asJPEG(t, marked(64, 64))
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{
		"a page":                  {[]byte("<!doctype html><script>alert(1)</script>"), picture.ErrKind},
		"a drawing with a script": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), picture.ErrKind},
		"a drawing behind a mark": {[]byte("\xef\xbb\xbf<?xml version=\"1.0\"?><svg/>"), picture.ErrKind},
		"moving":                  {moving.Bytes(), picture.ErrKind},
		"moving, and a page":      {append([]byte("GIF89a/*"), "*/=alert(1)//"...), picture.ErrKind},
		"nothing":                 {nil, picture.ErrKind},
		"only a beginning":        {[]byte("\x89PNG\r\n\x1a\n<script>"), picture.ErrBroken},
		"cut":                     {whole[:len(whole)/2], picture.ErrBroken},
		"a beginning of JPEG":     {[]byte("\xff\xd8\xff<script>alert(1)</script>"), picture.ErrBroken},
		"WebP of nothing":         {[]byte("RIFF\x00\x00\x00\x00WEBPVP8 "), picture.ErrBroken},
		"too many bytes":          {append(whole, make([]byte, picture.MostBytes)...), picture.ErrLarge},
		"a bomb of pixels":        {bomb(t, 60_000, 60_000, 1<<20), picture.ErrLarge},
		"a bomb, narrow":          {bomb(t, 1, 2_000_000_000, 1<<10), picture.ErrLarge},
		"more than it says":       {bomb(t, 10, 10, 64<<20), picture.ErrBroken},
		"less than it says":       {bomb(t, 1000, 1000, 100), picture.ErrBroken},
	} {
		if _, err := picture.Clean(tt.file); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzClean: whatever is sent, nothing falls, and what comes out is a picture within bounds
// that comes out again.
func FuzzClean(f *testing.F) {
	files, err := filepath.Glob("testdata/corpus/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, b := range corpus.Kept(f, "testdata/FuzzClean.txt") {
		f.Add([]byte(b))
	}
	small := marked(6, 4)
	f.Add(asPNG(f, small))
	f.Add(asJPEG(f, small))
	f.Add(withExif(asJPEG(f, small), exif(6)))
	f.Add(withChunk(asPNG(f, small), "eXIf", exif(8)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 4096 {
			return
		}
		p, err := picture.Clean(b)
		if err != nil {
			return
		}
		if p.Width < 1 || p.Height < 1 || p.Width > picture.Longest || p.Height > picture.Longest {
			t.Fatalf("%d×%d", p.Width, p.Height)
		}
		if again, err := picture.Clean(p.Body); err != nil || again.Width != p.Width || again.Height != p.Height {
			t.Fatalf("%v", err)
		}
	})
}
