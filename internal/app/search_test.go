package app_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/discussion"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
)

// sealed names every table that holds what people wrote sealed, or keys. None of it is
// ever found by words. Whoever adds a table decides here.
func sealed() []string {
	return []string{
		"chat_message", "discussion_entry", "discussion_reveal", "discussion_version", "groups_contact", "groups_group", "groups_invite", "groups_look", "groups_out", "groups_request",
		"groups_round", "groups_touch", "meetings_answer", "meetings_meeting", "meetings_series", "mentoring_charter", "mentoring_note", "mentoring_review", "mentoring_seek", "mentoring_session",
		"mentoring_walk", "moderation_action", "moderation_appeal", "moderation_report", "notify_device", "notify_hook", "notify_vapid", "people_email", "people_known", "people_once", "people_own",
		"rooms_caption", "rooms_question", "safety_contact", "safety_entry", "safety_wish", "shifts_oncall", "support_call", "support_contact", "support_handover", "support_request", "vault_key",
	}
}

// open says of each kind of document where the words stand openly that it is made of.
func open() map[string]string {
	return map[string]string{
		"group": `SELECT name, about FROM groups_group WHERE id = $1 AND openness <> 'closed' AND state IN ('open', 'paused')`,
	}
}

type indexed struct {
	kind, title, words string
	id                 moment.ID
}

func indexOf(t *testing.T, r db.Reader) []indexed {
	t.Helper()
	rows, err := r.Query(t.Context(), `SELECT kind, id, title, words FROM search_doc ORDER BY n`)
	all, err := db.Collect(rows, err, func(r db.Row, x *indexed) error { return r.Scan(&x.kind, &x.id, &x.title, &x.words) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// onlyOpenWords looks at everything in the index: that it is, word by word, what stands
// openly in the one place it may come from.
func onlyOpenWords(t *testing.T, r db.Reader) {
	t.Helper()
	all := indexOf(t, r)
	if len(all) == 0 {
		t.Error("the index is empty: the test looks at nothing")
	}
	for _, x := range all {
		query, known := open()[x.kind]
		if !known {
			t.Errorf("nobody has said where documents of the kind %q come from", x.kind)
			continue
		}
		var title, words string
		if err := r.QueryRow(t.Context(), query, x.id).Scan(&title, &words); err != nil {
			t.Errorf("a %s that is open nowhere: %v", x.kind, err)
			continue
		}
		if strings.Join(search.Words(title), " ") != x.title || strings.Join(search.Words(words), " ") != x.words {
			t.Errorf("a %s has other words than those that stand openly", x.kind)
		}
	}
}

// After the demo's whole history nothing sealed is in the index.
func TestNothingPrivateIsFound(t *testing.T) {
	dir := t.TempDir()
	s := app.Settings{Data: dir, DatabaseURL: dbtest.SQLiteURL(t), Keyset: filepath.Join(dir, "keys.json"), Listen: "127.0.0.1:0", Metrics: "off", Log: "error", URL: "http://localhost"}
	if err := app.Prepare(t.Context(), s, 0, 3, func(int) {}); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), s.DatabaseURL, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	rows, err := d.Reader().Query(t.Context(), `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'BYTEA' ORDER BY m.name`)
	names, err := db.Collect(rows, err, func(r db.Row, name *string) error { return r.Scan(name) })
	if err != nil {
		t.Fatal(err)
	}
	if names = slices.Compact(names); !slices.Equal(names, sealed()) {
		t.Errorf("the tables with something sealed are\n%q, not\n%q", names, sealed())
	}
	var written []string
	for _, table := range names {
		var n int
		if err := d.Reader().QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			written = append(written, table)
		}
	}
	if len(written) < 10 || !slices.Contains(written, "chat_message") {
		t.Errorf("the demo wrote in %q only: the test looks at little", written)
	}
	onlyOpenWords(t, d.Reader())
}

// Words that were just written in a conversation, a wall and a closed group stay out.
func TestWordsOfOneselfAreNotFound(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ctx := t.Context()
		lived(t, w, "heronoverwater")
		fern := w.Person("Fern", access.Facilitator)
		for _, open := range []groups.Openness{groups.Public, groups.Closed} {
			id, err := w.Groups.Make(ctx, fern.Actor, groups.Draft{Name: "Evenings " + string(open), About: "By the river.", Form: groups.Facilitated, Openness: open, Languages: []string{"en"}, Zone: "UTC"}, "heronoverwater agreed")
			if err != nil {
				t.Fatal(err)
			}
			v, err := w.Groups.Look(ctx, fern.Actor, id)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := w.Discussion.Post(ctx, fern.Actor, v.Wall, discussion.Draft{Words: "heronoverwater posted"}); err != nil {
				t.Fatal(err)
			}
		}
		w.Settle()
		onlyOpenWords(t, w.DB.Reader())
		kinds := map[string]int{}
		for _, x := range indexOf(t, w.DB.Reader()) {
			kinds[x.kind]++
			if strings.Contains(x.title+x.words, "heronoverwater") {
				t.Errorf("a %s has them", x.kind)
			}
		}
		if !maps.Equal(kinds, map[string]int{"group": 1}) {
			t.Errorf("in the index: %v", kinds)
		}
	})
}
