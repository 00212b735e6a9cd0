package rooms

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
)

// secretBytes are 256 bits, which nobody guesses.
const secretBytes = 32

func newSecret() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *Service) secretHash(secret string) string { return s.Vault.Hash("rooms.captions", secret) }

// invited is what the service is sent: two addresses and the languages that may be
// spoken. Of the people and of what the room is about it learns nothing.
type invited struct {
	Room      string   `json:"room"`
	Lines     string   `json:"lines"`
	Languages []string `json:"languages"`
}

// invitation makes the message of a run with new addresses; wanted is false when the
// run is over.
func (s *Service) invitation(ctx context.Context, about aboutRun) (m post.HookMessage, wanted bool, err error) {
	secret := newSecret()
	var out invited
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		wanted = false
		x, found, err := roomByID(ctx, tx, about.Room)
		if err != nil || !found || !runs(x, about.Run) || !s.offers(x) {
			return err
		}
		wanted = true
		if out, err = s.invited(ctx, tx, x, secret); err != nil {
			return err
		}
		return setOutsideSecret(ctx, tx, x.ID, s.secretHash(secret))
	})
	if err != nil || !wanted {
		return m, false, err
	}
	body, err := json.Marshal(out)
	if err != nil {
		return m, false, fault.Op("invite to captions", err)
	}
	return post.HookMessage{URL: s.Captioning.Address, Secrets: []string{s.Captioning.Secret}, ID: string(about.Run), At: s.Clock.Now().Std(), Body: body}, true, nil
}

// runs tells whether this run is the one that goes on.
func runs(x Room, run moment.ID) bool {
	return x.Open && x.Outside.State == OutsideRuns && x.Outside.Run == run
}

// invited names the addresses, and the languages: that of whoever asked, and those of
// the interpreters' channels.
func (s *Service) invited(ctx context.Context, r db.Reader, x Room, secret string) (invited, error) {
	seats, err := seatsIn(ctx, r, x.ID)
	if err != nil {
		return invited{}, err
	}
	lines := s.BaseURL + outsidePath(secret)
	out := invited{Room: "ws" + strings.TrimPrefix(lines, "http") + "/line", Lines: lines, Languages: []string{x.Outside.Lang}}
	for _, seat := range seats {
		if seat.Role == Interpreter && !slices.Contains(out.Languages, seat.Lang) {
			out.Languages = append(out.Languages, seat.Lang)
		}
	}
	return out, nil
}

// inviteAgain plans the next try, or gives it up and says so in the room.
func (s *Service) inviteAgain(ctx context.Context, about aboutRun, cause error) error {
	why := post.TroubleOf(cause)
	more := about.Try < len(inviteAfter) && (why.Reason == post.Busy || why.Reason == post.Unreachable)
	s.Log.Warn("the captions service could not be invited", "room", string(about.Room), "reason", string(why.Reason), "status", why.Status, "again", more)
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, found, err := roomByID(ctx, tx, about.Room)
		if err != nil || !found || !runs(x, about.Run) {
			return err
		}
		now := s.Clock.Now()
		if !more {
			return s.endOutside(ctx, tx, x, OutsideFailed, now)
		}
		return s.Bus.At(ctx, tx, jobInvite, string(x.ID), now.Add(inviteAfter[about.Try]), aboutRun{about.Room, about.Run, about.Try + 1})
	})
}

// bySecret gives the room that an address of the service stands for now; one that is
// wrong, old or of a run that is over finds nothing.
func (s *Service) bySecret(ctx context.Context, r db.Reader, secret string) (Room, error) {
	x, found, err := roomBySecret(ctx, r, s.secretHash(secret))
	if err != nil {
		return x, err
	}
	return x, canWriteFromOutside(x, found && s.offers(x)).Err()
}

// OutsideLine gives what the media server may let the service do: hear the room that
// its secret address stands for, and send nothing. It is asked anew at each line.
func (s *Service) OutsideLine(ctx context.Context, secret string) (media.Grant, error) {
	x, err := s.bySecret(ctx, s.DB.Reader(), secret)
	if err != nil {
		return media.Grant{}, err
	}
	g := outsideGrant(x)
	g.Until = s.Clock.Now().Add(lineFor).Std()
	return g, s.Media.Ensure(ctx, string(x.ID), x.Places+mostInMeeting)
}

// OutsideStays tells whether a line of the service still stands.
func (s *Service) OutsideStays(ctx context.Context, secret string) bool {
	_, err := s.bySecret(ctx, s.DB.Reader(), secret)
	return !fault.Is(err, fault.NotFound) // a database that is away cuts nobody off
}

// endOutsideLine takes the service out of the media server, unless it was invited again
// and is there by its newer address.
func (s *Service) endOutsideLine(ctx context.Context, room moment.ID, identity string) {
	x, found, err := roomByID(ctx, s.DB.Reader(), room)
	if err == nil && found && x.Open && x.Outside.Identity == identity {
		return
	}
	s.takeOut(ctx, room, identity)
}

// OutsideCaption adds a line of captions by the service, up to 300 characters. It is
// kept like a line that somebody typed.
func (s *Service) OutsideCaption(ctx context.Context, secret, words string) error {
	words, err := cleanLine("words", words, mostCaption)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, err := s.bySecret(ctx, tx, secret)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := writing.Spend(ctx, tx, x.Outside.Run, now); err != nil {
			return err
		}
		if err := s.addCaption(ctx, tx, x, x.Outside.Run, words, now); err != nil {
			return err
		}
		s.changed(tx, x)
		return access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "rooms.captions_line", Kind: "room", Object: x.ID})
	})
}
