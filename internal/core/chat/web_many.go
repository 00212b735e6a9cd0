package chat

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Panel gives a conversation of many for another page to show, as the actor sees it:
// the last messages, live, and where one writes. Opening it is written into the audit,
// as by Read. back is the path of the page around, under /room/, to which forms return
// without JavaScript. It is NotFound for who is not in it, and for a conversation of two.
func (s *Service) Panel(ctx context.Context, a access.Actor, id moment.ID, back string) (templ.Component, error) {
	v, err := s.Read(ctx, a, id, 0)
	if err != nil {
		return nil, err
	}
	if !v.Together {
		return nil, fault.Hidden()
	}
	return Panel(v, back), nil
}

// rooms are the pages that a form may return to: plain paths, without dots, doubled
// slashes, escapes or a query, so that no form leads out of the service.
var rooms = regexp.MustCompile(`^/room(/[A-Za-z0-9_-]{1,64}){1,4}$`)

// roomPath gives back the path of a room, or "".
func roomPath(s string) string {
	if !rooms.MatchString(s) {
		return ""
	}
	return s
}

// backTo is where a form returns to: the page of a room, or the conversation's own.
func backTo(id moment.ID, back string) string {
	if to := roomPath(back); to != "" {
		return to
	}
	return talkPath(id, "")
}

// partID is an id in the words of many. The conversation's is in it, since they stand
// in pages that have ids of their own.
func partID(id moment.ID, name string) string { return "talk-" + string(id) + "-" + name }

func seqPath(m Message, verb string) string {
	return talkPath(m.Conversation, verb+strconv.FormatInt(m.Seq, 10))
}

func changePath(m Message, at spot) string { return seqPath(m, "/change/") + backQuery(at, "?") }

func earlierPath(v View, at spot) string {
	return talkPath(v.ID, "/write?before="+strconv.FormatInt(v.Messages[0].Seq, 10)) + backQuery(at, "&")
}

func backQuery(at spot, sign string) string {
	if at.back == "" {
		return ""
	}
	return sign + "back=" + url.QueryEscape(at.back)
}

// besideAttrs let a link out of a pane open beside it: the page around is a call that
// would end.
func besideAttrs(at spot) templ.Attributes {
	if !at.pane {
		return nil
	}
	return templ.Attributes{"target": "_blank", "rel": "noopener", "data-turbo": "false"}
}

// called is how a message's author is called by it.
func called(ctx context.Context, v View, m Message) string {
	return cardName(ctx, people.Card{Name: v.Called(m)})
}

// canChange tells whether own words could still be changed when they were read.
func canChange(v View, m Message) bool {
	return canEdit(access.Actor{Person: v.Me.Person}, v.Conversation, m, v.at).OK()
}

// seesWords says who reads what is written here, and under which name.
func seesWords(ctx context.Context, v View) string {
	if v.Me.Alias != "" {
		return web.T(ctx, "chat.room.sees_alias", "name", v.Me.Alias)
	}
	return web.T(ctx, "chat.room.sees", "name", nameOf(ctx, v, v.Me.Person))
}

// manyWrite shows the words of many on their own page: the last with a form, or those
// before a place.
func (s *Service) manyWrite(w http.ResponseWriter, r *http.Request, id moment.ID) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	before, err := Before(r)
	if err != nil {
		return err
	}
	v, err := s.Read(r.Context(), web.Actor(r.Context()), id, before)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, manyPage(v, "", nil, before > 0, spot{back: roomPath(q.Get("back"))}))
}
