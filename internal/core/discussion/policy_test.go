package discussion

import (
	"testing"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const author, reader = moment.ID("author-id"), moment.ID("reader-id")

func eyes(how string) viewer {
	member := access.Set(access.Member)
	switch how {
	case "author":
		return viewer{Actor: access.Actor{Person: author, Roles: member}, see: true, write: true}
	case "author who left":
		return viewer{Actor: access.Actor{Person: author, Roles: member}}
	case "author who keeps":
		return viewer{Actor: access.Actor{Person: author, Roles: member}, see: true, write: true, keep: true}
	case "member":
		return viewer{Actor: access.Actor{Person: reader, Roles: member}, see: true, write: true}
	case "reader":
		return viewer{Actor: access.Actor{Person: reader, Roles: member}, see: true}
	case "apart":
		return viewer{Actor: access.Actor{Person: reader, Roles: member}, see: true, write: true, apart: map[moment.ID]bool{author: true}}
	case "keeper":
		return viewer{Actor: access.Actor{Person: reader, Roles: member}, see: true, write: true, keep: true}
	case "keeper apart":
		return viewer{Actor: access.Actor{Person: reader, Roles: member}, see: true, write: true, keep: true, apart: map[moment.ID]bool{author: true}}
	case "supervisor":
		return viewer{Actor: access.Actor{Person: reader, Roles: access.Set(access.Member, access.Supervisor)}}
	}
	return viewer{Actor: access.Actor{Person: reader, Roles: member}}
}

var everybody = []string{"author", "author who left", "author who keeps", "member", "reader", "apart", "keeper", "keeper apart", "supervisor", "stranger"}

func TestWhoSeesWhat(t *testing.T) {
	tests := []struct {
		name string
		e    Entry
		see  []string
	}{
		{"open", Entry{State: Open}, []string{"author", "author who left", "author who keeps", "member", "reader", "keeper", "keeper apart"}},
		{"open, without a name", Entry{State: Open, Anonymous: true}, []string{"author", "author who left", "author who keeps", "member", "reader", "apart", "keeper", "keeper apart"}},
		{"held for its words", Entry{State: Held, Why: ForWords}, []string{"author", "author who left", "author who keeps", "keeper", "keeper apart", "supervisor"}},
		{"held as the first", Entry{State: Held, Why: ForNew}, []string{"author", "author who left", "author who keeps", "keeper", "keeper apart"}},
		{"hidden", Entry{State: Hidden, Why: ForKeeper}, []string{"author", "author who left", "author who keeps", "keeper", "keeper apart"}},
		{"taken back", Entry{State: Withdrawn}, nil},
		{"taken back, with answers", Entry{State: Withdrawn, Comments: 1}, []string{"author", "author who keeps", "member", "reader", "keeper", "keeper apart"}},
		{"taken back while it was held, with answers", Entry{State: Withdrawn, Why: ForWords, Comments: 1}, nil},
		{"a comment taken back", Entry{State: Withdrawn, Post: "p", Comments: 1}, nil},
	}
	for _, tt := range tests {
		tt.e.author = author
		may := map[string]bool{}
		for _, who := range tt.see {
			may[who] = true
		}
		for _, who := range everybody {
			d := canSee(eyes(who), tt.e)
			if d.OK() != may[who] {
				t.Errorf("%s: %s sees it: %v", tt.name, who, d.OK())
			}
			if !d.OK() && !fault.Is(d.Err(), fault.NotFound) {
				t.Errorf("%s: %s learns that it is there: %v", tt.name, who, d.Err())
			}
		}
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	space := Space{}
	closed := Space{Rules: SpaceRules{Closed: true}}
	open, held, firstHeld, hidden := Entry{State: Open, author: author}, Entry{State: Held, Why: ForWords, author: author}, Entry{State: Held, Why: ForNew, author: author}, Entry{State: Hidden, author: author}
	unnamed := Entry{State: Open, Anonymous: true, author: author}
	tests := []struct {
		name string
		do   func(v viewer) access.Decision
		may  []string
	}{
		{"post", func(v viewer) access.Decision { return canPost(v, space) }, []string{"author", "author who keeps", "member", "apart", "keeper", "keeper apart"}},
		{"post where it is closed", func(v viewer) access.Decision { return canPost(v, closed) }, nil},
		{"comment", func(v viewer) access.Decision { return canComment(v, space, open) }, []string{"author", "author who keeps", "member", "keeper", "keeper apart"}},
		{"answer what is held", func(v viewer) access.Decision { return canComment(v, space, held) }, []string{"author", "author who keeps", "keeper", "keeper apart", "supervisor"}},
		{"comment below what is hidden", func(v viewer) access.Decision { return canComment(v, space, hidden) }, nil},
		{"edit", func(v viewer) access.Decision { return canEdit(v, space, open) }, []string{"author", "author who keeps"}},
		{"edit what is hidden", func(v viewer) access.Decision { return canEdit(v, space, hidden) }, nil},
		{"withdraw", func(v viewer) access.Decision { return canWithdraw(v, open) }, []string{"author", "author who left", "author who keeps"}},
		{"react", func(v viewer) access.Decision { return canReact(v, space, open) }, []string{"member", "keeper", "keeper apart"}},
		{"react to what is held", func(v viewer) access.Decision { return canReact(v, space, held) }, nil},
		{"hide", func(v viewer) access.Decision { return canHide(v, open) }, []string{"author who keeps", "keeper", "keeper apart"}},
		{"release words", func(v viewer) access.Decision { return canRelease(v, held) }, []string{"supervisor"}},
		{"release words that were hidden", func(v viewer) access.Decision {
			return canRelease(v, Entry{State: Hidden, Why: ForWords, author: author})
		}, nil},
		{"release a first one", func(v viewer) access.Decision { return canRelease(v, firstHeld) }, []string{"keeper", "keeper apart"}},
		{"label", func(v viewer) access.Decision { return canLabel(v, space, open) }, []string{"author", "author who keeps", "keeper", "keeper apart"}},
		{"pin", func(v viewer) access.Decision { return canPin(v, open) }, []string{"author who keeps", "keeper", "keeper apart"}},
		{"look up a name that is there", func(v viewer) access.Decision { return canReveal(v, open) }, nil},
		{"look up a name", func(v viewer) access.Decision { return canReveal(v, unnamed) }, nil},
		{"look up who wrote what is held", func(v viewer) access.Decision {
			return canReveal(v, Entry{State: Held, Why: ForWords, Anonymous: true, author: author})
		}, []string{"supervisor"}},
		{"read what stood there before", versions(Entry{State: Open, Version: 1, author: author}), []string{"author", "author who left", "author who keeps", "keeper", "keeper apart"}},
		{"read what stood in held words before", versions(Entry{State: Held, Why: ForWords, Version: 1, author: author}), []string{"author", "author who left", "author who keeps", "keeper", "keeper apart", "supervisor"}},
		{"read what stood in a first one before", versions(Entry{State: Held, Why: ForNew, Version: 1, author: author}), []string{"author", "author who left", "author who keeps", "keeper", "keeper apart"}},
		{"read what stood in what is taken back", versions(Entry{State: Withdrawn, Why: ForWords, Version: 1, author: author}), nil},
		{"learn that held words were taken back", learns(Entry{State: Withdrawn, Why: ForWords, author: author}), []string{"supervisor"}},
		{"learn it of somebody who is gone", learns(Entry{State: Withdrawn, Why: ForWords}), []string{"supervisor"}},
		{"learn it of what was brought", learns(Entry{State: Withdrawn, Why: ForWords, Brought: true}), nil},
		{"learn that a first one was taken back", learns(Entry{State: Withdrawn, Why: ForNew, author: author}), nil},
		{"learn that something was taken back", learns(Entry{State: Withdrawn, author: author}), nil},
	}
	for _, tt := range tests {
		may := map[string]bool{}
		for _, who := range tt.may {
			may[who] = true
		}
		for _, who := range everybody {
			if d := tt.do(eyes(who)); d.OK() != may[who] {
				t.Errorf("%s: %s: %v", tt.name, who, d.Err())
			}
		}
	}
}

func versions(e Entry) func(viewer) access.Decision {
	return func(v viewer) access.Decision { return allowed(seesVersions(v, e)) }
}

func learns(e Entry) func(viewer) access.Decision {
	return func(v viewer) access.Decision { return allowed(learnsTaken(v, e)) }
}

func allowed(yes bool) access.Decision {
	if yes {
		return access.Allow()
	}
	return access.Hide()
}

func TestHowSomethingBegins(t *testing.T) {
	hold := SpaceRules{HoldNew: true}
	tests := []struct {
		name             string
		phrase, new_     bool
		rules            SpaceRules
		keep             bool
		state            State
		why              Why
		afterEditOfOpen  State
		afterEditOfFirst Why
		alone            bool
	}{
		{"plain", false, true, SpaceRules{}, false, Open, "", Open, ForNew, false},
		{"a phrase", true, false, SpaceRules{}, false, Held, ForWords, Held, ForWords, false},
		{"a phrase of a keeper", true, false, hold, true, Held, ForWords, Held, ForWords, false},
		{"the first", false, true, hold, false, Held, ForNew, Open, ForNew, false},
		{"the second", false, false, hold, false, Open, "", Open, ForNew, false},
		{"the first of a keeper", false, true, hold, true, Open, "", Open, ForNew, false},
		{"a phrase in the first", true, true, hold, false, Held, ForWords, Held, ForWords, false},
		{"nobody is here", false, false, SpaceRules{}, false, Held, ForNew, Open, ForNew, true},
		{"nobody is here, of a keeper", false, true, SpaceRules{}, true, Open, "", Open, ForNew, true},
		{"nobody is here, and a phrase", true, false, SpaceRules{}, false, Held, ForWords, Held, ForWords, true},
	}
	for _, tt := range tests {
		if s, w := stateFor(tt.phrase, tt.new_, tt.alone, tt.rules, tt.keep); s != tt.state || w != tt.why {
			t.Errorf("%s: %s %s", tt.name, s, w)
		}
		if s, _ := stateAfterEdit(Entry{State: Open}, tt.phrase); s != tt.afterEditOfOpen {
			t.Errorf("%s, changed while open: %s", tt.name, s)
		}
		if _, w := stateAfterEdit(Entry{State: Held, Why: ForNew}, tt.phrase); w != tt.afterEditOfFirst {
			t.Errorf("%s, changed while held: %s", tt.name, w)
		}
	}
}

func TestThePace(t *testing.T) {
	at := moment.At(time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC))
	tests := []struct {
		slow time.Duration
		last moment.Time
		want time.Duration
	}{
		{0, at, 0}, {time.Hour, 0, 0}, {time.Hour, at, time.Hour}, {time.Hour, at.Add(-20 * time.Minute), 40 * time.Minute}, {time.Hour, at.Add(-time.Hour), 0},
	}
	for _, tt := range tests {
		if got := waitFor(tt.slow, tt.last, at); got != tt.want {
			t.Errorf("%v after %v: %v", tt.slow, tt.last, got)
		}
	}
}

func TestWhereAPageGoesOn(t *testing.T) {
	id := moment.NewID()
	if p, ok := parsePlace(place{12345, id}.String()); !ok || p.at != 12345 || p.id != id {
		t.Errorf("%v %v", p, ok)
	}
	for _, wrong := range []string{"", "-", "zz", "1-x", "-1-" + string(id), "0-" + string(id), "99999999999999999999-" + string(id), "1-" + string(id) + "'"} {
		if _, ok := parsePlace(wrong); ok {
			t.Errorf("%q is a place", wrong)
		}
	}
}
