package picture_test

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"runtime"
	"testing"

	"cairn/internal/kit/picture"
)

// What a file unpacks to is bounded in bytes, and scaling takes little more.
func TestAPictureTakesLittleMemory(t *testing.T) {
	// 3000 by 3000 is not too many pixels, but with 16 bits a channel it is too much. What a file
	// says at its beginning is enough to refuse it.
	deep := asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(deep[16:], 3000)
	binary.BigEndian.PutUint32(deep[20:], 3000)
	binary.BigEndian.PutUint32(deep[29:], crc32.ChecksumIEEE(deep[12:29]))
	if _, err := picture.Clean(deep); !errors.Is(err, picture.ErrLarge) {
		t.Errorf("too much when it is unpacked: %v", err)
	}
	for name, x := range map[string]struct {
		image image.Image
		bytes int // that it unpacks to
	}{
		"8 bits":  {image.NewNRGBA(image.Rect(0, 0, 4000, 1000)), 4000 * 1000 * 4},
		"16 bits": {image.NewNRGBA64(image.Rect(0, 0, 2800, 700)), 2800 * 700 * 8},
		"narrow":  {image.NewNRGBA(image.Rect(0, 0, 10_000, 3)), 2 << 20},
	} {
		file := asPNG(t, x.image)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := picture.Clean(file)
		runtime.ReadMemStats(&after)
		if err != nil || max(p.Width, p.Height) != picture.Longest {
			t.Fatalf("%s: %d by %d, %v", name, p.Width, p.Height, err)
		}
		if n := int(after.TotalAlloc - before.TotalAlloc); n > x.bytes*5/2 {
			t.Errorf("%s: %d MB were taken for %d MB", name, n>>20, x.bytes>>20)
		}
	}
}
