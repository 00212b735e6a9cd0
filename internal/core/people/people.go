package people

import (
	"slices"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Kind is how somebody is known here.
type Kind string

// The kinds. Joining upgrades a guest under the same id. A person who deleted
// their account leaves only an id, of kind Gone.
const (
	KindGuest  Kind = "guest"
	KindMember Kind = "member"
	KindGone   Kind = "gone"
)

// Visibility is who may see an item of lived experience.
type Visibility string

// The visibilities. OnlyMatching is never named to anybody, not even as a reason.
const (
	OnlyMatching Visibility = "matching"
	ToMatches    Visibility = "matches"
	ToAll        Visibility = "all"
)

// Card is what a page may show of a person beside their words.
type Card struct {
	ID         moment.ID
	Kind       Kind
	Name       string // pseudonym; for a guest "Guest 412"; empty when gone
	Pronouns   string
	HidesReads bool
}

// Lived is one situation somebody has lived through.
type Lived struct {
	Situation  string // slug in the taxonomy
	Visibility Visibility
}

// Fit is what matching needs to know of a person.
type Fit struct {
	ID        moment.ID
	Rev       int64 // grows with every change of what stands here
	Roles     access.Roles
	Languages []string // BCP 47 tags the person speaks, preferred first
	Lived     []Lived
	NotToday  []string    // situations the person does not want to talk about, now or ever
	Gladly    []string    // situations and identities the person would gladly meet in somebody they walk with
	Free      Hours       // when they could meet; none: they never said
	FreeUntil moment.Time // Free holds until their clock changes next; 0: it never does
}

// Situation is an entry of the taxonomy, in the reader's language.
type Situation struct {
	Slug      string
	Label     string // "a hospital stay"
	Kind      string // "situation" or "identity"
	Sensitive bool   // starts as OnlyMatching
	Retired   bool
}

// Choosable parts a taxonomy into the situations and the identities that can be
// chosen now, by slug.
func Choosable(all []Situation) (situations, identities map[string]bool) {
	situations, identities = map[string]bool{}, map[string]bool{}
	for _, x := range all {
		switch {
		case x.Retired:
		case x.Kind == "identity":
			identities[x.Slug] = true
		default:
			situations[x.Slug] = true
		}
	}
	return situations, identities
}

// Tidy trims a list of choices and takes out what is empty or there twice.
func Tidy(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// ApartKind is why two people must not be matched.
type ApartKind string

// Block hides one from the other; MayKnow is "I may know this person", which is
// never explained to anybody.
const (
	Block   ApartKind = "block"
	MayKnow ApartKind = "may_know"
)

// Arrival is how a guest comes in.
type Arrival struct {
	Lang  string
	Zone  string
	Label string // the kind of device, for the list of sessions
	// Address is of the network, to bound how many come from one; it is only ever
	// kept as a keyed hash, for a day. "" is not counted.
	Address string
}
