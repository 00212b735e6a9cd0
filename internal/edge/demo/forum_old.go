package demo

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// oldThread is what a plainly made-up forum of before was taken along as.
const oldThread = `{"format":"cairn.forum","version":1}
{"key":"letters-1","title":"Letters that stay shut","words":"Mine stood on the shelf for a month. What got yours open?","author":"Old Oak","at":"2019-03-02T18:20:00Z","topics":["money"]}
{"key":"letters-2","thread":"letters-1","words":"My neighbour opened it, I made the tea. It was a leaflet.","author":"Elm","at":"2019-03-02T19:05:00Z"}
{"key":"letters-3","thread":"letters-1","words":"Somebody sat beside me and said nothing. That did it.","at":"2019-03-03T08:40:00Z","quotes":"letters-2"}
`

// choices are what some people chose for the forum.
func (d *Demo) choices(ctx context.Context) error {
	for name, w := range map[string]discussion.Wishes{
		"Wren": {Called: true}, "Noor": {Called: true, Pace: discussion.Weekly, Minute: 10 * 60, Weekday: 6},
	} {
		if err := d.Discussion.Choose(ctx, d.named(name)[0].actor(), nil, w); err != nil {
			return err
		}
	}
	return nil
}

// before brings in what was written before it came here.
func (d *Demo) before(ctx context.Context, tomo access.Actor, id moment.ID, file string) error {
	if file == "" {
		return nil
	}
	if err := d.Forum.LookAt(ctx, tomo, id, []byte(file)); err != nil {
		return err
	}
	v, err := d.Forum.Import(ctx, tomo, id)
	if err != nil {
		return err
	}
	if err := d.Forum.Bring(ctx, tomo, id, v.Hash, true); err != nil {
		return err
	}
	return d.Forum.LeaveImport(ctx, tomo, id)
}

// drawn is a picture of stones, with what it shows in words.
func drawn(shows string) []discussion.Upload {
	if shows == "" {
		return nil
	}
	const w, h = 480, 320
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(244 - y/5), uint8(214 - y/4), uint8(180 - y/6), 255}
			if y > 250 {
				c = color.RGBA{92, 112, 88, 255}
			}
			for i, r := range []int{84, 66, 52, 38, 24} {
				cx, cy, ry := 240+i%2*8, 250-i*38, 26-i*3
				if dx, dy := x-cx, y-cy; dx*dx*ry*ry+dy*dy*r*r < r*r*ry*ry {
					c = color.RGBA{uint8(120 + i*16), uint8(116 + i*14), uint8(108 + i*12), 255}
				}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return nil // an encoder into memory does not fail
	}
	return []discussion.Upload{{Slot: 1, Body: b.Bytes(), Alt: shows}}
}
