package find

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// scopeBytes is the length of a scope in an address.
const scopeBytes = 16

// longestSeal bounds what is tried to be opened.
const longestSeal = 4096

// seeker is whoever asks: somebody whom the service knows, or a visit of somebody whom it
// does not, by its mark.
type seeker struct {
	access.Actor
	visit string
}

// place binds a sealed search to whoever asked: nobody else opens it, and nobody who comes to
// the same device after them. A visit without a mark opens nothing.
func (a seeker) place() string {
	if a.Person != "" {
		return "find.asked|" + string(a.Person)
	}
	return "find.asked|visit|" + a.visit
}

// seal closes what somebody asked, for an address: the scope of the day's key, and what
// is sealed under it.
func (s *Service) seal(ctx context.Context, a seeker, q Asked) (string, error) {
	scope, err := s.today(ctx)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(q)
	if err != nil {
		return "", fault.Op("seal a search", err)
	}
	box, err := s.Vault.Box(ctx, s.DB.Reader(), scope)
	if err != nil {
		return "", err
	}
	id, err := hex.DecodeString(strings.ReplaceAll(string(scope), "-", ""))
	if err != nil || len(id) != scopeBytes {
		return "", fault.Op("seal a search", errors.Join(err, errors.New("the scope is no id")))
	}
	return base64.RawURLEncoding.EncodeToString(append(id, box.Seal(plain, a.place())...)), nil
}

// open gives what was asked; false when it is not kept any more, was somebody else's, or a
// visitor typed it too long ago.
func (s *Service) open(ctx context.Context, a seeker, sealed string) (q Asked, ok bool, err error) {
	if len(sealed) > longestSeal || a.Person == "" && a.visit == "" {
		return q, false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(b) <= scopeBytes {
		return q, false, nil //nolint:nilerr // what is no seal opens nothing
	}
	h := hex.EncodeToString(b[:scopeBytes])
	scope, isID := moment.ParseID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
	if !isID {
		return q, false, nil
	}
	box, err := s.Vault.Box(ctx, s.DB.Reader(), scope)
	if errors.Is(err, vault.ErrDestroyed) {
		return q, false, nil
	}
	if err != nil {
		return q, false, err
	}
	plain, err := box.Open(b[scopeBytes:], a.place())
	if err != nil {
		return q, false, nil //nolint:nilerr // it was sealed for somebody else, or changed
	}
	if err := json.Unmarshal(plain, &q); err != nil {
		return q, false, nil //nolint:nilerr // another version wrote it
	}
	late := a.Person == "" && s.Clock.Now().Sub(q.At) >= VisitLasts
	return q, !late && q.Validate() == nil, nil
}

// today gives the scope of today's key, made when it is first needed.
func (s *Service) today(ctx context.Context) (scope moment.ID, err error) {
	now := s.Clock.Now()
	day := now.Std().Format(time.DateOnly)
	scope, found, err := scopeOfDay(ctx, s.DB.Reader(), day)
	if err != nil || found {
		return scope, err
	}
	ends := moment.At(now.Std().Truncate(24 * time.Hour).Add(24 * time.Hour))
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		if scope, found, err = scopeOfDay(ctx, tx, day); err != nil || found {
			return err
		}
		scope = moment.NewID()
		if _, err := insertDay(ctx, tx, day, scope); err != nil {
			return err
		}
		if _, err := s.Vault.NewScope(ctx, tx, scope, now); err != nil {
			return err
		}
		return s.Bus.At(ctx, tx, jobForget, day, ends.Add(KeyLasts), nil)
	})
	return scope, err
}
