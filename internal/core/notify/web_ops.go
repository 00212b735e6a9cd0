package notify

import (
	"context"
	"net/http"
	"slices"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

func (s *Service) showDeliveries(w http.ResponseWriter, r *http.Request) error {
	st, err := s.Standing(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, deliveriesPage(st, doneOf(r)))
}

func (s *Service) doAgainAll(w http.ResponseWriter, r *http.Request) error {
	if err := s.Again(r.Context(), web.Actor(r.Context()), ""); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/service/deliveries?done=again")
}

func (s *Service) doAgain(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.Again(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/service/deliveries?done=again")
}

func (s *Service) doForget(w http.ResponseWriter, r *http.Request) error {
	if err := s.Forget(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/service/deliveries?done=forgotten")
}

// hooksView is the webhooks, and the form for another with what was typed.
type hooksView struct {
	list    []Hook
	kinds   []Kind
	address string
	chosen  []string
	able    bool
	done    string
	err     error
}

func (s *Service) hooksView(ctx context.Context) (hooksView, error) {
	list, err := s.Hooks(ctx, web.Actor(ctx))
	kinds := slices.DeleteFunc(s.Kinds(), func(k Kind) bool { return k.Name == KindTest })
	return hooksView{list: list, kinds: kinds, able: s.Hook != nil}, err
}

func (s *Service) showHooks(w http.ResponseWriter, r *http.Request) error {
	v, err := s.hooksView(r.Context())
	if err != nil {
		return err
	}
	v.done = doneOf(r)
	return web.Render(w, r, http.StatusOK, hooksPage(v))
}

func (s *Service) doAddHook(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	shown, err := s.AddHook(r.Context(), web.Actor(r.Context()), form.Get("address"), form["kinds"])
	if err != nil {
		v, viewErr := s.hooksView(r.Context())
		if viewErr != nil {
			return viewErr
		}
		v.address, v.chosen, v.err = form.Get("address"), form["kinds"], err
		return refused(w, r, err, hooksPage(v))
	}
	return web.SeeOther(w, r, "/me/once/"+string(shown))
}

func (s *Service) doRotate(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	shown, err := s.RotateHook(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/once/"+string(shown))
}

func (s *Service) doTestHook(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.TestHook(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/service/webhooks?done=tested")
}

func (s *Service) askRemoveHook(w http.ResponseWriter, r *http.Request) error {
	h, err := s.namedHook(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, removeHookPage(h))
}

func (s *Service) namedHook(r *http.Request) (Hook, error) {
	id, err := web.PathID(r)
	if err != nil {
		return Hook{}, err
	}
	list, err := s.Hooks(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return Hook{}, err
	}
	at := slices.IndexFunc(list, func(h Hook) bool { return h.ID == id })
	if at < 0 {
		return Hook{}, fault.Hidden()
	}
	return list[at], nil
}

func (s *Service) doRemoveHook(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.RemoveHook(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/service/webhooks?done=removed")
}
