package safety_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/cairntest/sink"
	"cairn/internal/kit/access"
	"cairn/internal/kit/post"
)

var mailKey = regexp.MustCompile(`k=([A-Za-z0-9_-]+)`)

// TestAPageLeavesTheHouse lets a worry reach the lead by a real mail server, by
// web push that the device decrypts, and by a webhook that the receiver verifies.
// None of them says what it is about.
func TestAPageLeavesTheHouse(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		mail, push := sink.NewMail(t), sink.NewPush(t)
		var w *cairntest.World
		hook := sink.NewHook(t, func() time.Time { return w.Time.Now().Std() })
		w = cairntest.Build(t, address, true, func(s *app.Settings, o *app.Options) {
			s.SMTP, s.MailFrom, s.WebhookAllow = mail.URL(), "Quiet Harbour <hello@example.org>", []string{hook.Host()}
			o.Push, o.PushGuard = post.NewPush("https://support.example.org", post.NewGuard(push.Host())), post.NewGuard(push.Host())
		})
		n := begin(t, w)
		must(t, w.People.SetEmail(t.Context(), n.ines.Actor, "ines@example.org"))
		w.Settle()
		must(t, w.People.VerifyEmail(t.Context(), mailKey.FindStringSubmatch(mail.Letters()[0].Text)[1]))
		device, err := json.Marshal(push.Device())
		must(t, err)
		if got := n.ines.Send("POST", "/me/notify/devices", string(device), map[string][]string{"Content-Type": {"application/json"}}); got.Status != 200 {
			t.Fatalf("add a device: %d", got.Status)
		}
		root := w.Person("Root", access.Administrator)
		shown, err := w.Notify.AddHook(t.Context(), root.Actor, hook.URL(), nil)
		must(t, err)
		secret, err := w.People.ShowOnce(t.Context(), root.Actor, shown)
		must(t, err)
		hook.Believe(secret.Lines...)

		at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "3", "words", "unmistakable-words"))
		w.Settle()
		letters := mail.Letters()
		last := letters[len(letters)-1]
		if len(letters) != 2 || !strings.Contains(last.Text, at) {
			t.Errorf("%d mails; the last:\n%s", len(letters), last.Text)
		}
		pushed := push.Got()
		if len(pushed) != 1 {
			t.Fatalf("%d pushes", len(pushed))
		}
		got, refused := hook.Got()
		if len(got) != 1 || refused != 0 || !strings.Contains(got[0].Body, "safety.page") {
			t.Errorf("%d webhooks, %d not believed", len(got), refused)
		}
		for what, text := range map[string]string{"mail": last.Text, "push": pushed[0].Payload, "webhook": got[0].Body} {
			for _, never := range []string{"unmistakable-words", "Heron", "suicid", "crisis", "mental"} {
				if strings.Contains(strings.ToLower(text), strings.ToLower(never)) {
					t.Errorf("%s says %q", what, never)
				}
			}
		}
	})
}
