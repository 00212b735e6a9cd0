package app

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"cairn/internal/kit/media"
)

// videoWithin is how long the media server may take to say that it is there.
const videoWithin = 40 * time.Second

// video tests the way of sound and pictures for real: it starts a media server
// (or asks the cluster), and goes to the relay's address as a browser would.
func (s Settings) video(ctx context.Context) []finding {
	if s.Media == "off" {
		return []finding{{true, "video: off", ""}}
	}
	// The port for UDP may be the running service's: it is looked at by itself.
	alone := s
	alone.MediaUDP = ""
	m, err := alone.mediaServer(slog.New(slog.DiscardHandler))
	if err != nil {
		return []finding{{false, "video: " + err.Error(), "Check CAIRN_RELAY and CAIRN_LIVEKIT_SECRET_FILE."}}
	}
	defer func() { _ = m.Close() }()
	if !m.Available() {
		return []finding{{false, "video: there are no rooms with sound and pictures: several nodes need one LiveKit cluster",
			"Set CAIRN_LIVEKIT_URL, CAIRN_LIVEKIT_KEY and CAIRN_LIVEKIT_SECRET_FILE on every node, or CAIRN_MEDIA=off."}}
	}
	within, stop := context.WithTimeout(ctx, videoWithin)
	defer stop()
	err = m.Check(within)
	switch {
	case m.Outside() && err != nil:
		return []finding{{false, "video: the cluster does not take our key, or does not answer: " + inWords(err), "Check CAIRN_LIVEKIT_URL, the key and the file with its secret, and that this machine reaches the cluster."}}
	case m.Outside():
		return []finding{{true, "video: the cluster answers; nobody but Cairn may reach its signalling, how media reaches it is the cluster's own affair", ""}}
	case err != nil:
		return []finding{{false, "video: the media server does not start: " + inWords(err), "See the log of the service. Under systemd, RestrictAddressFamilies must allow AF_NETLINK."}}
	}
	out := []finding{{true, "video: the media server starts and answers", ""}}
	return append(append(out, s.relayReached(ctx, m)), s.udp()...)
}

// relayReached goes where browsers are sent. When the service does not run, its
// ports are opened for as long as that takes.
func (s Settings) relayReached(ctx context.Context, m *media.Server) finding {
	r, err := s.relay()
	if err != nil {
		return finding{false, "video: " + err.Error(), "Check CAIRN_RELAY."}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := s.stand(ctx, m); err != nil {
		return finding{false, "video: " + err.Error(), "Check CAIRN_TLS_CERT and CAIRN_TLS_KEY."}
	}
	reach, err := media.Probe(ctx, r, nil)
	what := "video: the relay at " + r.String()
	switch reach {
	case media.Works:
		return finding{true, what + " is reached", ""}
	case media.Nobody:
		return finding{false, what + " is not reached from here: " + err.Error(),
			"Open TCP port " + strconv.Itoa(r.Port) + " to this machine in every firewall. A router that does not lead back in may be the reason too: then look from outside."}
	case media.Untrusted:
		return finding{false, what + " has a certificate that browsers do not trust: " + err.Error(), "Serve a certificate for " + r.Host + " with its whole chain (CAIRN_TLS_CERT), or end TLS where it is known."}
	case media.WebServer:
		return finding{false, what + ": a web server answers. A reverse proxy stands before it, which passes on HTTP and no media",
			"Give media a port of its own: CAIRN_RELAY_LISTEN=0.0.0.0:3478, and open TCP 3478. Or let Cairn serve https itself (CAIRN_TLS_CERT)."}
	case media.Silent:
	}
	return finding{false, what + " takes connections and does not answer: " + err.Error(),
		"A proxy that passes on only HTTP is the likely reason: give media a port of its own, CAIRN_RELAY_LISTEN=0.0.0.0:3478, and open TCP 3478."}
}

// stand opens the service's own ports until ctx ends, those that are free: the
// others are the running service's, and are looked at as they are.
func (s Settings) stand(ctx context.Context, m *media.Server) error {
	sealed, err := s.sealed(slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if pages, ok := free(ctx, s.Listen); ok {
		go refuse(ctx, media.Listener(pages, sealed, m.TURN))
	}
	if aside, ok := free(ctx, s.RelayListen); ok {
		go func() { _ = media.ServeRelay(ctx, aside, m.TURN) }() // what is wrong is seen by the look
	}
	return nil
}

func free(ctx context.Context, address string) (net.Listener, bool) {
	if address == "" {
		return nil, false
	}
	line, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	return line, err == nil
}

// refuse answers every page with "not now".
func refuse(ctx context.Context, line net.Listener) {
	pages := &http.Server{ReadHeaderTimeout: headerWithin, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	})}
	defer context.AfterFunc(ctx, func() { _ = pages.Close() })()
	_ = pages.Serve(line) // until the look is over
}

// udp looks whether the port for media can be opened on the way to the address
// that is told. Whether it is open outside cannot be seen from inside.
func (s Settings) udp() []finding {
	if s.MediaUDP == "" {
		return nil
	}
	told, err := netip.ParseAddrPort(s.MediaUDP)
	if err != nil {
		return []finding{{false, "video: " + err.Error(), "Check CAIRN_MEDIA_UDP."}}
	}
	port := strconv.Itoa(int(told.Port()))
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{Port: int(told.Port())})
	if err != nil {
		return []finding{{false, "video: UDP port " + port + " cannot be opened: " + err.Error(), "If Cairn runs already and somebody is in a room, that is why. Otherwise choose another port."}}
	}
	_ = conn.Close()
	return []finding{{true, "video: UDP port " + port + " can be opened here. Open it for UDP to this machine in every firewall: from inside that cannot be seen. Without it, media goes through the relay", ""}}
}
