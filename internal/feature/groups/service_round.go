package groups

import (
	"context"
	"encoding/json"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Said is what somebody says in a round: how it went, and what is next.
type Said struct {
	Went   string `json:"went,omitempty"`
	Next   string `json:"next,omitempty"`
	Shared bool   `json:"-"` // with the group; otherwise only they read it
}

// Validate cleans and checks.
func (x *Said) Validate() error {
	var p fault.Problems
	x.Went = chat.CleanOptional(&p, "went", x.Went, mostSaid)
	x.Next = chat.CleanOptional(&p, "next", x.Next, mostSaid)
	if len(p) == 0 && x.Went == "" && x.Next == "" {
		p.Add("next", "groups.error.round")
	}
	return p.Err()
}

// Entry is something that somebody said in a round, as others read it.
type Entry struct {
	Said
	ID   moment.ID
	Card people.Card
	Slot string
	Held bool // others do not see it yet
	At   moment.Time
}

// Round is a group's round as somebody in it sees it. It belongs to the next meeting,
// or to the week where none is near. Whoever passes is not in it, and nobody counts.
type Round struct {
	Slot    string
	Meets   moment.Time // when the meeting is that it belongs to; 0: it is the week's
	Mine    *Entry
	Start   string  // what they said last time would be next
	Others  []Entry // what others share
	Before  []Entry // what was shared the time before
	Own     []Entry // their own of earlier times
	Waiting []Entry // to be read before others see it; for those who hold the group
}

// roundReach is how near a meeting is that a round belongs to.
const roundReach = 32 * 24 * time.Hour

func saidPlace(id moment.ID) string { return "groups_round.words|" + string(id) }

// slot is which round runs now.
func (s *Service) slot(ctx context.Context, r db.Reader, g Group, a access.Actor) (string, moment.Time, error) {
	list, err := s.Meetings.Coming(ctx, r, a, g.ID, 6)
	if err != nil {
		return "", 0, err
	}
	now := s.Clock.Now()
	for _, m := range list {
		if !m.Off && m.EndsAt > now && m.StartsAt.Sub(now) <= roundReach {
			return "meeting/" + string(m.ID), m.StartsAt, nil
		}
	}
	return "week/" + calendar.WeekOf(now.Std().In(zoneOf(g))).String(), 0, nil
}

// Say adds the actor's words to the round, or changes them. With a listed phrase in
// them others do not see them until somebody who holds the group, or whoever leads,
// has read them; the writer is told so, and help is shown: held is true.
func (s *Service) Say(ctx context.Context, a access.Actor, id moment.ID, x Said, lang string) (held bool, err error) {
	if err := x.Validate(); err != nil {
		return false, err
	}
	err = s.on(ctx, a, id, "groups.say", canWrite, func(tx db.Writer, st stand, now moment.Time) error {
		slot, _, err := s.slot(ctx, tx, st.Group, a)
		if err != nil {
			return err
		}
		row, found, err := saidIn(ctx, tx, id, slot, a.Person)
		if err != nil {
			return err
		}
		if row.Held { // what waited to be read does not stand any more
			if err := s.settleHeld(ctx, tx, row.ID); err != nil {
				return err
			}
		}
		if !found {
			row = saidRow{ID: moment.NewID(), Group: id, Person: a.Person, Slot: slot, BegunAt: now}
		}
		hits, err := s.Safety.Match(ctx, tx, x.Went+"\n"+x.Next, lang)
		if err != nil {
			return err
		}
		held = len(hits) > 0
		row.Shared, row.Held, row.At = x.Shared, held && x.Shared, now
		if row.words, err = s.seal(ctx, tx, id, saidPlace(row.ID), jsonOf(x)); err != nil {
			return err
		}
		if err := putSaid(ctx, tx, row); err != nil {
			return fault.Op("round", err)
		}
		if !row.Held {
			return nil
		}
		return s.tellHeld(ctx, tx, st.Group, row)
	})
	return held, err
}

// dropSaid removes what somebody said in the rounds of a group, or of all ("").
func (s *Service) dropSaid(ctx context.Context, tx db.Writer, group, person moment.ID) error {
	rows, err := saidBy(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, x := range rows {
		if group != "" && x.Group != group {
			continue
		}
		if x.Held {
			if err := s.settleHeld(ctx, tx, x.ID); err != nil {
				return err
			}
		}
		if err := deleteSaid(ctx, tx, x.ID); err != nil {
			return fault.Op("round", err)
		}
	}
	return nil
}

// Unsay takes the actor's words of this round back; they are gone at once.
func (s *Service) Unsay(ctx context.Context, a access.Actor, id, entry moment.ID) error {
	return s.on(ctx, a, id, "groups.unsay", canRead, func(tx db.Writer, _ stand, _ moment.Time) error {
		row, found, err := saidByID(ctx, tx, entry)
		if err != nil {
			return err
		}
		if !found || row.Person != a.Person || row.Group != id {
			return fault.Hidden()
		}
		if err := s.settleHeld(ctx, tx, entry); err != nil {
			return err
		}
		return fault.Op("round", deleteSaid(ctx, tx, entry))
	})
}

// Round gives the round of a group to somebody in it.
func (s *Service) Round(ctx context.Context, a access.Actor, id moment.ID) (View, Round, error) {
	v, err := s.Look(ctx, a, id)
	if err != nil {
		return v, Round{}, err
	}
	if err := canRead(v.stand).Err(); err != nil {
		return v, Round{}, err
	}
	out, err := s.round(ctx, s.DB.Reader(), v.stand, true)
	return v, out, err
}

// round reads a round; whole adds what was before.
func (s *Service) round(ctx context.Context, r db.Reader, st stand, whole bool) (Round, error) {
	var out Round
	var err error
	if out.Slot, out.Meets, err = s.slot(ctx, r, st.Group, st.actor); err != nil {
		return out, err
	}
	now, err := sharedIn(ctx, r, st.ID, out.Slot)
	if err != nil {
		return out, err
	}
	if out.Others, err = s.entries(ctx, r, st, now, false); err != nil {
		return out, err
	}
	mine, found, err := saidIn(ctx, r, st.ID, out.Slot, st.actor.Person)
	if err != nil {
		return out, err
	}
	if found {
		own, err := s.entries(ctx, r, st, []saidRow{mine}, true)
		if err != nil {
			return out, err
		}
		out.Mine = &own[0]
	}
	earlier, err := saidBefore(ctx, r, st.ID, st.actor.Person, out.Slot, 10)
	if err != nil {
		return out, err
	}
	if out.Own, err = s.entries(ctx, r, st, earlier, true); err != nil {
		return out, err
	}
	if len(out.Own) > 0 {
		out.Start = out.Own[0].Next
	}
	if !whole {
		return out, nil
	}
	return out, s.roundBefore(ctx, r, st, &out)
}

func (s *Service) roundBefore(ctx context.Context, r db.Reader, st stand, out *Round) error {
	slot, err := slotBefore(ctx, r, st.ID, out.Slot)
	if err != nil {
		return err
	}
	if slot != "" {
		rows, err := sharedIn(ctx, r, st.ID, slot)
		if err != nil {
			return err
		}
		if out.Before, err = s.entries(ctx, r, st, rows, false); err != nil {
			return err
		}
	}
	if !st.facilitates() {
		return nil
	}
	held, err := heldIn(ctx, r, st.ID)
	if err != nil {
		return err
	}
	out.Waiting, err = s.entries(ctx, r, st, held, true)
	return err
}

// entries opens what was said. Without all, the actor's own and those of people whom
// they are kept apart from are left out.
func (s *Service) entries(ctx context.Context, r db.Reader, st stand, rows []saidRow, all bool) ([]Entry, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	apart, err := s.People.Apart(ctx, r, st.actor.Person)
	if err != nil {
		return nil, err
	}
	o, err := s.Vault.Opener(ctx, r, st.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]moment.ID, len(rows))
	for i, x := range rows {
		ids[i] = x.Person
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, x := range rows {
		if !all && (x.Person == st.actor.Person || apart[x.Person]) {
			continue
		}
		words, err := o.Open(x.words, saidPlace(x.ID))
		if err != nil {
			return nil, err
		}
		e := Entry{ID: x.ID, Card: cards[x.Person], Slot: x.Slot, Held: x.Held, At: x.At}
		if err := json.Unmarshal([]byte(words), &e.Said); words != "" && err != nil {
			return nil, err
		}
		e.Shared = x.Shared
		out = append(out, e)
	}
	return out, nil
}
