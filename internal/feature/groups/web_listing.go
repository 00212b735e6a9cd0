package groups

import (
	"context"
	"net/http"
	"strings"

	"cairn/internal/core/meetings"
	"cairn/internal/feature/groups/guide"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// listBody is how much a form with a list may have.
const listBody = guide.MostBytes + 64<<10

// feedRoutes are the addresses of lists of others.
func (s *Service) feedRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/groups/import", Need: permListing, Do: s.importPage},
		{Method: "GET", Path: feedsPath, Need: permListing, Do: s.feedsPage},
		{Method: "GET", Path: feedsPath + "/new", Need: permListing, Do: s.newFeedPage},
		{Method: "POST", Path: feedsPath + "/new", Need: permListing, Do: s.newFeedPost, MaxBody: listBody},
		{Method: "GET", Path: feedsPath + "/{id}", Need: permListing, Do: s.feedPage},
		{Method: "POST", Path: feedsPath + "/{id}/read", Need: permListing, Do: s.readFeedPost, MaxBody: listBody},
		{Method: "POST", Path: feedsPath + "/{id}/take", Need: permListing, Do: s.takePost},
		{Method: "POST", Path: feedsPath + "/{id}/leave", Need: permListing, Do: s.leaveLookPost},
		{Method: "GET", Path: feedsPath + "/{id}/drop", Need: permListing, Do: s.dropPage},
		{Method: "POST", Path: feedsPath + "/{id}/drop", Need: permListing, Do: s.dropPost},
	}
}

const feedsPath = "/programme/feeds"

func feedPath(id moment.ID) string { return feedsPath + "/" + string(id) }

// importPage leads on from the address that other programs' papers name.
func (s *Service) importPage(w http.ResponseWriter, r *http.Request) error {
	return web.SeeOther(w, r, feedsPath+"/new")
}

func (s *Service) feedsPage(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Feeds(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, feedsView(list, doneOf(r)))
}

// newFeedData is the form of a list that is brought in.
type newFeedData struct {
	FeedDraft
	Err error
}

func (s *Service) newFeedPage(w http.ResponseWriter, r *http.Request) error {
	return s.showNewFeed(w, r, newFeedData{FeedDraft: FeedDraft{Zone: web.Zone(r.Context()).String()}})
}

func (s *Service) showNewFeed(w http.ResponseWriter, r *http.Request, d newFeedData) error {
	return again(w, r, d.Err, func() (templ.Component, error) { return newFeedView(d), nil })
}

func (s *Service) newFeedPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := newFeedData{FeedDraft: FeedDraft{Name: form.Get("name"), Address: form.Get("address"), Zone: form.Get("zone")}}
	if d.File, err = web.Upload(r, "file"); err != nil {
		return err
	}
	id, err := s.MakeFeed(r.Context(), web.Actor(r.Context()), d.FeedDraft)
	if err != nil {
		d.Err = err
		return s.showNewFeed(w, r, d)
	}
	return web.SeeOther(w, r, feedPath(id))
}

// feedData is the page of one list.
type feedData struct {
	FeedView
	Typed  string // the address, as typed
	Strict bool
	Done   string
	Err    error
}

func (s *Service) feedPage(w http.ResponseWriter, r *http.Request) error {
	return s.showFeed(w, r, feedData{Done: doneOf(r)})
}

func (s *Service) showFeed(w http.ResponseWriter, r *http.Request, d feedData) error {
	return again(w, r, d.Err, func() (templ.Component, error) {
		id, err := web.PathID(r)
		if err != nil {
			return nil, err
		}
		d.FeedView, err = s.Feed(r.Context(), web.Actor(r.Context()), id)
		if d.Err == nil {
			d.Typed = d.Address
		}
		return feedView(d), err
	})
}

func (s *Service) readFeedPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	file, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	if err := s.ReadFeed(r.Context(), web.Actor(r.Context()), id, form.Get("address"), file); err != nil {
		return s.showFeed(w, r, feedData{Typed: form.Get("address"), Err: err})
	}
	return web.SeeOther(w, r, feedPath(id))
}

func (s *Service) takePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	strict := yes(form, "strict")
	if err := s.Take(r.Context(), web.Actor(r.Context()), id, form.Get("look"), strict); err != nil {
		return s.showFeed(w, r, feedData{Strict: strict, Err: err})
	}
	return web.SeeOther(w, r, feedPath(id)+"?done=taken")
}

func (s *Service) leaveLookPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	return settled(w, r, s.LeaveLook(r.Context(), web.Actor(r.Context()), id), feedPath(id))
}

func (s *Service) dropPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	v, err := s.Feed(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, dropFeedView(v))
}

func (s *Service) dropPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	return settled(w, r, s.DropFeed(r.Context(), web.Actor(r.Context()), id), feedsPath+"?done=dropped")
}

// listedPage is the page of a group that we only list.
func (s *Service) listedPage(w http.ResponseWriter, r *http.Request, v View) error {
	d, err := s.Listed(r.Context(), v)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listedView(d))
}

// feedDone is the sentence about what was done with a list; "" for what is not ours.
func feedDone(ctx context.Context, done string) string {
	switch done {
	case "taken", "dropped":
		return web.T(ctx, "listing.done."+done)
	}
	return ""
}

// planWords say when a row meets: the days and the time on its own clock.
func planWords(ctx context.Context, p meetings.Plan) string {
	return web.T(ctx, "listing.page.times", "days", meetings.RuleWords(ctx, p), "from", clockText(p.Starts), "to", clockText((p.Starts+p.Minutes)%(24*60)), "zone", p.Zone)
}

// factWords are what a list says of who may come and what there is, as far as it says so.
func factWords(ctx context.Context, x RowSaid) []string {
	var out []string
	for _, f := range []struct {
		is  bool
		key string
	}{{x.Open, "listing.fact.open"}, {x.Closed, "listing.fact.closed"}, {x.Toilet, "listing.fact.toilet"}, {x.Children, "listing.fact.children"}} {
		if f.is {
			out = append(out, web.T(ctx, f.key))
		}
	}
	return out
}

// fullName is what a group is called in its own list, also when that is longer than
// names are here.
func (v ListedView) fullName() string {
	if v.Listing.Said.Name != "" {
		return v.Listing.Said.Name
	}
	return v.Name
}

// areaWords are coarse words of where it is.
func areaWords(x RowSaid) string { return strings.Join(x.Area, ", ") }

// placeWords are where a row says that people meet, on one line.
func placeWords(x RowSaid) string {
	var out []string
	for _, s := range []string{x.Place, x.Address} {
		if s != "" {
			out = append(out, s)
		}
	}
	if len(out) == 0 && x.Link == "" {
		return areaWords(x)
	}
	return strings.Join(out, ", ")
}

// feedWords say how a list stands.
func feedWords(ctx context.Context, f Feed, groups int) string {
	if f.ReadAt.IsZero() {
		return web.T(ctx, "listing.feed.never")
	}
	return web.T(ctx, "listing.feed.stands", "n", groups, "day", web.Date(ctx, f.ReadAt))
}

// problemWords say why a row cannot be taken.
func problemWords(ctx context.Context, p guide.Problem) string {
	args := []any{}
	for name, v := range p.Args {
		args = append(args, name, v)
	}
	return web.T(ctx, p.Key, args...)
}

// refresh is after how many seconds the page is read again, while something goes on.
func (d feedData) refresh() int {
	if d.Taking || d.State == FeedEnding {
		return 3
	}
	return 0
}

// againKind makes reading the main action while nothing else waits.
func (d feedData) againKind() string {
	if d.Look == "" || d.Late {
		return "main"
	}
	return ""
}

// mostGo tells whether taking a list over would end most of what there is of it: it may
// be broken over there.
func (r Report) mostGo() bool { return len(r.Gone) > 0 && len(r.Gone) > r.Same+len(r.Changed) }
