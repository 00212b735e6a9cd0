package chat_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// two is a conversation with its two people.
type two struct {
	*cairntest.World
	helped, helper *cairntest.Someone
	id             moment.ID
}

func talk(t *testing.T, w *cairntest.World) two {
	t.Helper()
	c := two{World: w, helped: w.Person("Heron"), helper: w.Person("Ali", access.Peer)}
	c.start(t)
	return c
}

func (c *two) start(t *testing.T) {
	t.Helper()
	err := c.DB.Write(t.Context(), func(tx db.Writer) error {
		var err error
		c.id, err = c.Chat.Start(t.Context(), tx, "support", c.helped.Actor.Person, c.helper.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (c two) say(t *testing.T, who *cairntest.Someone, key, text string) chat.Message {
	t.Helper()
	m, err := c.Chat.Say(t.Context(), who.Actor, c.id, chat.Draft{Key: key, Text: text})
	if err != nil {
		t.Fatalf("say: %v", err)
	}
	return m
}

func (c two) end(t *testing.T) {
	t.Helper()
	err := c.DB.Write(t.Context(), func(tx db.Writer) error {
		_, err := c.Chat.End(t.Context(), tx, c.id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (c two) texts(t *testing.T, who *cairntest.Someone) string {
	t.Helper()
	v, err := c.Chat.Read(t.Context(), who.Actor, c.id, 0)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	var out []string
	for _, m := range v.Messages {
		if m.Kind == chat.Text {
			out = append(out, m.Text)
		}
	}
	return strings.Join(out, " ")
}

func TestSentTwiceIsStoredOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := talk(t, w)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				if _, err := w.Chat.Say(t.Context(), c.helped.Actor, c.id, chat.Draft{Key: "same", Text: "once"}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		c.say(t, c.helper, "same", "mine") // another's key is another's message
		if got := c.texts(t, c.helper); got != "once mine" {
			t.Fatalf("got %q", got)
		}
	})
}

func TestOrderIsWhole(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := talk(t, w)
		var group sync.WaitGroup
		for i := range 20 {
			for _, who := range []*cairntest.Someone{c.helped, c.helper} {
				group.Go(func() {
					if _, err := w.Chat.Say(t.Context(), who.Actor, c.id, chat.Draft{Key: fmt.Sprintf("k%d", i), Text: who.Name}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		v, err := w.Chat.Since(t.Context(), c.helped.Actor, c.id, 0)
		if err != nil || len(v.Messages) != 41 {
			t.Fatalf("%d entries, %v", len(v.Messages), err)
		}
		for i, m := range v.Messages {
			if m.Seq != int64(i+1) {
				t.Fatalf("place %d holds %d", i+1, m.Seq)
			}
		}
	})
}

func TestEditAndWithdraw(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := talk(t, w)
		m := c.say(t, c.helped, "a", "frist")
		theirs := c.say(t, c.helper, "b", "hello")
		ctx := t.Context()
		if err := w.Chat.Edit(ctx, c.helped.Actor, c.id, m.Seq, "first"); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"another's words":  w.Chat.Edit(ctx, c.helped.Actor, c.id, theirs.Seq, "x"),
			"another's taken":  w.Chat.Withdraw(ctx, c.helped.Actor, c.id, theirs.Seq),
			"the place's own":  w.Chat.Edit(ctx, c.helped.Actor, c.id, 1, "x"),
			"nothing is there": w.Chat.Edit(ctx, c.helped.Actor, c.id, 99, "x"),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.Chat.Edit(ctx, c.helped.Actor, c.id, m.Seq, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("edited to nothing: %v", err)
		}
		// A reader who had seen everything before the edit gets it, in its old place.
		v, err := w.Chat.Since(ctx, c.helper.Actor, c.id, theirs.Seq)
		if err != nil || len(v.Messages) != 1 || v.Messages[0].Seq != m.Seq || v.Messages[0].Text != "first" || v.Messages[0].EditedAt.IsZero() {
			t.Fatalf("since: %+v %v", v.Messages, err)
		}
		w.Time.Advance(chat.EditWithin + time.Second)
		if err := w.Chat.Edit(ctx, c.helped.Actor, c.id, m.Seq, "late"); !fault.Is(err, fault.Conflict) {
			t.Errorf("edited too late: %v", err)
		}
		if err := w.Chat.Withdraw(ctx, c.helped.Actor, c.id, m.Seq); err != nil {
			t.Fatal(err)
		}
		if got := c.texts(t, c.helper); got != " hello" {
			t.Fatalf("after taking back: %q", got)
		}
		var left int
		if err := w.DB.Reader().QueryRow(ctx, `SELECT count(*) FROM chat_message WHERE seq = $1 AND body IS NOT NULL`, m.Seq).Scan(&left); err != nil || left != 0 {
			t.Fatalf("the words are kept: %d %v", left, err)
		}
	})
}

func TestReadMarksCanBeHidden(t *testing.T) {
	w := cairntest.New(t)
	c := talk(t, w)
	m := c.say(t, c.helped, "a", "hello")
	if err := w.Chat.MarkRead(t.Context(), c.helper.Actor, c.id, m.Seq); err != nil {
		t.Fatal(err)
	}
	page := func() string { return c.page(t) }
	if !strings.Contains(page(), "Ali has read this.") {
		t.Fatal("a read mark is not shown")
	}
	_, profile, err := w.People.Me(t.Context(), c.helper.Actor)
	if err != nil {
		t.Fatal(err)
	}
	profile.HidesReads = true
	if err := w.People.SaveProfile(t.Context(), c.helper.Actor, profile); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page(), "Ali has read this.") {
		t.Fatal("a hidden read mark is shown")
	}
}

// page is the plain writing page, which chat itself serves.
func (c two) page(t *testing.T) string {
	t.Helper()
	v, err := c.Chat.Read(t.Context(), c.helped.Actor, c.id, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := chat.Voices(v).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhoMayReadAndForHowLong(t *testing.T) {
	w := cairntest.New(t)
	c := talk(t, w)
	c.say(t, c.helped, "a", "hello")
	for _, p := range []*cairntest.Someone{w.Person("Wren", access.Peer), w.Person("Ines", access.Supervisor), w.Person("Slate", access.Administrator), w.Person("Tomo", access.Coordinator)} {
		if _, err := w.Chat.Read(t.Context(), p.Actor, c.id, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads: %v", p.Name, err)
		}
		if _, err := w.Chat.Say(t.Context(), p.Actor, c.id, chat.Draft{Key: "x", Text: "x"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s writes: %v", p.Name, err)
		}
		if err := w.Chat.Give(t.Context(), p.Actor, c.id, "x", "crisis", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s gives: %v", p.Name, err)
		}
	}
	c.end(t)
	if got := c.texts(t, c.helper); got != "hello" {
		t.Fatal("the helper reads on for a while")
	}
	w.Time.Advance(chat.WorkerReadsOnly + time.Second)
	if _, err := w.Chat.Read(t.Context(), c.helper.Actor, c.id, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("the helper reads after a day: %v", err)
	}
	if got := c.texts(t, c.helped); got != "hello" {
		t.Error("the words are the member's")
	}
}

func TestCardsAreTheHelpersToGive(t *testing.T) {
	w := cairntest.New(t)
	c := talk(t, w)
	if err := w.Chat.Give(t.Context(), c.helped.Actor, c.id, "k", "crisis", ""); !fault.Is(err, fault.NotFound) {
		t.Fatalf("the helped gives: %v", err)
	}
	if err := w.Chat.Give(t.Context(), c.helper.Actor, c.id, "k", "nothing", ""); !fault.Is(err, fault.NotFound) {
		t.Fatalf("an unknown card: %v", err)
	}
	for range 2 {
		if err := w.Chat.Give(t.Context(), c.helper.Actor, c.id, "k", "crisis", ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(c.page(t), "card-given"); got != 1 {
		t.Fatalf("%d cards are shown", got)
	}
}

func TestRetention(t *testing.T) {
	day := 24 * time.Hour
	tests := []struct {
		name  string
		guest bool
		kept  bool
		joins bool
		after time.Duration
		gone  bool
	}{
		{"a guest's words stay a week", true, false, false, 6*day + 23*time.Hour, false},
		{"and go after it", true, false, false, 7*day + time.Hour, true},
		{"a member's stay ninety days", false, false, false, 89 * day, false},
		{"and go after ninety", false, false, false, 90*day + time.Hour, true},
		{"kept ones stay", false, true, false, 400 * day, false},
		{"a guest who joins has a member's time", true, false, true, 60 * day, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := cairntest.New(t)
			c := two{World: w, helped: w.Browser(), helper: w.Person("Ali", access.Peer)}
			if tt.guest {
				err := w.DB.Write(t.Context(), func(tx db.Writer) error {
					a, token, err := w.People.Arrive(t.Context(), tx, people.Arrival{Lang: "en", Zone: "UTC"})
					c.helped.Actor = a
					c.helped.SetToken(token)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			} else {
				c.helped = w.Person("Heron")
			}
			c.start(t)
			c.say(t, c.helped, "a", "hello")
			c.end(t)
			if tt.kept {
				if err := w.Chat.Keep(t.Context(), c.helped.Actor, c.id, true); err != nil {
					t.Fatal(err)
				}
			}
			if tt.joins {
				if got := c.helped.Post("/join", "name", "Heron", "password", "a long enough phrase", "age", "yes"); got.Status != http.StatusSeeOther {
					t.Fatalf("join: %d\n%s", got.Status, got.Body)
				}
			}
			w.Time.Advance(tt.after)
			w.Settle()
			var left int
			if err := w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM vault_key WHERE scope = $1`, c.id).Scan(&left); err != nil {
				t.Fatal(err)
			}
			if (left == 0) != tt.gone {
				t.Fatalf("keys left: %d", left)
			}
		})
	}
}

func TestDeletedIsHiddenAtOnceAndUnreadableAfterADay(t *testing.T) {
	address := dbtest.SQLiteURL(t)
	w := cairntest.At(t, address)
	c := talk(t, w)
	const marker = "heron-over-the-quiet-water"
	c.say(t, c.helped, "a", marker)
	if b, err := os.ReadFile(db.SQLitePath(address)); err != nil || bytes.Contains(b, []byte(marker)) {
		t.Fatalf("the words lie open on the disk (%v)", err)
	}
	if b, err := os.ReadFile(db.SQLitePath(address) + "-wal"); err == nil && bytes.Contains(b, []byte(marker)) {
		t.Fatal("the words lie open in the log")
	}
	if err := w.Chat.Delete(t.Context(), c.helped.Actor, c.id); !fault.Is(err, fault.Conflict) {
		t.Fatalf("deleted while it runs: %v", err)
	}
	c.end(t)
	if err := w.Chat.Delete(t.Context(), c.helper.Actor, c.id); !fault.Is(err, fault.NotFound) {
		t.Fatalf("the helper deletes: %v", err)
	}
	if err := w.Chat.Delete(t.Context(), c.helped.Actor, c.id); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*cairntest.Someone{c.helped, c.helper} {
		if _, err := w.Chat.Read(t.Context(), p.Actor, c.id, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads what is deleted: %v", p.Name, err)
		}
	}
	w.Time.Advance(chat.DestroyAfter + time.Second)
	w.Settle()
	var keys, words int
	if err := w.DB.Reader().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM vault_key WHERE scope = $1), (SELECT count(*) FROM chat_message WHERE conversation = $1)`, c.id).Scan(&keys, &words); err != nil || keys != 0 || words != 0 {
		t.Fatalf("%d keys and %d messages are left (%v)", keys, words, err)
	}
}

func TestExportAndErase(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := talk(t, w)
		c.say(t, c.helped, "a", "mine")
		c.say(t, c.helper, "b", "theirs")
		var got []chat.ExportedConversation
		put := func(_ string, v any) error {
			got, _ = v.([]chat.ExportedConversation)
			return nil
		}
		hold := chat.Holding{Service: w.Chat}
		if err := hold.Export(t.Context(), w.DB.Reader(), c.helped.ID, put); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || len(got[0].Messages) != 3 || got[0].Messages[1].From != "you" || got[0].Messages[2].Text != "theirs" {
			t.Fatalf("exported %+v", got)
		}
		for range 2 { // it may run again
			err := w.DB.Write(t.Context(), func(tx db.Writer) error {
				return hold.Erase(t.Context(), tx, c.helped.ID, w.Time.Now())
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Chat.Read(t.Context(), c.helper.Actor, c.id, 0); !fault.Is(err, fault.NotFound) {
			t.Fatalf("erased words are read: %v", err)
		}
	})
}
