package app_test

import (
	"path/filepath"
	"testing"

	"cairn/internal/app"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Whoever opens the demo's queue meets one of each: words that are held, a report that
// nobody has taken on, and an appeal that waits for somebody who did not decide.
func TestTheDemoHasSomethingToDecide(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := app.Settings{Data: dir, DatabaseURL: dbtest.SQLiteURL(t), Keyset: filepath.Join(dir, "keys.json"), Listen: "127.0.0.1:0", Metrics: "off", Log: "error", URL: "http://localhost"}
	if err := app.Prepare(ctx, s, 0, 0, func(int) {}); err != nil {
		t.Fatal(err)
	}
	a, _, err := app.NewDemo(ctx, s, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	somebody := func(name string, roles ...access.Role) access.Actor {
		id, err := access.Setting(ctx, a.DB.Reader(), "demo."+name, "")
		if err != nil || id == "" {
			t.Fatalf("%s is not in the demo: %v", name, err)
		}
		return access.Actor{Person: moment.ID(id), Roles: access.Set(append(roles, access.Member)...), Way: access.BySystem}
	}
	q, err := a.Moderation.Queue(ctx, somebody("Ruth", access.Peer, access.Supervisor))
	if err != nil {
		t.Fatal(err)
	}
	if len(q.Holds) != 1 || len(q.Reports) != 1 || len(q.Appeals) != 1 || q.Appeals[0].Mine || q.Appeals[0].Action.What != moderation.Hide {
		t.Errorf("the demo's queue: %d held, %d reports, appeals %+v", len(q.Holds), len(q.Reports), q.Appeals)
	}
	houses, err := a.Moderation.Houses(ctx)
	if err != nil || len(houses) != 2 || houses[0].Changed["en"] == "" {
		t.Errorf("the demo's house agreement: %+v, %v", houses, err)
	}
	mine, err := a.Moderation.Mine(ctx, somebody("Larch", access.Clinician))
	if err != nil || len(mine) != 1 || mine[0].Appeal == nil {
		t.Errorf("what was decided about somebody in the demo: %+v, %v", mine, err)
	}
	spaces, err := a.Forum.Spaces(ctx, somebody("Wren", access.Peer))
	if err != nil {
		t.Fatal(err)
	}
	asks := 0
	for _, x := range spaces {
		asks += x.Waiting
	}
	if asks != 1 {
		t.Errorf("%d ask to join a community of the demo, want one", asks)
	}
}
