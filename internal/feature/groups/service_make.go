package groups

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Make makes a group, open at once, with its agreement (sentences, one a line; may be
// empty for a gathering). It is for facilitators and coordinators; what any other
// member makes is a proposal that a coordinator answers. Whoever makes it owns it.
func (s *Service) Make(ctx context.Context, a access.Actor, d Draft, agreement string) (moment.ID, error) {
	if err := canMake(a, d.Form).Err(); err != nil {
		return "", err
	}
	sentences, err := s.check(ctx, &d, agreement)
	if err != nil {
		return "", err
	}
	id := moment.NewID()
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := making.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if _, kept, err := s.Standing.OutUntil(ctx, tx, a.Person); err != nil {
			return err
		} else if kept {
			return fault.New(fault.Conflict, "groups.error.out")
		}
		g := Group{ID: id, State: Open, Draft: d, Owner: a.Person, MadeBy: a.Person, MadeAt: now}
		if !a.Roles.Any(access.Set(access.Facilitator, access.Coordinator)) {
			g.State = Proposed
			if err := s.fewProposals(ctx, tx, a); err != nil {
				return err
			}
		}
		return s.begin(ctx, tx, a, g, sentences)
	})
	return id, err
}

// check cleans and checks a draft with its agreement. A group that people join needs
// one: nobody joins without knowing what holds.
func (s *Service) check(ctx context.Context, d *Draft, agreement string) ([]string, error) {
	situations, identities, err := s.kinds(ctx)
	if err != nil {
		return nil, err
	}
	var p fault.Problems
	if err := d.Validate(situations, identities); fault.Is(err, fault.Invalid) {
		p = append(p, fault.As(err).Fields...)
	} else if err != nil {
		return nil, err
	}
	sentences := []string{}
	if d.Form.Joined() || strings.TrimSpace(agreement) != "" {
		var err error
		if sentences, err = cleanSentences(agreement); err != nil {
			p = append(p, fault.As(err).Fields...)
		}
	}
	if d.Quiet == "" {
		zone := zoneOf(Group{Draft: *d})
		d.Quiet = web.T(ctx, "web.weekday."+strconv.Itoa(int(s.Clock.Now().Std().In(zone).Weekday())))
	}
	return sentences, p.Err()
}

// begin writes a new group with its key, its people and its agreement.
func (s *Service) begin(ctx context.Context, tx db.Writer, a access.Actor, g Group, sentences []string) error {
	if _, err := s.Vault.NewScope(ctx, tx, g.ID, g.MadeAt); err != nil {
		return err
	}
	var err error
	if g.Slug, err = s.freeSlug(ctx, tx, g); err != nil {
		return err
	}
	g.ChangedAt = g.MadeAt
	if err := s.writeNew(ctx, tx, g); err != nil {
		return err
	}
	if len(sentences) > 0 {
		if err := s.putAgreement(ctx, tx, &g, sentences, a.Person, g.MadeAt); err != nil {
			return err
		}
	}
	m := Member{Group: g.ID, Person: a.Person, Facilitates: true, Listed: true, Follows: true, Agreed: g.Agreement, JoinedAt: g.MadeAt, HeldAt: g.MadeAt}
	if _, err := s.enter(ctx, tx, m); err != nil {
		return err
	}
	if g.State == Open {
		err = s.openUp(ctx, tx, &g)
	} else {
		err = s.tellCoordinators(ctx, tx, "proposed", g.ID)
	}
	if err != nil {
		return err
	}
	return access.Record(ctx, tx, a, g.MadeAt, access.Entry{Verb: "groups.make", Kind: Kind, Object: g.ID})
}

// openUp gives a group that runs its wall and its place in the lists of meetings.
func (s *Service) openUp(ctx context.Context, tx db.Writer, g *Group) error {
	if g.Form.Joined() && g.Wall == "" {
		var err error
		if g.Wall, err = s.Walls.Open(ctx, tx, g.ID); err != nil {
			return err
		}
	}
	was := g.State
	g.State = Open
	if done, err := s.move(ctx, tx, *g, was); err != nil || !done {
		return changedMeanwhile(err)
	}
	return s.Meetings.Changed(ctx, tx, g.ID)
}

// freeSlug makes a printed address that no other group has. That of a closed group
// says nothing: a number behind a name would tell that another group of it exists.
func (s *Service) freeSlug(ctx context.Context, tx db.Writer, g Group) (string, error) {
	random := "g-" + strings.ReplaceAll(string(g.ID), "-", "")[20:]
	base := slugOf(g.Name)
	if base == "" || g.Openness == Closed || g.State == Proposed {
		return random, nil
	}
	for n := 1; n < 100; n++ {
		slug := base
		if n > 1 {
			slug = base + "-" + strconv.Itoa(n)
		}
		if taken, err := slugTaken(ctx, tx, slug); err != nil || !taken {
			return slug, err
		}
	}
	return random, nil
}

func changedMeanwhile(err error) error {
	if err == nil {
		err = fault.New(fault.Conflict, "groups.error.changed")
	}
	return fault.Op("group", err)
}

// Change changes what is said about a group. Its form stays on its side: a group that
// people are in does not become a gathering. The community is the owner's to change.
func (s *Service) Change(ctx context.Context, a access.Actor, id moment.ID, d Draft) error {
	if _, err := s.check(ctx, &d, "-"); err != nil {
		return err
	}
	return s.on(ctx, a, id, "groups.change", canFacilitate, func(tx db.Writer, st stand, now moment.Time) error {
		g := st.Group
		if g.State == Ended {
			return fault.New(fault.Conflict, "groups.error.ended")
		}
		if err := mayChange(st, d); err != nil {
			return err
		}
		g.Draft, g.ChangedAt = d, now
		if err := s.writeDraft(ctx, tx, g); err != nil {
			return err
		}
		if !g.Runs() {
			return nil
		}
		if d.Form != st.Form {
			if err := s.holdersOf(ctx, tx, g); err != nil {
				return err
			}
		}
		return s.Meetings.Changed(ctx, tx, id)
	})
}

// holdersOf lets those hold a group no more who may not hold what it has become.
func (s *Service) holdersOf(ctx context.Context, tx db.Writer, g Group) error {
	all, err := facilitatorsOf(ctx, tx, []moment.ID{g.ID})
	if err != nil {
		return err
	}
	for _, m := range all[g.ID] {
		fits, err := s.People.FitOf(ctx, tx, m.Person)
		if err != nil {
			return err
		}
		if mayHold(g.Form, fits[m.Person].Roles) {
			continue
		}
		if err := s.holdsNoMore(ctx, tx, g, m); err != nil {
			return err
		}
	}
	return nil
}

func mayChange(st stand, d Draft) error {
	var p fault.Problems
	if d.Form != st.Form && !st.owns() {
		p.Add("form", "groups.error.owner")
	}
	if d.Form != st.Form && (d.Form.Joined() != st.Form.Joined() || !canMake(st.actor, d.Form).OK()) {
		p.Add("form", "groups.error.form_stays")
	}
	if d.Openness != st.Openness && !st.owns() {
		p.Add("openness", "groups.error.owner")
	}
	if d.Community != st.Community && !st.owns() {
		p.Add("community", "groups.error.owner")
	}
	return p.Err()
}

// Turn pauses a group, lets it go on, or ends it. A group that has ended is read only
// for a year; then its words are destroyed.
func (s *Service) Turn(ctx context.Context, a access.Actor, id moment.ID, to State) error {
	if !slices.Contains([]State{Open, Paused, Ended}, to) {
		return fault.New(fault.Invalid, "groups.error.choice")
	}
	may := func(st stand) access.Decision {
		if d := canOwn(st); !d.OK() {
			return d
		}
		if !st.Runs() || st.State == to {
			return access.Wrong("groups.error.changed")
		}
		return access.Allow()
	}
	return s.on(ctx, a, id, "groups.turn", may, func(tx db.Writer, st stand, now moment.Time) error {
		g, was := st.Group, st.State
		g.State, g.ChangedAt = to, now
		if to == Ended {
			g.EndedAt = now
		}
		if done, err := s.move(ctx, tx, g, was); err != nil || !done {
			return changedMeanwhile(err)
		}
		if to == Ended {
			return s.end(ctx, tx, a, g)
		}
		if err := s.Meetings.Pause(ctx, tx, a, id, to == Paused); err != nil {
			return err
		}
		return s.tellAll(ctx, tx, g, "turned-"+stamp(now), a.Person)
	})
}

// end closes what belongs to a group that has ended, and says so to its people.
func (s *Service) end(ctx context.Context, tx db.Writer, a access.Actor, g Group) error {
	if err := s.Meetings.EndAll(ctx, tx, a, g.ID); err != nil {
		return err
	}
	if g.Wall != "" {
		if err := s.Walls.Close(ctx, tx, g.Wall, true); err != nil {
			return err
		}
	}
	asks, err := asksOf(ctx, tx, g.ID)
	if err != nil {
		return err
	}
	for _, q := range asks {
		if err := s.settleAsk(ctx, tx, q.ID); err != nil {
			return err
		}
	}
	if err := dropAsks(ctx, tx, g.ID); err != nil {
		return fault.Op("group", err)
	}
	if err := s.dropInvited(ctx, tx, g.ID, ""); err != nil {
		return err
	}
	if err := s.withdrawOffer(ctx, tx, g.ID, ""); err != nil {
		return err
	}
	if err := s.Tell.SettleAbout(ctx, tx, g.ID, noticeAsked); err != nil {
		return err
	}
	if err := s.Bus.At(ctx, tx, jobForget, string(g.ID), g.EndedAt.Add(WordsLast), aboutGroup{g.ID}); err != nil {
		return err
	}
	return s.tellAll(ctx, tx, g, "ended", a.Person)
}

// tellAll tells everybody in a group that something has changed.
func (s *Service) tellAll(ctx context.Context, tx db.Writer, g Group, key string, but moment.ID) error {
	all, err := membersOf(ctx, tx, g.ID)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Person == but {
			continue
		}
		if err := s.tell(ctx, tx, m.Person, noticeChanged, key, pathOf(g.ID), g.ID); err != nil {
			return err
		}
	}
	return nil
}
