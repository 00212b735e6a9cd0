package media

import (
	"context"
	"net/http"
	"slices"
	"time"

	"cairn/internal/kit/fault"
)

// waits is how long the media server keeps a room in which nobody is, before the
// first has come and after the last has gone: a browser that lost its line, or a
// whole network that did, finds it again.
const waits = 10 * time.Minute

// mostName is how long ids of rooms and people may be; the child is told the same.
const mostName = 128

// room is one that is in use.
type room struct {
	most  int
	lines int
	used  time.Time
}

// Ensure makes a room for at most so many people (0 means no limit) if it is not
// there, starting the media server when needed, and waits until it answers, up
// to 20 seconds. Only then may somebody be let in by Signal. It is Unavailable
// when there is no media server or it does not come up.
func (s *Server) Ensure(ctx context.Context, name string, most int) error {
	if name == "" || len(name) > mostName {
		return fault.Hidden()
	}
	err := s.call(ctx, true, func(ctx context.Context, p *place) error { return s.create(ctx, p, name, most) })
	if err == nil {
		s.remember(name, most)
	}
	return err
}

func (s *Server) create(ctx context.Context, p *place, name string, most int) error {
	seconds := int(waits / time.Second)
	return s.ask(ctx, p, "CreateRoom", video{RoomCreate: true}, map[string]any{
		"name": name, "max_participants": most, "empty_timeout": seconds, "departure_timeout": seconds,
	}, nil)
}

// remember notes that a room is in use, and forgets those that are not.
func (s *Server) remember(name string, most int) {
	if s.Outside() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, r := range s.rooms {
		if !r.fresh() {
			delete(s.rooms, n)
		}
	}
	r := s.rooms[name]
	if r == nil {
		r = &room{}
		s.rooms[name] = r
	}
	r.most, r.used = most, time.Now()
}

// fresh tells whether the media server itself would still have the room.
func (r *room) fresh() bool { return r.lines > 0 || time.Since(r.used) < waits }

// remembered are the rooms that a new child must have.
func (s *Server) remembered() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for n, r := range s.rooms {
		if r.fresh() {
			out[n] = r.most
		}
	}
	return out
}

// People lists who is in a room, in order of their ids. A room that is not there
// has nobody in it.
func (s *Server) People(ctx context.Context, name string) ([]Participant, error) {
	var answer struct {
		Participants []struct {
			Identity string
			State    string
			Tracks   []struct {
				Type, Source string
				Muted        bool
			}
		}
	}
	err := s.calm(ctx, func(ctx context.Context, p *place) error {
		return s.ask(ctx, p, "ListParticipants", video{RoomAdmin: true, Room: name}, map[string]any{"room": name}, &answer)
	})
	var out []Participant
	for _, x := range answer.Participants {
		if x.State == "DISCONNECTED" {
			continue
		}
		who := Participant{Identity: x.Identity}
		for _, t := range x.Tracks {
			source := sourceOf(t.Type, t.Source)
			if !slices.Contains(who.Publishing, source) {
				who.Publishing = append(who.Publishing, source)
			}
			if t.Muted && !slices.Contains(who.Muted, source) {
				who.Muted = append(who.Muted, source)
			}
		}
		out = append(out, who)
	}
	slices.SortFunc(out, func(a, b Participant) int {
		switch {
		case a.Identity < b.Identity:
			return -1
		case a.Identity > b.Identity:
			return 1
		}
		return 0
	})
	return out, err
}

// names are what the API calls what can be sent.
var names = map[Source]string{Microphone: "MICROPHONE", Camera: "CAMERA", ScreenShare: "SCREEN_SHARE", ScreenShareAudio: "SCREEN_SHARE_AUDIO"}

// sourceOf is what a track is. Its kind counts for more than its name, which is
// the client's own word.
func sourceOf(kind, name string) Source {
	moves := kind == "VIDEO"
	switch {
	case moves && name == names[ScreenShare]:
		return ScreenShare
	case moves:
		return Camera
	case name == names[ScreenShareAudio]:
		return ScreenShareAudio
	}
	return Microphone
}

// Permit changes what somebody in a room may send, at once: what they may no
// longer send is taken away while they send it. Whoever is not there is not
// looked for; their next line begins with a grant of its own.
func (s *Server) Permit(ctx context.Context, g Grant) error {
	allowed := []string{}
	for _, x := range g.Publish {
		allowed = append(allowed, names[x])
	}
	return s.calm(ctx, func(ctx context.Context, p *place) error {
		return s.ask(ctx, p, "UpdateParticipant", video{RoomAdmin: true, Room: g.Room}, map[string]any{
			"room": g.Room, "identity": g.Identity,
			"permission": map[string]any{
				"can_subscribe": true, "can_publish": len(allowed) > 0, "can_publish_sources": allowed,
				"can_publish_data": false, "can_update_metadata": false, "hidden": false, "recorder": false,
			},
		}, nil)
	})
}

// Remove takes somebody out of a room. It is no ban: callers must refuse their
// next line, and cut the one that stands.
func (s *Server) Remove(ctx context.Context, name, identity string) error {
	return s.calm(ctx, func(ctx context.Context, p *place) error {
		return s.ask(ctx, p, "RemoveParticipant", video{RoomAdmin: true, Room: name}, map[string]any{"room": name, "identity": identity}, nil)
	})
}

// End closes a room and takes everybody out of it.
func (s *Server) End(ctx context.Context, name string) error {
	s.mu.Lock()
	delete(s.rooms, name) // no new child makes it again
	s.mu.Unlock()
	return s.calm(ctx, func(ctx context.Context, p *place) error {
		return s.ask(ctx, p, "DeleteRoom", video{RoomCreate: true}, map[string]any{"room": name}, nil)
	})
}

// Check asks the media server whether it answers and knows our key, starting it
// when needed: for `cairn doctor`.
func (s *Server) Check(ctx context.Context) error {
	return s.call(ctx, true, func(ctx context.Context, p *place) error {
		return s.ask(ctx, p, "ListRooms", video{RoomList: true}, map[string]any{}, nil)
	})
}

// calm makes a call that asks for nothing to be there: without a media server,
// a room or a person there is nothing to do.
func (s *Server) calm(ctx context.Context, f func(context.Context, *place) error) error {
	if !s.Available() {
		return nil
	}
	err := s.call(ctx, false, f)
	if answered, ok := statusOf(err); ok && answered == http.StatusNotFound {
		return nil
	}
	return err
}
