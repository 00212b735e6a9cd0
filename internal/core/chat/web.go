package chat

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Routes are the addresses of a conversation. The page around it belongs to
// whoever brought the two together.
func (s *Service) Routes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/talk/{id}", Need: permTalk, Do: s.framed(func(f Frame) Page { return f.Talk })},
		{Method: "GET", Path: "/talk/{id}/after", Need: permTalk, Do: s.framed(func(f Frame) Page { return f.After })},
		{Method: "GET", Path: "/talk/{id}/case", Need: permTalk, Do: s.framed(func(f Frame) Page { return f.Case })},
		{Method: "GET", Path: "/talk/{id}/stream", Need: permTalk, Do: s.streamPage, Stream: true},
		{Method: "GET", Path: "/talk/{id}/write", Need: permTalk, Do: s.writePage},
		{Method: "POST", Path: "/talk/{id}/say", Need: permTalk, Do: s.sayPage},
		{Method: "POST", Path: "/talk/{id}/typing", Need: permTalk, Do: s.typingPage},
		{Method: "POST", Path: "/talk/{id}/read", Need: permTalk, Do: s.readPage},
		{Method: "GET", Path: "/talk/{id}/change/{seq}", Need: permTalk, Do: s.changeForm},
		{Method: "POST", Path: "/talk/{id}/change/{seq}", Need: permTalk, Do: s.changePost},
		{Method: "POST", Path: "/talk/{id}/withdraw/{seq}", Need: permTalk, Do: s.withdrawPost},
		{Method: "GET", Path: "/talk/{id}/card/{name}", Need: permTalk, Do: s.giveForm},
		{Method: "POST", Path: "/talk/{id}/card/{name}", Need: permTalk, Do: s.givePost},
		{Method: "POST", Path: "/talk/{id}/keep", Need: permTalk, Do: s.keepPost},
		{Method: "POST", Path: "/talk/{id}/delete", Need: permTalk, Do: s.deletePost},
	}
}

func pathSeq(r *http.Request) (moment.ID, int64, error) {
	id, err := web.PathID(r)
	if err != nil {
		return "", 0, err
	}
	seq, err := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	if err != nil || seq < 1 {
		return "", 0, fault.Hidden()
	}
	return id, seq, nil
}

func (s *Service) sayPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a, ctx := web.Actor(r.Context()), r.Context()
	_, err = s.Say(ctx, a, id, Draft{Key: form.Get("key"), Text: form.Get("text")})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooFast) {
		v, readErr := s.Read(ctx, a, id, 0)
		if readErr != nil {
			return readErr
		}
		if v.Together {
			return web.Render(w, r, web.Status(err), manyPage(v, form.Get("text"), err, false, spot{back: roomPath(form.Get("back"))}))
		}
		return web.Render(w, r, web.Status(err), writePage(v, form.Get("text"), err))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, backTo(id, form.Get("back")))
}

func (s *Service) writePage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	c, err := s.Look(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	if c.Together {
		return s.manyWrite(w, r, id)
	}
	v, err := s.Read(r.Context(), web.Actor(r.Context()), id, 0)
	if err != nil {
		return err
	}
	if !v.Open() {
		return web.SeeOther(w, r, talkPath(id, ""))
	}
	return web.Render(w, r, http.StatusOK, writePage(v, "", nil))
}

func (s *Service) typingPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.Typing(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Service) readPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	seq, err := strconv.ParseInt(form.Get("seq"), 10, 64)
	if err != nil || seq < 0 {
		return fault.New(fault.Invalid, "web.error.form")
	}
	if err := s.MarkRead(r.Context(), web.Actor(r.Context()), id, seq); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Service) changeForm(w http.ResponseWriter, r *http.Request) error {
	return s.showChange(w, r, nil, r.URL.Query().Get("back"), nil)
}

func (s *Service) showChange(w http.ResponseWriter, r *http.Request, typed *string, back string, wrong error) error {
	id, seq, err := pathSeq(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	v, m, err := s.Own(r.Context(), a, id, seq)
	if err != nil {
		return err
	}
	text := m.Text
	if typed != nil {
		text = *typed
	}
	late := !canEdit(a, v.Conversation, m, s.Clock.Now()).OK()
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	if v.Together {
		return web.Render(w, r, status, manyChange(v, m, text, wrong, late, spot{back: roomPath(back)}))
	}
	return web.Render(w, r, status, changePage(v, m, text, wrong, late))
}

func (s *Service) changePost(w http.ResponseWriter, r *http.Request) error {
	id, seq, err := pathSeq(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	text := form.Get("text")
	err = s.Edit(r.Context(), web.Actor(r.Context()), id, seq, text)
	if fault.Is(err, fault.Invalid) {
		return s.showChange(w, r, &text, form.Get("back"), err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, backTo(id, form.Get("back")))
}

func (s *Service) withdrawPost(w http.ResponseWriter, r *http.Request) error {
	id, seq, err := pathSeq(r)
	if err != nil {
		return err
	}
	if err := s.Withdraw(r.Context(), web.Actor(r.Context()), id, seq); err != nil {
		return err
	}
	return web.SeeOther(w, r, backTo(id, r.PostFormValue("back")))
}

func (s *Service) giveForm(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	name := r.PathValue("name")
	v, c, err := s.Offered(r.Context(), web.Actor(r.Context()), id, name, "")
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, givePage(v, name, c))
}

func (s *Service) givePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.Give(r.Context(), web.Actor(r.Context()), id, form.Get("key"), r.PathValue("name"), ""); err != nil {
		return err
	}
	return web.SeeOther(w, r, talkPath(id, ""))
}

func (s *Service) keepPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.Keep(r.Context(), web.Actor(r.Context()), id, form.Get("keep") == "yes"); err != nil {
		return err
	}
	return web.SeeOther(w, r, talkPath(id, "/after"))
}

func (s *Service) deletePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.Delete(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, talkPath(id, "/after"))
}

// pingEvery keeps lines open through proxies that close silent ones after a
// minute; at the same time it is asked whether the session still lives.
const pingEvery = 25 * time.Second

// streamPage sends what is new since the reader's last event, and goes on as it
// happens. Each time it asks again whether the reader may still read.
func (s *Service) streamPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	// Subscribe first, then read: what happens in between is told by both, and
	// the seq drops the double.
	sub := s.Bus.Subscribe(Topic(id), "session:"+string(a.Session))
	defer sub.Close()
	c, err := s.Look(ctx, a, id)
	if err != nil {
		return err
	}
	line, err := web.OpenStream(w, r)
	if err != nil {
		return err
	}
	after, err := strconv.ParseInt(web.LastEventID(r), 10, 64)
	if err != nil {
		after = 0
	}
	l := &listener{s: s, w: line, a: a, id: id, many: c.Together, after: after}
	if err := l.catchUp(r); err != nil {
		return l.bye(r, err)
	}
	ping := time.NewTicker(cmp.Or(s.Ping, pingEvery))
	defer ping.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ping.C:
			if line.Ping() != nil || !web.StillSignedIn(r) {
				return nil
			}
			// Without the link to other nodes their notes do not come: look.
			if configured, connected := s.Bus.Linked(); configured && !connected {
				if err := l.catchUp(r); err != nil {
					return l.bye(r, err)
				}
			}
		case n := <-sub.C():
			// The session was revoked, or that may have been among the notes that
			// were lost: the browser comes back and is asked anew who it is.
			if n.Topic == "session:"+string(a.Session) || n.Kind == bus.Resync {
				return nil
			}
			if err := l.take(r, n); err != nil {
				return l.bye(r, err)
			}
		}
	}
}

// errGone says that the reader's line is closed; nobody is left to tell.
var errGone = errors.New("the reader has gone")
