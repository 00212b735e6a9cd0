package demo

import (
	"context"
	"fmt"
	"time"

	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// place is a space of the demo's forum with what people said in it.
type place struct {
	draft   forum.Draft
	keeps   []string // who looks after it
	in      []string // who joined a community, or asked to
	asks    string   // what they wrote when they asked
	threads []thread
	old     string // a file of what was written before it came here
}

// thread is what somebody began, and what others answered.
type thread struct {
	by, title, words string
	unnamed          bool
	topics           []string
	answers          []answer
}

// answer is what somebody said below it, or with sign only that they were there.
type answer struct {
	by, words, sign string
	unnamed         bool
	shows           string // of a picture: what it shows, in words
}

// talks makes spaces and threads by the same verbs as everybody, some minutes apart.
func (d *Demo) talks(ctx context.Context, clock MovableClock) error {
	if err := d.choices(ctx); err != nil {
		return err
	}
	walls := map[string]moment.ID{}
	for _, p := range demoSpaces() {
		wall, err := d.talk(ctx, clock, p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.draft.Name, err)
		}
		walls[p.draft.Name] = wall
	}
	return d.waits(ctx, clock, walls)
}

// talk makes a space with what was said in it, and gives its wall.
func (d *Demo) talk(ctx context.Context, clock MovableClock, p place) (moment.ID, error) {
	tomo := d.named("Tomo")[0].actor()
	id, err := d.Forum.Make(ctx, tomo, p.draft)
	if err != nil {
		return "", err
	}
	for _, name := range p.keeps {
		if err := d.Forum.Name(ctx, tomo, id, name); err != nil {
			return "", err
		}
	}
	for _, name := range p.in {
		if _, err := d.Forum.Join(ctx, d.named(name)[0].actor(), id, p.asks); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
	}
	keeper := d.named(p.keeps[0])[0].actor()
	v, err := d.Forum.Look(ctx, keeper, id, "") // whoever looks after it is there
	if err != nil {
		return "", err
	}
	if err := d.before(ctx, tomo, id, p.old); err != nil {
		return "", err
	}
	for _, t := range p.threads {
		if err := d.begins(ctx, clock, keeper, v.Wall, t); err != nil {
			return "", fmt.Errorf("%s: %w", t.title, err)
		}
	}
	return v.Wall, nil
}

// begins writes a thread with its answers. What is held because somebody is new is read
// and released at once.
func (d *Demo) begins(ctx context.Context, clock MovableClock, keeper access.Actor, wall moment.ID, t thread) error {
	author := d.named(t.by)[0].actor()
	post, err := d.write(ctx, keeper, wall, t)
	if err != nil {
		return err
	}
	if len(t.topics) > 0 {
		if err := d.Discussion.Label(ctx, author, post, t.topics); err != nil {
			return err
		}
	}
	for _, a := range t.answers {
		clock.Advance(4 * time.Minute)
		by := d.named(a.by)[0].actor()
		if a.sign != "" {
			if err := d.Discussion.React(ctx, by, post, a.sign, true); err != nil {
				return err
			}
		}
		if a.words == "" {
			continue
		}
		below, state, err := d.Discussion.Comment(ctx, by, post, discussion.Draft{Words: a.words, Anonymous: a.unnamed, Pictures: drawn(a.shows)})
		if err != nil {
			return err
		}
		if err := d.shown(ctx, keeper, below, state); err != nil {
			return err
		}
	}
	clock.Advance(2 * time.Minute)
	_, err = d.Discussion.Open(ctx, keeper, post)
	return err
}

// write writes a thread that others see.
func (d *Demo) write(ctx context.Context, keeper access.Actor, wall moment.ID, t thread) (moment.ID, error) {
	post, state, err := d.Discussion.Post(ctx, d.named(t.by)[0].actor(), wall, discussion.Draft{Title: t.title, Words: t.words, Anonymous: t.unnamed})
	if err != nil {
		return "", err
	}
	return post, d.shown(ctx, keeper, post, state)
}

func (d *Demo) shown(ctx context.Context, keeper access.Actor, id moment.ID, state discussion.State) error {
	if state != discussion.Held {
		return nil
	}
	return d.Discussion.Release(ctx, keeper, id)
}

// demoSpaces are spaces with plainly made-up words.
func demoSpaces() []place {
	return []place{
		{
			keeps: []string{"Wren", "Ruth"},
			draft: forum.Draft{Name: "Small things that help", Audience: forum.Open, HoldNew: true, Unnamed: true, Pictures: true, Alone: forum.Slow,
				Welcome: "What got you through an afternoon? A song, a soup, a list with one thing on it.\n\nEverybody can read here. What helps one does nothing for another, and that is fine."},
			threads: []thread{
				{by: "Heron", title: "Tea at four in the morning", words: "I used to lie there and count the hours I would not sleep.\n\nNow I get up:\n\n- one lamp, not the big light\n- tea\n- the window open for *three* breaths\n\nI still do not sleep much. The nights are shorter, though.", topics: []string{"sleep"},
					answers: []answer{{by: "Juniper", words: "The one lamp. Yes. @Wren drew this for nights like that.", sign: discussion.BeenThere, shows: "A drawing: five stones piled on each other in front of an evening sky."}, {by: "Noor", words: "> one lamp, not the big light\n\nI read this to my sister and she bought a lamp.", sign: discussion.ThankYou}}},
				{by: "Wren", title: "A list with one thing on it", words: "Some days mine says **water the plant**. When the plant has water, the list is done, and nobody can say otherwise.",
					answers: []answer{{by: "Ali", words: "Mine says: open the curtains. Closing them again is for another day.", sign: discussion.WithYou}}},
			},
		},
		{
			keeps: []string{"Ruth"}, old: oldThread,
			draft: forum.Draft{Name: "Work, money and papers", Audience: forum.Members, HoldNew: true, Unnamed: true, Alone: forum.Hold,
				Welcome: "Forms, bosses, letters in brown envelopes. Ask, or tell what you learned the long way."},
			threads: []thread{
				{by: "Juniper", unnamed: true, title: "How do you explain a gap of a year?", words: "There is a year in my papers with nothing in it. It was the year of my life with the most in it. What do you say when they ask?", topics: []string{"work"},
					answers: []answer{{by: "Ali", words: "I said: I was ill, I am well enough for this, and I am here. My voice shook. I got the work.", sign: discussion.BeenThere}, {by: "Juniper", unnamed: true, words: "Thank you. I will practise it with the shaking."}}},
			},
		},
		{
			keeps: []string{"Noor"}, in: []string{"Juniper"},
			draft: forum.Draft{Name: "New in this country", Audience: forum.Community, Joins: forum.ByPress, Unnamed: true, Alone: forum.Slow,
				Welcome: "Welcome, however you came, and however long you stay. Write in the language that comes first."},
			threads: []thread{
				{by: "Noor", title: "What do you cook when you miss home?", words: "Lentils with too much lemon. My neighbour asked for the recipe, and I did not know how to say: you need my grandmother for it.", topics: []string{"migration"},
					answers: []answer{{by: "Juniper", words: "Arepas. The flour comes from a shop two buses away, and it is worth both buses.", sign: discussion.WithYou}}},
			},
		},
		{
			keeps: []string{"Wren"}, in: []string{"Juniper"}, asks: "I do it for my mother, since the spring.",
			draft: forum.Draft{Name: "Caring for somebody at home", Audience: forum.Community, Joins: forum.ByAsking, Unnamed: true, Alone: forum.Slow,
				Welcome: "For whoever washes, cooks, lifts and listens. Here it can be about you."},
			threads: []thread{
				{by: "Wren", title: "Who asks how you are?", words: "Everybody asks me how he is. The woman at the bakery asked how I was, and I had to look for the word."},
			},
		},
	}
}
