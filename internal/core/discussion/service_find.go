package discussion

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
	"cairn/internal/kit/web"
)

// Findable is for an Owner whose threads are found by their words. What nobody says this
// of, such as a wall, is found by nobody.
type Findable interface {
	// Area names the area of search that a space is, and tells whether its threads are
	// found now. It is the same area for as long as the space is there.
	Area(ctx context.Context, r db.Reader, space Space) (area string, found bool, err error)
}

// Index is where words are found. It is search.
type Index interface {
	Put(ctx context.Context, tx db.Writer, d search.Doc) error
	Remove(ctx context.Context, tx db.Writer, kind string, id moment.ID) error
	RemoveArea(ctx context.Context, tx db.Writer, area string, most int) (int, error)
	RemoveAuthor(ctx context.Context, tx db.Writer, author moment.ID, most int) (int, error)
}

// unfindAtOnce is how many documents leave the index in one transaction.
const unfindAtOnce = 200

// docOf gives what is found of an opened entry: the title and the words of a thread that
// everybody of the space sees. Answers are not found: each stands below somebody's thread,
// and whoever is kept apart from that person sees neither. Nobody stands as the author of
// what was written without a name, so that nothing can be told from who leaves whom out.
func docOf(kind, area string, e Entry) (search.Doc, bool) {
	if e.Post != "" || e.State != Open || e.Words == "" {
		return search.Doc{}, false
	}
	d := search.Doc{Kind: kind, ID: e.ID, Area: area, Title: e.Title, Words: e.Words, Topics: e.Topics, At: e.At}
	if !e.Anonymous {
		d.Author = e.author
	}
	return d, true
}

// findable brings what is found of an entry in line with it, after every change of it.
func (s *Service) findable(ctx context.Context, tx db.Writer, id moment.ID) error {
	e, found, err := entryByID(ctx, tx, id)
	if err != nil || !found || e.Post != "" {
		return err
	}
	x, area, found, err := s.foundIn(ctx, tx, e.Space)
	if err != nil || area == "" {
		return err
	}
	if found && e.State == Open {
		opened, err := open(x, e)
		if err != nil {
			return err
		}
		if d, ok := docOf(x.Kind, area, opened); ok {
			return s.Index.Put(ctx, tx, d)
		}
	}
	return s.Index.Remove(ctx, tx, x.Kind, id)
}

// foundIn opens a space to see what is found there; area is "" where nothing ever is.
func (s *Service) foundIn(ctx context.Context, r db.Reader, space moment.ID) (x room, area string, found bool, err error) {
	f, there, err := loadSpace(ctx, r, space)
	if err != nil {
		return x, "", false, err
	}
	x = room{frame: f}
	owner, ok := s.owners[f.Kind].(Findable)
	if !ok {
		return x, "", false, nil
	}
	if area, found, err = owner.Area(ctx, r, f.Space); err != nil || !there || !found {
		return x, area, false, err
	}
	x.box, err = s.Vault.BoxFrom(f.ID, f.wrapped)
	return x, area, true, err
}

// Unfind takes what is found of a space out of the index, in the caller's transaction and
// after it, when its threads are found no more.
func (s *Service) Unfind(ctx context.Context, tx db.Writer, space moment.ID) error {
	return s.unfindJob(ctx, tx, aboutSpace{space})
}

// unfindJob is Unfind, some at a time.
func (s *Service) unfindJob(ctx context.Context, tx db.Writer, about aboutSpace) error {
	_, area, found, err := s.foundIn(ctx, tx, about.Space)
	if err != nil || area == "" || found {
		return err
	}
	n, err := s.Index.RemoveArea(ctx, tx, area, unfindAtOnce)
	if err != nil || n < unfindAtOnce {
		return err
	}
	return s.Bus.At(ctx, tx, jobUnfind, string(about.Space), s.Clock.Now(), about)
}

// unfindBy takes everything that somebody wrote out of the index, with their name and
// without.
func (s *Service) unfindBy(ctx context.Context, tx db.Writer, person moment.ID) error {
	for n := unfindAtOnce; n == unfindAtOnce; {
		var err error
		if n, err = s.Index.RemoveAuthor(ctx, tx, person, unfindAtOnce); err != nil {
			return err
		}
	}
	list, err := unnamedThreadsBy(ctx, tx, person)
	for _, x := range list {
		if err := s.Index.Remove(ctx, tx, x.kind, x.id); err != nil {
			return err
		}
	}
	return err
}

// Found gives those of some threads that the actor sees now, as search shows them, without
// what they would rather not meet.
func (s *Service) Found(ctx context.Context, r db.Reader, a access.Actor, ids []moment.ID) (map[moment.ID]search.Found, error) {
	rows, err := entriesByID(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	rather, err := rathersOf(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	rooms, out := map[moment.ID]room{}, map[moment.ID]search.Found{}
	for _, sealed := range rows {
		x, known := rooms[sealed.Space]
		if !known {
			if x, err = s.visit(ctx, r, a, sealed.Space); err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			rooms[sealed.Space] = x
		}
		if x.ID == "" || sealed.State != Open || !canSee(x.viewer, sealed.Entry).OK() {
			continue
		}
		e, err := open(x, sealed)
		if err != nil {
			return nil, err
		}
		f := search.Found{Title: e.Title, Where: web.T(ctx, "discussion.found.where", "name", x.Name), Text: e.Words, Href: entryPath(e), At: e.At}
		for _, t := range e.Topics {
			if rather[t] && !x.viewer.mine(e) {
				f.Title, f.Text = "", web.T(ctx, "discussion.found.covered")
			}
		}
		out[e.ID] = f
	}
	return out, nil
}

// FindableAfter gives what is found in the spaces of a kind, in the order of ids, after one,
// for the index; next is the last that was looked at, "" when there is no more.
func (s *Service) FindableAfter(ctx context.Context, r db.Reader, kind, after string, n int) (docs []search.Doc, next string, err error) {
	rows, err := threadsAfter(ctx, r, kind, after, n)
	if err != nil {
		return nil, "", err
	}
	type place struct {
		room
		area  string
		found bool
	}
	places := map[moment.ID]place{}
	for _, sealed := range rows {
		p, known := places[sealed.Space]
		if !known {
			if p.room, p.area, p.found, err = s.foundIn(ctx, r, sealed.Space); err != nil {
				return nil, "", err
			}
			places[sealed.Space] = p
		}
		if !p.found {
			continue
		}
		e, err := open(p.room, sealed)
		if err != nil {
			return nil, "", err
		}
		if d, ok := docOf(kind, p.area, e); ok {
			docs = append(docs, d)
		}
	}
	if len(rows) == n {
		next = string(rows[n-1].ID)
	}
	return docs, next, nil
}
