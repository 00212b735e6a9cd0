package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"sort"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// DefaultExitURL is the neutral page that the quick exit leads to.
const DefaultExitURL = "https://www.wikipedia.org/"

// Authenticator finds out who is asking, from the session cookie or a token.
// The zero Actor is a visitor; an error means it cannot be known now.
type Authenticator interface {
	Authenticate(r *http.Request) (access.Actor, Prefs, error)
}

// Prefs is how the signed-in person wants pages; "" means take the cookie or
// what the browser asks for. Theme is "light", "dark" or "".
type Prefs struct{ Lang, Zone, Theme string }

// CrisisLine is one number in the crisis bar. Kind is "call", "text" or
// "emergency"; Href is a tel: or sms: address.
type CrisisLine struct{ Name, Number, Kind, Href string }

// Place is one entry of the navigation. Key names its icon (now, people,
// groups, community, path); the key "find" stands beside the account link.
// Work places (shift, board, admin) are for those who work here. LabelKey may
// stay empty: the shell has words for all of these keys.
type Place struct {
	Key, Href, LabelKey string
	Work                bool
}

// Urgent is something that cannot wait, for the bar at the top of every page.
// Title is a sentence of ours; Href is where it is answered.
type Urgent struct {
	Title, Href string
	At          moment.Time
}

// Told is what waits for whoever looks at a page. Count is of all that is open,
// urgent ones too. Live is the stream that keeps it up to date on open pages; ""
// means that the next page does.
type Told struct {
	Count  int
	Urgent []Urgent // newest first
	Live   string
	State  string // of what is told, in one word: the stream sends nothing until it differs
}

// Link is an address with the key of its words.
type Link struct{ Href, LabelKey string }

// Meter counts answers. Route is a pattern, never an address.
type Meter interface {
	Observe(method, route string, status int, seconds float64)
}

// Rate bounds how often one address may send something other than GET. The
// zero value means the default; a negative Burst switches the limit off.
type Rate struct {
	PerMinute int
	Burst     int
}

// Shell is what the app decides once about all pages.
type Shell struct {
	Name string // the service's name; neutral, it stands in titles
	Demo bool   // says on every page that people and numbers are made up
	// Crisis gives the lines of the crisis bar; nil or none: only the link to /crisis.
	Crisis func(ctx context.Context) []CrisisLine
	// Places gives the rooms that exist for whoever is asking.
	Places func(ctx context.Context) []Place
	// Account gives the links at the end of the masthead; nil: sign in, or my page.
	Account func(ctx context.Context) []Link
	// Notices gives what waits for whoever is asking; it is asked once a page. nil: nothing.
	Notices    func(ctx context.Context) Told
	PolicyHref string // of the policy in plain words; "" means there is none yet
	HouseHref  string // how people are with each other; "" for none
	SearchHref string // where one searches; "" for nowhere

	ExitURL        string         // "" means DefaultExitURL
	Zone           *time.Location // of the service; nil means UTC
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and -Proto are believed
	Rate           Rate

	Log     *slog.Logger
	Clock   moment.Clock
	Auth    Authenticator // nil: everybody is a visitor
	Metrics Meter         // may be nil
}

// Site serves the routes inside the shell.
type Site struct {
	shell  Shell
	mux    *http.ServeMux
	routes []Route
	words  *catalog
	assets *assetSet
	limit  *limiter
	lines  *lines
	cross  *http.CrossOriginProtection
	policy contentPolicy
	zones  zoneBook
}

// New makes a site with its own few routes: assets, /look, the manifest and
// the icon. It fails when a message file cannot be read.
func New(shell Shell) (*Site, error) {
	if shell.Clock == nil {
		return nil, errors.New("web: a shell needs a clock")
	}
	if shell.Log == nil {
		shell.Log = slog.Default()
	}
	if shell.Name == "" {
		shell.Name = "Cairn"
	}
	if shell.ExitURL == "" {
		shell.ExitURL = DefaultExitURL
	}
	if shell.Zone == nil {
		shell.Zone = time.UTC
	}
	words, err := loadedCatalog()
	if err != nil {
		return nil, err
	}
	assets, err := loadedAssets()
	if err != nil {
		return nil, err
	}
	policy, err := newContentPolicy(shell.ExitURL)
	if err != nil {
		return nil, err
	}
	s := &Site{
		shell: shell, mux: http.NewServeMux(), words: words, assets: assets, policy: policy,
		limit: newLimiter(shell.Clock, shell.Rate), lines: newLines(shell.Rate), cross: http.NewCrossOriginProtection(),
	}
	s.Mount(s.ownRoutes()...)
	return s, nil
}

// Mount adds routes. It panics when two routes claim the same address, when a
// route has no handler or no permission: start-up is the time to learn that.
func (s *Site) Mount(routes ...Route) {
	for _, rt := range routes {
		if rt.Do == nil || rt.Need.Roles == 0 {
			panic("web: route without handler or permission: " + rt.Pattern())
		}
		s.mux.Handle(rt.Pattern(), &endpoint{site: s, route: rt})
		s.routes = append(s.routes, rt)
	}
}

// Routes lists what is mounted, by path and method.
func (s *Site) Routes() []Route {
	out := append([]Route(nil), s.routes...)
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Path != out[j].Path {
			return out[i].Path < out[j].Path
		}
		return out[i].Method < out[j].Method
	})
	return out
}
