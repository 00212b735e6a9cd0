// Package web is the shell that every page stands in: routes with their
// permission, the chain each request passes, sessions, forms, error pages,
// layout and components, server-sent events, languages and assets.
//
// A slice gives routes:
//
//	func (s *Service) Routes() []web.Route {
//		return []web.Route{
//			{Method: "GET", Path: "/talk/{id}", Need: access.SomeoneKnown(), Do: s.show},
//			{Method: "POST", Path: "/talk/{id}/end", Need: access.SomeoneKnown(), Do: s.end},
//		}
//	}
//
// A handler returns an error; the shell turns it into the right page or, for
// API routes, into problem details. Nothing here logs what people write: the
// access log has the route's pattern, the status and the request id.
//
// # Words
//
// T(ctx, "people.join.title") gives a sentence in the reader's language. The
// texts are in locales/<lang>/<slice>.toml, one line a message:
//
//	"people.join.title" = "Choose a name"
//	"people.here" = { one = "{{.n}} peer is here.", other = "{{.n}} peers are here." }
//
// Keys have at least three parts, or stand directly in a call such as T or
// fault.New; names of permissions, events and jobs have two parts. A key built
// at run time starts from a literal that ends in a dot ("people.role." + name):
// that uses all keys below it. TestKeys holds the whole repository to this.
package web
