package demo

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// signIn starts a session for somebody of the cast.
func (d *Demo) signIn(ctx context.Context, id moment.ID) (string, error) {
	var token string
	err := d.DB.Write(ctx, func(tx db.Writer) error {
		var err error
		token, err = d.People.StartSession(ctx, tx, id, people.SessionInfo{Label: "Demo"})
		return err
	})
	return token, err
}
