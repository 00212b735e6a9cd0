package mentoring

import (
	"net/http"
	"strconv"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Routes are the addresses of mentoring.
func (s *Service) Routes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/people", Need: permOwn, Do: s.homePage},
		{Method: "GET", Path: "/people/look", Need: permOwn, Do: s.lookPage},
		{Method: "POST", Path: "/people/look", Need: permOwn, Do: s.lookPost},
		{Method: "POST", Path: "/people/seek/{id}/give-up", Need: permOwn, Do: s.giveUpPost},
		{Method: "POST", Path: "/people/suggestion/{id}/choose", Need: permOwn, Do: s.choosePost},
		{Method: "POST", Path: "/people/suggestion/{id}/pass", Need: permOwn, Do: s.passPost},
		{Method: "POST", Path: "/people/suggestion/{id}/know", Need: permOwn, Do: s.knowPost},
		{Method: "POST", Path: "/people/take", Need: permTake, Do: s.takePost},
		{Method: "POST", Path: "/people/away", Need: permTake, Do: s.awayPost},
		{Method: "GET", Path: "/people/propose", Need: permTake, Do: s.proposePage},
		{Method: "POST", Path: "/people/propose", Need: permTake, Do: s.proposePost},
		{Method: "GET", Path: "/people/calendar", Need: permOwn, Do: s.feedPage},
		{Method: "POST", Path: "/people/calendar", Need: permOwn, Do: s.feedPost},
		{Method: "POST", Path: "/people/calendar/stop", Need: permOwn, Do: s.feedStopPost},
		{Method: "GET", Path: "/people/walk/{id}", Need: permOwn, Do: s.walkPage},
		{Method: "GET", Path: "/people/walk/{id}/sure/{act}", Need: permOwn, Do: s.surePage},
		{Method: "POST", Path: "/people/walk/{id}/do/{act}", Need: permOwn, Do: s.actPost},
		{Method: "GET", Path: "/people/walk/{id}/outside", Need: permOwn, Do: s.outsidePage},
		{Method: "GET", Path: "/people/walk/{id}/charter", Need: permOwn, Do: s.charterPage},
		{Method: "POST", Path: "/people/walk/{id}/charter", Need: permOwn, Do: s.charterPost},
		{Method: "POST", Path: "/people/walk/{id}/sign", Need: permOwn, Do: s.signPost},
		{Method: "GET", Path: "/people/walk/{id}/plan", Need: permOwn, Do: s.planPage},
		{Method: "POST", Path: "/people/walk/{id}/plan", Need: permOwn, Do: s.planPost},
		{Method: "GET", Path: "/people/walk/{id}/note", Need: permOwn, Do: s.notePage},
		{Method: "POST", Path: "/people/walk/{id}/note", Need: permOwn, Do: s.notePost},
		{Method: "GET", Path: "/people/walk/{id}/note/{note}", Need: permOwn, Do: s.notePage},
		{Method: "POST", Path: "/people/walk/{id}/note/{note}", Need: permOwn, Do: s.notePost},
		{Method: "GET", Path: "/people/walk/{id}/back", Need: permOwn, Do: s.backPage},
		{Method: "POST", Path: "/people/walk/{id}/back", Need: permOwn, Do: s.backPost},
		{Method: "GET", Path: "/people/walk/{id}/bye", Need: permOwn, Do: s.byePage},
		{Method: "POST", Path: "/people/walk/{id}/bye", Need: permOwn, Do: s.byePost},
		{Method: "GET", Path: "/people/meeting/{id}", Need: permOwn, Do: s.meetingPage},
		{Method: "POST", Path: "/people/meeting/{id}", Need: permOwn, Do: s.meetingPost},
		{Method: "POST", Path: "/people/meeting/{id}/off", Need: permOwn, Do: s.offPost},
		{Method: "POST", Path: "/people/meeting/{id}/enter", Need: permOwn, Do: s.enterPost},
		{Method: "POST", Path: "/people/meeting/{id}/finish", Need: permOwn, Do: s.finishPost},
		{Method: "POST", Path: "/people/meeting/{id}/happened", Need: permOwn, Do: s.happenedPost},
		{Method: "GET", Path: "/programme/walks", Need: permCoordinate, Do: s.overviewPage},
		{Method: "GET", Path: "/programme/walks/batch", Need: permCoordinate, Do: s.batchPage},
		{Method: "POST", Path: "/programme/walks/batch", Need: permCoordinate, Do: s.batchPost},
		{Method: "GET", Path: "/programme/walks/fair", Need: permCoordinate, Do: s.fairPage},
		{Method: "POST", Path: "/programme/walks/introduce", Need: permCoordinate, Do: s.introducePost},
	}
}

// verb runs a verb on what the path names, and leads on.
func verb(w http.ResponseWriter, r *http.Request, to string, do func(id moment.ID) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := do(id); err != nil && !fault.Is(err, fault.Conflict) {
		return err // pressing twice is no error: the page says what stands now
	}
	return web.SeeOther(w, r, to)
}

// homeData is the page of one's walks.
type homeData struct {
	Home
	Labels map[string]string
	Typed  map[string]string
	Done   string
	Err    error
}

func (s *Service) homePage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showHome(w, r, homeData{Done: q.Get("done")})
}

func (s *Service) showHome(w http.ResponseWriter, r *http.Request, d homeData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		if d.Home, err = s.Home(r.Context(), web.Actor(r.Context())); err != nil {
			return nil, err
		}
		d.Labels, err = s.labels(r)
		return homeView(d), err
	})
}

func (s *Service) labels(r *http.Request) (map[string]string, error) {
	all, err := s.People.Situations(r.Context(), web.Lang(r.Context()))
	out := make(map[string]string, len(all))
	for _, x := range all {
		out[x.Slug] = x.Label
	}
	return out, err
}

// lookData is the form of a search.
type lookData struct {
	Wanted
	Situations []web.Option // their own first
	More       []web.Option
	Wishes     []web.Option
	Open       bool // a search runs already
	Err        error
}

func (s *Service) lookPage(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	if err := canSeek(a).Err(); err != nil {
		return err
	}
	h, err := s.Home(r.Context(), a)
	if err != nil {
		return err
	}
	d := lookData{Wanted: Wanted{Dial: 50}}
	if h.Seek != nil {
		d.Wanted, d.Open = h.Seek.Wanted, true
	}
	return s.showLook(w, r, d)
}

func (s *Service) showLook(w http.ResponseWriter, r *http.Request, d lookData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		all, err := s.People.Situations(r.Context(), web.Lang(r.Context()))
		if err != nil {
			return nil, err
		}
		me := web.Actor(r.Context()).Person
		fits, err := s.People.FitOf(r.Context(), s.DB.Reader(), me)
		d.fill(all, fits[me].Lived)
		return lookView(d), err
	})
}

func (s *Service) lookPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := lookData{Wanted: Wanted{Situations: append(form["situations"], form["more"]...), Wishes: form["wishes"], Firm: form.Get("firm") == "yes", Dial: number(form.Get("dial")), Words: form.Get("words")}}
	if d.Err = s.Look(r.Context(), web.Actor(r.Context()), d.Wanted); d.Err != nil {
		return s.showLook(w, r, d)
	}
	if hits, err := s.Safety.Match(r.Context(), s.DB.Reader(), d.Words, web.Lang(r.Context())); err != nil {
		return err
	} else if len(hits) > 0 {
		return web.SeeOther(w, r, "/people?done="+doneHelp) // help is shown at once (safety.md)
	}
	return web.SeeOther(w, r, "/people")
}

func (s *Service) giveUpPost(w http.ResponseWriter, r *http.Request) error {
	return verb(w, r, "/people?done=given_up", func(id moment.ID) error { return s.GiveUp(r.Context(), web.Actor(r.Context()), id) })
}

func (s *Service) choosePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	walk, err := s.Choose(r.Context(), web.Actor(r.Context()), id)
	if fault.Is(err, fault.Conflict) {
		return s.showHome(w, r, homeData{Err: err})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, walkPath(walk))
}

func (s *Service) passPost(w http.ResponseWriter, r *http.Request) error {
	return verb(w, r, "/people", func(id moment.ID) error { return s.Pass(r.Context(), web.Actor(r.Context()), id) })
}

func (s *Service) knowPost(w http.ResponseWriter, r *http.Request) error {
	return verb(w, r, "/people?done=known", func(id moment.ID) error { return s.Know(r.Context(), web.Actor(r.Context()), id) })
}

func (s *Service) takePost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	places, err := strconv.Atoi(form.Get("places"))
	if err != nil {
		places = -1
	}
	if err := s.Take(r.Context(), web.Actor(r.Context()), form.Get("taking") == "yes", places); err != nil {
		return s.showHome(w, r, homeData{Err: err, Typed: map[string]string{"places": form.Get("places")}})
	}
	return web.SeeOther(w, r, "/people?done=saved")
}

func (s *Service) awayPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	var until moment.Time
	if text := form.Get("until"); text != "" {
		until = -1
		if day, ok := calendar.ParseDate(text); ok {
			until = moment.At(day.Add(1).At(0, web.Zone(r.Context()))) // away through that day
		}
	}
	if err := s.Away(r.Context(), web.Actor(r.Context()), until); err != nil {
		return s.showHome(w, r, homeData{Err: err, Typed: map[string]string{"until": form.Get("until")}})
	}
	return web.SeeOther(w, r, "/people?done=saved")
}

// proposePage asks a peer before somebody they talked with is asked.
func (s *Service) proposePage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	id, valid := moment.ParseID(q.Get("talk"))
	if !valid {
		return fault.Hidden()
	}
	member, ok, err := s.Met.MetIn(r.Context(), s.DB.Reader(), web.Actor(r.Context()).Person, id)
	if err == nil && !ok {
		err = fault.Hidden()
	}
	if err != nil {
		return err
	}
	cards, err := s.People.Cards(r.Context(), s.DB.Reader(), member)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, proposeView(cards[member], id))
}

func (s *Service) proposePost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id, valid := moment.ParseID(form.Get("talk"))
	if !valid {
		return fault.Hidden()
	}
	if _, err := s.Propose(r.Context(), web.Actor(r.Context()), id); err != nil {
		return s.showHome(w, r, homeData{Err: err})
	}
	return web.SeeOther(w, r, "/people?done=proposed")
}

func (s *Service) feedPage(w http.ResponseWriter, r *http.Request) error {
	since, err := s.HasFeed(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, feedView(since, ""))
}

// feedPost shows the new address once.
func (s *Service) feedPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	a := web.Actor(r.Context())
	token, err := s.NewFeed(r.Context(), a, web.Lang(r.Context()))
	if err != nil {
		return err
	}
	since, err := s.HasFeed(r.Context(), a)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, feedView(since, s.BaseURL+calendar.Path(token)))
}

func (s *Service) feedStopPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := s.StopFeed(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/people/calendar")
}

// number reads a whole number; what is none is -1, which every check refuses.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}
