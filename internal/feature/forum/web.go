package forum

import (
	"net/http"
	"net/url"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// pasteMost is how much is taken in, in bytes: a paste that is far too long is answered at
// its field, with the words still there.
const pasteMost = 4 << 20

// Routes are the addresses of the forum. A thread's own page is discussions' /post/{id}.
func (s *Service) Routes() []web.Route {
	return append([]web.Route{
		{Method: "GET", Path: "/forum", Need: permSee, Do: s.homePage},
		{Method: "GET", Path: "/forum/make", Need: permMake, Do: s.newPage},
		{Method: "POST", Path: "/forum/make", Need: permMake, Do: s.newPost, MaxBody: pasteMost},
		{Method: "GET", Path: discussion.NewsPath, Need: permOwn, Do: s.newsPage},
		{Method: "GET", Path: "/forum/filters", Need: permOwn, Do: s.filtersPage},
		{Method: "POST", Path: "/forum/filters", Need: permOwn, Do: s.filtersPost},
		{Method: "GET", Path: "/forum/{space}", Need: permSee, Do: s.spacePage},
		{Method: "GET", Path: "/forum/{space}/write", Need: permOwn, Do: s.writePage},
		{Method: "POST", Path: "/forum/{space}/write", Need: permOwn, Do: s.writePost, MaxBody: discussion.PicturedMost},
		{Method: "POST", Path: "/forum/{space}/follow", Need: permOwn, Do: s.followPost},
		{Method: "POST", Path: "/forum/{space}/read", Need: permOwn, Do: s.readPost},
		{Method: "GET", Path: "/forum/{space}/edit", Need: permMake, Do: s.editPage},
		{Method: "POST", Path: "/forum/{space}/edit", Need: permMake, Do: s.editPost, MaxBody: pasteMost},
		{Method: "GET", Path: "/forum/{space}/close", Need: permMake, Do: s.closePage},
		{Method: "POST", Path: "/forum/{space}/close", Need: permMake, Do: s.closePost},
		{Method: "GET", Path: "/forum/{space}/join", Need: permOwn, Do: s.joinPage},
		{Method: "POST", Path: "/forum/{space}/join", Need: permOwn, Do: s.joinPost, MaxBody: pasteMost},
		{Method: "POST", Path: "/forum/{space}/unask", Need: permOwn, Do: s.unaskPost},
		{Method: "GET", Path: "/forum/{space}/leave", Need: permOwn, Do: s.leavePage},
		{Method: "POST", Path: "/forum/{space}/leave", Need: permOwn, Do: s.leavePost},
		{Method: "GET", Path: "/forum/{space}/moderators", Need: permOwn, Do: s.tendPage},
		{Method: "POST", Path: "/forum/{space}/moderators", Need: permOwn, Do: s.tendPost},
		{Method: "POST", Path: "/forum/{space}/asking/{ask}", Need: permOwn, Do: s.answerPost},
	}, s.importRoutes()...)
}

// at reads which space the address names.
func at(r *http.Request) (access.Actor, moment.ID, error) {
	id, ok := moment.ParseID(r.PathValue("space"))
	if !ok {
		return access.Actor{}, "", fault.Hidden()
	}
	return web.Actor(r.Context()), id, nil
}

// posted reads which space the address names, and the form.
func posted(r *http.Request) (access.Actor, moment.ID, url.Values, error) {
	a, id, err := at(r)
	if err != nil {
		return a, id, nil, err
	}
	form, err := web.Form(r)
	return a, id, form, err
}

// homeData is the page of all spaces.
type homeData struct {
	Spaces      []Listed
	Coordinates bool
	Known       bool
	Done        string
	Keeps       bool // looks after a space
	Queue       int  // what waits for them
}

func (s *Service) homePage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	list, err := s.Spaces(r.Context(), a)
	if err != nil {
		return err
	}
	d := homeData{Spaces: list, Coordinates: a.Has(access.Coordinator), Known: a.Has(access.Member), Done: q.Get("done")}
	if d.Queue, d.Keeps, err = s.Queue(r.Context(), a, list); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, homeView(d))
}

// spaceData is a space's own page.
type spaceData struct {
	View
	Known bool
	Done  string
	Lines []web.CrisisLine
}

func (s *Service) spacePage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	v, err := s.Look(r.Context(), a, id, q.Get("before"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, spaceView(spaceData{View: v, Known: a.Has(access.Member), Done: q.Get("done")}))
}

func (s *Service) writePage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	return s.showWrite(w, r, a, id, discussion.Draft{}, nil)
}

// showWrite shows the form of a new thread, with what was typed or kept.
func (s *Service) showWrite(w http.ResponseWriter, r *http.Request, a access.Actor, id moment.ID, typed discussion.Draft, wrong error) error {
	v, err := s.Look(r.Context(), a, id, "")
	if err == nil && !v.Reads {
		err = fault.Hidden()
	}
	if err != nil {
		return err
	}
	t := v.Threads
	t.Typed, t.Err = typed, wrong
	if wrong == nil && t.Kept != nil {
		t.Typed = t.Kept.Draft
		t.Kept.Dropped = discussion.PicturesDropped(r)
	}
	if wrong != nil {
		if t.Heavy, err = s.Talk.Sounds(r.Context(), typed); err != nil {
			return err
		}
	}
	return web.Render(w, r, web.Status(wrong), writeView(v, t))
}

func (s *Service) writePost(w http.ResponseWriter, r *http.Request) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	st, err := s.load(r.Context(), s.DB.Reader(), a, id)
	if err != nil {
		return err
	}
	form, leave, err := s.Talk.PostForm(w, r, st.Wall)
	if err != nil && form != nil {
		return s.showWrite(w, r, a, id, discussion.WordsOf(form), err)
	}
	if err != nil {
		return err
	}
	defer leave()
	d, do := discussion.DraftOf(form)
	if d.Pictures, err = discussion.Uploads(r, form); err != nil {
		return err
	}
	to := pathOf(id) + "/write"
	var post moment.ID
	switch do {
	case "keep":
		err = s.Talk.KeepThread(r.Context(), a, st.Wall, d)
		if len(d.Pictures) > 0 {
			to += discussion.PicturesAgain
		}
	case "drop":
		err, to = s.Talk.DropDraft(r.Context(), a, st.Wall), pathOf(id)
	default:
		post, _, err = s.Talk.Post(r.Context(), a, st.Wall, d)
		to = "/post/" + string(post)
	}
	if web.ShownAgain(err) {
		return s.showWrite(w, r, a, id, d, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, to)
}

func (s *Service) followPost(w http.ResponseWriter, r *http.Request) error {
	return s.onSpace(w, r, func(a access.Actor, st stand, form url.Values) error {
		return s.Talk.FollowSpace(r.Context(), a, st.Wall, form.Get("on") == "yes")
	})
}

func (s *Service) readPost(w http.ResponseWriter, r *http.Request) error {
	return s.onSpace(w, r, func(a access.Actor, st stand, _ url.Values) error {
		return s.Talk.MarkRead(r.Context(), a, st.Wall)
	})
}

// onSpace runs a verb on a space and returns to its page.
func (s *Service) onSpace(w http.ResponseWriter, r *http.Request, do func(a access.Actor, st stand, form url.Values) error) error {
	a, id, form, err := posted(r)
	if err != nil {
		return err
	}
	st, err := s.load(r.Context(), s.DB.Reader(), a, id)
	if err != nil {
		return err
	}
	if err := do(a, st, form); err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOf(id))
}
