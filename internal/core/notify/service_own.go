package notify

import (
	"context"
	"slices"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// How often one person may change what is theirs.
var (
	seenRate = access.Rate{Name: "notify.seen", Most: 120, Per: time.Minute}
	saveRate = access.Rate{Name: "notify.save", Most: 30, Per: time.Minute}
	testRate = access.Rate{Name: "notify.test", Most: 5, Per: 10 * time.Minute}
)

// Open gives what still asks something of a person, pages first, then the newest
// first, at most 50: a page until it is settled, anything else until it is seen.
func (s *Service) Open(ctx context.Context, r db.Reader, person moment.ID) ([]Notice, error) {
	return openNotices(ctx, r, person)
}

// Told lists what the actor was told, newest first, at most 100.
func (s *Service) Told(ctx context.Context, a access.Actor) ([]Notice, error) {
	return noticesOf(ctx, s.DB.Reader(), a.Person, mostShown)
}

// See notes that the actor has seen one notice of theirs, and gives it.
func (s *Service) See(ctx context.Context, a access.Actor, id moment.ID) (Notice, error) {
	var n Notice
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		var found bool
		var err error
		if n, found, err = noticeByID(ctx, tx, id); err != nil {
			return err
		}
		if !found || n.Person != a.Person {
			return fault.Hidden()
		}
		return s.see(ctx, tx, a, id)
	})
	return n, err
}

// SeeAll notes that the actor has seen everything that they were told.
func (s *Service) SeeAll(ctx context.Context, a access.Actor) error {
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.see(ctx, tx, a, "") })
}

func (s *Service) see(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID) error {
	now := s.Clock.Now()
	if err := seenRate.Spend(ctx, tx, a.Person, now); err != nil {
		return err
	}
	n, err := markSeen(ctx, tx, a.Person, id, now)
	if err != nil || n == 0 {
		return err
	}
	s.changed(tx, a.Person)
	return s.record(ctx, tx, a, "notify.see", "notice", id, a.Person)
}

// Settings is how the actor is reached.
type Settings struct {
	Kinds   []Kind // that they can get
	Chosen  []Choice
	Hours   Hours
	HasHour bool
	Works   bool
	Email   bool // mail can reach them
	Devices []Device
	Labels  map[moment.ID]string // of the sessions that devices belong to
	Hooks   bool                 // some webhook is connected
}

// Wants tells whether a channel is used for a kind.
func (s Settings) Wants(k Kind, c Channel) bool { return wanted(k, c, s.Works, s.Chosen) }

// Settings gives the actor's own.
func (s *Service) Settings(ctx context.Context, a access.Actor) (Settings, error) {
	r := s.DB.Reader()
	who, err := s.People.Reach(ctx, r, a.Person)
	if err != nil {
		return Settings{}, err
	}
	out := Settings{Works: who.Works(), Email: who.Email, Labels: map[moment.ID]string{}}
	out.Kinds = slices.DeleteFunc(s.Kinds(), func(k Kind) bool { return k.Work && !out.Works || k.Name == KindTest })
	if out.Chosen, err = choicesOf(ctx, r, a.Person); err != nil {
		return out, err
	}
	if out.Hours, out.HasHour, err = hoursOf(ctx, r, a.Person); err != nil {
		return out, err
	}
	if out.Devices, out.Labels, err = s.devices(ctx, a); err != nil {
		return out, err
	}
	hooks, err := allHooks(ctx, r)
	out.Hooks = s.Hook != nil && len(hooks) > 0
	return out, err
}

// devices gives those whose session still lives.
func (s *Service) devices(ctx context.Context, a access.Actor) ([]Device, map[moment.ID]string, error) {
	all, err := devicesOf(ctx, s.DB.Reader(), a.Person)
	if err != nil {
		return nil, nil, err
	}
	sessions, err := s.People.Sessions(ctx, a)
	labels := map[moment.ID]string{}
	for _, x := range sessions {
		labels[x.ID] = x.Label
	}
	return slices.DeleteFunc(all, func(d Device) bool { _, lives := labels[d.Session]; return !lives }), labels, err
}

// Wishes is what the settings page sends: by kind, the channels that are wanted.
type Wishes struct {
	Kinds map[string][]Channel
	Hours *Hours // nil: no quiet hours
}

// Save keeps the actor's wishes for all kinds that can be chosen. Urgent kinds
// are not among them.
func (s *Service) Save(ctx context.Context, a access.Actor, w Wishes) error {
	if h := w.Hours; h != nil && (h.From < 0 || h.From > 1439 || h.To < 0 || h.To > 1439 || h.From == h.To) {
		var p fault.Problems
		p.Add("to", "notify.error.hours")
		return p.Err()
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := saveRate.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		who, err := s.People.Reach(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		for _, k := range s.Kinds() {
			if k.Urgent || k.Name == KindTest || k.Work && !who.Works() {
				continue
			}
			for _, c := range Channels() {
				if err := putChoice(ctx, tx, a.Person, Choice{k.Name, c, slices.Contains(w.Kinds[k.Name], c)}); err != nil {
					return err
				}
			}
		}
		if err := putHours(ctx, tx, a.Person, w.Hours); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "notify.save", "person", a.Person, a.Person)
	})
}

// Test tells the actor something by every channel that they have, quiet hours or not.
func (s *Service) Test(ctx context.Context, a access.Actor) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := testRate.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		if err := s.Tell(ctx, tx, Message{To: a.Person, Kind: KindTest, Key: "test/" + string(moment.NewID()), Path: "/me/notices"}); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "notify.test", "person", a.Person, a.Person)
	})
}

// box gives the box of what is sealed for a person, and makes its key when there
// is none yet.
func (s *Service) box(ctx context.Context, tx db.Writer, who moment.ID) (sealer, error) {
	b, err := s.Vault.Box(ctx, tx, who)
	if fault.Is(err, fault.NotFound) {
		return s.Vault.NewScope(ctx, tx, who, s.Clock.Now())
	}
	return b, err
}

type sealer interface {
	Seal(plain []byte, context string) []byte
}
