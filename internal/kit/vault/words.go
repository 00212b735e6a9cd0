package vault

import (
	"context"
	"errors"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// SealWords closes words under a scope; none stay none. Where the key has been
// destroyed it is ErrDestroyed.
func (v *Vault) SealWords(ctx context.Context, r db.Reader, scope moment.ID, place, words string) ([]byte, error) {
	if words == "" {
		return nil, nil
	}
	box, err := v.Box(ctx, r, scope)
	if err != nil {
		return nil, err
	}
	return box.Seal([]byte(words), place), nil
}

// Opener opens words of one scope. Once the key is destroyed everything is empty.
type Opener struct{ box *Box }

// Opener gives what opens the words of a scope.
func (v *Vault) Opener(ctx context.Context, r db.Reader, scope moment.ID) (Opener, error) {
	box, err := v.Box(ctx, r, scope)
	if errors.Is(err, ErrDestroyed) {
		return Opener{}, nil
	}
	return Opener{box}, err
}

// Open opens words; nothing sealed is no words.
func (o Opener) Open(sealed []byte, place string) (string, error) {
	if o.box == nil || len(sealed) == 0 {
		return "", nil
	}
	plain, err := o.box.Open(sealed, place)
	return string(plain), err
}
