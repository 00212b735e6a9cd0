package people

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// profileForm is the profile as it is typed.
type profileForm struct {
	Profile
	Done string
	Err  error
}

func (s *Service) showProfile(w http.ResponseWriter, r *http.Request) error {
	_, p, err := s.Me(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, profilePage(s.profileView(r.Context(), profileForm{Profile: p, Done: doneOf(r)})))
}

func (s *Service) doProfile(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	p := Profile{Name: form.Get("name"), Pronouns: form.Get("pronouns"), Zone: form.Get("zone"), Lang: form.Get("lang"), Theme: form.Get("theme"),
		HidesReads: form.Get("hides") == "yes", Languages: append([]string{form.Get("first")}, form["languages"]...)}
	if err := s.SaveProfile(r.Context(), web.Actor(r.Context()), p); err != nil {
		return refused(w, r, err, profilePage(s.profileView(r.Context(), profileForm{Profile: p, Err: err})))
	}
	return doneAt(w, r, "/me/profile", "saved")
}

// profileView is the form with everything that can be chosen, in words.
type profileView struct {
	profileForm
	First, Others, Zones, Langs, Themes []web.Option
}

func (s *Service) profileView(ctx context.Context, f profileForm) profileView {
	v := profileView{profileForm: f}
	first := ""
	if len(f.Languages) > 0 {
		first = f.Languages[0]
	}
	v.First = append([]web.Option{{Value: "", Label: web.T(ctx, "people.profile.no_language"), Checked: first == ""}}, languageOptions(ctx, []string{first})...)
	v.Others = languageOptions(ctx, f.Languages)
	v.Zones = s.zoneOptions(ctx, f.Zone)
	v.Langs = []web.Option{{Value: "", Label: web.T(ctx, "people.profile.lang_auto"), Checked: f.Lang == ""}}
	for _, l := range interfaceLangs {
		v.Langs = append(v.Langs, web.Option{Value: l, Label: display.Self.Name(language.MustParse(l)), Checked: f.Lang == l})
	}
	v.Themes = []web.Option{{Value: "", Label: web.T(ctx, "web.look.auto"), Checked: f.Theme == ""}, {Value: "light", Label: web.T(ctx, "web.look.light"), Checked: f.Theme == "light"},
		{Value: "dark", Label: web.T(ctx, "web.look.dark"), Checked: f.Theme == "dark"}}
	return v
}

// languageOptions names languages in the reader's language, in its order.
func languageOptions(ctx context.Context, chosen []string) []web.Option {
	names := display.Tags(language.Make(web.Lang(ctx)))
	var out []web.Option
	for _, code := range append(slices.Clone(spokenLangs), chosen...) {
		if code == "" || slices.ContainsFunc(out, func(o web.Option) bool { return o.Value == code }) {
			continue
		}
		name := code
		if tag, err := language.Parse(code); err == nil && names.Name(tag) != "" {
			name = names.Name(tag)
		}
		if web.Has(web.Lang(ctx), "people.language."+code) {
			name = web.T(ctx, "people.language."+code)
		}
		out = append(out, web.Option{Value: code, Label: name, Checked: slices.Contains(chosen, code)})
	}
	slices.SortStableFunc(out, func(a, b web.Option) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	return out
}

// zoneOptions lists zones from west to east with their offset today.
func (s *Service) zoneOptions(ctx context.Context, chosen string) []web.Option {
	out := []web.Option{{Value: "", Label: web.T(ctx, "people.profile.zone_auto"), Checked: chosen == ""}}
	names := zoneNames
	if chosen != "" && !slices.Contains(names, chosen) && knownZone(chosen) {
		names = append([]string{chosen}, names...)
	}
	now := s.Clock.Now().Std()
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			continue
		}
		city := strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
		label := city + " (UTC" + now.In(zone).Format("-07:00") + ")"
		if name == "UTC" {
			label = "UTC"
		}
		out = append(out, web.Option{Value: name, Label: label, Checked: name == chosen})
	}
	return out
}

func (s *Service) showToday(w http.ResponseWriter, r *http.Request) error {
	mine, err := s.Experience(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	chosen := map[string]string{}
	for _, n := range mine.NotToday {
		chosen[n.Situation] = "today"
		if n.Until.IsZero() {
			chosen[n.Situation] = "stays"
		}
	}
	view, err := s.livedView(r.Context(), chosen, todayOptions)
	if err != nil {
		return err
	}
	view.Done = doneOf(r)
	return web.Render(w, r, http.StatusOK, todayPage(view))
}

func todayOptions(ctx context.Context, _ Situation, chosen string) []web.Option {
	return check([]web.Option{{Value: "", Label: web.T(ctx, "people.today.fine")}, {Value: "today", Label: web.T(ctx, "people.today.tomorrow")}, {Value: "stays", Label: web.T(ctx, "people.today.stays")}}, chosen)
}

func (s *Service) doToday(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	var slugs []string
	stays := map[string]bool{}
	for slug, v := range choices(form) {
		slugs = append(slugs, slug)
		stays[slug] = v == "stays"
	}
	if err := s.SaveNotToday(r.Context(), web.Actor(r.Context()), slugs, stays); err != nil {
		view, viewErr := s.livedView(r.Context(), choices(form), todayOptions)
		if viewErr != nil {
			return viewErr
		}
		view.Err = err
		return refused(w, r, err, todayPage(view))
	}
	return doneAt(w, r, "/me/today", "saved")
}

func (s *Service) showBlocks(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Blocks(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, blocksPage(list, doneOf(r)))
}

func (s *Service) doLift(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.Lift(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return doneAt(w, r, "/me/blocks", "lifted")
}

func (s *Service) showOpened(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Opened(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, openedPage(list))
}

func (s *Service) showExport(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, exportPage())
}

// doExport sends the ZIP as it is made.
func (s *Service) doExport(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="my-data.zip"`)
	err := s.Export(r.Context(), web.Actor(r.Context()), w)
	if err != nil {
		w.Header().Del("Content-Disposition")
	}
	return err
}

// deleteForm asks before an account goes.
type deleteForm struct {
	Name     string // what is to be typed, when there is no password
	Typed    string
	Password bool
	Guest    bool
	Err      error
}

func (s *Service) deleteForm(ctx context.Context) (deleteForm, error) {
	a := web.Actor(ctx)
	needs, err := s.NeedsPassword(ctx, a)
	if err != nil {
		return deleteForm{}, err
	}
	card, _, err := s.Me(ctx, a)
	return deleteForm{Name: card.Name, Password: needs, Guest: a.Has(access.Guest)}, err
}

func (s *Service) showDelete(w http.ResponseWriter, r *http.Request) error {
	f, err := s.deleteForm(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, deletePage(f))
}

func (s *Service) doDelete(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	err = s.Erase(r.Context(), web.Actor(r.Context()), Proof{Password: form.Get("password"), Name: form.Get("name")})
	if err != nil && !fault.Is(err, fault.NotFound) {
		f, loadErr := s.deleteForm(r.Context())
		if loadErr != nil {
			return loadErr
		}
		f.Typed, f.Err = form.Get("name"), err
		return refused(w, r, err, deletePage(f))
	}
	web.ClearSession(w, r)
	w.Header().Set("Clear-Site-Data", `"storage"`)
	return web.SeeOther(w, r, "/")
}
