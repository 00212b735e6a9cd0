package forum

import (
	"context"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
)

// areaOf is the area of search that a space is.
func areaOf(space moment.ID) string { return "forum:" + string(space) }

// found tells whether the threads of a space are found by their words. What a community
// writes is for those whom it took in, as a closed group is, and search keeps words where
// whoever holds the database can read them: it is found by nobody, not by its own people.
func (s Space) found() bool { return s.Audience == Open || s.Audience == Members }

// Area tells discussions where the threads of a space are found.
func (o Owner) Area(ctx context.Context, r db.Reader, space discussion.Space) (string, bool, error) {
	x, found, err := spaceByID(ctx, r, space.Owner)
	return areaOf(space.Owner), found && x.found(), err
}

// Source lets threads of the forum be found by their words, for search.
type Source struct{ *Service }

// Kind names them.
func (Source) Kind() string { return Kind }

// Reach gives the spaces that somebody reads and whose threads are found. A space that is
// read only stays in it: everybody who read it reads it still.
func (x Source) Reach(ctx context.Context, r db.Reader, a access.Actor) (search.Reach, error) {
	var out search.Reach
	all, err := allSpaces(ctx, r)
	for _, y := range all {
		// Nobody has to have joined what is found.
		if y.found() && canRead(stand{Space: y, actor: a}).OK() {
			out.Areas = append(out.Areas, areaOf(y.ID))
		}
	}
	return out, err
}

// Show gives those of some threads that somebody sees.
func (x Source) Show(ctx context.Context, r db.Reader, a access.Actor, ids []moment.ID) (map[moment.ID]search.Found, error) {
	return x.Talk.Found(ctx, r, a, ids)
}

// Batch gives threads for the index, by id.
func (x Source) Batch(ctx context.Context, r db.Reader, after string, n int) ([]search.Doc, string, error) {
	return x.Talk.FindableAfter(ctx, r, Kind, after, n)
}
