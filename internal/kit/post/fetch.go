package post

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"cairn/internal/kit/fault"
)

// mostHops is how many redirects are followed; lists move now and then.
const mostHops = 3

// Fetch gets what stands at an address that somebody typed, at most so many bytes.
// It asks only whom the guard allows, also where it is sent on; what the other side
// calls it (its content type) is not believed and not looked at. Everything that can
// be wrong is fault.Invalid with words for whoever typed the address; no error holds
// the address itself.
func Fetch(ctx context.Context, g Guard, address string, most int64) ([]byte, error) {
	if err := g.Check(address); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.New(fault.Invalid, "post.error.url")
	}
	r.Header.Set("Accept", "application/json, */*;q=0.1")
	client := g.client()
	defer client.CloseIdleConnections()
	client.CheckRedirect = g.onward
	res, err := client.Do(r)
	if err != nil {
		return nil, notFetched(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Invalid, "post.error.answer").With(map[string]any{"status": res.StatusCode})
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err != nil {
		return nil, notFetched(err)
	}
	if int64(len(body)) > most {
		return nil, fault.New(fault.Invalid, "post.error.large").With(map[string]any{"mb": most >> 20})
	}
	return body, nil
}

// onward decides about being sent on: a few times, to the public Internet or along the
// same machine. A host of the own network that the operator named is for who types its
// name, not for who sends there.
func (g Guard) onward(next *http.Request, before []*http.Request) error {
	if len(before) > mostHops {
		return errHops
	}
	if next.URL.Host == before[0].URL.Host {
		return g.Check(withoutFragment(next.URL))
	}
	port := next.URL.Port()
	if port == "" {
		port = "443"
	}
	if g.names(next.URL.Hostname(), port) {
		return errInside
	}
	return Guard{}.Check(withoutFragment(next.URL))
}

var errHops = errors.New("post: sent on too often")

// withoutFragment is an address as it is asked: what stands behind "#" never is sent.
func withoutFragment(u *url.URL) string {
	plain := *u
	plain.Fragment, plain.RawFragment = "", ""
	return plain.String()
}

// notFetched says what went wrong on the line, in words.
func notFetched(err error) error {
	var said *fault.Fault
	var late interface{ Timeout() bool }
	switch {
	case errors.Is(err, errInside):
		return fault.Wrap(fault.Invalid, "post.error.inside", errInside)
	case errors.As(err, &said):
		return fault.New(fault.Invalid, said.Key)
	case errors.Is(err, errHops):
		return fault.New(fault.Invalid, "post.error.hops")
	case errors.As(err, &late) && late.Timeout():
		return fault.New(fault.Invalid, "post.error.slow")
	}
	return fault.New(fault.Invalid, "post.error.unreachable")
}
