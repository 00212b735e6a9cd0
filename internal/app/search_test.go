package app_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum"
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
		"chat_message", "discussion_draft", "discussion_entry", "discussion_picture", "discussion_reveal", "discussion_version", "forum_import", "forum_request", "groups_contact", "groups_group", "groups_invite", "groups_look", "groups_out", "groups_request",
		"groups_round", "groups_touch", "meetings_answer", "meetings_meeting", "meetings_series", "mentoring_charter", "mentoring_note", "mentoring_review", "mentoring_seek", "mentoring_session",
		"mentoring_walk", "moderation_action", "moderation_appeal", "moderation_partner", "moderation_report", "notify_device", "notify_hook", "notify_vapid", "people_email", "people_known", "people_once", "people_own",
		"rooms_caption", "rooms_question", "safety_contact", "safety_entry", "safety_wish", "shifts_oncall", "support_call", "support_contact", "support_handover", "support_request", "vault_key",
	}
}

// open says of each kind of document where the words stand openly that it is made of.
func open() map[string]string {
	return map[string]string{
		"group": `SELECT name, about FROM groups_group WHERE id = $1 AND openness <> 'closed' AND state IN ('open', 'paused')`,
	}
}

// openPlace says, of each kind of document whose words are kept sealed, that it stands where
// everybody of its area reads it, and that nobody without a name, or from elsewhere, has one there. That its
// words are those that stand there is looked at by the tests of the slice.
func openPlace() map[string]string {
	return map[string]string{
		"forum": `SELECT count(*) FROM discussion_entry e JOIN discussion_space s ON s.id = e.space JOIN forum_space f ON f.id = s.owner JOIN search_doc d ON d.id = e.id
			JOIN discussion_entry top ON top.id = coalesce(e.post, e.id)
			WHERE e.id = $1 AND e.state = 'open' AND (top.state = 'open' OR top.state = 'withdrawn' AND top.why = '') AND coalesce(d.below, '') = CASE WHEN e.post IS NULL OR top.anonymous THEN '' ELSE coalesce(top.author, '') END AND f.audience IN ('open', 'members') AND d.kind = 'forum' AND d.area = 'forum:' || f.id AND coalesce(d.author, '') = CASE WHEN e.anonymous OR e.origin <> '' THEN '' ELSE coalesce(e.author, '') END`,
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
		if query := openPlace()[x.kind]; query != "" {
			var n int
			if err := r.QueryRow(t.Context(), query, x.id).Scan(&n); err != nil || n != 1 {
				t.Errorf("a %s that is open nowhere: %v", x.kind, err)
			}
			continue
		}
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

// Words that were just written in a conversation, a wall, a closed group, a community with
// its answers, and a draft stay out.
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
		talks(t, w, "heronoverwater")
		w.Settle()
		onlyOpenWords(t, w.DB.Reader())
		kinds := map[string]int{}
		for _, x := range indexOf(t, w.DB.Reader()) {
			kinds[x.kind]++
			if strings.Contains(x.title+x.words, "heronoverwater") {
				t.Errorf("a %s has them", x.kind)
			}
		}
		if !maps.Equal(kinds, map[string]int{"group": 1, "forum": 2}) {
			t.Errorf("in the index: %v", kinds)
		}
	})
}

// talks writes into the forum: openly without a word, and with it where it is found by nobody.
func talks(t *testing.T, w *cairntest.World, word string) {
	t.Helper()
	ctx := t.Context()
	tomo, moss := w.Person("Tomo", access.Coordinator), w.Person("Moss")
	for _, audience := range []forum.Audience{forum.Members, forum.Community} {
		id, err := w.Forum.Make(ctx, tomo.Actor, forum.Draft{Name: "By the water", Audience: audience, Joins: forum.ByPress, Alone: forum.Slow})
		if err != nil {
			t.Fatal(err)
		}
		says := "in the open"
		if audience == forum.Community {
			says = word
			if _, err := w.Forum.Join(ctx, moss.Actor, id, ""); err != nil {
				t.Fatal(err)
			}
		}
		v, err := w.Forum.Look(ctx, moss.Actor, id, "")
		if err != nil {
			t.Fatal(err)
		}
		post, _, err := w.Discussion.Post(ctx, moss.Actor, v.Wall, discussion.Draft{Title: says, Words: says})
		if err != nil {
			t.Fatal(err)
		}
		w.Time.Advance(time.Hour)
		if err := w.Discussion.KeepThread(ctx, moss.Actor, v.Wall, discussion.Draft{Title: word, Words: word}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Discussion.Comment(ctx, moss.Actor, post, discussion.Draft{Words: says}); err != nil {
			t.Fatal(err)
		}
	}
}
