package safety

import (
	"context"

	"cairn/internal/core/directory"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"
)

// Deps is what safety stands on. Demo opens without policy, checked lines and
// test page: nothing in it is real.
type Deps struct {
	DB        *db.DB
	Vault     *vault.Vault
	Bus       *bus.Bus
	Clock     moment.Clock
	Ledger    *access.Ledger
	People    People
	Directory *directory.Service
	Shifts    *shifts.Service
	Tell      Teller
	Demo      bool
}

// Service holds the verbs of safety.
type Service struct {
	Deps
	around Context
}

// New makes the service and registers its timers.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	s.register()
	return s
}

// Version is one published version.
type Version struct {
	Number      int
	PublishedAt moment.Time
}

// PolicyVersion is the newest version; 0 when none was published.
func (s *Service) PolicyVersion(ctx context.Context, r db.Reader) (int, error) {
	return newestVersion(ctx, r)
}

// Versions lists all versions, newest first.
func (s *Service) Versions(ctx context.Context, r db.Reader) ([]Version, error) {
	return versionsAll(ctx, r)
}

// Policy gives the newest version in a language; false when none was published.
func (s *Service) Policy(ctx context.Context, r db.Reader, lang string) (Policy, bool, error) {
	n, err := newestVersion(ctx, r)
	if err != nil || n == 0 {
		return Policy{}, false, err
	}
	return s.PolicyAt(ctx, r, n, lang)
}

// PolicyAt gives one version in a language, in English where it has no such text.
func (s *Service) PolicyAt(ctx context.Context, r db.Reader, version int, lang string) (Policy, bool, error) {
	p, found, err := policyText(ctx, r, version, lang)
	if err != nil || found || lang == "en" {
		return p, found, err
	}
	return policyText(ctx, r, version, "en")
}

// Draft is the standard text of this release in a language, before anything the
// operator adds.
func (s *Service) Draft(lang string) Policy {
	ctx := web.WithLook(context.Background(), web.Prefs{Lang: lang})
	p := Policy{Lang: lang}
	for _, key := range standardSections(s.Demo) {
		section := Section{Key: key, Heading: web.T(ctx, "safety.policy."+key+".heading"), Body: web.T(ctx, "safety.policy."+key+".body")}
		if shortSections[key] {
			section.Short = web.T(ctx, "safety.short."+key)
		}
		p.Sections = append(p.Sections, section)
	}
	return p
}

// standardSections are the parts of the standard text, in their order.
func standardSections(demo bool) []string {
	list := []string{"who", "limits", "worry", "cannot", "law", "keeping", "keys", "age"}
	if demo {
		return append([]string{"demo"}, list...)
	}
	return list
}

// shortSections are the parts that have a line on the pages for asking and waiting.
var shortSections = map[string]bool{"who": true, "limits": true, "worry": true, "cannot": true, "keeping": true}

// withOwn adds the operator's part, in the reader's language or else in the
// first one it was written in.
func withOwn(p Policy, own map[string]string) Policy {
	ctx := web.WithLook(context.Background(), web.Prefs{Lang: p.Lang})
	text, lang := own[p.Lang], ""
	for _, l := range Languages() {
		if text == "" && own[l] != "" {
			text, lang = own[l], l
		}
	}
	if text != "" {
		p.Sections = append(p.Sections, Section{Key: OwnSection, Heading: web.T(ctx, "safety.own.heading"), Body: text, Lang: lang})
	}
	return p
}

// Preview is what Publish would publish in a language.
func (s *Service) Preview(lang string, additions map[string]string) (Policy, error) {
	own, err := tidyAdditions(additions)
	if err != nil {
		return Policy{}, err
	}
	return withOwn(s.Draft(lang), own), nil
}

// Publish makes a new version out of the standard text and the operator's own
// additions by language, and gives its number.
func (s *Service) Publish(ctx context.Context, a access.Actor, additions map[string]string) (int, error) {
	if err := permPublish.Check(a); err != nil {
		return 0, err
	}
	own, err := tidyAdditions(additions)
	if err != nil {
		return 0, err
	}
	version := 0
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		last, err := newestVersion(ctx, tx)
		if err != nil {
			return err
		}
		version = last + 1
		now := s.Clock.Now()
		if err := insertVersion(ctx, tx, version, a.Person, now); err != nil {
			return fault.Op("policy publish", err)
		}
		for _, lang := range Languages() {
			if err := insertText(ctx, tx, version, lang, withOwn(s.Draft(lang), own).Sections); err != nil {
				return fault.Op("policy publish", err)
			}
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "safety.publish", Kind: "policy"})
	})
	return version, err
}

// Additions are the operator's own parts of the newest version, by language.
func (s *Service) Additions(ctx context.Context, r db.Reader) (map[string]string, error) {
	out := map[string]string{}
	for _, lang := range Languages() {
		p, found, err := s.Policy(ctx, r, lang)
		if err != nil {
			return nil, err
		}
		for _, section := range p.Sections {
			if found && p.Lang == lang && section.Key == OwnSection && section.Lang == "" {
				out[lang] = section.Body
			}
		}
	}
	return out, nil
}

// Outdated tells that the standard text has changed since the newest version.
func (s *Service) Outdated(ctx context.Context, r db.Reader) (bool, error) {
	for _, lang := range Languages() {
		p, found, err := s.Policy(ctx, r, lang)
		if err != nil || !found {
			return false, err
		}
		for _, c := range Changes(withoutOwn(p), s.Draft(lang)) {
			if c.Heading != "" {
				return true, nil
			}
		}
	}
	return false, nil
}

func withoutOwn(p Policy) Policy {
	var kept []Section
	for _, s := range p.Sections {
		if s.Key != OwnSection {
			kept = append(kept, s)
		}
	}
	p.Sections = kept
	return p
}

// Seen notes in the caller's transaction that a person was shown a version. It
// never goes back to an older one, and takes no version that does not exist.
func (s *Service) Seen(ctx context.Context, tx db.Writer, person moment.ID, version int) error {
	newest, err := newestVersion(ctx, tx)
	if err != nil || version < 1 || person == "" {
		return err
	}
	return fault.Op("policy seen", setSeen(ctx, tx, person, min(version, newest), s.Clock.Now()))
}

// SeenVersion is the newest version a person was shown; 0 for none.
func (s *Service) SeenVersion(ctx context.Context, r db.Reader, person moment.ID) (int, error) {
	if person == "" {
		return 0, nil
	}
	version, _, err := seenBy(ctx, r, person)
	return version, err
}

// MarkSeen is Seen in a transaction of its own: somebody opened the policy's page.
func (s *Service) MarkSeen(ctx context.Context, person moment.ID, version int) error {
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.Seen(ctx, tx, person, version) })
}
