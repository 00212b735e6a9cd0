// Package picture makes a safe picture of a file that somebody sent: what it is is read
// from its content, its size is known before anything is unpacked, and it is decoded and
// written anew. So nothing of the file is left but what is seen: no place, no time, no
// device, no colour profile, no comment, and nothing behind its end. How the camera was
// held is applied first. It knows nothing of who sent it.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// Limits. All are ours.
const (
	MostBytes  = 8 << 20        // of a file, in bytes
	MostPixels = 16_000_000     // of a file
	mostSide   = 10_000         // of a file, in pixels
	mostMemory = 4 * MostPixels // of what a file unpacks to, in bytes: with 16 bits a channel it is half as many pixels
	Longest    = 1600           // side of what is made, in pixels
	mostPNG    = 2 << 20        // of what is made with see-through parts, in bytes; beyond, it gets a white ground
	quality    = 85             // of JPEG
)

// The reasons why a file is not taken.
var (
	ErrKind   = errors.New("picture: neither PNG, JPEG nor WebP")
	ErrLarge  = errors.New("picture: too many bytes or pixels")
	ErrBroken = errors.New("picture: it cannot be read")
)

// Picture is one that was written by this package. Type is "image/jpeg" or "image/png".
type Picture struct {
	Type          string
	Width, Height int
	Body          []byte
}

// format is a kind of file that is read.
type format struct {
	config func(b []byte) (image.Config, error)
	decode func(b []byte) (image.Image, error)
	exif   func(b []byte) []byte
}

// formatOf tells by its first bytes what a file is; its name is not asked.
func formatOf(b []byte) (format, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return format{
			func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) }, exifOfPNG,
		}, true
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return format{
			func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) }, exifOfJPEG,
		}, true
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return format{
			func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) }, exifOfWebP,
		}, true
	}
	return format{}, false
}

// Clean makes a picture of a file from anywhere, or says by one of the reasons why not. Of
// what moves it takes the first picture, or nothing.
func Clean(b []byte) (p Picture, err error) {
	if len(b) > MostBytes {
		return p, ErrLarge
	}
	f, known := formatOf(b)
	if !known {
		return p, ErrKind
	}
	c, err := f.config(b)
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if c.Width < 1 || c.Height < 1 {
		return p, ErrBroken
	}
	if c.Width > mostSide || c.Height > mostSide || c.Width*c.Height > MostPixels || c.Width*c.Height*depth(c.ColorModel) > mostMemory {
		return p, ErrLarge
	}
	defer func() { // a decoder that falls over a file is no reason to stop
		if fell := recover(); fell != nil {
			p, err = Picture{}, ErrBroken
		}
	}()
	from, err := f.decode(b)
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if s := from.Bounds().Size(); s.X != c.Width || s.Y != c.Height {
		return p, ErrBroken
	}
	return write(turned(scaled(from), orientation(f.exif(b))))
}

// depth is how many bytes a pixel takes at most once it is unpacked. What a file says of its
// colours does not tell whether see-through parts are added, so it is all or half.
func depth(m color.Model) int {
	switch m {
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model, color.Alpha16Model:
		return 8
	}
	return 4
}

// scaled draws a picture with no side longer than Longest.
func scaled(from image.Image) *image.NRGBA {
	size := from.Bounds().Size()
	w, h := size.X, size.Y
	if long := max(w, h); long > Longest {
		w, h = max(w*Longest/long, 1), max(h*Longest/long, 1)
	}
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	if w == size.X && h == size.Y {
		draw.Draw(to, to.Bounds(), from, from.Bounds().Min, draw.Src)
	} else {
		small := shrunk(from, max(size.X, size.Y)/Longest)
		draw.ApproxBiLinear.Scale(to, to.Bounds(), small, small.Bounds(), draw.Src, nil)
	}
	return to
}

// shrunk makes one pixel of k by k, by their mean, with no more at hand than the result and k
// lines: finer ways to scale keep 32 bytes a pixel of what stands between. What is left for
// them is less than twice too large.
func shrunk(from image.Image, k int) image.Image {
	if k < 2 {
		return from
	}
	b := from.Bounds()
	to := image.NewRGBA(image.Rect(0, 0, (b.Dx()+k-1)/k, (b.Dy()+k-1)/k))
	lines := image.NewRGBA(image.Rect(0, 0, b.Dx(), k))
	for y := range to.Rect.Dy() {
		high := min(k, b.Dy()-y*k)
		draw.Draw(lines, image.Rect(0, 0, b.Dx(), high), from, image.Pt(b.Min.X, b.Min.Y+y*k), draw.Src)
		for x := range to.Rect.Dx() {
			to.SetRGBA(x, y, mean(lines, image.Rect(x*k, 0, min(x*k+k, b.Dx()), high)))
		}
	}
	return to
}

// mean is the colour of a part of a picture.
func mean(m *image.RGBA, part image.Rectangle) color.RGBA {
	var sum [4]int
	for y := part.Min.Y; y < part.Max.Y; y++ {
		row := m.Pix[m.PixOffset(part.Min.X, y):m.PixOffset(part.Max.X, y)]
		for i, v := range row {
			sum[i&3] += int(v)
		}
	}
	n := part.Dx() * part.Dy()
	at := func(i int) uint8 { return uint8((sum[i] + n/2) / n) }
	return color.RGBA{R: at(0), G: at(1), B: at(2), A: at(3)}
}

// write makes a JPEG of what hides nothing behind it, and else a PNG.
func write(m *image.NRGBA) (Picture, error) {
	p := Picture{Type: "image/png", Width: m.Rect.Dx(), Height: m.Rect.Dy()}
	var b bytes.Buffer
	if !m.Opaque() {
		if err := png.Encode(&b, m); err != nil {
			return Picture{}, fmt.Errorf("picture: %w", err)
		}
		if b.Len() <= mostPNG {
			p.Body = b.Bytes()
			return p, nil
		}
		b.Reset()
	}
	p.Type = "image/jpeg"
	ground := image.NewRGBA(m.Rect)
	draw.Draw(ground, ground.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(ground, ground.Rect, m, image.Point{}, draw.Over)
	if err := jpeg.Encode(&b, ground, &jpeg.Options{Quality: quality}); err != nil {
		return Picture{}, fmt.Errorf("picture: %w", err)
	}
	p.Body = b.Bytes()
	return p, nil
}
