package app

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"cairn/internal/kit/media"
)

// mediaCmd is the child that the service starts for rooms. It is not for people.
type mediaCmd struct{}

// Run serves rooms until its standard input ends.
func (mediaCmd) Run(t *terminal) error { return t.media(t.ctx, os.Stdin, t.out) }

// mediaServer makes the way to rooms, as the settings have it. It starts nothing.
func (s Settings) mediaServer(log *slog.Logger) (*media.Server, error) {
	c := media.Config{Off: s.Media == "off", Nodes: s.NATSURL != "", URL: s.LiveKitURL, Key: s.LiveKitKey, UDP: s.MediaUDP, Log: log}
	var err error
	if c.Relay, err = s.relay(); err != nil {
		return nil, err
	}
	if c.Secret, err = secret(s.LiveKitPass); err != nil {
		return nil, err
	}
	m := media.New(c)
	if !c.Off && !m.Available() {
		log.Warn("there are no rooms with sound and pictures: several nodes need one LiveKit cluster (CAIRN_LIVEKIT_URL)")
	}
	return m, nil
}

// relay is where browsers reach the relay: as the operator says; else beside the
// pages, where the address for the relay alone is, or at the pages' own port.
func (s Settings) relay() (media.Relay, error) {
	if s.Relay != "" {
		return media.ParseRelay(s.Relay)
	}
	pages, err := media.RelayOf(s.Public())
	if err != nil || s.RelayListen == "" {
		return pages, err
	}
	_, port, err := net.SplitHostPort(s.RelayListen)
	if err != nil {
		return pages, err
	}
	return media.ParseRelay("turn:" + net.JoinHostPort(pages.Host, port))
}

// checkMedia tells what cannot work of TLS and rooms.
func (s Settings) checkMedia() error {
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return errSetting("--tls-cert and --tls-key belong together")
	}
	if s.TLSCert != "" && strings.HasPrefix(s.URL, "http://") {
		return errSetting("with --tls-cert, --url must begin with https://")
	}
	if s.Relay != "" {
		if _, err := media.ParseRelay(s.Relay); err != nil {
			return errSetting("--relay must look like turns:support.example.org:443 or turn:support.example.org:3478, not " + s.Relay)
		}
	}
	if s.RelayListen != "" {
		if _, port, err := net.SplitHostPort(s.RelayListen); err != nil || port == "" {
			return errSetting("--relay-listen takes an address and a port such as 0.0.0.0:3478, not " + s.RelayListen)
		}
	}
	if a, err := netip.ParseAddrPort(s.MediaUDP); s.MediaUDP != "" && (err != nil || !a.Addr().Is4() || a.Addr().IsUnspecified() || a.Port() == 0) {
		return errSetting("--media-udp takes the IPv4 address that browsers reach, and a port, such as 203.0.113.5:7882, not " + s.MediaUDP)
	}
	return s.checkCluster()
}

func (s Settings) checkCluster() error {
	if s.LiveKitURL == "" {
		if s.LiveKitKey != "" || s.LiveKitPass != "" {
			return errSetting("--livekit-key and --livekit-secret-file need --livekit-url")
		}
		return nil
	}
	u, err := url.Parse(s.LiveKitURL)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" && u.Scheme != "http" && u.Scheme != "https" {
		return errSetting("--livekit-url must look like wss://livekit.example.org")
	}
	if s.LiveKitKey == "" || s.LiveKitPass == "" {
		return errSetting("--livekit-url needs --livekit-key and --livekit-secret-file")
	}
	if s.MediaUDP != "" || s.Relay != "" || s.RelayListen != "" {
		return errSetting("with --livekit-url, media goes to the cluster: --media-udp, --relay and --relay-listen mean nothing then")
	}
	return nil
}

// lines opens what people reach: the port of the pages, which media shares, and
// the one for media alone when there is one (else nil).
func (a *App) lines(ctx context.Context) (pages, aside net.Listener, err error) {
	sealed, err := a.Settings.sealed(a.Log)
	if err != nil {
		return nil, nil, err
	}
	inner, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Settings.Listen)
	if err != nil {
		return nil, nil, err
	}
	if !a.Media.Available() || a.Media.Outside() {
		return media.Listener(inner, sealed, nil), nil, nil
	}
	if a.Settings.RelayListen != "" {
		if aside, err = (&net.ListenConfig{}).Listen(ctx, "tcp", a.Settings.RelayListen); err != nil {
			return nil, nil, errors.Join(err, inner.Close())
		}
	}
	return media.Listener(inner, sealed, a.Media.TURN), aside, nil
}

// sealed is how TLS is served; nil when a proxy does it, or nobody.
func (s Settings) sealed(log *slog.Logger) (*tls.Config, error) {
	if s.TLSCert == "" {
		return nil, nil
	}
	c := &certificate{cert: s.TLSCert, key: s.TLSKey, log: log}
	if _, err := c.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}, nil
}

// certificate is read from its files, and again when they have changed: whoever
// renews it need not restart the service.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	stamp  [2]time.Time // when the files were written that were read last
}

// get gives the newest certificate that can be read. A half-written pair is
// logged, once, and the one before it goes on.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamp := [2]time.Time{written(c.cert), written(c.key)}
	if c.loaded != nil && stamp == c.stamp {
		return c.loaded, nil
	}
	fresh, err := tls.LoadX509KeyPair(c.cert, c.key)
	c.stamp = stamp
	if err == nil {
		c.loaded = &fresh
		return c.loaded, nil
	}
	if c.loaded == nil {
		return nil, err
	}
	c.log.Error("the new certificate cannot be read; the one before it is served", "error", err.Error())
	return c.loaded, nil
}

func written(path string) time.Time {
	at, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return at.ModTime()
}
