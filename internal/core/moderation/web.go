package moderation

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Routes are the addresses of moderation.
func (s *Service) Routes() []web.Route {
	out := permOut
	out.NoToken = true
	return []web.Route{
		{Method: "GET", Path: "/house", Need: access.Everybody(), Do: s.housePage},
		{Method: "GET", Path: "/house/version/{n}", Need: access.Everybody(), Do: s.versionPage},
		{Method: "GET", Path: "/house/edit", Need: permHouse, Do: s.editHousePage},
		{Method: "POST", Path: "/house/edit", Need: permHouse, Do: s.editHousePost},
		{Method: "GET", Path: "/report", Need: permReport, Do: s.reportPage},
		{Method: "POST", Path: "/report", Need: permReport, Do: s.reportPost},
		{Method: "GET", Path: "/moderation", Need: permHolds, Do: s.queuePage},
		{Method: "GET", Path: "/moderation/stream", Need: permHolds, Do: s.queueStream, Stream: true},
		{Method: "GET", Path: "/moderation/{id}", Need: permQueue, Do: s.openPage},
		{Method: "POST", Path: "/moderation/{id}/claim", Need: permQueue, Do: s.claimPost},
		{Method: "POST", Path: "/moderation/held/{kind}/{id}", Need: permHolds, Do: s.claimHoldPost},
		{Method: "POST", Path: "/moderation/held/{kind}/{id}/let-go", Need: permHolds, Do: s.letGoHoldPost},
		{Method: "POST", Path: "/moderation/{id}/let-go", Need: permQueue, Do: s.letGoPost},
		{Method: "POST", Path: "/moderation/{id}/undo", Need: permQueue, Do: s.undoPost},
		{Method: "POST", Path: "/moderation/{id}/reveal", Need: permQueue, Do: s.revealPost},
		{Method: "POST", Path: "/moderation/{id}/decide", Need: permQueue, Do: s.decidePost},
		{Method: "POST", Path: "/moderation/{id}/appeal", Need: permQueue, Do: s.appealDecidePost},
		{Method: "GET", Path: "/moderation/partner", Need: out, Do: s.partnerPage},
		{Method: "POST", Path: "/moderation/partner", Need: out, Do: s.partnerPost},
		{Method: "GET", Path: secondPath, Need: access.Everybody(), Do: s.secondDone},
		{Method: "GET", Path: secondPath + "/{key}", Need: access.Everybody(), Do: s.secondPage},
		{Method: "POST", Path: secondPath + "/{key}", Need: access.Everybody(), Do: s.secondPost},
		{Method: "POST", Path: secondPath + "/{key}/again", Need: access.Everybody(), Do: s.resendPost},
		{Method: "GET", Path: lookPath + "/{key}", Need: access.Everybody(), Do: s.lookPage},
		{Method: "POST", Path: lookPath + "/{key}", Need: access.Everybody(), Do: s.lookPost},
		{Method: "GET", Path: "/reports", Need: permQueue, Do: movedPage},
		{Method: "GET", Path: "/reports/{id}", Need: permQueue, Do: movedPage},
		{Method: "GET", Path: "/me/decisions", Need: permMine, Do: s.minePage},
		{Method: "POST", Path: "/me/decisions/{id}", Need: permMine, Do: s.appealPost},
	}
}

// movedPage leads on from where reports stood before: notices of then name it.
func movedPage(w http.ResponseWriter, r *http.Request) error {
	return web.SeeOther(w, r, queuePath+strings.TrimPrefix(r.URL.Path, "/reports"))
}

func (s *Service) queuePage(w http.ResponseWriter, r *http.Request) error {
	q, err := s.Queue(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	query, err := web.Query(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, queueView(q, query.Get("done")))
}

func (s *Service) queueStream(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	return web.KeepLive(w, r, s.Bus, []string{Topic}, func(ctx context.Context) (web.Region, error) {
		q, err := s.Queue(ctx, a)
		return web.Region{ID: "queue", Body: queueNow(q)}, err
	})
}

// reportData is the page of one report.
type reportData struct {
	Queued
	Actions []Action
	Mine    bool // claimed by the viewer
	Free    bool // nobody looks at it, or has left it
	Viewer  moment.ID
	Tidy    bool // the thing can be taken out of sight
	Marks   []Mark
	Typed   Decision
	Days    string
	Why     string    // typed, for looking a name up
	Undo    moment.ID // the decision that somebody wanted to take back
	Undone  string    // typed for it
	Appeal  moment.ID // the decision whose appeal was answered
	Answer  string    // typed for it
	Err     error
}

// fresh is a page of a report with nothing typed.
func fresh() reportData {
	return reportData{Typed: Decision{What: noAction, Thing: Leave}, Days: "7"}
}

func (s *Service) openPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	return s.showOpen(w, r, id, fresh())
}

func (s *Service) showOpen(w http.ResponseWriter, r *http.Request, id moment.ID, v reportData) error {
	a := web.Actor(r.Context())
	var err error
	if v.Queued, v.Actions, err = s.Open(r.Context(), a, id); err != nil {
		return err
	}
	v.Mine, v.Viewer = v.ClaimedBy == a.Person, a.Person
	v.Free = v.State == "open" || v.ClaimedAt < s.Clock.Now().Add(-claimFor)
	if v.Tidy, v.Marks, err = s.canDo(r.Context(), v.Kind); err != nil {
		return err
	}
	status := http.StatusOK
	if v.Err != nil {
		status = web.Status(v.Err)
	}
	return web.Render(w, r, status, openView(v))
}

func (s *Service) claimPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	v := fresh()
	if v.Err = s.Claim(r.Context(), web.Actor(r.Context()), id); v.Err != nil {
		return s.again(w, r, id, v)
	}
	return web.SeeOther(w, r, queuePath+"/"+string(id))
}

func (s *Service) letGoPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	v := fresh()
	if v.Err = s.LetGo(r.Context(), web.Actor(r.Context()), id); v.Err != nil {
		return s.again(w, r, id, v)
	}
	return web.SeeOther(w, r, queuePath+"?done=let-go")
}

// again shows a report once more when its error is for whoever sent the form: what is
// wrong with it, or that somebody else was faster.
func (s *Service) again(w http.ResponseWriter, r *http.Request, id moment.ID, v reportData) error {
	if !web.ShownAgain(v.Err) {
		return v.Err
	}
	return s.showOpen(w, r, id, v)
}

func (s *Service) revealPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	v := fresh()
	v.Why = form.Get("reason")
	if v.Err = s.Reveal(r.Context(), web.Actor(r.Context()), id, v.Why); v.Err != nil {
		return s.again(w, r, id, v)
	}
	return web.SeeOther(w, r, queuePath+"/"+string(id))
}

func (s *Service) decidePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := Decision{What: form.Get("what"), Thing: form.Get("thing"), Labels: form["labels"], Reason: form.Get("reason")}
	if n, err := strconv.Atoi(form.Get("days")); err == nil {
		d.Days = n
	}
	if err := s.Decide(r.Context(), web.Actor(r.Context()), id, d); err != nil {
		return s.again(w, r, id, reportData{Typed: d, Days: form.Get("days"), Err: err})
	}
	return web.SeeOther(w, r, queuePath+"?done=decided")
}

func (s *Service) claimHoldPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	path, err := s.ClaimHold(r.Context(), web.Actor(r.Context()), r.PathValue("kind"), id)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, path)
}

func (s *Service) letGoHoldPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := s.LetGoHold(r.Context(), web.Actor(r.Context()), r.PathValue("kind"), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, queuePath+"?done=let-go")
}

// actionOf is the decision that a form is about.
func actionOf(form url.Values) (moment.ID, error) {
	id, ok := moment.ParseID(form.Get("action"))
	if !ok {
		return "", fault.Hidden()
	}
	return id, nil
}

func (s *Service) undoPost(w http.ResponseWriter, r *http.Request) error {
	report, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := actionOf(form)
	if err != nil {
		return err
	}
	v := fresh()
	v.Undo, v.Undone = id, form.Get("undo")
	if v.Err = s.Undo(r.Context(), web.Actor(r.Context()), id, v.Undone); v.Err != nil {
		return s.again(w, r, report, v)
	}
	return web.SeeOther(w, r, queuePath+"?done=undone")
}
