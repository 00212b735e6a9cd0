package meetings

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// mendedAtOnce is how many series are looked at in one go when a zone has changed.
const mendedAtOnce = 100

// zoneSetting begins the name under which a zone's rules are remembered.
const zoneSetting = "meetings-zone/"

// zoneYears is how far a zone's rules are compared: further than meetings are written
// down.
const zoneYears = 3

// Begin looks, when a node starts, whether a zone that series follow has changed its
// rules since: what is written down is then brought in line.
func (s *Service) Begin(ctx context.Context) error {
	zones, err := zonesUsed(ctx, s.DB.Reader())
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	marks := map[string]string{}
	for _, name := range zones {
		is, ok := zoneMark(name, now)
		if !ok {
			continue
		}
		was, err := access.Setting(ctx, s.DB.Reader(), zoneSetting+name, "")
		if err != nil {
			return err
		}
		if was != is {
			marks[zoneSetting+name] = is
		}
	}
	if len(marks) == 0 {
		return nil
	}
	// With the marks, or not at all. A zone without one is looked at too: its meetings may
	// have been written down by other rules.
	return s.DB.Write(ctx, func(tx db.Writer) error {
		for name, is := range marks {
			if err := access.SetSetting(ctx, tx, access.System(), now, name, is); err != nil {
				return err
			}
		}
		return s.Bus.At(ctx, tx, jobZones, "all", now, aboutSeries{})
	})
}

// zoneMark changes when the clock of a zone shows something else on some day of the
// years from this one on.
func zoneMark(name string, now moment.Time) (string, bool) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return "", false
	}
	year := now.Std().Year()
	h := sha256.New()
	for at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < year+zoneYears; at = at.Add(6 * time.Hour) {
		_, offset := at.In(zone).Zone()
		_, _ = h.Write([]byte(strconv.Itoa(offset) + ","))
	}
	return strconv.Itoa(year) + ":" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9]), true
}

// mendAll brings all series in line, so many at a time, each in a transaction of its own.
func (s *Service) mendAll(ctx context.Context, j bus.Job) error {
	var from aboutSeries
	if err := j.Read(&from); err != nil {
		return err
	}
	list, err := seriesAfter(ctx, s.DB.Reader(), from.Series, mendedAtOnce)
	if err != nil {
		return err
	}
	var wrong error
	for _, id := range list {
		wrong = errors.Join(wrong, s.DB.Write(ctx, func(tx db.Writer) error {
			x, err := s.series(ctx, tx, id)
			if err != nil {
				return err
			}
			return s.mend(ctx, tx, x, s.Clock.Now())
		}))
	}
	if len(list) < mendedAtOnce {
		return wrong
	}
	last := list[len(list)-1]
	return errors.Join(wrong, s.DB.Write(ctx, func(tx db.Writer) error {
		return s.Bus.At(ctx, tx, jobZones, "after/"+string(last), s.Clock.Now(), aboutSeries{last})
	}))
}
