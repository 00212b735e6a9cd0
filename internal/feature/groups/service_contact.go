package groups

import (
	"context"
	"strconv"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func contactPlace(id moment.ID) string { return "groups_contact.note|" + string(id) }

// counts tells whether contacts are counted for a group: events for the public.
func counts(g Group) bool { return g.Form == Outreach || g.Openness == Public && !g.Form.Joined() }

// canCount: those who hold an event for the public.
func canCount(st stand) access.Decision {
	if d := canFacilitate(st); !d.OK() {
		return d
	}
	if !counts(st.Group) {
		return access.Hide()
	}
	return access.Allow()
}

// Count writes down what came of an event. Key makes a form that is sent twice one row.
func (s *Service) Count(ctx context.Context, a access.Actor, id, key moment.ID, c Contact) error {
	return s.on(ctx, a, id, "groups.count", canCount, func(tx db.Writer, st stand, now moment.Time) error {
		if err := c.Validate(s.today(st.Group)); err != nil {
			return err
		}
		c.ID, c.Group, c.By, c.At = key, id, a.Person, now
		note, err := s.seal(ctx, tx, id, contactPlace(c.ID), c.Note)
		if err != nil {
			return err
		}
		return fault.Op("contact", insertContact(ctx, tx, contactRow{c, note}))
	})
}

// Uncount takes a row back.
func (s *Service) Uncount(ctx context.Context, a access.Actor, id, contact moment.ID) error {
	return s.on(ctx, a, id, "groups.uncount", canCount, func(tx db.Writer, _ stand, _ moment.Time) error {
		was, err := deleteContact(ctx, tx, id, contact)
		if err == nil && !was {
			err = fault.Hidden()
		}
		return fault.Op("contact", err)
	})
}

// Contacts gives what came of an event, to those who hold it.
func (s *Service) Contacts(ctx context.Context, a access.Actor, id moment.ID) (View, []Contact, error) {
	v, err := s.Look(ctx, a, id)
	if err != nil {
		return v, nil, err
	}
	if err := canCount(v.stand).Err(); err != nil {
		return v, nil, err
	}
	r := s.DB.Reader()
	rows, err := contactsOf(ctx, r, id)
	if err != nil {
		return v, nil, err
	}
	o, err := s.Vault.Opener(ctx, r, id)
	if err != nil {
		return v, nil, err
	}
	out := make([]Contact, len(rows))
	for i, c := range rows {
		out[i] = c.Contact
		if out[i].Note, err = o.Open(c.note, contactPlace(c.ID)); err != nil {
			return v, nil, err
		}
	}
	return v, out, nil
}

// Sums gives coordinators what came of all events of a year, by month. No event, group
// or person is named, and small numbers are left out.
func (s *Service) Sums(ctx context.Context, a access.Actor, year int) ([]Sum, error) {
	if !a.Has(access.Coordinator) {
		return nil, fault.Hidden()
	}
	rows, err := contactsByMonth(ctx, s.DB.Reader(), calendar.Date{Year: year, Month: 1, Day: 1}.String(), strconv.Itoa(year+1)+"-01-01")
	if err != nil {
		return nil, err
	}
	return sumsOf(rows), nil
}

// Kit gives the talk kit of a group, to whoever sees the group: it is made for giving away.
func (s *Service) Kit(ctx context.Context, a access.Actor, id moment.ID) (View, []Sheet, error) {
	v, err := s.Look(ctx, a, id)
	if err != nil {
		return v, nil, err
	}
	list, err := sheetsOf(ctx, s.DB.Reader(), id)
	return v, list, err
}

// PutSheet adds a sheet to the kit, or changes one.
func (s *Service) PutSheet(ctx context.Context, a access.Actor, id moment.ID, x Sheet) error {
	if err := x.Validate(); err != nil {
		return err
	}
	return s.on(ctx, a, id, "groups.sheet", canFacilitate, func(tx db.Writer, _ stand, now moment.Time) error {
		have, err := sheetsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		known := x.ID == ""
		for _, h := range have {
			known = known || h.ID == x.ID
		}
		if !known {
			return fault.Hidden()
		}
		if x.ID == "" {
			if len(have) >= mostSheets {
				return fault.New(fault.Conflict, "groups.error.sheets").With(map[string]any{"most": mostSheets})
			}
			x.ID = moment.NewID()
		}
		x.Group, x.At = id, now
		return fault.Op("sheet", putSheet(ctx, tx, x))
	})
}

// DropSheet takes a sheet out of the kit.
func (s *Service) DropSheet(ctx context.Context, a access.Actor, id, sheet moment.ID) error {
	return s.on(ctx, a, id, "groups.drop_sheet", canFacilitate, func(tx db.Writer, _ stand, _ moment.Time) error {
		was, err := deleteSheet(ctx, tx, id, sheet)
		if err == nil && !was {
			err = fault.Hidden()
		}
		return fault.Op("sheet", err)
	})
}
