package people

import (
	"net/http"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/web"
)

var _ web.Authenticator = (*Service)(nil)

// Authenticate finds out who is asking, by the session cookie or an
// "Authorization: Bearer cairn_pat_..." token. What is not known, ended or
// deleted is a visitor. It costs one query.
func (s *Service) Authenticate(r *http.Request) (access.Actor, web.Prefs, error) {
	ctx, way := r.Context(), access.ByBrowser
	var k known
	var ok bool
	var err error
	if token, bears := bearer(r); bears {
		way = access.ByToken
		k, ok, err = s.whoBears(ctx, token)
	} else {
		k, ok, err = s.whoIs(ctx, web.SessionToken(r))
	}
	if err != nil || !ok {
		return access.Actor{}, web.Prefs{}, err
	}
	name := k.Name
	if k.Kind == KindGuest {
		name = guestName(ctx, name)
	}
	a := access.Actor{Person: k.ID, Session: k.entry, Roles: k.roles, Way: way, Name: name, Shared: k.shared}
	return a, web.Prefs{Lang: k.Lang, Zone: k.Zone, Theme: k.Theme}, nil
}

// bearer reads an Authorization header. With one, the cookie does not count.
func bearer(r *http.Request) (string, bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(token), true
}

// doorOf is from where a request comes.
func doorOf(r *http.Request, keep bool) Door {
	ctx := r.Context()
	return Door{Actor: web.Actor(ctx), Address: web.Address(r), Label: DeviceLabel(r.UserAgent()), Lang: web.Lang(ctx), Keep: keep}
}

// DeviceLabel names the kind of a device from its browser's name, for the list
// of sessions: "Firefox, Android". It is coarse on purpose. "" is not known.
func DeviceLabel(userAgent string) string {
	browser := firstIn(userAgent, [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}})
	system := firstIn(userAgent, [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS", "Mac"}, {"Linux", "Linux"}})
	switch {
	case browser == "" || system == "":
		return browser + system
	default:
		return browser + ", " + system
	}
}

func firstIn(s string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(s, n[0]) {
			return n[1]
		}
	}
	return ""
}
