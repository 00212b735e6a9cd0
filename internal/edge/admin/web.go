package admin

import (
	"context"
	"net/http"
	"time"

	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Routes are the addresses of set-up and of running the service.
func (s *Service) Routes() []web.Route {
	run, work := permService, shifts.PermWork
	run.NoToken, work.NoToken = true, true
	return []web.Route{
		{Method: "GET", Path: "/set-up", Need: access.Everybody(), Do: s.setUpStart},
		{Method: "POST", Path: "/set-up", Need: access.Everybody(), Do: s.setUpStep},
		{Method: "GET", Path: "/service", Need: run, Do: s.overview},
		{Method: "GET", Path: "/service/about", Need: run, Do: s.aboutForm},
		{Method: "POST", Path: "/service/about", Need: run, Do: s.saveAbout},
		{Method: "GET", Path: "/service/hours", Need: run, Do: s.hoursForm},
		{Method: "POST", Path: "/service/hours", Need: run, Do: s.saveHours},
		{Method: "GET", Path: "/service/people", Need: run, Do: s.peopleForm},
		{Method: "POST", Path: "/service/people", Need: run, Do: s.savePeople},
		{Method: "GET", Path: "/service/test-page", Need: run, Do: s.pageForm},
		{Method: "POST", Path: "/service/test-page", Need: run, Do: s.sendPage},
		{Method: "GET", Path: "/service/policy", Need: run, Do: s.policyForm},
		{Method: "POST", Path: "/service/policy", Need: run, Do: s.publish, MaxBody: 256 << 10},
		{Method: "GET", Path: "/service/partner", Need: run, Do: s.partnerForm},
		{Method: "POST", Path: "/service/partner", Need: run, Do: s.savePartner},
		{Method: "POST", Path: "/test-page/{id}/acknowledge", Need: work, Do: s.acknowledge},
	}
}

// overviewPage is how the service stands.
type overviewPage struct {
	about   About
	ready   []safety.Condition
	may     bool // ready to open, whoever is on shift
	plan    shifts.Plan
	minimum int
	second  string
	partner string
	appeals safety.Condition // whether an appeal finds somebody
	phrases bool             // the reader may edit phrases
	hooks   bool             // the reader may connect webhooks
	gaps    []shifts.Gap     // of the coming days
	swaps   int              // shifts whose person looks for somebody
	planned bool             // the opening follows a plan
	rota    bool             // the reader may open the plan
	demo    bool
}

func (s *Service) overview(w http.ResponseWriter, r *http.Request) error {
	ctx, read := r.Context(), s.DB.Reader()
	p := overviewPage{demo: s.Demo, phrases: web.Actor(ctx).Roles.Any(access.Set(access.Supervisor, access.Coordinator)), hooks: web.Actor(ctx).Has(access.Administrator)}
	var err error
	if p.about, err = s.About(ctx, read); err != nil {
		return err
	}
	if p.ready, err = s.Safety.Readiness(ctx, read); err != nil {
		return err
	}
	if p.appeals, err = s.Appeals.AppealsReady(ctx, read); err != nil {
		return err
	}
	p.ready = append(p.ready, p.appeals)
	if p.may, err = s.Safety.MayOpen(ctx, read); err != nil {
		return err
	}
	if p.plan, err = s.Shifts.Plan(ctx, read); err != nil {
		return err
	}
	p.rota = web.Actor(ctx).Has(access.Coordinator)
	if err := s.plan(ctx, &p); err != nil {
		return err
	}
	if p.partner, err = s.Partner(ctx, read); err != nil {
		return err
	}
	var second moment.ID
	if p.minimum, second, err = s.Shifts.Minimum(ctx, read); err != nil {
		return err
	}
	if second != "" {
		cards, err := s.People.Cards(ctx, read, second)
		if err != nil {
			return err
		}
		p.second = cards[second].Name
	}
	return web.Render(w, r, http.StatusOK, overviewView(p))
}

// gapsAhead is how far the overview looks for shifts that lack somebody.
const gapsAhead = 7 * 24 * time.Hour

// plan reads how the plan of the coming days stands.
func (s *Service) plan(ctx context.Context, p *overviewPage) error {
	read, now := s.DB.Reader(), s.Clock.Now()
	gaps, err := s.Shifts.Gaps(ctx, read, shifts.Span{From: now, Until: now.Add(gapsAhead)})
	if err != nil {
		return err
	}
	p.gaps = gaps
	opening, err := s.Shifts.Opening(ctx, read, now)
	if err != nil {
		return err
	}
	p.planned = opening.Planned
	p.swaps, err = s.Shifts.CountSwaps(ctx, read)
	return err
}

func (s *Service) acknowledge(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.Shifts.AcknowledgeTestPage(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/shift")
}
