package demo

import (
	"context"
	"time"

	"cairn/internal/core/discussion"
	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// waits leaves open what whoever opens the queue of moderation would meet on an ordinary
// morning, and what it leads to: first words that are held, a report, a decision with an
// appeal, a house agreement that has changed, and something that somebody has only begun.
func (d *Demo) waits(ctx context.Context, clock MovableClock, walls map[string]moment.ID) error {
	small, papers := walls["Small things that help"], walls["Work, money and papers"]
	if err := d.agreed(ctx, clock); err != nil {
		return err
	}
	if err := d.appealed(ctx, clock, small); err != nil {
		return err
	}
	if err := d.reported(ctx, clock, small); err != nil {
		return err
	}
	first := discussion.Draft{Title: "A form in a language I half read", Words: "It has nine pages and a date on top that was last week. Is there somebody who has been through it?"}
	if _, _, err := d.Discussion.Post(ctx, d.named("Pipit")[0].actor(), papers, first); err != nil {
		return err
	}
	begun := discussion.Draft{Title: "What I said on the telephone", Words: "They asked when I could begin, and I said"}
	return d.Discussion.KeepThread(ctx, d.named("Juniper")[0].actor(), papers, begun)
}

// agreed writes the house agreement, and changes it.
func (d *Demo) agreed(ctx context.Context, clock MovableClock) error {
	tomo := d.named("Tomo")[0].actor()
	first := "We speak of ourselves, not of others.\n\nWhat is said here stays here.\n\nNobody has to answer."
	if err := d.Moderation.Publish(ctx, tomo, moderation.House{Words: map[string]string{"en": first}}, 0); err != nil {
		return err
	}
	clock.Advance(5 * time.Hour)
	next := moderation.House{
		Words:   map[string]string{"en": first + "\n\nWe sell nothing here, and offer no places in a practice."},
		Changed: map[string]string{"en": "New: we sell nothing here. Somebody asked whether they may, and we had not said so."},
	}
	return d.Moderation.Publish(ctx, tomo, next, 1)
}

// appealed is a report that was decided, and whose decision somebody asks to look at again.
func (d *Demo) appealed(ctx context.Context, clock MovableClock, wall moment.ID) error {
	larch, tomo := d.named("Larch")[0].actor(), d.named("Tomo")[0].actor()
	post, err := d.write(ctx, d.named("Ruth")[0].actor(), wall, thread{by: "Larch", title: "Free places on Thursdays", words: "I have two places in my practice on Thursday evenings. Write to me, the first hour costs half."})
	if err != nil {
		return err
	}
	clock.Advance(9 * time.Minute)
	if err := d.Moderation.Report(ctx, d.named("Wren")[0].actor(), moderation.Draft{Kind: "post", Object: post, Reason: "selling", Words: "He means well. It is an advertisement all the same."}); err != nil {
		return err
	}
	id, err := d.reportOf(ctx, tomo, post)
	if err != nil {
		return err
	}
	if err := d.Moderation.Claim(ctx, tomo, id); err != nil {
		return err
	}
	if err := d.Moderation.Decide(ctx, tomo, id, moderation.Decision{What: "none", Thing: moderation.Hide, Reason: "We sell nothing here. Your words are yours: you can take them along."}); err != nil {
		return err
	}
	clock.Advance(time.Hour)
	list, err := d.Moderation.Mine(ctx, larch)
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := d.Moderation.Appeal(ctx, larch, x.ID, "Half of it was to help those who wait for a year. May I write it without the price?"); err != nil {
			return err
		}
	}
	return nil
}

// reported is a report that nobody has taken on yet.
func (d *Demo) reported(ctx context.Context, clock MovableClock, wall moment.ID) error {
	post, err := d.write(ctx, d.named("Ruth")[0].actor(), wall, thread{by: "Basalt", title: "Get up at five", words: "Cold water, ten minutes of running, and the rest is excuses. It worked for me."})
	if err != nil {
		return err
	}
	clock.Advance(12 * time.Minute)
	return d.Moderation.Report(ctx, d.named("Heron")[0].actor(), moderation.Draft{Kind: "post", Object: post, Reason: "hurtful", Words: "I cannot get up at five. That is why I am here."})
}

// reportOf gives the open report about something.
func (d *Demo) reportOf(ctx context.Context, a access.Actor, object moment.ID) (moment.ID, error) {
	q, err := d.Moderation.Queue(ctx, a)
	for _, r := range q.Reports {
		if r.Object == object {
			return r.ID, nil
		}
	}
	return "", err
}
