package groups

import (
	"net/http"
	"net/url"
	"strconv"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Routes are the addresses of groups. What stands behind /groups/ is an id, or the
// printed address of a group.
func (s *Service) Routes() []web.Route {
	return append(append(s.publicRoutes(), s.feedRoutes()...), []web.Route{
		{Method: "GET", Path: "/groups", Need: permSee, Do: s.homePage},
		{Method: "GET", Path: "/groups/print", Need: permSee, Do: s.printPage},
		{Method: "GET", Path: "/groups/new", Need: permMake, Do: s.newPage},
		{Method: "POST", Path: "/groups/new", Need: permMake, Do: s.newPost, MaxBody: bigForm},
		{Method: "GET", Path: "/groups/propose", Need: permOwn, Do: s.newPage},
		{Method: "POST", Path: "/groups/propose", Need: permOwn, Do: s.newPost, MaxBody: bigForm},
		{Method: "GET", Path: "/groups/touch", Need: permOwn, Do: s.touchesPage},
		{Method: "POST", Path: "/touch/{id}/back", Need: permOwn, Do: s.untouchPost},
		{Method: "GET", Path: "/groups/{id}", Need: permSee, Do: s.groupPage},
		{Method: "GET", Path: "/groups/{id}/edit", Need: permOwn, Do: s.editPage},
		{Method: "POST", Path: "/groups/{id}/edit", Need: permOwn, Do: s.editPost, MaxBody: bigForm},
		{Method: "GET", Path: "/groups/{id}/agreement", Need: permSee, Do: s.agreementPage},
		{Method: "POST", Path: "/groups/{id}/agreement", Need: permOwn, Do: s.agreePost},
		{Method: "GET", Path: "/groups/{id}/agreement/edit", Need: permOwn, Do: s.rewritePage},
		{Method: "POST", Path: "/groups/{id}/agreement/edit", Need: permOwn, Do: s.rewritePost, MaxBody: bigForm},
		{Method: "GET", Path: "/groups/{id}/join", Need: permOwn, Do: s.joinPage},
		{Method: "POST", Path: "/groups/{id}/join", Need: permOwn, Do: s.joinPost},
		{Method: "POST", Path: "/groups/{id}/unask", Need: permOwn, Do: s.unaskPost},
		{Method: "GET", Path: "/groups/{id}/leave", Need: permOwn, Do: s.leavePage},
		{Method: "POST", Path: "/groups/{id}/leave", Need: permOwn, Do: s.leavePost},
		{Method: "GET", Path: "/groups/{id}/out", Need: permOwn, Do: s.outPage},
		{Method: "GET", Path: "/groups/{id}/people", Need: permOwn, Do: s.peoplePage},
		{Method: "POST", Path: "/groups/{id}/people", Need: permOwn, Do: s.showPost},
		{Method: "POST", Path: "/groups/{id}/order", Need: permOwn, Do: s.orderPost},
		{Method: "GET", Path: "/groups/{id}/people/{person}/{act}", Need: permOwn, Do: s.personPage},
		{Method: "POST", Path: "/groups/{id}/people/{person}/{act}", Need: permOwn, Do: s.personPost},
		{Method: "POST", Path: "/groups/{id}/asking/{ask}", Need: permOwn, Do: s.answerPost},
		{Method: "POST", Path: "/groups/{id}/invite", Need: permOwn, Do: s.invitePost},
		{Method: "POST", Path: "/groups/{id}/invite/link", Need: permOwn, Do: s.linkPost},
		{Method: "POST", Path: "/groups/{id}/uninvite/{invite}", Need: permOwn, Do: s.uninvitePost},
		{Method: "POST", Path: "/groups/{id}/bring", Need: permOwn, Do: s.bringPost},
		{Method: "POST", Path: "/groups/{id}/decline", Need: permOwn, Do: s.declinePost},
		{Method: "GET", Path: "/invited/{token}", Need: permOwn, Do: s.invitedPage, Counted: true},
		{Method: "POST", Path: "/invited/{token}", Need: permOwn, Do: s.invitedPost},
		{Method: "GET", Path: "/groups/{id}/round", Need: permOwn, Do: s.roundPage},
		{Method: "POST", Path: "/groups/{id}/round", Need: permOwn, Do: s.sayPost},
		{Method: "POST", Path: "/groups/{id}/unsay/{entry}", Need: permOwn, Do: s.unsayPost},
		{Method: "GET", Path: "/round/{id}", Need: permOwn, Do: s.heldPage},
		{Method: "POST", Path: "/round/{id}", Need: permOwn, Do: s.releasePost},
		{Method: "GET", Path: "/groups/{id}/touch", Need: permOwn, Do: s.touchPage},
		{Method: "POST", Path: "/groups/{id}/touch", Need: permOwn, Do: s.touchPost},
		{Method: "GET", Path: "/groups/{id}/handover", Need: permOwn, Do: s.handoverPage},
		{Method: "POST", Path: "/groups/{id}/handover", Need: permOwn, Do: s.offerPost},
		{Method: "POST", Path: "/groups/{id}/handover/{act}", Need: permOwn, Do: s.handoverPost},
		{Method: "GET", Path: "/groups/{id}/sure/{act}", Need: permOwn, Do: s.surePage},
		{Method: "POST", Path: "/groups/{id}/do/{act}", Need: permOwn, Do: s.actPost},
		{Method: "GET", Path: "/groups/{id}/poster", Need: permSee, Do: s.posterPage},
		{Method: "GET", Path: "/groups/{id}/outreach", Need: permOwn, Do: s.outreachPage},
		{Method: "POST", Path: "/groups/{id}/outreach", Need: permOwn, Do: s.countPost},
		{Method: "POST", Path: "/groups/{id}/uncount/{contact}", Need: permOwn, Do: s.uncountPost},
		{Method: "GET", Path: "/groups/{id}/kit", Need: permSee, Do: s.kitPage},
		{Method: "POST", Path: "/groups/{id}/kit", Need: permOwn, Do: s.sheetPost},
		{Method: "GET", Path: "/groups/{id}/kit/edit", Need: permOwn, Do: s.kitEditPage},
		{Method: "POST", Path: "/groups/{id}/unsheet/{sheet}", Need: permOwn, Do: s.unsheetPost},
		{Method: "GET", Path: "/programme/groups", Need: permCoordinate, Do: s.overviewPage},
		{Method: "GET", Path: "/programme/groups/outreach", Need: permCoordinate, Do: s.sumsPage},
		{Method: "POST", Path: "/programme/groups/{id}", Need: permCoordinate, Do: s.decidePost},
	}...)
}

// bigForm takes a description and an agreement in any script.
const bigForm = 128 << 10

// again shows a page with what was wrong. An agreement that changed between reading and
// pressing is a form that needs another look.
func again(w http.ResponseWriter, r *http.Request, err error, page func() (templ.Component, error)) error {
	status := web.Status(err)
	if err != nil && fault.As(err).Key == "groups.error.agreement_changed" {
		status = http.StatusUnprocessableEntity
	}
	return web.AgainAs(w, r, err, status, page)
}

// at reads which group the address names.
func (s *Service) at(r *http.Request) (access.Actor, moment.ID, error) {
	id, err := s.Find(r.Context(), r.PathValue("id"))
	return web.Actor(r.Context()), id, err
}

// part reads an id from another part of the address.
func part(r *http.Request, name string) (moment.ID, error) {
	id, ok := moment.ParseID(r.PathValue(name))
	if !ok {
		return "", fault.Hidden()
	}
	return id, nil
}

// posted reads which group the address names, and the form.
func (s *Service) posted(r *http.Request) (access.Actor, moment.ID, url.Values, error) {
	a, id, err := s.at(r)
	if err != nil {
		return a, id, nil, err
	}
	form, err := web.Form(r)
	return a, id, form, err
}

// settled leads on after a verb. Pressing twice is no error: the page says what stands.
func settled(w http.ResponseWriter, r *http.Request, err error, to string) error {
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return web.SeeOther(w, r, to)
}

func doneOf(r *http.Request) string {
	q, err := web.Query(r)
	if err != nil {
		return ""
	}
	return q.Get("done")
}

// number reads a whole number; none is 0, and what is no number is -1, which every
// check refuses.
func number(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func yes(form url.Values, name string) bool { return form.Get(name) == "yes" }
