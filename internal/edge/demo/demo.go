package demo

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/directory"
	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Zone is where the fictional service is.
const Zone = "Africa/Nairobi"

// Demo is a fictional service that runs.
type Demo struct {
	Deps
	players []placed
	hurry   atomic.Bool
}

// placed is a player with an account.
type placed struct {
	player
	id moment.ID
}

// New makes the demo; Begin brings it to life.
func New(d Deps) *Demo { return &Demo{Deps: d} }

// Hurry lets scripted peers answer without pauses, or with them again, for tests.
func (d *Demo) Hurry(on bool) *Demo {
	d.hurry.Store(on)
	return d
}

// Begin makes the cast where it is not there yet, starts the shift, and lets the
// scripted peers work until ctx ends.
func (d *Demo) Begin(ctx context.Context) error {
	if err := d.enlist(ctx); err != nil {
		return err
	}
	if err := d.plan(ctx); err != nil {
		return err
	}
	mates := map[moment.ID]bool{}
	for _, p := range d.players {
		if p.Scripted {
			mates[p.id] = true
		}
	}
	for _, p := range d.players {
		if p.OnShift && !p.Scripted {
			if err := d.Shifts.Start(ctx, p.actor(), p.Leads); err != nil {
				return err
			}
		}
		if p.Scripted {
			if err := d.Shifts.Start(ctx, p.actor(), false); err != nil {
				return err
			}
			if err := d.Shifts.ChooseLimits(ctx, p.actor(), 1, int(shifts.HardContact.Minutes())); err != nil {
				return err
			}
		}
	}
	for _, p := range d.players {
		if p.Scripted {
			go (&scripted{d: d.Deps, actor: p.actor(), mates: mates, hurry: &d.hurry}).run(ctx)
		}
	}
	return nil
}

func (p placed) actor() access.Actor {
	return access.Actor{Person: p.id, Roles: access.Set(append(p.Roles, access.Member)...), Way: access.BySystem, Name: p.Name}
}

// enlist finds or makes everybody in the cast.
func (d *Demo) enlist(ctx context.Context) error {
	d.players = nil
	for _, p := range cast() {
		id, err := d.find(ctx, p)
		if err != nil {
			return err
		}
		d.players = append(d.players, placed{p, id})
	}
	return nil
}

func (d *Demo) find(ctx context.Context, p player) (moment.ID, error) {
	key := "demo." + p.Name
	known, err := access.Setting(ctx, d.DB.Reader(), key, "")
	if err != nil || known != "" {
		return moment.ID(known), err
	}
	var id moment.ID
	err = d.DB.Write(ctx, func(tx db.Writer) error {
		id, err = d.People.CreateMember(ctx, tx, people.NewMember{Pseudonym: p.Name, Languages: p.Languages, Zone: Zone, Lang: p.Languages[0], Pronouns: p.Pronouns, Roles: access.Set(p.Roles...)})
		if err != nil {
			return err
		}
		return access.SetSetting(ctx, tx, access.System(), d.Clock.Now(), key, string(id))
	})
	if err != nil {
		return "", err
	}
	a := placed{p, id}.actor()
	if len(p.Lived) > 0 {
		if err := d.People.SaveLived(ctx, a, p.Lived); err != nil {
			return "", err
		}
	}
	if p.Wish != nil {
		if err := d.Safety.SaveWish(ctx, a, *p.Wish); err != nil {
			return "", err
		}
	}
	return id, d.wishes(ctx, a, p)
}

// wishes says for a player what they would rather and rather not, and when.
func (d *Demo) wishes(ctx context.Context, a access.Actor, p player) error {
	if len(p.Never)+len(p.Gladly) > 0 {
		if err := d.People.SaveLimits(ctx, a, people.Limits{Never: p.Never, Gladly: p.Gladly}); err != nil {
			return err
		}
	}
	if len(p.Week) > 0 {
		if err := d.People.SaveWeek(ctx, a, p.Week); err != nil {
			return err
		}
	}
	if p.Own == "" {
		return nil
	}
	return d.People.AddWords(ctx, a, p.Own, people.ToMatches, true)
}

// Lines is what the demo asks of the directory.
type Lines interface {
	AddDemoLines(ctx context.Context, tx db.Writer, lines ...directory.Line) error
}

// Numbers enters crisis lines that are plainly made up and ring nowhere.
func (d *Demo) Numbers(ctx context.Context, tx db.Writer, to Lines) error {
	const source = "made up for the demo"
	return to.AddDemoLines(ctx, tx,
		directory.Line{Name: "Emergency", Number: "000", Kind: directory.Emergency, Audience: "all", Hours: "day and night", Languages: []string{"en"}, Source: source},
		directory.Line{Name: "Crisis line", Number: "555 0100", Kind: directory.Call, Audience: "all", Hours: "day and night", Languages: []string{"en", "es", "ar"}, Source: source},
		directory.Line{Name: "Crisis text line", Number: "555 0101", Kind: directory.Text, Audience: "all", Hours: "day and night", Languages: []string{"en"}, Source: source},
		directory.Line{Name: "Youth line", Number: "555 0102", Kind: directory.Call, Audience: "youth", Hours: "12:00 to 22:00", Languages: []string{"en"}, Source: source},
	)
}

// MovableClock is a clock the history is written with.
type MovableClock interface {
	moment.Clock
	Advance(d time.Duration)
}

// History lets some evenings pass, by the same verbs as everything else: people
// ask, wait a while, talk, and say how it was. The deps' clock is moved.
func (d *Demo) History(ctx context.Context, clock MovableClock) error {
	if err := d.enlist(ctx); err != nil {
		return err
	}
	helpers := d.named("Ali", "Wren", "Noor")
	for _, h := range helpers {
		if err := d.Shifts.Start(ctx, h.actor(), false); err != nil {
			return err
		}
	}
	for i := range 12 {
		if err := d.evening(ctx, clock, helpers[i%len(helpers)], i); err != nil {
			return fault.Op(fmt.Sprintf("demo evening %d", i), err)
		}
		clock.Advance(47 * time.Minute)
	}
	for _, h := range helpers {
		if err := d.Support.LeaveShift(ctx, h.actor()); err != nil {
			return err
		}
	}
	if err := d.walks(ctx, clock); err != nil {
		return err
	}
	if err := d.gatherAll(ctx); err != nil {
		return fault.Op("demo groups", err)
	}
	return fault.Op("demo forum", d.talks(ctx, clock))
}

func (d *Demo) named(names ...string) []placed {
	var out []placed
	for _, n := range names {
		for _, p := range d.players {
			if p.Name == n {
				out = append(out, p)
			}
		}
	}
	return out
}

// evening is one conversation of the past.
func (d *Demo) evening(ctx context.Context, clock MovableClock, helper placed, i int) error {
	seekers := d.named("Heron", "Juniper")
	caller := support.Caller{Lang: "en", Zone: Zone, Label: "demo"}
	if i%4 == 0 {
		caller.Actor = seekers[i/4%len(seekers)].actor()
	}
	asked, err := d.Support.Ask(ctx, caller, support.Wanted{Situations: []string{pastSituations()[i%len(pastSituations())]}, Distress: 2 + i%3})
	if err != nil {
		return err
	}
	clock.Advance(time.Duration(60+(i*53)%260) * time.Second)
	if err := d.Support.Ready(ctx, helper.actor()); err != nil {
		return err
	}
	offer, err := d.Support.MyOffer(ctx, helper.actor())
	if err != nil {
		return err
	}
	if offer == nil {
		return d.Support.Withdraw(ctx, asked.Actor, asked.Request.ID)
	}
	id, err := d.Support.Accept(ctx, helper.actor(), offer.ID)
	if err != nil {
		return err
	}
	if err := d.exchange(ctx, clock, id, helper.actor(), asked.Actor); err != nil {
		return err
	}
	if err := d.Support.End(ctx, asked.Actor, id); err != nil {
		return err
	}
	if err := d.Support.Feel(ctx, asked.Actor, id, support.Afterwards{Distress: max(1, 1+i%3), Helped: []string{"listened"}, Thanks: pastThanks(i)}); err != nil {
		return err
	}
	if err := d.Support.Debrief(ctx, helper.actor(), id, support.Debriefing{By: "form", Heavy: i%5 == 0, Note: pastNote(i)}); err != nil {
		return err
	}
	return d.Support.Pause(ctx, helper.actor()) // so that the next one waits a while, as in life
}

func (d *Demo) exchange(ctx context.Context, clock MovableClock, id moment.ID, helper, helped access.Actor) error {
	for n, text := range pastWords() {
		who := helped
		if n%2 == 0 {
			who = helper
		}
		clock.Advance(75 * time.Second)
		if _, err := d.Chat.Say(ctx, who, id, chat.Draft{Key: string(moment.NewID()), Text: text}); err != nil {
			return err
		}
	}
	return nil
}

func pastSituations() []string {
	return []string{"sleep", "grief", "panic", "loneliness", "hospital", "work"}
}

func pastWords() []string {
	return []string{
		"Hello, I am here. What is tonight like?",
		"Long. Everybody is asleep and I am counting hours.",
		"I know those hours. I used to count them too.",
		"It helps that somebody is awake.",
		"We can just sit here for a while, if you like.",
		"Yes. That is already something.",
	}
}

func pastThanks(i int) string {
	if i%3 == 0 {
		return "Thank you for staying awake with me."
	}
	return ""
}

func pastNote(i int) string {
	if i%4 == 0 {
		return "You spoke of long nights, and that a voice helps. You want to ask your sister for a call on Sundays."
	}
	return ""
}

// LoadStep is how far apart the conversations of a filled service begin.
const LoadStep = 6 * time.Second

// Load fills the service for load tests: so many people, so many conversations
// of six messages, by chat's own verbs; asking, offering and looking back are left
// out. tell is called now and then with how far it is.
// The clock is moved with each, so that it reads as the past hours of a busy service.
func (d *Demo) Load(ctx context.Context, clock MovableClock, many, conversations int, tell func(done int)) error {
	const atOnce = 24
	peers, seekers, err := d.crowd(ctx, many, atOnce)
	if err != nil {
		return err
	}
	work := make(chan int)
	var group sync.WaitGroup
	var mu sync.Mutex
	var first error
	done := 0
	for w := range atOnce {
		group.Go(func() {
			for i := range work {
				err := d.quick(ctx, peers[w], seekers[i%len(seekers)])
				clock.Advance(LoadStep)
				mu.Lock()
				if err != nil && first == nil {
					first = err
				}
				if done++; done%500 == 0 && tell != nil {
					tell(done)
				}
				mu.Unlock()
			}
		})
	}
	for i := range conversations {
		if ctx.Err() != nil {
			break
		}
		work <- i
	}
	close(work)
	group.Wait()
	return first
}

// crowd makes people, the first of them peers.
func (d *Demo) crowd(ctx context.Context, many, peers int) (helpers, seekers []access.Actor, err error) {
	for from := 0; from < many; from += 100 {
		err := d.DB.Write(ctx, func(tx db.Writer) error {
			for i := from; i < min(from+100, many); i++ {
				roles := access.Set()
				if i < peers {
					roles = access.Set(access.Peer)
				}
				id, err := d.People.CreateMember(ctx, tx, people.NewMember{Pseudonym: fmt.Sprintf("Pebble %06d", i), Languages: []string{"en"}, Zone: "UTC", Lang: "en", Roles: roles})
				if err != nil {
					return err
				}
				a := access.Actor{Person: id, Roles: roles | access.Set(access.Member), Way: access.BySystem}
				if i < peers {
					helpers = append(helpers, a)
				} else {
					seekers = append(seekers, a)
				}
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	if len(helpers) < peers || len(seekers) == 0 {
		return nil, nil, fault.Op("demo load", fmt.Errorf("at least %d people are needed", peers+1))
	}
	return helpers, seekers, nil
}

// quick is one whole conversation without waiting: the words go through chat,
// the frame stands as support leaves it.
func (d *Demo) quick(ctx context.Context, peer, seeker access.Actor) error {
	var id moment.ID
	err := d.DB.Write(ctx, func(tx db.Writer) error {
		var err error
		id, err = d.Chat.Start(ctx, tx, "support", seeker.Person, peer.Person)
		return err
	})
	if err != nil {
		return err
	}
	for n, text := range pastWords() {
		who := seeker
		if n%2 == 0 {
			who = peer
		}
		if _, err := d.Chat.Say(ctx, who, id, chat.Draft{Key: fmt.Sprintf("k%d", n), Text: text}); err != nil {
			return err
		}
	}
	return d.DB.Write(ctx, func(tx db.Writer) error {
		_, err := d.Chat.End(ctx, tx, id)
		return err
	})
}
