package people

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Ways is what a person can come in by.
type Ways struct {
	Password bool
	Passkeys int
	Codes    int  // recovery codes left
	Email    bool // verified
}

// Any tells whether there is a way in at all.
func (w Ways) Any() bool { return w.Password || w.Passkeys > 0 || w.Codes > 0 || w.Email }

func waysOf(ctx context.Context, r db.Reader, who moment.ID) (Ways, error) {
	var w Ways
	var passwords, emails int
	err := r.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM people_password WHERE person = $1), (SELECT COUNT(*) FROM people_passkey WHERE person = $1),
		(SELECT COUNT(*) FROM people_recovery WHERE person = $1 AND used_at = 0), (SELECT COUNT(*) FROM people_email WHERE person = $1 AND verified_at > 0)`, who).
		Scan(&passwords, &w.Passkeys, &w.Codes, &emails)
	w.Password, w.Email = passwords > 0, emails > 0
	return w, db.Problem("read ways in", err)
}

func passwordOf(ctx context.Context, r db.Reader, who moment.ID) (string, bool, error) {
	var h string
	err := r.QueryRow(ctx, `SELECT hash FROM people_password WHERE person = $1`, who).Scan(&h)
	if db.IsNone(err) {
		return "", false, nil
	}
	return h, err == nil, db.Problem("read a password", err)
}

func storePassword(ctx context.Context, tx db.Writer, who moment.ID, hash string, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_password (person, hash, set_at) VALUES ($1, $2, $3) ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at`, who, hash, now)
	return db.Problem("set a password", err)
}

func deletePassword(ctx context.Context, tx db.Writer, who moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_password WHERE person = $1`, who)
	return db.Problem("remove a password", err)
}

func replaceCodes(ctx context.Context, tx db.Writer, who moment.ID, hashes []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_recovery WHERE person = $1`, who); err != nil {
		return db.Problem("replace recovery codes", err)
	}
	for _, h := range hashes {
		if _, err := tx.Exec(ctx, `INSERT INTO people_recovery (person, hash) VALUES ($1, $2)`, who, h); err != nil {
			return db.Problem("replace recovery codes", err)
		}
	}
	return nil
}

// useCode marks a code as used; false when there is no such code that is free.
func useCode(ctx context.Context, tx db.Writer, who moment.ID, hash string, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_recovery SET used_at = $1 WHERE person = $2 AND hash = $3 AND used_at = 0`, now, string(who), hash)
	return n == 1, db.Problem("use a recovery code", err)
}

// Passkey is one of a person's passkeys.
type Passkey struct {
	ID        moment.ID
	Label     string
	CreatedAt moment.Time
	UsedAt    moment.Time
	record    string // the credential as go-webauthn stores it
}

func passkeysOf(ctx context.Context, r db.Reader, who moment.ID) ([]Passkey, error) {
	rows, err := r.Query(ctx, `SELECT id, label, created_at, used_at, record FROM people_passkey WHERE person = $1 ORDER BY created_at, id`, who)
	return db.Collect(rows, err, func(r db.Row, k *Passkey) error { return r.Scan(&k.ID, &k.Label, &k.CreatedAt, &k.UsedAt, &k.record) })
}

// insertPasskey tells whether the credential was new.
func insertPasskey(ctx context.Context, tx db.Writer, who moment.ID, k Passkey, credential string) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO people_passkey (id, person, credential, record, label, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential) DO NOTHING`,
		k.ID, who, credential, k.record, k.Label, k.CreatedAt)
	return n == 1, db.Problem("add a passkey", err)
}

func updatePasskey(ctx context.Context, tx db.Writer, who moment.ID, credential, record string, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_passkey SET record = $1, used_at = $2 WHERE credential = $3 AND person = $4`, record, now, credential, who)
	return n == 1, db.Problem("use a passkey", err)
}

func renamePasskey(ctx context.Context, tx db.Writer, who, id moment.ID, label string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_passkey SET label = $1 WHERE id = $2 AND person = $3`, label, id, who)
	return n == 1, db.Problem("rename a passkey", err)
}

func deletePasskey(ctx context.Context, tx db.Writer, who, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM people_passkey WHERE id = $1 AND person = $2`, id, who)
	return n == 1, db.Problem("remove a passkey", err)
}

// challenge is a question put to a passkey.
type challenge struct {
	ID      moment.ID
	Purpose string
	Person  moment.ID
	Session string // go-webauthn's session data
	EndsAt  moment.Time
}

func insertChallenge(ctx context.Context, tx db.Writer, c challenge) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_challenge (id, purpose, person, session, ends_at) VALUES ($1, $2, $3, $4, $5)`, c.ID, c.Purpose, c.Person, c.Session, c.EndsAt)
	return db.Problem("put a challenge", err)
}

// takeChallenge removes and gives a challenge: it is answered once, right or wrong.
func takeChallenge(ctx context.Context, tx db.Writer, id moment.ID) (challenge, bool, error) {
	var c challenge
	err := tx.QueryRow(ctx, `DELETE FROM people_challenge WHERE id = $1 RETURNING id, purpose, person, session, ends_at`, id).Scan(&c.ID, &c.Purpose, &c.Person, &c.Session, &c.EndsAt)
	if db.IsNone(err) {
		return c, false, nil
	}
	return c, err == nil, db.Problem("take a challenge", err)
}

// email is a person's address, sealed.
type email struct {
	Person     moment.ID
	Sealed     []byte
	Hash       string
	VerifiedAt moment.Time
}

func emailOf(ctx context.Context, r db.Reader, who moment.ID) (email, bool, error) {
	var e email
	err := r.QueryRow(ctx, `SELECT person, sealed, hash, verified_at FROM people_email WHERE person = $1`, who).Scan(&e.Person, &e.Sealed, &e.Hash, &e.VerifiedAt)
	if db.IsNone(err) {
		return e, false, nil
	}
	return e, err == nil, db.Problem("read an address", err)
}

// ownerOfEmail gives who has verified the address.
func ownerOfEmail(ctx context.Context, r db.Reader, hash string) (moment.ID, bool, error) {
	var id moment.ID
	err := r.QueryRow(ctx, `SELECT person FROM people_email WHERE hash = $1 AND verified_at > 0`, hash).Scan(&id)
	if db.IsNone(err) {
		return "", false, nil
	}
	return id, err == nil, db.Problem("find an address", err)
}

func storeEmail(ctx context.Context, tx db.Writer, e email) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_email (person, sealed, hash, verified_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed, hash = excluded.hash, verified_at = excluded.verified_at`, e.Person, e.Sealed, e.Hash, e.VerifiedAt)
	return db.Problem("store an address", err)
}

func deleteEmail(ctx context.Context, tx db.Writer, who moment.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_link WHERE person = $1`, who); err != nil {
		return db.Problem("remove an address", err)
	}
	_, err := tx.Exec(ctx, `DELETE FROM people_email WHERE person = $1`, who)
	return db.Problem("remove an address", err)
}

// link is a link sent by mail.
type link struct {
	ID        moment.ID
	Person    moment.ID
	Purpose   string
	EmailHash string
	EndsAt    moment.Time
}

func insertLink(ctx context.Context, tx db.Writer, l link) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_link (id, person, purpose, email_hash, ends_at) VALUES ($1, $2, $3, $4, $5)`, l.ID, l.Person, l.Purpose, l.EmailHash, l.EndsAt)
	return db.Problem("make a link", err)
}

func linkByID(ctx context.Context, r db.Reader, id moment.ID) (link, bool, error) {
	var l link
	err := r.QueryRow(ctx, `SELECT id, person, purpose, email_hash, ends_at FROM people_link WHERE id = $1`, id).Scan(&l.ID, &l.Person, &l.Purpose, &l.EmailHash, &l.EndsAt)
	if db.IsNone(err) {
		return l, false, nil
	}
	return l, err == nil, db.Problem("read a link", err)
}

func armLink(ctx context.Context, tx db.Writer, id moment.ID, hash string, ends moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE people_link SET token_hash = $1, ends_at = $2 WHERE id = $3`, hash, ends, id)
	return db.Problem("arm a link", err)
}

// takeLink removes and gives a link: it works once.
func takeLink(ctx context.Context, tx db.Writer, hash, purpose string, now moment.Time) (link, bool, error) {
	var l link
	err := tx.QueryRow(ctx, `DELETE FROM people_link WHERE token_hash = $1 AND purpose = $2 AND ends_at > $3 RETURNING id, person, purpose, email_hash, ends_at`, hash, purpose, now).
		Scan(&l.ID, &l.Person, &l.Purpose, &l.EmailHash, &l.EndsAt)
	if db.IsNone(err) {
		return l, false, nil
	}
	return l, err == nil, db.Problem("take a link", err)
}
