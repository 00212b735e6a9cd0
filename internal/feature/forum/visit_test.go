package forum_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

var inMain = regexp.MustCompile(`(?s)<main.*</main>`)

// What visitors see of a thread is kept. It is always what would be made anew, whatever
// somebody did, and at once.
func TestWhatVisitorsSeeIsWhatThereIs(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Open)
		d.HoldNew = true
		id := h.space(t, d)
		h.look(t, h.fern, id)
		thread := h.begins(t, h.ali, id, "Lanterns", "the first words")
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, thread))
		reply := h.answers(t, h.wren, thread, "from the other bank")
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, reply))
		tidy := discussion.Subject{Service: h.Discussion}
		in := func(f func(tx db.Writer) error) func() error {
			return func() error { return h.DB.Write(t.Context(), f) }
		}
		var newest moment.ID
		var before string
		for _, step := range []struct {
			what        string
			do          func() error
			has, hasNot string
		}{
			{"an answer", func() error { h.answers(t, h.wren, thread, "a second time"); return nil }, "a second time", ""},
			{"what is held", func() error { newest = h.answers(t, h.heron, thread, "I am new here"); return nil }, "", "I am new here"},
			{"what was held", func() error { return h.Discussion.Release(t.Context(), h.fern.Actor, newest) }, "I am new here", ""},
			{"a quote", func() error {
				_, _, err := h.Discussion.Comment(t.Context(), h.ali.Actor, thread, discussion.Draft{Words: "so it is", Quotes: newest})
				return err
			}, "so it is", ""},
			{"other words", func() error { return h.Discussion.Edit(t.Context(), h.heron.Actor, newest, "I was new here") }, "I was new here", "I am new here"},
			{"a reaction", func() error { return h.Discussion.React(t.Context(), h.ali.Actor, reply, discussion.WithYou, true) }, "", ""},
			{"a reaction taken back", func() error { return h.Discussion.React(t.Context(), h.ali.Actor, reply, discussion.WithYou, false) }, "", ""},
			{"a label", func() error { return h.Discussion.Label(t.Context(), h.ali.Actor, thread, []string{"sleep"}) }, "", ""},
			{"hidden", func() error { return h.Discussion.Hide(t.Context(), h.fern.Actor, newest, "not here") }, "", "I was new here"},
			{"shown again", func() error { return h.Discussion.Release(t.Context(), h.fern.Actor, newest) }, "I was new here", ""},
			{"hidden by moderation", in(func(tx db.Writer) (err error) {
				before, err = tidy.Hide(t.Context(), tx, h.ines.Actor, newest, "not here")
				return err
			}), "", "I was new here"},
			{"back", in(func(tx db.Writer) error { return tidy.Back(t.Context(), tx, h.ines.Actor, newest, before) }), "I was new here", ""},
			{"a label of moderation", in(func(tx db.Writer) error {
				_, err := tidy.Label(t.Context(), tx, h.ines.Actor, thread, []string{"grief"})
				return err
			}), "", ""},
			{"taken off", in(func(tx db.Writer) error {
				return tidy.Unlabel(t.Context(), tx, h.ines.Actor, thread, []string{"grief"})
			}), "", ""},
			{"taken back", func() error { return h.Discussion.Withdraw(t.Context(), h.heron.Actor, newest) }, "", "I was new here"},
			{"an account that goes", func() error { return h.People.Erase(t.Context(), h.wren.Actor, people.Proof{Name: "Wren"}) }, "", "the other bank"},
			{"closed", func() error { return h.Forum.Close(t.Context(), h.tomo.Actor, id, true) }, "", ""},
		} {
			must(t, step.do())
			got := h.visitorReads(t, thread)
			if step.has != "" && !strings.Contains(got, step.has) {
				t.Errorf("%s: visitors do not see it", step.what)
			}
			if step.hasNot != "" && strings.Contains(got, step.hasNot) {
				t.Errorf("%s: visitors see it still", step.what)
			}
			if again := h.visitorReads(t, thread); again != got {
				t.Errorf("%s: the second visitor sees something else", step.what)
			}
			h.Time.Advance(10 * time.Second) // nothing is kept so long
			if anew := h.visitorReads(t, thread); anew != got {
				t.Errorf("%s: what is kept is\n%s\nand what is there\n%s", step.what, got, anew)
			}
		}
		must(t, h.Discussion.Withdraw(t.Context(), h.ali.Actor, thread))
		must(t, h.Forum.Close(t.Context(), h.tomo.Actor, id, false))
		if got := h.visitor.Get(post(thread)); strings.Contains(got.Body, "the first words") {
			t.Error("a thread that was taken back is read")
		}
	})
}

// visitorReads is what a visitor reads of a thread.
func (h *house) visitorReads(t *testing.T, thread moment.ID) string {
	t.Helper()
	page := h.visitor.Get(post(thread))
	status(t, "a visitor reads", page, 200)
	return inMain.FindString(page.Body)
}
