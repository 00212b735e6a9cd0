package chat_test

import (
	"context"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
)

func TestManyAreExportedAndErased(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := gather(t, w)
		heron, wren, ali := w.Person("Heron"), w.Person("Wren"), w.Person("Ali", access.Peer)
		c.admit(t, heron, "")
		c.admit(t, wren, "Visitor 1")
		c.admit(t, ali, "")
		c.say(t, heron, "1", "of Heron")
		mine := c.say(t, wren, "1", "of Wren")
		hold := chat.Holding{Service: w.Chat}
		export := func(p *cairntest.Someone) []chat.ExportedConversation {
			t.Helper()
			var got []chat.ExportedConversation
			if err := hold.Export(t.Context(), w.DB.Reader(), p.ID, func(_ string, v any) error {
				got, _ = v.([]chat.ExportedConversation)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return got
		}
		own := func(p *cairntest.Someone, text, as string) {
			t.Helper()
			got := export(p)
			if len(got) != 1 || got[0].Side != chat.Together || got[0].Kind != "room" || len(got[0].Messages) != 1 || got[0].Messages[0].Text != text || got[0].Messages[0].From != "you" || got[0].Messages[0].As != as {
				t.Fatalf("%s takes away %+v", p.Name, got)
			}
		}
		own(heron, "of Heron", "")
		c.dismiss(t, wren)
		own(wren, "of Wren", "Visitor 1") // also when they are out
		if got := export(ali); len(got) != 1 || len(got[0].Messages) != 0 {
			t.Fatalf("who said nothing takes away %+v", got)
		}

		erase := func(p *cairntest.Someone) {
			t.Helper()
			c.write(t, func(ctx context.Context, tx db.Writer) error { return hold.Erase(ctx, tx, p.ID, w.Time.Now()) })
		}
		before, err := w.Chat.Look(t.Context(), heron.Actor, c.id)
		if err != nil {
			t.Fatal(err)
		}
		erase(wren)
		erase(wren)
		c.sees(t, heron, "Heron: of Heron, : ")
		v, err := w.Chat.Since(t.Context(), heron.Actor, c.id, before.LastSeq) // an open page learns of it
		if err != nil || len(v.Messages) != 1 || v.Messages[0].Seq != mine.Seq || v.Messages[0].WithdrawnAt.IsZero() {
			t.Fatalf("since: %+v, %v", v.Messages, err)
		}
		if n := c.count(t, `SELECT count(*) FROM chat_message WHERE conversation = $1 AND (alias <> '' OR author IS NULL AND body IS NOT NULL)`); n != 0 {
			t.Errorf("%d messages say what Wren said, or was called", n)
		}
		if got := export(wren); len(got) != 0 {
			t.Errorf("who is erased takes away %+v", got)
		}
		c.say(t, heron, "2", "it goes on")
		c.close(t)
		if got := export(heron); len(got) != 1 || len(got[0].Messages) != 2 || got[0].Messages[0].Text != "of Heron" {
			t.Errorf("closed, and not yet gone: %+v", got)
		}
		erase(heron)
		if n := c.count(t, `SELECT count(*) FROM chat_message WHERE conversation = $1 AND body IS NOT NULL`); n != 0 {
			t.Errorf("%d messages are left of who is erased when it is closed", n)
		}
		w.Time.Advance(chat.DestroyAfter + time.Second)
		w.Settle()
		if got := export(ali); len(got) != 0 {
			t.Errorf("what is gone is taken away: %+v", got)
		}
	})
}
