package groups

import (
	"slices"
	"strings"
	"testing"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

func actor(roles ...access.Role) access.Actor {
	return access.Actor{Person: moment.NewID(), Roles: access.Set(append(roles, access.Member)...)}
}

// How a stand is decided, by what it is to have it: see, read, write, tend, own.
func TestStands(t *testing.T) {
	me, other := actor(), moment.NewID()
	in := func(m Member) *Member { m.Person = me.Person; return &m }
	group := func(o Openness, s State) Group {
		return Group{Draft: Draft{Form: Facilitated, Openness: o}, State: s, Owner: other, Agreement: 2}
	}
	boss := actor(access.Coordinator)
	for name, x := range map[string]struct {
		stand stand
		want  string
	}{
		"a visitor, public":              {stand{Group: group(Public, Open)}, "see"},
		"a visitor, members":             {stand{Group: group(Members, Open)}, ""},
		"a member, request":              {stand{Group: group(Request, Open), actor: me}, "see"},
		"a member, closed":               {stand{Group: group(Closed, Open), actor: me}, ""},
		"invited, closed":                {stand{Group: group(Closed, Open), actor: me, invited: true}, "see"},
		"a coordinator, closed":          {stand{Group: group(Closed, Open), actor: boss}, "see"},
		"a coordinator, nobody has it":   {stand{Group: Group{Draft: Draft{Form: Facilitated, Openness: Closed}, State: Open}, actor: boss}, "see own"},
		"a coordinator, a proposal":      {stand{Group: Group{Draft: Draft{Form: PeerLed, Openness: Closed}, State: Proposed}, actor: boss}, "see"},
		"another, a proposal":            {stand{Group: group(Public, Proposed), actor: me}, ""},
		"in it":                          {stand{Group: group(Closed, Open), actor: me, in: in(Member{Agreed: 2})}, "see read write"},
		"in it, old agreement":           {stand{Group: group(Closed, Open), actor: me, in: in(Member{Agreed: 1})}, "see read"},
		"in it, kept out":                {stand{Group: group(Closed, Open), actor: me, in: in(Member{Agreed: 2}), kept: true}, "see read"},
		"in it, ended":                   {stand{Group: group(Public, Ended), actor: me, in: in(Member{Agreed: 2})}, "see read"},
		"in it, paused":                  {stand{Group: group(Public, Paused), actor: me, in: in(Member{Agreed: 2})}, "see read write"},
		"another, ended":                 {stand{Group: group(Public, Ended), actor: me}, ""},
		"facilitates":                    {stand{Group: group(Closed, Open), actor: me, in: in(Member{Agreed: 2, Facilitates: true})}, "see read write tend"},
		"facilitates, kept out":          {stand{Group: group(Closed, Open), actor: me, in: in(Member{Agreed: 2, Facilitates: true}), kept: true}, "see read"},
		"taken out":                      {stand{Group: group(Public, Open), actor: me, out: true}, ""},
		"taken out, and coordinates":     {stand{Group: group(Public, Open), actor: boss, out: true}, ""},
		"a member, a gathering":          {stand{Group: Group{Draft: Draft{Form: Workshop, Openness: Public}, State: Open, Owner: other}, actor: me}, "see"},
		"a member, a briefing":           {stand{Group: Group{Draft: Draft{Form: Briefing, Openness: Public}, State: Open, Owner: other}, actor: me}, ""},
		"works here, a briefing":         {stand{Group: Group{Draft: Draft{Form: Briefing, Openness: Public}, State: Open, Owner: other}, actor: actor(access.Peer)}, "see"},
		"works here, a closed briefing":  {stand{Group: Group{Draft: Draft{Form: Briefing, Openness: Closed}, State: Open, Owner: other}, actor: actor(access.Peer)}, ""},
		"nobody at all has no ownership": {stand{Group: Group{Draft: Draft{Form: PeerLed, Openness: Public}, State: Open}}, "see"},
	} {
		var got []string
		for _, rule := range []struct {
			name string
			may  func(stand) access.Decision
		}{{"see", canSee}, {"read", canRead}, {"write", canWrite}, {"tend", canTend}, {"own", canOwn}} {
			if rule.may(x.stand).OK() {
				got = append(got, rule.name)
			}
		}
		if s := strings.Join(got, " "); s != x.want {
			t.Errorf("%s: %q, not %q", name, s, x.want)
		}
	}
}

func TestWhoMayHold(t *testing.T) {
	for _, f := range Forms() {
		for roles, want := range map[access.Roles]bool{access.Set(access.Member): f == PeerLed, access.Set(access.Member, access.Peer): true, access.Set(access.Member, access.Facilitator): true, access.Set(access.Member, access.Administrator): f == PeerLed} {
			if got := mayHold(f, roles); got != want {
				t.Errorf("%s, %v: %v", f, roles, got)
			}
		}
		if got := canMake(actor(), f).OK(); got != (f == PeerLed) {
			t.Errorf("a member makes %s: %v", f, got)
		}
		if !canMake(actor(access.Facilitator), f).OK() || !canMake(actor(access.Coordinator), f).OK() {
			t.Errorf("a facilitator does not make %s", f)
		}
	}
}

func TestTakesIn(t *testing.T) {
	day := calendar.Date{Year: 2026, Month: 11, Day: 24}
	for _, x := range []struct {
		form   Form
		takes  string
		begins string
		want   bool
	}{
		{Facilitated, "no", "", true}, {Programme, "yes", "2026-01-01", true}, {Programme, "no", "2027-01-01", false}, {Programme, "until", "2026-11-25", true},
		{Programme, "until", "2026-11-24", false}, {Programme, "until", "2026-11-23", false}, {Programme, "until", "", true},
	} {
		if got := takesIn(Group{Draft: Draft{Form: x.form, Takes: x.takes, Begins: x.begins}}, day); got != x.want {
			t.Errorf("%+v: %v", x, got)
		}
	}
}

func TestChanges(t *testing.T) {
	lines, gone := Changes(Agreement{Version: 1, Sentences: []string{"a", "b"}}, Agreement{Version: 2, Sentences: []string{"b", "c"}})
	if !slices.Equal(lines, []Sentence{{"b", false}, {"c", true}}) || !slices.Equal(gone, []string{"a"}) {
		t.Errorf("%v %v", lines, gone)
	}
	if lines, _ := Changes(Agreement{}, Agreement{Version: 2, Sentences: []string{"b"}}); lines[0].New {
		t.Error("for whoever has read none everything is new")
	}
}

func TestFolding(t *testing.T) {
	for in, want := range map[string]string{"Café  NOIR": "cafe noir", "الأَرَق": fold("الأرق"), "": "", " a\tb\n": "a b"} {
		if got := fold(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	for s, want := range map[string]bool{"evenings-2": true, "": false, "Évenings": false, "a/b": false, "\x00": false, "\xff": false, strings.Repeat("a", 65): false} {
		if got := isSlug(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, s := range []string{"Evenings by the river", "الأمسية", "new", "a--b", "İstanbul ﷺ", strings.Repeat("x-", 60)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s := slugOf(name)
		if s == "" {
			return
		}
		if !isSlug(s) || slices.Contains(reserved, s) || looksLikeID(s) || strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") || slugOf(s) != s {
			t.Errorf("%q: %q", name, s)
		}
	})
}
