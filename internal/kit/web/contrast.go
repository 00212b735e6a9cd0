package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// palette is the colour tokens of one theme: name without dashes -> "#rrggbb".
type palette map[string]string

var colourToken = regexp.MustCompile(`--([\w-]+):\s*(#[0-9a-f]{6})`)

// palettes reads the colours out of the tokens: light, and dark as chosen.
func palettes() (light, dark palette, err error) {
	raw, err := assetFiles.ReadFile("assets/css/tokens.css")
	if err != nil {
		return nil, nil, err
	}
	css := string(raw)
	before, _, found := strings.Cut(css, "@media (prefers-color-scheme: dark)")
	_, after, found2 := strings.Cut(css, `:root[data-theme="dark"]`)
	if !found || !found2 {
		return nil, nil, fmt.Errorf("web: the tokens have no dark theme")
	}
	return coloursIn(before), coloursIn(after), nil
}

func coloursIn(css string) palette {
	p := palette{}
	for _, m := range colourToken.FindAllStringSubmatch(css, -1) {
		p[m[1]] = m[2]
	}
	return p
}

// contrast is the ratio of WCAG 2.2 (1.4.3) between two "#rrggbb" colours.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + .05) / (y + .05)
}

// luminance is WCAG's relative luminance; 0 for what is no colour.
func luminance(hex string) float64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		return 0
	}
	part := func(shift uint) float64 {
		v := float64(n>>shift&0xff) / 255
		if v <= .04045 {
			return v / 12.92
		}
		return math.Pow((v+.055)/1.055, 2.4)
	}
	return .2126*part(16) + .7152*part(8) + .0722*part(0)
}

// pairing is a colour on a ground, and the least ratio it must have: 4.5 for
// text, 3 for edges and shapes that carry meaning.
type pairing struct {
	fore, ground string
	least        float64
}

var pairings = []pairing{
	{"ink", "paper", 4.5}, {"ink", "sheet", 4.5}, {"ink", "earth", 4.5}, {"ink", "moss-wash", 4.5}, {"ink", "amber-wash", 4.5},
	{"ink", "red-wash", 4.5}, {"ink", "stone-1", 4.5}, {"ink-2", "paper", 4.5}, {"ink-2", "sheet", 4.5}, {"ink-2", "earth", 4.5},
	{"ink-2", "amber-wash", 4.5}, {"ink-2", "moss-wash", 4.5}, {"moss", "paper", 4.5}, {"moss", "sheet", 4.5}, {"moss", "earth", 4.5},
	{"moss", "moss-wash", 4.5}, {"moss", "amber-wash", 4.5}, {"on-moss", "moss", 4.5}, {"on-moss", "moss-deep", 4.5},
	{"moss-deep", "moss-wash", 4.5}, {"amber", "paper", 4.5}, {"amber", "sheet", 4.5}, {"amber", "amber-wash", 4.5},
	{"red", "paper", 4.5}, {"red", "sheet", 4.5}, {"red", "red-wash", 4.5}, {"on-red", "red", 4.5}, {"paper", "ink", 4.5},
	{"edge", "paper", 3}, {"edge", "sheet", 3}, {"edge", "earth", 3}, {"amber-edge", "paper", 3}, {"stone-3", "paper", 3},
	{"stone-3", "sheet", 3}, {"focus", "paper", 3}, {"moss", "sheet", 3},
}

// swatch is one colour as the styleguide shows it.
type swatch struct {
	name, on, use string
}

var swatches = []swatch{
	{"paper", "ink", "the page"}, {"sheet", "ink", "laid on the page"}, {"earth", "ink", "below the horizon"}, {"edge", "paper", "field edges"},
	{"ink", "paper", "words"}, {"ink-2", "paper", "second voice"}, {"moss", "paper", "the one accent"}, {"moss-wash", "ink", "here, yes"},
	{"amber", "paper", "care"}, {"amber-wash", "ink", "care, ground"}, {"red", "paper", "destruction only"}, {"red-wash", "ink", "before it is gone"},
}
