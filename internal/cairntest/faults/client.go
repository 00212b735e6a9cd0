package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// Client speaks the API for one person. It gives up quietly when the server is
// gone: that is what the test does to it.
type Client struct {
	Base   string
	Person Person
	n      atomic.Int64
}

// Do makes a JSON request; into may be nil. The status is 0 when nobody answered.
func (c *Client) Do(ctx context.Context, method, path string, body, into any) int {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0
		}
		in = bytes.NewReader(b)
	}
	return c.send(ctx, method, path, "application/json", in, into)
}

// Form sends a form as a page would.
func (c *Client) Form(ctx context.Context, path string, form url.Values) int {
	return c.send(ctx, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), nil)
}

func (c *Client) send(ctx context.Context, method, path, kind string, body io.Reader, into any) int {
	r, err := http.NewRequestWithContext(ctx, method, c.Base+path, body)
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", kind)
	r.AddCookie(&http.Cookie{Name: "s", Value: c.Person.Token})
	// Each request comes from an address of its own, so that the limit by address
	// does not hide what is tested.
	n := c.n.Add(1)
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255))
	res, err := noRedirects.Do(r)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return 0 // cut off in the middle: not acknowledged
	}
	if into != nil && res.StatusCode < 300 {
		if json.Unmarshal(b, into) != nil {
			return 0
		}
	}
	return res.StatusCode
}

var noRedirects = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
