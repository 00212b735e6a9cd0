package rooms

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// Stand is how somebody stands to a room, as its owner says.
type Stand struct {
	See       bool // else it is not there for them
	Name      string
	Href      string // of what it belongs to
	Mode      Mode
	Door      Door
	Enter     bool // they come, or hold it
	Host      bool // they hold it
	MayHold   bool // they may say that they hold it today
	Cameras   bool
	KeepsDoor bool // whoever comes waits in a waiting room at first
	Quiet     bool // one can take part without a name
	Places    int  // never more than fit a room of its mode; 0: as many
	Agreed    []string
	AgreeHref string
	Alone     moment.Time // since when nobody holds it who should; 0 otherwise
	Locks     moment.Time // when it is locked then
	Closes    moment.Time // when it closes then
	Topics    []string    // live topics that change the above
}

// Owner is what rooms of a kind belong to. Whoever brings the kind plugs it in.
type Owner interface {
	// Stands tells how the actor stands to the room of an owner. The system (an actor
	// without a person) learns how the door stands.
	Stands(ctx context.Context, r db.Reader, a access.Actor, owner moment.ID) (Stand, error)
	// Came and Went tell that somebody is in the room, and no more; holds tells whether
	// they hold it. They run in the transaction that makes it so.
	Came(ctx context.Context, tx db.Writer, a access.Actor, owner moment.ID, holds bool) error
	Went(ctx context.Context, tx db.Writer, person, owner moment.ID, holds bool) error
}

// Closer is for an Owner that wants to know when its room has closed, before it learns
// who went; ended tells whether somebody who held it closed it.
type Closer interface {
	Closed(ctx context.Context, tx db.Writer, owner moment.ID, ended bool) error
}

// Remover is for an Owner that wants to know who was taken out of its room and stays
// out.
type Remover interface {
	Removed(ctx context.Context, tx db.Writer, person, owner moment.ID) error
}

// People is what rooms asks of the people slice.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error)
}

// Standing tells who is kept out for a time. It is moderation.
type Standing interface {
	Out(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
}

// Talks is the engine of conversations, for the text chat. It is chat.
type Talks interface {
	Gather(ctx context.Context, tx db.Writer, kind string) (moment.ID, error)
	Admit(ctx context.Context, tx db.Writer, id, person moment.ID, alias string) error
	Dismiss(ctx context.Context, tx db.Writer, id, person moment.ID) error
	Close(ctx context.Context, tx db.Writer, id moment.ID) error
	Quiet(ctx context.Context, r db.Reader, id moment.ID) (chat.Conversation, error)
	Announce(ctx context.Context, tx db.Writer, id moment.ID, kind chat.Kind, about moment.ID) error
}

// Media carries sound and picture. It is kit/media.
type Media interface {
	Available() bool
	Policy() string
	Ensure(ctx context.Context, room string, most int) error
	People(ctx context.Context, room string) ([]media.Participant, error)
	Permit(ctx context.Context, g media.Grant) error
	Remove(ctx context.Context, room, identity string) error
	End(ctx context.Context, room string) error
	Signalling
}

// Deps is what rooms stand on.
type Deps struct {
	DB       *db.DB
	Vault    *vault.Vault
	Bus      *bus.Bus
	Clock    moment.Clock
	Ledger   *access.Ledger
	Log      *slog.Logger
	People   People
	Standing Standing
	Talks    Talks
	Panels   Panels
	Media    Media
	// Captioning is a captions service outside; its zero is none.
	Captioning Captioning
	// BaseURL is the public address of the service, without a slash at its end.
	BaseURL string
}

// Service holds the verbs of rooms.
type Service struct {
	Deps
	owners map[string]Owner
}

// New makes the service and registers its timers and what it hears.
func New(d Deps) *Service {
	s := &Service{Deps: d, owners: map[string]Owner{}}
	s.owners[asideKind] = besides{s}
	s.owners[TalkKind] = talks{s}
	s.Bus.Handle(jobWatch, s.watch)
	s.Bus.Handle(jobInvite, s.invite)
	bus.HandleTx(s.Bus, jobForget, s.forget)
	s.Bus.On("chat.ended", "rooms", s.talkEnded)
	return s
}

// Around plugs in what rooms of a kind belong to. It is called before serving, once a
// kind.
func (s *Service) Around(kind string, o Owner) { s.owners[kind] = o }

// Topic is the live topic of a room.
func Topic(id moment.ID) string { return "room:" + string(id) }

// OwnerTopic is the live topic of the room of an owner, for its door.
func OwnerTopic(owner Ref) string { return "room-of:" + owner.Kind + ":" + string(owner.ID) }

// acting bounds how often one person does something in rooms: no hand is raised
// faster.
var acting = access.Rate{Name: "rooms.act", Most: 240, Per: 10 * time.Minute}

// calling bounds how often one person asks for a call: the other said no, or says
// nothing, and is not asked on and on.
var calling = access.Rate{Name: "rooms.call", Most: 6, Per: 10 * time.Minute}

// writing bounds captions: a captioner sends a line every few seconds for an hour.
var writing = access.Rate{Name: "rooms.caption", Most: 600, Per: 10 * time.Minute}

// stands asks the owner; whom it does not show it to finds nothing.
func (s *Service) stands(ctx context.Context, r db.Reader, a access.Actor, owner Ref) (Stand, error) {
	o := s.owners[owner.Kind]
	if o == nil {
		return Stand{}, fault.Hidden()
	}
	st, err := o.Stands(ctx, r, a, owner.ID)
	if err == nil {
		err = canStand(st).Err()
	}
	most := mostInMeeting
	if st.Mode == Webinar {
		most = mostInWebinar
	}
	if st.Places == 0 || st.Places > most {
		st.Places = most
	}
	return st, err
}

// stays asks the owner whether somebody who has a seat may be in a room still, and
// moderation whether they are kept out; who may not finds nothing.
func (s *Service) stays(ctx context.Context, r db.Reader, a access.Actor, x Room) (Stand, error) {
	st, err := s.stands(ctx, r, a, x.Owner)
	if err == nil {
		err = canStay(st).Err()
	}
	if err != nil {
		return st, err
	}
	out, err := s.Standing.Out(ctx, r, a.Person)
	if err == nil && out {
		err = fault.Hidden()
	}
	return st, err
}

// inside loads a room with the seat that somebody has in it.
func (s *Service) inside(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (Room, Seat, error) {
	x, found, err := roomByID(ctx, r, id)
	if err != nil {
		return x, Seat{}, err
	}
	if !found || a.Person == "" {
		return x, Seat{}, fault.Hidden()
	}
	mine, _, err := seatOf(ctx, r, id, a.Person)
	return x, mine, err
}

// act runs a verb of somebody who is in a room, in one transaction: may decides about
// the room and their seat. Everybody in it sees the change.
func (s *Service) act(ctx context.Context, a access.Actor, id moment.ID, rate access.Rate, verb string, may func(Room, Seat) access.Decision,
	do func(tx db.Writer, x Room, mine Seat, now moment.Time) error,
) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		x, mine, err := s.inside(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := may(x, mine).Err(); err != nil {
			return err
		}
		if err := rate.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := do(tx, x, mine, now); err != nil {
			return err
		}
		s.changed(tx, x)
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "room", Object: id})
	})
}

// changed tells everybody at the door and in the room that something is new.
func (s *Service) changed(tx db.Writer, x Room) {
	s.Bus.Publish(tx, Topic(x.ID), 0)
	s.Bus.Publish(tx, OwnerTopic(x.Owner), 0)
}

// newIdentity is a name for the media server that says nothing about anybody.
func newIdentity() string { return rand.Text() }

// identityFor gives the identity that a door has announced, when it is one that a door
// could have announced and no seat has it or had it last; another otherwise. So nobody
// takes what is somebody else's.
func identityFor(ctx context.Context, tx db.Writer, announced string) (string, error) {
	if len(announced) != len(newIdentity()) || strings.Trim(announced, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return newIdentity(), nil
	}
	taken, err := isTaken(ctx, tx, announced)
	if err != nil || taken {
		return newIdentity(), err
	}
	return announced, nil
}

// grant is what the media server lets a seat do. Everybody hears and sees everybody.
func grant(x Room, seat Seat, cameras bool) media.Grant {
	g := media.Grant{Room: string(x.ID), Identity: seat.Identity}
	if seat.MaySpeak() {
		g.Publish = append(g.Publish, "microphone")
	}
	if seat.MayShow(cameras) {
		g.Publish = append(g.Publish, "camera")
	}
	if seat.MayShare() {
		g.Publish = append(g.Publish, "screen_share", "screen_share_audio")
	}
	return g
}

// permit tells the media server what a seat may do now. When it does not answer, the
// watch does it again: what was decided stands in the database. Of whoever is not in
// the room it knows nothing.
func (s *Service) permit(ctx context.Context, x Room, seat Seat) {
	if seat.State != In {
		return
	}
	st, err := s.owners[x.Owner.Kind].Stands(ctx, s.DB.Reader(), access.System(), x.Owner.ID)
	if err == nil {
		err = s.Media.Permit(ctx, grant(x, seat, st.Cameras))
	}
	if err != nil {
		s.Log.Warn("a permission in a room waits for the next watch", "room", string(x.ID), "error", err.Error())
	}
}

// takeOut ends somebody's line, at once.
func (s *Service) takeOut(ctx context.Context, room moment.ID, identity string) {
	if err := s.Media.Remove(ctx, string(room), identity); err != nil {
		s.Log.Warn("leaving a room waits for the next watch", "room", string(room), "error", err.Error())
	}
}
