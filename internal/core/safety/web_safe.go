package safety

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"cairn/internal/core/directory"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// ownRoutes are the addresses for the person a worry is about.
func (s *Service) ownRoutes() []web.Route {
	edit := permWish
	edit.NoToken = true
	return []web.Route{
		{Method: "GET", Path: "/safe", Need: access.Everybody(), Do: s.safePage},
		{Method: "GET", Path: "/safe/stream", Need: permSelf, Do: s.safeStream, Stream: true},
		{Method: "POST", Path: "/safe", Need: permSelf, Do: s.safePost, Never: true},
		{Method: "GET", Path: "/me/cases", Need: permMine, Do: s.ownPage},
		{Method: "POST", Path: "/me/cases/{id}", Need: permMine, Do: s.commentPost},
		{Method: "GET", Path: "/me/wishes", Need: edit, Do: s.wishPage},
		{Method: "POST", Path: "/me/wishes", Need: edit, Do: s.wishPost},
		{Method: "GET", Path: "/service/waits", Need: permWaiting, Do: s.waitsPage},
		{Method: "POST", Path: "/service/waits", Need: permWaiting, Do: s.waitsPost},
	}
}

// safeView is the page behind "I'm not safe".
type safeView struct {
	Lines   []directory.Line
	Covered bool // somebody is on duty or on call
	Known   bool // the one who looks can be told about
	Works   bool
	Wish    Wish
	Own     *Case // the running one
	Entries []Entry
}

func (s *Service) safeOf(ctx context.Context) (safeView, error) {
	a, r := web.Actor(ctx), s.DB.Reader()
	v := safeView{Known: permSelf.Check(a) == nil, Works: a.Works()}
	var err error
	v.Lines = s.Directory.LastKnown(ctx)
	if v.Covered, err = s.Covered(ctx, r, a.Person); err != nil || !v.Known {
		return v, err
	}
	if v.Wish, err = s.wishOf(ctx, r, a.Person); err != nil {
		return v, err
	}
	c, found, err := runningCase(ctx, r, a.Person, KindSelf)
	if err != nil || !found {
		return v, err
	}
	v.Own = &c
	entries, err := s.timeline(ctx, r, c)
	v.Entries = forMember(entries, s.Clock.Now())
	return v, err
}

// orHelp keeps the page when something cannot be read: lines are shown whatever
// else fails, and nobody is promised.
func (s *Service) orHelp(ctx context.Context, v safeView, err error) safeView {
	if err != nil {
		return safeView{Lines: s.Directory.LastKnown(ctx)}
	}
	return v
}

func (s *Service) safePage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.safeOf(r.Context())
	return web.Render(w, r, http.StatusOK, safePageView(s.orHelp(r.Context(), v, err)))
}

func (s *Service) safeStream(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	topics := []string{}
	if c, found, err := runningCase(r.Context(), s.DB.Reader(), a.Person, KindSelf); err != nil {
		return err
	} else if found {
		topics = append(topics, CaseTopic(c.ID))
	}
	return web.KeepLive(w, r, s.Bus, topics, func(ctx context.Context) (web.Region, error) {
		v, err := s.safeOf(ctx)
		return web.Region{ID: "told", Body: toldNow(v)}, err
	})
}

// safePost tells somebody. Where nobody would read it, the page says so again and
// keeps nothing.
func (s *Service) safePost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if _, _, err = s.Unsafe(r.Context(), web.Actor(r.Context()), form.Get("words")); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/safe")
}

func (s *Service) ownPage(w http.ResponseWriter, r *http.Request) error {
	return s.showOwn(w, r, "", "", nil)
}

func (s *Service) showOwn(w http.ResponseWriter, r *http.Request, id moment.ID, typed string, wrong error) error {
	list, err := s.Own(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	return web.Render(w, r, status, ownView(list, id, typed, wrong))
}

func (s *Service) commentPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	err = s.Comment(r.Context(), web.Actor(r.Context()), id, form.Get("words"))
	if fault.Is(err, fault.Invalid) {
		return s.showOwn(w, r, id, form.Get("words"), err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/cases#"+string(id))
}

func (s *Service) wishPage(w http.ResponseWriter, r *http.Request) error {
	wish, err := s.Wish(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, wishView(wish, r.URL.Query().Get("done") == "saved", nil))
}

func (s *Service) wishPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	wish := Wish{Ask: form.Get("ask"), Call: form.Get("call"), Avoid: form.Get("avoid")}
	for i := range MostContacts {
		n := strconv.Itoa(i)
		wish.Contacts = append(wish.Contacts, Confidant{Name: form.Get("name" + n), Phone: form.Get("phone" + n), Who: form.Get("who" + n), MayCall: form.Get("may"+n) == "yes"})
	}
	typed := wish
	err = s.SaveWish(r.Context(), web.Actor(r.Context()), wish)
	if fault.Is(err, fault.Invalid) {
		return web.Render(w, r, web.Status(err), wishView(typed, false, err))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/wishes?done=saved")
}

func (s *Service) waitsPage(w http.ResponseWriter, r *http.Request) error {
	waits, err := s.Waits(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, waitsView(minutesOf(waits), r.URL.Query().Get("done") == "saved", nil))
}

func (s *Service) waitsPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	waits, typed := waitsIn(form)
	err = s.SetWaits(r.Context(), web.Actor(r.Context()), waits)
	if fault.Is(err, fault.Invalid) {
		return web.Render(w, r, web.Status(err), waitsView(typed, false, err))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/service/waits?done=saved")
}

// Trusted gives the people whom whoever looks trusts, to stand beside crisis lines;
// nil when there are none, or when they cannot be read just now.
func (s *Service) Trusted(ctx context.Context) templ.Component {
	a := web.Actor(ctx)
	if permWish.Check(a) != nil {
		return nil
	}
	wish, err := s.wishOf(ctx, s.DB.Reader(), a.Person)
	if err != nil || len(wish.Contacts) == 0 {
		return nil
	}
	return trustedView(wish.Contacts)
}
