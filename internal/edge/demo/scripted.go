package demo

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/discussion"
	"cairn/internal/core/meetings"
	"cairn/internal/core/moderation"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/feature/forum"
	"cairn/internal/feature/groups"
	"cairn/internal/feature/mentoring"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// scripted is a peer who answers by script. It does what a peer does, by the
// verbs a peer has: it says it is ready, takes whom it is offered, writes,
// looks back, and is ready again. It steps aside while a human peer is ready.
type scripted struct {
	d     Deps
	actor access.Actor
	mates map[moment.ID]bool // the other scripted peers
	hurry *atomic.Bool       // answers without pauses, for tests
}

// thinks is how long a scripted peer takes before it writes.
const thinks = 1500 * time.Millisecond

func (p *scripted) pause(ctx context.Context) {
	d := thinks + time.Duration(rand.Int64N(int64(thinks))) //nolint:gosec // a pause, not a secret
	if p.hurry.Load() {
		d = 20 * time.Millisecond
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// run works until ctx ends.
func (p *scripted) run(ctx context.Context) {
	sub := p.d.Bus.Subscribe(shifts.Topic, support.PeerTopic(p.actor.Person), support.QueueTopic)
	defer sub.Close()
	look := time.NewTicker(2 * time.Second)
	defer look.Stop()
	for {
		if err := p.step(ctx); troubles(err) && ctx.Err() == nil {
			p.d.Log.Warn("scripted peer", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-sub.C():
		case <-look.C:
		}
	}
}

// troubles tells whether something is broken. That the world has moved on between
// looking and doing (taken back, ended, a rest begun) is no trouble: people meet it
// too, and look again.
func troubles(err error) bool {
	if err == nil {
		return false
	}
	kind := fault.As(err).Kind
	return kind == fault.Internal || kind == fault.Unavailable
}

// step does whatever is next.
func (p *scripted) step(ctx context.Context) error {
	offer, err := p.d.Support.MyOffer(ctx, p.actor)
	if err != nil {
		return err
	}
	if offer != nil {
		p.pause(ctx)
		id, err := p.d.Support.Accept(ctx, p.actor, offer.ID)
		if err != nil {
			return nil //nolint:nilerr // withdrawn meanwhile: there will be others
		}
		return p.talk(ctx, id, offer)
	}
	mine, on, err := p.d.Shifts.Mine(ctx, p.d.DB.Reader(), p.actor.Person)
	if err != nil {
		return err
	}
	if !on {
		return p.d.Shifts.Start(ctx, p.actor, false)
	}
	evening, err := p.d.Support.Evening(ctx, p.actor, mine.StartedAt)
	if err != nil {
		return err
	}
	for _, t := range evening.Owed {
		if err := p.d.Support.Debrief(ctx, p.actor, t.Conversation, support.Debriefing{By: "form"}); err != nil {
			return err
		}
	}
	if len(evening.Talking) > 0 { // after a restart
		return p.talk(ctx, evening.Talking[0].Conversation, nil)
	}
	return p.makeRoom(ctx, mine)
}

// makeRoom steps aside while a human peer is free, and comes back after.
func (p *scripted) makeRoom(ctx context.Context, mine shifts.Shift) error {
	on, err := p.d.Shifts.On(ctx, p.d.DB.Reader())
	if err != nil {
		return err
	}
	human := false
	for _, x := range on {
		if x.Free(p.d.Clock.Now()) && !p.mates[x.Person] && x.Person != p.actor.Person {
			human = true
		}
	}
	switch {
	case human && mine.State == shifts.Ready && mine.Busy == 0:
		return p.d.Support.Pause(ctx, p.actor)
	case !human && mine.State == shifts.Break:
		return p.d.Support.Ready(ctx, p.actor)
	}
	return nil
}

// quietEnough is how long a scripted peer waits for the next word. A visitor who
// has closed the page must not use up the minutes that one shift may have.
const quietEnough = 20 * time.Minute

// talk answers each message until the conversation is over.
func (p *scripted) talk(ctx context.Context, id moment.ID, offer *support.OfferView) error {
	sub := p.d.Bus.Subscribe(chat.Topic(id))
	defer sub.Close()
	lang := "en"
	if offer != nil && offer.Language != "" {
		lang = offer.Language
	}
	label, list := lines(lang)
	var after int64
	said := 0
	look := time.NewTicker(5 * time.Second)
	defer look.Stop()
	for {
		v, err := p.d.Chat.Since(ctx, p.actor, id, after)
		if err != nil {
			return nil // ended and closed to us
		}
		owes := said == 0 && offer != nil
		for _, m := range v.Messages {
			after = max(after, m.Touched)
			if m.Kind == chat.Text && m.Author != p.actor.Person && m.Seq == m.Touched {
				owes = true
			}
			if m.Author == p.actor.Person {
				said, owes = max(said, 1), false
			}
		}
		if !v.Open() {
			return nil
		}
		if p.d.Clock.Now().Sub(v.ActiveAt) >= quietEnough {
			return p.d.Support.End(ctx, p.actor, id)
		}
		if owes {
			if err := p.answer(ctx, id, v.LastSeq, label+" "+list[said%len(list)]); err != nil {
				return err
			}
			if said++; said%len(list) == 0 {
				said = 1
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case n := <-sub.C():
			if n.Kind != "" && n.Kind != bus.Resync {
				continue
			}
		case <-look.C:
		}
	}
}

func (p *scripted) answer(ctx context.Context, id moment.ID, seen int64, text string) error {
	if err := p.d.Chat.MarkRead(ctx, p.actor, id, seen); err != nil {
		return nil //nolint:nilerr // ended meanwhile
	}
	if err := p.d.Chat.Typing(ctx, p.actor, id); err != nil {
		return nil //nolint:nilerr // ended meanwhile
	}
	p.pause(ctx)
	if _, err := p.d.Chat.Say(ctx, p.actor, id, chat.Draft{Key: string(moment.NewID()), Text: text}); err != nil && ctx.Err() == nil {
		p.d.Log.Info("scripted peer: the conversation ended first")
	}
	return nil
}

// Deps is what the demo stands on.
type Deps struct {
	DB        *db.DB
	Bus       *bus.Bus
	Clock     moment.Clock
	Log       *slog.Logger
	People    *people.Service
	Shifts    *shifts.Service
	Chat      *chat.Service
	Support   *support.Service
	Safety    *safety.Service
	Mentoring *mentoring.Service

	Moderation *moderation.Service
	Discussion *discussion.Service
	Meetings   *meetings.Service
	Groups     *groups.Service
	Forum      *forum.Service
}
