package groups

import (
	"context"
	"time"

	"cairn/internal/core/discussion"
	"cairn/internal/core/meetings"
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

// OnWalls is the engine of posts as groups uses it.
type OnWalls struct{ *discussion.Service }

// wallRules are how a wall is kept: one can write without a name.
func wallRules(closed bool) discussion.SpaceRules {
	return discussion.SpaceRules{Anonymous: true, Closed: closed}
}

// Open makes a wall.
func (w OnWalls) Open(ctx context.Context, tx db.Writer, group moment.ID) (moment.ID, error) {
	return w.OpenSpace(ctx, tx, Kind, group, wallRules(false))
}

// Close makes a wall read only, or lets people write again.
func (w OnWalls) Close(ctx context.Context, tx db.Writer, wall moment.ID, closed bool) error {
	return w.SetRules(ctx, tx, wall, wallRules(closed))
}

// Destroy destroys a wall's key.
func (w OnWalls) Destroy(ctx context.Context, tx db.Writer, wall moment.ID) error {
	return w.DestroySpace(ctx, tx, wall)
}

// wallShown is how many posts stand on a group's own page.
const wallShown = 5

// Show draws the newest posts with the form.
func (w OnWalls) Show(ctx context.Context, a access.Actor, wall moment.ID) (templ.Component, error) {
	v, err := w.Page(ctx, a, wall, "", wallShown)
	if err != nil {
		return nil, err
	}
	v.Back = v.Stand.Href
	return discussion.Wall(v), nil
}

// OnMeetings is the engine of meetings as groups uses it.
type OnMeetings struct{ *meetings.Service }

func ref(group moment.ID) meetings.Ref { return meetings.Ref{Kind: Kind, ID: group} }

// Coming gives the next meetings of a group.
func (m OnMeetings) Coming(ctx context.Context, r db.Reader, a access.Actor, group moment.ID, n int) ([]Gathering, error) {
	list, err := m.Service.Coming(ctx, r, a, ref(group), n)
	return gatherings(list), err
}

func gatherings(list []meetings.Listed) []Gathering {
	out := make([]Gathering, len(list))
	for i, l := range list {
		out[i] = Gathering{ID: l.ID, Group: l.Owner.ID, StartsAt: l.StartsAt, EndsAt: l.EndsAt, Attendance: string(l.Attendance), Off: !l.State.Coming()}
	}
	return out
}

// Find gives meetings of groups, page after page until there are enough.
func (m OnMeetings) Find(ctx context.Context, a access.Actor, f Times) ([]Gathering, bool, error) {
	q := meetings.Filter{From: f.From, To: f.To, Days: f.Days, Earliest: f.Earliest, Latest: f.Latest, Zone: f.Zone, Tags: f.Tags, Inside: f.Mine, Only: f.Only, After: f.After, N: f.N}
	for _, how := range f.Attendance {
		q.Attendance = append(q.Attendance, meetings.Attendance(how))
	}
	var out []Gathering
	for {
		list, more, err := m.Service.Find(ctx, a, q)
		if err != nil {
			return nil, false, err
		}
		for _, l := range list {
			if l.Owner.Kind == Kind {
				out = append(out, gatherings([]meetings.Listed{l})...)
			}
		}
		if !more || len(list) == 0 || len(out) >= f.N {
			return out, more, nil
		}
		q.After = list[len(list)-1].Next()
	}
}

// comingShown is how many meetings stand on a group's own page.
const comingShown = 5

// Show draws the next meetings of a group.
func (m OnMeetings) Show(ctx context.Context, a access.Actor, group moment.ID) (next, after templ.Component, err error) {
	list, err := m.Service.Coming(ctx, m.DB.Reader(), a, ref(group), comingShown)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	may, err := m.MayAnswer(ctx, m.DB.Reader(), a, ref(group))
	return meetings.Next(list, may || list[0].SignUp), meetings.After(list), err
}

// Changed reads anew what a group says of its meetings.
func (m OnMeetings) Changed(ctx context.Context, tx db.Writer, group moment.ID) error {
	return m.Service.Changed(ctx, tx, ref(group))
}

// Pause pauses the meetings of a group, or lets them go on.
func (m OnMeetings) Pause(ctx context.Context, tx db.Writer, a access.Actor, group moment.ID, paused bool) error {
	return m.Service.Pause(ctx, tx, a, ref(group), paused)
}

// EndAll ends the meetings of a group.
func (m OnMeetings) EndAll(ctx context.Context, tx db.Writer, a access.Actor, group moment.ID) error {
	return m.Service.EndAll(ctx, tx, a, ref(group))
}

// LeaveAll takes back what somebody answered.
func (m OnMeetings) LeaveAll(ctx context.Context, tx db.Writer, group, person moment.ID) error {
	return m.Service.LeaveAll(ctx, tx, ref(group), person)
}
