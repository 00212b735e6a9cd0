package people

import (
	"context"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Door is from where somebody knocks.
type Door struct {
	Actor   access.Actor // who they are already: a visitor, or a guest
	Address string       // of the network; only ever kept as a keyed hash, for a day
	Label   string       // the kind of device
	Lang    string
	Keep    bool // the device is their own: stay signed in
}

// Entered is somebody who has come in.
type Entered struct {
	Person moment.ID
	Token  string    // of the new session
	Once   moment.ID // what is shown once, such as recovery codes; "" when nothing is
}

// Join makes a member with a password, of a visitor or of a guest, who keeps
// their id and everything. The ten recovery codes are in Once.
func (s *Service) Join(ctx context.Context, from Door, name, password string) (Entered, error) {
	if err := canJoin(from.Actor).Err(); err != nil {
		return Entered{}, err
	}
	if err := s.spend(ctx, joinsHere, from.Address); err != nil {
		return Entered{}, err
	}
	var problems fault.Problems
	name = take(&problems, name, CleanName)
	if err := s.words.check(password, name); err != nil {
		problems = append(problems, fault.As(err).Fields...)
	}
	if err := problems.Err(); err != nil {
		return Entered{}, err
	}
	if err := s.free(ctx, s.DB.Reader(), name, ""); err != nil {
		return Entered{}, err
	}
	hash, err := s.words.hash(ctx, password)
	if err != nil {
		return Entered{}, err
	}
	return s.join(ctx, from, moment.NewID(), name, func(tx db.Writer, who moment.ID, now moment.Time) error {
		return storePassword(ctx, tx, who, hash, now)
	})
}

// join admits somebody; way stores their first way in.
func (s *Service) join(ctx context.Context, from Door, fresh moment.ID, name string, way func(tx db.Writer, who moment.ID, now moment.Time) error) (Entered, error) {
	var out Entered
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		who, err := s.admit(ctx, tx, from, fresh, name)
		if err != nil {
			return err
		}
		if err := way(tx, who, now); err != nil {
			return err
		}
		codes, err := s.NewRecoveryCodes(ctx, tx, who)
		if err != nil {
			return err
		}
		session, token, err := s.startSession(ctx, tx, who, SessionInfo{Label: from.Label, Shared: !from.Keep})
		if err != nil {
			return err
		}
		once, err := s.showOnce(ctx, tx, who, session, "codes", strings.Join(codes, "\n"))
		out = Entered{Person: who, Token: token, Once: once}
		return err
	})
	return out, taken(err)
}

// admit upgrades the guest who knocks, or writes a new row under the id fresh.
func (s *Service) admit(ctx context.Context, tx db.Writer, from Door, fresh moment.ID, name string) (moment.ID, error) {
	now := s.Clock.Now()
	if err := s.free(ctx, tx, name, from.Actor.Person); err != nil {
		return "", err
	}
	who := fresh
	if from.Actor.Has(access.Guest) {
		who = from.Actor.Person
		was, err := upgradeGuest(ctx, tx, who, name, FoldName(name), now)
		if err != nil {
			return "", db.Problem("join", err)
		}
		if !was {
			return "", fault.New(fault.Conflict, "people.error.already_member")
		}
		if err := dropWords(ctx, tx, who); err != nil {
			return "", db.Problem("join", err)
		}
		// The guest's sessions end: a token from before an account is none of its.
		if err := s.endSessions(ctx, tx, who, "", ""); err != nil {
			return "", err
		}
	} else {
		p := person{ID: who, Kind: KindMember, CreatedAt: now, JoinedAt: now, Profile: Profile{Name: name, Lang: from.Lang}}
		if from.Lang != "" {
			p.Languages = []string{from.Lang}
		}
		if err := insertPerson(ctx, tx, p, FoldName(name)); err != nil {
			return "", db.Problem("join", err)
		}
	}
	if err := s.nameIs(ctx, tx, who, name); err != nil {
		return "", err
	}
	if err := s.tellChanged(ctx, tx, who); err != nil {
		return "", err
	}
	a := access.Actor{Person: who, Roles: access.Set(access.Member), Way: access.ByBrowser}
	return who, s.record(ctx, tx, a, "people.join", who)
}

// free refuses a name that somebody else goes by, or one that would be taken for it, and
// one that was set aside.
func (s *Service) free(ctx context.Context, r db.Reader, name string, except moment.ID) error {
	if aside, err := asideByFold(ctx, r, FoldName(name)); err != nil || aside {
		if err == nil {
			err = nameTaken()
		}
		return err
	}
	p, found, err := personByFold(ctx, r, FoldName(name))
	if err != nil || !found || p.ID == except {
		return err
	}
	return nameTaken()
}

func nameTaken() error {
	var p fault.Problems
	p.Add("name", "people.error.name_taken")
	return p.Err()
}

// taken says in words that somebody took the name at the same moment.
func taken(err error) error {
	if db.IsUnique(err) {
		return nameTaken()
	}
	return err
}

// CreateMember makes a member without a way in: for set-up, the command line and
// the demo, which give one with SetPassword, or a session.
func (s *Service) CreateMember(ctx context.Context, tx db.Writer, m NewMember) (moment.ID, error) {
	profile, err := Profile{Name: m.Pseudonym, Pronouns: m.Pronouns, Languages: m.Languages, Zone: m.Zone, Lang: m.Lang}.Clean()
	if err != nil {
		return "", err
	}
	if err := s.free(ctx, tx, profile.Name, ""); err != nil {
		return "", err
	}
	now := s.Clock.Now()
	p := person{ID: moment.NewID(), Kind: KindMember, CreatedAt: now, JoinedAt: now, Profile: profile}
	if err := insertPerson(ctx, tx, p, FoldName(profile.Name)); err != nil {
		return "", db.Problem("create a member", taken(err))
	}
	if err := s.nameIs(ctx, tx, p.ID, profile.Name); err != nil {
		return "", err
	}
	for _, role := range access.GivenRoles() {
		if m.Roles.Has(role) {
			if _, err := insertRole(ctx, tx, p.ID, role, now, ""); err != nil {
				return "", err
			}
		}
	}
	if err := s.tellChanged(ctx, tx, p.ID); err != nil {
		return "", err
	}
	return p.ID, s.record(ctx, tx, access.System(), "people.create", p.ID)
}

// SetPassword gives a member a password. It takes some hundredths of a second
// within the caller's transaction; pages hash before theirs.
func (s *Service) SetPassword(ctx context.Context, tx db.Writer, person moment.ID, password string) error {
	p, found, err := personByID(ctx, tx, person)
	if err != nil {
		return err
	}
	if !found || p.Kind != KindMember {
		return fault.Hidden()
	}
	if err := s.words.check(password, p.Name); err != nil {
		return err
	}
	hash, err := s.words.hash(ctx, password)
	if err != nil {
		return err
	}
	return storePassword(ctx, tx, person, hash, s.Clock.Now())
}

// NewRecoveryCodes gives ten codes, each good for one sign-in. They replace all
// from before and are stored as keyed hashes.
func (s *Service) NewRecoveryCodes(ctx context.Context, tx db.Writer, person moment.ID) ([]string, error) {
	codes, hashes := make([]string, recoveryCodes), make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = newRecoveryCode()
		hashes[i] = s.recoveryHash(person, codes[i])
	}
	return codes, replaceCodes(ctx, tx, person, hashes)
}

func (s *Service) recoveryHash(who moment.ID, code string) string {
	return s.Vault.Hash("people.recovery", string(who)+"|"+plainCode(code))
}

// personBox gives the box of what is sealed for a person, and makes its key when
// it is the first.
func (s *Service) personBox(ctx context.Context, tx db.Writer, who moment.ID) (sealer, error) {
	box, err := s.Vault.Box(ctx, tx, who)
	if fault.Is(err, fault.NotFound) {
		return s.Vault.NewScope(ctx, tx, who, s.Clock.Now())
	}
	return box, err
}

type sealer interface {
	Seal(plain []byte, context string) []byte
}

// showOnce keeps a text, sealed, for ten minutes, so that a reload on a weak line
// loses nothing; it is shown to this session only.
func (s *Service) showOnce(ctx context.Context, tx db.Writer, who, session moment.ID, kind, text string) (moment.ID, error) {
	box, err := s.personBox(ctx, tx, who)
	if err != nil {
		return "", err
	}
	o := once{ID: moment.NewID(), Person: who, Session: session, Kind: kind, EndsAt: s.Clock.Now().Add(onceLasts)}
	o.Sealed = box.Seal([]byte(text), oncePlace(o.ID))
	return o.ID, insertOnce(ctx, tx, o)
}

func oncePlace(id moment.ID) string { return "people_once.sealed|" + string(id) }

// Shown is what is shown once: kind "codes", "token" or "hook".
type Shown struct {
	ID    moment.ID
	Kind  string
	Lines []string
}

// ShowOnce gives what was made for this session a moment ago.
func (s *Service) ShowOnce(ctx context.Context, a access.Actor, id moment.ID) (Shown, error) {
	r := s.DB.Reader()
	o, found, err := onceByID(ctx, r, id, s.Clock.Now())
	if err != nil {
		return Shown{}, err
	}
	if !found || o.Person != a.Person || o.Session != a.Session {
		return Shown{}, fault.Hidden()
	}
	box, err := s.Vault.Box(ctx, r, o.Person)
	if err != nil {
		return Shown{}, err
	}
	text, err := box.Open(o.Sealed, oncePlace(o.ID))
	if err != nil {
		return Shown{}, err
	}
	return Shown{ID: id, Kind: o.Kind, Lines: strings.Split(string(text), "\n")}, nil
}

// Kept forgets what was shown once. Twice is no error.
func (s *Service) Kept(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error { return deleteOnce(ctx, tx, id, a.Person, a.Session) })
}
