package discussion

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
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

// docOf gives what is found of an opened entry that everybody of the space sees: the title
// and the words of a thread, or the words of an answer, with the labels of both and with
// whom it stands below. top is the thread's first post. Nobody stands as the author of
// what was written without a name, so that nothing can be told from who leaves whom out.
func docOf(kind, area string, e, top Entry) (search.Doc, bool) {
	if e.State != Open || e.Words == "" {
		return search.Doc{}, false
	}
	d := search.Doc{Kind: kind, ID: e.ID, Area: area, Title: e.Title, Words: e.Words, Topics: e.Topics, At: e.At}
	if !e.Anonymous {
		d.Author = e.author
	}
	if e.Post == "" {
		return d, true
	}
	d.Topics = withLabels(e.Topics, top.Topics)
	if !top.Anonymous {
		d.Below = top.author
	}
	return d, holdsAnswers(top)
}

// holdsAnswers tells that what stands below a post is there for everybody of the space:
// the post is open, or was taken back by its author when somebody had answered.
func holdsAnswers(top Entry) bool {
	return top.State == Open || top.State == Withdrawn && top.Why == ""
}

func withLabels(own, above []string) []string {
	out := slices.Clone(own)
	for _, t := range above {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// findable brings what is found of an entry in line with it, after every change of it, with
// what stands below it. Of very long threads the rest follows: until then Found leaves it out.
func (s *Service) findable(ctx context.Context, tx db.Writer, id moment.ID) error {
	e, found, err := entryByID(ctx, tx, id)
	if err != nil || !found {
		return err
	}
	x, area, found, err := s.foundIn(ctx, tx, e.Space)
	if err != nil || area == "" {
		return err
	}
	top := e
	if e.Post != "" {
		if top, _, err = entryByID(ctx, tx, e.Post); err != nil {
			return err
		}
	}
	if err := s.putFound(ctx, tx, x, area, found, e, top); err != nil || e.Comments == 0 {
		return err
	}
	return s.belowJob(ctx, tx, aboutTelling{Post: id})
}

func (s *Service) putFound(ctx context.Context, tx db.Writer, x room, area string, found bool, e, top row) error {
	if found && e.State == Open {
		opened, err := open(x, e)
		if err != nil {
			return err
		}
		if d, ok := docOf(x.Kind, area, opened, top.Entry); ok {
			return s.Index.Put(ctx, tx, d)
		}
	}
	return s.Index.Remove(ctx, tx, x.Kind, e.ID)
}

// belowJob brings what is found of the answers of a thread in line with it, some at a time
// in the order of their ids.
func (s *Service) belowJob(ctx context.Context, tx db.Writer, about aboutTelling) error {
	top, there, err := entryByID(ctx, tx, about.Post)
	if err != nil || !there {
		return err
	}
	x, area, found, err := s.foundIn(ctx, tx, top.Space)
	if err != nil || area == "" {
		return err
	}
	list, err := answersAfter(ctx, tx, top.ID, about.After, unfindAtOnce)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := s.putFound(ctx, tx, x, area, found, e, top); err != nil {
			return err
		}
		about.After = e.ID
	}
	if len(list) < unfindAtOnce {
		return nil
	}
	return s.Bus.At(ctx, tx, jobBelow, string(top.ID), s.Clock.Now(), about)
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
	list, err := unnamedBy(ctx, tx, person)
	for _, x := range list {
		if err := s.Index.Remove(ctx, tx, x.kind, x.id); err != nil {
			return err
		}
	}
	return err
}

// Found gives those of some entries that the actor sees now, as search shows them, without
// what they would rather not meet.
func (s *Service) Found(ctx context.Context, r db.Reader, a access.Actor, ids []moment.ID) (map[moment.ID]search.Found, error) {
	rows, tops, err := withTops(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	rather, err := rathersOf(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	rooms, out := map[moment.ID]room{}, map[moment.ID]search.Found{}
	for _, e := range rows {
		x, known := rooms[e.Space]
		if !known {
			if x, err = s.visit(ctx, r, a, e.Space); err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			rooms[e.Space] = x
		}
		top := tops[e.Thread()]
		if x.ID == "" || e.State != Open || !holdsAnswers(top.Entry) || !canSee(x.viewer, e.Entry).OK() || !canSee(x.viewer, top.Entry).OK() {
			continue
		}
		if out[e.ID], err = found(ctx, x, e, top, rather); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// withTops gives entries, and the first posts of their threads.
func withTops(ctx context.Context, r db.Reader, ids []moment.ID) (rows []row, tops map[moment.ID]row, err error) {
	if rows, err = entriesByID(ctx, r, ids); err != nil {
		return nil, nil, err
	}
	tops, err = topsOf(ctx, r, rows)
	return rows, tops, err
}

func topsOf(ctx context.Context, r db.Reader, rows []row) (map[moment.ID]row, error) {
	tops, above := map[moment.ID]row{}, []moment.ID{}
	for _, e := range rows {
		if e.Post == "" {
			tops[e.ID] = e
		} else {
			above = append(above, e.Post)
		}
	}
	slices.Sort(above)
	list, err := entriesByID(ctx, r, slices.Compact(above))
	for _, e := range list {
		tops[e.ID] = e
	}
	return tops, err
}

// found is how search shows an entry: an answer under the title of its thread. What the
// reader covers is covered.
func found(ctx context.Context, x room, sealed, sealedTop row, rather map[string]bool) (search.Found, error) {
	e, err := open(x, sealed)
	if err != nil {
		return search.Found{}, err
	}
	top, err := open(x, sealedTop)
	if err != nil {
		return search.Found{}, err
	}
	f := search.Found{Title: top.Title, Where: web.T(ctx, "discussion.found.where", "name", x.Name), Text: e.Words, Href: entryPath(e), At: e.At}
	if x.Threads {
		f.Text = prose.Plain(e.Words)
	}
	if e.Post != "" {
		f.Where = web.T(ctx, "discussion.found.answer", "name", x.Name)
	}
	for _, t := range withLabels(e.Topics, top.Topics) {
		if rather[t] && !x.viewer.mine(e) {
			f.Title, f.Text = "", web.T(ctx, "discussion.found.covered")
		}
	}
	return f, nil
}

// FindableAfter gives what is found in the spaces of a kind, in the order of ids, after one,
// for the index; next is the last that was looked at, "" when there is no more.
func (s *Service) FindableAfter(ctx context.Context, r db.Reader, kind, after string, n int) (docs []search.Doc, next string, err error) {
	rows, err := openAfter(ctx, r, kind, after, n)
	if err != nil {
		return nil, "", err
	}
	tops, err := topsOf(ctx, r, rows)
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
		if d, ok := docOf(kind, p.area, e, tops[e.Thread()].Entry); ok {
			docs = append(docs, d)
		}
	}
	if len(rows) == n {
		next = string(rows[n-1].ID)
	}
	return docs, next, nil
}
