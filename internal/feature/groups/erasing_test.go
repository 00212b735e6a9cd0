package groups_test

import (
	"bytes"
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// lives gives Wren, a facilitator, everything that somebody can have of groups, and the
// group that most of it is in.
func (h *house) lives(t *testing.T) moment.ID {
	t.Helper()
	ctx := t.Context()
	id := h.evenings(t, groups.Members, h.wren, h.heron)
	must(t, h.Groups.Facilitate(ctx, h.fern.Actor, id, h.wren.ID, true))
	must(t, h.Groups.Offer(ctx, h.fern.Actor, id, h.wren.ID))
	must(t, h.Groups.InvitePerson(ctx, h.wren.Actor, id, "Robin"))
	must(t, errOf(h.Groups.InviteByLink(ctx, h.wren.Actor, id, 7)))
	must(t, h.Groups.Rewrite(ctx, h.wren.Actor, id, 1, "Only this."))
	must(t, h.Groups.Agree(ctx, h.heron.Actor, id, 2))
	must(t, errOf(h.Groups.Say(ctx, h.wren.Actor, id, groups.Said{Went: "wren-in-the-round", Next: "wren-next"}, "en")))
	must(t, h.Groups.WishTouch(ctx, h.wren.Actor, id, "Heron", "wren-at-the-pond"))
	must(t, h.Groups.WishTouch(ctx, h.heron.Actor, id, "Wren", "heron-by-the-bench"))
	asked := h.makes(t, h.fern, draft("Asked", groups.Request))
	must(t, errOf(h.Groups.Join(ctx, h.wren.Actor, asked, groups.Joining{Agreed: 1, Words: "wren-asks"})))
	must(t, h.Groups.InvitePerson(ctx, h.fern.Actor, asked, "Wren"))
	left := h.makes(t, h.fern, draft("Taken out of", groups.Members))
	h.joins(t, h.wren, left)
	must(t, h.Groups.TakeOut(ctx, h.fern.Actor, left, h.wren.ID, "why-wren-is-out"))
	d := draft("A stall", groups.Public)
	d.Form = groups.Outreach
	own := h.makes(t, h.wren, d)
	must(t, h.Groups.Count(ctx, h.wren.Actor, own, moment.NewID(), groups.Contact{Day: "2026-11-20", Talks: 12, Note: "wren-counted"}))
	h.Settle()
	return id
}

func TestTheExportHasEverything(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		h.lives(t)
		files := w.Exported(h.wren)
		for file, want := range map[string][]string{
			"groups.json":                  {"Evenings by the river", "A stall"},
			"groups-rounds.json":           {"wren-in-the-round", "wren-next"},
			"groups-requests.json":         {"wren-asks", "Asked"},
			"groups-invitations.json":      {"Robin", "Evenings by the river", "Asked"},
			"groups-offers.json":           {"Evenings by the river"},
			"groups-taken-out.json":        {"why-wren-is-out", "Taken out of"},
			"groups-staying-in-touch.json": {"wren-at-the-pond", "heron-by-the-bench"},
			"groups-contacts.json":         {"wren-counted", "12"},
		} {
			has(t, file, files[file], want...)
		}
		all := ""
		for name, text := range w.Exported(h.heron) {
			if strings.HasPrefix(name, "groups") {
				all += text
			}
		}
		lacks(t, "another's export", all, "wren-in-the-round", "wren-asks", "why-wren", "wren-counted", string(h.wren.ID))
	})
}

func TestErasureLeavesNothing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.lives(t)
		touches, err := w.Groups.Touches(ctx, h.wren.Actor)
		must(t, err)
		h.erases(t, h.wren)
		for _, column := range personColumns() {
			if n := h.count(t, `SELECT count(*) FROM `+column[0]+` WHERE `+column[1]+` = $1`, h.wren.ID); n != 0 {
				t.Errorf("%d times in %s.%s", n, column[0], column[1])
			}
		}
		if n := h.count(t, `SELECT count(*) FROM vault_key WHERE scope = $1 AND wrapped IS NOT NULL`, touches[0].ID); n != 0 {
			t.Error("the key of how to reach them is there")
		}
		lacks(t, "who was in touch", h.heron.Get("/groups/touch").Body, "wren-at-the-pond")
		// The group's own words stay, and its numbers.
		has(t, "the group", h.heron.Get(at(id)).Body, "Evenings by the river", "Only this.")
		if n := h.count(t, `SELECT count(*) FROM groups_contact WHERE talks = 12 AND note IS NULL`); n != 1 {
			t.Error("the numbers are gone, or their words stay")
		}
		if g := h.group(t, id); g.Members != 2 {
			t.Errorf("%d people", g.Members)
		}
		if n := h.count(t, `SELECT count(*) FROM groups_group WHERE name = 'A stall' AND owner IS NULL`); n != 1 || h.told(t, h.tomo, "groups.asked") == 0 {
			t.Error("what was theirs has somebody, or coordinators are not told")
		}
	})
}

// personColumns are all columns of groups that hold a person.
func personColumns() [][2]string {
	return [][2]string{{"groups_group", "owner"}, {"groups_group", "made_by"}, {"groups_member", "person"}, {"groups_agreement", "by_person"}, {"groups_request", "person"}, {"groups_request", "answered_by"},
		{"groups_invite", "person"}, {"groups_invite", "by_person"}, {"groups_out", "person"}, {"groups_out", "by_person"}, {"groups_offer", "person"}, {"groups_offer", "by_person"},
		{"groups_round", "person"}, {"groups_touch", "by_person"}, {"groups_touch", "person"}, {"groups_contact", "by_person"}}
}

// What people write lies sealed: the words of a life are in no column.
func TestWordsAreSealed(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		h.lives(t)
		for table, column := range map[string]string{"groups_round": "words", "groups_request": "words", "groups_touch": "words", "groups_out": "reason", "groups_contact": "note", "groups_invite": "named"} {
			rows, err := w.DB.Reader().Query(ctx, `SELECT `+column+` FROM `+table+` WHERE `+column+` IS NOT NULL`)
			list, err := db.Collect(rows, err, func(r db.Row, b *[]byte) error { return r.Scan(b) })
			must(t, err)
			if len(list) == 0 {
				t.Errorf("nothing in %s", table)
			}
			for _, b := range list {
				for _, words := range []string{"wren", "heron", "Robin", "Wren"} {
					if bytes.Contains(b, []byte(words)) {
						t.Errorf("%s.%s can be read", table, column)
					}
				}
			}
		}
		for _, table := range []string{"bus_job", "notify_notice", "access_audit"} {
			column := map[string]string{"bus_job": "payload", "notify_notice": "key", "access_audit": "verb"}[table]
			if n := h.count(t, `SELECT count(*) FROM `+table+` WHERE `+column+` LIKE '%wren-%' OR `+column+` LIKE '%river%'`); n != 0 {
				t.Errorf("words in %s", table)
			}
		}
	})
}
