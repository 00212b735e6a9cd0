package search

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"cairn/internal/kit/db"
)

// Bounds of suggesting. All are ours.
const (
	nearDocs    = 600 // newest documents whose words may be suggested, over all areas
	nearFewest  = 12  // of each area at least
	nearAreas   = 50  // areas that are looked into
	nearWords   = 20_000
	nearLetters = 4  // a shorter word is near to everything
	nearShare   = .3 // of three-letter pieces that two near words have in common
)

// Suggest gives another way to write a search that found little, "" when there is none:
// each word that stands in none of the newest documents that the reader may find is
// replaced by the one most like it that does. It comes from those documents alone, so
// that it never names what stands only in hidden ones, and it finds something.
func (x *Index) Suggest(ctx context.Context, r db.Reader, q Query) (string, error) {
	terms := read(q.Text)
	if !wants(terms) || len(q.Areas) == 0 || len(q.Areas) > MostAreas || len(q.Not) > MostLeftOut {
		return "", nil
	}
	known, err := x.wordsNear(ctx, r, q)
	if err != nil {
		return "", err
	}
	text, changed := respell(terms, known)
	if !changed {
		return "", nil
	}
	q.Text, q.Most, q.After = text, 1, Cursor{}
	page, err := x.Find(ctx, r, q)
	if err != nil || page.Count == 0 {
		return "", err
	}
	return text, nil
}

// wordsNear gives the words of the newest documents in the areas of the query, with how
// often each stands there.
func (x *Index) wordsNear(ctx context.Context, r db.Reader, q Query) (map[string]int, error) {
	areas := slices.Compact(slices.Sorted(slices.Values(q.Areas)))
	areas = areas[:min(len(areas), nearAreas)]
	out := map[string]int{}
	for _, area := range areas {
		list, err := newestWords(ctx, r, area, q, max(nearDocs/len(areas), nearFewest))
		if err != nil {
			return nil, err
		}
		for _, words := range list {
			for w := range strings.SplitSeq(words, " ") {
				if out[w] > 0 || len(out) < nearWords {
					out[w]++
				}
			}
		}
	}
	delete(out, "")
	return out, nil
}

func newestWords(ctx context.Context, r db.Reader, area string, q Query, most int) ([]string, error) {
	args := []any{area, most}
	text := `SELECT title, words FROM search_doc WHERE area = $1`
	if len(q.Kinds) > 0 {
		in, more := db.In(len(args)+1, q.Kinds)
		text += ` AND kind IN (` + in + `)`
		args = append(args, more...)
	}
	if len(q.Not) > 0 {
		in, more := db.In(len(args)+1, q.Not)
		text += ` AND (author IS NULL OR author NOT IN (` + in + `)) AND (below IS NULL OR below NOT IN (` + in + `))`
		args = append(args, more...)
	}
	rows, err := r.Query(ctx, text+` ORDER BY n DESC LIMIT $2`, args...)
	return db.Collect(rows, err, func(r db.Row, s *string) error {
		var title, words string
		err := r.Scan(&title, &words)
		*s = title + " " + words
		return err
	})
}

// respell writes a search anew with the words that are known.
func respell(terms []term, known map[string]int) (string, bool) {
	var parts []string
	changed := false
	for _, t := range terms {
		words := slices.Clone(t.words)
		for i, w := range words {
			if t.not || known[w] > 0 || t.begun && i == len(words)-1 && begins(known, w) {
				continue
			}
			if near := nearest(w, known); near != "" {
				words[i], changed = near, true
			}
		}
		text := strings.Join(words, " ")
		if len(words) > 1 {
			text = `"` + text + `"`
		}
		if t.not {
			text = "-" + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " "), changed
}

func begins(known map[string]int, word string) bool {
	for w := range known {
		if strings.HasPrefix(w, word) {
			return true
		}
	}
	return false
}

// nearest gives the known word that is most like one, "" when none is like it: few
// letters apart, then the most three-letter pieces in common, then the more frequent.
func nearest(word string, known map[string]int) string {
	letters := []rune(word)
	if len(letters) < nearLetters {
		return ""
	}
	mine := pieces(letters)
	best, bestApart, bestShare := "", 3, 0.0
	for w, n := range known {
		if d := utf8.RuneCountInString(w) - len(letters); d < -2 || d > 2 {
			continue
		}
		theirs := []rune(w)
		share := shared(mine, pieces(theirs))
		if share < nearShare {
			continue
		}
		apart := distance(letters, theirs)
		if apart > farthest(len(letters)) {
			continue
		}
		switch {
		case apart != bestApart:
			if apart > bestApart {
				continue
			}
		case share != bestShare:
			if share < bestShare {
				continue
			}
		case n != known[best]:
			if n < known[best] {
				continue
			}
		case w > best:
			continue
		}
		best, bestApart, bestShare = w, apart, share
	}
	return best
}

// farthest is how many letters may differ.
func farthest(letters int) int {
	if letters <= 5 {
		return 1
	}
	return 2
}

// pieces are the three-letter pieces of a word, with its edges.
func pieces(letters []rune) map[[3]rune]bool {
	out := make(map[[3]rune]bool, len(letters)+1)
	at := func(i int) rune {
		if i < 0 || i >= len(letters) {
			return ' '
		}
		return letters[i]
	}
	for i := -1; i <= len(letters)-1; i++ {
		out[[3]rune{at(i - 1), at(i), at(i + 1)}] = true
	}
	out[[3]rune{at(len(letters) - 1), ' ', ' '}] = true
	return out
}

// shared is how many of two words' pieces are in both, of those in the shorter one.
func shared(a, b map[[3]rune]bool) float64 {
	both := 0
	for p := range a {
		if b[p] {
			both++
		}
	}
	return float64(both) / float64(max(min(len(a), len(b)), 1))
}

// distance counts letters that were left out, put in, changed, or changed places with
// their neighbour.
func distance(a, b []rune) int {
	before, above, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(above[j]+1, now[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, above, now = above, now, before
	}
	return above[len(b)]
}
