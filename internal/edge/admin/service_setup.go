package admin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// SetUp is everything that set-up asks for.
type SetUp struct {
	Code      string
	About     About
	Pseudonym string
	Password  string
	Lang      string // of the administrator's pages
	Label     string // the kind of device, for the list of sessions
}

// Opened is what set-up gives back: shown once, stored hashed.
type Opened struct {
	Codes []string // for signing in when the password is lost
	Token string   // of the administrator's session
}

// SetUpCode makes the one-time code for a service without an administrator and
// gives it to be printed; it replaces one from before. With an administrator it
// is "". The code is 256 random bits, holds for a day and is stored hashed.
func (s *Service) SetUpCode(ctx context.Context) (string, error) {
	has, err := s.People.HasAdministrator(ctx)
	if err != nil || has {
		return "", err
	}
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	code := base64.RawURLEncoding.EncodeToString(b[:])
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		value := s.Vault.Hash(settingCode, code) + " " + strconv.FormatInt(int64(now.Add(codeLasts)), 10)
		return access.SetSetting(ctx, tx, access.System(), now, settingCode, value)
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// checkCode refuses what is not the code, at its field.
func (s *Service) checkCode(ctx context.Context, r db.Reader, code string) error {
	stored, err := access.Setting(ctx, r, settingCode, "")
	if err != nil {
		return err
	}
	hash, until, _ := strings.Cut(stored, " ")
	end, err := strconv.ParseInt(until, 10, 64)
	if err == nil && hash != "" && s.Clock.Now() < moment.Time(end) &&
		subtle.ConstantTimeCompare([]byte(hash), []byte(s.Vault.Hash(settingCode, strings.TrimSpace(code)))) == 1 {
		return nil
	}
	var p fault.Problems
	p.Add("code", "admin.error.code")
	return p.Err()
}

// mayStart tells whether set-up is open at all.
func (s *Service) mayStart(ctx context.Context) error {
	has, err := s.People.HasAdministrator(ctx)
	if err != nil {
		return err
	}
	return maySetUp(has).Err()
}

// SetUp names the service and makes its administrator. The code is used up in
// the same transaction, so that it works for one.
func (s *Service) SetUp(ctx context.Context, u SetUp) (Opened, error) {
	if err := s.mayStart(ctx); err != nil {
		return Opened{}, err
	}
	u.About = u.About.Tidy()
	if err := u.About.Validate(); err != nil {
		return Opened{}, err
	}
	var out Opened
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		out = Opened{}
		if err := s.checkCode(ctx, tx, u.Code); err != nil {
			return err
		}
		a, err := s.firstPerson(ctx, tx, u, &out)
		if err != nil {
			return err
		}
		if err := s.writeAbout(ctx, tx, a, u.About); err != nil {
			return err
		}
		if err := access.SetSetting(ctx, tx, a, s.Clock.Now(), settingCode, ""); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "admin.set_up", Kind: "service", Object: a.Person})
	})
	return out, err
}

// firstPerson makes the administrator with password, recovery codes and session.
func (s *Service) firstPerson(ctx context.Context, tx db.Writer, u SetUp, out *Opened) (access.Actor, error) {
	roles := access.Set(access.Administrator)
	id, err := s.People.CreateMember(ctx, tx, people.NewMember{Pseudonym: u.Pseudonym, Languages: u.About.Languages[:1], Zone: u.About.Zone, Lang: u.Lang, Roles: roles})
	if err != nil {
		return access.Actor{}, err
	}
	if err := s.People.SetPassword(ctx, tx, id, u.Password); err != nil {
		return access.Actor{}, err
	}
	if out.Codes, err = s.People.NewRecoveryCodes(ctx, tx, id); err != nil {
		return access.Actor{}, err
	}
	out.Token, err = s.People.StartSession(ctx, tx, id, people.SessionInfo{Label: u.Label})
	return access.Actor{Person: id, Roles: roles | access.Set(access.Member), Way: access.ByBrowser}, err
}
