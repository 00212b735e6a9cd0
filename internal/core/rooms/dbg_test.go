package rooms_test

import (
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"context"
)

type hall struct{}

func (hall) Stands(context.Context, db.Reader, access.Actor, moment.ID) (rooms.Stand, error) {
	return rooms.Stand{See: true, Name: "x", Href: "/", Mode: rooms.Together, Door: rooms.OpenDoor, Enter: true, Host: true, Cameras: true}, nil
}
func (hall) Came(context.Context, db.Writer, access.Actor, moment.ID, bool) error { return nil }
func (hall) Went(context.Context, db.Writer, moment.ID, moment.ID, bool) error  { return nil }

func TestDbg(t *testing.T) {
	w := cairntest.New(t)
	w.Rooms.Around("hall", hall{})
	p := w.Person("Wren")
	id, err := w.Rooms.Enter(t.Context(), p.Actor, rooms.Ref{Kind: "hall", ID: moment.NewID()}, rooms.Entry{})
	t.Log(id, err)
	v, err := w.Rooms.Look(t.Context(), p.Actor, id)
	t.Log(v.Me, err)
	g, err := w.Rooms.Line(t.Context(), p.Actor, id, v.Me.Identity)
	t.Log(g, err)
	got := p.Get("/room/" + string(id) + "/line/" + v.Me.Identity + "/rtc/validate")
	t.Log(got.Status)
}
