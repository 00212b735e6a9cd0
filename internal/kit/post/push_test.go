package post_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/sink"
	"cairn/internal/kit/post"
)

func keys(t *testing.T) post.VAPID {
	t.Helper()
	k, err := post.NewVAPID()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestPushIsReadByTheBrowserAlone(t *testing.T) {
	service := sink.NewPush(t)
	one, other := service.Device(), service.Device()
	k, p := keys(t), post.NewPush("https://support.example.org", post.NewGuard(service.Host()))
	id := strings.Repeat("aB-_", 20)
	for _, m := range []post.PushMessage{
		{To: one, Keys: k, Payload: []byte(`{"body":"ليلة"}`), ID: id, Urgent: true, TTL: time.Hour},
		{To: other, Keys: k, Payload: []byte(strings.Repeat("x", 3900)), ID: "short", TTL: time.Minute},
	} {
		if err := p.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got := service.Got()
	want := []sink.Pushed{
		{Endpoint: one.Endpoint, Topic: id[:32], Urgency: "high", Payload: `{"body":"ليلة"}`, TTL: 3600, Key: k.Public},
		{Endpoint: other.Endpoint, Topic: "short", Urgency: "normal", Payload: strings.Repeat("x", 3900), TTL: 60, Key: k.Public},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Fatalf("got %+v", got)
	}
}

func TestPushTrouble(t *testing.T) {
	service := sink.NewPush(t)
	k, guard := keys(t), post.NewGuard(service.Host())
	p := post.NewPush("ops@example.org", guard)
	for status, want := range map[int]post.Reason{404: post.Gone, 410: post.Gone, 429: post.Busy, 503: post.Busy, 403: post.Refused, 302: post.Refused, 400: post.Refused} {
		service.Answer(status)
		err := p.Send(t.Context(), post.PushMessage{To: service.Device(), Keys: k, TTL: time.Minute})
		if got := post.TroubleOf(err); got.Reason != want || got.Status != status {
			t.Errorf("%d: %+v", status, got)
		}
	}
	device := service.Device()
	for name, m := range map[string]post.PushMessage{
		"a key that is none":     {To: post.Device{Endpoint: device.Endpoint, P256dh: "x", Auth: device.Auth}, Keys: k},
		"no key of ours":         {To: device},
		"more than fits":         {To: device, Keys: k, Payload: make([]byte, 5000)},
		"a secret that is none":  {To: post.Device{Endpoint: device.Endpoint, P256dh: device.P256dh, Auth: "*"}, Keys: k},
		"an address that is not": {To: post.Device{Endpoint: "https://%zz", P256dh: device.P256dh, Auth: device.Auth}, Keys: k},
	} {
		if got := post.TroubleOf(p.Send(t.Context(), m)); got.Reason != post.Broken {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// Without leave the service on this machine is not asked.
	service.Answer(201)
	if got := post.TroubleOf(post.NewPush("ops@example.org", post.Guard{}).Send(t.Context(), post.PushMessage{To: device, Keys: k})); got.Reason != post.Inside {
		t.Errorf("asked inside: %+v", got)
	}
	if n := len(service.Got()); n != 0 {
		t.Errorf("%d arrived", n)
	}
}

func TestDevices(t *testing.T) {
	service := sink.NewPush(t)
	good, guard := service.Device(), post.NewGuard(service.Host())
	if err := good.Validate(guard); err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]post.Device{
		"inside":     {Endpoint: "https://192.168.1.1/push", P256dh: good.P256dh, Auth: good.Auth},
		"plain":      {Endpoint: "http://push.example.org/x", P256dh: good.P256dh, Auth: good.Auth},
		"no point":   {Endpoint: good.Endpoint, P256dh: good.P256dh[:80], Auth: good.Auth},
		"long auth":  {Endpoint: good.Endpoint, P256dh: good.P256dh, Auth: good.Auth + "AAAA"},
		"no address": {P256dh: good.P256dh, Auth: good.Auth},
		"too long":   {Endpoint: "https://push.example.org/" + strings.Repeat("a", 2100), P256dh: good.P256dh, Auth: good.Auth},
	} {
		if err := d.Validate(guard); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
