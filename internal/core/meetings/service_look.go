package meetings

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Comer is somebody who comes, as those see it who hold the meeting.
type Comer struct {
	Answer
	Card people.Card
}

// View is one meeting as one person may see it.
type View struct {
	Meeting
	In       Series // without what only those read who come, unless this person may
	Stand    Stand
	Mine     Answer
	Said     bool // they have said something
	Before   int  // how many wait before them
	Waiting  int
	Hosts    []Host
	Cards    map[moment.ID]people.Card
	AsHost   Host
	IsHost   bool
	Keeps    bool // they read who comes
	Note     string
	Inside   bool // they read the address
	Link     bool // they read the link
	OwnRoom  bool // people meet in the room here
	Comers   []Comer
	Me       moment.ID
	Now      moment.Time
	Upcoming []Meeting // of the same series, after this one
}

// Address is the address that this person may read, or "".
func (v View) Address() string {
	if v.Inside || v.In.OpenAddress {
		return v.In.Inside.Address
	}
	return ""
}

// Look gives a meeting as the actor may see it.
func (s *Service) Look(ctx context.Context, a access.Actor, id moment.ID) (View, error) {
	v, err := s.lookDoor(ctx, a, id)
	if err != nil {
		return v, err
	}
	r := s.DB.Reader()
	if v.Keeps {
		if err := s.lookComers(ctx, r, a, &v); err != nil {
			return v, err
		}
	}
	v.Upcoming, err = nextOf(ctx, r, v.Series, v.EndsAt, mostUpcoming)
	return v, err
}

// mostUpcoming is how many of the following meetings stand beside one.
const mostUpcoming = 6

// lookDoor gives a meeting without who comes: what changes while people stand at its
// door.
func (s *Service) lookDoor(ctx context.Context, a access.Actor, id moment.ID) (View, error) {
	r := s.DB.Reader()
	x, m, st, err := s.facing(ctx, r, a, id)
	if err != nil {
		return View{}, err
	}
	v := View{Meeting: m, In: x, Stand: st, Me: a.Person, Now: s.Clock.Now()}
	mine, said, err := answerOf(ctx, r, id, a.Person)
	if err != nil {
		return v, err
	}
	if err := s.open(ctx, r, x.ID, mine.words, answerContext+string(mine.ID), &mine.Asked); err != nil {
		return v, err
	}
	v.Mine, v.Said = mine.Answer, said
	if mine.State == Waiting {
		if v.Before, err = waitBefore(ctx, r, mine.Answer); err != nil {
			return v, err
		}
	}
	if err := s.lookHosts(ctx, r, &v); err != nil {
		return v, err
	}
	v.Inside = readsInside(st, m, v.Mine, v.IsHost)
	v.Link = readsLink(st, x, m, v.Mine, v.IsHost, v.Now)
	v.OwnRoom = x.OwnRoom(m.Attendance) && st.Elsewhere == ""
	v.Keeps = keepsList(st, v.AsHost, v.IsHost)
	return v, s.lookWords(ctx, r, &v)
}

func (s *Service) lookHosts(ctx context.Context, r db.Reader, v *View) error {
	var err error
	if v.Hosts, err = hostsOf(ctx, r, v.ID); err != nil {
		return err
	}
	v.AsHost, v.IsHost = hostIn(v.Hosts, v.Me)
	// Whoever left, or may not come any more, is no host.
	v.IsHost = v.IsHost && v.AsHost.Stands() && (v.Stand.Answer || v.Stand.Hold)
	if err := s.nameHosts(ctx, r, v); err != nil {
		return err
	}
	v.Waiting, err = waitingAt(ctx, r, v.ID)
	return err
}

// nameHosts names who holds it, to whoever has an account; two who are kept apart do not
// read from it where the other is.
func (s *Service) nameHosts(ctx context.Context, r db.Reader, v *View) error {
	v.Cards = map[moment.ID]people.Card{}
	if v.Me == "" {
		return nil
	}
	apart, err := s.People.Apart(ctx, r, v.Me)
	if err != nil {
		return err
	}
	var ids []moment.ID
	for _, h := range v.Hosts {
		if !apart[h.Person] {
			ids = append(ids, h.Person)
		}
	}
	v.Cards, err = s.People.Cards(ctx, r, ids...)
	return err
}

// lookWords opens what this person may read, and forgets the rest. Who comes, and what
// they need, is read by those who hold it; each of them reads in their own account
// that it was opened.
func (s *Service) lookWords(ctx context.Context, r db.Reader, v *View) error {
	sealed, err := noteOf(ctx, r, v.ID)
	if err != nil {
		return err
	}
	if v.Said && v.Mine.State != Not || v.Stand.Hold || v.IsHost {
		if err := s.open(ctx, r, v.Series, sealed, noteContext+string(v.ID), &v.Note); err != nil {
			return err
		}
	}
	open := v.In.Inside.Address
	if !v.Inside {
		v.In.Inside = Inside{}
		if v.In.OpenAddress {
			v.In.Inside.Address = open
		}
	}
	if !v.Link {
		v.In.Inside.Link, v.In.Inside.Phone = "", ""
	}
	return nil
}

func (s *Service) lookComers(ctx context.Context, r db.Reader, a access.Actor, v *View) error {
	answers, err := answersTo(ctx, r, v.ID)
	if err != nil {
		return err
	}
	ids := make([]moment.ID, 0, len(answers))
	for _, x := range answers {
		ids = append(ids, x.Person)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return err
	}
	for _, x := range answers {
		if err := s.open(ctx, r, v.Series, x.words, answerContext+string(x.ID), &x.Asked); err != nil {
			return err
		}
		if len(x.words) > 0 && x.Person != "" && x.Person != a.Person {
			if err := s.Ledger.RecordRead(ctx, a, v.Now, access.Entry{Verb: "meetings.read_answer", Kind: "answer", Object: x.ID, Subject: x.Person}); err != nil {
				return err
			}
		}
		x.Mail, x.Token = "", "" // nobody here needs them
		v.Comers = append(v.Comers, Comer{Answer: x.Answer, Card: cards[x.Person]})
	}
	return nil
}

// SeriesOf gives the series of an owner, oldest first, with everything in them. The
// caller decides who sees them.
func (s *Service) SeriesOf(ctx context.Context, r db.Reader, owner Ref) ([]Series, error) {
	list, err := seriesOf(ctx, r, owner)
	if err != nil {
		return nil, err
	}
	return s.openSeries(ctx, r, list)
}

// Planned gives a series to whoever holds it, with what comes.
func (s *Service) Planned(ctx context.Context, a access.Actor, id moment.ID) (Series, Stand, []Meeting, error) {
	r := s.DB.Reader()
	x, err := s.series(ctx, r, id)
	if err != nil {
		return x, Stand{}, nil, err
	}
	st, err := s.stands(ctx, r, a, x.Owner)
	if err == nil {
		err = canHold(st).Err()
	}
	if err != nil {
		return Series{}, Stand{}, nil, err
	}
	list, err := meetingsOf(ctx, r, id, s.Clock.Now())
	return x, st, list, err
}

// MayPlan tells whether the actor plans things of an owner, and gives the owner.
func (s *Service) MayPlan(ctx context.Context, a access.Actor, owner Ref) (Stand, error) {
	st, err := s.stands(ctx, s.DB.Reader(), a, owner)
	if err == nil {
		err = canHold(st).Err()
	}
	return st, err
}

// MayAnswer tells whether the actor may say that they come to an owner's meetings.
func (s *Service) MayAnswer(ctx context.Context, r db.Reader, a access.Actor, owner Ref) (bool, error) {
	st, err := s.stands(ctx, r, a, owner)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return st.Answer, err
}

// Filter is what somebody looks for among what comes.
type Filter struct {
	From, To         moment.Time    // To left out; at most 60 days apart
	Days             []time.Weekday // on these days in Zone; none: any
	Earliest, Latest int            // the start in minutes of the day in Zone; both 0: any
	Zone             *time.Location
	Attendance       []Attendance
	Tags             []string    // all of them
	Inside           []moment.ID // owners that the reader is in
	Only             []moment.ID // of these owners only
	After            string      // where the page before ended
	N                int
}

// mostSpan bounds one look, and mostFound a page.
const (
	mostSpan  = 60 * 24 * time.Hour
	mostFound = 200
)

// Listed is a meeting in a list.
type Listed struct {
	Meeting
	Name, Title, Place, Zone string
	SignUp                   bool
	Answer                   AnswerState // of who looks
}

// Called is what it is called.
func (l Listed) Called() string {
	if l.Title != "" {
		return l.Title
	}
	return l.Name
}

// Next is where a page goes on after this meeting.
func (l Listed) Next() string {
	return strconv.FormatInt(int64(l.StartsAt), 10) + "." + string(l.ID)
}

// Find gives what comes and the actor may find, soonest first, and whether there is
// more. What it may not show it does not count either.
func (s *Service) Find(ctx context.Context, a access.Actor, f Filter) ([]Listed, bool, error) {
	f.N = min(max(f.N, 1), mostFound)
	q := query{Windows: f.windows(), Attendance: f.Attendance, Tags: f.Tags, Members: a.Has(access.Member), Inside: f.Inside, Only: f.Only, N: f.N + 1}
	if len(q.Windows) == 0 {
		return nil, false, nil
	}
	if at, id, ok := strings.Cut(f.After, "."); ok {
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return nil, false, fault.Hidden()
		}
		q.After, q.AfterID = moment.Time(n), moment.ID(id)
	}
	list, err := find(ctx, s.DB.Reader(), q)
	if err != nil {
		return nil, false, err
	}
	more := len(list) > f.N
	out, err := s.listed(ctx, s.DB.Reader(), a, list[:min(len(list), f.N)])
	return out, more, err
}

// windows are the stretches of time that the filter's days and hours leave.
func (f Filter) windows() []window {
	to := min(f.To, f.From.Add(mostSpan))
	anyHour := f.Earliest == 0 && f.Latest == 0 || f.Earliest <= 0 && f.Latest >= minutesOfADay
	if len(f.Days) == 0 && anyHour {
		if f.From >= to {
			return nil
		}
		return []window{{f.From, to}}
	}
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	latest := f.Latest
	if latest <= f.Earliest {
		latest = minutesOfADay
	}
	var out []window
	for day := calendar.DateOf(f.From.Std().In(zone)); ; day = day.Add(1) {
		w := window{moment.At(day.At(f.Earliest, zone)), moment.At(day.At(latest, zone))}
		if w.From >= to {
			return out
		}
		if len(f.Days) > 0 && !slices.Contains(f.Days, day.Weekday()) {
			continue
		}
		w.From, w.To = max(w.From, f.From), min(w.To, to)
		if w.From < w.To {
			out = append(out, w)
		}
	}
}

func (s *Service) listed(ctx context.Context, r db.Reader, a access.Actor, list []found) ([]Listed, error) {
	ids := make([]moment.ID, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	said, err := answeredStates(ctx, r, a.Person, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Listed, len(list))
	for i, x := range list {
		out[i] = Listed{Meeting: x.Meeting, Name: x.Name, Title: x.Title, Place: x.Place, Zone: x.Zone, SignUp: x.SignUp, Answer: said[x.ID]}
	}
	return out, nil
}

// Coming gives what comes of one owner, soonest first, with what the actor said. The
// caller has decided that they see the owner.
func (s *Service) Coming(ctx context.Context, r db.Reader, a access.Actor, owner Ref, n int) ([]Listed, error) {
	list, err := comingOf(ctx, r, owner, s.Clock.Now(), min(max(n, 1), mostFound))
	if err != nil {
		return nil, err
	}
	return s.listed(ctx, r, a, list)
}

// NextOf gives the next meeting of each of some owners that the actor may find.
func (s *Service) NextOf(ctx context.Context, r db.Reader, owners []moment.ID) (map[moment.ID]Listed, error) {
	out := map[moment.ID]Listed{}
	for _, id := range owners {
		list, err := comingOf(ctx, r, Ref{ID: id}, s.Clock.Now(), 1)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			out[id] = Listed{Meeting: x.Meeting, Name: x.Name, Title: x.Title, Place: x.Place, Zone: x.Zone, SignUp: x.SignUp}
		}
	}
	return out, nil
}
