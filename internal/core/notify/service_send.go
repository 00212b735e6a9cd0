package notify

import (
	"context"
	"encoding/json"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
	"cairn/internal/kit/web"
)

// sendWithin is how long handing over one message may take. It is well below
// the lease of a job.
const sendWithin = 25 * time.Second

// How long a push service may keep what it cannot deliver. A page that is hours
// old would only frighten.
const (
	keepUrgent = time.Hour
	keepOther  = 24 * time.Hour
)

// fate is what is to happen with a delivery that is due.
type fate struct {
	send  func(ctx context.Context) error // nil: nothing is sent
	later moment.Time                     // when not zero: wait until then
	gone  Device                          // when it has an id: this device is to be forgotten
}

// fateOf decides anew, at the moment of sending, from what is so now.
func (s *Service) fateOf(ctx context.Context, r db.Reader, d Delivery) (fate, error) {
	n, found, err := noticeByID(ctx, r, d.Notice)
	if err != nil || !found || !n.SettledAt.IsZero() {
		return fate{}, err
	}
	who, err := s.People.Reach(ctx, r, d.Person)
	if err != nil || who.Kind == people.KindGone {
		return fate{}, err
	}
	if !d.Urgent {
		if d.State == Quiet && !n.SeenAt.IsZero() {
			return fate{}, nil // they have read it in the meantime
		}
		end, quiet, err := s.quietNow(ctx, r, d.Person, who.Zone, s.Clock.Now())
		if err != nil || quiet && d.Kind != KindTest {
			return fate{later: end}, err
		}
	}
	switch d.Channel {
	case ByMail:
		return s.byMail(ctx, r, d, n, who)
	case ByPush:
		return s.byPush(ctx, r, d, n, who)
	default:
		return s.byHook(ctx, r, d, n)
	}
}

// look is how a person reads: their language and zone.
func look(ctx context.Context, who people.Reach) context.Context {
	return web.WithLook(ctx, web.Prefs{Lang: who.Lang, Zone: who.Zone})
}

func (s *Service) byMail(ctx context.Context, r db.Reader, d Delivery, n Notice, who people.Reach) (fate, error) {
	if s.Mail == nil {
		return fate{}, nil
	}
	to, err := s.People.VerifiedEmail(ctx, r, d.Person)
	if err != nil || to == "" {
		return fate{}, err
	}
	words := look(ctx, who)
	m := post.Mail{To: to, Subject: Line(words, n.Kind), MessageID: string(d.Stable) + "@" + s.host(),
		Body: web.T(words, "notify.mail.body", "line", Line(words, n.Kind), "link", s.BaseURL+n.Path, "settings", s.BaseURL+"/me/notify")}
	return fate{send: func(ctx context.Context) error { return s.Mail.Send(ctx, m) }}, nil
}

// pushed is what a device is sent: neutral words, and where to go.
type pushed struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Path  string `json:"path"`
	Tag   string `json:"tag"` // the same for the same message: it takes the place of the one before
	Lang  string `json:"lang"`
	Dir   string `json:"dir"`
}

func (s *Service) byPush(ctx context.Context, r db.Reader, d Delivery, n Notice, who people.Reach) (fate, error) {
	device, found, err := deviceByID(ctx, r, moment.ID(d.Target))
	if s.Push == nil || err != nil || !found || device.Person != d.Person {
		return fate{}, err
	}
	lives, err := s.People.SessionLives(ctx, r, d.Person, device.Session)
	if err != nil || !lives {
		return fate{gone: device}, err
	}
	to, err := s.openDevice(ctx, r, device)
	if err != nil {
		return fate{}, err
	}
	keys, err := s.vapid(ctx, r)
	if err != nil {
		return fate{}, err
	}
	words := look(ctx, who)
	body, err := json.Marshal(pushed{Title: s.Name(ctx), Body: Line(words, n.Kind), Path: n.Path, Tag: string(d.Stable), Lang: web.Lang(words), Dir: web.Dir(words)})
	if err != nil {
		return fate{}, fault.Op("notify push", err)
	}
	m := post.PushMessage{To: to, Keys: keys, Payload: body, ID: string(d.Stable), Urgent: d.Urgent, TTL: keepOther}
	if d.Urgent {
		m.TTL = keepUrgent
	}
	return fate{send: func(ctx context.Context) error { return s.Push.Send(ctx, m) }}, nil
}

// hooked is what a webhook is sent: ids and an address that asks to sign in.
type hooked struct {
	Type      string     `json:"type"`
	Timestamp string     `json:"timestamp"`
	Data      hookedData `json:"data"`
}

type hookedData struct {
	ID     StableID  `json:"id"`
	Person moment.ID `json:"person"`
	Urgent bool      `json:"urgent"`
	URL    string    `json:"url"`
}

func (s *Service) byHook(ctx context.Context, r db.Reader, d Delivery, n Notice) (fate, error) {
	row, found, err := hookByID(ctx, r, moment.ID(d.Target))
	if s.Hook == nil || err != nil || !found {
		return fate{}, err
	}
	to, err := s.openHook(ctx, r, row)
	if err != nil {
		return fate{}, err
	}
	body, err := json.Marshal(hooked{Type: n.Kind, Timestamp: n.ToldAt.Std().Format(time.RFC3339),
		Data: hookedData{ID: d.Stable, Person: d.Person, Urgent: d.Urgent, URL: s.BaseURL + n.Path}})
	if err != nil {
		return fate{}, fault.Op("notify webhook", err)
	}
	m := post.HookMessage{URL: to.address, Secrets: to.secrets, ID: string(d.Stable), At: s.Clock.Now().Std(), Body: body}
	return fate{send: func(ctx context.Context) error { return s.Hook.Send(ctx, m) }}, nil
}

// deliver does what is due for one delivery and writes what came of it. Between
// sending and writing the node may die: then it is sent again under the same id.
func (s *Service) deliver(ctx context.Context, d Delivery) error {
	f, err := s.fateOf(ctx, s.DB.Reader(), d)
	switch {
	case err != nil:
		return err // the database or the keys: the timer itself tries again
	case f.later != 0:
		return s.hold(ctx, d, f.later)
	case f.send == nil:
		return s.drop(ctx, d, f.gone, post.Trouble{})
	}
	within, done := context.WithTimeout(ctx, sendWithin)
	defer done()
	err = f.send(within)
	if err != nil && ctx.Err() != nil {
		return ctx.Err() // the node stops; that is not the channel's failure
	}
	trouble := post.TroubleOf(err)
	switch {
	case err == nil:
		return s.DB.Write(ctx, func(tx db.Writer) error { return markSent(ctx, tx, d.ID, s.Clock.Now()) })
	case trouble.Reason == post.Gone && d.Channel == ByPush:
		return s.drop(ctx, d, Device{ID: moment.ID(d.Target), Person: d.Person}, trouble)
	}
	return s.failed(ctx, d, trouble)
}

// hold keeps a delivery until quiet hours end.
func (s *Service) hold(ctx context.Context, d Delivery, until moment.Time) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		d.State, d.NextAt = Quiet, until
		return s.again(ctx, tx, d)
	})
}

// drop ends a delivery that nobody needs, and forgets a device that is over.
func (s *Service) drop(ctx context.Context, d Delivery, over Device, why post.Trouble) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		d.State, d.NextAt, d.Reason, d.Status = Dropped, 0, string(why.Reason), why.Status
		if _, err := updateOpen(ctx, tx, d, s.Clock.Now()); err != nil || over.ID == "" {
			return err
		}
		was, err := deleteDevice(ctx, tx, over.Person, over.ID)
		if err != nil || !was {
			return err
		}
		return s.record(ctx, tx, access.System(), "notify.device_over", "device", over.ID, over.Person)
	})
}

// failed counts a failure and plans the next try, if there is one.
func (s *Service) failed(ctx context.Context, d Delivery, why post.Trouble) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		d := d // the closure may run again
		d.Attempts++
		d.State, d.Reason, d.Status = Waiting, string(why.Reason), why.Status
		wait, more := retryAfter(d.Urgent, d.Attempts)
		if !more || why.Reason == post.Gone {
			d.State, d.NextAt = Failed, 0
			_, err := updateOpen(ctx, tx, d, s.Clock.Now())
			s.Log.Error("a message could not be delivered", "delivery", d.ID, "kind", d.Kind, "channel", string(d.Channel), "reason", d.Reason, "status", d.Status, "attempts", d.Attempts)
			return err
		}
		d.NextAt = s.Clock.Now().Add(wait)
		return s.again(ctx, tx, d)
	})
}

// again writes a delivery that goes on, with its timer; one that was dropped in
// the meantime stays so.
func (s *Service) again(ctx context.Context, tx db.Writer, d Delivery) error {
	was, err := updateOpen(ctx, tx, d, s.Clock.Now())
	if err != nil || !was {
		return err
	}
	return s.due(ctx, tx, d.ID, d.NextAt)
}
