// Package access says who may do what, and records that they did.
//
// A route names the Permission it needs; a service decides about the loaded
// object with a pure policy that returns a Decision. What one may not see is
// "not found", so that nobody learns that a thing exists by asking for it.
package access

import (
	"sort"
	"strings"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Role is what somebody is here. A person may hold several.
type Role uint16

// The roles of product.md. Visitor is everybody, signed in or not.
const (
	Visitor Role = 1 << iota
	Guest
	Member
	Peer
	Facilitator
	Supervisor
	Coordinator
	Clinician
	Administrator
)

// AllRoles lists the roles in their settled order.
func AllRoles() []Role {
	return []Role{Visitor, Guest, Member, Peer, Facilitator, Supervisor, Coordinator, Clinician, Administrator}
}

// GivenRoles lists the roles an administrator can give and take away.
func GivenRoles() []Role {
	return []Role{Peer, Facilitator, Supervisor, Coordinator, Clinician, Administrator}
}

var roleNames = map[Role]string{
	Visitor: "visitor", Guest: "guest", Member: "member", Peer: "peer", Facilitator: "facilitator",
	Supervisor: "supervisor", Coordinator: "coordinator", Clinician: "clinician", Administrator: "administrator",
}

// String gives the role's stable name.
func (r Role) String() string { return roleNames[r] }

// ParseRole reads a role's stable name.
func ParseRole(s string) (Role, bool) {
	for r, n := range roleNames {
		if n == s {
			return r, true
		}
	}
	return 0, false
}

// Roles is a set of roles.
type Roles uint16

// Set makes a set.
func Set(rs ...Role) Roles {
	var s Roles
	for _, r := range rs {
		s |= Roles(r)
	}
	return s
}

// Has tells whether the set holds the role.
func (s Roles) Has(r Role) bool { return s&Roles(r) != 0 }

// Any tells whether the sets meet.
func (s Roles) Any(o Roles) bool { return s&o != 0 }

// List gives the roles of the set in settled order.
func (s Roles) List() []Role {
	var out []Role
	for _, r := range AllRoles() {
		if s.Has(r) {
			out = append(out, r)
		}
	}
	return out
}

// String names the roles of the set, sorted by their settled order.
func (s Roles) String() string {
	names := make([]string, 0, 4)
	for _, r := range s.List() {
		names = append(names, r.String())
	}
	return strings.Join(names, ",")
}

// Way is how an actor came in.
type Way string

// The ways in. A token acts for its person but cannot manage the account.
const (
	ByNobody  Way = ""
	ByBrowser Way = "browser"
	ByToken   Way = "token"
	BySystem  Way = "system"
	// ByLink is somebody without an account who was sent a link; their id is no person's.
	ByLink Way = "link"
)

// Actor is who is asking. The zero Actor is a visitor.
type Actor struct {
	Person  moment.ID
	Session moment.ID // of the browser session or the token; keys "one row per opening"
	Roles   Roles
	Way     Way
	Name    string // pseudonym, for pages only; never logged
	// Shared says that the device is treated as shared: nothing is kept on it.
	Shared bool
}

// System is the actor of timers and reactions.
func System() Actor { return Actor{Way: BySystem} }

// Known tells whether somebody (a guest too) stands behind the actor.
func (a Actor) Known() bool { return a.Person != "" }

// Has tells whether the actor holds the role. Everybody is a visitor.
func (a Actor) Has(r Role) bool { return r == Visitor || a.Roles.Has(r) }

// Works tells whether the actor has work here beside being helped.
func (a Actor) Works() bool {
	return a.Roles.Any(Set(Peer, Facilitator, Supervisor, Coordinator, Administrator))
}

// Permission is a thing that roles may do, with the sentence that says so.
type Permission struct {
	Name     string // "support.ask"
	Sentence string // "Anybody may ask for support."
	Roles    Roles
	// NoToken keeps API tokens out, whatever their person's roles.
	NoToken bool
}

// Permit declares a permission.
func Permit(name, sentence string, roles ...Role) Permission {
	return Permission{Name: name, Sentence: sentence, Roles: Set(roles...)}
}

// Everybody is the permission of public pages.
func Everybody() Permission { return Permit("everybody", "Everybody may see this.", Visitor) }

// SignedIn is the permission of what any member may do with what is theirs.
func SignedIn() Permission {
	return Permit("signed-in", "Whoever has an account may do this with what is theirs.", Member)
}

// SomeoneKnown is the permission of what guests and members may do with what is theirs.
func SomeoneKnown() Permission {
	return Permit("known", "A guest or a member may do this with what is theirs.", Guest, Member)
}

// Check decides by role alone. A visitor is asked to sign in; somebody
// signed in without the role finds nothing.
func (p Permission) Check(a Actor) error {
	if p.Roles.Has(Visitor) || a.Roles.Any(p.Roles) {
		if p.NoToken && a.Way == ByToken {
			return fault.Hidden()
		}
		return nil
	}
	if !a.Known() {
		return fault.New(fault.SignIn, "web.error.signin")
	}
	return fault.Hidden()
}

// Decision is the answer of a policy about a loaded object.
type Decision struct {
	refusal *fault.Fault
}

// Allow says yes.
func Allow() Decision { return Decision{} }

// Hide says no, and that there is nothing here.
func Hide() Decision { return Decision{refusal: fault.Hidden()} }

// Refuse says no with a sentence; only for those who may see the object.
func Refuse(key string) Decision { return Decision{refusal: fault.New(fault.Forbidden, key)} }

// Wrong says that the object's state does not allow it.
func Wrong(key string) Decision { return Decision{refusal: fault.New(fault.Conflict, key)} }

// OK tells whether the decision allows.
func (d Decision) OK() bool { return d.refusal == nil }

// Err is nil or the refusal as a fault.
func (d Decision) Err() error {
	if d.refusal == nil {
		return nil
	}
	return d.refusal
}

// SortedPermissions orders permissions by name, for listings.
func SortedPermissions(ps []Permission) []Permission {
	out := append([]Permission(nil), ps...)
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}
