package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strconv"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// How long sessions last without use, and at most. All are ours. KeepFor is also
// how long a browser keeps the cookie of a device that is somebody's own.
const (
	guestIdle   = 24 * time.Hour
	guestMost   = 14 * 24 * time.Hour
	sharedIdle  = 12 * time.Hour
	sharedMost  = 7 * 24 * time.Hour
	ownIdle     = 60 * 24 * time.Hour
	KeepFor     = 365 * 24 * time.Hour
	seenEvery   = 5 * time.Minute
	WordsLast   = 7 * 24 * time.Hour
	onceLasts   = 10 * time.Minute
	guestsLast  = 7 * 24 * time.Hour
	tokenPrefix = "cairn_pat_"
)

// SessionTopic is the live topic that hears when a session ends, so that its
// streams close.
func SessionTopic(id moment.ID) string { return "session:" + string(id) }

// SessionInfo is what a session is told at its start.
type SessionInfo struct {
	Label    string
	Shared   bool // nothing is kept on the device; ends with the browser
	ForGuest bool
}

func (i SessionInfo) life(now moment.Time) sessionLife {
	idle, most := ownIdle, KeepFor
	switch {
	case i.ForGuest:
		idle, most = guestIdle, guestMost
	case i.Shared:
		idle, most = sharedIdle, sharedMost
	}
	return sessionLife{idle: idle.Microseconds(), ends: now.Add(most)}
}

// newSecret draws 256 random bits in 43 letters.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}

// secretHash is how a secret of 256 random bits is stored.
func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// StartSession begins a session and gives its token, for web.SetSession.
func (s *Service) StartSession(ctx context.Context, tx db.Writer, who moment.ID, info SessionInfo) (string, error) {
	_, token, err := s.startSession(ctx, tx, who, info)
	return token, err
}

func (s *Service) startSession(ctx context.Context, tx db.Writer, who moment.ID, info SessionInfo) (moment.ID, string, error) {
	now, token := s.Clock.Now(), newSecret()
	one := Session{ID: moment.NewID(), Person: who, Label: cutLabel(info.Label), Shared: info.Shared, CreatedAt: now}
	return one.ID, token, insertSession(ctx, tx, one, secretHash(token), info.life(now))
}

// cutLabel bounds a label that came from outside.
func cutLabel(label string) string {
	rs := []rune(strings.Join(strings.Fields(label), " "))
	return string(rs[:min(len(rs), 60)])
}

// whoIs finds out who stands behind a session's token; "" and what is not known
// is a visitor.
func (s *Service) whoIs(ctx context.Context, token string) (known, bool, error) {
	if token == "" {
		return known{}, false, nil
	}
	k, ok, err := whoHas(ctx, s.DB.Reader(), bySession, secretHash(token), s.Clock.Now())
	if err == nil && ok && !web.Unattended(ctx) {
		s.seen(ctx, k, touchSession)
	}
	return k, ok, err
}

// whoBears is whoIs for an API token.
func (s *Service) whoBears(ctx context.Context, token string) (known, bool, error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return known{}, false, nil
	}
	k, ok, err := whoHas(ctx, s.DB.Reader(), byToken, secretHash(token), s.Clock.Now())
	if err == nil && ok && !web.Unattended(ctx) {
		s.seen(ctx, k, func(ctx context.Context, tx db.Writer, id, _ moment.ID, now, before moment.Time) error {
			return touchToken(ctx, tx, id, now, before)
		})
	}
	return k, ok, err
}

// seen moves last seen on, at most every five minutes. That a full disk keeps it
// from doing so is no reason to turn somebody away.
func (s *Service) seen(ctx context.Context, k known, touch func(ctx context.Context, tx db.Writer, id, who moment.ID, now, before moment.Time) error) {
	now := s.Clock.Now()
	before := now.Add(-seenEvery)
	if k.seenAt >= before {
		return
	}
	err := s.DB.Write(ctx, func(tx db.Writer) error { return touch(ctx, tx, k.entry, k.ID, now, before) })
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("last seen was not stored", "error", err.Error())
	}
}

// NewGuest makes somebody who has only come to talk.
func (s *Service) NewGuest(ctx context.Context, tx db.Writer, lang, zone string) (Card, error) {
	if !knownZone(zone) {
		zone = ""
	}
	number, err := s.freeNumber(ctx, tx)
	if err != nil {
		return Card{}, err
	}
	p := person{ID: moment.NewID(), Kind: KindGuest, CreatedAt: s.Clock.Now(), Profile: Profile{Name: number, Zone: zone}}
	if cleaned, ok := cleanLanguages([]string{lang}); ok {
		p.Languages = cleaned
	}
	for _, l := range interfaceLangs {
		if l == lang {
			p.Lang = lang
		}
	}
	if err := insertPerson(ctx, tx, p, ""); err != nil {
		return Card{}, db.Problem("make a guest", err)
	}
	return cardOf(ctx, p), nil
}

// freeNumber draws a guest's number; while others use all that were drawn, two
// guests may share one.
func (s *Service) freeNumber(ctx context.Context, r db.Reader) (string, error) {
	const lowest, above, tries = 100, 10_000, 8
	number := ""
	for range tries {
		n, err := rand.Int(rand.Reader, big.NewInt(above-lowest))
		if err != nil {
			return "", fault.Op("people guest", err)
		}
		number = strconv.FormatInt(n.Int64()+lowest, 10)
		taken, err := guestNameTaken(ctx, r, number)
		if err != nil || !taken {
			return number, err
		}
	}
	return number, nil
}

// Arrive makes a guest with a session, in the caller's transaction. The token is
// for web.SetSession with 0: shared-device mode is a guest's default. Too many
// from one address within an hour are TooFast.
func (s *Service) Arrive(ctx context.Context, tx db.Writer, g Arrival) (access.Actor, string, error) {
	if g.Address != "" {
		if err := s.count(ctx, tx, guestsHere, g.Address); err != nil {
			return access.Actor{}, "", err
		}
	}
	card, err := s.NewGuest(ctx, tx, g.Lang, g.Zone)
	if err != nil {
		return access.Actor{}, "", err
	}
	session, token, err := s.startSession(ctx, tx, card.ID, SessionInfo{Label: g.Label, Shared: true, ForGuest: true})
	if err != nil {
		return access.Actor{}, "", err
	}
	a := access.Actor{Person: card.ID, Session: session, Roles: access.Set(access.Guest), Way: access.ByBrowser, Name: card.Name, Shared: true}
	return a, token, s.record(ctx, tx, a, "people.arrive", card.ID)
}

// GiveCodeWords gives a guest the words to come back by, for WordsLast. New words
// replace the ones before.
func (s *Service) GiveCodeWords(ctx context.Context, tx db.Writer, person moment.ID) (string, error) {
	words, err := newWords()
	if err != nil {
		return "", fault.Op("people words", err)
	}
	now := s.Clock.Now()
	return words, setWords(ctx, tx, person, s.Vault.Hash("people.words", words), now.Add(WordsLast))
}

// ComeBack lets a guest in by their code words. Wrong words and words whose time
// is over have one answer.
func (s *Service) ComeBack(ctx context.Context, from Door, words string) (string, error) {
	if err := s.spend(ctx, wordsHere, from.Address); err != nil {
		return "", err
	}
	if err := s.spend(ctx, wordsInAll, "all"); err != nil {
		return "", err
	}
	token := ""
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		who, ok, err := guestByWords(ctx, tx, s.Vault.Hash("people.words", plainWords(words)), s.Clock.Now())
		if err != nil {
			return err
		}
		if !ok {
			var p fault.Problems
			p.Add("words", "people.error.words")
			return p.Err()
		}
		if from.Actor.Known() {
			if err := s.endSessions(ctx, tx, from.Actor.Person, from.Actor.Session, ""); err != nil {
				return err
			}
		}
		var session moment.ID
		if session, token, err = s.startSession(ctx, tx, who, SessionInfo{Label: from.Label, Shared: true, ForGuest: true}); err != nil {
			return err
		}
		a := access.Actor{Person: who, Session: session, Roles: access.Set(access.Guest), Way: access.ByBrowser, Shared: true}
		return s.record(ctx, tx, a, "people.come_back", who)
	})
	return token, err
}

// Sessions lists where the actor is signed in, the latest used first.
func (s *Service) Sessions(ctx context.Context, a access.Actor) ([]Session, error) {
	return sessionsOf(ctx, s.DB.Reader(), a.Person, s.Clock.Now())
}

// EndSession ends one session of the actor's own; its streams close.
func (s *Service) EndSession(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		ended, err := deleteSessions(ctx, tx, a.Person, id, "")
		if err != nil {
			return err
		}
		if len(ended) == 0 {
			return fault.Hidden()
		}
		s.closeStreams(tx, ended)
		return s.record(ctx, tx, a, "people.sign_out", a.Person)
	})
}

// EndOtherSessions ends all sessions of the actor's but the present one.
func (s *Service) EndOtherSessions(ctx context.Context, a access.Actor) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := s.endSessions(ctx, tx, a.Person, "", a.Session); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.sign_out_others", a.Person)
	})
}

// SignOut ends the present session. One that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, a access.Actor) error {
	if err := s.EndSession(ctx, a, a.Session); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return nil
}

func (s *Service) endSessions(ctx context.Context, tx db.Writer, who, only, except moment.ID) error {
	ended, err := deleteSessions(ctx, tx, who, only, except)
	s.closeStreams(tx, ended)
	return err
}

func (s *Service) closeStreams(tx db.Writer, ended []moment.ID) {
	for _, id := range ended {
		s.Bus.Publish(tx, SessionTopic(id), int64(s.Clock.Now()))
	}
}
