package picture_test

import (
	"errors"
	"image"
	"runtime"
	"testing"

	"cairn/internal/kit/picture"
)

// What a file unpacks to is bounded in bytes, and scaling takes little more.
func TestAPictureTakesLittleMemory(t *testing.T) {
	if _, err := picture.Clean(asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 4000, 4000)))); !errors.Is(err, picture.ErrLarge) {
		t.Errorf("16 bits a channel: %v", err)
	}
	for name, m := range map[string]image.Image{"8 bits": image.NewNRGBA(image.Rect(0, 0, 4000, 4000)), "16 bits": image.NewNRGBA64(image.Rect(0, 0, 2800, 2800)), "narrow": image.NewNRGBA(image.Rect(0, 0, 10_000, 3))} {
		file := asPNG(t, m)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := picture.Clean(file)
		runtime.ReadMemStats(&after)
		if err != nil || max(p.Width, p.Height) != picture.Longest {
			t.Fatalf("%s: %d by %d, %v", name, p.Width, p.Height, err)
		}
		if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 120 {
			t.Errorf("%s: %d MB were taken for it", name, n)
		}
	}
}
