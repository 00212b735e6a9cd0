package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// exifOfJPEG gives the EXIF part of a JPEG file: the segment APP1 before the picture begins
// (JEITA CP-3451, 4.5.2).
func exifOfJPEG(b []byte) []byte {
	for i := 2; i+4 <= len(b) && b[i] == 0xff && b[i+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(b[i+2:]))
		if size < 2 || i+2+size > len(b) {
			return nil
		}
		if part := b[i+4 : i+2+size]; b[i+1] == 0xe1 && bytes.HasPrefix(part, []byte("Exif\x00\x00")) {
			return part[6:]
		}
		i += 2 + size
	}
	return nil
}

// exifOfPNG gives the EXIF part of a PNG file: the chunk eXIf.
func exifOfPNG(b []byte) []byte {
	for i := 8; i+12 <= len(b); {
		size := int(binary.BigEndian.Uint32(b[i:]))
		if size > len(b)-i-12 {
			return nil
		}
		if string(b[i+4:i+8]) == "eXIf" {
			return b[i+8 : i+8+size]
		}
		i += 12 + size
	}
	return nil
}

// exifOfWebP gives the EXIF part of a WebP file: the chunk EXIF.
func exifOfWebP(b []byte) []byte {
	for i := 12; i+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[i+4:]))
		if size > len(b)-i-8 {
			return nil
		}
		if string(b[i:i+4]) == "EXIF" {
			return bytes.TrimPrefix(b[i+8:i+8+size], []byte("Exif\x00\x00"))
		}
		i += 8 + size + size%2
	}
	return nil
}

// orientationTag is the number of the field that says how a camera was held.
const orientationTag = 0x0112

// orientation reads how the camera was held: 1 to 8, and 1 when it does not say.
func orientation(tiff []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	fields := int64(order.Uint16(tiff[at:]))
	for i := range fields {
		from := at + 2 + i*12
		if from+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[from:]) == orientationTag {
			if n := int(order.Uint16(tiff[from+8:])); n >= 1 && n <= 8 {
				return n
			}
			return 1
		}
	}
	return 1
}

// turned gives a picture as it was seen when the camera was held so.
func turned(m *image.NRGBA, how int) *image.NRGBA {
	if how <= 1 || how > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	if how >= 5 {
		to = image.NewNRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch how {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			to.SetNRGBA(tx, ty, m.NRGBAAt(x, y))
		}
	}
	return to
}
