package people

import (
	"strings"
	"testing"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
)

func TestPolicy(t *testing.T) {
	as := func(roles ...access.Role) access.Actor {
		return access.Actor{Person: "me", Roles: access.Set(roles...)}
	}
	admin, member, guest := as(access.Member, access.Administrator), as(access.Member, access.Peer, access.Supervisor), as(access.Guest)
	for name, c := range map[string]struct {
		got  access.Decision
		want string // key of the refusal; "" allows, "-" is as if it were not there
	}{
		"a visitor joins":                         {canJoin(access.Actor{}), ""},
		"a guest joins":                           {canJoin(guest), ""},
		"a member does not join again":            {canJoin(member), "people.error.already_member"},
		"an administrator gives a role":           {canGive(admin, KindMember, access.Peer), ""},
		"nobody else gives roles":                 {canGive(member, KindMember, access.Peer), "-"},
		"a guest is given none":                   {canGive(admin, KindGuest, access.Peer), "people.error.only_members"},
		"somebody gone is given none":             {canGive(admin, KindGone, access.Peer), "people.error.only_members"},
		"being a member is not given":             {canGive(admin, KindMember, access.Member), "-"},
		"an administrator takes a role":           {canTake(admin, access.Peer, 1), ""},
		"nobody else takes roles":                 {canTake(member, access.Peer, 2), "-"},
		"one of two administrators":               {canTake(admin, access.Administrator, 2), ""},
		"the last administrator":                  {canTake(admin, access.Administrator, 1), "people.error.last_administrator"},
		"being a member is not taken":             {canTake(admin, access.Member, 2), "-"},
		"a member deletes the account":            {canErase(member.Roles, 1), ""},
		"one of two administrators deletes":       {canErase(admin.Roles, 2), ""},
		"the last administrator does not":         {canErase(admin.Roles, 1), "people.error.last_administrator"},
		"a way in goes when there is another":     {canRemoveWay(Ways{Codes: 1}, false), ""},
		"the last way goes when they are sure":    {canRemoveWay(Ways{}, true), ""},
		"the last way does not go unwarned":       {canRemoveWay(Ways{}, false), "people.error.last_way"},
		"a coordinator edits the taxonomy":        {canEditTaxonomy(as(access.Coordinator)), ""},
		"an administrator does not":               {canEditTaxonomy(admin), "-"},
		"one lifts a block of one's own":          {canLift(member, "me", Block), ""},
		"not somebody else's":                     {canLift(member, "you", Block), "-"},
		"\"I may know this person\" is permanent": {canLift(member, "me", MayKnow), "people.error.stays"},
	} {
		switch err := c.got.Err(); {
		case c.want == "" && err != nil:
			t.Errorf("%s: refused with %v", name, err)
		case c.want == "-" && !fault.Is(err, fault.NotFound):
			t.Errorf("%s: %v, want nothing there", name, err)
		case c.want != "" && c.want != "-" && (err == nil || fault.As(err).Key != c.want):
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestPasswordRules(t *testing.T) {
	p := newPasswords()
	for password, fine := range map[string]bool{
		"seven grey herons": true, "كلمة طويلة تكفي": true, "♥♥stones&moss": true, "Tr0ub4dor&3x": true,
		"ninechars": false, "aaaaaaaaaaaa": false, "ababababab": false, "1234567890": false, "0987654321": false, "abcdefghijkl": false,
		"Password2026!": false, "qwertyuiop1": false, "i love you so much": false, "BlueHeron2026": false, "blue heron": false,
	} {
		if err := p.check(password, "Blue Heron"); (err == nil) != fine {
			t.Errorf("%q: %v", password, err)
		}
	}
	stored, err := p.hash(t.Context(), "seven grey herons")
	if err != nil {
		t.Fatal(err)
	}
	for password, same := range map[string]bool{"seven grey herons": true, "seven grey herons ": false, "": false} {
		got, err := p.matches(t.Context(), password, stored)
		if err != nil || got != same {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if _, err := p.matches(t.Context(), "x", "$2a$10$other"); err == nil {
		t.Error("a stored form of another kind was read")
	}
	if got, err := p.matches(t.Context(), "seven grey herons", p.decoy); err != nil || got {
		t.Errorf("the decoy lets somebody in: %v, %v", got, err)
	}
}

func TestCodeWordList(t *testing.T) {
	seen := map[string]bool{}
	for w := range strings.FieldsSeq(wordText) {
		if seen[w] || plainWords(w) != w || len(w) < 3 {
			t.Errorf("%q is there twice, or cannot be typed as it stands", w)
		}
		seen[w] = true
	}
	if len(seen) < 1024 {
		t.Errorf("%d words; four of fewer than 1024 hold less than 40 bits", len(seen))
	}
	if code := newRecoveryCode(); plainCode(" "+strings.ToUpper(code)) != strings.ReplaceAll(code, "-", "") {
		t.Errorf("%q is not read as it was written", code)
	}
}
