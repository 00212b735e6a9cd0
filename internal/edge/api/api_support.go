package api

import (
	"context"
	"net/http"
	"time"

	"cairn/internal/core/shifts"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/danielgtaylor/huma/v2"
)

// Status tells whether somebody is there now.
type Status struct {
	Open        bool       `json:"open" doc:"Whether one can ask now"`
	Peers       int        `json:"peers" doc:"Peers on shift"`
	Waiting     int        `json:"waiting" doc:"People in the line"`
	WaitLow     *int       `json:"wait_low_minutes,omitempty" doc:"Lower end of the honest wait; absent when not known"`
	WaitHigh    *int       `json:"wait_high_minutes,omitempty" doc:"Upper end of the honest wait"`
	NextOpening *time.Time `json:"next_opening,omitempty" doc:"When it opens next, by its staffed plan or its hours"`
}

func statusOf(st support.Status) Status {
	out := Status{Open: st.Open, Peers: st.Peers, Waiting: st.Waiting}
	if st.Wait.Known {
		out.WaitLow, out.WaitHigh = &st.Wait.Low, &st.Wait.High
	}
	if st.NextKnown {
		t := st.Next.Std()
		out.NextOpening = &t
	}
	return out
}

// Request is one's own place in the line.
type Request struct {
	ID           string    `json:"id"`
	State        string    `json:"state" enum:"waiting,offered,talking,held,ended,withdrawn,alternatives,lapsed"`
	AskedAt      time.Time `json:"asked_at"`
	Ahead        int       `json:"ahead" doc:"People before you"`
	Conversation string    `json:"conversation,omitempty" doc:"Where you talk, once somebody was found"`
	HelpShown    bool      `json:"show_crisis_lines" doc:"Show crisis lines to the person at once"`
	NobodyFits   bool      `json:"nobody_fits" doc:"Nobody on shift fits what was asked; tell the person"`
}

func requestOf(q support.Request, ahead int) Request {
	return Request{ID: string(q.ID), State: string(q.State), AskedAt: q.AskedAt.Std(), Ahead: ahead, Conversation: string(q.Conversation), HelpShown: q.HelpShown, NobodyFits: !q.ToldAt.IsZero()}
}

// Wanted is what one looks for; everything is optional.
type Wanted struct {
	Situations []string `json:"situations,omitempty" doc:"Slugs of the taxonomy"`
	Languages  []string `json:"languages,omitempty" doc:"BCP 47, the preferred first; none means any"`
	Wishes     []string `json:"wishes,omitempty" doc:"Identities wished for in the peer"`
	Firm       bool     `json:"firm,omitempty" doc:"Wishes never give way"`
	Distress   int      `json:"distress,omitempty" minimum:"0" maximum:"5" doc:"1 all right to 5 unbearable; 0 not said"`
	Words      string   `json:"words,omitempty" doc:"A few words for the peer"`
}

func (w Wanted) domain() support.Wanted {
	return support.Wanted{Situations: w.Situations, Languages: w.Languages, Wishes: w.Wishes, Firm: w.Firm, Distress: w.Distress, Words: w.Words}
}

type statusAnswer struct{ Body Status }
type requestAnswer struct{ Body Request }
type wantedInput struct{ Body Wanted }

// requests are the operations of somebody who asks.
func (a *API) requests(h huma.API) {
	operate(h, http.MethodGet, "/api/v1/status", "status", "Whether somebody is there now", permSee, 200,
		func(ctx context.Context, _ *Nothing) (*statusAnswer, error) {
			st, err := a.Support.Status(ctx)
			return &statusAnswer{statusOf(st)}, err
		})
	operate(h, http.MethodPost, "/api/v1/requests", "ask", "Ask for somebody to talk to", permMine, 201,
		func(ctx context.Context, in *wantedInput) (*requestAnswer, error) {
			_, err := a.Support.Ask(ctx, callerOf(ctx), in.Body.domain())
			if err != nil {
				return nil, err
			}
			return a.current(ctx)
		})
	operate(h, http.MethodGet, "/api/v1/requests/current", "watch-request", "Where my request stands", permMine, 200,
		func(ctx context.Context, _ *Nothing) (*requestAnswer, error) { return a.current(ctx) })
	operate(h, http.MethodDelete, "/api/v1/requests/current", "withdraw", "Take my request back", permMine, 204,
		func(ctx context.Context, _ *Nothing) (*Empty, error) {
			p, err := a.Support.Place(ctx, web.Actor(ctx))
			if err == nil && p == nil {
				err = fault.Hidden()
			}
			if err != nil {
				return nil, err
			}
			return &Empty{}, a.Support.Withdraw(ctx, web.Actor(ctx), p.Request.ID)
		})
}

func callerOf(ctx context.Context) support.Caller {
	return support.Caller{Actor: web.Actor(ctx), Lang: web.Lang(ctx), Zone: web.Zone(ctx).String()}
}

func (a *API) current(ctx context.Context) (*requestAnswer, error) {
	p, err := a.Support.Place(ctx, web.Actor(ctx))
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, fault.Hidden()
	}
	return &requestAnswer{requestOf(p.Request, p.Ahead)}, nil
}

// Shift is one's own shift.
type Shift struct {
	On    bool   `json:"on"`
	State string `json:"state,omitempty" enum:"ready,break,closing,stopped"`
	Owed  int    `json:"debriefs_owed" doc:"Debriefs to do before the next person"`
	Talks int    `json:"talking" doc:"Conversations running"`

	Conversations []string `json:"conversations" doc:"Ids of the conversations running"`
	OwedIDs       []string `json:"owed" doc:"Ids of the conversations to debrief"`
}

// Offer is somebody who waits, offered to a peer.
type Offer struct {
	ID        string    `json:"id"`
	Shared    []string  `json:"shared" doc:"Slugs of what both show"`
	Wishes    []string  `json:"wishes"`
	Language  string    `json:"language,omitempty"`
	Words     string    `json:"words,omitempty"`
	Distress  int       `json:"distress,omitempty"`
	Waited    int       `json:"waited_minutes"`
	ExpiresAt time.Time `json:"expires_at"`
}

type shiftAnswer struct{ Body Shift }
type offerAnswer struct{ Body Offer }
type stateInput struct {
	Body struct {
		State string `json:"state" enum:"ready,break"`
	}
}

// work are the operations of a peer on shift.
func (a *API) work(h huma.API) {
	operate(h, http.MethodGet, "/api/v1/shift", "shift", "My shift", permWork, 200,
		func(ctx context.Context, _ *Nothing) (*shiftAnswer, error) { return a.shift(ctx) })
	operate(h, http.MethodPost, "/api/v1/shift", "start-shift", "Start my shift", permWork, 200,
		func(ctx context.Context, _ *Nothing) (*shiftAnswer, error) {
			if err := a.Shifts.Start(ctx, web.Actor(ctx), false); err != nil {
				return nil, err
			}
			return a.shift(ctx)
		})
	operate(h, http.MethodPut, "/api/v1/shift/state", "ready", "Say that I am ready, or on a break", permWork, 200,
		func(ctx context.Context, in *stateInput) (*shiftAnswer, error) {
			verb := a.Support.Pause
			if in.Body.State == string(shifts.Ready) {
				verb = a.Support.Ready
			}
			if err := verb(ctx, web.Actor(ctx)); err != nil {
				return nil, err
			}
			return a.shift(ctx)
		})
	operate(h, http.MethodDelete, "/api/v1/shift", "end-shift", "End my shift", permWork, 204,
		func(ctx context.Context, _ *Nothing) (*Empty, error) {
			return &Empty{}, a.Support.LeaveShift(ctx, web.Actor(ctx))
		})
	operate(h, http.MethodGet, "/api/v1/offer", "offer", "Who is offered to me now", permWork, 200, a.offer)
	operate(h, http.MethodPost, "/api/v1/offers/{id}/accept", "accept", "Take the person", permWork, 200,
		func(ctx context.Context, in *ByID) (*conversationRef, error) {
			id, err := idOf(in.ID)
			if err != nil {
				return nil, err
			}
			conversation, err := a.Support.Accept(ctx, web.Actor(ctx), id)
			out := &conversationRef{}
			out.Body.Conversation = string(conversation)
			return out, err
		})
	operate(h, http.MethodPost, "/api/v1/offers/{id}/decline", "decline", "Not now: the person goes to the next best peer", permWork, 204,
		onID(a.Support.Decline))
}

type conversationRef struct {
	Body struct {
		Conversation string `json:"conversation"`
	}
}

// onID makes an operation of a verb that takes an id and gives nothing.
func onID(verb func(context.Context, access.Actor, moment.ID) error) func(context.Context, *ByID) (*Empty, error) {
	return func(ctx context.Context, in *ByID) (*Empty, error) {
		id, err := idOf(in.ID)
		if err != nil {
			return nil, err
		}
		return &Empty{}, verb(ctx, web.Actor(ctx), id)
	}
}

func (a *API) shift(ctx context.Context) (*shiftAnswer, error) {
	actor := web.Actor(ctx)
	mine, on, err := a.Shifts.Mine(ctx, a.DB.Reader(), actor.Person)
	if err != nil {
		return nil, err
	}
	since := mine.StartedAt
	if !on {
		since = a.Clock.Now() // off shift nothing of the past is looked up
	}
	evening, err := a.Support.Evening(ctx, actor, since)
	if err != nil {
		return nil, err
	}
	return &shiftAnswer{Shift{On: on, State: string(mine.State), Owed: len(evening.Owed), Talks: len(evening.Talking), Conversations: idsOf(evening.Talking), OwedIDs: idsOf(evening.Owed)}}, nil
}

func idsOf(talks []support.Talk) []string {
	out := []string{}
	for _, t := range talks {
		out = append(out, string(t.Conversation))
	}
	return out
}

func (a *API) offer(ctx context.Context, _ *Nothing) (*offerAnswer, error) {
	o, err := a.Support.MyOffer(ctx, web.Actor(ctx))
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fault.Hidden()
	}
	return &offerAnswer{Offer{ID: string(o.ID), Shared: orEmpty(o.Shared), Wishes: orEmpty(o.Wishes), Language: o.Language, Words: o.Words, Distress: o.Request.Distress, Waited: o.Waited, ExpiresAt: o.ExpiresAt.Std()}}, nil
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
