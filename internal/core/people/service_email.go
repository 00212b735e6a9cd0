package people

import (
	"context"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Purposes of a link, and how long it works after it was sent.
const (
	toVerify  = "verify"
	toSignIn  = "sign_in"
	linkLasts = 20 * time.Minute
)

// HasMail tells whether mail is configured.
func (s *Service) HasMail() bool { return s.Mail != nil }

// plainEmail is an address as it is compared.
func plainEmail(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

func (s *Service) emailHash(address string) string {
	return s.Vault.Hash("people.email", plainEmail(address))
}

func emailPlace(who moment.ID) string { return "people_email.sealed|" + string(who) }

// SetEmail keeps an address for the actor and sends a link to it. Until the link
// was followed the address is used for nothing.
func (s *Service) SetEmail(ctx context.Context, a access.Actor, address string) error {
	if s.Mail == nil {
		return fault.New(fault.Conflict, "people.error.no_mail")
	}
	parsed, err := mail.ParseAddress(strings.TrimSpace(address))
	if err != nil || len(address) > 254 || parsed.Address != strings.TrimSpace(address) {
		var p fault.Problems
		p.Add("email", "people.error.email")
		return p.Err()
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := mailsAtMost.Spend(ctx, tx, a.Person, now); err != nil {
			if fault.Is(err, fault.TooFast) {
				return fault.New(fault.TooFast, "people.error.wait").With(map[string]any{"seconds": int64(3600), "n": int64(60)})
			}
			return err
		}
		box, err := s.personBox(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if err := deleteEmail(ctx, tx, a.Person); err != nil {
			return err
		}
		e := email{Person: a.Person, Hash: s.emailHash(address), Sealed: box.Seal([]byte(parsed.Address), emailPlace(a.Person))}
		if err := storeEmail(ctx, tx, e); err != nil {
			return err
		}
		if err := s.sendLink(ctx, tx, a.Person, toVerify, e.Hash); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.set_email", a.Person)
	})
}

// sendLink plans the mail. Its token is minted by the job that sends it.
func (s *Service) sendLink(ctx context.Context, tx db.Writer, who moment.ID, purpose, hash string) error {
	now := s.Clock.Now()
	l := link{ID: moment.NewID(), Person: who, Purpose: purpose, EmailHash: hash, EndsAt: now.Add(linkLasts)}
	if err := insertLink(ctx, tx, l); err != nil {
		return err
	}
	return s.Bus.At(ctx, tx, jobMail, string(l.ID), now, aboutLink{l.ID})
}

// Email gives the actor's address and whether it is verified; "" when there is none.
func (s *Service) Email(ctx context.Context, a access.Actor) (address string, verified bool, err error) {
	e, found, err := emailOf(ctx, s.DB.Reader(), a.Person)
	if err != nil || !found {
		return "", false, err
	}
	address, err = s.openEmail(ctx, s.DB.Reader(), e)
	return address, !e.VerifiedAt.IsZero(), err
}

func (s *Service) openEmail(ctx context.Context, r db.Reader, e email) (string, error) {
	box, err := s.Vault.Box(ctx, r, e.Person)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(e.Sealed, emailPlace(e.Person))
	return string(plain), err
}

// RemoveEmail forgets the address.
func (s *Service) RemoveEmail(ctx context.Context, a access.Actor, sure bool) error {
	return s.removeWay(ctx, a, "people.remove_email", sure, func(tx db.Writer) error { return deleteEmail(ctx, tx, a.Person) })
}

// AskForLink sends a sign-in link to whoever has verified this address. The
// answer is the same for an address that nobody has.
func (s *Service) AskForLink(ctx context.Context, from Door, address string) error {
	if s.Mail == nil {
		return fault.New(fault.Conflict, "people.error.no_mail")
	}
	if err := s.spend(ctx, mailsHere, from.Address); err != nil {
		return err
	}
	if err := s.spend(ctx, mailsToOne, plainEmail(address)); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		hash := s.emailHash(address)
		who, found, err := ownerOfEmail(ctx, tx, hash)
		if err != nil || !found {
			return err
		}
		return s.sendLink(ctx, tx, who, toSignIn, hash)
	})
}

// notThisLink is the one answer to a link that does not work (any more).
func notThisLink() error { return fault.New(fault.Invalid, "people.error.link") }

// SignInByLink lets the link's person in, once.
func (s *Service) SignInByLink(ctx context.Context, from Door, token string) (Entered, error) {
	var out Entered
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		l, found, err := takeLink(ctx, tx, secretHash(token), toSignIn, s.Clock.Now())
		if err != nil {
			return err
		}
		e, has, err := emailOf(ctx, tx, l.Person)
		if err != nil {
			return err
		}
		// The address may have been changed since the link was sent.
		if !found || !has || e.Hash != l.EmailHash || e.VerifiedAt.IsZero() {
			return notThisLink()
		}
		out, err = s.enter(ctx, tx, from, l.Person, "people.link_in")
		return err
	})
	return out, err
}

// VerifyEmail follows the link that was sent to a new address.
func (s *Service) VerifyEmail(ctx context.Context, token string) error {
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		l, found, err := takeLink(ctx, tx, secretHash(token), toVerify, now)
		if err != nil {
			return err
		}
		e, has, err := emailOf(ctx, tx, l.Person)
		if err != nil {
			return err
		}
		if !found || !has || e.Hash != l.EmailHash {
			return notThisLink()
		}
		if other, owned, err := ownerOfEmail(ctx, tx, e.Hash); err != nil {
			return err
		} else if owned && other != l.Person {
			return fault.New(fault.Conflict, "people.error.email_taken")
		}
		e.VerifiedAt = now
		if err := storeEmail(ctx, tx, e); err != nil {
			return err
		}
		a := access.Actor{Person: l.Person, Roles: access.Set(access.Member), Way: access.ByBrowser}
		return s.record(ctx, tx, a, "people.verify_email", l.Person)
	})
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "people.error.email_taken")
	}
	return err
}

type aboutLink struct {
	Link moment.ID `json:"link"`
}

// mailJob mints the token and sends the mail. When sending fails the job runs
// again with a new token, and the one before is worth nothing.
func (s *Service) mailJob(ctx context.Context, j bus.Job) error {
	var about aboutLink
	if err := j.Read(&about); err != nil {
		return err
	}
	if s.Mail == nil {
		return nil // mail was switched off meanwhile
	}
	var m Mail
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		m = Mail{}
		l, found, err := linkByID(ctx, tx, about.Link)
		if err != nil || !found {
			return err
		}
		e, has, err := emailOf(ctx, tx, l.Person)
		if err != nil || !has || e.Hash != l.EmailHash {
			return err
		}
		p, found, err := personByID(ctx, tx, l.Person)
		if err != nil || !found {
			return err
		}
		to, err := s.openEmail(ctx, tx, e)
		if err != nil {
			return err
		}
		token := newSecret()
		m = s.linkMail(web.WithLook(ctx, web.Prefs{Lang: p.Lang}), l, to, token)
		return armLink(ctx, tx, l.ID, secretHash(token), s.Clock.Now().Add(linkLasts))
	})
	if err != nil || m.To == "" {
		return err
	}
	return s.Mail.Send(ctx, m)
}

// linkMail says nothing about what the service is: an inbox is read over shoulders.
func (s *Service) linkMail(ctx context.Context, l link, to, token string) Mail {
	path, subject, body := "/sign-in/link?k=", "people.mail.signin_subject", "people.mail.signin_body"
	if l.Purpose == toVerify {
		path, subject, body = "/confirm?k=", "people.mail.verify_subject", "people.mail.verify_body"
	}
	host := "localhost"
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return Mail{To: to, Subject: web.T(ctx, subject), MessageID: string(l.ID) + "@" + host,
		Body: web.T(ctx, body, "link", s.BaseURL+path+token, "n", int(linkLasts/time.Minute))}
}
