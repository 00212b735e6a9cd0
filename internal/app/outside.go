package app

import (
	"context"
	"net/url"
	"strings"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/kit/db"
	"cairn/internal/kit/post"
)

// mailSender fits the transport to what people asks for.
type mailSender struct{ notify.Mailer }

// Send hands one message over.
func (m mailSender) Send(ctx context.Context, x people.Mail) error {
	return m.Mailer.Send(ctx, post.Mail{To: x.To, Subject: x.Subject, Body: x.Body, MessageID: x.MessageID})
}

// mailPost is nil where there is no mail: that is a setting, not a failure.
func mailPost(m notify.Mailer) people.Mailer {
	if m == nil {
		return nil
	}
	return mailSender{m}
}

// mailer makes the transport for mail; nil where none is set.
func (a *App) mailer(o Options) (notify.Mailer, error) {
	if o.Mail != nil || a.Settings.SMTP == "" {
		return o.Mail, nil
	}
	password, err := secret(a.Settings.SMTPPass)
	if err != nil {
		return nil, err
	}
	return post.NewSMTP(a.Settings.SMTP, password, a.Settings.MailFrom)
}

// notify makes the slice that tells people things, with its ways outside.
func (a *App) notify(mail notify.Mailer, o Options) *notify.Service {
	allowed := post.NewGuard(a.Settings.WebhookAllow...)
	d := notify.Deps{
		DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Log: a.Log, People: a.People, Mail: mail, Push: o.Push, Hook: o.Hook,
		PushGuard: o.PushGuard, HookGuard: allowed, BaseURL: a.Settings.Public(),
		Name: func(ctx context.Context) string { return a.Admin.Name(ctx) },
		Zone: func(ctx context.Context, r db.Reader) *time.Location {
			plan, err := a.Shifts.Plan(ctx, r)
			if err != nil {
				return time.UTC
			}
			return plan.Zone
		},
	}
	if d.Push == nil {
		d.Push = post.NewPush(a.Settings.contact(), d.PushGuard)
	}
	if d.Hook == nil {
		d.Hook = post.NewHook(d.HookGuard)
	}
	return notify.New(d)
}

// contact is how a push service can reach whoever runs this one (RFC 8292 section
// 2.1). It says no more than every message's sender does.
func (s Settings) contact() string {
	public := s.Public()
	if strings.HasPrefix(public, "https:") {
		return public
	}
	u, err := url.Parse(public)
	if err != nil || u.Hostname() == "" {
		return "postmaster@localhost"
	}
	return "postmaster@" + u.Hostname()
}
