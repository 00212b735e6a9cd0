package demo

import (
	"context"
	"errors"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/feature/mentoring"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

// walks lets peers say that they walk with people, and two people walk together
// for a while, by the same verbs as everybody: Juniper and Noor have met, agreed on
// how, and planned the next time.
func (d *Demo) walks(ctx context.Context, clock MovableClock) error {
	for name, places := range map[string]int{"Ali": 3, "Noor": 2, "Wren": 4} {
		if err := d.Mentoring.Take(ctx, d.named(name)[0].actor(), true, places); err != nil {
			return err
		}
	}
	juniper, noor := d.named("Juniper")[0], d.named("Noor")[0]
	if err := d.Mentoring.Look(ctx, juniper.actor(), mentoring.Wanted{Situations: []string{"migration"}, Dial: 50, Words: "I arrived two winters ago, and I would like to stop starting over each Monday."}); err != nil {
		return err
	}
	home, err := d.Mentoring.Home(ctx, juniper.actor())
	if err != nil {
		return err
	}
	for _, x := range home.Suggested {
		if x.Peer != noor.id {
			continue
		}
		id, err := d.Mentoring.Choose(ctx, juniper.actor(), x.ID)
		if err != nil {
			return err
		}
		if err := d.Mentoring.Answer(ctx, noor.actor(), id, true); err != nil {
			return err
		}
		return d.walk(ctx, clock, juniper, noor, id)
	}
	return errors.New("nobody was suggested to Juniper")
}

func (d *Demo) walk(ctx context.Context, clock MovableClock, member, peer placed, id moment.ID) error {
	for range mentoring.TrialContacts {
		if err := d.meet(ctx, clock, member, peer, id); err != nil {
			return err
		}
	}
	for _, p := range []placed{member, peer} {
		if err := d.Mentoring.GoOn(ctx, p.actor(), id); err != nil {
			return err
		}
	}
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return err
	}
	today := calendar.DateOf(clock.Now().Std().In(zone))
	t := mentoring.Draft(today, Zone, "What we say stays between us. When one of us is worried that somebody is in danger we say so.", "I can ask for somebody to talk to here. We speak about it on Saturday.")
	t.Purpose = "A rhythm for the week, and one new place to go to by spring."
	t.Slots = []mentoring.Slot{{Day: time.Saturday, From: 10 * 60, To: 14 * 60}, {Day: time.Sunday, From: 16 * 60, To: 18 * 60}}
	t.Channels = []mentoring.Channel{mentoring.ByChat, mentoring.InPerson, mentoring.Accompany}
	if err := d.Mentoring.Write(ctx, member.actor(), id, t); err != nil {
		return err
	}
	if err := d.Mentoring.Sign(ctx, peer.actor(), id, 1); err != nil {
		return err
	}
	if _, err := d.Mentoring.WriteNote(ctx, peer.actor(), id, "", 0, "We found three things that go well: the market, the radio in the morning, calling home on Sundays. Next: ask at the library about the evening course."); err != nil {
		return err
	}
	next := today
	for next.Weekday() != time.Saturday || !today.Add(3).Before(next) {
		next = next.Add(1) // after the history has caught up with today
	}
	return d.Mentoring.Plan(ctx, member.actor(), id, mentoring.Planning{Channel: mentoring.InPerson, StartsAt: moment.At(next.At(11*60, zone)), Minutes: 50, Place: "The bench at the library"})
}

// meet is one meeting by chat of the past.
func (d *Demo) meet(ctx context.Context, clock MovableClock, member, peer placed, id moment.ID) error {
	if err := d.Mentoring.Plan(ctx, member.actor(), id, mentoring.Planning{Channel: mentoring.ByChat, StartsAt: clock.Now().Add(3 * time.Hour), Minutes: 45}); err != nil {
		return err
	}
	v, err := d.Mentoring.Open(ctx, member.actor(), id)
	if err != nil {
		return err
	}
	clock.Advance(3 * time.Hour)
	x := v.Coming[len(v.Coming)-1]
	talk, err := d.Mentoring.Enter(ctx, member.actor(), x.ID)
	if err != nil {
		return err
	}
	for i, text := range []string{"Hello. The course begins in two weeks.", "You said last time that you would ask. How was it?", "I asked. My voice shook, and it worked."} {
		who := []placed{member, peer, member}[i]
		clock.Advance(4 * time.Minute)
		m, err := d.Chat.Say(ctx, who.actor(), talk, chat.Draft{Key: string(moment.NewID()), Text: text})
		if err != nil {
			return err
		}
		for _, p := range []placed{member, peer} {
			if err := d.Chat.MarkRead(ctx, p.actor(), talk, m.Seq); err != nil {
				return err
			}
		}
	}
	clock.Advance(20 * time.Minute)
	return d.Mentoring.Finish(ctx, peer.actor(), x.ID)
}
