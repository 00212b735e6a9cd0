package chat_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// many is a conversation of many.
type many struct {
	*cairntest.World
	id moment.ID
}

func gather(t *testing.T, w *cairntest.World) many {
	t.Helper()
	c := many{World: w}
	c.write(t, func(ctx context.Context, tx db.Writer) error {
		var err error
		c.id, err = w.Chat.Gather(ctx, tx, "room")
		return err
	})
	return c
}

func (c many) write(t *testing.T, f func(ctx context.Context, tx db.Writer) error) {
	t.Helper()
	if err := c.try(t, f); err != nil {
		t.Fatal(err)
	}
}

func (c many) try(t *testing.T, f func(ctx context.Context, tx db.Writer) error) error {
	t.Helper()
	return c.DB.Write(t.Context(), func(tx db.Writer) error { return f(t.Context(), tx) })
}

func (c many) admit(t *testing.T, p *cairntest.Someone, alias string) {
	t.Helper()
	c.write(t, func(ctx context.Context, tx db.Writer) error { return c.Chat.Admit(ctx, tx, c.id, p.ID, alias) })
}

func (c many) dismiss(t *testing.T, p *cairntest.Someone) {
	t.Helper()
	c.write(t, func(ctx context.Context, tx db.Writer) error { return c.Chat.Dismiss(ctx, tx, c.id, p.ID) })
}

func (c many) close(t *testing.T) {
	t.Helper()
	c.write(t, func(ctx context.Context, tx db.Writer) error { return c.Chat.Close(ctx, tx, c.id) })
}

func (c many) say(t *testing.T, who *cairntest.Someone, key, text string) chat.Message {
	t.Helper()
	return two{World: c.World, id: c.id}.say(t, who, key, text)
}

// sees are the words that somebody reads, with who said them.
func (c many) sees(t *testing.T, who *cairntest.Someone, want string) {
	t.Helper()
	v, err := c.Chat.Read(t.Context(), who.Actor, c.id, 0)
	if err != nil {
		t.Fatalf("%s reads: %v", who.Name, err)
	}
	since, err := c.Chat.Since(t.Context(), who.Actor, c.id, 0)
	if err != nil {
		t.Fatalf("%s reads on: %v", who.Name, err)
	}
	for how, v := range map[string]chat.View{"opened": v, "live": since} {
		var out []string
		for _, m := range v.Messages {
			out = append(out, v.Called(m)+": "+m.Text)
		}
		if got := strings.Join(out, ", "); got != want {
			t.Fatalf("%s sees, %s: %q, want %q", who.Name, how, got, want)
		}
	}
}

// out tells that somebody reads and writes nothing.
func (c many) out(t *testing.T, who *cairntest.Someone) {
	t.Helper()
	ctx := t.Context()
	_, read := c.Chat.Read(ctx, who.Actor, c.id, 0)
	_, since := c.Chat.Since(ctx, who.Actor, c.id, 0)
	_, look := c.Chat.Look(ctx, who.Actor, c.id)
	_, say := c.Chat.Say(ctx, who.Actor, c.id, chat.Draft{Key: "out", Text: "let me in"})
	_, panel := c.Chat.Panel(ctx, who.Actor, c.id, "")
	for what, err := range map[string]error{"reads": read, "reads on": since, "looks": look, "writes": say, "opens the pane": panel} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is out and %s: %v", who.Name, what, err)
		}
	}
}

func (c many) count(t *testing.T, query string) int {
	t.Helper()
	var n int
	if err := c.DB.Reader().QueryRow(t.Context(), query, c.id).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestManyComeAndGo(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := gather(t, w)
		heron, wren, ali := w.Person("Heron"), w.Person("Wren"), w.Person("Ali", access.Peer)
		c.out(t, heron)
		c.admit(t, heron, "")
		c.admit(t, wren, "")
		c.say(t, heron, "1", "one")
		c.say(t, wren, "1", "two")
		c.admit(t, ali, "")
		c.admit(t, ali, "")
		c.admit(t, wren, "") // who is in it already loses nothing
		c.sees(t, heron, "Heron: one, Wren: two")
		c.sees(t, wren, "Heron: one, Wren: two")
		c.sees(t, ali, "")
		c.say(t, ali, "1", "three")
		c.sees(t, ali, "Ali: three")

		c.dismiss(t, wren)
		c.dismiss(t, wren)
		c.out(t, wren)
		c.say(t, heron, "2", "while Wren is out")
		c.admit(t, wren, "")
		c.sees(t, wren, "Heron: one, Wren: two, Ali: three")
		c.say(t, heron, "3", "four")
		c.sees(t, wren, "Heron: one, Wren: two, Ali: three, Heron: four")
		c.sees(t, ali, "Ali: three, Heron: while Wren is out, Heron: four")

		c.dismiss(t, wren) // nothing is said while Wren is out, and then again something
		c.admit(t, wren, "")
		c.dismiss(t, wren)
		c.say(t, ali, "2", "out again")
		c.admit(t, wren, "")
		c.sees(t, wren, "Heron: one, Wren: two, Ali: three, Heron: four")
		c.dismiss(t, w.Person("Never there"))
	})
}

func TestWhatIsReadFurtherBackLeavesOutTheSame(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := gather(t, w)
		heron, wren := w.Person("Heron"), w.Person("Wren")
		c.admit(t, heron, "")
		c.say(t, heron, "before", "before Wren came")
		c.admit(t, wren, "")
		first := c.say(t, wren, "first", "first")
		c.dismiss(t, wren)
		hidden := c.say(t, heron, "hidden", "hidden")
		c.admit(t, wren, "")
		for i := range chat.PageLength {
			w.Time.Advance(2 * time.Second) // slower than the rate
			c.say(t, heron, "k"+string(rune('a'+i%26))+string(rune('a'+i/26)), "later")
		}
		v, err := w.Chat.Read(t.Context(), wren.Actor, c.id, 0)
		if err != nil || len(v.Messages) != chat.PageLength || !v.Earlier {
			t.Fatalf("%d messages, earlier %v, %v", len(v.Messages), v.Earlier, err)
		}
		v, err = w.Chat.Read(t.Context(), wren.Actor, c.id, v.Messages[0].Seq)
		if err != nil || len(v.Messages) != 1 || v.Messages[0].Seq != first.Seq || v.Earlier {
			t.Fatalf("further back: %+v, %v", v.Messages, err)
		}
		if err := w.Chat.Edit(t.Context(), heron.Actor, c.id, hidden.Seq, "still hidden"); err != nil {
			t.Fatal(err)
		}
		if v, err = w.Chat.Since(t.Context(), wren.Actor, c.id, v.LastSeq-1); err != nil || len(v.Messages) != 0 && strings.Contains(v.Messages[0].Text, "hidden") {
			t.Fatalf("a change of what was said while Wren was out: %+v, %v", v.Messages, err)
		}
	})
}

func TestClosedForEverybodyAndGoneAfterADay(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := gather(t, w)
		heron, wren := w.Person("Heron"), w.Person("Wren")
		c.admit(t, heron, "")
		c.admit(t, wren, "Visitor 1")
		c.say(t, heron, "1", "one")
		c.say(t, wren, "1", "two")
		c.dismiss(t, wren)
		c.close(t)
		c.close(t)
		c.out(t, heron)
		c.out(t, wren)
		err := c.try(t, func(ctx context.Context, tx db.Writer) error { return w.Chat.Admit(ctx, tx, c.id, wren.ID, "") })
		if !fault.Is(err, fault.Conflict) {
			t.Fatalf("let in when it is closed: %v", err)
		}
		left := func(want int) {
			t.Helper()
			for what, query := range map[string]string{
				"keys":                `SELECT count(*) FROM vault_key WHERE scope = $1`,
				"messages":            `SELECT count(*) / 2 FROM chat_message WHERE conversation = $1`,
				"who was there":       `SELECT count(*) / 2 FROM chat_part WHERE conversation = $1`,
				"who was out of it":   `SELECT count(*) FROM chat_away WHERE conversation = $1`,
				"timers of it to run": `SELECT 1 - count(*) FROM chat_conversation WHERE id = $1 AND destroyed_at > 0`,
			} {
				if n := c.count(t, query); n != want {
					t.Errorf("%s: %d, want %d", what, n, want)
				}
			}
		}
		w.Time.Advance(chat.DestroyAfter - time.Second)
		w.Settle()
		left(1)
		w.Time.Advance(2 * time.Second)
		w.Settle()
		left(0)
		c.close(t) // a late call finds it closed
	})
}

// An empty one that nobody ever came to is closed like any other.
func TestNobodyEverCame(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := gather(t, w)
		c.close(t)
		w.Time.Advance(chat.DestroyAfter + time.Second)
		w.Settle()
		if n := c.count(t, `SELECT count(*) FROM vault_key WHERE scope = $1`); n != 0 {
			t.Fatalf("%d keys are left", n)
		}
	})
}

// What is for many does nothing to a conversation of two, and the other way round.
func TestVerbsOfTwoAndOfManyDoNotMix(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := gather(t, w)
		pair := talk(t, w)
		heron := w.Person("Wren")
		c.admit(t, heron, "")
		m := c.say(t, heron, "1", "one")
		ctx, a := t.Context(), heron.Actor
		on := func(id moment.ID, f func(ctx context.Context, tx db.Writer, id moment.ID) error) error {
			return c.try(t, func(ctx context.Context, tx db.Writer) error { return f(ctx, tx, id) })
		}
		for what, err := range map[string]error{
			"admitted to two": on(pair.id, func(ctx context.Context, tx db.Writer, id moment.ID) error {
				return w.Chat.Admit(ctx, tx, id, heron.ID, "")
			}),
			"dismissed from two": on(pair.id, func(ctx context.Context, tx db.Writer, id moment.ID) error {
				return w.Chat.Dismiss(ctx, tx, id, pair.helper.ID)
			}),
			"two closed": on(pair.id, w.Chat.Close),
			"admitted to nothing": on(moment.NewID(), func(ctx context.Context, tx db.Writer, id moment.ID) error {
				return w.Chat.Admit(ctx, tx, id, heron.ID, "")
			}),
			"sits in": on(c.id, func(ctx context.Context, tx db.Writer, id moment.ID) error {
				return w.Chat.Join(ctx, tx, id, pair.helper.ID)
			}),
			"leaves it": on(c.id, func(ctx context.Context, tx db.Writer, id moment.ID) error {
				return w.Chat.LeaveIt(ctx, tx, id, heron.ID)
			}),
			"hands over": w.Chat.Give(ctx, a, c.id, "k", "crisis", ""),
			"keeps":      w.Chat.Keep(ctx, a, c.id, true),
			"deletes":    w.Chat.Delete(ctx, a, c.id),
			"marks":      w.Chat.MarkRead(ctx, a, c.id, m.Seq),
			"types":      w.Chat.Typing(ctx, a, c.id),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		var ended bool
		c.write(t, func(ctx context.Context, tx db.Writer) (err error) {
			ended, err = w.Chat.End(ctx, tx, c.id)
			return err
		})
		if ended {
			t.Error("many are ended as two are")
		}
		c.sees(t, heron, "Wren: one")
		if got := pair.texts(t, pair.helper); got != "" {
			t.Errorf("the two read %q", got)
		}
		if _, err := w.Chat.Panel(ctx, pair.helper.Actor, pair.id, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("two in a pane: %v", err)
		}
	})
}

func TestCalledOtherwise(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := gather(t, w)
		heron, wren := w.Person("Heron"), w.Person("Wren")
		c.admit(t, heron, "")
		c.admit(t, wren, "  Visitor\n3 ")
		c.say(t, wren, "1", "one")
		c.admit(t, wren, "") // in it already: whoever is not named is not named by chance
		c.say(t, wren, "2", "two")
		c.sees(t, heron, "Visitor 3: one, Visitor 3: two")
		v, err := w.Chat.Read(t.Context(), heron.Actor, c.id, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, there := v.Names[wren.ID]; there {
			t.Error("the card of somebody who is not named is given out")
		}
		// Coming back otherwise renames nothing that was written.
		c.dismiss(t, wren)
		c.admit(t, wren, "")
		c.say(t, wren, "3", "three")
		c.sees(t, heron, "Visitor 3: one, Visitor 3: two, Wren: three")
		c.dismiss(t, wren)
		c.admit(t, wren, "Visitor 5")
		c.say(t, wren, "4", "four")
		c.sees(t, heron, "Visitor 3: one, Visitor 3: two, Wren: three, Visitor 5: four")
		tomo := w.Person("Tomo")
		for _, alias := range []string{strings.Repeat("a", chat.MostAlias+1), "a\xff"} {
			if err := c.try(t, func(ctx context.Context, tx db.Writer) error {
				return w.Chat.Admit(ctx, tx, c.id, tomo.ID, alias)
			}); !fault.Is(err, fault.Invalid) {
				t.Errorf("called %q: %v", alias, err)
			}
		}
	})
}

func TestEverybodyHasTheirOwnRate(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := gather(t, w)
		heron, wren := w.Person("Heron"), w.Person("Wren")
		c.admit(t, heron, "")
		c.admit(t, wren, "")
		for i := range 60 {
			c.say(t, heron, "k"+strings.Repeat("x", i), "many words")
		}
		if _, err := w.Chat.Say(t.Context(), heron.Actor, c.id, chat.Draft{Key: "more", Text: "more"}); !fault.Is(err, fault.TooFast) {
			t.Fatalf("one more within the minute: %v", err)
		}
		c.say(t, wren, "k", "somebody else")
	})
}
