package search

import (
	"context"
	"slices"
	"strings"

	"cairn/internal/kit/db"
)

// Bounds of suggesting. All are ours. Whatever somebody types or writes, one search costs
// no more than these allow: they count work and not time, so that the same search gives the
// same answer on a slow machine too.
const (
	nearDocs     = 600 // newest documents whose words may be suggested, over all areas
	nearFewest   = 12  // of each area at least
	nearAreas    = 50  // areas that are looked into
	nearWords    = 40_000
	nearTyped    = 6    // who writes more words is not helped by another way to write one
	nearSpelled  = 3    // words that stand nowhere and are written anew
	nearLetters  = 4    // a shorter word is near to everything
	nearLongest  = 24   // a longer one is hardly a word
	nearCompared = 6000 // pairs of words that are compared letter by letter
	nearShare    = .3   // of three-letter pieces that two near words have in common
)

// Suggest gives another way to write a search that found little, "" when there is none:
// each word that stands in none of the newest documents that the reader may find is
// replaced by the one most like it that does. It comes from those documents alone, so
// that it never names what stands only in hidden ones, and it finds something.
func (x *Index) Suggest(ctx context.Context, r db.Reader, q Query) (string, error) {
	terms := read(q.Text)
	if !wants(terms) || wordsIn(terms) > nearTyped || len(q.Areas) == 0 || len(q.Areas) > MostAreas || len(q.Not) > MostLeftOut {
		return "", nil
	}
	known, err := x.wordsNear(ctx, r, q)
	if err != nil {
		return "", err
	}
	text, changed := known.respell(terms)
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

func wordsIn(terms []term) (n int) {
	for _, t := range terms {
		n += len(t.words)
	}
	return n
}

// wordsNear gives the words of the newest documents in the areas of the query, with how
// often each stands there. Each area has its share of what is read, so that who writes much
// in one takes nothing from the others.
func (x *Index) wordsNear(ctx context.Context, r db.Reader, q Query) (*speller, error) {
	areas := slices.Compact(slices.Sorted(slices.Values(q.Areas)))
	areas = areas[:min(len(areas), nearAreas)]
	out := newSpeller()
	for _, area := range areas {
		list, err := newestWords(ctx, r, area, q, max(nearDocs/len(areas), nearFewest))
		if err != nil {
			return nil, err
		}
		left := nearWords / len(areas)
		for _, words := range list {
			for w := range strings.SplitSeq(words, " ") {
				if left--; left < 0 {
					break
				}
				out.add(w)
			}
		}
	}
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
