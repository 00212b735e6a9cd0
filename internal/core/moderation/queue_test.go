package moderation_test

import (
	"fmt"
	"strings"
	"testing"

	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// files puts reports into the queue, each by another person and a second older than the one
// before, and with an action each one that was decided and is appealed against.
func (h small) files(t *testing.T, n int, reason, action string) {
	t.Helper()
	h.filesBy(t, n, reason, action, moment.NewID)
}

// filesBy is files with who reported.
func (h small) filesBy(t *testing.T, n int, reason, action string, by func() moment.ID) {
	t.Helper()
	must(t, h.DB.Write(t.Context(), func(tx db.Writer) error {
		for i := range n {
			id, at, closed := moment.NewID(), h.Time.Now()-moment.Time(i*1_000_000), moment.Time(0)
			if action != "" {
				closed = at
			}
			if _, err := tx.Exec(t.Context(), `INSERT INTO moderation_report (id, kind, object, about, reporter, reason, scope, state, at, closed_at) VALUES ($1, 'post', $2, $3, $4, $5, $1, $6, $7, $8)`,
				id, moment.NewID(), h.ali.ID, by(), reason, map[bool]string{true: "closed", false: "open"}[action != ""], at, closed); err != nil {
				return err
			}
			if action == "" {
				continue
			}
			if _, err := tx.Exec(t.Context(), `INSERT INTO moderation_action (id, report, about, what, scope, at) VALUES ($1, $1, $2, $3, $1, $4)`, id, h.ali.ID, action, at); err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `INSERT INTO moderation_appeal (action, at) VALUES ($1, $2)`, id, at); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Whoever reports much hides nothing: threats come first, then the oldest; what keeps somebody
// out is looked at again before a note. That there is more is said.
func TestTheHeaviestComesFirst(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		h.files(t, 199, "selling", "")
		h.files(t, 199, "other", moderation.Note)
		lacks(t, "the queue", h.otto.Get("/moderation").Body, "There are more than are shown.")
		h.files(t, 2, "threat", "")
		h.files(t, 1, "sexual", "")
		h.files(t, 1, "other", moderation.Hide)
		h.files(t, 2, "other", moderation.Ban)
		q, err := h.Moderation.Queue(t.Context(), h.otto.Actor)
		must(t, err)
		if len(q.Reports) != 200 || !q.MoreReports || len(q.Appeals) != 200 || !q.MoreAppeals {
			t.Fatalf("%d reports, more %v; %d appeals, more %v", len(q.Reports), q.MoreReports, len(q.Appeals), q.MoreAppeals)
		}
		var order []string
		for i := range 4 {
			order = append(order, q.Reports[i].Reason, q.Appeals[i].Action.What)
		}
		if got := strings.Join(order, " "); got != "threat ban threat ban sexual hide selling note" {
			t.Errorf("the order is %s", got)
		}
		if q.Reports[0].At > q.Reports[1].At || q.Reports[3].At > q.Reports[4].At || q.Appeals[3].Action.Appeal.At > q.Appeals[4].Action.Appeal.At {
			t.Error("of equal weight the oldest is not first")
		}
		body := h.otto.Get("/moderation").Body
		if n := strings.Count(body, "There are more than are shown."); n != 2 {
			t.Errorf("that there is more is said %d times", n)
		}
	})
}

// One person who reports much, and all of it as threats, leaves room for what others report;
// what is left out is said.
func TestOneReporterDoesNotFillTheQueue(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		h.files(t, 1, "selling", "")
		h.filesBy(t, 20, "threat", "", func() moment.ID { return h.heron.ID })
		lacks(t, "twenty", h.otto.Get("/moderation").Body, "There are more than are shown.")
		h.filesBy(t, 230, "threat", "", func() moment.ID { return h.heron.ID })
		h.files(t, 25, "sexual", "")
		h.filesBy(t, 30, "threat", "", func() moment.ID { return h.otto.ID }) // theirs, and not theirs to see
		must(t, h.DB.Write(t.Context(), func(tx db.Writer) error {
			_, err := tx.Exec(t.Context(), `UPDATE moderation_report SET reporter = NULL WHERE reason = 'sexual'`)
			return err
		}))
		h.files(t, 30, "other", "")
		q, err := h.Moderation.Queue(t.Context(), h.otto.Actor)
		must(t, err)
		n := map[string]int{}
		for _, x := range q.Reports {
			n[x.Reason]++
		}
		if n["threat"] != 20 || n["sexual"] != 25 || n["selling"] != 1 || n["other"] != 30 || !q.MoreReports {
			t.Errorf("%v, more %v", n, q.MoreReports)
		}
		if first, last := q.Reports[0].At, q.Reports[19].At; first > last || first > h.Time.Now()-moment.Time(229*1_000_000) {
			t.Error("of one reporter the oldest are not shown first")
		}
	})
}

// A report about words that were brought is about the words: no name to report, nobody to decide
// about, and nothing that was written with it is lost.
func TestOldWordsAreReported(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		var space, entry moment.ID
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM forum_space WHERE wall = $1`, h.wall).Scan(&space))
		file := `{"format":"cairn.forum","version":1}` + "\n" + `{"key":"t1","title":"Old","words":"pull yourself together","author":"Old Oak","at":"2019-03-01T04:00:00Z"}` + "\n"
		must(t, h.Forum.LookAt(t.Context(), h.otto.Actor, space, []byte(file)))
		v, err := h.Forum.Import(t.Context(), h.otto.Actor, space)
		must(t, err)
		must(t, h.Forum.Bring(t.Context(), h.otto.Actor, space, v.Hash, true))
		h.Settle()
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM discussion_entry WHERE origin <> ''`).Scan(&entry))

		lacks(t, "the form", status(t, "the form", h.heron.Get("/report?kind=post&id="+string(entry)), 200).Body, `name="of"`)
		status(t, "about a name, from an older page", h.heron.Post("/report", "kind", "post", "id", string(entry), "of", "profile", "reason", "hurtful", "words", "that is me in there"), 303)
		q, err := h.Moderation.Queue(t.Context(), h.otto.Actor)
		must(t, err)
		if len(q.Reports) != 1 || !q.Reports[0].Nobody() {
			t.Fatalf("%+v", q.Reports)
		}
		at := "/moderation/" + string(q.Reports[0].ID)
		has(t, "the queue", h.otto.Get("/moderation").Body, "Words from before")
		must(t, h.Moderation.Claim(t.Context(), h.otto.Actor, q.Reports[0].ID))
		page := h.otto.Get(at).Body
		has(t, "the report", page, "that is me in there", "What you decide is about the words.", `name="thing"`)
		lacks(t, "the report", page, `value="ban"`, `name="days"`)
		got := status(t, "out for good", h.otto.Post(at+"/decide", "what", "ban", "thing", "hide", "reason", "a reason to keep"), 422)
		has(t, "the form again", got.Body, "a reason to keep", "Nobody here wrote this")
		status(t, "hiding", h.otto.Post(at+"/decide", "what", "none", "thing", "hide", "reason", "Somebody knows themselves in it."), 303)
		status(t, "for others", h.heron.Get("/post/"+string(entry)), 404)
		var n int
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM notify_notice WHERE person = $1`, entry).Scan(&n))
		if n != 0 {
			t.Errorf("nobody was told %d times", n)
		}
		var action moment.ID
		must(t, h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM moderation_action`).Scan(&action))
		must(t, h.Moderation.Undo(t.Context(), h.otto.Actor, action, "It was somebody else."))
		status(t, "taken back", h.heron.Get("/post/"+string(entry)), 200)
	})
}

// What turns the direction of a line, or shows nothing, is in no report, reason, appeal or answer.
func TestSignsThatTurnWordsAreTakenOut(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		const turned = "\u202egood\u2066 \ufeffwo\x07rds\u200f"
		ines := h.Person("Ines", access.Supervisor)
		entry := h.writes(t, h.ali, "pull yourself together", false)
		status(t, "report", h.heron.Post("/report", "kind", "post", "id", string(entry), "reason", "hurtful", "words", turned), 303)
		q, err := h.Moderation.Queue(t.Context(), h.otto.Actor)
		must(t, err)
		at := "/moderation/" + string(q.Reports[0].ID)
		must(t, h.Moderation.Claim(t.Context(), h.otto.Actor, q.Reports[0].ID))
		has(t, "the report", h.otto.Get(at).Body, "good words\u200f")
		status(t, "a reason that shows nothing", h.otto.Post(at+"/decide", "what", "warn", "reason", "\u202e\u200b\u200f"), 422)
		status(t, "decide", h.otto.Post(at+"/decide", "what", "warn", "reason", turned), 303)
		x := h.last(t)
		status(t, "appeal", h.ali.Post("/me/decisions/"+string(x.ID), "words", turned), 303)
		must(t, h.Moderation.DecideAppeal(t.Context(), ines.Actor, x.ID, "yes", turned))
		x = h.last(t)
		for what, words := range map[string]string{"the reason": x.Reason, "the appeal": x.Appeal.Words, "the answer": x.Appeal.Answer} {
			if words != "good words\u200f" {
				t.Errorf("%s is %q", what, words)
			}
		}
	})
}

// Who reports reads beforehand that somebody outside may read it, where somebody is named.
func TestTheReportFormNamesThePartner(t *testing.T) {
	eachSmall(t, func(t *testing.T, h small) {
		at := "/report?kind=post&id=" + string(h.writes(t, h.ali, "pull yourself together", false))
		lacks(t, "the form", h.heron.Get(at).Body, "a partner service outside")
		status(t, "naming", h.otto.Post("/moderation/partner", "name", "Harbour House", "mail", harbour, "lang", "en"), 303)
		lacks(t, "before they agree", h.heron.Get(at).Body, "Harbour House")
		look := h.opens(t)
		status(t, "yes", h.nobody.Post(look, "do", "yes"), 303)
		has(t, "the form", h.heron.Get(at).Body, fmt.Sprintf("%s, a partner service outside, may read what was said too.", "Harbour House"))
	})
}
