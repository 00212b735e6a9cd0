package notify

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
)

func hookPlace(column string, id moment.ID) string {
	return "notify_hook." + column + "|" + string(id)
}

// Hooks lists the webhooks with their addresses, for administrators.
func (s *Service) Hooks(ctx context.Context, a access.Actor) ([]Hook, error) {
	if err := permHooks.Check(a); err != nil {
		return nil, err
	}
	r := s.DB.Reader()
	rows, err := allHooks(ctx, r)
	if err != nil {
		return nil, err
	}
	out := make([]Hook, 0, len(rows))
	for _, h := range rows {
		opened, err := s.openHook(ctx, r, h)
		if err != nil {
			return nil, err
		}
		one := Hook{ID: h.id, Address: opened.address, Kinds: h.kinds, Since: h.since}
		if h.beforeEnd > s.Clock.Now() {
			one.BeforeEnd = h.beforeEnd
		}
		out = append(out, one)
	}
	return out, nil
}

// AddHook connects a webhook for some kinds, or with none for all urgent ones.
// Its secret is shown once, at the id that is given.
func (s *Service) AddHook(ctx context.Context, a access.Actor, address string, kinds []string) (moment.ID, error) {
	if err := permHooks.Check(a); err != nil {
		return "", err
	}
	if s.Hook == nil {
		return "", fault.Hidden()
	}
	if err := s.checkHook(address, kinds); err != nil {
		return "", err
	}
	var shown moment.ID
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := saveRate.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		have, err := allHooks(ctx, tx)
		if err != nil {
			return err
		}
		if len(have) >= mostHooks {
			return fault.New(fault.Conflict, "notify.error.many_hooks").With(map[string]any{"n": mostHooks})
		}
		h, secret := hookRow{id: moment.NewID(), kinds: kinds, since: now}, post.NewHookSecret()
		box, err := s.Vault.NewScope(ctx, tx, h.id, now)
		if err != nil {
			return err
		}
		h.address, h.secret = box.Seal([]byte(address), hookPlace("address", h.id)), box.Seal([]byte(secret), hookPlace("secret", h.id))
		if err := insertHook(ctx, tx, h); err != nil {
			return err
		}
		if shown, err = s.People.ShowSecret(ctx, tx, a, "hook", secret); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "notify.add_hook", "webhook", h.id, "")
	})
	return shown, err
}

func (s *Service) checkHook(address string, kinds []string) error {
	var p fault.Problems
	if err := s.HookGuard.Check(address); err != nil {
		p.Add("address", fault.As(err).Key)
	}
	for _, name := range kinds {
		if _, known := s.kind(name); !known {
			p.Add("kinds", "notify.error.kind")
			break
		}
	}
	return p.Err()
}

// RotateHook gives a webhook a new secret, shown once. The one before signs too
// for a day, so that the receiver can change in between.
func (s *Service) RotateHook(ctx context.Context, a access.Actor, id moment.ID) (moment.ID, error) {
	var shown moment.ID
	err := s.onHook(ctx, a, id, "notify.rotate_hook", func(tx db.Writer, h hookRow) error {
		box, err := s.Vault.Box(ctx, tx, id)
		if err != nil {
			return err
		}
		before, err := box.Open(h.secret, hookPlace("secret", id))
		if err != nil {
			return err
		}
		secret := post.NewHookSecret()
		h.secret, h.before = box.Seal([]byte(secret), hookPlace("secret", id)), box.Seal(before, hookPlace("before", id))
		h.beforeEnd = s.Clock.Now().Add(secretOverlaps)
		if err := updateSecrets(ctx, tx, h); err != nil {
			return err
		}
		shown, err = s.People.ShowSecret(ctx, tx, a, "hook", secret)
		return err
	})
	return shown, err
}

// RemoveHook disconnects a webhook. What waits for it is not sent, and its
// secrets are destroyed.
func (s *Service) RemoveHook(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onHook(ctx, a, id, "notify.remove_hook", func(tx db.Writer, _ hookRow) error {
		dropped, err := dropOfTarget(ctx, tx, ByHook, string(id), s.Clock.Now())
		if err != nil {
			return err
		}
		if err := s.cancel(ctx, tx, dropped); err != nil {
			return err
		}
		if err := deleteHook(ctx, tx, id); err != nil {
			return err
		}
		return s.Vault.Destroy(ctx, tx, id)
	})
}

// TestHook tells the actor something by this webhook alone, to see that it arrives.
func (s *Service) TestHook(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onHook(ctx, a, id, "notify.test_hook", func(tx db.Writer, _ hookRow) error {
		n, _, err := s.note(ctx, tx, Kind{Name: KindTest}, Message{To: a.Person, Key: "test/" + string(moment.NewID()), Path: "/service/deliveries"})
		if err != nil {
			return err
		}
		d := Delivery{ID: moment.NewID(), Notice: n.ID, Person: a.Person, Kind: n.Kind, Channel: ByHook, Target: string(id),
			Stable: StableIDOf(n.Key, a.Person, ByHook), State: Waiting, NextAt: n.ToldAt, Changed: n.ToldAt}
		if err := insertDelivery(ctx, tx, d); err != nil {
			return err
		}
		return s.due(ctx, tx, d.ID, n.ToldAt)
	})
}

func (s *Service) onHook(ctx context.Context, a access.Actor, id moment.ID, verb string, f func(tx db.Writer, h hookRow) error) error {
	if err := permHooks.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := saveRate.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		h, found, err := hookByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := f(tx, h); err != nil {
			return err
		}
		return s.record(ctx, tx, a, verb, "webhook", id, "")
	})
}

// openedHook is a webhook as sending needs it.
type openedHook struct {
	address string
	secrets []string
}

func (s *Service) openHook(ctx context.Context, r db.Reader, h hookRow) (openedHook, error) {
	box, err := s.Vault.Box(ctx, r, h.id)
	if err != nil {
		return openedHook{}, err
	}
	address, err := box.Open(h.address, hookPlace("address", h.id))
	if err != nil {
		return openedHook{}, err
	}
	secret, err := box.Open(h.secret, hookPlace("secret", h.id))
	if err != nil {
		return openedHook{}, err
	}
	out := openedHook{address: string(address), secrets: []string{string(secret)}}
	if h.beforeEnd > s.Clock.Now() {
		before, err := box.Open(h.before, hookPlace("before", h.id))
		if err != nil {
			return openedHook{}, err
		}
		out.secrets = slices.Insert(out.secrets, 1, string(before))
	}
	return out, nil
}
