package moderation

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Route says who decides an appeal, as its person reads it before they ask. It never
// depends on who reported: that would tell.
type Route string

// The routes.
const (
	Inside  Route = "inside"  // a supervisor or coordinator who did not act
	Either  Route = "either"  // the only other one here, or the partner
	Single  Route = "single"  // the only other one here; there is no partner
	Outside Route = "outside" // the partner
	Nobody  Route = "nobody"  // there is nobody yet
)

// Times and limits of appeals. Ours.
const (
	// askAgain is how long an appeal waits before those who could decide are told again, and
	// the partner is asked, where the person was told so.
	askAgain = 7 * 24 * time.Hour
	// linkLasts is how long a link to the partner can be opened, lookLasts how long what it
	// opened can be read.
	linkLasts = 14 * 24 * time.Hour
	lookLasts = 24 * time.Hour
	// mostLinks is how many mails one appeal makes: a partner who never answers is not one.
	mostLinks = 8

	minPartner = 2
	maxPartner = 80
)

var (
	// opening bounds how often one network tries links, resending how often somebody asks
	// for a new one.
	opening   = access.Rate{Name: "moderation.open_link", Most: 20, Per: 10 * time.Minute}
	resending = access.Rate{Name: "moderation.resend", Most: 3, Per: 24 * time.Hour}
)

// routeOf tells who decides: others is how many here could who did not act, whoever
// reported counted in; partner is whether somebody outside has agreed to.
func routeOf(others int, partner bool) Route {
	switch {
	case others > 1:
		return Inside
	case others == 1 && partner:
		return Either
	case others == 1:
		return Single
	case partner:
		return Outside
	}
	return Nobody
}

// goesOut tells whether an appeal may be read by a partner: its person was told so.
func (r Route) goesOut() bool { return r != Inside }

// Partner is somebody outside who decides appeals.
type Partner struct {
	ID       moment.ID
	Name     string
	Lang     string // of the mail
	At       moment.Time
	AgreedAt moment.Time
	scope    moment.ID
	mail     []byte
}

// Ready tells whether they have said that they will.
func (p Partner) Ready() bool { return p.ID != "" && !p.AgreedAt.IsZero() }

// PartnerDraft is whom somebody names.
type PartnerDraft struct{ Name, Mail, Lang string }

// Validate cleans and checks.
func (d *PartnerDraft) Validate() error {
	var p fault.Problems
	d.Name = strings.Join(strings.Fields(d.Name), " ")
	switch n := utf8.RuneCountInString(d.Name); {
	case n < minPartner || n > maxPartner:
		p.AddWith("name", "moderation.error.partner_name", map[string]any{"least": minPartner, "most": maxPartner})
	case strings.ContainsFunc(d.Name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }):
		p.Add("name", "moderation.error.signs")
	}
	d.Mail = strings.TrimSpace(d.Mail)
	if at, err := mail.ParseAddress(d.Mail); err != nil || at.Address != d.Mail || len(d.Mail) > 254 {
		p.Add("mail", "moderation.error.partner_mail")
	}
	if !slices.Contains(safety.Languages(), d.Lang) {
		p.Add("lang", "moderation.error.partner_lang")
	}
	return p.Err()
}

// Key is the secret part of an address that the partner was given. It is kept as a hash.
type Key string

func newKey() Key {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: it ends the program instead (crypto/rand)
	return Key(base64.RawURLEncoding.EncodeToString(b))
}

func (k Key) hash() string {
	sum := sha256.Sum256([]byte(k))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// link is what was sent to a partner.
type link struct {
	ID         moment.ID
	Partner    moment.ID
	Action     moment.ID // empty: whether they will
	EndsAt     moment.Time
	OpenedAt   moment.Time
	LookEndsAt moment.Time
	At         moment.Time
}

// opens tells whether a link can be opened now: once, in its time.
func (l link) opens(now moment.Time) bool { return l.OpenedAt.IsZero() && now < l.EndsAt }

// actor is the partner in the audit, under the link that they came by.
func (l link) actor() access.Actor {
	return access.Actor{Person: l.Partner, Session: l.ID, Way: access.ByLink}
}

// Brief is what a partner reads to decide: no name but the pseudonym, and not even that
// where something was written without one; nothing of who reported.
type Brief struct {
	Partner Partner
	Asks    bool // it asks whether they will; the rest is empty
	Action  Action
	Name    string // the pseudonym; "" without a name, or when they have left
	Unnamed bool
	Kind    string // what was reported
	Why     string // one of Reasons
	Excerpt string
	House   House // the agreement that held then
	Decided bool
}
