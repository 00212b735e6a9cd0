package people

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Purposes of a challenge, and how long one may be answered.
const (
	forJoining    = "join"
	forAdding     = "add"
	forSigningIn  = "sign_in"
	challengeTime = 5 * time.Minute
	mostPasskeys  = 10
)

// newPasskeys sets up the ceremonies: keys that find themselves (no name is
// typed) and check their person, without attestation.
func newPasskeys(d Deps) (*webauthn.WebAuthn, error) {
	if d.Origin == "" || d.RPID == "" {
		return nil, errors.New("no origin is known")
	}
	if _, err := netip.ParseAddr(d.RPID); err == nil {
		return nil, errors.New("passkeys need a name, not a bare address")
	}
	return webauthn.New(&webauthn.Config{
		RPID: d.RPID, RPDisplayName: d.Name, RPOrigins: []string{d.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
	})
}

// HasPasskeys tells whether passkeys can work at this address.
func (s *Service) HasPasskeys() bool { return s.keys != nil }

// keyOwner is a person as go-webauthn asks for them.
type keyOwner struct {
	id   moment.ID
	name string
	keys []webauthn.Credential
}

// WebAuthnID is the user handle: our id, which says nothing.
func (k keyOwner) WebAuthnID() []byte { return []byte(k.id) }

// WebAuthnName is the pseudonym, shown by the device to its owner.
func (k keyOwner) WebAuthnName() string { return k.name }

// WebAuthnDisplayName is the pseudonym too.
func (k keyOwner) WebAuthnDisplayName() string { return k.name }

// WebAuthnCredentials lists the person's passkeys.
func (k keyOwner) WebAuthnCredentials() []webauthn.Credential { return k.keys }

// Asked is a challenge on its way to the browser.
type Asked struct {
	ID      moment.ID `json:"id"`
	Options any       `json:"options"` // of navigator.credentials.create or get
}

// Answer is what the browser sends back.
type Answer struct {
	ID         moment.ID       `json:"id"`
	Credential json.RawMessage `json:"credential"`
}

// notThisKey is the one answer to every passkey that does not fit.
func notThisKey(cause error) error {
	return fault.Wrap(fault.Invalid, "people.error.passkey", cause)
}

func (s *Service) put(ctx context.Context, purpose string, who moment.ID, session *webauthn.SessionData, options any) (Asked, error) {
	text, err := json.Marshal(session)
	if err != nil {
		return Asked{}, fault.Op("people passkey", err)
	}
	c := challenge{ID: moment.NewID(), Purpose: purpose, Person: who, Session: string(text), EndsAt: s.Clock.Now().Add(challengeTime)}
	err = s.DB.Write(ctx, func(tx db.Writer) error { return insertChallenge(ctx, tx, c) })
	return Asked{ID: c.ID, Options: options}, err
}

// answered takes the challenge, which is gone by it, and gives its session.
func (s *Service) answered(ctx context.Context, id moment.ID, purpose string) (challenge, webauthn.SessionData, error) {
	var c challenge
	found := false
	err := s.DB.Write(ctx, func(tx db.Writer) (err error) {
		c, found, err = takeChallenge(ctx, tx, id)
		return err
	})
	if err != nil {
		return c, webauthn.SessionData{}, err
	}
	if !found || c.Purpose != purpose || c.EndsAt <= s.Clock.Now() {
		return c, webauthn.SessionData{}, notThisKey(errors.New("no such challenge is open"))
	}
	var session webauthn.SessionData
	if err := json.Unmarshal([]byte(c.Session), &session); err != nil {
		return c, session, fault.Op("people passkey", err)
	}
	return c, session, nil
}

func (s *Service) ready() error {
	if s.keys == nil {
		return fault.New(fault.Conflict, "people.error.no_passkeys")
	}
	return nil
}

// BeginJoin asks a new passkey for somebody who joins under this name.
func (s *Service) BeginJoin(ctx context.Context, from Door, name string) (Asked, error) {
	if err := s.ready(); err != nil {
		return Asked{}, err
	}
	if err := canJoin(from.Actor).Err(); err != nil {
		return Asked{}, err
	}
	if err := s.spend(ctx, joinsHere, from.Address); err != nil {
		return Asked{}, err
	}
	name, err := CleanName(name)
	if err != nil {
		return Asked{}, err
	}
	if err := s.free(ctx, s.DB.Reader(), name, ""); err != nil {
		return Asked{}, err
	}
	who := from.Actor.Person
	if who == "" {
		who = moment.NewID()
	}
	options, session, err := s.keys.BeginRegistration(keyOwner{id: who, name: name})
	if err != nil {
		return Asked{}, fault.Op("people passkey", err)
	}
	return s.put(ctx, forJoining, who, session, options)
}

// FinishJoin makes a member with that passkey. A guest keeps everything.
func (s *Service) FinishJoin(ctx context.Context, from Door, name string, answer Answer, label string) (Entered, error) {
	if err := s.ready(); err != nil {
		return Entered{}, err
	}
	if err := canJoin(from.Actor).Err(); err != nil {
		return Entered{}, err
	}
	name, err := CleanName(name)
	if err != nil {
		return Entered{}, err
	}
	c, session, err := s.answered(ctx, answer.ID, forJoining)
	if err != nil {
		return Entered{}, err
	}
	if from.Actor.Known() && c.Person != from.Actor.Person {
		return Entered{}, notThisKey(errors.New("the challenge was somebody else's"))
	}
	key, id, err := s.created(keyOwner{id: c.Person, name: name}, session, answer.Credential, label)
	if err != nil {
		return Entered{}, err
	}
	return s.join(ctx, from, c.Person, name, func(tx db.Writer, who moment.ID, _ moment.Time) error {
		if who != c.Person {
			return notThisKey(errors.New("the challenge was for another account"))
		}
		return s.addKey(ctx, tx, who, key, id)
	})
}

// BeginAdding asks one more passkey of a member.
func (s *Service) BeginAdding(ctx context.Context, a access.Actor) (Asked, error) {
	if err := s.ready(); err != nil {
		return Asked{}, err
	}
	owner, err := s.ownerOf(ctx, s.DB.Reader(), a.Person)
	if err != nil {
		return Asked{}, err
	}
	if len(owner.keys) >= mostPasskeys {
		return Asked{}, fault.New(fault.Conflict, "people.error.many_passkeys").With(map[string]any{"n": mostPasskeys})
	}
	options, session, err := s.keys.BeginRegistration(owner, webauthn.WithExclusions(webauthn.Credentials(owner.keys).CredentialDescriptors()))
	if err != nil {
		return Asked{}, fault.Op("people passkey", err)
	}
	return s.put(ctx, forAdding, a.Person, session, options)
}

// FinishAdding stores it under a name of the person's choice.
func (s *Service) FinishAdding(ctx context.Context, a access.Actor, answer Answer, label string) error {
	if err := s.ready(); err != nil {
		return err
	}
	c, session, err := s.answered(ctx, answer.ID, forAdding)
	if err != nil {
		return err
	}
	if c.Person != a.Person {
		return notThisKey(errors.New("the challenge was somebody else's"))
	}
	owner, err := s.ownerOf(ctx, s.DB.Reader(), a.Person)
	if err != nil {
		return err
	}
	key, id, err := s.created(owner, session, answer.Credential, label)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := s.addKey(ctx, tx, a.Person, key, id); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.add_passkey", a.Person)
	})
}

func (s *Service) created(owner keyOwner, session webauthn.SessionData, credential []byte, label string) (Passkey, string, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(credential)
	if err != nil {
		return Passkey{}, "", notThisKey(err)
	}
	made, err := s.keys.CreateCredential(owner, session, parsed)
	if err != nil {
		return Passkey{}, "", notThisKey(err)
	}
	record, err := json.Marshal(made)
	if err != nil {
		return Passkey{}, "", fault.Op("people passkey", err)
	}
	return Passkey{ID: moment.NewID(), Label: cutLabel(label), CreatedAt: s.Clock.Now(), record: string(record)}, credentialID(made.ID), nil
}

func credentialID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func (s *Service) addKey(ctx context.Context, tx db.Writer, who moment.ID, key Passkey, id string) error {
	fresh, err := insertPasskey(ctx, tx, who, key, id)
	if err != nil {
		return err
	}
	if !fresh {
		return notThisKey(errors.New("the credential is known already"))
	}
	return nil
}

func (s *Service) ownerOf(ctx context.Context, r db.Reader, who moment.ID) (keyOwner, error) {
	p, found, err := personByID(ctx, r, who)
	if err != nil {
		return keyOwner{}, err
	}
	if !found || p.Kind != KindMember {
		return keyOwner{}, fault.Hidden()
	}
	keys, err := passkeysOf(ctx, r, who)
	if err != nil {
		return keyOwner{}, err
	}
	owner := keyOwner{id: who, name: p.Name}
	for _, k := range keys {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.record), &c); err != nil {
			return keyOwner{}, fault.Op("people passkey", err)
		}
		owner.keys = append(owner.keys, c)
	}
	return owner, nil
}

// BeginSignIn asks any passkey of this service.
func (s *Service) BeginSignIn(ctx context.Context, from Door) (Asked, error) {
	if err := s.ready(); err != nil {
		return Asked{}, err
	}
	if err := s.spend(ctx, byAddress, from.Address); err != nil {
		return Asked{}, err
	}
	options, session, err := s.keys.BeginDiscoverableLogin()
	if err != nil {
		return Asked{}, fault.Op("people passkey", err)
	}
	return s.put(ctx, forSigningIn, "", session, options)
}

// FinishSignIn lets the passkey's person in.
func (s *Service) FinishSignIn(ctx context.Context, from Door, answer Answer) (Entered, error) {
	if err := s.ready(); err != nil {
		return Entered{}, err
	}
	_, session, err := s.answered(ctx, answer.ID, forSigningIn)
	if err != nil {
		return Entered{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer.Credential)
	if err != nil {
		return Entered{}, notThisKey(err)
	}
	user, used, err := s.keys.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		id, ok := moment.ParseID(string(handle))
		if !ok {
			return nil, errors.New("the user handle is none of ours")
		}
		return s.ownerOf(ctx, s.DB.Reader(), id)
	}, session, parsed)
	if err != nil {
		return Entered{}, notThisKey(err)
	}
	if used.Authenticator.CloneWarning {
		return Entered{}, notThisKey(errors.New("the passkey's counter went back: it may have been copied"))
	}
	return s.enterByKey(ctx, from, moment.ID(user.WebAuthnID()), used)
}

func (s *Service) enterByKey(ctx context.Context, from Door, who moment.ID, used *webauthn.Credential) (Entered, error) {
	record, err := json.Marshal(used)
	if err != nil {
		return Entered{}, fault.Op("people passkey", err)
	}
	var out Entered
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		still, err := updatePasskey(ctx, tx, who, credentialID(used.ID), string(record), s.Clock.Now())
		if err != nil {
			return err
		}
		if !still {
			return notThisKey(errors.New("the passkey was removed"))
		}
		out, err = s.enter(ctx, tx, from, who, "people.passkey_in")
		return err
	})
	return out, err
}

// Passkeys lists the actor's passkeys, oldest first.
func (s *Service) Passkeys(ctx context.Context, a access.Actor) ([]Passkey, error) {
	return passkeysOf(ctx, s.DB.Reader(), a.Person)
}

// RenamePasskey gives one of the actor's passkeys another name.
func (s *Service) RenamePasskey(ctx context.Context, a access.Actor, id moment.ID, label string) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		was, err := renamePasskey(ctx, tx, a.Person, id, cutLabel(label))
		if err == nil && !was {
			return fault.Hidden()
		}
		return err
	})
}

// RemovePasskey takes one away. sure says that the person was warned when it is
// the last way in.
func (s *Service) RemovePasskey(ctx context.Context, a access.Actor, id moment.ID, sure bool) error {
	return s.removeWay(ctx, a, "people.remove_passkey", sure, func(tx db.Writer) error {
		was, err := deletePasskey(ctx, tx, a.Person, id)
		if err == nil && !was {
			return fault.Hidden()
		}
		return err
	})
}
