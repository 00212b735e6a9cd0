package notify_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/cairntest/sink"
	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
)

// house is a service with everything outside that it can speak to.
type house struct {
	*cairntest.World
	mail *sink.Mail
	push *sink.Push
	hook *sink.Hook
}

var (
	page = notify.Kind{Name: "care.page", Urgent: true, Work: true}
	word = notify.Kind{Name: "care.word"}
)

func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { f(t, newHouse(t, address)) })
}

func newHouse(t *testing.T, address string, with ...func(s *app.Settings, o *app.Options)) *house {
	t.Helper()
	h := &house{mail: sink.NewMail(t), push: sink.NewPush(t)}
	h.hook = sink.NewHook(t, func() time.Time { return h.Time.Now().Std() })
	h.World = cairntest.Build(t, address, true, append([]func(s *app.Settings, o *app.Options){func(s *app.Settings, o *app.Options) {
		s.SMTP, s.MailFrom, s.WebhookAllow = h.mail.URL(), "Quiet Harbour <hello@example.org>", []string{h.hook.Host()}
		o.Push = post.NewPush("https://support.example.org", post.NewGuard(h.push.Host()))
		o.PushGuard = post.NewGuard(h.push.Host())
	}}, with...)...)
	h.Notify.Declare(page, word)
	return h
}

func (h *house) write(f func(tx db.Writer) error) {
	h.T.Helper()
	if err := h.DB.Write(h.T.Context(), f); err != nil {
		h.T.Fatal(err)
	}
}

// tell tells in a transaction of its own.
func (h *house) tell(to *cairntest.Someone, kind, key string, about ...moment.ID) {
	h.T.Helper()
	m := notify.Message{To: to.ID, Kind: kind, Key: key, Path: "/board"}
	if len(about) > 0 {
		m.About = about[0]
	}
	h.write(func(tx db.Writer) error { return h.Notify.Tell(h.T.Context(), tx, m) })
}

func (h *house) settle(to *cairntest.Someone, key string) {
	h.T.Helper()
	h.write(func(tx db.Writer) error { return h.Notify.Settle(h.T.Context(), tx, to.ID, key) })
}

func (h *house) open(who *cairntest.Someone) []notify.Notice {
	h.T.Helper()
	list, err := h.Notify.Open(h.T.Context(), h.DB.Reader(), who.ID)
	if err != nil {
		h.T.Fatal(err)
	}
	return list
}

var linkKey = regexp.MustCompile(`k=([A-Za-z0-9_-]+)`)

// letters gives the mails that are not about an address.
func (h *house) letters() []sink.Letter {
	var out []sink.Letter
	for _, l := range h.mail.Letters() {
		if !linkKey.MatchString(l.Text) {
			out = append(out, l)
		}
	}
	return out
}

// writes gives somebody a verified address, by the way that people go.
func (h *house) writes(who *cairntest.Someone, address string) {
	h.T.Helper()
	before := len(h.mail.Letters())
	if err := h.People.SetEmail(h.T.Context(), who.Actor, address); err != nil {
		h.T.Fatal(err)
	}
	h.Settle()
	all := h.mail.Letters()
	if len(all) != before+1 {
		h.T.Fatalf("%d mails", len(all)-before)
	}
	if err := h.People.VerifyEmail(h.T.Context(), linkKey.FindStringSubmatch(all[before].Text)[1]); err != nil {
		h.T.Fatal(err)
	}
}

// adds lets the person's browser be pushed to, over HTTP.
func (h *house) adds(who *cairntest.Someone) post.Device {
	h.T.Helper()
	d := h.push.Device()
	if got := h.offers(who, d); got.Status != 200 {
		h.T.Fatalf("add a device: %d %s", got.Status, got.Body)
	}
	return d
}

func (h *house) offers(who *cairntest.Someone, d post.Device) cairntest.Page {
	h.T.Helper()
	body, err := json.Marshal(d)
	if err != nil {
		h.T.Fatal(err)
	}
	return who.Send("POST", "/me/notify/devices", string(body), map[string][]string{"Content-Type": {"application/json"}})
}

var secretShape = regexp.MustCompile(`whsec_[A-Za-z0-9+/=&#;0-9]+`)

// connects adds a webhook over HTTP, and gives its id and secret.
func (h *house) connects(slate *cairntest.Someone, kinds ...string) (moment.ID, string) {
	h.T.Helper()
	pairs := []string{"address", h.hook.URL()}
	for _, k := range kinds {
		pairs = append(pairs, "kinds", k)
	}
	got := slate.Post("/service/webhooks", pairs...)
	if got.Status != 303 {
		h.T.Fatalf("connect a webhook: %d", got.Status)
	}
	secret := h.shown(slate, got.To())
	list, err := h.Notify.Hooks(h.T.Context(), slate.Actor)
	if err != nil || len(list) == 0 {
		h.T.Fatalf("%d webhooks, %v", len(list), err)
	}
	return list[len(list)-1].ID, secret
}

// shown reads a secret from the page that shows it once.
func (h *house) shown(who *cairntest.Someone, at string) string {
	h.T.Helper()
	secret := unescape(secretShape.FindString(who.Get(at).Body))
	if secret == "" {
		h.T.Fatalf("no secret at %s", at)
	}
	return secret
}

// states counts deliveries by channel and state.
func (h *house) states() map[string]int {
	h.T.Helper()
	rows, err := h.DB.Reader().Query(h.T.Context(), `SELECT channel, state, COUNT(*) FROM notify_delivery GROUP BY channel, state`)
	type line struct {
		channel, state string
		n              int
	}
	list, err := db.Collect(rows, err, func(r db.Row, l *line) error { return r.Scan(&l.channel, &l.state, &l.n) })
	if err != nil {
		h.T.Fatal(err)
	}
	out := map[string]int{}
	for _, l := range list {
		out[l.channel+" "+l.state] = l.n
	}
	return out
}

func (h *house) want(what string, want map[string]int) {
	h.T.Helper()
	if got := h.states(); fmt.Sprint(got) != fmt.Sprint(want) {
		h.T.Errorf("%s: deliveries %v, want %v", what, got, want)
	}
}

func (h *house) lead(name string) *cairntest.Someone { return h.Person(name, access.Supervisor) }

// timers counts the deliveries that something is planned for.
func (h *house) timers() int {
	h.T.Helper()
	var n int
	if err := h.DB.Reader().QueryRow(h.T.Context(), `SELECT COUNT(*) FROM bus_job WHERE kind = 'notify.deliver'`).Scan(&n); err != nil {
		h.T.Fatal(err)
	}
	return n
}
