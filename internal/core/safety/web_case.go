package safety

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// caseRoutes are the addresses of concerns. They say "case": an address tells
// whoever looks over a shoulder nothing.
func (s *Service) caseRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/cases", Need: permList, Do: s.casesPage},
		{Method: "GET", Path: "/cases/stream", Need: permList, Do: s.casesStream, Stream: true},
		{Method: "GET", Path: "/cases/new", Need: permRaise, Do: s.raisePage},
		{Method: "POST", Path: "/cases/new", Need: permRaise, Do: s.raisePost},
		{Method: "GET", Path: "/case/{id}", Need: permCases, Do: s.casePage},
		{Method: "GET", Path: "/case/{id}/stream", Need: permCases, Do: s.caseStream, Stream: true},
		{Method: "POST", Path: "/case/{id}/answer", Need: permCases, Do: s.answerPost},
		{Method: "POST", Path: "/case/{id}/note", Need: permCases, Do: s.notePost},
		{Method: "POST", Path: "/case/{id}/level", Need: permCases, Do: s.levelPost},
		{Method: "POST", Path: "/case/{id}/propose", Need: permCases, Do: s.proposePost},
		{Method: "POST", Path: "/case/{id}/close", Need: permCases, Do: s.closePost},
		{Method: "POST", Path: "/case/{id}/mandatory", Need: permCases, Do: s.mandatoryPost},
		{Method: "POST", Path: "/case/{id}/delay/{seq}", Need: permCases, Do: s.delayPost},
		{Method: "POST", Path: "/case/{id}/delay/{seq}/agree", Need: permCases, Do: s.agreePost},
		{Method: "POST", Path: "/step/{id}/second", Need: permCases, Do: s.secondPost},
		{Method: "POST", Path: "/step/{id}/done", Need: permCases, Do: s.donePost},
		{Method: "POST", Path: "/step/{id}/drop", Need: permCases, Do: s.dropPost},
		{Method: "POST", Path: "/step/{id}/review", Need: permCases, Do: s.reviewPost},
	}
}

// raiseForm is what a worker types when they raise a concern.
type raiseForm struct {
	Place Place
	With  people.Card
	Wish  Wish
	Level string
	Words string
	Hits  []string // phrases that stood in what the person wrote
	Err   error
}

func (s *Service) raisePage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showRaise(w, r, raiseForm{}, q.Get("place"))
}

func (s *Service) showRaise(w http.ResponseWriter, r *http.Request, f raiseForm, place string) error {
	ctx, a, read := r.Context(), web.Actor(r.Context()), s.DB.Reader()
	id, ok := moment.ParseID(place)
	if !ok {
		return fault.Hidden()
	}
	var err error
	if f.Place, err = s.placeFor(ctx, read, a, id); err != nil {
		return err
	}
	cards, err := s.People.Cards(ctx, read, f.Place.Member)
	if err != nil {
		return err
	}
	f.With = cards[f.Place.Member]
	if f.Wish, err = s.wishOf(ctx, read, f.Place.Member); err != nil {
		return err
	}
	if err := s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "safety.read_wish", Kind: "person", Object: f.Place.Member, Subject: f.Place.Member}); err != nil {
		return err
	}
	status := http.StatusOK
	if f.Err != nil {
		status = web.Status(f.Err)
	}
	return web.Render(w, r, status, raiseView(f))
}

func (s *Service) raisePost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	place, ok := moment.ParseID(form.Get("place"))
	if !ok {
		return fault.Hidden()
	}
	id, err := s.Raise(r.Context(), web.Actor(r.Context()), Raised{Level: levelOf(form), Words: form.Get("words"), Place: place})
	if fault.Is(err, fault.Invalid) {
		return s.showRaise(w, r, raiseForm{Level: form.Get("level"), Words: form.Get("words"), Err: err}, string(place))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/case/"+string(id))
}

func levelOf(form url.Values) Level {
	n, err := strconv.Atoi(form.Get("level"))
	if err != nil {
		return 0
	}
	return Level(n)
}

// casePageData is the page of a case, with what was typed and not taken.
type casePageData struct {
	CaseView
	Me    moment.ID
	Typed url.Values
	Form  string // which form was not taken
	Err   error
}

func (p casePageData) typed(form, field string) string {
	if p.Form != form {
		return ""
	}
	return p.Typed.Get(field)
}

func (p casePageData) wrong(form string) error {
	if p.Form != form {
		return nil
	}
	return p.Err
}

func (s *Service) casePage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	return s.showCase(w, r, id, "", nil, nil)
}

func (s *Service) showCase(w http.ResponseWriter, r *http.Request, id moment.ID, form string, typed url.Values, wrong error) error {
	a := web.Actor(r.Context())
	v, err := s.Case(r.Context(), a, id)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	return web.Render(w, r, status, caseView(casePageData{CaseView: v, Me: a.Person, Typed: typed, Form: form, Err: wrong}))
}

func (s *Service) caseStream(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	if _, err := s.Case(r.Context(), a, id); err != nil {
		return err
	}
	return web.KeepLive(w, r, s.Bus, []string{CaseTopic(id)}, func(ctx context.Context) (web.Region, error) {
		v, err := s.Case(ctx, a, id)
		return web.Region{ID: "case", Body: caseNow(casePageData{CaseView: v, Me: a.Person})}, err
	})
}

// onCasePost runs a verb on a case and leads back to it. What was typed and not
// taken stands there again.
func (s *Service) onCasePost(w http.ResponseWriter, r *http.Request, name string, verb func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) (moment.ID, error)) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	to, err := verb(r.Context(), web.Actor(r.Context()), id, form)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.showCase(w, r, id, name, form, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/case/"+string(to))
}

func (s *Service) answerPost(w http.ResponseWriter, r *http.Request) error {
	return s.onCasePost(w, r, "answer", func(ctx context.Context, a access.Actor, id moment.ID, _ url.Values) (moment.ID, error) {
		return id, s.Answer(ctx, a, id)
	})
}

func (s *Service) notePost(w http.ResponseWriter, r *http.Request) error {
	return s.onCasePost(w, r, "note", func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) (moment.ID, error) {
		return id, s.Note(ctx, a, id, form.Get("kind"), form.Get("words"))
	})
}

func (s *Service) levelPost(w http.ResponseWriter, r *http.Request) error {
	return s.onCasePost(w, r, "level", func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) (moment.ID, error) {
		return id, s.SetLevel(ctx, a, id, levelOf(form))
	})
}

func (s *Service) proposePost(w http.ResponseWriter, r *http.Request) error {
	return s.onCasePost(w, r, "propose", func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) (moment.ID, error) {
		_, err := s.Propose(ctx, a, id, form.Get("what"), form.Get("why"))
		return id, err
	})
}

func (s *Service) closePost(w http.ResponseWriter, r *http.Request) error {
	return s.onCasePost(w, r, "close", func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) (moment.ID, error) {
		return id, s.Close(ctx, a, id, form.Get("outcome"), form.Get("words"), form.Get("followup") == "yes")
	})
}

func (s *Service) mandatoryPost(w http.ResponseWriter, r *http.Request) error {
	return s.onCasePost(w, r, "mandatory", func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) (moment.ID, error) {
		return s.Mandatory(ctx, a, id, form.Get("words"))
	})
}

func (s *Service) delayPost(w http.ResponseWriter, r *http.Request) error {
	seq, err := seqOf(r)
	if err != nil {
		return err
	}
	return s.onCasePost(w, r, "delay", func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) (moment.ID, error) {
		days, err := strconv.Atoi(form.Get("days"))
		if err != nil {
			days = 0
		}
		return id, s.Delay(ctx, a, id, seq, days, form.Get("why"))
	})
}

func (s *Service) agreePost(w http.ResponseWriter, r *http.Request) error {
	seq, err := seqOf(r)
	if err != nil {
		return err
	}
	return s.onCasePost(w, r, "delay", func(ctx context.Context, a access.Actor, id moment.ID, _ url.Values) (moment.ID, error) {
		return id, s.AgreeDelay(ctx, a, id, seq)
	})
}

func seqOf(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.PathValue("seq"))
	if err != nil || n < 1 {
		return 0, fault.Hidden()
	}
	return n, nil
}

// onActPost is onCasePost for a step without consent, whose case it leads to.
func (s *Service) onActPost(w http.ResponseWriter, r *http.Request, verb func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, found, err := actByID(ctx, s.DB.Reader(), id)
	if err != nil {
		return err
	}
	if !found {
		return fault.Hidden()
	}
	err = verb(ctx, web.Actor(ctx), id, form)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.showCase(w, r, x.Case, "act", form, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/case/"+string(x.Case))
}

func (s *Service) secondPost(w http.ResponseWriter, r *http.Request) error {
	return s.onActPost(w, r, func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) error {
		return s.Second(ctx, a, id, form.Get("agrees") == "yes", form.Get("words"))
	})
}

func (s *Service) donePost(w http.ResponseWriter, r *http.Request) error {
	return s.onActPost(w, r, func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) error {
		return s.Done(ctx, a, id, form.Get("words"))
	})
}

func (s *Service) dropPost(w http.ResponseWriter, r *http.Request) error {
	return s.onActPost(w, r, func(ctx context.Context, a access.Actor, id moment.ID, _ url.Values) error {
		return s.Drop(ctx, a, id)
	})
}

func (s *Service) reviewPost(w http.ResponseWriter, r *http.Request) error {
	return s.onActPost(w, r, func(ctx context.Context, a access.Actor, id moment.ID, form url.Values) error {
		return s.Review(ctx, a, id, form.Get("words"))
	})
}

func (s *Service) casesPage(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Running(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, casesView(list, s.Clock.Now()))
}

func (s *Service) casesStream(w http.ResponseWriter, r *http.Request) error {
	return web.KeepLive(w, r, s.Bus, []string{CasesTopic}, func(ctx context.Context) (web.Region, error) {
		list, err := s.Running(ctx, s.DB.Reader())
		return web.Region{ID: "cases", Body: CasesNow(list, s.Clock.Now())}, err
	})
}
