package discussion

import (
	"context"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"

	lru "github.com/hashicorp/golang-lru/v2"
)

// What discussions tell people. The words outside are neutral.
const (
	noticePosted   = "discussion.posted"   // something new in a space that you follow
	noticeAnswered = "discussion.answered" // somebody wrote below what you wrote
	noticeDecision = "discussion.decision" // something was decided about what you wrote
	noticeHeld     = "discussion.held"     // to whoever leads: words that somebody should read now
	noticeCalled   = "discussion.called"   // somebody wrote your name
	noticeDigest   = "discussion.digest"   // something is new in what you follow, at your hour
	noticeLeft     = "discussion.left"     // to whoever leads: somebody whose words were held has left
	noticeWaiting  = "discussion.waiting"  // to those who look after it: something waits to be read
)

// Kinds are what discussions tell people, for notify.
func Kinds() []notify.Kind {
	return []notify.Kind{{Name: noticePosted}, {Name: noticeAnswered}, {Name: noticeDecision}, {Name: noticeHeld, Urgent: true, Work: true}, {Name: noticeLeft, Urgent: true, Work: true}, {Name: noticeWaiting}, {Name: noticeCalled}, {Name: noticeDigest}}
}

// Owner is what a kind of space belongs to. Whoever brings the kind plugs it in.
type Owner interface {
	// Stands tells how the actor stands to a space; See false: it is not there for them.
	Stands(ctx context.Context, r db.Reader, a access.Actor, space Space) (Stand, error)
	// Followers gives some of those who are told of a new post, in the order of their ids after
	// one of them: fewer than most are the last. The author may be among them.
	Followers(ctx context.Context, r db.Reader, space Space, after moment.ID, most int) ([]moment.ID, error)
}

// Keepers is for an Owner that can name who keeps a space: they are told when
// something is held there.
type Keepers interface {
	Keepers(ctx context.Context, r db.Reader, space Space) ([]moment.ID, error)
}

// Among is for an Owner of spaces with threads: of those who follow a thread it gives
// those who see the space still.
type Among interface {
	Among(ctx context.Context, r db.Reader, space Space, people []moment.ID) ([]moment.ID, error)
}

// People is what discussions ask of the people slice.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error)
	WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error)
	Named(ctx context.Context, r db.Reader, name string) (moment.ID, bool, error)
	Reach(ctx context.Context, r db.Reader, id moment.ID) (people.Reach, error)
	Situations(ctx context.Context, lang string) ([]people.Situation, error)
}

// Phrases finds listed phrases in words. It is safety.
type Phrases interface {
	Match(ctx context.Context, r db.Reader, text, lang string) ([]string, error)
	Matches(ctx context.Context, r db.Reader, texts []string, lang string) ([][]string, error)
}

// Leads tells who leads now, who is on call, and whom to reach at once: who leads, or where nobody does is
// on call, but for one person; "" when nobody is. It is shifts.
type Leads interface {
	LeadNow(ctx context.Context, r db.Reader) (moment.ID, error)
	ReachNow(ctx context.Context, r db.Reader, but moment.ID) (moment.ID, error)
	OnCall(ctx context.Context, r db.Reader, at moment.Time) (shifts.OnCall, error)
}

// Standing tells who is kept out for a time. It is moderation.
type Standing interface {
	Out(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
}

// Lines gives the crisis lines of the service. It is the directory.
type Lines interface {
	BarLines(ctx context.Context) []web.CrisisLine
}

// Teller tells people things. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	Settle(ctx context.Context, tx db.Writer, to moment.ID, key string) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// Deps is what discussions stand on.
type Deps struct {
	DB       *db.DB
	Vault    *vault.Vault
	Bus      *bus.Bus
	Clock    moment.Clock
	Ledger   *access.Ledger
	People   People
	Tell     Teller
	Standing Standing
	Phrases  Phrases
	Leads    Leads
	Lines    Lines
	Index    Index
	// Zone is the service's, for people who set none.
	Zone func(ctx context.Context, r db.Reader) (*time.Location, error)
}

// Service holds the verbs of discussions.
type Service struct {
	Deps
	owners map[string]Owner // by the kind of space
	prose  *prose.Cache     // of what everybody may read
	visits *lru.Cache[visitKey, visit]
	making chan struct{} // places for making pictures anew
	intake *intake
}

// New makes the service and registers its timers and reactions.
func New(d Deps) *Service {
	s := &Service{Deps: d, owners: map[string]Owner{}, prose: prose.NewCache(), visits: newVisits(), making: make(chan struct{}, picturesAtOnce), intake: newIntake()}
	bus.HandleTx(d.Bus, jobTell, s.tellJob)
	bus.HandleTx(d.Bus, jobLead, s.tellLead)
	bus.HandleTx(d.Bus, jobUnread, s.unreadJob)
	bus.HandleTx(d.Bus, jobGone, s.goneJob)
	bus.HandleTx(d.Bus, jobCall, s.callJob)
	bus.HandleTx(d.Bus, jobDigest, s.digestJob)
	bus.HandleTx(d.Bus, jobSweep, s.sweepJob)
	bus.HandleTx(d.Bus, jobUnfind, s.unfindJob)
	bus.HandleTx(d.Bus, jobBelow, s.belowJob)
	d.Bus.OnTx("shifts.changed", "discussion", s.somebodyLeads)
	return s
}

// Around says whose the spaces of a kind are. It is called once a kind, before serving.
func (s *Service) Around(kind string, o Owner) { s.owners[kind] = o }

// OpenSpace makes a space with a key of its own in the caller's transaction; the
// caller has decided who may. A kind without an Owner is a mistake of the program.
func (s *Service) OpenSpace(ctx context.Context, tx db.Writer, kind string, owner moment.ID, rules SpaceRules) (moment.ID, error) {
	if s.owners[kind] == nil || owner == "" {
		return "", fault.New(fault.Internal, "web.error.internal")
	}
	x := Space{ID: moment.NewID(), Kind: kind, Owner: owner, Rules: rules, CreatedAt: s.Clock.Now()}
	if err := insertSpace(ctx, tx, x); err != nil {
		return "", fault.Op("open a space", err)
	}
	_, err := s.Vault.NewScope(ctx, tx, x.ID, x.CreatedAt)
	return x.ID, err
}

// SetRules changes how a space is kept, in the caller's transaction. What was
// written without a name stays so, and what is held stays held.
func (s *Service) SetRules(ctx context.Context, tx db.Writer, space moment.ID, rules SpaceRules) error {
	found, err := setRules(ctx, tx, space, rules)
	return s.changedSpace(tx, space, found, err)
}

// CloseSpace makes a space read only, in the caller's transaction. SetRules opens it again.
func (s *Service) CloseSpace(ctx context.Context, tx db.Writer, space moment.ID) error {
	found, err := setClosed(ctx, tx, space)
	return s.changedSpace(tx, space, found, err)
}

func (s *Service) changedSpace(tx db.Writer, space moment.ID, found bool, err error) error {
	if err == nil && !found {
		return fault.Hidden()
	}
	s.Bus.Publish(tx, Topic(space), int64(s.Clock.Now()))
	return fault.Op("space", err)
}

// DestroySpace destroys the key of a space in the caller's transaction: what was
// written there is gone for everybody at once. Its rows go soon afterwards.
// Destroying twice is no error.
func (s *Service) DestroySpace(ctx context.Context, tx db.Writer, space moment.ID) error {
	now := s.Clock.Now()
	first, err := setDestroyed(ctx, tx, space, now)
	if err != nil || !first {
		return fault.Op("destroy a space", err)
	}
	if err := s.Vault.Destroy(ctx, tx, space); err != nil {
		return err
	}
	held, err := heldIn(ctx, tx, space)
	if err != nil {
		return err
	}
	for _, id := range held {
		if err := s.settle(ctx, tx, id); err != nil {
			return err
		}
	}
	calls, err := callsInSpace(ctx, tx, space)
	if err != nil {
		return err
	}
	if err := s.uncall(ctx, tx, calls); err != nil {
		return err
	}
	if err := s.Unfind(ctx, tx, space); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic(space), int64(now))
	if err := s.Bus.At(ctx, tx, jobSweep, string(space), now, aboutSpace{space}); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "discussion.destroy", Kind: "space", Object: space})
}

// room is a space as somebody stands to it.
type room struct {
	frame
	Stand
	viewer viewer
	box    *vault.Box
}

// enter loads a space for an actor. What is not there, or not for them, is a room in
// which they see nothing: the caller decides, since one's own words stay one's own.
func (s *Service) enter(ctx context.Context, r db.Reader, a access.Actor, space moment.ID) (room, error) {
	f, found, err := loadSpace(ctx, r, space)
	if err == nil && (!found || s.owners[f.Kind] == nil) {
		err = fault.Hidden()
	}
	if err != nil {
		return room{}, err
	}
	x := room{frame: f}
	if x.Stand, err = s.owners[f.Kind].Stands(ctx, r, a, f.Space); err != nil {
		return x, err
	}
	x.viewer = viewer{Actor: a, see: x.See, write: x.See && x.Write, keep: x.See && x.Keep}
	if !x.viewer.keep && a.Person != "" {
		if x.viewer.apart, err = s.People.Apart(ctx, r, a.Person); err != nil {
			return x, err
		}
	}
	x.box, err = s.Vault.BoxFrom(f.ID, f.wrapped)
	return x, err
}

// visit is enter for whoever has to see the space.
func (s *Service) visit(ctx context.Context, r db.Reader, a access.Actor, space moment.ID) (room, error) {
	x, err := s.enter(ctx, r, a, space)
	if err == nil && !x.viewer.see {
		err = fault.Hidden()
	}
	return x, err
}

// at loads an entry with its space, and for a comment its post, for whoever may see it.
// Below a post that one does not see there is nothing, but for one's own and for whoever leads.
func (s *Service) at(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (room, Entry, error) {
	x, e, err := s.find(ctx, r, a, id)
	if err != nil {
		return x, Entry{}, err
	}
	opened, err := open(x, e)
	return x, opened, err
}

// find is at for what is opened later.
func (s *Service) find(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (room, row, error) {
	e, found, err := entryByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return room{}, row{}, err
	}
	x, err := s.enter(ctx, r, a, e.Space)
	if err != nil {
		return x, row{}, err
	}
	if err := canSee(x.viewer, e.Entry).Err(); err != nil {
		return x, row{}, err
	}
	if e.Post != "" && !x.viewer.mine(e.Entry) && !x.viewer.leads(e.Entry) {
		post, _, err := entryByID(ctx, r, e.Post)
		if err != nil {
			return x, row{}, err
		}
		if err := canSee(x.viewer, post.Entry).Err(); err != nil {
			return x, row{}, err
		}
	}
	return x, e, nil
}

// keyOut says that a decision keeps somebody from writing.
const keyOut = "discussion.error.out"

// keySignIn says to whoever has no account that writing needs one.
const keySignIn = "discussion.write.sign_in"

// notOut is a Conflict for somebody who is kept out by a decision.
func (s *Service) notOut(ctx context.Context, r db.Reader, person moment.ID) error {
	out, err := s.Standing.Out(ctx, r, person)
	if err == nil && out {
		err = fault.New(fault.Conflict, keyOut)
	}
	return err
}

// on runs a verb on an entry in one transaction: load what the actor sees, decide,
// do, tell open pages, and write the audit. Subject is only ever the actor or, for
// what keepers do, the author: never the author of what somebody without a name touches.
func (s *Service) on(ctx context.Context, a access.Actor, id moment.ID, rate access.Rate, verb access.Entry, may func(room, Entry) access.Decision, f func(tx db.Writer, x room, e Entry, now moment.Time) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		x, e, err := s.at(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := may(x, e).Err(); err != nil {
			return err
		}
		if err := rate.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := f(tx, x, e, now); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, e, now); err != nil {
			return err
		}
		verb.Kind, verb.Object = "post", id
		if verb.Subject != "" {
			verb.Subject = e.author
		}
		return access.Record(ctx, tx, a, now, verb)
	})
}

// changed tells open pages that something of an entry is otherwise now, and counts it in
// its thread: after every change of what anybody sees.
func (s *Service) changed(ctx context.Context, tx db.Writer, e Entry, now moment.Time) error {
	s.Bus.Publish(tx, Topic(e.Space), int64(now))
	return fault.Op("change", countChange(ctx, tx, e.Thread()))
}

// ofTheirs marks an audit entry as about the author's own.
const ofTheirs = moment.ID("author")
