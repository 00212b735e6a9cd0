package app

import (
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"cairn/internal/kit/fault"
)

// Settings are how an installation differs from another. Each is a flag and an
// environment variable; the defaults run a whole service on one machine.
type Settings struct {
	Data           string   `help:"Folder for the database and the keys." default:"data" env:"CAIRN_DATA" type:"path"`
	DatabaseURL    string   `name:"database-url" help:"PostgreSQL address; empty means SQLite in the data folder." env:"CAIRN_DATABASE_URL"`
	Keyset         string   `help:"File with the keys that seal private text; empty means keys.json in the data folder. Back it up apart from the data." env:"CAIRN_KEYSET" type:"path"`
	NATSURL        string   `name:"nats-url" help:"NATS server or cluster that carries live events between nodes." env:"CAIRN_NATS_URL"`
	Listen         string   `help:"Address to serve on." default:"127.0.0.1:8080" env:"CAIRN_LISTEN"`
	Metrics        string   `help:"Address for Prometheus metrics, apart from the pages; \"off\" for none." default:"127.0.0.1:9090" env:"CAIRN_METRICS"`
	URL            string   `help:"Public address of the service; empty means http:// and the address served on." env:"CAIRN_URL"`
	Exit           string   `help:"Neutral page that the quick exit leads to." default:"https://www.wikipedia.org/" env:"CAIRN_EXIT"`
	Proxies        []string `help:"Networks of reverse proxies whose forwarded addresses are believed." env:"CAIRN_PROXIES"`
	SMTP           string   `help:"Mail server as smtp://user@host:port or smtps://; empty means no mail." env:"CAIRN_SMTP"`
	SMTPPass       string   `name:"smtp-password-file" help:"File with the mail password." env:"CAIRN_SMTP_PASSWORD_FILE" type:"path"`
	MailFrom       string   `name:"mail-from" help:"Sender of mail; keep it neutral." env:"CAIRN_MAIL_FROM"`
	WebhookAllow   []string `help:"Hosts of the own network that webhooks may go to and lists of groups be read from, with or without a port; all others must be public." env:"CAIRN_WEBHOOK_ALLOW"`
	TLSCert        string   `name:"tls-cert" help:"File with the certificate and its chain (PEM): https is served without a proxy. Read again when it changes." env:"CAIRN_TLS_CERT" type:"path"`
	TLSKey         string   `name:"tls-key" help:"File with the key of the certificate (PEM)." env:"CAIRN_TLS_KEY" type:"path"`
	Media          string   `help:"Rooms with sound and pictures: on or off." default:"on" enum:"on,off" env:"CAIRN_MEDIA"`
	MediaUDP       string   `name:"media-udp" help:"IPv4 address and port told to browsers for media by UDP, and the port that is opened; empty means that media goes through the port of the pages." env:"CAIRN_MEDIA_UDP"`
	Relay          string   `help:"Where browsers reach the relay, as turn:host:port or turns:host:port; empty means the public address." env:"CAIRN_RELAY"`
	RelayListen    string   `name:"relay-listen" help:"A separate address on which only the relay is served, in plain TCP." env:"CAIRN_RELAY_LISTEN"`
	LiveKitURL     string   `name:"livekit-url" help:"LiveKit cluster to use instead of the built-in media server." env:"CAIRN_LIVEKIT_URL"`
	LiveKitKey     string   `name:"livekit-key" help:"Key of the cluster's API." env:"CAIRN_LIVEKIT_KEY"`
	LiveKitPass    string   `name:"livekit-secret-file" help:"File with the secret of that key." env:"CAIRN_LIVEKIT_SECRET_FILE" type:"path"`
	Captions       string   `help:"Address of a captions service outside, which rooms can invite when everybody in them agrees; empty means none." env:"CAIRN_CAPTIONS"`
	CaptionsName   string   `name:"captions-name" help:"What people read of that service." env:"CAIRN_CAPTIONS_NAME"`
	CaptionsSecret string   `name:"captions-secret-file" help:"File with the secret that signs what that service is asked (whsec_...)." env:"CAIRN_CAPTIONS_SECRET_FILE" type:"path"`
	Log            string   `help:"What is logged: debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"CAIRN_LOG"`
}

// DatabaseAddress is where the data is.
func (s Settings) DatabaseAddress() string {
	if s.DatabaseURL != "" {
		return s.DatabaseURL
	}
	return "sqlite:" + filepath.Join(s.Data, "cairn.db")
}

// KeysetPath is where the keys are.
func (s Settings) KeysetPath() string {
	if s.Keyset != "" {
		return s.Keyset
	}
	return filepath.Join(s.Data, "keys.json")
}

// Public is the address people use.
func (s Settings) Public() string {
	if s.URL != "" {
		return strings.TrimSuffix(s.URL, "/")
	}
	host := s.Listen
	if strings.HasPrefix(host, ":") {
		host = "localhost" + host
	}
	scheme := "http://"
	if s.TLSCert != "" {
		scheme = "https://"
	}
	return scheme + strings.Replace(host, "127.0.0.1", "localhost", 1)
}

// Check tells what cannot work, before anything is opened.
func (s Settings) Check() error {
	u, err := url.Parse(s.Public())
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fault.Wrap(fault.Invalid, "", errSetting("--url must look like https://support.example.org"))
	}
	if _, err := s.trusted(); err != nil {
		return err
	}
	if err := s.checkCaptions(); err != nil {
		return err
	}
	return s.checkMedia()
}

type errSetting string

func (e errSetting) Error() string { return string(e) }

func (s Settings) trusted() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, p := range s.Proxies {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(p))
		if err != nil {
			return nil, errSetting("--proxies takes networks such as 10.0.0.0/8, not " + p)
		}
		out = append(out, prefix)
	}
	return out, nil
}

// secret reads a secret from its file.
func secret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	return strings.TrimSpace(string(b)), err
}
