package media

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"cairn/internal/kit/fault"
)

const (
	// longestToken bounds how far ahead a token may begin a line.
	longestToken = 24 * time.Hour
	// callToken is how long the token of one call to the API holds.
	callToken = time.Minute
	// skew is how far the clocks of this machine and a cluster may be apart.
	skew = time.Minute
)

// video are the rights in a token, as LiveKit names them. A right that is false
// must be said: what is left out is a default of theirs, and that may be "yes".
type video struct {
	Room       string `json:"room,omitempty"`
	RoomJoin   bool   `json:"roomJoin,omitempty"`
	RoomCreate bool   `json:"roomCreate,omitempty"`
	RoomAdmin  bool   `json:"roomAdmin,omitempty"`
	RoomList   bool   `json:"roomList,omitempty"`

	CanPublish           *bool    `json:"canPublish,omitempty"`
	CanSubscribe         *bool    `json:"canSubscribe,omitempty"`
	CanPublishData       *bool    `json:"canPublishData,omitempty"`
	CanUpdateOwnMetadata *bool    `json:"canUpdateOwnMetadata,omitempty"`
	CanPublishSources    []Source `json:"canPublishSources,omitempty"`
	Hidden               bool     `json:"hidden"`
	Recorder             bool     `json:"recorder"`
}

type claims struct {
	jwt.RegisteredClaims
	Video video `json:"video"`
}

// token signs rights with the key of a media server. They hold from now, by the
// machine's clock: that is the one the media server compares with.
func (p *place) token(identity string, v video, holds time.Duration) (string, error) {
	now := time.Now()
	c := claims{Video: v, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: p.key, Subject: identity, NotBefore: jwt.NewNumericDate(now.Add(-skew)), ExpiresAt: jwt.NewNumericDate(now.Add(holds)),
	}}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(p.secret))
	return signed, fault.Op("media: token", err)
}

// join makes the token with which a person comes into a room.
func (s *Server) join(p *place, g Grant) (string, error) {
	holds := g.Until.Sub(s.cfg.Clock.Now().Std())
	if holds <= 0 || g.Room == "" || g.Identity == "" {
		return "", fault.Hidden()
	}
	yes, no, sends := true, false, len(g.Publish) > 0
	return p.token(g.Identity, video{
		Room: g.Room, RoomJoin: true, CanSubscribe: &yes, CanPublish: &sends, CanPublishSources: g.Publish, CanPublishData: &no, CanUpdateOwnMetadata: &no,
	}, min(holds, longestToken))
}
