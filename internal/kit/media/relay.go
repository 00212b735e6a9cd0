package media

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Relay is where browsers reach the relay that carries media over TCP.
type Relay struct {
	Host string `json:"host"` // a name or an address, IPv6 without brackets
	Port int    `json:"port"`
	TLS  bool   `json:"tls"`
}

var errRelay = errors.New("the relay is named as turn:host:port or turns:host:port")

// ParseRelay reads "turn:host:port" or "turns:host:port".
func ParseRelay(text string) (Relay, error) {
	scheme, rest, _ := strings.Cut(text, ":")
	host, port, err := net.SplitHostPort(rest)
	n, notNumber := strconv.Atoi(port)
	if err != nil || notNumber != nil || host == "" || n < 1 || n > 65535 || scheme != "turn" && scheme != "turns" || strings.ContainsAny(host, "/?#@ ") {
		return Relay{}, errRelay
	}
	return Relay{Host: host, Port: n, TLS: scheme == "turns"}, nil
}

// RelayOf is the relay on the port that pages are served on: public is the
// address of the pages, http or https.
func RelayOf(public string) (Relay, error) {
	u, err := url.Parse(public)
	if err != nil || u.Hostname() == "" {
		return Relay{}, errRelay
	}
	r := Relay{Host: u.Hostname(), Port: 80, TLS: u.Scheme == "https"}
	if r.TLS {
		r.Port = 443
	}
	if p := u.Port(); p != "" {
		if r.Port, err = strconv.Atoi(p); err != nil {
			return Relay{}, errRelay
		}
	}
	return r, nil
}

// Address is host and port, as a connection is made to.
func (r Relay) Address() string { return net.JoinHostPort(r.Host, strconv.Itoa(r.Port)) }

// String is the relay as settings name it.
func (r Relay) String() string {
	if r.TLS {
		return "turns:" + r.Address()
	}
	return "turn:" + r.Address()
}
