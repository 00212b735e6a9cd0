package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"

	"github.com/danielgtaylor/huma/v2"
)

// Message is one entry of a conversation.
type Message struct {
	Seq       int64      `json:"seq" doc:"Its place; never changes"`
	Touched   int64      `json:"touched" doc:"The seq of its latest change; ask for what was touched after the last you have"`
	Kind      string     `json:"kind" enum:"text,card,began,ended,checked"`
	Mine      bool       `json:"mine"`
	By        string     `json:"by,omitempty" doc:"How the author is called, among many; not of your own"`
	Text      string     `json:"text,omitempty"`
	At        time.Time  `json:"at"`
	EditedAt  *time.Time `json:"edited_at,omitempty"`
	Withdrawn bool       `json:"withdrawn,omitempty"`
}

func messageOf(a access.Actor, m chat.Message) Message {
	out := Message{Seq: m.Seq, Touched: m.Touched, Kind: string(m.Kind), Mine: m.Author == a.Person, Text: m.Text, At: m.At.Std(), Withdrawn: !m.WithdrawnAt.IsZero()}
	if !m.EditedAt.IsZero() {
		t := m.EditedAt.Std()
		out.EditedAt = &t
	}
	return out
}

// messageIn is messageOf in a conversation, where of many it says who wrote it.
func messageIn(a access.Actor, v chat.View, m chat.Message) Message {
	out := messageOf(a, m)
	if v.Together && !out.Mine {
		out.By = v.Called(m)
	}
	return out
}

// Conversation is the frame of one.
type Conversation struct {
	ID       string     `json:"id"`
	With     string     `json:"with" doc:"The other's pseudonym; empty among many"`
	Open     bool       `json:"open"`
	LastSeq  int64      `json:"last_seq"`
	EndedAt  *time.Time `json:"ended_at,omitempty"`
	ReadByMe int64      `json:"read_by_me"`
}

// Messages is a page of what was touched after a seq.
type Messages struct {
	Messages []Message `json:"messages" doc:"In the order in which they were touched"`
	More     bool      `json:"more" doc:"Ask again after the last one"`
}

type conversationAnswer struct{ Body Conversation }
type messagesAnswer struct{ Body Messages }
type messageAnswer struct{ Body Message }

type sinceInput struct {
	ByID
	After int64 `query:"after" minimum:"0" doc:"The last touched seq you have"`
}

type sayInput struct {
	ByID
	Body struct {
		Key  string `json:"key" doc:"Made by you; the same key sent twice is stored once"`
		Text string `json:"text"`
	}
}

type readInput struct {
	ByID
	Body struct {
		Seq int64 `json:"seq" minimum:"0"`
	}
}

// conversations are the operations of talking.
func (a *API) conversations(h huma.API) {
	operate(h, http.MethodGet, "/api/v1/conversations/{id}", "conversation", "The frame of a conversation", permMine, 200, a.conversation)
	operate(h, http.MethodGet, "/api/v1/conversations/{id}/messages", "messages", "What was said or changed after a seq", permMine, 200, a.messages)
	operate(h, http.MethodPost, "/api/v1/conversations/{id}/messages", "say", "Say something; the answer means it is on disk", permMine, 201,
		func(ctx context.Context, in *sayInput) (*messageAnswer, error) {
			id, err := idOf(in.ID)
			if err != nil {
				return nil, err
			}
			m, err := a.Chat.Say(ctx, web.Actor(ctx), id, chat.Draft{Key: in.Body.Key, Text: in.Body.Text})
			return &messageAnswer{messageOf(web.Actor(ctx), m)}, err
		})
	operate(h, http.MethodPost, "/api/v1/conversations/{id}/read", "mark-read", "Move my read mark", permMine, 204,
		func(ctx context.Context, in *readInput) (*Empty, error) {
			id, err := idOf(in.ID)
			if err != nil {
				return nil, err
			}
			return &Empty{}, a.Chat.MarkRead(ctx, web.Actor(ctx), id, in.Body.Seq)
		})
	operate(h, http.MethodPost, "/api/v1/conversations/{id}/end", "end", "End the conversation", permMine, 204, onID(a.Support.End))
}

func (a *API) conversation(ctx context.Context, in *ByID) (*conversationAnswer, error) {
	id, err := idOf(in.ID)
	if err != nil {
		return nil, err
	}
	actor := web.Actor(ctx)
	v, err := a.Chat.Read(ctx, actor, id, 1) // the frame, and an audited opening
	if err != nil {
		return nil, err
	}
	other, _ := v.Other(actor.Person)
	out := Conversation{ID: string(id), With: v.Names[other.Person].Name, Open: v.Open(), LastSeq: v.LastSeq, ReadByMe: v.Me.ReadSeq}
	if !v.EndedAt.IsZero() {
		t := v.EndedAt.Std()
		out.EndedAt = &t
	}
	return &conversationAnswer{out}, nil
}

func (a *API) messages(ctx context.Context, in *sinceInput) (*messagesAnswer, error) {
	id, err := idOf(in.ID)
	if err != nil {
		return nil, err
	}
	actor := web.Actor(ctx)
	if in.After == 0 {
		if _, err := a.Chat.Read(ctx, actor, id, 1); err != nil { // an opening is written into the audit
			return nil, err
		}
	}
	v, err := a.Chat.Since(ctx, actor, id, in.After)
	if err != nil {
		return nil, err
	}
	out := Messages{Messages: []Message{}, More: v.Earlier}
	for _, m := range v.Messages {
		out.Messages = append(out.Messages, messageIn(actor, v, m))
	}
	return &messagesAnswer{out}, nil
}

// streams describes the two event streams, which are served beside huma.
func (a *API) streams(h huma.API) {
	for _, s := range []struct{ path, id, summary string }{
		{"/api/v1/requests/current/events", "request-events", "My request, as server-sent events named \"request\""},
		{"/api/v1/conversations/{id}/events", "conversation-events", "A conversation, as server-sent events named \"message\"; the event's id is the seq to resume from with Last-Event-ID or ?after="},
	} {
		op := &huma.Operation{
			OperationID: s.id, Method: http.MethodGet, Path: s.path, Summary: s.summary, Description: permMine.Sentence,
			Security:  []map[string][]string{{"token": {}}},
			Responses: map[string]*huma.Response{"200": {Description: "An endless stream", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}}}},
		}
		if s.id == "conversation-events" {
			op.Parameters = []*huma.Param{
				{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}},
				{Name: "after", In: "query", Schema: &huma.Schema{Type: "integer"}},
			}
		}
		h.OpenAPI().AddOperation(op)
	}
}

const pingEvery = 25 * time.Second

// follow runs a stream: send once, then again at each note of the topics.
func (a *API) follow(w http.ResponseWriter, r *http.Request, topics []string, send func(line *web.EventStream) error) error {
	session := "session:" + string(web.Actor(r.Context()).Session)
	sub := a.Bus.Subscribe(append(topics, session)...)
	defer sub.Close()
	line, err := web.OpenStream(w, r)
	if err != nil {
		return err
	}
	ping := time.NewTicker(cmp.Or(a.Ping, pingEvery))
	defer ping.Stop()
	for {
		if err := send(line); err != nil {
			return endOf(err)
		}
		if !wait(r, sub, session, line, ping.C) {
			return nil
		}
	}
}

// wait holds until something has happened; false when the line is over.
func wait(r *http.Request, sub *bus.Subscription, session string, line *web.EventStream, ping <-chan time.Time) bool {
	for {
		select {
		case <-r.Context().Done():
			return false
		case <-ping:
			if line.Ping() != nil || !web.StillSignedIn(r) {
				return false
			}
		case n := <-sub.C():
			// Notes were lost, and that the session ended may be among them: the
			// caller comes back and is asked anew who it is.
			return n.Topic != session && n.Kind != bus.Resync
		}
	}
}

// endOf: what may no longer be read ends the stream without a word.
func endOf(err error) error {
	if fault.Is(err, fault.NotFound) || errors.Is(err, errGone) {
		return nil
	}
	return err
}

// errGone says that nobody is at the other end of the stream any more.
var errGone = errors.New("the reader has gone")

func (a *API) conversationEvents(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r.PathValue("id"))
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), web.Actor(r.Context())
	if _, err := a.Chat.Read(ctx, actor, id, 1); err != nil {
		return err
	}
	after, err := strconv.ParseInt(web.LastEventID(r), 10, 64)
	if err != nil {
		after = 0
	}
	return a.follow(w, r, []string{chat.Topic(id)}, func(line *web.EventStream) error {
		for {
			v, err := a.Chat.Since(ctx, actor, id, after)
			if err != nil {
				return err
			}
			for _, m := range v.Messages {
				after = m.Touched
				if err := sendJSON(line, strconv.FormatInt(after, 10), "message", messageIn(actor, v, m)); err != nil {
					return err
				}
			}
			if !v.Earlier {
				return nil
			}
		}
	})
}

func (a *API) requestEvents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := a.Support.Place(ctx, web.Actor(ctx))
	if err != nil {
		return err
	}
	if p == nil {
		return fault.Hidden()
	}
	var before Request
	// The line tells of the request that follows on this one, and of who is ahead.
	return a.follow(w, r, []string{support.RequestTopic(p.Request.ID), support.QueueTopic}, func(line *web.EventStream) error {
		now, err := a.current(ctx)
		if err != nil || now.Body == before {
			return err
		}
		before = now.Body
		return sendJSON(line, "", "request", now.Body)
	})
}

func sendJSON(line *web.EventStream, id, event string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fault.Op("api stream", err)
	}
	if line.Send(id, event, string(b)) != nil {
		return errGone
	}
	return nil
}
