package people

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

// joinForm is what somebody types to join.
type joinForm struct {
	Name string
	OldEnough,
	Keep bool
	Guest    bool
	Passkeys bool
	Demo     bool
	Err      error
}

func (s *Service) showJoin(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	if a.Has(access.Member) {
		return web.SeeOther(w, r, "/me")
	}
	return web.Render(w, r, http.StatusOK, joinPage(joinForm{Guest: a.Has(access.Guest), Passkeys: s.HasPasskeys(), Demo: s.Demo}))
}

func (s *Service) doJoin(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := joinForm{Name: form.Get("name"), OldEnough: form.Get("age") == "yes", Keep: form.Get("keep") == "yes",
		Guest: web.Actor(r.Context()).Has(access.Guest), Passkeys: s.HasPasskeys(), Demo: s.Demo}
	e, err := s.joinWith(r, f, form.Get("password"))
	if err != nil {
		f.Err = err
		return refused(w, r, err, joinPage(f))
	}
	return s.welcome(w, r, e, f.Keep, afterJoining(e))
}

func (s *Service) joinWith(r *http.Request, f joinForm, password string) (Entered, error) {
	if !f.OldEnough {
		return Entered{}, tooYoungOrUnsaid()
	}
	return s.Join(r.Context(), doorOf(r, f.Keep), f.Name, password)
}

func tooYoungOrUnsaid() error {
	var p fault.Problems
	p.Add("age", "people.error.age")
	return p.Err()
}

func (s *Service) showYounger(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, youngerPage())
}

// signInForm is what the sign-in page keeps; passwords and codes never are.
type signInForm struct {
	Name, Next, Email string
	Keep              bool
	Passkeys, Mail    bool
	Part              string // which of its forms was refused: "password", "code" or "mail"
	Sent              bool
	Err               error
}

func (s *Service) signInForm(next string) signInForm {
	return signInForm{Next: nextOf(next), Passkeys: s.HasPasskeys(), Mail: s.HasMail()}
}

func (s *Service) showSignIn(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	f := s.signInForm(q.Get("next"))
	f.Sent = q.Get("sent") == "1"
	if web.Actor(r.Context()).Has(access.Member) {
		return web.SeeOther(w, r, f.Next)
	}
	return web.Render(w, r, http.StatusOK, signInPage(f))
}

// readSignIn reads what all forms of the page share.
func (s *Service) readSignIn(r *http.Request, part string) (signInForm, url.Values, error) {
	form, err := web.Form(r)
	if err != nil {
		return signInForm{}, nil, err
	}
	f := s.signInForm(form.Get("next"))
	f.Name, f.Email, f.Keep, f.Part = form.Get("name"), form.Get("email"), form.Get("keep") == "yes", part
	return f, form, nil
}

func (s *Service) doSignIn(w http.ResponseWriter, r *http.Request) error {
	f, form, err := s.readSignIn(r, "password")
	if err != nil {
		return err
	}
	e, err := s.SignIn(r.Context(), doorOf(r, f.Keep), f.Name, form.Get("password"))
	if err != nil {
		f.Err = err
		return refused(w, r, err, signInPage(f))
	}
	return s.welcome(w, r, e, f.Keep, f.Next)
}

func (s *Service) doCode(w http.ResponseWriter, r *http.Request) error {
	f, form, err := s.readSignIn(r, "code")
	if err != nil {
		return err
	}
	f.Name = form.Get("who")
	e, err := s.SignInByCode(r.Context(), doorOf(r, f.Keep), f.Name, form.Get("code"))
	if err != nil {
		f.Err = err
		return refused(w, r, err, signInPage(f))
	}
	return s.welcome(w, r, e, f.Keep, "/me/ways")
}

func (s *Service) doMail(w http.ResponseWriter, r *http.Request) error {
	f, _, err := s.readSignIn(r, "mail")
	if err != nil {
		return err
	}
	if err := s.AskForLink(r.Context(), doorOf(r, false), f.Email); err != nil {
		f.Err = err
		return refused(w, r, err, signInPage(f))
	}
	return web.SeeOther(w, r, "/sign-in?sent=1")
}

// linkForm is a page behind a link from a mail. It asks for a press, because
// programs that read mail follow links.
type linkForm struct {
	Token string
	Keep  bool
	Done  bool
	Err   error
}

func (s *Service) showLink(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, linkPage(linkForm{Token: q.Get("k")}))
}

func (s *Service) doLink(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := linkForm{Token: form.Get("k"), Keep: form.Get("keep") == "yes"}
	e, err := s.SignInByLink(r.Context(), doorOf(r, f.Keep), f.Token)
	if err != nil {
		f.Err = err
		return refused(w, r, err, linkPage(f))
	}
	return s.welcome(w, r, e, f.Keep, "/me")
}

func (s *Service) showConfirm(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, confirmPage(linkForm{Token: q.Get("k"), Done: q.Get("done") == "saved"}))
}

func (s *Service) doConfirm(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := linkForm{Token: form.Get("k")}
	if err := s.VerifyEmail(r.Context(), f.Token); err != nil {
		f.Err = err
		return refused(w, r, err, confirmPage(f))
	}
	return doneAt(w, r, "/confirm", "saved")
}

func (s *Service) showComeBack(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, comeBackPage("", nil))
}

func (s *Service) doComeBack(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	token, err := s.ComeBack(r.Context(), doorOf(r, false), form.Get("words"))
	if err != nil {
		return refused(w, r, err, comeBackPage(form.Get("words"), err))
	}
	web.SetSession(w, r, token, 0)
	return web.SeeOther(w, r, "/")
}

func (s *Service) doSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.SignOut(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	web.ClearSession(w, r)
	w.Header().Set("Clear-Site-Data", `"storage"`)
	return web.SeeOther(w, r, "/")
}

// leaveWithin is how long a quick exit may take to end a session.
const leaveWithin = 5 * time.Second

// doLeave is the quick exit. It ends the session of a guest and of whoever is on
// a shared device; a member on a device of their own stays signed in, so that
// leaving costs them nothing. Leaving never waits for the database to be well.
func (s *Service) doLeave(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	if a.Has(access.Member) && !a.Shared {
		w.Header().Set("Clear-Site-Data", `"cache"`)
		if r.Header.Get("Sec-Fetch-Dest") == "empty" {
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
		return web.SeeOther(w, r, web.ExitURL(r.Context()))
	}
	if a.Known() && a.Way == access.ByBrowser {
		// Whoever leaves closes the line at once: the session ends all the same.
		ctx, done := context.WithTimeout(context.WithoutCancel(r.Context()), leaveWithin)
		defer done()
		if err := s.SignOut(ctx, a); err != nil {
			s.Log.Error("a session did not end with the quick exit", "request", web.RequestID(r.Context()), "error", err.Error())
		}
	}
	return web.Leave(w, r)
}
