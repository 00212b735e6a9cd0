package media

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Source is what somebody sends into a room.
type Source string

// What can be sent.
const (
	Microphone       Source = "microphone"
	Camera           Source = "camera"
	ScreenShare      Source = "screen_share"
	ScreenShareAudio Source = "screen_share_audio"
)

// Grant is what one person may do in one room. Everybody may see and hear;
// nobody may send data, hide, record, or change what is said about them.
type Grant struct {
	Room     string   // id of the room, 1 to 128 bytes
	Identity string   // id of the person in this room, 1 to 128 bytes
	Publish  []Source // what may be sent; empty means listening only
	// Until is when the grant can no longer begin a line. A line that stands
	// is cut by its context, not by this. Permit does not look at it.
	Until time.Time
}

// Participant is somebody who is in a room.
type Participant struct {
	Identity string
	// Publishing is what the person sends, muted or not. A moving picture that a
	// changed client sends under the name of a microphone is told as Camera: the
	// media server itself compares only names.
	Publishing []Source
	// Muted is what of it is silent or dark by the person's own choice.
	Muted []Source
}

// Config is how the media server is reached. Without URL, Relay is needed: also
// beside UDP, since browsers that know no relay ask the servers of others.
type Config struct {
	// Off is for a service without rooms of its own: nothing is ever started.
	Off bool
	// Nodes says that several nodes serve one service. A child on each would
	// split rooms, so without URL there are none then.
	Nodes bool
	// Command starts the child; empty means this program with "media". Tests name
	// the real program here: a test's own binary has no such command.
	Command []string
	// URL, Key and Secret are those of a LiveKit cluster (ws, wss, http or https);
	// with a URL there is no child, and Relay and UDP mean nothing.
	URL, Key, Secret string
	// UDP is the IPv4 address and port told to browsers for media, and the port
	// that is opened on this machine, such as "203.0.113.5:7882". Empty: all media
	// goes through Relay.
	UDP string
	// Relay is where browsers reach the listener that carries media over TCP.
	Relay Relay
	// Idle is how long the child lives on without any room in use; zero means ten
	// minutes (a start takes about a second, a child holds about 60 MB).
	Idle time.Duration
	// Clock is what Grant.Until is compared with; nil means the machine's.
	Clock moment.Clock
	// Log gets what the media server warns of, without ids and addresses; nil
	// means nobody.
	Log *slog.Logger
}

// Times of the child. All are of the machine's own clock: they are about a
// process, not about anything that was promised to people.
const (
	idleDefault = 10 * time.Minute
	// patience is how long a call waits for a child that starts or starts again.
	patience = 20 * time.Second
	// signalPatience is how long a line of signalling waits; livekit-client
	// gives up after 15 seconds.
	signalPatience = 12 * time.Second
)

// Server is the media server, wherever it runs. It is safe for concurrent use.
type Server struct {
	cfg       Config
	transport *http.Transport
	done      chan struct{} // closed by Close
	ended     sync.WaitGroup
	health    health

	mu       sync.Mutex
	place    *place        // where the media server answers; nil while it does not
	news     chan struct{} // closed, and made anew, when place or watching changes
	watching bool          // a goroutine looks after the child
	closed   bool
	rooms    map[string]*room // those in use, to be made again by a new child
	lines    int              // lines of signalling that stand
	used     time.Time        // when somebody last asked for a room
}

// place is where one media server answers, and with which keys.
type place struct {
	api         *url.URL
	key, secret string
	turn        string
	pid         int
}

// New makes a server and starts nothing.
func New(cfg Config) *Server {
	if cfg.Idle == 0 {
		cfg.Idle = idleDefault
	}
	if cfg.Clock == nil {
		cfg.Clock = moment.System{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, done: make(chan struct{}), news: make(chan struct{}), rooms: map[string]*room{}, health: watchfully, transport: newTransport(cfg.URL != "")}
	if cfg.URL != "" {
		s.place = &place{api: apiURL(cfg.URL), key: cfg.Key, secret: cfg.Secret}
	}
	return s
}

// newTransport makes connections to the media server. To a child they go
// straight, whatever proxy the environment names.
func newTransport(outside bool) *http.Transport {
	t := &http.Transport{
		DisableCompression: true, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: false,
		TLSHandshakeTimeout: 10 * time.Second,
		// The media server takes up to 18 seconds to begin a line (three attempts).
		ResponseHeaderTimeout: 25 * time.Second,
	}
	if outside {
		t.Proxy = http.ProxyFromEnvironment
	}
	return t
}

// apiURL is where the API of a server answers that is named by any of the four
// schemes. The settings have looked at it before.
func apiURL(text string) *url.URL {
	u, err := url.Parse(strings.TrimSuffix(text, "/") + "/")
	if err != nil {
		return &url.URL{Scheme: "http", Host: "invalid.invalid", Path: "/"}
	}
	switch u.Scheme {
	case "ws":
		u.Scheme = "http"
	case "wss":
		u.Scheme = "https"
	}
	return u
}

// Available tells whether there can be rooms: false when they are switched off,
// and on several nodes without a cluster.
func (s *Server) Available() bool {
	return s != nil && !s.cfg.Off && (s.cfg.URL != "" || !s.cfg.Nodes)
}

// Outside tells whether the media server is a cluster that others run.
func (s *Server) Outside() bool { return s.cfg.URL != "" }

// Policy is what a browser's iceTransportPolicy must be: "relay" when all media
// goes through the relay, "all" when there are other ways.
func (s *Server) Policy() string {
	if s.cfg.URL == "" && s.cfg.UDP == "" {
		return "relay"
	}
	return "all"
}

// TURN is the loopback address of the child's relay, "" while there is none.
// The listener asks for it at each connection.
func (s *Server) TURN() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place == nil {
		return ""
	}
	return s.place.turn
}

// Close ends the child and cuts the lines. The server cannot be used again.
func (s *Server) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
		s.tell()
	}
	s.mu.Unlock()
	s.ended.Wait()
	s.transport.CloseIdleConnections()
	return nil
}

// tell wakes whoever waits for the child. The caller holds the lock.
func (s *Server) tell() {
	close(s.news)
	s.news = make(chan struct{})
}

// unavailable is what callers are told while the media server does not answer.
func unavailable(cause error) error {
	return fault.Wrap(fault.Unavailable, "media.error.unavailable", cause)
}

// reach gives the place of the media server, waiting for one that starts.
// Without start, and while none runs or starts, it gives nil.
func (s *Server) reach(ctx context.Context, start bool) (*place, error) {
	for {
		s.mu.Lock()
		if start {
			s.used = time.Now()
		}
		switch {
		case s.closed || !s.Available():
			s.mu.Unlock()
			return nil, unavailable(errNone)
		case s.place != nil:
			p := s.place
			s.mu.Unlock()
			return p, nil
		case !s.watching && !start:
			s.mu.Unlock()
			return nil, nil
		case !s.watching:
			s.watching = true
			s.ended.Go(s.watch)
		}
		news := s.news
		s.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
			return nil, unavailable(ctx.Err())
		}
	}
}

// program is the command that starts the child.
func (s *Server) program() ([]string, error) {
	if len(s.cfg.Command) > 0 {
		return s.cfg.Command, nil
	}
	self, err := os.Executable()
	if err == nil && strings.HasSuffix(self, ".test") {
		err = errTests // it would run its tests again, and those again
	}
	return []string{self, "media"}, err
}
