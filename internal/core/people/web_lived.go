package people

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// livedView is a line a situation, with what was chosen for it.
type livedView struct {
	Situations []livedLine
	Done       string
	Err        error
}

type livedLine struct {
	Situation
	Options []web.Option
}

func (s *Service) livedView(ctx context.Context, chosen map[string]string, options func(ctx context.Context, x Situation, chosen string) []web.Option) (livedView, error) {
	var v livedView
	all, err := s.Situations(ctx, web.Lang(ctx))
	for _, x := range all {
		if !x.Retired && x.Kind != "identity" {
			v.Situations = append(v.Situations, livedLine{x, options(ctx, x, chosen[x.Slug])})
		}
	}
	return v, err
}

// visibilityOptions begins with the choice that shows the least where the thing
// is sensitive.
func visibilityOptions(ctx context.Context, sensitive bool, chosen string) []web.Option {
	order := []Visibility{ToMatches, ToAll, OnlyMatching}
	if sensitive {
		order = []Visibility{OnlyMatching, ToMatches, ToAll}
	}
	var out []web.Option
	for _, v := range order {
		out = append(out, web.Option{Value: string(v), Label: web.T(ctx, "people.visibility."+string(v))})
	}
	return check(out, chosen)
}

func check(options []web.Option, chosen string) []web.Option {
	for i := range options {
		options[i].Checked = options[i].Value == chosen
	}
	return options
}

// choices reads the selects of a form that has one for each situation.
func choices(form map[string][]string) map[string]string {
	out := map[string]string{}
	for name, values := range form {
		if slug, ok := strings.CutPrefix(name, "v_"); ok && len(values) > 0 && values[0] != "" {
			out[slug] = values[0]
		}
	}
	return out
}

// mineView is what somebody has lived through, and all that they may add.
type mineView struct {
	Lines    []livedLine
	Own      []ownLine
	News     []newsLine
	Often    []Situation
	Groups   []pickGroup
	Form     ownForm
	Query    string
	Searched bool // without JavaScript
	Done     string
	Err      error
}

// Some tells whether anything stands on the list yet.
func (v mineView) Some() bool { return len(v.Lines)+len(v.Own) > 0 }

// ownLine is an item in somebody's own words.
type ownLine struct {
	OwnWords
	Options []web.Option
}

// newsLine is what became of somebody's own words, with the label in their language.
type newsLine struct {
	OwnWords
	Label string
}

// pickGroup is what can be added, of one kind.
type pickGroup struct {
	Kind  string
	Items []Situation
}

// ownForm is own words as they are typed.
type ownForm struct {
	Words   string
	Shown   string
	Suggest bool
	Err     error
}

func (s *Service) showLived(w http.ResponseWriter, r *http.Request) error {
	v, err := s.mineView(r.Context(), nil)
	if err != nil {
		return err
	}
	v.Done = doneOf(r)
	return web.Render(w, r, http.StatusOK, livedPage(v))
}

// mineView loads the page. typed is what was chosen in the form, when it was not
// taken; nil for what is kept.
func (s *Service) mineView(ctx context.Context, typed url.Values) (mineView, error) {
	v := mineView{Form: ownForm{Shown: string(OnlyMatching)}}
	a := web.Actor(ctx)
	mine, err := s.Experience(ctx, a)
	if err != nil {
		return v, err
	}
	chosen := map[string]string{}
	for _, l := range mine.Lived {
		chosen[l.Situation] = string(l.Visibility)
	}
	if typed != nil {
		chosen = choices(typed)
	}
	all, err := s.Situations(ctx, web.Lang(ctx))
	if err != nil {
		return v, err
	}
	left := map[string][]Situation{}
	for _, x := range all {
		switch {
		case x.Retired:
		case chosen[x.Slug] != "":
			v.Lines = append(v.Lines, livedLine{x, visibilityOptions(ctx, x.Sensitive, chosen[x.Slug])})
		default:
			left[x.Kind] = append(left[x.Kind], x)
		}
	}
	v.Groups = []pickGroup{{"situation", left["situation"]}, {"identity", left["identity"]}}
	pairs, err := everyPair(ctx, s.DB.Reader())
	if err != nil {
		return v, err
	}
	v.Often = oftenWith(pairs, all, slicesOfKeys(chosen))
	return v, s.viewWords(ctx, &v, bySlug(all), typed)
}

// viewWords adds the words of one's own, and what became of some of them.
func (s *Service) viewWords(ctx context.Context, v *mineView, labels map[string]Situation, typed url.Values) error {
	words, err := s.Words(ctx, web.Actor(ctx))
	for _, o := range words {
		if o.News != "" {
			n := newsLine{OwnWords: o}
			if o.Became != nil {
				n.Label = labels[o.Became.Slug].Label
			}
			v.News = append(v.News, n)
		}
		if o.Item() {
			shown := string(o.Visibility)
			if t := typed.Get("w_" + string(o.ID)); t != "" {
				shown = t
			}
			v.Own = append(v.Own, ownLine{o, visibilityOptions(ctx, true, shown)})
		}
	}
	return err
}

func slicesOfKeys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// doLived takes the list with who sees each, and then the one button that was pressed.
func (s *Service) doLived(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a, ctx := web.Actor(r.Context()), r.Context()
	var items []Lived
	for slug, v := range choices(form) {
		if slug != form.Get("remove") {
			items = append(items, Lived{Situation: slug, Visibility: Visibility(v)})
		}
	}
	err = s.SaveLived(ctx, a, items)
	for name, values := range form {
		if id, ok := strings.CutPrefix(name, "w_"); ok && err == nil && id != form.Get("drop") {
			err = s.showAgain(ctx, id, Visibility(values[0]))
		}
	}
	done := "saved"
	if err == nil {
		done, err = s.pressed(ctx, form)
	}
	if err != nil {
		return s.livedRefused(w, r, err, func(v *mineView) { v.Err = err }, form)
	}
	return doneAt(w, r, "/me/lived", done)
}

// showAgain changes who sees own words where that is new.
func (s *Service) showAgain(ctx context.Context, id string, v Visibility) error {
	mine, err := s.Words(ctx, web.Actor(ctx))
	if err != nil {
		return err
	}
	for _, o := range mine {
		if string(o.ID) == id && o.Visibility != v {
			return s.ShowWords(ctx, web.Actor(ctx), o.ID, v)
		}
	}
	return nil
}

// pressed does what a button beside own words says.
func (s *Service) pressed(ctx context.Context, form url.Values) (done string, err error) {
	a := web.Actor(ctx)
	switch {
	case form.Get("remove") != "":
		return "removed", nil
	case form.Get("drop") != "":
		return "removed", s.DropWords(ctx, a, moment.ID(form.Get("drop")))
	case form.Get("suggest") != "":
		return "suggested", s.SuggestWords(ctx, a, moment.ID(form.Get("suggest")), true)
	case form.Get("back") != "":
		return "saved", s.SuggestWords(ctx, a, moment.ID(form.Get("back")), false)
	}
	return "saved", nil
}

func (s *Service) livedRefused(w http.ResponseWriter, r *http.Request, err error, put func(v *mineView), typed url.Values) error {
	v, viewErr := s.mineView(r.Context(), typed)
	if viewErr != nil {
		return viewErr
	}
	put(&v)
	return refused(w, r, err, livedPage(v))
}

func (s *Service) doAddLived(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.AddLived(r.Context(), web.Actor(r.Context()), form.Get("add")); err != nil {
		return s.livedRefused(w, r, err, func(v *mineView) { v.Err = err }, nil)
	}
	return doneAt(w, r, "/me/lived", "added")
}

// doFindLived looks for situations where there is no JavaScript. What somebody
// looks for is about themselves, so it comes by POST and stays out of addresses.
func (s *Service) doFindLived(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	v, err := s.mineView(r.Context(), nil)
	if err != nil {
		return err
	}
	v.Query, v.Searched = form.Get("q"), true
	for i := range v.Groups {
		v.Groups[i].Items = slices.DeleteFunc(v.Groups[i].Items, func(x Situation) bool { return !holds(x.Label, v.Query) })
	}
	v.Form.Words = v.Query
	return web.Render(w, r, http.StatusOK, livedPage(v))
}

// holds tells whether a label has every word that was typed somewhere in it.
func holds(label, typed string) bool {
	in := plainText(label)
	for _, word := range strings.Fields(plainText(typed)) {
		if !strings.Contains(in, word) {
			return false
		}
	}
	return true
}

// plainText is a text without case and marks, with the letters of Arabic that are
// written either way made one. js/find.js does the same.
func plainText(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(cases.Fold().String(s)) {
		switch {
		case unicode.Is(unicode.M, r) || r == 'ـ':
		case r == 'ى':
			b.WriteRune('ي')
		case r == 'ة':
			b.WriteRune('ه')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (s *Service) doAddWords(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := ownForm{Words: form.Get("words"), Shown: form.Get("shown"), Suggest: form.Get("suggest") == "yes"}
	if err := s.AddWords(r.Context(), web.Actor(r.Context()), f.Words, Visibility(f.Shown), f.Suggest); err != nil {
		return s.livedRefused(w, r, err, func(v *mineView) { f.Err, v.Form, v.Err = err, f, err }, nil)
	}
	if f.Suggest {
		return doneAt(w, r, "/me/lived", "suggested")
	}
	return doneAt(w, r, "/me/lived", "added")
}

func (s *Service) doReadNews(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.ReadNews(r.Context(), web.Actor(r.Context()), id); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return web.SeeOther(w, r, "/me/lived")
}
