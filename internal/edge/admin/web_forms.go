package admin

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// reply ends a form: back to the overview, or the form again with what is wrong.
func reply(w http.ResponseWriter, r *http.Request, err error, again func(err error) (templ.Component, error)) error {
	if err == nil {
		return web.SeeOther(w, r, "/service")
	}
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	page, perr := again(err)
	if perr != nil {
		return perr
	}
	return web.Render(w, r, web.Status(err), page)
}

func (s *Service) aboutForm(w http.ResponseWriter, r *http.Request) error {
	about, err := s.About(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, aboutView(about, nil))
}

func (s *Service) saveAbout(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	about := aboutFrom(v)
	err = s.SetAbout(r.Context(), web.Actor(r.Context()), about)
	return reply(w, r, err, func(err error) (templ.Component, error) { return aboutView(about, err), nil })
}

// hoursPage is the week with what was typed.
type hoursPage struct {
	lines []opening
	zone  string
	err   error
}

func (s *Service) hoursForm(w http.ResponseWriter, r *http.Request) error {
	plan, err := s.Shifts.Plan(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, hoursView(hoursPage{lines: openingsOf(plan.Hours), zone: plan.Zone.String()}))
}

func (s *Service) saveHours(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := hoursPage{lines: openingsFrom(v), zone: strings.TrimSpace(v.Get("zone"))}
	hours, err := hoursOf(p.lines)
	if !isZone(p.zone) {
		err = withField(err, "zone", "admin.error.zone")
	}
	if err == nil {
		err = s.Shifts.SetPlan(r.Context(), web.Actor(r.Context()), hours, p.zone)
	}
	return reply(w, r, err, func(err error) (templ.Component, error) {
		p.err = err
		return hoursView(p), nil
	})
}

// withField adds a field to a refusal, or makes one.
func withField(err error, name, key string) error {
	var p fault.Problems
	if err != nil {
		p = append(p, fault.As(err).Fields...)
	}
	p.Add(name, key)
	return p.Err()
}

// peoplePage is the minimum of people with what was typed.
type peoplePage struct {
	small   bool // the preset of a small service: one, with a named second
	minimum string
	second  moment.ID
	choices []people.Card
	err     error
}

func (s *Service) peopleForm(w http.ResponseWriter, r *http.Request) error {
	n, second, err := s.Shifts.Minimum(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	p := peoplePage{small: n == 1, minimum: strconv.Itoa(max(n, shifts.MinimumDefault)), second: second}
	if p.choices, err = s.seconds(r); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, peopleView(p))
}

// seconds are who can be named as the second outside a shift of one.
func (s *Service) seconds(r *http.Request) ([]people.Card, error) {
	return s.withRoles(r.Context(), s.DB.Reader(), access.Supervisor, access.Coordinator, access.Administrator)
}

func (s *Service) savePeople(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := peoplePage{small: v.Get("size") == "small", minimum: v.Get("minimum"), second: moment.ID(v.Get("second"))}
	n, err := minimumFrom(p)
	if err == nil {
		second := moment.ID("")
		if p.small {
			second = p.second
		}
		err = s.SetMinimum(r.Context(), web.Actor(r.Context()), n, second)
	}
	return reply(w, r, err, func(err error) (templ.Component, error) {
		p.err = err
		var perr error
		p.choices, perr = s.seconds(r)
		return peopleView(p), perr
	})
}

func minimumFrom(p peoplePage) (int, error) {
	var wrong fault.Problems
	if p.small {
		if p.second == "" {
			wrong.Add("second", "admin.error.second")
		}
		return 1, wrong.Err()
	}
	n, err := strconv.Atoi(strings.TrimSpace(p.minimum))
	if err != nil || n < shifts.MinimumDefault || n > 50 {
		wrong.AddWith("minimum", "admin.error.minimum", map[string]any{"least": shifts.MinimumDefault})
	}
	return n, wrong.Err()
}

// testPage is the form for a test page, and those sent before.
type testPage struct {
	choices []people.Card
	sent    []shifts.TestPage
	names   map[moment.ID]people.Card
	err     error
}

func (s *Service) testPage(r *http.Request, wrong error) (testPage, error) {
	ctx, read := r.Context(), s.DB.Reader()
	p := testPage{err: wrong}
	var err error
	if p.choices, err = s.withRoles(ctx, read, access.Supervisor, access.Coordinator, access.Peer); err != nil {
		return p, err
	}
	if p.sent, err = s.Shifts.TestPages(ctx, read); err != nil {
		return p, err
	}
	ids := make([]moment.ID, 0, len(p.sent))
	for _, x := range p.sent {
		ids = append(ids, x.SentTo)
	}
	p.names, err = s.People.Cards(ctx, read, ids...)
	return p, err
}

func (s *Service) pageForm(w http.ResponseWriter, r *http.Request) error {
	p, err := s.testPage(r, nil)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, testPageView(p))
}

func (s *Service) sendPage(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	if err = s.SendTestPage(r.Context(), web.Actor(r.Context()), moment.ID(v.Get("to"))); err == nil {
		return web.SeeOther(w, r, "/service/test-page")
	}
	return reply(w, r, err, func(err error) (templ.Component, error) {
		p, perr := s.testPage(r, err)
		return testPageView(p), perr
	})
}

// policyPage is the form for publishing, and what would be published.
type policyPage struct {
	languages []string
	own       map[string]string
	preview   []safety.Policy
	previewed bool
	version   int
	since     moment.Time
	outdated  bool
	err       error
}

func (s *Service) policyPage(r *http.Request, own map[string]string) (policyPage, error) {
	ctx, read := r.Context(), s.DB.Reader()
	p := policyPage{own: own}
	about, err := s.About(ctx, read)
	if err != nil {
		return p, err
	}
	p.languages = about.Languages
	now, found, err := s.Safety.Policy(ctx, read, web.Lang(ctx))
	if err != nil {
		return p, err
	}
	if found {
		p.version, p.since = now.Version, now.PublishedAt
	}
	p.outdated, err = s.Safety.Outdated(ctx, read)
	return p, err
}

// show fills in the preview in every language that is published.
func (s *Service) show(p policyPage) policyPage {
	for _, lang := range safety.Languages() {
		draft, err := s.Safety.Preview(lang, p.own)
		if err != nil {
			draft = s.Safety.Draft(lang) // what is wrong with the addition stands at its field
		}
		p.preview = append(p.preview, draft)
	}
	return p
}

func (s *Service) policyForm(w http.ResponseWriter, r *http.Request) error {
	own, err := s.Safety.Additions(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	p, err := s.policyPage(r, own)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, policyView(s.show(p)))
}

func (s *Service) publish(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	own := ownFrom(v)
	if v.Get("do") == "preview" {
		p, err := s.policyPage(r, own)
		if err != nil {
			return err
		}
		_, p.err = s.Safety.Preview(web.Lang(r.Context()), own)
		p.previewed = p.err == nil
		return web.Render(w, r, web.Status(p.err), policyView(s.show(p)))
	}
	_, err = s.Publish(r.Context(), web.Actor(r.Context()), own)
	return reply(w, r, err, func(err error) (templ.Component, error) {
		p, perr := s.policyPage(r, own)
		p.err = err
		return policyView(s.show(p)), perr
	})
}

func ownFrom(v url.Values) map[string]string {
	own := map[string]string{}
	for _, lang := range safety.Languages() {
		if text := v.Get("own-" + lang); text != "" {
			own[lang] = text
		}
	}
	return own
}

func (s *Service) partnerForm(w http.ResponseWriter, r *http.Request) error {
	text, err := s.Partner(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, partnerView(text, nil))
}

func (s *Service) savePartner(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	err = s.SetPartner(r.Context(), web.Actor(r.Context()), v.Get("partner"))
	return reply(w, r, err, func(err error) (templ.Component, error) { return partnerView(v.Get("partner"), err), nil })
}
