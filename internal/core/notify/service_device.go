package notify

import (
	"context"
	"encoding/json"
	"errors"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
)

func devicePlace(id moment.ID) string { return "notify_device.sealed|" + string(id) }

func vapidPlace() string { return "notify_vapid.sealed|push" }

// AddDevice lets the device that the actor sits at be pushed to, until its
// session ends. A device that asks again, or for somebody else, is there once.
func (s *Service) AddDevice(ctx context.Context, a access.Actor, d post.Device) error {
	if s.Push == nil {
		return fault.Hidden()
	}
	if err := canPush(a).Err(); err != nil {
		return err
	}
	if err := d.Validate(s.PushGuard); err != nil {
		return err
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fault.Op("notify device", err)
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := saveRate.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		box, err := s.box(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		one := Device{ID: moment.NewID(), Person: a.Person, Session: a.Session, Since: now}
		one.sealed = box.Seal(body, devicePlace(one.ID))
		if err := replaceDevice(ctx, tx, one, s.Vault.Hash("notify.endpoint", d.Endpoint)); err != nil {
			return err
		}
		if err := keepNewest(ctx, tx, a.Person, mostDevices); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "notify.add_device", "device", one.ID, a.Person)
	})
}

// RemoveDevice stops pushing to one of the actor's devices.
func (s *Service) RemoveDevice(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := saveRate.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		was, err := deleteDevice(ctx, tx, a.Person, id)
		if err != nil {
			return err
		}
		if !was {
			return fault.Hidden()
		}
		return s.record(ctx, tx, a, "notify.remove_device", "device", id, a.Person)
	})
}

// openDevice gives what is needed to push to a device.
func (s *Service) openDevice(ctx context.Context, r db.Reader, d Device) (post.Device, error) {
	var out post.Device
	box, err := s.Vault.Box(ctx, r, d.Person)
	if err != nil {
		return out, err
	}
	body, err := box.Open(d.sealed, devicePlace(d.ID))
	if err != nil {
		return out, err
	}
	return out, fault.Op("notify device", json.Unmarshal(body, &out))
}

// PublicKey is what a browser needs to ask for push; "" when there is no push.
func (s *Service) PublicKey(ctx context.Context) (string, error) {
	if s.Push == nil {
		return "", nil
	}
	row, found, err := vapidRow(ctx, s.DB.Reader())
	if err != nil || !found {
		return "", err
	}
	return row.public, nil
}

// errNoKeys says that push was never prepared on this database.
var errNoKeys = errors.New("notify: there are no keys for push; Begin makes them")

func (s *Service) vapid(ctx context.Context, r db.Reader) (post.VAPID, error) {
	row, found, err := vapidRow(ctx, r)
	if err != nil {
		return post.VAPID{}, err
	}
	if !found {
		return post.VAPID{}, errNoKeys
	}
	box, err := s.Vault.Box(ctx, r, row.scope)
	if err != nil {
		return post.VAPID{}, err
	}
	private, err := box.Open(row.sealed, vapidPlace())
	return post.VAPID{Public: row.public, Private: string(private)}, err
}

// makeKeys makes the pair of keys, once for the service: devices are bound to it.
func (s *Service) makeKeys(ctx context.Context, tx db.Writer) error {
	_, found, err := vapidRow(ctx, tx)
	if err != nil || found {
		return err
	}
	keys, err := post.NewVAPID()
	if err != nil {
		return err
	}
	scope := moment.NewID()
	box, err := s.Vault.NewScope(ctx, tx, scope, s.Clock.Now())
	if err != nil {
		return err
	}
	return insertVAPID(ctx, tx, vapidKeys{scope: scope, public: keys.Public, sealed: box.Seal([]byte(keys.Private), vapidPlace())}, s.Clock.Now())
}
