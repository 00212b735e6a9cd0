package rooms

import (
	"context"

	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
)

// Captioning is a service outside that writes captions, as the operator named it.
// Without an Address there is none, and nothing of it is shown.
type Captioning struct {
	Name    string // what people read, up to 60 characters
	Address string // where it is invited: https, or a host of the own network that was allowed
	Secret  string // signs the invitation, as Standard Webhooks describe it
	Hook    Hooker
}

// Hooker hands one signed message over; post.Hook does.
type Hooker interface {
	Send(ctx context.Context, m post.HookMessage) error
}

// OutsideState is how it stands with captions from outside in a room.
type OutsideState string

// The states. Over does not say whether somebody said no or it was ended.
const (
	OutsideNone   OutsideState = ""
	OutsideAsked  OutsideState = "asked"
	OutsideRuns   OutsideState = "runs"
	OutsideOver   OutsideState = "over"
	OutsideFailed OutsideState = "failed" // it could not be invited
)

// Outside is how it stands with captions from outside: one asking and what came of it.
type Outside struct {
	State    OutsideState
	Run      moment.ID // names this asking
	Identity string    // the service's, to the media server, while it runs
	Lang     string    // of the pages of whoever asked
}

// Live tells whether the question stands or the service writes.
func (o Outside) Live() bool { return o.State == OutsideAsked || o.State == OutsideRuns }

// meets tells whether many meet in the room: only there captions come from outside.
func (r Room) meets() bool { return r.Mode == Together || r.Mode == Webinar }

// outsideGrant is what the media server lets the service do: hear, and nothing else.
func outsideGrant(x Room) media.Grant {
	return media.Grant{Room: string(x.ID), Identity: x.Outside.Identity}
}
