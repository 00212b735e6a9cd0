package moderation

import (
	"context"
	"net/url"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// askPartner plans a mail with a link about an action, or whether they will. Links about
// the same that were sent before open nothing any more.
func (s *Service) askPartner(ctx context.Context, tx db.Writer, p Partner, action moment.ID, now moment.Time) error {
	if action == "" {
		if err := endAsking(ctx, tx, p.ID, now); err != nil {
			return fault.Op("link", err)
		}
	} else {
		if silent, err := s.silent(ctx, tx, p, action); err != nil || silent {
			return err // the last one is left to them
		}
		if err := endLinks(ctx, tx, action, now); err != nil {
			return fault.Op("link", err)
		}
	}
	l := link{ID: moment.NewID(), Partner: p.ID, Action: action, At: now}
	if err := insertLink(ctx, tx, l); err != nil {
		return fault.Op("link", err)
	}
	return s.Bus.At(ctx, tx, jobWrite, string(l.ID), now, aboutLink{l.ID})
}

// silent tells that a partner was mailed as often about an action as anybody is, without an
// answer. Nothing more is sent then.
func (s *Service) silent(ctx context.Context, r db.Reader, p Partner, action moment.ID) (bool, error) {
	n, err := linksSent(ctx, r, p.ID, action)
	return p.ID != "" && n >= mostLinks, err
}

type aboutLink struct {
	Link moment.ID `json:"link"`
}

// writeJob mints the secret and sends the mail. When sending fails it runs again with a new
// one, and the one before is worth nothing.
func (s *Service) writeJob(ctx context.Context, j bus.Job) error {
	var about aboutLink
	if err := j.Read(&about); err != nil {
		return err
	}
	if s.Mail == nil {
		return nil // mail was switched off meanwhile
	}
	var m people.Mail
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		m = people.Mail{}
		l, found, err := linkByID(ctx, tx, about.Link)
		if err != nil || !found {
			return err
		}
		p, waits, err := s.waits(ctx, tx, l)
		if err != nil || !waits {
			return err
		}
		to, err := s.openMail(ctx, tx, p)
		if err != nil {
			return err
		}
		key, now := newKey(), s.Clock.Now()
		armed, err := armLink(ctx, tx, l.ID, key.hash(), now, now.Add(linkLasts))
		if err == nil && armed {
			m = s.linkMail(web.WithLook(ctx, web.Prefs{Lang: p.Lang}), l, to, key)
		}
		return err
	})
	if err != nil || m.To == "" {
		return err
	}
	return s.Mail.Send(ctx, m)
}

// linkMail says nothing of anybody, nor what it is about: whoever handles mail reads it.
func (s *Service) linkMail(ctx context.Context, l link, to string, key Key) people.Mail {
	host := "localhost"
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return people.Mail{To: to, Subject: web.T(ctx, "moderation.mail.subject"), MessageID: string(l.ID) + "@" + host,
		Body: web.T(ctx, "moderation.mail.body", "link", s.BaseURL+secondPath+"/"+string(key), "n", int(linkLasts.Hours()/24))}
}

// waits tells whether a link is about something that waits still with whoever is named
// now, and gives them.
func (s *Service) waits(ctx context.Context, r db.Reader, l link) (Partner, bool, error) {
	p, err := partnerNow(ctx, r)
	if err != nil || p.ID != l.Partner {
		return p, false, err
	}
	if l.Action == "" {
		return p, !p.Ready(), nil
	}
	x, found, err := actionByID(ctx, r, l.Action)
	return p, found && x.Appeal != nil && x.Appeal.DecidedAt.IsZero(), err
}

// tried counts one try to open a link from a network; what is refused later counts too.
func (s *Service) tried(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	now := s.Clock.Now()
	who := moment.ID(s.Vault.Hash("moderation.link", calendar.DateOf(now.Std()).String()+" "+address))
	return s.DB.Write(ctx, func(tx db.Writer) error { return opening.Spend(ctx, tx, who, now) })
}

// OpenLink opens a link, once, and gives the key to what it is about, for a day. Conflict
// when it was opened, is too old, or nobody waits for an answer any more.
func (s *Service) OpenLink(ctx context.Context, key Key, address string) (look Key, err error) {
	if err := s.tried(ctx, address); err != nil {
		return "", err
	}
	look = newKey()
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		l, waits, err := s.linkOf(ctx, tx, key)
		if err != nil {
			return err
		}
		if !waits {
			return fault.New(fault.Conflict, "moderation.error.link_done")
		}
		opened := l.opens(now)
		if opened {
			if opened, err = openLink(ctx, tx, l.ID, look.hash(), now, now.Add(lookLasts)); err != nil {
				return fault.Op("open", err)
			}
		}
		if !opened {
			return fault.New(fault.Conflict, "moderation.error.link_over")
		}
		return access.Record(ctx, tx, l.actor(), now, access.Entry{Verb: "moderation.open_link", Kind: "link", Object: l.ID})
	})
	return look, err
}

// linkOf finds what was mailed, and whether it waits for an answer.
func (s *Service) linkOf(ctx context.Context, r db.Reader, key Key) (link, bool, error) {
	l, found, err := linkByHash(ctx, r, key.hash())
	if err == nil && (!found || key == "") {
		err = fault.Hidden()
	}
	if err != nil {
		return l, false, err
	}
	_, waits, err := s.waits(ctx, r, l)
	return l, waits, err
}

// Resend mails a new link to the partner, in place of one that does not open any more.
func (s *Service) Resend(ctx context.Context, key Key, address string) error {
	if err := s.tried(ctx, address); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		l, waits, err := s.linkOf(ctx, tx, key)
		if err != nil {
			return err
		}
		if !waits {
			return fault.New(fault.Conflict, "moderation.error.link_done")
		}
		if err := resending.Spend(ctx, tx, l.Partner, now); err != nil {
			return err
		}
		p, err := partnerNow(ctx, tx)
		if err != nil {
			return err
		}
		if silent, err := s.silent(ctx, tx, p, l.Action); err != nil {
			return err
		} else if l.Action != "" && silent {
			return fault.New(fault.Conflict, "moderation.error.link_most")
		}
		if err := s.askPartner(ctx, tx, p, l.Action, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, l.actor(), now, access.Entry{Verb: "moderation.resend", Kind: "link", Object: l.ID})
	})
}

// looked finds what opening a link gave, in its time.
func (s *Service) looked(ctx context.Context, r db.Reader, look Key) (link, error) {
	l, found, err := linkByLook(ctx, r, look.hash())
	if err == nil && (!found || look == "" || s.Clock.Now() >= l.LookEndsAt) {
		err = fault.Hidden()
	}
	return l, err
}

// Brief gives a partner what they need to decide, and no more. The person it is about sees
// that they read it.
func (s *Service) Brief(ctx context.Context, look Key) (Brief, error) {
	r := s.DB.Reader()
	l, err := s.looked(ctx, r, look)
	if err != nil {
		return Brief{}, err
	}
	p, waits, err := s.waits(ctx, r, l)
	b := Brief{Partner: p, Asks: l.Action == "", Decided: !waits}
	if err != nil || b.Asks || b.Decided {
		return b, err
	}
	report, x, err := s.decided(ctx, r, l.Action)
	if err != nil {
		return b, err
	}
	if err := s.brief(ctx, r, report, x, &b); err != nil {
		return Brief{}, err
	}
	return b, s.Ledger.RecordRead(ctx, l.actor(), s.Clock.Now(), access.Entry{Verb: "moderation.read_appeal", Kind: "appeal", Object: x.ID, Subject: x.About})
}

// brief opens what a decision about an appeal rests on.
func (s *Service) brief(ctx context.Context, r db.Reader, report Report, x sealedAction, b *Brief) error {
	b.Action = Action{What: x.What, Kind: x.Kind, At: x.At, Until: x.Until, Appeal: &Appeal{At: x.Appeal.At}}
	b.Kind, b.Why, b.Unnamed = report.Kind, report.Reason, report.Unnamed()
	var err error
	if b.Action.Reason, err = s.open(x.Scope, x.wrapped, x.reason, place(x.ID, "reason")); err != nil {
		return err
	}
	if b.Action.Appeal.Words, err = s.open(x.Scope, x.wrapped, x.appeal, place(x.ID, "appeal")); err != nil {
		return err
	}
	if _, b.Excerpt, err = s.readReport(ctx, r, report); err != nil {
		return err
	}
	if !b.Unnamed {
		cards, err := s.People.Cards(ctx, r, x.About)
		if err != nil {
			return err
		}
		b.Name = cards[x.About].Name
	}
	b.House, err = s.houseAt(ctx, r, x.At)
	return err
}

// houseAt gives the agreement that held at an instant.
func (s *Service) houseAt(ctx context.Context, r db.Reader, at moment.Time) (House, error) {
	list, err := houses(ctx, r)
	for _, h := range list {
		if h.At <= at {
			return h, err
		}
	}
	return House{}, err
}

// DecideOutside is the partner's decision of an appeal.
func (s *Service) DecideOutside(ctx context.Context, look Key, verdict, answer string) error {
	answer, err := checkAnswer(verdict, answer)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		l, err := s.looked(ctx, tx, look)
		if err != nil {
			return err
		}
		r, x, err := s.decided(ctx, tx, l.Action)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := canDecideOutside(l, x.Action, now).Err(); err != nil {
			return err
		}
		return s.answer(ctx, tx, l.actor(), r, x, verdict == "yes", answer, now)
	})
}

// Agree is a partner's word that they will decide appeals, or will not. What waits for
// somebody is sent to them at once.
func (s *Service) Agree(ctx context.Context, look Key, will bool) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		l, err := s.looked(ctx, tx, look)
		if err != nil {
			return err
		}
		if l.Action != "" {
			return fault.Hidden()
		}
		now := s.Clock.Now()
		if !will {
			if err := s.dropPartner(ctx, tx, now); err != nil {
				return err
			}
			return access.Record(ctx, tx, l.actor(), now, access.Entry{Verb: "moderation.partner_no", Kind: "partner", Object: l.Partner})
		}
		first, err := agree(ctx, tx, l.Partner, now)
		if err == nil && !first {
			return fault.New(fault.Conflict, "moderation.error.link_done")
		}
		if err != nil {
			return fault.Op("agree", err)
		}
		if err := s.askAll(ctx, tx, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, l.actor(), now, access.Entry{Verb: "moderation.partner_yes", Kind: "partner", Object: l.Partner})
	})
}

// askAll asks the partner about every appeal that nobody here can decide.
func (s *Service) askAll(ctx context.Context, tx db.Writer, now moment.Time) error {
	partner, err := partnerNow(ctx, tx)
	if err != nil {
		return err
	}
	list, err := openAppeals(ctx, tx, mostQueued)
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := s.ask(ctx, tx, x, partner, now, ""); err != nil {
			return err
		}
	}
	return nil
}
