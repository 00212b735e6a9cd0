package api_test

import (
	"net/http"
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Among many the API says who wrote, as they are called there.
func TestAmongManyWordsAreSomebodys(t *testing.T) {
	w := cairntest.New(t)
	heron, wren := w.Person("Heron"), w.Person("Wren")
	var id moment.ID
	if err := w.DB.Write(t.Context(), func(tx db.Writer) error {
		var err error
		if id, err = w.Chat.Gather(t.Context(), tx, "room"); err != nil {
			return err
		}
		if err = w.Chat.Admit(t.Context(), tx, id, heron.ID, ""); err != nil {
			return err
		}
		return w.Chat.Admit(t.Context(), tx, id, wren.ID, "Visitor 3")
	}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*cairntest.Someone{heron, wren} {
		if _, err := w.Chat.Say(t.Context(), p.Actor, id, chat.Draft{Key: "k", Text: "of " + p.Name}); err != nil {
			t.Fatal(err)
		}
	}
	type answer struct {
		Messages []struct{ Text, By string }
	}
	path := "/api/v1/conversations/" + string(id)
	var seen answer
	got := call(t, w, heron).json(t, http.MethodGet, path+"/messages", "", &seen)
	if len(seen.Messages) != 2 || seen.Messages[0].By != "" || seen.Messages[1].By != "Visitor 3" || strings.Contains(got.Body, string(wren.ID)) {
		t.Errorf("Heron reads %s", got.Body)
	}
	seen = answer{}
	got = call(t, w, wren).json(t, http.MethodGet, path+"/messages", "", &seen)
	if len(seen.Messages) != 2 || seen.Messages[0].By != "Heron" || seen.Messages[1].By != "" {
		t.Errorf("Wren reads %s", got.Body)
	}
	for _, verb := range []string{"/read", "/end"} {
		if got := call(t, w, heron).json(t, http.MethodPost, path+verb, `{"seq":1}`, nil); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", verb, got.Status)
		}
	}
}
