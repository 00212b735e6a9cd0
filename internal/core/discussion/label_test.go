package discussion_test

import (
	"testing"

	"cairn/internal/kit/moment"
)

// keptOn tells that neither the author nor a keeper takes off what moderation keeps on a post,
// and that the page says so.
func (h house) keptOn(t *testing.T, post moment.ID, labels ...string) {
	t.Helper()
	at := "/post/" + string(post) + "/label"
	form := h.ali.Get(at).Body
	has(t, "the form", form, "Moderation decided that this is labelled")
	lacks(t, "the form", form, `value="`+labels[0]+`"`, `value="`+labels[1]+`"`)
	for who, status := range map[string]int{"the author": h.ali.Post(at).Status, "a keeper": h.fern.Post(at).Status} {
		if status != 303 {
			t.Errorf("%s: %d", who, status)
		}
	}
	if got := h.page(t, h.wren).Posts[0].Topics; len(got) != len(labels) || !got[0].Fixed || !got[1].Fixed {
		t.Errorf("taken off while the decision stands: %v", got)
	}
}
