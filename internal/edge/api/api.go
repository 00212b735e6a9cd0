package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/shifts"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Permissions of the API: the same as of the pages.
var (
	permSee  = access.Everybody()
	permMine = access.SomeoneKnown()
	permWork = access.Permit("api.work", "Peers on shift use the API as they use their page.", access.Peer)
)

// Deps is what the API speaks for.
type Deps struct {
	DB      *db.DB
	Bus     *bus.Bus
	Support *support.Service
	Chat    *chat.Service
	Shifts  *shifts.Service
	Clock   moment.Clock
	Version string
	// Ping is how often an open line is tried, and its caller asked about; 0 means
	// every 25 seconds.
	Ping time.Duration
}

// API is the edge.
type API struct {
	Deps
	routes []web.Route
	doc    []byte
}

// New describes and collects every operation.
func New(d Deps) (*API, error) {
	a := &API{Deps: d}
	config := huma.DefaultConfig("Cairn", d.Version)
	config.Info.Description = "Someone to talk to, tonight: the verbs of support. Times are RFC 3339 in UTC. Errors are problem details (RFC 9457)."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema in answers, since no schema is served by itself
	config.Transformers = []huma.Transformer{oneShape}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "A personal access token, made on your page."},
	}
	c := &collector{}
	h := humago.New(c, config)
	a.requests(h)
	a.work(h)
	a.conversations(h)
	a.streams(h)
	for _, op := range c.found {
		a.routes = append(a.routes, web.Route{Method: op.method, Path: op.path, Need: needOf(h, op), Do: op.do, API: true})
	}
	a.routes = append(a.routes,
		web.Route{Method: "GET", Path: "/api/v1/requests/current/events", Need: permMine, Do: a.requestEvents, API: true, Stream: true},
		web.Route{Method: "GET", Path: "/api/v1/conversations/{id}/events", Need: permMine, Do: a.conversationEvents, API: true, Stream: true},
		web.Route{Method: "GET", Path: "/api/openapi.json", Need: permSee, Do: a.describe, API: true},
	)
	var err error
	a.doc, err = h.OpenAPI().MarshalJSON()
	return a, fault.Op("api describe", err)
}

// Routes are the addresses of the API.
func (a *API) Routes() []web.Route { return a.routes }

// Document is the OpenAPI description.
func (a *API) Document() []byte { return a.doc }

func (a *API) describe(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/openapi+json")
	_, err := w.Write(a.doc)
	return fault.Op("api describe", err)
}

// collector takes the handlers that huma makes, so that they stand in the
// site's one table of routes, with their permission, like all others.
type collector struct{ found []operation }

type operation struct {
	method, path string
	do           web.Handler
}

// HandleFunc takes one handler.
func (c *collector) HandleFunc(pattern string, f func(http.ResponseWriter, *http.Request)) {
	method, path := "", pattern
	for i := range pattern {
		if pattern[i] == ' ' {
			method, path = pattern[:i], pattern[i+1:]
			break
		}
	}
	c.found = append(c.found, operation{method, path, func(w http.ResponseWriter, r *http.Request) error {
		f(w, r)
		return nil
	}})
}

// ServeHTTP is never reached: the site serves.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// needKey carries the permission in an operation's metadata.
const needKey = "need"

func needOf(h huma.API, op operation) access.Permission {
	item := h.OpenAPI().Paths[op.path]
	for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
		if o != nil && o.Method == op.method {
			if p, ok := o.Metadata[needKey].(access.Permission); ok {
				return p
			}
		}
	}
	return access.Permission{} // Mount refuses a route without permission
}

// operate describes one operation with the permission it needs.
func operate[I, O any](h huma.API, method, path, id, summary string, need access.Permission, status int, f func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Description: need.Sentence,
		DefaultStatus: status, Metadata: map[string]any{needKey: need}, Errors: []int{401, 404, 409, 422, 429},
	}
	if !need.Roles.Has(access.Visitor) {
		op.Security = []map[string][]string{{"token": {}}}
	}
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return out, nil
	})
}

// Problem is an RFC 9457 answer.
type Problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	ID     string         `json:"request_id"`
	Errors []ProblemField `json:"errors,omitempty"`
}

// ProblemField is what is wrong with one field.
type ProblemField struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Error is for logs.
func (p *Problem) Error() string { return p.Title }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType says that this is a problem.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func problemOf(ctx context.Context, err error) error {
	f := fault.As(err)
	p := &Problem{Type: "/problems/" + f.Kind.String(), Title: web.T(ctx, "web.failure."+f.Kind.String()+".title"), Status: web.Status(err), Detail: web.Sentence(ctx, err), ID: web.RequestID(ctx)}
	for _, x := range f.Fields {
		p.Errors = append(p.Errors, ProblemField{Field: x.Name, Code: x.Key, Detail: web.Problem(ctx, err, x.Name)})
	}
	return p
}

// oneShape makes the problems that huma finds by itself (a field of the wrong type,
// an unknown one) look like all others.
func oneShape(c huma.Context, _ string, v any) (any, error) {
	found, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	kind := fault.Invalid
	if found.Status == http.StatusRequestEntityTooLarge {
		kind = fault.TooLarge
	}
	p := &Problem{Type: "/problems/" + kind.String(), Title: web.T(c.Context(), "web.failure."+kind.String()+".title"), Status: found.Status, Detail: found.Detail, ID: web.RequestID(c.Context())}
	for _, e := range found.Errors {
		p.Errors = append(p.Errors, ProblemField{Field: strings.TrimPrefix(e.Location, "body."), Code: "invalid", Detail: e.Message})
	}
	return p, nil
}

// idOf reads an id out of a path; what is none is not there.
func idOf(s string) (moment.ID, error) {
	id, ok := moment.ParseID(s)
	if !ok {
		return "", fault.Hidden()
	}
	return id, nil
}

// Empty is an answer without a body.
type Empty struct{}

// Nothing is a question without input.
type Nothing struct{}

// ByID is a question about one thing.
type ByID struct {
	ID string `path:"id" doc:"The id of the thing"`
}
