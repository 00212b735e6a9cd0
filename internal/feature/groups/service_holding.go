package groups

import (
	"context"
	"encoding/json"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Holding is groups' part of "all my data" and of deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "groups" }

type exportedGroup struct {
	ID          moment.ID `json:"id"`
	Name        string    `json:"name"`
	Form        Form      `json:"form"`
	State       State     `json:"state"`
	Since       time.Time `json:"since"`
	Facilitates bool      `json:"facilitates"`
	Owner       bool      `json:"owner"`
	Listed      bool      `json:"shown_in_the_list"`
	Follows     bool      `json:"told_of_the_wall"`
	Agreed      int       `json:"accepted_version_of_the_agreement"`
	About       string    `json:"what_you_proposed,omitempty"`
	Reason      string    `json:"why_it_was_not_opened,omitempty"`
}

type exportedInvite struct {
	Group string    `json:"group"`
	Given bool      `json:"given_by_you"`
	Link  bool      `json:"by_link"`
	Named string    `json:"name_you_wrote,omitempty"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
}

type exportedOffer struct {
	Group string    `json:"group_you_were_asked_to_hold"`
	At    time.Time `json:"at"`
}

type exportedSaid struct {
	Group  string    `json:"group"`
	Round  string    `json:"round"`
	At     time.Time `json:"at"`
	Shared bool      `json:"shared"`
	Went   string    `json:"how_it_went,omitempty"`
	Next   string    `json:"next,omitempty"`
}

type exportedAsk struct {
	Group string    `json:"group"`
	At    time.Time `json:"at"`
	State string    `json:"state"`
	Words string    `json:"words,omitempty"`
}

type exportedOut struct {
	Group  string    `json:"group"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

type exportedTouch struct {
	Group  string    `json:"group"`
	Name   string    `json:"name_you_wrote"`
	Words  string    `json:"how_you_can_be_reached"`
	At     time.Time `json:"at"`
	Both   bool      `json:"both_said_so"`
	Theirs string    `json:"how_they_can_be_reached,omitempty"`
}

type exportedContact struct {
	Group    string `json:"group"`
	Day      string `json:"day"`
	Talks    int    `json:"conversations"`
	Given    int    `json:"materials_given"`
	Signed   int    `json:"signed_up"`
	Referred int    `json:"shown_a_way"`
	Note     string `json:"note,omitempty"`
}

// Export gives the groups somebody is in and everything they wrote there. The words of
// others are not theirs, but for what somebody wrote for them alone.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	for _, part := range []struct {
		file string
		of   func(context.Context, db.Reader, moment.ID) (any, error)
	}{
		{"groups.json", h.exportGroups}, {"groups-rounds.json", h.exportSaid}, {"groups-requests.json", h.exportAsks},
		{"groups-invitations.json", h.exportInvites}, {"groups-offers.json", h.exportOffers}, {"groups-taken-out.json", h.exportOuts}, {"groups-staying-in-touch.json", h.exportTouches}, {"groups-contacts.json", h.exportContacts}, {"groups-lists.json", h.exportFeeds},
	} {
		v, err := part.of(ctx, r, person)
		if err != nil {
			return err
		}
		if err := put(part.file, v); err != nil {
			return err
		}
	}
	return nil
}

func (h Holding) exportGroups(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedGroup{}
	list, err := membershipsOf(ctx, r, person)
	for _, m := range list {
		g, _, err := groupByID(ctx, r, m.Group)
		if err != nil {
			return nil, err
		}
		x := exportedGroup{ID: g.ID, Name: g.Name, Form: g.Form, State: g.State, Since: m.JoinedAt.Std(), Facilitates: m.Facilitates, Owner: g.Owner == person, Listed: m.Listed, Follows: m.Follows, Agreed: m.Agreed}
		if g.MadeBy == person && (g.State == Proposed || g.State == Refused) {
			x.About = g.About
			sealed, err := reasonOf(ctx, r, g.ID)
			if err != nil {
				return nil, err
			}
			if x.Reason, _, err = h.openIn(ctx, r, g.ID, sealed, reasonPlace(g.ID)); err != nil {
				return nil, err
			}
		}
		out = append(out, x)
	}
	return out, err
}

// exportInvites gives the invitations that hold now: of those that somebody gave what
// they typed, never whom it reached.
func (h Holding) exportInvites(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedInvite{}
	rows, err := invitesBy(ctx, r, person, h.Clock.Now())
	for _, v := range rows {
		given := v.By == person && v.Person != person
		if given && v.Link != "" {
			continue // who followed a link is theirs to say
		}
		words, name, err := h.openIn(ctx, r, v.Group, v.named, invitePlace(v.ID))
		if err != nil {
			return nil, err
		}
		if !given {
			words = ""
		}
		out = append(out, exportedInvite{name, given, v.Hash != "" || v.Link != "", words, v.At.Std(), v.EndsAt.Std()})
	}
	return out, err
}

func (h Holding) exportOffers(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedOffer{}
	rows, err := offersTo(ctx, r, person)
	for _, o := range rows {
		g, _, err := groupByID(ctx, r, o.Group)
		if err != nil {
			return nil, err
		}
		out = append(out, exportedOffer{g.Name, o.At.Std()})
	}
	return out, err
}

func (h Holding) exportSaid(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedSaid{}
	rows, err := saidBy(ctx, r, person)
	for _, x := range rows {
		words, name, err := h.openIn(ctx, r, x.Group, x.words, saidPlace(x.ID))
		if err != nil {
			return nil, err
		}
		var said Said
		if words != "" {
			if err := json.Unmarshal([]byte(words), &said); err != nil {
				return nil, err
			}
		}
		out = append(out, exportedSaid{name, x.Slot, x.At.Std(), x.Shared, said.Went, said.Next})
	}
	return out, err
}

// openIn opens words of a group, and gives its name.
func (h Holding) openIn(ctx context.Context, r db.Reader, group moment.ID, sealed []byte, place string) (words, name string, err error) {
	g, _, err := groupByID(ctx, r, group)
	if err != nil {
		return "", "", err
	}
	o, err := h.Vault.Opener(ctx, r, group)
	if err != nil {
		return "", "", err
	}
	words, err = o.Open(sealed, place)
	return words, g.Name, err
}

func (h Holding) exportAsks(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedAsk{}
	rows, err := asksBy(ctx, r, person)
	for _, q := range rows {
		words, name, err := h.openIn(ctx, r, q.Group, q.words, askPlace(q.ID))
		if err != nil {
			return nil, err
		}
		out = append(out, exportedAsk{name, q.At.Std(), q.State, words})
	}
	return out, err
}

func (h Holding) exportOuts(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedOut{}
	rows, err := outsWith(ctx, r, person)
	for _, o := range rows {
		words, name, err := h.openIn(ctx, r, o.Group, o.reason, outPlace(o.Group, person))
		if err != nil {
			return nil, err
		}
		out = append(out, exportedOut{name, o.At.Std(), words})
	}
	return out, err
}

func (h Holding) exportTouches(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedTouch{}
	list, err := h.touches(ctx, r, person)
	for _, t := range list {
		out = append(out, exportedTouch{t.Group, t.Name, t.Words, t.At.Std(), t.Both, t.Theirs})
	}
	return out, err
}

func (h Holding) exportContacts(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedContact{}
	rows, err := contactsBy(ctx, r, person)
	for _, c := range rows {
		words, name, err := h.openIn(ctx, r, c.Group, c.note, contactPlace(c.ID))
		if err != nil {
			return nil, err
		}
		out = append(out, exportedContact{name, c.Day, c.Talks, c.Given, c.Signed, c.Referred, words})
	}
	return out, err
}

// Erase takes somebody out of every group with everything they wrote. A group's own
// words stay the group's, without the person; a group of theirs goes to somebody else.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, _ moment.Time) error {
	if err := h.dropProposals(ctx, tx, person); err != nil {
		return err
	}
	list, err := membershipsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, m := range list {
		g, _, err := groupByID(ctx, tx, m.Group)
		if err != nil {
			return err
		}
		if err := h.goes(ctx, tx, g, person); err != nil {
			return err
		}
	}
	owned, err := ownedBy(ctx, tx, person) // an ended group that was theirs
	if err != nil {
		return err
	}
	for _, g := range owned {
		if _, err := setOwner(ctx, tx, g.ID, person, ""); err != nil {
			return fault.Op("groups erase", err)
		}
	}
	touches, err := touchesBy(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, t := range touches {
		if err := h.dropTouch(ctx, tx, t); err != nil {
			return err
		}
	}
	return h.eraseRows(ctx, tx, person)
}

func (h Holding) eraseRows(ctx context.Context, tx db.Writer, person moment.ID) error {
	asks, err := asksBy(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, q := range asks {
		if q.State != "open" {
			continue
		}
		if err := h.settleAsk(ctx, tx, q.ID); err != nil {
			return err
		}
	}
	outs, err := outsWith(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, o := range outs {
		if _, err := deleteOut(ctx, tx, o.Group, person); err != nil {
			return fault.Op("groups erase", err)
		}
	}
	if err := h.dropSaid(ctx, tx, "", person); err != nil {
		return err
	}
	for _, f := range []func(context.Context, db.Writer, moment.ID) error{
		dropAsksBy, forgetInvited, dropOffersOf, forgetTouched, forgetCounter, forgetAgreer, forgetMaker, forgetOuter, forgetLister,
	} {
		if err := f(ctx, tx, person); err != nil {
			return fault.Op("groups erase", err)
		}
	}
	return nil
}
