package discussion_test

import (
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/kit/moment"
)

// What is held or hidden goes into no report but the one about it, whoever reports: an excerpt
// is read by others than those who look after the place, for years.
func TestAReportHoldsOnlyWhatIsOpen(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.posts(t, h.wren, "how is everybody")
		h.answers(t, h.heron, post, goodbye)
		hidden := h.answers(t, h.ali, post, "buy my tea")
		must(t, w.Discussion.Hide(t.Context(), h.fern.Actor, hidden, "We sell nothing here."))
		open := h.answers(t, h.ali, post, "you are all fools")
		excerpt := func(p *cairntest.Someone, id moment.ID) string {
			out, found, err := discussion.Subject{Service: w.Discussion}.Reported(t.Context(), w.DB.Reader(), p.Actor, id)
			must(t, err)
			if !found {
				t.Fatalf("%s cannot report it", p.Name)
			}
			return out.Excerpt
		}
		h.garden.members[h.ines.ID] = true
		for _, p := range []*cairntest.Someone{h.fern, h.ines, h.heron, h.wren} {
			has(t, p.Name, excerpt(p, open), "how is everybody", "fools")
			lacks(t, p.Name, excerpt(p, open), "tired", "tea")
		}
		has(t, "what is hidden itself", excerpt(h.fern, hidden), "tea", "how is everybody")
		lacks(t, "what is hidden itself", excerpt(h.fern, hidden), "tired")
		must(t, w.Discussion.Hide(t.Context(), h.fern.Actor, post, "Later."))
		lacks(t, "below what is hidden", excerpt(h.fern, open), "how is everybody")
	})
}
