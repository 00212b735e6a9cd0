package moderation_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/moderation"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
)

// letters is where mail arrives.
type letters struct {
	mu  sync.Mutex
	all []post.Mail
}

func (l *letters) Send(_ context.Context, m post.Mail) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, m)
	return nil
}

// to gives what arrived at an address.
func (l *letters) to(address string) (out []post.Mail) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.all {
		if m.To == address {
			out = append(out, m)
		}
	}
	return out
}

const harbour = "second@harbour.example"

// small is a service with one coordinator and a forum, and mail.
type small struct {
	*cairntest.World
	mail                     *letters
	otto, ali, heron, nobody *cairntest.Someone
	wall                     moment.ID
}

func eachSmall(t *testing.T, f func(t *testing.T, h small)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) {
		mail := &letters{}
		w := cairntest.Build(t, address, true, func(_ *app.Settings, o *app.Options) { o.Mail = mail })
		h := small{World: w, mail: mail, otto: w.Person("Otto", access.Coordinator), ali: w.Person("Ali"), heron: w.Person("Heron"), nobody: w.Browser()}
		id, err := w.Forum.Make(t.Context(), h.otto.Actor, forum.Draft{Name: "By the water", Welcome: "Welcome.", Audience: forum.Members, Joins: forum.ByPress, Unnamed: true, Alone: forum.Slow})
		must(t, err)
		must(t, w.DB.Reader().QueryRow(t.Context(), `SELECT wall FROM forum_space WHERE id = $1`, id).Scan(&h.wall))
		_, err = w.Forum.Look(t.Context(), h.otto.Actor, id, "") // somebody looks after it
		must(t, err)
		f(t, h)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func status(t *testing.T, what string, got cairntest.Page, want int) cairntest.Page {
	t.Helper()
	if got.Status != want {
		t.Fatalf("%s: %d, not %d", what, got.Status, want)
	}
	return got
}

func has(t *testing.T, what, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("%s lacks %q", what, p)
		}
	}
}

func lacks(t *testing.T, what, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(body, p) {
			t.Errorf("%s has %q", what, p)
		}
	}
}

func (h small) writes(t *testing.T, p *cairntest.Someone, words string, unnamed bool) moment.ID {
	t.Helper()
	id, _, err := h.Discussion.Post(t.Context(), p.Actor, h.wall, discussion.Draft{Title: "A title", Words: words, Anonymous: unnamed})
	must(t, err)
	h.Time.Advance(11 * time.Minute)
	return id
}

// decided lets somebody report what Ali wrote, and Otto decide; it gives what was decided.
func (h small) decided(t *testing.T, by *cairntest.Someone, of string, d moderation.Decision) moderation.Action {
	t.Helper()
	entry := h.writes(t, h.ali, "pull yourself together", false)
	status(t, "report", by.Post("/report", "kind", "post", "id", string(entry), "of", of, "reason", "hurtful", "words", "reporter-words-7"), 303)
	q, err := h.Moderation.Queue(t.Context(), h.otto.Actor)
	must(t, err)
	r := q.Reports[len(q.Reports)-1]
	must(t, h.Moderation.Claim(t.Context(), h.otto.Actor, r.ID))
	must(t, h.Moderation.Decide(t.Context(), h.otto.Actor, r.ID, d))
	h.Settle()
	list, err := h.Moderation.Mine(t.Context(), h.ali.Actor)
	must(t, err)
	return list[0]
}

// link gives the address in the newest mail to the partner.
func (h small) link(t *testing.T) string {
	t.Helper()
	h.Settle()
	all := h.mail.to(harbour)
	if len(all) == 0 {
		t.Fatal("the partner was sent nothing")
	}
	m := all[len(all)-1]
	lacks(t, "the mail", m.Subject+m.Body, "pull yourself", "Ali", "Heron", "Otto", "Pebble", "decision", "moderation", "mental", "health", "for others")
	u, err := url.Parse(regexp.MustCompile(`http\S+/second/\S+`).FindString(m.Body))
	must(t, err)
	return u.Path
}

// opens opens the newest link and gives the page that it leads to.
func (h small) opens(t *testing.T) string {
	t.Helper()
	at := h.link(t)
	lacks(t, "the page before it is opened", status(t, "the link", h.nobody.Get(at), 200).Body, "pull yourself", "Ali")
	return status(t, "opening", h.nobody.Post(at), 303).To()
}

// agreed is a partner who has said yes.
func (h small) agreed(t *testing.T) {
	t.Helper()
	status(t, "naming", h.otto.Post("/moderation/partner", "name", "Harbour House", "mail", harbour, "lang", "en"), 303)
	look := h.opens(t)
	has(t, "the question", h.nobody.Get(look).Body, "would you look again?")
	status(t, "yes", h.nobody.Post(look, "do", "yes"), 303)
}

func (h small) appeals(t *testing.T, x moderation.Action) {
	t.Helper()
	status(t, "appeal", h.ali.Post("/me/decisions/"+string(x.ID), "words", "I said it about myself"), 303)
}

var pause = moderation.Decision{What: "pause", Days: 3, Reason: "We listen before we give advice."}

func TestWhereOneDecidesAPartnerLooksAgain(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		ready := func(want string) {
			t.Helper()
			if c, err := h.Moderation.AppealsReady(t.Context(), h.DB.Reader()); err != nil || c.State != want || c.OK != (want == "ok") {
				t.Errorf("readiness: %q, want %q; %v", c.State, want, err)
			}
		}
		ready("missing")
		has(t, "the readiness list", h.otto.Get("/service").Body, "finds nobody", "/moderation/partner")
		has(t, "what the person reads before", h.mineAfter(t, pause), "To be honest", "an ombudsperson")
		for _, wrong := range [][]string{{"name", "H", "mail", harbour, "lang", "en"}, {"name", "Harbour House", "mail", "nowhere", "lang", "en"}, {"name", "Harbour House", "mail", harbour, "lang", "xx"}} {
			got := status(t, "naming wrongly", h.otto.Post("/moderation/partner", wrong...), 422)
			has(t, "the form", got.Body, `value="`+wrong[1]+`"`, wrong[3])
		}
		status(t, "who does not coordinate", h.heron.Get("/moderation/partner"), 404)
		status(t, "naming", h.otto.Post("/moderation/partner", "name", "Harbour House", "mail", harbour, "lang", "en"), 303)
		ready("unanswered")
		look := h.opens(t)
		status(t, "neither yes nor no", h.nobody.Post(look, "do", "maybe"), 404)
		status(t, "yes", h.nobody.Post(look, "do", "yes"), 303)
		ready("ok")

		x := h.last(t)
		mine := h.ali.Get("/me/decisions").Body
		has(t, "what the person reads now", mine, "Harbour House, a partner service outside", "a link at once that opens once")
		h.appeals(t, x)
		if got := h.otto.Post("/moderation/"+string(h.reportOf(t, x))+"/appeal", "action", string(x.ID), "stands", "no", "answer", "x"); got.Status != 403 {
			t.Errorf("who acted decides: %d", got.Status)
		}
		look = h.opens(t)
		page := status(t, "the brief", h.nobody.Get(look), 200)
		has(t, "the brief", page.Body, "pull yourself together", pause.Reason, "I said it about myself", "It is about Ali", "We listen before we answer.", "Hurtful or mocking")
		lacks(t, "the brief", page.Body, "Heron", "Otto", "reporter-words-7", string(h.ali.ID), string(h.heron.ID))
		if got := page.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
			t.Errorf("the brief is kept: %q", got)
		}
		got := status(t, "without a choice", h.nobody.Post(look, "do", "decide", "answer", "They are right."), 422)
		has(t, "the form", got.Body, "They are right.", "Please choose whether it stands.")
		status(t, "without words", h.nobody.Post(look, "do", "decide", "stands", "no"), 422)
		status(t, "deciding", h.nobody.Post(look, "do", "decide", "stands", "no", "answer", "They are right."), 303)
		has(t, "opened afterwards", status(t, "afterwards", h.nobody.Get(look), 404).Header.Get("Cache-Control"), "no-store")
		if out, err := h.Moderation.Out(t.Context(), h.DB.Reader(), h.ali.ID); err != nil || out {
			t.Errorf("what was taken back holds: %v", err)
		}
		has(t, "the answer", h.ali.Get("/me/decisions").Body, "They are right.", "It was taken back.")
		has(t, "who opened what is theirs", h.ali.Get("/me/opened").Body, "A partner service outside")
		h.audited(t, "moderation.read_appeal", "moderation.decide_appeal", "moderation.open_link", "moderation.partner_yes")
	})
}

// mineAfter is what Ali reads after a decision.
func (h small) mineAfter(t *testing.T, d moderation.Decision) string {
	t.Helper()
	h.decided(t, h.heron, "said", d)
	return h.ali.Get("/me/decisions").Body
}

func (h small) last(t *testing.T) moderation.Action {
	t.Helper()
	list, err := h.Moderation.Mine(t.Context(), h.ali.Actor)
	must(t, err)
	return list[0]
}

func (h small) reportOf(t *testing.T, x moderation.Action) (id moment.ID) {
	t.Helper()
	must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT report FROM moderation_action WHERE id = $1`, x.ID).Scan(&id))
	return id
}

// audited looks for what the partner did, as the partner.
func (h small) audited(t *testing.T, verbs ...string) {
	t.Helper()
	for _, verb := range verbs {
		var n int
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM access_audit a JOIN moderation_partner p ON p.id = a.actor WHERE a.way = 'link' AND a.verb = $1`, verb).Scan(&n))
		if n == 0 {
			t.Errorf("%s is not in the audit as the partner's", verb)
		}
	}
}

func TestALinkOpensOnceAndEnds(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		h.agreed(t)
		h.appeals(t, h.decided(t, h.heron, "said", pause))
		first := h.link(t)
		key := strings.TrimPrefix(first, "/second/")
		var lie int
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM moderation_link WHERE hash = $1 OR look = $1`, key).Scan(&lie))
		if lie != 0 {
			t.Error("the secret of a link lies open in the database")
		}
		look := status(t, "opening", h.nobody.Post(first), 303).To()
		again := status(t, "opened twice", h.nobody.Post(first), 409)
		has(t, "opened twice", again.Body, "Send me a new link")
		status(t, "a link is no look", h.nobody.Get("/second-look/"+key), 404)
		h.Time.Advance(25 * time.Hour)
		status(t, "a day later", h.nobody.Get(look), 404)

		status(t, "a new one", h.nobody.Post(first+"/again"), 303)
		second := h.link(t)
		if second == first {
			t.Fatal("the same link came again")
		}
		h.Time.Advance(15 * 24 * time.Hour)
		status(t, "too old", h.nobody.Post(second), 409)
		third := h.link(t) // an appeal that waits is asked for again every week
		if third == second {
			t.Fatal("nobody was asked again")
		}
		status(t, "the one before", h.nobody.Post(second), 409)
		look = status(t, "the newest", h.nobody.Post(third), 303).To()

		// Whoever has left is nobody's to read about.
		must(t, h.People.Erase(t.Context(), h.ali.Actor, people.Proof{Name: "Ali"}))
		status(t, "after they have left", h.nobody.Get(look), 404)
	})
}

func TestTriesOfLinksAreBounded(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		h.agreed(t)
		h.appeals(t, h.decided(t, h.heron, "said", pause))
		good := h.link(t)
		for i := range 3 {
			status(t, "a new one", h.nobody.Post(good+"/again"), 303)
			if i > 0 {
				h.Settle()
			}
		}
		status(t, "a fourth in a day", h.nobody.Post(good+"/again"), 429)
		for range 30 {
			if got := h.nobody.Post("/second/no-such-key"); got.Status == 429 {
				status(t, "the right one meanwhile", h.nobody.Post(h.link(t)), 429)
				h.Time.Advance(10 * time.Minute)
				status(t, "and later", h.nobody.Post(h.link(t)), 303)
				return
			} else if got.Status != 404 {
				t.Fatalf("a wrong key: %d", got.Status)
			}
		}
		t.Error("links can be tried without end")
	})
}

// Who here is told of an appeal depends on who reported. What its person reads does not, nor
// when the partner is asked and reads.
func TestTheRouteDoesNotTellWhoReported(t *testing.T) {
	var told []string
	for _, reporter := range []string{"Heron", "Ines"} {
		eachSmall(t, func(t *testing.T, h small) {
			h.agreed(t)
			ines := h.Person("Ines", access.Supervisor)
			before := len(h.mail.to(harbour))
			plain := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|nonce[^>]*>`)
			var reads []string
			look := func(when string) {
				t.Helper()
				h.Settle()
				reads = append(reads, fmt.Sprintf("%s: %d mails", when, len(h.mail.to(harbour))-before))
				for _, at := range []string{"/me/decisions", "/me/opened"} {
					_, body, _ := strings.Cut(h.ali.Get(at).Body, "<main")
					body, _, _ = strings.Cut(body, "</main")
					reads = append(reads, plain.ReplaceAllString(body, ""))
				}
			}
			by := map[string]*cairntest.Someone{"Heron": h.heron, "Ines": ines}[reporter]
			x := h.decided(t, by, "said", moderation.Decision{What: "warn", Reason: "Please be kind."})
			look("decided")
			has(t, "the form", reads[1], "the one other person here who could, or Harbour House")
			h.appeals(t, x)
			look("asked")
			h.Time.Advance(6 * 24 * time.Hour)
			look("six days later")
			if n := len(h.mail.to(harbour)); n != before {
				t.Errorf("the partner is asked before the week is over, when %s reported", reporter)
			}
			h.Time.Advance(25 * time.Hour)
			look("a week later")
			if n := len(h.mail.to(harbour)); n != before+1 {
				t.Errorf("a week later the partner has %d mails, when %s reported", n-before, reporter)
			}
			h.nobody.Get(h.opens(t))
			look("read")
			has(t, "who opened what is theirs", reads[len(reads)-1], "A partner service outside")
			told = append(told, strings.Join(reads, "\n"))
		})
	}
	half := len(told) / 2 // a database each
	for i := range half {
		if told[i] != told[half+i] {
			t.Errorf("the person can tell:\n%s\n\n%s", told[i], told[half+i])
		}
	}
}

func TestNobodyWhoDecidesHereIsOutside(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		must(t, h.People.SetEmail(t.Context(), h.otto.Actor, "Otto@example.org"))
		h.Settle()
		sent := h.mail.to("Otto@example.org")
		key := regexp.MustCompile(`k=([\w-]+)`).FindStringSubmatch(sent[0].Body)[1]
		must(t, h.People.VerifyEmail(t.Context(), key))
		got := status(t, "oneself", h.otto.Post("/moderation/partner", "name", "Harbour House", "mail", "otto@example.org", "lang", "en"), 422)
		has(t, "the form", got.Body, "Please name somebody outside.")

		h.agreed(t)
		status(t, "taking off", h.otto.Post("/moderation/partner", "do", "drop"), 303)
		h.appeals(t, h.decided(t, h.heron, "said", pause))
		n := len(h.mail.to(harbour))
		has(t, "what the person reads", h.ali.Get("/me/decisions").Body, "There is nobody yet who could decide it")
		// As soon as somebody agrees, what waits is sent.
		h.agreed(t)
		h.Settle()
		if got := len(h.mail.to(harbour)); got != n+2 {
			t.Errorf("%d mails, want %d", got, n+2)
		}
		var kept int
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM moderation_partner p JOIN vault_key k ON k.scope = p.scope WHERE p.ended_at > 0`).Scan(&kept))
		if kept != 0 {
			t.Error("the address of a partner who was taken off can be read")
		}
	})
}

// Nobody wins an appeal twice: the partner and somebody here at the same moment.
func TestAnAppealIsDecidedOnce(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		h.agreed(t)
		x := h.decided(t, h.heron, "said", pause)
		h.appeals(t, x)
		look := strings.TrimPrefix(h.opens(t), "/second-look/")
		ines := h.Person("Ines", access.Supervisor)
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				if i%2 == 0 {
					errs[i] = h.Moderation.DecideOutside(t.Context(), moderation.Key(look), "yes", "It stands.")
				} else {
					errs[i] = h.Moderation.DecideAppeal(t.Context(), ines.Actor, x.ID, "no", "Taken back.")
				}
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound):
				t.Error(err)
			}
		}
		last := h.last(t)
		if won != 1 || last.Appeal.Upheld == !last.LiftedAt.IsZero() {
			t.Errorf("%d decided; upheld %v, lifted %v", won, last.Appeal.Upheld, last.LiftedAt)
		}
	})
}

// A partner who was mailed as often as anybody is keeps the last link, whoever asks for a new
// one; those who decide learn that nobody answers, and somebody else who is named is asked.
func TestTheLastLinkIsLeft(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		h.agreed(t)
		h.appeals(t, h.decided(t, h.heron, "said", pause))
		h.Settle()
		before := len(h.mail.to(harbour))
		for range 7 {
			h.Time.Advance(7*24*time.Hour + time.Hour)
			h.Settle()
		}
		if n := len(h.mail.to(harbour)) - before; n != 7 {
			t.Fatalf("asked %d times more, want 7", n)
		}
		has(t, "the queue", h.otto.Get("/moderation").Body, "has not answered")
		look, last := h.opens(t), h.link(t)
		sent := len(h.mail.to(harbour))
		has(t, "a ninth", status(t, "a ninth", h.nobody.Post(last+"/again"), 409).Body, "as many links")
		status(t, "the look that is open", h.nobody.Get(look), 200)
		h.Time.Advance(7*24*time.Hour + time.Hour)
		h.Settle()
		if n := len(h.mail.to(harbour)) - sent; n != 0 {
			t.Errorf("%d mails more", n)
		}
		var told int
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = 'moderation.report' AND settled_at = 0`, h.otto.ID).Scan(&told))
		if told != 1 {
			t.Errorf("whoever decides is told %d times that nobody answers", told)
		}
		h.agreed(t) // named again, they are asked again
		status(t, "opened", h.nobody.Get(h.opens(t)), 200)
	})
}
