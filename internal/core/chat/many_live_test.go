package chat_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
)

// Each reader of a stream has it as they see it: their own words are theirs, and what
// they do not read does not come.
func TestManyHearTheSame(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c, path := room(t, w)
		heron, wren, ali := w.Person("Heron"), w.Person("Wren"), w.Person("Ali", access.Peer)
		c.admit(t, heron, "")
		c.admit(t, wren, "Visitor 3")
		first := c.say(t, heron, "1", "first")
		c.admit(t, ali, "")
		second := c.say(t, wren, "1", "second")
		tests := []struct {
			who        *cairntest.Someone
			has, lacks []string
		}{
			{heron, []string{"<b>You</b>", "first", "<bdi>Visitor 3</bdi>", "second", "Take my words back"}, []string{"Wren", string(wren.ID)}},
			{wren, []string{"<b>You</b>", "first", "<bdi>Heron</bdi>", "second"}, []string{"Visitor 3", string(heron.ID)}},
			{ali, []string{"<bdi>Visitor 3</bdi>", "second"}, []string{"<b>You</b>", "first", "Wren", "Take my words back"}},
		}
		for _, tt := range tests {
			ids, body := stream(t, tt.who, path+"/stream", "", 1)
			if len(ids) != 1 || ids[0] != strconv.FormatInt(second.Seq, 10) || !strings.Contains(body, `data-target="talk-`+string(c.id)+`-voices"`) || strings.Contains(body, `data-target="seen"`) {
				t.Errorf("%s hears %v\n%s", tt.who.Name, ids, body)
			}
			for _, s := range tt.has {
				if !strings.Contains(body, s) {
					t.Errorf("%s does not hear %q", tt.who.Name, s)
				}
			}
			for _, s := range tt.lacks {
				if strings.Contains(body, s) {
					t.Errorf("%s hears %q", tt.who.Name, s)
				}
			}
		}
		if err := w.Chat.Withdraw(t.Context(), heron.Actor, c.id, first.Seq); err != nil {
			t.Fatal(err)
		}
		if _, body := stream(t, wren, path+"/stream", strconv.FormatInt(second.Seq, 10), 1); !strings.Contains(body, "These words were taken back.") || strings.Contains(body, "first") {
			t.Errorf("what is taken back:\n%s", body)
		}
	})
}

func TestAnOpenPaneLosesTheWords(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, c many, p *cairntest.Someone)
	}{
		{"out", func(t *testing.T, c many, p *cairntest.Someone) { c.dismiss(t, p) }},
		{"closed", func(t *testing.T, c many, _ *cairntest.Someone) { c.close(t) }},
		{"erased", func(t *testing.T, c many, p *cairntest.Someone) {
			c.write(t, func(ctx context.Context, tx db.Writer) error {
				return chat.Holding{Service: c.Chat}.Erase(ctx, tx, p.ID, c.Time.Now())
			})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
				c, _ := room(t, w)
				heron, wren := w.Person("Heron"), w.Person("Wren")
				c.admit(t, heron, "")
				c.admit(t, wren, "")
				m := c.say(t, wren, "1", "hello")
				l := two{World: w, id: c.id}.openLine(t, heron, strconv.FormatInt(m.Seq, 10))
				tt.do(t, c, heron)
				got := l.rest()
				if !strings.Contains(got, "no longer open to you") || !strings.Contains(got, `<template data-act="update" data-target="talk-`+string(c.id)+`-voices"></template>`) {
					t.Fatalf("the line ends with %q", got)
				}
			})
		})
	}
}
