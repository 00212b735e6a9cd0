package directory

import (
	"sort"

	"cairn/internal/kit/moment"
)

// Shown orders the lines that people of a country see: those of the country and
// those of everywhere, none that is retired, and of a pair both or none. The
// emergency number is first. Invented lines are for the demo alone.
func Shown(all []Line, country string, demo bool) []Line {
	var out []Line
	inPair := map[moment.ID]int{}
	for _, l := range all {
		if !l.RetiredAt.IsZero() || l.Demo && !demo || l.Country != "" && l.Country != country {
			continue
		}
		out = append(out, l)
		if l.Pair != "" {
			inPair[l.Pair]++
		}
	}
	kept := out[:0]
	for _, l := range out {
		if l.Pair == "" || inPair[l.Pair] > 1 {
			kept = append(kept, l)
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return before(kept[i], kept[j]) })
	return kept
}

func before(a, b Line) bool {
	if (a.Kind == Emergency) != (b.Kind == Emergency) {
		return a.Kind == Emergency
	}
	if a.Position != b.Position {
		return a.Position < b.Position
	}
	return a.ID < b.ID
}

// forBar picks what the crisis bar has room for: the emergency number, one line
// to call and one to text. A line that stands alone goes before one of a pair,
// since a pair needs the room of two.
func forBar(lines []Line) []Line {
	var out []Line
	for _, k := range []Kind{Emergency, Call, Text} {
		out = append(out, firstOf(lines, k, out)...)
	}
	return out
}

func firstOf(lines []Line, k Kind, already []Line) []Line {
	for _, l := range already {
		if l.Kind == k {
			return nil // came with its pair
		}
	}
	for _, l := range lines {
		if l.Kind == k && l.Pair == "" && l.Audience != "youth" {
			return []Line{l}
		}
	}
	for _, l := range lines {
		if l.Kind != k {
			continue
		}
		if l.Pair == "" {
			return []Line{l}
		}
		return pairOf(lines, l.Pair)
	}
	return nil
}

// pairOf gives all lines of a pair, or none when one of them cannot stand in
// the bar: it holds numbers only.
func pairOf(lines []Line, pair moment.ID) []Line {
	var out []Line
	for _, l := range lines {
		if l.Pair != pair {
			continue
		}
		if l.Kind == Chat {
			return nil
		}
		out = append(out, l)
	}
	return out
}

// Freshness tells what the lines lack before a service may open.
type Freshness struct {
	Emergency bool   // there is an emergency number
	Talk      bool   // there is somebody to call or to chat with
	Stale     []Line // shown, and not checked for a year
}

// OK tells whether nothing is missing.
func (f Freshness) OK() bool { return f.Emergency && f.Talk && len(f.Stale) == 0 }

// freshness looks at the lines that are shown.
func freshness(shown []Line, now moment.Time) Freshness {
	var f Freshness
	for _, l := range shown {
		f.Emergency = f.Emergency || l.Kind == Emergency
		f.Talk = f.Talk || l.Kind == Call || l.Kind == Chat
		if stale(l, now) {
			f.Stale = append(f.Stale, l)
		}
	}
	return f
}
