package discussion

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// pasteMost is how much is taken in, in bytes: a paste that is far too long is
// answered at its field, with the words still there, and not with an error page.
const pasteMost = 4 << 20

// Routes are the addresses of walls and posts. The page around a wall belongs to
// whoever brought the space.
func (s *Service) Routes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/wall/{space}", Need: permUse, Do: s.wallPage},
		{Method: "POST", Path: "/wall/{space}", Need: permUse, Do: s.wallPost, MaxBody: pasteMost},
		{Method: "GET", Path: "/wall/{space}/stream", Need: permUse, Do: s.wallStream, Stream: true},
		{Method: "GET", Path: "/post/{id}", Need: permRead, Do: s.threadPage},
		{Method: "GET", Path: "/post/{id}/stream", Need: permUse, Do: s.threadStream, Stream: true},
		{Method: "POST", Path: "/post/{id}/comment", Need: permUse, Do: s.commentPost, MaxBody: PicturedMost},
		{Method: "GET", Path: "/post/{id}/picture/{picture}", Need: permRead, Do: s.pictureFile},
		{Method: "POST", Path: "/post/{id}/follow", Need: permUse, Do: s.followPost},
		{Method: "GET", Path: "/post/{id}/edit", Need: permUse, Do: s.editPage},
		{Method: "POST", Path: "/post/{id}/edit", Need: permUse, Do: s.editPost, MaxBody: pasteMost},
		{Method: "GET", Path: "/post/{id}/history", Need: permUse, Do: s.historyPage},
		{Method: "GET", Path: "/post/{id}/label", Need: permUse, Do: s.labelPage},
		{Method: "POST", Path: "/post/{id}/label", Need: permUse, Do: s.labelPost},
		{Method: "GET", Path: "/post/{id}/sure/{act}", Need: permUse, Do: s.surePage},
		{Method: "POST", Path: "/post/{id}/withdraw", Need: permUse, Do: s.withdrawPost},
		{Method: "POST", Path: "/post/{id}/react", Need: permUse, Do: s.reactPost},
		{Method: "POST", Path: "/post/{id}/hide", Need: permUse, Do: s.hidePost},
		{Method: "POST", Path: "/post/{id}/release", Need: permUse, Do: s.releasePost},
		{Method: "POST", Path: "/post/{id}/pin", Need: permUse, Do: s.pinPost},
		{Method: "POST", Path: "/post/{id}/reveal", Need: permReveal, Do: s.revealPost},
	}
}

func wallPath(space moment.ID) string { return "/wall/" + string(space) }

func postPath(id moment.ID, rest string) string { return "/post/" + string(id) + rest }

func domID(id moment.ID) string { return "e-" + string(id) }

func spaceID(r *http.Request) (moment.ID, error) {
	id, ok := moment.ParseID(r.PathValue("space"))
	if !ok {
		return "", fault.Hidden()
	}
	return id, nil
}

// backTo is where a form returns to: a local page that it named, otherwise ours.
func backTo(named, otherwise string) string {
	named, _, _ = strings.Cut(named, "#")
	if named == "" || web.LocalPath(named) != named {
		return otherwise
	}
	return named
}

func (s *Service) wallPage(w http.ResponseWriter, r *http.Request) error {
	id, err := spaceID(r)
	if err != nil {
		return err
	}
	return s.showWall(w, r, id, Draft{}, "", nil)
}

func (s *Service) showWall(w http.ResponseWriter, r *http.Request, id moment.ID, typed Draft, back string, wrong error) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	v, err := s.Page(r.Context(), web.Actor(r.Context()), id, q.Get("before"), 0)
	if err != nil {
		return err
	}
	if v.Stand.Threads { // these have a page of their own
		return web.SeeOther(w, r, v.Stand.Href)
	}
	v.Typed, v.Err, v.Back = typed, wrong, backTo(back, wallPath(id))
	if v.Heavy, err = s.heavy(r, typed, wrong); err != nil {
		return err
	}
	return web.Render(w, r, web.Status(wrong), wallView(v))
}

func (s *Service) wallPost(w http.ResponseWriter, r *http.Request) error {
	id, err := spaceID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := draftOf(form)
	post, state, err := s.Post(r.Context(), web.Actor(r.Context()), id, d)
	if web.ShownAgain(err) {
		return s.showWall(w, r, id, d, form.Get("back"), err)
	}
	if err != nil {
		return err
	}
	if state == Held { // what happens now stands on its own page, with help
		return web.SeeOther(w, r, postPath(post, ""))
	}
	return web.SeeOther(w, r, backTo(form.Get("back"), wallPath(id))+"#"+domID(post))
}

func draftOf(form url.Values) Draft {
	quotes, _ := moment.ParseID(form.Get("quotes"))
	return Draft{Key: form.Get("key"), Title: form.Get("title"), Words: form.Get("words"), Anonymous: form.Get("anonymous") == "yes", Quotes: quotes}
}

func (s *Service) wallStream(w http.ResponseWriter, r *http.Request) error {
	id, err := spaceID(r)
	if err != nil {
		return err
	}
	a, back := web.Actor(r.Context()), r.URL.Query().Get("back")
	if err := s.watchPage(r.Context(), a, id); err != nil {
		return err
	}
	return web.KeepLive(w, r, s.Bus, []string{Topic(id)}, func(ctx context.Context) (web.Region, error) {
		v, _, err := s.page(ctx, a, id, "", 0)
		v.Back = backTo(back, wallPath(id))
		return web.Region{ID: "wall", Body: wallNow(v)}, err
	})
}

func (s *Service) threadPage(w http.ResponseWriter, r *http.Request) error {
	return orSignIn(r, s.showThread(w, r, Draft{}, nil))
}

func (s *Service) showThread(w http.ResponseWriter, r *http.Request, typed Draft, wrong error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	from, _ := moment.ParseID(q.Get("from"))
	t, err := s.OpenFrom(r.Context(), web.Actor(r.Context()), id, from)
	if err != nil {
		return err
	}
	if t.Post.ID != id && wrong == nil { // a comment stands in its thread
		return web.SeeOther(w, r, postPath(t.Post.ID, "?from="+string(id)+"#"+domID(id)))
	}
	if quotes, ok := moment.ParseID(q.Get("quotes")); ok && typed.Quotes == "" {
		typed.Quotes = quotes
	}
	t.Typed, t.Err = typed, wrong
	if t.Heavy, err = s.heavy(r, typed, wrong); err != nil {
		return err
	}
	if wrong == nil {
		t.Typed.Anonymous = t.Unnamed // who was without a name here stays so unless they choose otherwise
		if t.Kept != nil {
			t.Kept.Dropped = PicturesDropped(r)
			t.Typed.Words, t.Typed.Anonymous = t.Kept.Words, t.Kept.Anonymous
			if t.Typed.Quotes == "" {
				t.Typed.Quotes = t.Kept.Quotes
			}
		}
	}
	return web.Render(w, r, web.Status(wrong), threadView(t, from))
}

func (s *Service) threadStream(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	from, _ := moment.ParseID(r.URL.Query().Get("from"))
	opened, err := s.watchThread(r.Context(), a, id, from)
	if err != nil {
		return err
	}
	noted := map[string]bool{} // what is held may appear while the page stands open: that is written down once
	return web.KeepLive(w, r, s.Bus, []string{Topic(opened.Space.ID)}, func(ctx context.Context) (web.Region, error) {
		t, read, err := s.thread(ctx, a, id, from)
		if err == nil {
			err = s.noteReads(ctx, a, fresh(read, noted))
		}
		return web.Region{ID: "thread", Body: threadNow(t)}, err
	})
}

// fresh gives what was not noted yet as it stands now, and notes it.
func fresh(list []row, noted map[string]bool) []row {
	var out []row
	for _, e := range list {
		if key := string(e.ID) + "/" + string(e.State); !noted[key] {
			noted[key] = true
			out = append(out, e)
		}
	}
	return out
}

func (s *Service) commentPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, leave, err := s.commentForm(w, r, id)
	if err != nil && form != nil {
		return s.showThread(w, r, WordsOf(form), err)
	}
	if err != nil {
		return err
	}
	defer leave()
	d, do := DraftOf(form)
	if d.Pictures, err = Uploads(r, form); err != nil {
		return err
	}
	if do != "" {
		return s.draftPost(w, r, id, d, do)
	}
	made, _, err := s.Comment(r.Context(), web.Actor(r.Context()), id, d)
	if web.ShownAgain(err) {
		return s.showThread(w, r, d, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, postPath(made, ""))
}

// entryData is a page about one entry of somebody.
type entryData struct {
	Entry  Shown
	Typed  string
	Labels []web.Option
	Fixed  []string // labels that moderation keeps there
	Older  []Older
	Err    error
	Heavy  bool // a listed phrase stands in what was typed and not sent
	Lines  []web.CrisisLine
}

// heavy is Sounds for what a form shows again.
func (s *Service) heavy(r *http.Request, typed Draft, wrong error) (bool, error) {
	if wrong == nil {
		return false, nil
	}
	return s.Sounds(r.Context(), typed)
}

// entry gives what the path names, as the actor sees it.
func (s *Service) entry(r *http.Request, id moment.ID, may func(May) bool) (Shown, error) {
	reader := s.DB.Reader()
	x, e, err := s.at(r.Context(), reader, web.Actor(r.Context()), id)
	if err != nil {
		return Shown{}, err
	}
	sealed, _, err := entryByID(r.Context(), reader, e.ID)
	if err != nil {
		return Shown{}, err
	}
	list, err := s.show(r.Context(), reader, x, []row{sealed}, nil)
	if err != nil {
		return Shown{}, err
	}
	if !may(list[0].May) {
		return Shown{}, fault.Hidden()
	}
	return list[0], s.reads(r.Context(), web.Actor(r.Context()), []row{sealed})
}

func (s *Service) editPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	return s.showEdit(w, r, id, nil, nil)
}

func (s *Service) showEdit(w http.ResponseWriter, r *http.Request, id moment.ID, typed *string, wrong error) error {
	e, err := s.entry(r, id, func(m May) bool { return m.Edit || typed != nil && m.Withdraw })
	if err != nil {
		return err
	}
	d := entryData{Entry: e, Typed: e.Words, Err: wrong}
	if typed != nil {
		d.Typed, d.Lines = *typed, s.Lines.BarLines(r.Context())
		if d.Heavy, err = s.heavy(r, Draft{Words: *typed}, wrong); err != nil {
			return err
		}
	}
	return web.Render(w, r, web.Status(wrong), editView(d))
}

func (s *Service) editPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	words := form.Get("words")
	err = s.Edit(r.Context(), web.Actor(r.Context()), id, words)
	if web.ShownAgain(err) {
		return s.showEdit(w, r, id, &words, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, postPath(id, ""))
}

func (s *Service) historyPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	e, list, err := s.History(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, historyView(entryData{Entry: e, Older: list}))
}
