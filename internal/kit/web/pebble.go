package web

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
	"sync"
)

// stoneKinds is how many different pebbles there are. A person keeps theirs.
const stoneKinds = 24

// dice gives repeatable numbers from a seed (splitmix64), so that a stone looks
// the same on every node and after every restart.
type dice uint64

func (d *dice) between(lo, hi float64) float64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return lo + (hi-lo)*float64(z>>11)/(1<<53)
}

type point struct{ x, y float64 }

// pebble draws a stone around a centre: a superellipse that is flatter below,
// with two slow waves from the seed, as one closed path.
func pebble(cx, cy, w, h float64, seed uint64, turn float64) string {
	const corners, flat = 12, .25
	d := dice(seed*7919 + 13)
	a2, a3 := d.between(0, .035), d.between(.01, .04)
	p2, p3 := d.between(0, 2*math.Pi), d.between(0, 2*math.Pi)
	sin, cos := math.Sincos(turn * math.Pi / 180)
	var pts [corners]point
	for i := range pts {
		t := 2 * math.Pi * float64(i) / corners
		s, c := math.Sincos(t)
		n := 2.35
		if s >= 0 {
			n += flat * 3
		}
		k := math.Pow(math.Pow(math.Abs(c), n)+math.Pow(math.Abs(s), n), -1/n)
		k *= 1 + a2*math.Sin(2*t+p2) + a3*math.Sin(3*t+p3)
		x, y := w/2*k*c, h/2*k*s
		pts[i] = point{cx + x*cos - y*sin, cy + x*sin + y*cos}
	}
	return smooth(pts[:])
}

// smooth joins points by Catmull-Rom curves, written relative and short.
func smooth(pts []point) string {
	n := len(pts)
	at := point{tenth(pts[0].x), tenth(pts[0].y)}
	var b strings.Builder
	b.WriteString("M" + num(at.x) + " " + num(at.y))
	for i := range pts {
		before, from, to, after := pts[(i+n-1)%n], pts[i], pts[(i+1)%n], pts[(i+2)%n]
		c1 := point{from.x + (to.x-before.x)/6, from.y + (to.y-before.y)/6}
		c2 := point{to.x - (after.x-from.x)/6, to.y - (after.y-from.y)/6}
		b.WriteByte('c')
		for j, p := range []point{c1, c2, to} {
			if j > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(num(p.x-at.x) + " " + num(p.y-at.y))
		}
		at = point{at.x + tenth(to.x-at.x), at.y + tenth(to.y-at.y)}
	}
	b.WriteByte('Z')
	return b.String()
}

func tenth(f float64) float64 { return math.Round(f*10) / 10 }

func num(f float64) string {
	s := strconv.FormatFloat(tenth(f), 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	if rest, ok := strings.CutPrefix(s, "0."); ok {
		return "." + rest
	}
	if rest, ok := strings.CutPrefix(s, "-0."); ok {
		return "-." + rest
	}
	return s
}

// stoneOf gives the number of somebody's stone from any steady seed of theirs.
func stoneOf(seed string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(seed)) // a hash never fails
	return int(h.Sum32() % stoneKinds)
}

// stoneSprite is the file all faces refer to. Many faces on a page cost a line
// each; the shape takes its colour from the page, the light on it too.
func stoneSprite() string {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	for i := range stoneKinds {
		seed := uint64(i) + 21
		d := dice(seed)
		turn := d.between(-8, 8)
		fmt.Fprintf(&b, `<symbol id="p%d" viewBox="0 0 36 28"><path d="%s"/><path fill="var(--glint)" opacity=".2" d="%s"/></symbol>`,
			i, pebble(18, 14, 33, 25, seed, turn), pebble(16.2, 11.2, 29, 20, seed, turn))
	}
	b.WriteString(`</svg>`)
	return b.String()
}

// pile is the cairn of the home page: stones from the ground up.
var pile = []struct {
	x, y, w, h  float64
	seed        uint64
	turn        float64
	base, light string
}{
	{150, 447, 262, 92, 11, -1, "s3", "s2"}, {158, 372, 206, 66, 22, 2.5, "s4", "s3"}, {143, 310, 168, 64, 35, -3, "s3", "s2"},
	{158, 251, 134, 58, 48, 3, "s2", "s1"}, {148, 199, 104, 50, 7, -4, "s4", "s3"}, {154, 154, 68, 44, 15, 3, "s3", "s2"},
	{151, 117, 40, 32, 3, -5, "moss", "lichen"},
}

// cairnDrawing is drawn once a process; %s stands for what keeps the ids of two
// cairns on one page apart.
var cairnDrawing = sync.OnceValue(func() string {
	var defs, body strings.Builder
	for i, s := range pile {
		shape := pebble(s.x, s.y, s.w, s.h, s.seed, s.turn)
		fmt.Fprintf(&defs, `<clipPath id="cairn@-%d"><path d="%s"/></clipPath>`, i, shape)
		fmt.Fprintf(&body, `<path class="%s" d="%s"/><g clip-path="url(#cairn@-%d)"><path class="%s" d="%s"/>`,
			s.base, shape, i, s.light, pebble(s.x-s.w*.075, s.y-s.h*.2, s.w*1.02, s.h, s.seed+100, s.turn))
		body.WriteString(marks(i, s.x, s.y))
		body.WriteString(`</g>`)
	}
	return `<svg class="cairn" viewBox="0 0 300 500" aria-hidden="true"><defs>` + defs.String() + `</defs>` + body.String() + `</svg>`
})

// marks are the lichen and the veins of single stones.
func marks(i int, x, y float64) string {
	switch i {
	case 0:
		return `<path class="lichen" d="` + pebble(x-92, y-22, 64, 30, 61, -18) + `"/><path class="lichen" d="` + pebble(x-48, y-34, 22, 13, 62, 0) +
			`"/><path class="lichen" d="` + pebble(x-100, y+8, 20, 12, 64, 0) + `"/>`
	case 2:
		return fmt.Sprintf(`<path class="vein" d="M%g %gc40-14 78 0 120-24"/><path class="vein" d="M%g %gc22-8 42 0 58-5"/>`, x-70, y+10, x-52, y+16)
	case 4:
		return fmt.Sprintf(`<path class="vein" d="M%g %gc12 18 34 22 40 46"/>`, x-20, y-24)
	}
	return ""
}

// iconShapes are the arrangements of pebbles that stand for the places.
var iconShapes = sync.OnceValue(func() map[string]string {
	draw := func(stones ...[6]float64) string {
		var b strings.Builder
		for _, s := range stones {
			b.WriteString(`<path d="` + pebble(s[0], s[1], s[2], s[3], uint64(s[4]), s[5]) + `"/>`)
		}
		return b.String()
	}
	var ring [][6]float64
	for i := range 5 {
		s, c := math.Sincos(-math.Pi/2 + float64(i)*2*math.Pi/5)
		ring = append(ring, [6]float64{13 + 9*c, 13 + 8.4*s, 6.6, 5.6, float64(i + 2), float64(i * 30)})
	}
	return map[string]string{
		"now":       draw([6]float64{13, 13, 20, 15, 4, -4}),
		"people":    draw([6]float64{7.5, 14, 12, 14, 5, 8}, [6]float64{19, 14, 11, 11, 8, -6}),
		"groups":    draw(ring...),
		"community": draw([6]float64{8, 6.5, 13, 6, 6, -3}, [6]float64{16, 13.2, 17, 6, 9, 2}, [6]float64{10, 20, 14, 6, 3, -2}),
		"path": draw([6]float64{6, 22, 8, 5.6, 2, 0}, [6]float64{14, 17.5, 7, 5, 5, 0}, [6]float64{10, 11.6, 6, 4.4, 8, 0},
			[6]float64{17, 8, 5, 3.8, 11, 0}, [6]float64{13.6, 4, 4, 3, 14, 0}),
		"empty": pebblePath(55, 40, 92, 28, 9),
	}
})

func pebblePath(cx, cy, w, h float64, seed uint64) string {
	return `<path class="s2" d="` + pebble(cx, cy, w, h, seed, 0) + `"/>`
}

const markShapes = `<path class="s4" d="M4.500 39.600c-.7-5 7-8.700 18.600-8.900 11.900-.2 20.600 2.500 20.400 7.900-.1 4.700-8.200 7.200-19.800 7.200-11.300 0-18.700-1.700-19.200-6.200Z"/>` +
	`<path class="s3" d="M11.900 25.300c.3-4.400 5.800-6.700 12.700-6.500 7.100.2 12.500 2.700 12.200 6.700-.3 3.900-5.600 5.600-12.800 5.400-7-.2-12.300-1.800-12.100-5.600Z"/>` +
	`<path class="moss" d="M16.800 12.300c.4-4.500 4.200-7.700 8.600-7.400 4.300.3 7.500 3.400 7.200 7.500-.4 4-4.200 5.900-8.600 5.600-4.400-.3-7.600-2.100-7.200-5.700Z"/>`

// iconFile is the icon as a file of its own, where no style sheet reaches.
const iconFile = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="10" fill="#f6f1e6"/><g transform="translate(4 3) scale(.84)">` +
	`<path fill="#6f6654" d="M4.500 39.600c-.7-5 7-8.700 18.600-8.900 11.900-.2 20.600 2.500 20.400 7.900-.1 4.700-8.200 7.200-19.800 7.200-11.300 0-18.700-1.700-19.200-6.200Z"/>` +
	`<path fill="#91866f" d="M11.900 25.300c.3-4.400 5.800-6.700 12.700-6.500 7.100.2 12.500 2.700 12.200 6.700-.3 3.900-5.600 5.600-12.800 5.400-7-.2-12.300-1.800-12.100-5.600Z"/>` +
	`<path fill="#3a5a37" d="M16.800 12.300c.4-4.500 4.200-7.700 8.600-7.400 4.300.3 7.500 3.400 7.200 7.500-.4 4-4.200 5.900-8.600 5.600-4.400-.3-7.600-2.100-7.200-5.700Z"/></g></svg>`

const ridgeShapes = `<path class="ridge-far" d="M0 34C140 44 260 12 420 26S700 62 860 34s240-30 340-14"/><path class="ridge-far" d="M0 54C160 60 300 34 470 44s250 26 420 2 220-26 310-12"/>` +
	`<path class="ridge-near" d="M0 74C180 82 330 60 520 64s240 12 380-14 210-16 300-4V90H0Z"/>`

const eyeShapes = `<path class="eye" d="M2 10.300C4 6.800 6.800 5 10 5s6 1.800 8 5.300C16 13.500 13.200 15.200 10 15.200S4 13.500 2 10.300Z"/><circle class="eye" cx="10" cy="10.100" r="2.300"/>`
