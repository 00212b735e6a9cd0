package people

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Week gives the hours of the actor's week and the zone of the clock they are by.
func (s *Service) Week(ctx context.Context, a access.Actor) ([]Stretch, *time.Location, error) {
	r := s.DB.Reader()
	p, _, err := personByID(ctx, r, a.Person)
	if err != nil {
		return nil, nil, err
	}
	zone, err := s.zoneOf(ctx, r, p.Zone)
	if err != nil {
		return nil, nil, err
	}
	week, err := weekOf(ctx, r, a.Person)
	return week, zone, err
}

func weekOf(ctx context.Context, r db.Reader, who moment.ID) ([]Stretch, error) {
	rows, err := hoursOf(ctx, r, []moment.ID{who})
	var out []Stretch
	for _, h := range rows {
		out = append(out, h.Stretch)
	}
	return out, err
}

// zoneOf gives the zone of a profile; "" is the service's.
func (s *Service) zoneOf(ctx context.Context, r db.Reader, name string) (*time.Location, error) {
	if name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone, nil
		}
	}
	if s.Zone == nil {
		return time.UTC, nil
	}
	return s.Zone(ctx, r)
}

// SaveWeek replaces the hours of the actor's week, by their own clock.
func (s *Service) SaveWeek(ctx context.Context, a access.Actor, week []Stretch) error {
	kept, err := cleanWeek(week)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := replaceHours(ctx, tx, a.Person, kept); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.save_week", a.Person)
	})
}

// HoursOf says when somebody could meet, in the reader's language and by the
// reader's clock as it stands now; nothing when they never said. It is for
// themselves and for whoever has agreed on hours with them: a suggestion shows
// only the hours that two share, by HoursInWords of both's Fit.Free.
func (s *Service) HoursOf(ctx context.Context, r db.Reader, who moment.ID) ([]string, error) {
	p, found, err := personByID(ctx, r, who)
	if err != nil || !found {
		return nil, err
	}
	week, err := weekOf(ctx, r, who)
	if err != nil || len(week) == 0 {
		return nil, err
	}
	zone, err := s.zoneOf(ctx, r, p.Zone)
	if err != nil {
		return nil, err
	}
	return hoursInWords(ctx, week, zone, s.Clock.Now()), nil
}

// fillHours puts into fits when people could meet.
func (s *Service) fillHours(ctx context.Context, r db.Reader, list []person, fits map[moment.ID]Fit) error {
	ids := make([]moment.ID, 0, len(list))
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	rows, err := hoursOf(ctx, r, ids)
	if err != nil || len(rows) == 0 {
		return err
	}
	weeks := map[moment.ID][]Stretch{}
	for _, h := range rows {
		weeks[h.person] = append(weeks[h.person], h.Stretch)
	}
	now := s.Clock.Now()
	for _, p := range list {
		f, there := fits[p.ID]
		if !there || weeks[p.ID] == nil {
			continue
		}
		zone, err := s.zoneOf(ctx, r, p.Zone)
		if err != nil {
			return err
		}
		f.Free, f.FreeUntil = freeAt(weeks[p.ID], zone, now)
		fits[p.ID] = f
	}
	return nil
}
