package notify

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Kind is one kind of thing to tell, declared by the slice that tells it. Its
// words are the messages notify.kind.<name with dots as _>.title, for inside,
// and .line, a neutral sentence for outside: no content, nothing about health.
type Kind struct {
	Name   string // two parts: "safety.page"
	Urgent bool   // a page: quiet hours and switched-off channels do not hold it back; every channel the person has is used
	Work   bool   // only people who work here can get it
}

// Message is one thing to tell one person.
type Message struct {
	To    moment.ID
	Kind  string
	Key   string    // stable and unique for each person: telling again with the same key changes nothing. "case/<id>/<round>/<rung>"
	Path  string    // where it leads: a neutral address of ours
	About moment.ID // the object; may be empty
}

// Limits. All are ours.
const (
	longestKey  = 200
	longestPath = 300
	mostOpen    = 50 // notices that Open gives
	mostShown   = 100
	mostDevices = 10
	mostHooks   = 20

	noticesLast    = 90 * 24 * time.Hour // settled or not urgent
	deliveriesLast = 30 * 24 * time.Hour // sent, failed or dropped

	// secretOverlaps is how long the secret before still signs after a change.
	secretOverlaps = 24 * time.Hour
)

var kindShape = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$`)

// check refuses what the program must not tell: its own mistake, not a person's.
func (m Message) check() error {
	switch {
	case m.To == "" || m.Key == "" || len(m.Key) > longestKey:
		return fault.Op("notify tell", fmt.Errorf("%s: whom to tell, and a key of up to %d bytes", m.Kind, longestKey))
	case len(m.Path) > longestPath || web.LocalPath(m.Path) != m.Path:
		return fault.Op("notify tell", fmt.Errorf("%s: the path is no address of ours", m.Kind))
	}
	return nil
}

// Notice is something that somebody was told.
type Notice struct {
	ID        moment.ID
	Person    moment.ID
	Kind, Key string
	Path      string
	About     moment.ID
	Urgent    bool
	ToldAt    moment.Time
	SeenAt    moment.Time
	SettledAt moment.Time
}

// open tells whether the notice still asks for something: a page until it is
// settled, anything else until it is seen.
func (n Notice) open() bool { return n.SettledAt.IsZero() && (n.Urgent || n.SeenAt.IsZero()) }

// Channel is a way out of the app.
type Channel string

// The channels.
const (
	ByMail Channel = "mail"
	ByPush Channel = "push"
	ByHook Channel = "hook"
)

// Channels lists them in their settled order.
func Channels() []Channel { return []Channel{ByMail, ByPush, ByHook} }

// State is how a delivery stands.
type State string

// The states. Waiting and Quiet go on by themselves; Failed waits for an operator.
const (
	Waiting State = "waiting" // for its next try
	Quiet   State = "quiet"   // for the end of quiet hours
	Sent    State = "sent"
	Failed  State = "failed"  // tried as often as it is tried
	Dropped State = "dropped" // not needed any more
)

// States lists them in the order they are shown.
func States() []State { return []State{Waiting, Quiet, Sent, Failed, Dropped} }

// Delivery is one way out for one notice. It has no words.
type Delivery struct {
	ID       moment.ID
	Notice   moment.ID
	Person   moment.ID
	Kind     string
	Channel  Channel
	Target   string // the device or the webhook; "" for mail
	Stable   StableID
	Urgent   bool
	State    State
	Attempts int
	Reason   string // of the last failure: one of post's reasons
	Status   int    // the answer's, if there was one
	NextAt   moment.Time
	Changed  moment.Time
}

// over tells whether nothing more happens to the delivery by itself.
func (d Delivery) over() bool { return d.State != Waiting && d.State != Quiet }

// StableID names one message outside of the app: Message-ID, Topic, webhook-id.
// It is made of key, person and channel alone, so it is the same on every try,
// node and restart, and tells nobody anything.
type StableID string

// StableIDOf makes the id, 43 letters of base64url.
func StableIDOf(key string, person moment.ID, c Channel) StableID {
	sum := sha256.Sum256([]byte(strings.Join([]string{"notify", key, string(person), string(c)}, "\x00")))
	return StableID(base64.RawURLEncoding.EncodeToString(sum[:]))
}

// Topic is the live topic of what a person was told.
func Topic(person moment.ID) string { return "notify:" + string(person) }

// Hours are quiet hours, in minutes of the day. They may cross midnight; equal
// ends are none.
type Hours struct{ From, To int }

// Choice is what somebody chose for a kind and a channel.
type Choice struct {
	Kind    string
	Channel Channel
	Wanted  bool
}

// Device is a browser that may be pushed to.
type Device struct {
	ID      moment.ID
	Person  moment.ID
	Session moment.ID
	Since   moment.Time
	sealed  []byte
}

// Hook is a webhook as administrators see it.
type Hook struct {
	ID        moment.ID
	Address   string
	Kinds     []string // none: all urgent ones
	Since     moment.Time
	BeforeEnd moment.Time // until then the secret before still signs; 0: there is none
}

// hears tells whether a webhook is told this kind.
func hears(kinds []string, kind string, urgent bool) bool {
	if len(kinds) == 0 {
		return urgent
	}
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return false
}
