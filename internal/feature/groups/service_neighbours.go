package groups

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"

	"github.com/a-h/templ"
)

// Walls is what groups needs of the engine of posts and comments.
type Walls interface {
	// Open makes the wall of a group, in the caller's transaction.
	Open(ctx context.Context, tx db.Writer, group moment.ID) (moment.ID, error)
	// Close makes a wall read only, or lets people write again.
	Close(ctx context.Context, tx db.Writer, wall moment.ID, closed bool) error
	// Destroy makes everything on a wall unreadable.
	Destroy(ctx context.Context, tx db.Writer, wall moment.ID) error
	// Show draws the newest of a wall for whoever is asking, with the form.
	Show(ctx context.Context, a access.Actor, wall moment.ID) (templ.Component, error)
}

// Meetings is what groups needs of the engine of meetings.
type Meetings interface {
	// Coming gives the next meetings of a group, soonest first.
	Coming(ctx context.Context, r db.Reader, a access.Actor, group moment.ID, n int) ([]Gathering, error)
	// Find gives meetings of groups in a span, soonest first, and whether there are more.
	Find(ctx context.Context, a access.Actor, f Times) ([]Gathering, bool, error)
	// Show draws the next meetings of a group: the answer to the first, the list of the others.
	Show(ctx context.Context, a access.Actor, group moment.ID) (next, after templ.Component, err error)
	// Changed reads anew what a group says of its meetings.
	Changed(ctx context.Context, tx db.Writer, group moment.ID) error
	Pause(ctx context.Context, tx db.Writer, a access.Actor, group moment.ID, paused bool) error
	EndAll(ctx context.Context, tx db.Writer, a access.Actor, group moment.ID) error
	// LeaveAll takes back what somebody answered to what comes.
	LeaveAll(ctx context.Context, tx db.Writer, group, person moment.ID) error
}

// Gathering is a meeting of a group, as a list shows it.
type Gathering struct {
	ID               moment.ID
	Group            moment.ID
	StartsAt, EndsAt moment.Time
	Attendance       string // "in_person", "online", "hybrid"
	Off              bool   // cancelled, or paused
}

// Times is which meetings are looked for.
type Times struct {
	From, To         moment.Time
	Days             []time.Weekday
	Earliest, Latest int // minutes of the day in Zone; 0, 0: any
	Zone             *time.Location
	Attendance       []string
	Tags             []string // all of them
	Mine             []moment.ID
	Only             []moment.ID // of these groups
	After            string
	N                int
}
