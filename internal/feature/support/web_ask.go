package support

import (
	"context"
	"net/http"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

type enter func(ctx context.Context, c Caller, w Wanted) (Asked, error)

// enterPost is asking with one tap, and asking with everything said.
func (s *Service) enterPost(w http.ResponseWriter, r *http.Request, verb enter) error {
	wanted, err := wantedOf(r)
	if err != nil {
		return err
	}
	if len(wanted.Languages) == 0 {
		if wanted.Languages, err = s.ownLanguage(r.Context()); err != nil {
			return err
		}
	}
	out, err := verb(r.Context(), s.caller(r), wanted)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.TooFast) {
		return s.showAsk(w, r, wanted, err, out.Help)
	}
	if err != nil {
		return err
	}
	if out.Token != "" {
		web.SetSession(w, r, out.Token, 0)
	}
	if out.Words != "" {
		return web.Render(w, r.WithContext(web.WithActor(r.Context(), out.Actor)), http.StatusOK, codeWordsPage(out.Words, out.Help))
	}
	return web.SeeOther(w, r, "/wait")
}

// ownLanguage asks for somebody who speaks the language of the page, where
// somebody here does; otherwise any language will do, and the page says so.
func (s *Service) ownLanguage(ctx context.Context) ([]string, error) {
	spoken, err := s.Spoken(ctx)
	if err != nil || !slices.Contains(spoken, web.Lang(ctx)) {
		return nil, err
	}
	return []string{web.Lang(ctx)}, nil
}

func (s *Service) waitPage(w http.ResponseWriter, r *http.Request) error {
	return s.showWait(w, r, nil, nil)
}

func (s *Service) showWait(w http.ResponseWriter, r *http.Request, typed *Wanted, wrong error) error {
	p, err := s.Place(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	if p == nil {
		return web.SeeOther(w, r, "/")
	}
	if p.Request.State == Talking {
		return web.SeeOther(w, r, "/talk/"+string(p.Request.Conversation))
	}
	c, err := s.choices(r)
	if err != nil {
		return err
	}
	form := p.Request.Wanted
	form.Words = p.Words
	if typed != nil {
		form = *typed
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	return web.Render(w, r, status, waitPage(*p, c, form, wrong))
}

func (s *Service) waitStream(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	p, err := s.Place(r.Context(), a)
	if err != nil {
		return err
	}
	if p == nil {
		return fault.Hidden()
	}
	return web.KeepLive(w, r, s.Bus, []string{QueueTopic, RequestTopic(p.Request.ID)}, func(ctx context.Context) (web.Region, error) {
		p, err := s.Place(ctx, a)
		if err != nil || p == nil {
			return web.Region{}, err
		}
		return web.Region{ID: "wait", Body: waitNow(*p)}, nil
	})
}

func (s *Service) describePost(w http.ResponseWriter, r *http.Request) error {
	wanted, err := wantedOf(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	id, err := s.current(ctx, a)
	if err != nil {
		return err
	}
	err = s.Describe(ctx, a, id, wanted, web.Lang(ctx))
	if fault.Is(err, fault.Invalid) {
		return s.showWait(w, r, &wanted, err)
	}
	if err != nil && !fault.Is(err, fault.Conflict) { // found somebody meanwhile: the page shows it
		return err
	}
	return web.SeeOther(w, r, "/wait")
}

// current gives the actor's request that still waits.
func (s *Service) current(ctx context.Context, a access.Actor) (moment.ID, error) {
	p, err := s.Place(ctx, a)
	if err != nil {
		return "", err
	}
	if p == nil {
		return "", fault.Hidden()
	}
	return p.Request.ID, nil
}

func (s *Service) onCurrent(w http.ResponseWriter, r *http.Request, to string, verb func(context.Context, access.Actor, moment.ID) error) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	id, err := s.current(ctx, a)
	if err != nil {
		return err
	}
	if err := verb(ctx, a, id); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return web.SeeOther(w, r, to)
}

func (s *Service) loosenPost(w http.ResponseWriter, r *http.Request) error {
	return s.onCurrent(w, r, "/wait", s.Loosen)
}

func (s *Service) withdrawPost(w http.ResponseWriter, r *http.Request) error {
	return s.onCurrent(w, r, "/wait", s.Withdraw)
}
