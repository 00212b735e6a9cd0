package web

import (
	"net/http"

	"cairn/internal/kit/access"
)

// Handler answers a request or says what went wrong. After an error nothing
// must have been written.
type Handler func(w http.ResponseWriter, r *http.Request) error

// DefaultMaxBody is how many bytes of body a route takes when it does not say.
const DefaultMaxBody = 64 << 10

// Route is one address of the service with what it needs.
type Route struct {
	// Method and Path are the pieces of a net/http pattern: "GET", "/talk/{id}".
	Method, Path string
	// Need is checked by role before Do runs; the service decides about the object.
	Need access.Permission
	Do   Handler
	// Stream marks server-sent events: no write timeout, no compression.
	Stream bool
	// Open is never rate limited, and served as to a visitor when it cannot be
	// known who is asking: crisis help and "I'm not safe".
	Open bool
	// Counted marks a GET that is counted against its address's rate as a POST is:
	// secret addresses that programs read.
	Counted bool
	// Never marks a post that no rate refuses, such as "I'm not safe": it may come
	// from a hostel where everybody has one address.
	Never bool
	// API answers errors as problem details (RFC 9457) and never redirects to sign-in.
	API bool
	// MaxBody is in bytes; 0 means DefaultMaxBody. A larger body is fault.TooLarge.
	MaxBody int64
}

// Pattern is the route as net/http's ServeMux writes it.
func (r Route) Pattern() string {
	if r.Method == "" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

func (r Route) maxBody() int64 {
	if r.MaxBody > 0 {
		return r.MaxBody
	}
	return DefaultMaxBody
}
