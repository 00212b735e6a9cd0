package discussion

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Page gives posts of a space as the actor may see them, newest activity first: n of
// them (PageLength when it is 0), from where a page before said. Pinned ones come
// first on the first page. Opening it is written into the audit.
func (s *Service) Page(ctx context.Context, a access.Actor, space moment.ID, before string, n int) (SpaceView, error) {
	v, held, err := s.page(ctx, a, space, before, n)
	if err != nil {
		return v, err
	}
	if err := s.reads(ctx, a, held); err != nil {
		return v, err
	}
	return v, s.noteOpened(ctx, a, v.Stand, access.Entry{Verb: "discussion.read", Kind: "space", Object: space})
}

// watchPage is Page for what keeps an open page up to date: with the audit, as somebody may come
// without the page. Whether anybody sits before it nobody knows, so nothing counts as opened.
func (s *Service) watchPage(ctx context.Context, a access.Actor, space moment.ID) error {
	v, held, err := s.page(ctx, a, space, "", 0)
	if err == nil {
		err = s.noteReads(ctx, a, held)
	}
	if err != nil {
		return err
	}
	return s.noteOpened(ctx, a, v.Stand, access.Entry{Verb: "discussion.read", Kind: "space", Object: space})
}

// watchThread is OpenFrom for what keeps an open page up to date, as watchPage.
func (s *Service) watchThread(ctx context.Context, a access.Actor, post, from moment.ID) (Thread, error) {
	t, read, err := s.thread(ctx, a, post, from)
	if err == nil {
		err = s.noteReads(ctx, a, read)
	}
	if err == nil {
		err = s.noteSeen(ctx, a, t)
	}
	if err != nil {
		return t, err
	}
	return t, s.noteOpened(ctx, a, t.Stand, access.Entry{Verb: "discussion.read", Kind: "post", Object: t.Post.ID})
}

// reads is noteReads for somebody who has just opened a page.
func (s *Service) reads(ctx context.Context, a access.Actor, list []row) error {
	if err := s.opened(ctx, a, list); err != nil {
		return err
	}
	return s.noteReads(ctx, a, list)
}

// noteReads writes down that somebody read what only its author, keepers and whoever
// leads see.
func (s *Service) noteReads(ctx context.Context, a access.Actor, list []row) error {
	for _, e := range list {
		if e.State != Held && e.State != Hidden && !e.wasTaken() || e.author == a.Person {
			continue
		}
		if err := s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "discussion.read_held", Kind: "post", Object: e.ID, Subject: e.author}); err != nil {
			return err
		}
	}
	return nil
}

// page is Page without the audit, for pages that are kept up to date.
func (s *Service) page(ctx context.Context, a access.Actor, space moment.ID, before string, n int) (SpaceView, []row, error) {
	return s.pageWith(ctx, a, space, before, n, firstShown)
}

// pageWith is page with so many comments below each post.
func (s *Service) pageWith(ctx context.Context, a access.Actor, space moment.ID, before string, n, below int) (SpaceView, []row, error) {
	r := s.DB.Reader()
	x, err := s.visit(ctx, r, a, space)
	if err != nil {
		return SpaceView{}, nil, err
	}
	if n <= 0 {
		n = PageLength
	}
	n = min(n, MostPage)
	from, later := parsePlace(before)
	v := SpaceView{Space: x.Space, Stand: x.Stand, First: !later, Lines: s.Lines.BarLines(ctx)}
	rows, err := pageOf(ctx, r, space, x.viewer, from, n+1)
	if err != nil {
		return v, nil, err
	}
	if len(rows) > n {
		rows = rows[:n]
		v.Next = place{rows[n-1].ActiveAt, rows[n-1].ID}.String()
	}
	if v.First {
		pinned, err := pinnedOf(ctx, r, space, x.viewer)
		if err == nil {
			pinned, err = asNear(ctx, r, x.viewer, pinned)
		}
		if err != nil {
			return v, nil, err
		}
		rows = append(pinned, rows...)
	}
	var comments []row
	if below > 0 {
		if comments, err = firstComments(ctx, r, idsOf(rows), x.viewer, below); err != nil {
			return v, nil, err
		}
	}
	if v.Posts, err = s.show(ctx, r, x, rows, comments); err != nil {
		return v, nil, err
	}
	if v.NotWhy, err = s.whyNot(ctx, r, x, canPost(x.viewer, x.Space)); err != nil {
		return v, nil, err
	}
	v.Writing, v.Drafts = v.NotWhy == "", keepsDrafts(x.viewer, x.Stand)
	v.Kept, err = s.kept(ctx, r, x, space)
	return v, append(rows, comments...), err
}

// whyNot gives the key of what keeps the viewer from writing; "" for nothing.
func (s *Service) whyNot(ctx context.Context, r db.Reader, x room, d access.Decision) (string, error) {
	if !d.OK() && x.viewer.see && !x.viewer.Has(access.Member) && !x.Rules.Closed {
		return keySignIn, nil
	}
	if !d.OK() {
		return fault.As(d.Err()).Key, nil
	}
	err := s.notOut(ctx, r, x.viewer.Person)
	if fault.Is(err, fault.Conflict) {
		return fault.As(err).Key, nil
	}
	return "", err
}

func idsOf(rows []row) []moment.ID {
	out := make([]moment.ID, len(rows))
	for i, e := range rows {
		out[i] = e.ID
	}
	return out
}

// Open gives a post with its first comments. A comment's id gives its thread from
// that comment on.
func (s *Service) Open(ctx context.Context, a access.Actor, post moment.ID) (Thread, error) {
	return s.OpenFrom(ctx, a, post, "")
}

// OpenFrom is Open from one of the comments on. Opening is written into the audit.
func (s *Service) OpenFrom(ctx context.Context, a access.Actor, post, from moment.ID) (Thread, error) {
	t, read, err := s.thread(ctx, a, post, from)
	if err != nil {
		return t, err
	}
	if err := s.reads(ctx, a, read); err != nil {
		return t, err
	}
	if t.Post.Taken() {
		if err := s.DB.Write(ctx, func(tx db.Writer) error {
			return s.settleTaken(ctx, tx, a.Person, read[0].Entry)
		}); err != nil {
			return t, err
		}
	}
	if err := s.noteSeen(ctx, a, t); err != nil {
		return t, err
	}
	return t, s.noteOpened(ctx, a, t.Stand, access.Entry{Verb: "discussion.read", Kind: "post", Object: t.Post.ID})
}

// thread is OpenFrom without the audit.
func (s *Service) thread(ctx context.Context, a access.Actor, id, from moment.ID) (Thread, []row, error) {
	r := s.DB.Reader()
	x, e, err := s.find(ctx, r, a, id)
	if fault.Is(err, fault.NotFound) {
		return s.taken(ctx, r, a, id)
	}
	if err != nil {
		return Thread{}, nil, err
	}
	t := Thread{Space: x.Space, Stand: x.Stand, Lines: s.Lines.BarLines(ctx)}
	top, found := e, true
	if e.Post != "" {
		top, found, err = entryByID(ctx, r, e.Post)
	}
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return t, nil, err
	}
	if e.Post != "" && canSee(x.viewer, top.Entry).OK() {
		from = e.ID
	}
	if from == "" {
		if had, ok := s.visitOf(ctx, x, top); ok {
			had.Space, had.Stand, had.Lines = t.Space, t.Stand, t.Lines
			return had, nil, s.finish(ctx, r, x, top.Entry, &had)
		}
	}
	rows := []row{top}
	var comments []row
	if t.Alone = !canSee(x.viewer, top.Entry).OK() || !x.viewer.see && !x.viewer.leads(top.Entry); t.Alone {
		rows[0] = e // their own, or what is held: it stands by itself, without what is around it
	} else if comments, err = s.comments(ctx, r, x, top, from, &t); err != nil {
		return t, nil, err
	}
	shown, err := s.show(ctx, r, x, append(rows, comments...), nil)
	if err != nil {
		return t, nil, err
	}
	t.Post, t.Comments = shown[0], shown[1:]
	if err := s.finish(ctx, r, x, rows[0].Entry, &t); err != nil {
		return t, nil, err
	}
	if from == "" {
		s.keepVisit(ctx, x, top, &t)
	}
	return t, append(rows, comments...), nil
}

// taken is the thread of what was taken back while it was held for its words, for
// whoever leads: who wrote it and since when it is gone, and nothing else.
func (s *Service) taken(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (Thread, []row, error) {
	e, found, err := entryByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return Thread{}, nil, err
	}
	x, err := s.enter(ctx, r, a, e.Space)
	if err == nil && !learnsTaken(x.viewer, e.Entry) {
		err = fault.Hidden()
	}
	if err != nil {
		return Thread{}, nil, err
	}
	around, err := s.gather(ctx, r, x, []row{e})
	if err != nil {
		return Thread{}, nil, err
	}
	who := around.who(x.viewer, e.Entry)
	if e.wasLeft() {
		who = Who{Seed: string(e.ID), Left: true}
	}
	post := Shown{ID: e.ID, Space: e.Space, Post: e.Post, Who: who, State: e.State, Why: e.Why, Since: e.StateAt, At: e.At}
	return Thread{Space: x.Space, Stand: x.Stand, Post: post, Alone: true, NotWhy: "discussion.error.gone", Lines: s.Lines.BarLines(ctx)}, []row{e}, nil
}

// comments reads one page of comments, from one of them on.
func (s *Service) comments(ctx context.Context, r db.Reader, x room, top row, from moment.ID, t *Thread) ([]row, error) {
	var at place
	if from != "" && top.Comments > threadPage/2 { // a short thread is shown whole, wherever one comes from
		first, found, err := entryByID(ctx, r, from)
		if err != nil {
			return nil, err
		}
		if found && first.Post == top.ID {
			at = place{first.At, first.ID}
			before, err := commentsUpTo(ctx, r, top.ID, x.viewer, at, 2)
			if err != nil {
				return nil, err
			}
			t.Earlier = len(before) > 1 || len(before) == 1 && before[0].ID != from
		}
	}
	list, err := commentsFrom(ctx, r, top.ID, x.viewer, at, threadPage+1)
	if len(list) > threadPage {
		t.Next, list = list[threadPage].ID, list[:threadPage]
	}
	return list, err
}

// finish adds what only the page of one post shows.
func (s *Service) finish(ctx context.Context, r db.Reader, x room, top Entry, t *Thread) error {
	var err error
	decision := access.Hide()
	if !t.Alone || x.viewer.leads(top) {
		decision = canComment(x.viewer, x.Space, top)
	}
	if t.NotWhy, err = s.whyNot(ctx, r, x, decision); err != nil {
		return err
	}
	if x.viewer.Person == "" {
		return nil // what follows is about somebody
	}
	n, err := aliasOf(ctx, r, t.Post.ID, x.viewer.Person)
	t.Unnamed = n > 0
	if err != nil {
		return err
	}
	if t.Known = x.viewer.Has(access.Member); t.Known && x.Threads && !t.Alone {
		if t.Follows, err = follows(ctx, r, t.Post.ID, x.viewer.Person); err != nil {
			return err
		}
		t.Drafts = keepsDrafts(x.viewer, x.Stand)
		if t.Kept, err = s.kept(ctx, r, x, t.Post.ID); err != nil {
			return err
		}
	}
	return s.reveals(ctx, r, x, t)
}

// reveals shows authors who looked their names up and why, and names to whoever
// has just done so.
func (s *Service) reveals(ctx context.Context, r db.Reader, x room, t *Thread) error {
	by := map[moment.ID]*Shown{t.Post.ID: &t.Post}
	ids := []moment.ID{t.Post.ID}
	for i := range t.Comments {
		by[t.Comments[i].ID] = &t.Comments[i]
		ids = append(ids, t.Comments[i].ID)
	}
	list, err := revealsOf(ctx, r, ids)
	if err != nil {
		return err
	}
	for _, y := range list {
		e := by[y.Entry]
		switch {
		case e.Who.Mine:
			reason, err := openIn(x, y.reason, revealPlace(y.ID))
			if err != nil {
				return err
			}
			e.Reveals = append(e.Reveals, Revealed{y.At, reason})
		case y.By == x.viewer.Person && s.Clock.Now().Sub(y.At) < revealLasts && permReveal.Check(x.viewer.Actor) == nil:
			if e.Known, err = s.lookedUp(ctx, r, x, y); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookedUp gives the name to whoever looked it up, and writes down that they read it again.
func (s *Service) lookedUp(ctx context.Context, r db.Reader, x room, y reveal) (string, error) {
	e, _, err := entryByID(ctx, r, y.Entry)
	if err != nil || e.author == "" {
		return "", err
	}
	cards, err := s.People.Cards(ctx, r, e.author)
	if err != nil {
		return "", err
	}
	return cards[e.author].Name, s.Ledger.RecordRead(ctx, x.viewer.Actor, s.Clock.Now(), access.Entry{Verb: "discussion.read_author", Kind: "author", Object: y.Entry, Subject: e.author})
}

// History gives what stood in an entry before, latest first, for its author and keepers.
func (s *Service) History(ctx context.Context, a access.Actor, id moment.ID) (Shown, []Older, error) {
	r := s.DB.Reader()
	x, e, err := s.at(ctx, r, a, id)
	if err == nil && !seesVersions(x.viewer, e) {
		err = fault.Hidden()
	}
	if err != nil {
		return Shown{}, nil, err
	}
	now, _, err := entryByID(ctx, r, id)
	if err != nil {
		return Shown{}, nil, err
	}
	shown, err := s.show(ctx, r, x, []row{now}, nil)
	if err != nil {
		return Shown{}, nil, err
	}
	list, err := versionsOf(ctx, r, id)
	if err != nil {
		return Shown{}, nil, err
	}
	out := make([]Older, len(list))
	for i, v := range list {
		out[i].At = v.At
		if out[i].Words, err = openIn(x, v.words, wordsPlace(id, v.Version)); err != nil {
			return Shown{}, nil, err
		}
	}
	return shown[0], out, s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "discussion.read_history", Kind: "post", Object: id, Subject: e.author})
}
