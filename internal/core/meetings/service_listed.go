package meetings

import (
	"context"
	"strconv"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Put makes the series of an owner that comes from one source, or brings it in line
// with what the source says now, in the caller's transaction. It is for slices that
// list what others hold: nobody of this service plans or holds it. The caller decides
// whether it may, and writes the audit.
//
// What is the same stays untouched: the first day of a plan is only where a new series
// begins, and does not count. Another time ends the series and begins another, since
// nobody has answered to what nobody here holds. A plan that cannot be is
// fault.Invalid, with its fields.
func (s *Service) Put(ctx context.Context, tx db.Writer, owner Ref, source string, p Plan) error {
	if err := p.Validate(); err != nil {
		return err
	}
	now := s.Clock.Now()
	list, err := s.SeriesOf(ctx, tx, owner)
	if err != nil {
		return err
	}
	n := 0
	for _, old := range list {
		if !comesFrom(old.Source, source) {
			continue
		}
		if n++; old.State == Ended {
			continue
		}
		if same, err := s.renew(ctx, tx, old, p, now); same || err != nil {
			return err
		}
	}
	_, err = s.begin(ctx, tx, access.System(), owner, p, Series{Source: source + sourceMark + strconv.Itoa(n)}, now)
	return err
}

// sourceMark stands between a source and which series of it this is.
const sourceMark = "#"

func comesFrom(kept, source string) bool {
	rest, ok := strings.CutPrefix(kept, source+sourceMark)
	_, err := strconv.Atoi(rest)
	return ok && err == nil
}

// renew brings a series in line with a plan at the same times; a series at other times
// is ended.
func (s *Service) renew(ctx context.Context, tx db.Writer, old Series, p Plan, now moment.Time) (same bool, err error) {
	p.First = old.First
	if !sameTimes(old.Plan, p) {
		return false, s.end(ctx, tx, access.System(), old, now)
	}
	p.Rule = old.Rule
	if old.says(p) {
		return true, nil
	}
	return true, s.touch(ctx, tx, access.System(), old, p, now)
}

// says tells whether a plan says what the series does, beside the times.
func (x Series) says(p Plan) bool {
	return x.Title == p.Title && x.Attendance == p.Attendance && x.Place == p.Place && x.Inside == p.Inside && x.OpenAddress == p.OpenAddress && x.RoomPlaces == p.RoomPlaces && x.OnlinePlaces == p.OnlinePlaces
}

// Fits tells what is wrong with a plan without writing anything: fault.Invalid with its
// fields, or that it never comes.
func (s *Service) Fits(p Plan) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if _, comes := p.Series().Next(s.Clock.Now()); !comes {
		var wrong fault.Problems
		wrong.Add("first", "meetings.error.past")
		return wrong.Err()
	}
	return nil
}
