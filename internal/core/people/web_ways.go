package people

import (
	"context"
	"net/http"
	"strconv"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// waysView is the page of how to come in.
type waysView struct {
	Ways
	Keys      []Passkey
	Address   string
	Verified  bool
	HasMail   bool
	CanKeys   bool
	Typed     string // an address that was refused
	Done      string
	Part      string // which of its forms was refused
	Err       error
	ShortestN int
}

func (s *Service) waysView(ctx context.Context) (waysView, error) {
	a := web.Actor(ctx)
	v := waysView{HasMail: s.HasMail(), CanKeys: s.HasPasskeys(), ShortestN: ShortestPassword}
	var err error
	if v.Ways, err = s.Ways(ctx, a); err != nil {
		return v, err
	}
	if v.Keys, err = s.Passkeys(ctx, a); err != nil {
		return v, err
	}
	v.Address, v.Verified, err = s.Email(ctx, a)
	return v, err
}

func (s *Service) showWays(w http.ResponseWriter, r *http.Request) error {
	v, err := s.waysView(r.Context())
	if err != nil {
		return err
	}
	v.Done = doneOf(r)
	return web.Render(w, r, http.StatusOK, waysPage(v))
}

// waysAgain shows the page with what was wrong in one of its forms.
func (s *Service) waysAgain(w http.ResponseWriter, r *http.Request, part, typed string, wrong error) error {
	v, err := s.waysView(r.Context())
	if err != nil {
		return err
	}
	v.Part, v.Typed, v.Err = part, typed, wrong
	return refused(w, r, wrong, waysPage(v))
}

func (s *Service) doPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.ChangePassword(r.Context(), web.Actor(r.Context()), form.Get("now"), form.Get("password")); err != nil {
		return s.waysAgain(w, r, "password", "", err)
	}
	return doneAt(w, r, "/me/ways", "password")
}

func (s *Service) doCodes(w http.ResponseWriter, r *http.Request) error {
	id, err := s.RenewCodes(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/once/"+string(id))
}

func (s *Service) doEmail(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.SetEmail(r.Context(), web.Actor(r.Context()), form.Get("email")); err != nil {
		return s.waysAgain(w, r, "email", form.Get("email"), err)
	}
	return doneAt(w, r, "/me/ways", "mail")
}

func (s *Service) doRename(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.RenamePasskey(r.Context(), web.Actor(r.Context()), id, form.Get("label")); err != nil {
		return err
	}
	return doneAt(w, r, "/me/ways", "saved")
}

// removal is a way in that is about to go.
type removal struct {
	What string // "password", "passkey" or "email"
	ID   moment.ID
	Name string
	Last bool
	Err  error
}

func (s *Service) removal(ctx context.Context, what, id string) (removal, error) {
	v, err := s.waysView(ctx)
	if err != nil {
		return removal{}, err
	}
	out, left := removal{What: what}, v.Ways
	switch what {
	case "password":
		left.Password = false
		out.Last = v.Password && !left.Any()
		return out, hiddenUnless(v.Password)
	case "email":
		left.Email = false
		out.Name, out.Last = v.Address, v.Email && !left.Any()
		return out, hiddenUnless(v.Address != "")
	case "passkey":
		for _, k := range v.Keys {
			if string(k.ID) == id {
				left.Passkeys--
				out.ID, out.Name, out.Last = k.ID, k.Label, !left.Any()
				return out, nil
			}
		}
	}
	return out, fault.Hidden()
}

func hiddenUnless(there bool) error {
	if !there {
		return fault.Hidden()
	}
	return nil
}

func (s *Service) showRemove(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	out, err := s.removal(r.Context(), q.Get("what"), q.Get("id"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, removePage(out))
}

func (s *Service) doRemove(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	out, err := s.removal(r.Context(), form.Get("what"), form.Get("id"))
	if err != nil {
		return err
	}
	a, sure := web.Actor(r.Context()), form.Get("sure") == "yes"
	switch out.What {
	case "password":
		err = s.RemovePassword(r.Context(), a, sure)
	case "email":
		err = s.RemoveEmail(r.Context(), a, sure)
	default:
		err = s.RemovePasskey(r.Context(), a, out.ID, sure)
	}
	if err != nil {
		out.Err, out.Last = err, true
		return refused(w, r, err, removePage(out))
	}
	return doneAt(w, r, "/me/ways", "removed")
}

func (s *Service) showSessions(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	list, err := s.Sessions(r.Context(), a)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sessionsPage(list, a.Session, doneOf(r)))
}

func (s *Service) doEndSession(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	if err := s.EndSession(r.Context(), a, id); err != nil {
		return err
	}
	if id == a.Session {
		web.ClearSession(w, r)
		return web.SeeOther(w, r, "/")
	}
	return doneAt(w, r, "/me/sessions", "ended")
}

func (s *Service) doEndOthers(w http.ResponseWriter, r *http.Request) error {
	if err := s.EndOtherSessions(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	return doneAt(w, r, "/me/sessions", "ended")
}

// tokensView is the page of API tokens.
type tokensView struct {
	List  []Token
	Label string
	Days  []web.Option
	Done  string
	Err   error
}

func (s *Service) tokensView(ctx context.Context, label, days string) (tokensView, error) {
	list, err := s.Tokens(ctx, web.Actor(ctx))
	v := tokensView{List: list, Label: label}
	for _, n := range TokenDays() {
		d := strconv.Itoa(n)
		v.Days = append(v.Days, web.Option{Value: d, Label: web.T(ctx, "people.tokens.days", "n", n), Checked: d == days})
	}
	return v, err
}

func (s *Service) showTokens(w http.ResponseWriter, r *http.Request) error {
	v, err := s.tokensView(r.Context(), "", "90")
	if err != nil {
		return err
	}
	v.Done = doneOf(r)
	return web.Render(w, r, http.StatusOK, tokensPage(v))
}

func (s *Service) doToken(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(form.Get("days"))
	if err != nil {
		days = 0 // refused below, beside whatever else is wrong
	}
	id, err := s.NewToken(r.Context(), web.Actor(r.Context()), form.Get("label"), days)
	if err != nil {
		v, viewErr := s.tokensView(r.Context(), form.Get("label"), form.Get("days"))
		if viewErr != nil {
			return viewErr
		}
		v.Err = err
		return refused(w, r, err, tokensPage(v))
	}
	return web.SeeOther(w, r, "/me/once/"+string(id))
}

func (s *Service) doRevoke(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.RevokeToken(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return doneAt(w, r, "/me/tokens", "revoked")
}

func (s *Service) showOnceOnly(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	shown, err := s.ShowOnce(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, oncePage(shown))
}

func (s *Service) doKept(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	shown, _ := s.ShowOnce(r.Context(), web.Actor(r.Context()), id) // what is gone already leads to one's own page
	if err := s.Kept(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	if shown.Kind == "hook" {
		return web.SeeOther(w, r, "/service/webhooks")
	}
	return web.SeeOther(w, r, "/me")
}
