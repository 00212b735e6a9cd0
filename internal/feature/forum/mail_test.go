package forum_test

import (
	"regexp"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/cairntest/sink"
	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/moment"
)

var mailKey = regexp.MustCompile(`k=([A-Za-z0-9_-]+)`)

// mailed has somebody read mail of what is new and of answers, but in no quiet hours: these
// are from now on for an hour.
func (h *house) mailed(t *testing.T, mail *sink.Mail, p *cairntest.Someone, address string) {
	t.Helper()
	must(t, h.People.SetEmail(t.Context(), p.Actor, address))
	h.Settle()
	all := mail.Letters()
	must(t, h.People.VerifyEmail(t.Context(), mailKey.FindStringSubmatch(all[len(all)-1].Text)[1]))
	now := h.Time.Now().Std()
	status(t, "choose", p.Post("/me/notify", "kind.discussion.posted", "mail", "kind.discussion.answered", "mail", "from", now.Format("15:04"), "to", now.Add(time.Hour).Format("15:04")), 303)
}

// Mail that waits for the end of quiet hours does not call anybody to what is out of sight by
// then: hidden, taken back, removed by moderation, or of an account that is gone; nor to what
// stood below it.
func TestMailCallsNobodyToWhatIsGone(t *testing.T) {
	for what, gone := range map[string]func(h *house, thread, answer moment.ID){
		"nothing": func(*house, moment.ID, moment.ID) {},
		"hidden": func(h *house, thread, _ moment.ID) {
			must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, thread, "No."))
		},
		"an answer": func(h *house, _, answer moment.ID) {
			must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, answer, "No."))
		},
		"taken back": func(h *house, thread, _ moment.ID) {
			must(t, h.Discussion.Withdraw(t.Context(), h.heron.Actor, thread))
		},
		"left": func(h *house, _, _ moment.ID) {
			must(t, h.People.Erase(t.Context(), h.heron.Actor, people.Proof{Name: "Heron"}))
		},
	} {
		t.Run(what, func(t *testing.T) {
			dbtest.EachURL(t, func(t *testing.T, address string) {
				mail := sink.NewMail(t)
				h := begin(t, cairntest.Build(t, address, true, func(s *app.Settings, _ *app.Options) {
					s.SMTP, s.MailFrom = mail.URL(), "Quiet Harbour <hello@example.org>"
				}))
				id := h.space(t, draft(forum.Members))
				must(t, h.Discussion.FollowSpace(t.Context(), h.wren.Actor, h.wall(t, id), true))
				h.mailed(t, mail, h.wren, "wren@example.org")
				h.mailed(t, mail, h.ali, "ali@example.org")
				before := len(mail.Letters())
				thread := h.begins(t, h.heron, id, "One", "hello")
				below := h.answers(t, h.ali, thread, "hello to you")
				answer, _, err := h.Discussion.Comment(t.Context(), h.heron.Actor, thread, discussion.Draft{Words: "how are you", Quotes: below})
				must(t, err)
				h.Settle()
				if n := len(mail.Letters()); n != before {
					t.Fatalf("%d mails in quiet hours", n-before)
				}
				gone(h, thread, answer)
				h.Pass(2 * time.Hour)
				got := map[string]int{}
				for _, l := range mail.Letters()[before:] {
					got[l.To]++
				}
				want := map[string][2]int{"nothing": {1, 1}, "hidden": {0, 0}, "an answer": {1, 0}, "taken back": {0, 1}, "left": {0, 0}}[what]
				if w, a := got["wren@example.org"], got["ali@example.org"]; w != want[0] || a != want[1] {
					t.Errorf("mails to who follows %d, to who was answered %d; not %v", w, a, want)
				}
			})
		})
	}
}
