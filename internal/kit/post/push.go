package post

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"cairn/internal/kit/fault"

	webpush "github.com/SherClockHolmes/webpush-go"
)

// topicLetters is how long a Topic may be (RFC 8030 section 5.4).
const topicLetters = 32

// Device is a browser that asked for push: what PushSubscription.toJSON gives.
// Whoever has it can send to it, so it is kept sealed.
type Device struct {
	Endpoint string `json:"endpoint"`
	P256dh   string `json:"p256dh"` // the browser's public key
	Auth     string `json:"auth"`   // its authentication secret
}

// Validate refuses what no browser gives, and addresses that the guard does
// not let through: Invalid.
func (d Device) Validate(g Guard) error {
	if err := g.Check(d.Endpoint); err != nil {
		return err
	}
	key, err := decode(d.P256dh)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(key)
	}
	auth, authErr := decode(d.Auth)
	if err != nil || authErr != nil || len(auth) != 16 { // RFC 8291 section 3.2
		return fault.New(fault.Invalid, "post.error.device")
	}
	return nil
}

func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(s), "="))
}

// VAPID is the pair of keys by which push services know this service (RFC 8292),
// base64url without padding. Every device is bound to the public one.
type VAPID struct{ Public, Private string }

// NewVAPID makes a pair.
func NewVAPID() (VAPID, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return VAPID{}, fault.Op("post: vapid", err)
	}
	text := base64.RawURLEncoding.EncodeToString
	return VAPID{Public: text(key.PublicKey().Bytes()), Private: text(key.Bytes())}, nil
}

// PushMessage is one message to one device.
type PushMessage struct {
	To      Device
	Keys    VAPID
	Payload []byte        // up to some 3,900 bytes; encrypted for the device
	ID      string        // stable over retries; its first 32 letters are the Topic, so a later one takes the place of an earlier
	Urgent  bool          // wakes a device that saves its battery (RFC 8030 section 5.3)
	TTL     time.Duration // how long the push service may keep it
}

// Push sends web push.
type Push struct {
	client  *http.Client
	contact string
}

// NewPush makes a sender. contact is how the operator of a push service can
// reach us: an https address or a mail address.
func NewPush(contact string, g Guard) *Push { return &Push{client: g.client(), contact: contact} }

// Send hands one message over. The error is a *Trouble; Gone says that the
// device is to be forgotten (RFC 8030 section 7.3).
func (p *Push) Send(ctx context.Context, m PushMessage) error {
	o := &webpush.Options{
		HTTPClient: p.client, Subscriber: p.contact, VAPIDPublicKey: m.Keys.Public, VAPIDPrivateKey: m.Keys.Private,
		Topic: m.ID[:min(len(m.ID), topicLetters)], TTL: int(m.TTL / time.Second), Urgency: webpush.UrgencyNormal,
	}
	if m.Urgent {
		o.Urgency = webpush.UrgencyHigh
	}
	if _, err := decode(m.Keys.Private); err != nil || m.Keys.Private == "" {
		return &Trouble{Reason: Broken}
	}
	to := &webpush.Subscription{Endpoint: m.To.Endpoint, Keys: webpush.Keys{Auth: m.To.Auth, P256dh: m.To.P256dh}}
	sent := false
	o.HTTPClient = noting{p.client, &sent}
	res, err := webpush.SendNotificationWithContext(ctx, m.Payload, to, o) //nolint:bodyclose // asked closes it
	if err != nil && !sent {
		return &Trouble{Reason: Broken} // it could not be encrypted or signed
	}
	return asked(res, err, http.StatusNotFound, http.StatusGone)
}

// noting tells an error of making the request from one of sending it.
type noting struct {
	*http.Client
	sent *bool
}

// Do sends.
func (n noting) Do(r *http.Request) (*http.Response, error) {
	*n.sent = true
	return n.Client.Do(r) //nolint:gosec // the client's guard looks at every address it dials
}
