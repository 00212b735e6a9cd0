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
		{Method: "POST", Path: "/moderation/{id}/undo", Need: permQueue, Do: s.undoPost},
		{Method: "POST", Path: "/moderation/{id}/reveal", Need: permQueue, Do: s.revealPost},
		{Method: "POST", Path: "/moderation/{id}/decide", Need: permQueue, Do: s.decidePost},
		{Method: "POST", Path: "/moderation/{id}/appeal", Need: permQueue, Do: s.appealDecidePost},
		{Method: "GET", Path: "/reports", Need: permQueue, Do: movedPage},
		{Method: "GET", Path: "/reports/{id}", Need: permQueue, Do: movedPage},
		{Method: "GET", Path: "/me/decisions", Need: permMine, Do: s.minePage},
		{Method: "POST", Path: "/me/decisions/{id}", Need: permMine, Do: s.appealPost},
	}
}

func (s *Service) reportPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showReport(w, r, Draft{Kind: q.Get("kind"), Object: moment.ID(q.Get("id"))}, q.Get("done") == "sent", nil)
}

func (s *Service) showReport(w http.ResponseWriter, r *http.Request, d Draft, sent bool, wrong error) error {
	if !sent {
		subject, known := s.subjects[d.Kind]
		id, valid := moment.ParseID(string(d.Object))
		if !known || !valid {
			return fault.Hidden()
		}
		if _, found, err := subject.Reported(r.Context(), s.DB.Reader(), web.Actor(r.Context()), id); err != nil || !found {
			if err == nil {
				err = fault.Hidden()
			}
			return err
		}
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	return web.Render(w, r, status, reportView(d, sent, wrong))
}

func (s *Service) reportPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id, valid := moment.ParseID(form.Get("id"))
	if !valid {
		return fault.Hidden()
	}
	d := Draft{Kind: form.Get("kind"), Object: id, Reason: form.Get("reason"), Words: form.Get("words")}
	err = s.Report(r.Context(), web.Actor(r.Context()), d)
	if fault.Is(err, fault.Invalid) {
		return s.showReport(w, r, d, false, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/report?done=sent")
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
	Tidy    bool // the thing can be taken out of sight
	Marks   []Mark
	Typed   Decision
	Days    string
	Why     string    // typed, for looking a name up
	Undo    moment.ID // the decision that somebody wanted to take back
	Undone  string    // typed for it
	Err     error
}

func (s *Service) openPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	return s.showOpen(w, r, id, reportData{Typed: Decision{What: "none", Thing: Leave}, Days: "7"})
}

func (s *Service) showOpen(w http.ResponseWriter, r *http.Request, id moment.ID, v reportData) error {
	a := web.Actor(r.Context())
	var err error
	if v.Queued, v.Actions, err = s.Open(r.Context(), a, id); err != nil {
		return err
	}
	v.Mine = v.ClaimedBy == a.Person
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
	if err := s.Claim(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, queuePath+"/"+string(id))
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
	err = s.Reveal(r.Context(), web.Actor(r.Context()), id, form.Get("reason"))
	if fault.Is(err, fault.Invalid) {
		return s.showOpen(w, r, id, reportData{Typed: Decision{What: "none", Thing: Leave}, Days: "7", Why: form.Get("reason"), Err: err})
	}
	if err != nil {
		return err
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
	err = s.Decide(r.Context(), web.Actor(r.Context()), id, d)
	if fault.Is(err, fault.Invalid) {
		return s.showOpen(w, r, id, reportData{Typed: d, Days: form.Get("days"), Err: err})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, queuePath+"?done=decided")
}

func (s *Service) appealDecidePost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := actionOf(form)
	if err != nil {
		return err
	}
	if err := s.DecideAppeal(r.Context(), web.Actor(r.Context()), id, form.Get("stands") == "yes", form.Get("answer")); err != nil {
		return err
	}
	return web.SeeOther(w, r, queuePath+"?done=decided")
}

func (s *Service) minePage(w http.ResponseWriter, r *http.Request) error {
	return s.showMine(w, r, "", "", nil)
}

func (s *Service) showMine(w http.ResponseWriter, r *http.Request, at moment.ID, typed string, wrong error) error {
	list, err := s.Mine(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	return web.Render(w, r, status, mineView(list, at, typed, wrong))
}

func (s *Service) appealPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	err = s.Appeal(r.Context(), web.Actor(r.Context()), id, form.Get("words"))
	if fault.Is(err, fault.Invalid) {
		return s.showMine(w, r, id, form.Get("words"), err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/decisions")
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
	err = s.Undo(r.Context(), web.Actor(r.Context()), id, form.Get("undo"))
	if fault.Is(err, fault.Invalid) {
		return s.showOpen(w, r, report, reportData{Typed: Decision{What: "none", Thing: Leave}, Days: "7", Undo: id, Undone: form.Get("undo"), Err: err})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, queuePath+"?done=undone")
}
