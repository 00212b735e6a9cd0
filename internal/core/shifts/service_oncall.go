package shifts

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// OnCall gives who is on call at an instant. It is for the program's own use:
// whoever shows the clinician's number to somebody records that.
func (s *Service) OnCall(ctx context.Context, r db.Reader, at moment.Time) (OnCall, error) {
	list, err := s.duties(ctx, r, Span{at, at + 1})
	if err != nil {
		return OnCall{}, err
	}
	roles := map[moment.ID]access.Roles{}
	var ids []moment.ID
	for _, d := range list {
		if d.Person != "" {
			ids = append(ids, d.Person)
		}
	}
	if len(ids) > 0 {
		fits, err := s.People.FitOf(ctx, r, ids...)
		if err != nil {
			return OnCall{}, err
		}
		for id, f := range fits {
			roles[id] = f.Roles
		}
	}
	return onCallOf(list, at, roles), nil
}

// LeadNow gives who leads now: on shift and staying, the longest here first.
// Empty when nobody does.
func (s *Service) LeadNow(ctx context.Context, r db.Reader) (moment.ID, error) {
	staff, err := s.Staffing(ctx, r)
	return staff.Lead, err
}

// ReachNow gives who is to be told at once, but for one person: who leads now, or where
// nobody does, who is on call for this hour. Empty when nobody is either.
func (s *Service) ReachNow(ctx context.Context, r db.Reader, but moment.ID) (moment.ID, error) {
	lead, err := s.LeadNow(ctx, r)
	if err != nil || lead != "" && lead != but {
		return lead, err
	}
	call, err := s.OnCall(ctx, r, s.Clock.Now())
	for _, id := range []moment.ID{call.First, call.Second} {
		if id != "" && id != but {
			return id, err
		}
	}
	return "", err
}

// duties lists who is on call in a stretch of time, opened.
func (s *Service) duties(ctx context.Context, r db.Reader, span Span) ([]Duty, error) {
	rows, err := dutiesBetween(ctx, r, span)
	if err != nil {
		return nil, err
	}
	return s.openDuties(rows)
}

func (s *Service) openDuties(rows []dutyRow) ([]Duty, error) {
	var out []Duty
	for _, row := range rows {
		d := row.Duty
		if row.name != nil || row.phone != nil {
			box, err := s.Vault.BoxFrom(d.ID, row.wrapped)
			if err != nil {
				return nil, err
			}
			for _, f := range []struct {
				sealed []byte
				column string
				into   *string
			}{{row.name, "name", &d.Name}, {row.phone, "phone", &d.Phone}} {
				if f.sealed == nil {
					continue
				}
				plain, err := box.Open(f.sealed, dutyPlace(f.column, d.ID))
				if err != nil {
					return nil, err
				}
				*f.into = string(plain)
			}
		}
		out = append(out, d)
	}
	return out, nil
}

func dutyPlace(column string, id moment.ID) string {
	return "shifts_oncall." + column + "|" + string(id)
}

// PutOnCall says who is on call from when until when. Where stretches of one
// kind overlap, the one that begins later holds.
func (s *Service) PutOnCall(ctx context.Context, a access.Actor, d Duty) error {
	if err := PermRota.Check(a); err != nil {
		return err
	}
	if err := d.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := planning.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if d.Person != "" {
			roles, err := s.rolesOf(ctx, tx, d.Person)
			if err != nil {
				return err
			}
			if !mayBe(d.Kind, roles) {
				var p fault.Problems
				p.Add("person", "shifts.error.on_call")
				return p.Err()
			}
		}
		if err := s.forgetDuties(ctx, tx, now); err != nil {
			return err
		}
		d.ID = moment.NewID()
		name, phone, err := s.sealDuty(ctx, tx, d, now)
		if err != nil {
			return err
		}
		if err := insertDuty(ctx, tx, d, name, phone); err != nil {
			return fault.Op("shifts on call", err)
		}
		return s.told(ctx, tx, a, access.Entry{Verb: "shifts.put_on_call", Kind: "on call", Object: d.ID, Subject: d.Person})
	})
}

func (s *Service) sealDuty(ctx context.Context, tx db.Writer, d Duty, now moment.Time) (name, phone []byte, err error) {
	if d.Name == "" && d.Phone == "" {
		return nil, nil, nil
	}
	box, err := s.Vault.NewScope(ctx, tx, d.ID, now)
	if err != nil {
		return nil, nil, err
	}
	if d.Name != "" {
		name = box.Seal([]byte(d.Name), dutyPlace("name", d.ID))
	}
	if d.Phone != "" {
		phone = box.Seal([]byte(d.Phone), dutyPlace("phone", d.ID))
	}
	return name, phone, nil
}

// forgetDuties removes what is long over, with its sealed number.
func (s *Service) forgetDuties(ctx context.Context, tx db.Writer, now moment.Time) error {
	old, err := dutiesBefore(ctx, tx, now.Add(-dutyKeptFor))
	if err != nil {
		return err
	}
	for _, d := range old {
		if err := s.dropDuty(ctx, tx, d.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) dropDuty(ctx context.Context, tx db.Writer, id moment.ID) error {
	if err := s.Vault.Destroy(ctx, tx, id); err != nil {
		return err
	}
	return fault.Op("shifts on call", deleteDuty(ctx, tx, id))
}

// EndDuty takes a stretch of being on call out of the plan.
func (s *Service) EndDuty(ctx context.Context, a access.Actor, id moment.ID) error {
	if err := PermRota.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := planning.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		d, found, err := dutyByID(ctx, tx, id)
		if err != nil || !found {
			return orElse(err, fault.Hidden())
		}
		if err := s.dropDuty(ctx, tx, id); err != nil {
			return err
		}
		return s.told(ctx, tx, a, access.Entry{Verb: "shifts.end_on_call", Kind: "on call", Object: id, Subject: d.Person})
	})
}
