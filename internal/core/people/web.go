package people

import (
	"net/http"
	"net/url"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Routes are the addresses of people.
func (s *Service) Routes() []web.Route {
	door, own, account := PermDoor, PermOwn, PermAccount
	return []web.Route{
		{Method: "GET", Path: "/join", Need: door, Do: s.showJoin},
		{Method: "POST", Path: "/join", Need: door, Do: s.doJoin},
		{Method: "POST", Path: "/join/passkey/begin", Need: door, Do: s.beginJoin, API: true},
		{Method: "POST", Path: "/join/passkey", Need: door, Do: s.finishJoin, API: true},
		{Method: "GET", Path: "/younger", Need: door, Do: s.showYounger},
		{Method: "GET", Path: "/sign-in", Need: door, Do: s.showSignIn},
		{Method: "POST", Path: "/sign-in", Need: door, Do: s.doSignIn},
		{Method: "POST", Path: "/sign-in/code", Need: door, Do: s.doCode},
		{Method: "POST", Path: "/sign-in/mail", Need: door, Do: s.doMail},
		{Method: "GET", Path: "/sign-in/link", Need: door, Do: s.showLink},
		{Method: "POST", Path: "/sign-in/link", Need: door, Do: s.doLink},
		{Method: "POST", Path: "/sign-in/passkey/begin", Need: door, Do: s.beginSignIn, API: true},
		{Method: "POST", Path: "/sign-in/passkey", Need: door, Do: s.finishSignIn, API: true},
		{Method: "GET", Path: "/confirm", Need: door, Do: s.showConfirm},
		{Method: "POST", Path: "/confirm", Need: door, Do: s.doConfirm},
		{Method: "GET", Path: "/come-back", Need: door, Do: s.showComeBack},
		{Method: "POST", Path: "/come-back", Need: door, Do: s.doComeBack},
		{Method: "POST", Path: "/sign-out", Need: own, Do: s.doSignOut},
		{Method: "POST", Path: "/leave", Need: access.Everybody(), Do: s.doLeave, Open: true},

		{Method: "GET", Path: "/me", Need: own, Do: s.showMe},
		{Method: "GET", Path: "/me/opened", Need: own, Do: s.showOpened},
		{Method: "GET", Path: "/me/export", Need: own, Do: s.showExport},
		{Method: "POST", Path: "/me/export", Need: own, Do: s.doExport},
		{Method: "GET", Path: "/me/delete", Need: own, Do: s.showDelete},
		{Method: "POST", Path: "/me/delete", Need: own, Do: s.doDelete},
		{Method: "GET", Path: "/me/profile", Need: account, Do: s.showProfile},
		{Method: "POST", Path: "/me/profile", Need: account, Do: s.doProfile},
		{Method: "GET", Path: "/me/lived", Need: account, Do: s.showLived},
		{Method: "POST", Path: "/me/lived", Need: account, Do: s.doLived},
		{Method: "POST", Path: "/me/lived/add", Need: account, Do: s.doAddLived},
		{Method: "POST", Path: "/me/lived/find", Need: account, Do: s.doFindLived},
		{Method: "POST", Path: "/me/lived/words", Need: account, Do: s.doAddWords},
		{Method: "POST", Path: "/me/lived/words/{id}/read", Need: account, Do: s.doReadNews},
		{Method: "GET", Path: "/me/limits", Need: account, Do: s.showLimits},
		{Method: "POST", Path: "/me/limits", Need: account, Do: s.doLimits},
		{Method: "POST", Path: "/me/limits/names", Need: account, Do: s.doKnowName},
		{Method: "POST", Path: "/me/limits/names/{id}/remove", Need: account, Do: s.doForgetName},
		{Method: "GET", Path: "/me/hours", Need: account, Do: s.showHours},
		{Method: "POST", Path: "/me/hours", Need: account, Do: s.doHours},
		{Method: "POST", Path: "/me/hours/add", Need: account, Do: s.doAddHours},
		{Method: "GET", Path: "/me/today", Need: account, Do: s.showToday},
		{Method: "POST", Path: "/me/today", Need: account, Do: s.doToday},
		{Method: "GET", Path: "/me/blocks", Need: own, Do: s.showBlocks},
		{Method: "POST", Path: "/me/blocks/{id}/lift", Need: own, Do: s.doLift},
		{Method: "GET", Path: "/me/sessions", Need: account, Do: s.showSessions},
		{Method: "POST", Path: "/me/sessions/{id}/end", Need: account, Do: s.doEndSession},
		{Method: "POST", Path: "/me/sessions/end-others", Need: account, Do: s.doEndOthers},
		{Method: "GET", Path: "/me/tokens", Need: account, Do: s.showTokens},
		{Method: "POST", Path: "/me/tokens", Need: account, Do: s.doToken},
		{Method: "POST", Path: "/me/tokens/{id}/revoke", Need: account, Do: s.doRevoke},
		{Method: "GET", Path: "/me/once/{id}", Need: account, Do: s.showOnceOnly},
		{Method: "POST", Path: "/me/once/{id}/kept", Need: account, Do: s.doKept},
		{Method: "GET", Path: "/me/ways", Need: account, Do: s.showWays},
		{Method: "POST", Path: "/me/ways/password", Need: account, Do: s.doPassword},
		{Method: "GET", Path: "/me/ways/remove", Need: account, Do: s.showRemove},
		{Method: "POST", Path: "/me/ways/remove", Need: account, Do: s.doRemove},
		{Method: "POST", Path: "/me/ways/codes", Need: account, Do: s.doCodes},
		{Method: "POST", Path: "/me/ways/email", Need: account, Do: s.doEmail},
		{Method: "POST", Path: "/me/ways/passkey/begin", Need: account, Do: s.beginAdding, API: true},
		{Method: "POST", Path: "/me/ways/passkey", Need: account, Do: s.finishAdding, API: true},
		{Method: "POST", Path: "/me/ways/passkey/{id}/name", Need: account, Do: s.doRename},

		{Method: "GET", Path: "/taxonomy", Need: PermTaxonomy, Do: s.showTaxonomy},
		{Method: "POST", Path: "/taxonomy", Need: PermTaxonomy, Do: s.doAddSituation},
		{Method: "GET", Path: "/taxonomy/suggested", Need: PermTaxonomy, Do: s.showSuggestions},
		{Method: "GET", Path: "/taxonomy/suggested/{id}", Need: PermTaxonomy, Do: s.showSuggestion},
		{Method: "POST", Path: "/taxonomy/suggested/{id}/adopt", Need: PermTaxonomy, Do: s.doAdopt},
		{Method: "POST", Path: "/taxonomy/suggested/{id}/merge", Need: PermTaxonomy, Do: s.doMerge},
		{Method: "POST", Path: "/taxonomy/suggested/{id}/aside", Need: PermTaxonomy, Do: s.doSetAside},
		{Method: "GET", Path: "/taxonomy/{slug}", Need: PermTaxonomy, Do: s.showSituation},
		{Method: "POST", Path: "/taxonomy/{slug}", Need: PermTaxonomy, Do: s.doEditSituation},
		{Method: "GET", Path: "/accounts", Need: PermAccounts, Do: s.showAccounts},
		{Method: "POST", Path: "/accounts", Need: PermAccounts, Do: s.doFindAccount},
		{Method: "GET", Path: "/accounts/{id}", Need: PermAccounts, Do: s.showAccount},
		{Method: "POST", Path: "/accounts/{id}/give", Need: PermAccounts, Do: s.doGive},
		{Method: "POST", Path: "/accounts/{id}/take", Need: PermAccounts, Do: s.doTake},
	}
}

// refused shows a form again with what was wrong, if it is something that the
// person can mend; all else is the shell's to answer.
func refused(w http.ResponseWriter, r *http.Request, err error, page templ.Component) error {
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.TooFast) {
		return web.Render(w, r, web.Status(err), page)
	}
	return err
}

// doneAt leads back to a page that says what was done.
func doneAt(w http.ResponseWriter, r *http.Request, path, done string) error {
	return web.SeeOther(w, r, path+"?done="+done)
}

// dones are what a page may be told to say, so that an address cannot.
var dones = map[string]bool{"saved": true, "ended": true, "lifted": true, "revoked": true, "removed": true, "added": true, "password": true, "mail": true, "codes": true,
	"suggested": true, "kept": true, "forgotten": true, "adopted": true, "merged": true, "aside": true}

func doneOf(r *http.Request) string {
	if d := r.URL.Query().Get("done"); dones[d] {
		return d
	}
	return ""
}

// nextOf is where to go after signing in: a page of ours.
func nextOf(typed string) string {
	next := web.LocalPath(typed)
	if path, _, _ := strings.Cut(next, "?"); path == "/sign-in" || strings.HasPrefix(path, "/sign-in/") || path == "/sign-out" || path == "/leave" {
		return "/"
	}
	return next
}

// welcome gives the browser its new session and leads on.
func (s *Service) welcome(w http.ResponseWriter, r *http.Request, e Entered, keep bool, next string) error {
	s.giveSession(w, r, e, keep)
	return web.SeeOther(w, r, next)
}

func (s *Service) giveSession(w http.ResponseWriter, r *http.Request, e Entered, keep bool) {
	if keep {
		web.SetSession(w, r, e.Token, KeepFor)
		return
	}
	web.SetSession(w, r, e.Token, 0)
}

// afterJoining shows the recovery codes first.
func afterJoining(e Entered) string { return "/me/once/" + url.PathEscape(string(e.Once)) }

func (s *Service) showMe(w http.ResponseWriter, r *http.Request) error {
	card, _, err := s.Me(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, mePage(card))
}
