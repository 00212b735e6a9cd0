package media

import (
	"context"
	"time"
)

// Pid is the child's, 0 while there is none.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place == nil {
		return 0
	}
	return s.place.pid
}

// Watchful shortens how a child that hangs is found.
func (s *Server) Watchful(every time.Duration) {
	s.health = health{every: every, within: every, missed: 3}
}

// Rights are what the media server itself holds of somebody.
func (s *Server) Rights(ctx context.Context, room, identity string) (map[string]any, error) {
	var out struct{ Permission map[string]any }
	err := s.call(ctx, false, func(ctx context.Context, p *place) error {
		return s.ask(ctx, p, "GetParticipant", video{RoomAdmin: true, Room: room}, map[string]any{"room": room, "identity": identity}, &out)
	})
	return out.Permission, err
}

// TokenFor signs as the place with this key and secret would.
func TokenFor(key, secret, room, identity string, sends bool) string {
	p := &place{key: key, secret: secret}
	yes := true
	token, err := p.token(identity, video{Room: room, RoomJoin: true, CanPublish: &sends, CanSubscribe: &yes, CanPublishData: &yes}, time.Hour)
	if err != nil {
		panic(err)
	}
	return token
}

// RawToken signs with the key of the running media server.
func (s *Server) RawToken(g Grant) (string, string, error) {
	s.mu.Lock()
	p := s.place
	s.mu.Unlock()
	t, err := s.join(p, g)
	return p.api.String(), t, err
}

// MostRelayed is the listener's bound.
const MostRelayed = mostRelayed

// Keys are where the running media server answers, and with which key.
func (s *Server) Keys() (api, key, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.place.api.String(), s.place.key, s.place.secret
}
