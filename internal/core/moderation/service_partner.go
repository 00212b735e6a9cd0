package moderation

import (
	"context"
	"strings"

	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func mailPlace(id moment.ID) string { return "moderation_partner.mail|" + string(id) }

// Partner gives who outside decides appeals, with the address that is written to; without
// an id when nobody is named.
func (s *Service) Partner(ctx context.Context, a access.Actor) (p Partner, address string, err error) {
	if err := permOut.Check(a); err != nil {
		return p, "", err
	}
	r := s.DB.Reader()
	if p, err = partnerNow(ctx, r); err != nil || p.ID == "" {
		return p, "", err
	}
	address, err = s.openMail(ctx, r, p)
	return p, address, err
}

func (s *Service) openMail(ctx context.Context, r db.Reader, p Partner) (string, error) {
	box, err := s.Vault.Box(ctx, r, p.scope)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(p.mail, mailPlace(p.ID))
	return string(plain), err
}

// HasMail tells whether somebody outside can be written to.
func (s *Service) HasMail() bool { return s.Mail != nil }

// NamePartner says who outside decides appeals that nobody here could, in place of whoever
// was named before, and asks them whether they will. Nobody who decides here is outside.
func (s *Service) NamePartner(ctx context.Context, a access.Actor, d PartnerDraft) error {
	if err := permOut.Check(a); err != nil {
		return err
	}
	if s.Mail == nil {
		return fault.New(fault.Conflict, "moderation.error.no_mail")
	}
	if err := d.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := s.outside(ctx, tx, d.Mail); err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := s.dropPartner(ctx, tx, now); err != nil {
			return err
		}
		p := Partner{ID: moment.NewID(), Name: d.Name, Lang: d.Lang, At: now, scope: moment.NewID()}
		box, err := s.Vault.NewScope(ctx, tx, p.scope, now)
		if err != nil {
			return err
		}
		p.mail = box.Seal([]byte(d.Mail), mailPlace(p.ID))
		if err := insertPartner(ctx, tx, p, a.Person); err != nil {
			return fault.Op("partner", err)
		}
		if err := s.askPartner(ctx, tx, p, "", now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.name_partner", Kind: "partner", Object: p.ID})
	})
}

// outside refuses the address of somebody who decides or administers here.
func (s *Service) outside(ctx context.Context, r db.Reader, address string) error {
	here, err := s.whoDecide(ctx, r)
	if err != nil {
		return err
	}
	run, err := s.People.WithRole(ctx, r, access.Administrator)
	if err != nil {
		return err
	}
	for _, id := range append(here, run...) {
		own, err := s.People.VerifiedEmail(ctx, r, id)
		if err != nil {
			return err
		}
		if own != "" && strings.EqualFold(own, address) {
			var p fault.Problems
			p.Add("mail", "moderation.error.partner_here")
			return p.Err()
		}
	}
	return nil
}

// DropPartner names nobody any more. What waits with them waits for somebody else.
func (s *Service) DropPartner(ctx context.Context, a access.Actor) error {
	if err := permOut.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := s.dropPartner(ctx, tx, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.drop_partner", Kind: "partner"})
	})
}

// dropPartner ends whoever is named; their links open nothing, and their address goes.
func (s *Service) dropPartner(ctx context.Context, tx db.Writer, now moment.Time) error {
	p, err := partnerNow(ctx, tx)
	if err != nil || p.ID == "" {
		return err
	}
	if _, err := endPartner(ctx, tx, p.ID, now); err != nil {
		return fault.Op("partner", err)
	}
	return s.Vault.Destroy(ctx, tx, p.scope)
}

// AppealsReady tells whether an appeal finds somebody who did not act, whoever acts here.
func (s *Service) AppealsReady(ctx context.Context, r db.Reader) (safety.Condition, error) {
	c := safety.Condition{Key: "appeals", State: "ok", DoHref: "/moderation/partner"}
	here, err := s.whoDecide(ctx, r)
	if err != nil {
		return c, err
	}
	p, err := partnerNow(ctx, r)
	switch {
	case err != nil:
		return c, err
	case len(here) > 1 || p.Ready():
	case p.ID != "":
		c.State, c.Args = "unanswered", []any{"name", p.Name}
	default:
		c.State = "missing"
	}
	c.OK = c.State == "ok"
	return c, nil
}
