package chat

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// listener is one open line into a conversation. It holds as little as it can:
// thousands of them wait at the same time.
type listener struct {
	s     *Service
	w     *web.EventStream
	a     access.Actor
	id    moment.ID
	many  bool
	after int64
}

// take answers one note from the bus.
func (l *listener) take(r *http.Request, n bus.Note) error {
	switch n.Kind {
	case signalTyping:
		if n.Data == string(l.a.Person) {
			return nil
		}
		return l.writing(r, moment.ID(n.Data))
	case signalRead:
		if n.Data == string(l.a.Person) {
			return nil
		}
		return l.seen(r)
	}
	if n.Seq > 0 && n.Seq <= l.after {
		return nil // read already
	}
	return l.catchUp(r)
}

// catchUp sends everything touched since the last event, in batches.
func (l *listener) catchUp(r *http.Request) error {
	for {
		v, err := l.s.Since(r.Context(), l.a, l.id, l.after)
		if err != nil {
			return err
		}
		if len(v.Messages) == 0 {
			return nil
		}
		l.after = v.Messages[len(v.Messages)-1].Touched
		byPlace := slices.Clone(v.Messages)
		slices.SortFunc(byPlace, func(a, b Message) int { return int(a.Seq - b.Seq) })
		if err := l.send(r, strconv.FormatInt(l.after, 10), newsFor(v, byPlace)); err != nil {
			return err
		}
		if !v.Earlier {
			return nil
		}
	}
}

func (l *listener) writing(r *http.Request, who moment.ID) error {
	cards, err := l.s.People.Cards(r.Context(), l.s.DB.Reader(), who)
	if err != nil {
		return err
	}
	return l.send(r, "", writingNews(cards[who]))
}

func (l *listener) seen(r *http.Request) error {
	v, err := l.s.Since(r.Context(), l.a, l.id, l.after)
	if err != nil {
		return err
	}
	last, err := l.s.lastOwn(r.Context(), l.a, l.id)
	if err != nil {
		return err
	}
	v.Messages = last
	return l.send(r, "", seenNews(v))
}

func (l *listener) send(r *http.Request, id string, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return fault.Op("chat stream", err)
	}
	if err := l.w.Send(id, "", b.String()); err != nil {
		return errGone
	}
	return nil
}

// bye ends the line. Who may no longer read is told so; the cause of anything
// else is for the log, and the browser comes back by itself.
func (l *listener) bye(r *http.Request, err error) error {
	switch {
	case fault.Is(err, fault.NotFound):
		_ = l.send(r, "", l.gone()) // the line closes either way
	case r.Context().Err() == nil && !errors.Is(err, errGone):
		return err
	}
	return nil
}

// newsFor is what is new, as the page of the reader shows it.
func newsFor(v View, ms []Message) templ.Component {
	if v.Together {
		return manyNews(v, ms)
	}
	return news(v, ms)
}

// gone tells an open page that it is open no longer.
func (l *listener) gone() templ.Component {
	if l.many {
		return manyGone(l.id)
	}
	return goneNews()
}

// The words beside the words.

func talkPath(id moment.ID, rest string) string { return "/talk/" + string(id) + rest }

func domID(m Message) string { return "m-" + strconv.FormatInt(m.Seq, 10) }

func cardName(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "chat.talk.someone")
	}
	return c.Name
}

func nameOf(ctx context.Context, v View, id moment.ID) string { return cardName(ctx, v.Names[id]) }

func otherName(ctx context.Context, v View) string {
	o, _ := v.Other(v.Me.Person)
	return nameOf(ctx, v, o.Person)
}

// placeWords is what the place itself says.
func placeWords(ctx context.Context, v View, m Message) string {
	switch m.Kind {
	case Began:
		return web.T(ctx, "chat.place.began", "name", otherName(ctx, v))
	case Checked:
		return web.T(ctx, "chat.place.checked")
	case Unsafe:
		if m.Author == v.Me.Person {
			return web.T(ctx, "chat.place.unsafe_me")
		}
		return web.T(ctx, "chat.place.unsafe", "name", nameOf(ctx, v, m.Author))
	case Answered:
		return web.T(ctx, "chat.place.answered")
	case Asked:
		return web.T(ctx, "chat.place.asked")
	case Joined:
		return web.T(ctx, "chat.place.joined", "name", nameOf(ctx, v, m.Author))
	case CallAsked, CallAgreed, CallDeclined:
		return web.T(ctx, "chat.place."+string(m.Kind), "name", nameOf(ctx, v, m.Author))
	case Passing:
		return web.T(ctx, "chat.place.passing")
	case Passed:
		return web.T(ctx, "chat.place.passed", "name", nameOf(ctx, v, m.Author))
	case Left:
		return web.T(ctx, "chat.place.left", "name", nameOf(ctx, v, m.Author))
	default:
		return web.T(ctx, "chat.place.ended")
	}
}

// seenBy tells whether the other has read the last of one's own words shown.
func seenBy(ctx context.Context, v View) (string, bool) {
	o, ok := v.Other(v.Me.Person)
	if !ok || v.Names[o.Person].HidesReads {
		return "", false
	}
	for i := len(v.Messages) - 1; i >= 0; i-- {
		m := v.Messages[i]
		if m.Kind != Text {
			continue
		}
		if m.Author != v.Me.Person {
			return "", false // the other has answered: that says more
		}
		return nameOf(ctx, v, o.Person), o.ReadSeq >= m.Seq
	}
	return "", false
}

func fromOther(v View, ms []Message) bool {
	for _, m := range ms {
		if m.Author != v.Me.Person {
			return true
		}
	}
	return false
}

func last(ms []Message, n int) []Message {
	if len(ms) > n {
		return ms[len(ms)-n:]
	}
	return ms
}

func wrongAttrs(err error) templ.Attributes {
	if err == nil {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "text-wrong"}
}

// quoted puts phrases into quotation marks, as they stand on the list.
func quoted(list []string) string { return "“" + strings.Join(list, "”, “") + "”" }
