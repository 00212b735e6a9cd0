package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/post"
)

// other is another browser of the same person, signed in.
func (h *house) other(who *someone, shared bool) *someone {
	h.T.Helper()
	b := h.Browser()
	b.SetToken(h.session(who, shared))
	b.ID, b.Name, b.Actor = who.ID, who.Name, h.ActorOf(b)
	return b
}

func (h *house) devices() int {
	h.T.Helper()
	var n int
	if err := h.DB.Reader().QueryRow(h.T.Context(), `SELECT COUNT(*) FROM notify_device`).Scan(&n); err != nil {
		h.T.Fatal(err)
	}
	return n
}

func TestOnlyOnesOwnDevices(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		heron, wren := h.Person("Heron"), h.Person("Wren")
		library := h.other(heron, true)
		if got := h.offers(library, h.push.Device()); got.Status != 403 || !strings.Contains(got.Body, "This device is shared") {
			t.Errorf("a shared device: %d %s", got.Status, got.Body)
		}
		if body := library.Get("/me/notify").Body; strings.Contains(body, "<cairn-push") || !strings.Contains(body, "This device is shared") {
			t.Error("a shared device is asked")
		}
		if body := heron.Get("/me/notify").Body; !strings.Contains(body, "<cairn-push") {
			t.Error("a device of one's own is not asked")
		}
		for name, d := range map[string]post.Device{
			"inside": {Endpoint: "https://10.0.0.1/x", P256dh: h.push.Device().P256dh, Auth: h.push.Device().Auth},
			"plain":  {Endpoint: "http://push.example.org/x", P256dh: h.push.Device().P256dh, Auth: h.push.Device().Auth},
			"empty":  {},
		} {
			if got := h.offers(heron, d); got.Status != 422 {
				t.Errorf("%s: %d", name, got.Status)
			}
		}
		if got := heron.Post("/me/notify/devices", "endpoint", "x"); got.Status != 422 {
			t.Errorf("a form: %d", got.Status)
		}
		h.adds(heron) // its browser forgets, and asks anew
		d := h.adds(heron)
		if got := h.offers(heron, d); got.Status != 200 || h.devices() != 1 {
			t.Errorf("again: %d, %d devices", got.Status, h.devices())
		}
		if body := heron.Get("/me/notify").Body; strings.Contains(body, "<cairn-push") || !strings.Contains(body, "This device") || strings.Contains(body, d.Endpoint) {
			t.Error("the list of devices")
		}
		list, err := h.Notify.Settings(t.Context(), heron.Actor)
		if err != nil || len(list.Devices) != 1 {
			t.Fatalf("%+v, %v", list.Devices, err)
		}
		id := string(list.Devices[0].ID)
		if got := wren.Post("/me/notify/devices/" + id + "/remove"); got.Status != 404 || h.devices() != 1 {
			t.Errorf("somebody else removes it: %d", got.Status)
		}
		if got := heron.Post("/me/notify/devices/" + id + "/remove"); got.Status != 303 || h.devices() != 0 {
			t.Errorf("its owner removes it: %d", got.Status)
		}
		if got := heron.Post("/me/notify/devices/" + id + "/remove"); got.Status != 404 {
			t.Errorf("twice: %d", got.Status)
		}
		// The browser that was Heron's is Wren's now: Heron's words do not go there.
		if got := h.offers(heron, d); got.Status != 200 {
			t.Fatal(got.Status)
		}
		h.tell(heron, "care.word", "a")
		if got := h.offers(wren, d); got.Status != 200 || h.devices() != 1 {
			t.Fatalf("%d, %d devices", got.Status, h.devices())
		}
		h.Settle()
		if n := len(h.push.Got()); n != 0 {
			t.Errorf("%d pushed to somebody else's", n)
		}
		h.want("the device is another's", map[string]int{"push dropped": 1})
	})
}

// A device is over when its push service says so, or when its session ends in
// any way.
func TestDevicesThatAreOver(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for i, end := range map[string]func(b *someone){
			"404":       func(*someone) { h.push.Answer(404) },
			"410":       func(*someone) { h.push.Answer(410) },
			"sign out":  func(b *someone) { b.Post("/sign-out") },
			"elsewhere": func(b *someone) { h.other(b, false).Post("/me/sessions/end-others") },
			"idle":      func(*someone) { h.Time.Advance(61 * 24 * time.Hour) },
		} {
			heron := h.Person("Heron " + i)
			h.push.Answer(201)
			h.adds(heron)
			end(heron)
			before := len(h.push.Got())
			h.tell(heron, "care.word", "a "+i)
			h.tell(heron, "care.word", "b "+i)
			h.Settle()
			if n, st := len(h.push.Got())-before, h.states(); n != 0 || h.devices() != 0 || len(st) != 1 || st["push dropped"] < 2 {
				t.Errorf("%s: %d pushed, %d devices are left, deliveries %v", i, n, h.devices(), st)
			}
		}
		// A page that is not taken now is tried again; the device stays.
		ruth := h.lead("Ruth")
		h.adds(ruth)
		h.push.Answer(429)
		h.tell(ruth, "care.page", "a")
		h.Settle()
		if h.devices() != 1 || h.due() != 5*time.Second {
			t.Errorf("%d devices, next try in %v", h.devices(), h.due())
		}
		h.push.Answer(201)
		h.Pass(5 * time.Second)
		if n := len(h.push.Got()); n != 1 {
			t.Errorf("%d pushed", n)
		}
	})
}

func TestTenDevices(t *testing.T) {
	h := newHouse(t, sqlite(t))
	heron := h.Person("Heron")
	var last post.Device
	for range 12 {
		h.Time.Advance(time.Second)
		last = h.adds(h.other(heron, false))
	}
	h.tell(heron, "care.word", "a")
	h.Settle()
	got := h.push.Got()
	if h.devices() != 10 || len(got) != 10 || !strings.Contains(fmt.Sprint(got), last.Endpoint) {
		t.Errorf("%d devices, %d pushed", h.devices(), len(got))
	}
}

// The pair of keys is made once: devices are bound to it.
func TestKeysStay(t *testing.T) {
	h := newHouse(t, sqlite(t))
	before, err := h.Notify.PublicKey(t.Context())
	if err != nil || len(before) != 87 {
		t.Fatalf("%q %v", before, err)
	}
	if err := h.Notify.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, err := h.Notify.PublicKey(t.Context()); err != nil || after != before {
		t.Errorf("%q %v", after, err)
	}
	if body := h.Person("Heron", access.Peer).Get("/me/notify").Body; !strings.Contains(body, before) {
		t.Error("the page does not give the key to the browser")
	}
}
