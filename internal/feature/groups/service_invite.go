package groups

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Days are how long an invitation can hold.
func Days() []int { return []int{3, 7, 30} }

func invitePlace(id moment.ID) string { return "groups_invite.named|" + string(id) }

// InvitePerson asks somebody by the name that they use here to join. The answer is the
// same whether anybody goes by that name, so that nobody finds out who is here.
func (s *Service) InvitePerson(ctx context.Context, a access.Actor, id moment.ID, name string) error {
	name = strings.Join(strings.Fields(name), " ")
	if people.FoldName(name) == "" || len([]rune(name)) > 40 {
		var p fault.Problems
		p.Add("name", "groups.error.invite_name")
		return p.Err()
	}
	return s.on(ctx, a, id, "groups.invite", canTend, func(tx db.Writer, st stand, now moment.Time) error {
		if err := s.mayInvite(ctx, tx, st, now); err != nil {
			return err
		}
		v := inviteRow{ID: moment.NewID(), Group: id, By: a.Person, At: now, EndsAt: now.Add(InviteLasts)}
		if open, err := s.isInvited(ctx, tx, id, name); err != nil || open {
			return err // they have been asked by this name
		}
		person, found, err := s.People.Named(ctx, tx, name)
		if err != nil {
			return err
		}
		tell := false
		if found && person != a.Person {
			if tell, err = s.mayBeAsked(ctx, tx, a.Person, id, person); err != nil {
				return err
			}
		}
		if tell {
			v.Person = person
		}
		if v.named, err = s.seal(ctx, tx, id, invitePlace(v.ID), name); err != nil {
			return err
		}
		if err := s.putInvite(ctx, tx, v); err != nil {
			return err
		}
		return s.tell(ctx, tx, v.Person, noticeAsked, "invited", pathOf(id)+"/join", v.ID)
	})
}

// isInvited tells whether an invitation by a name is open. It looks at what was typed,
// never at whom it reached.
func (s *Service) isInvited(ctx context.Context, r db.Reader, group moment.ID, name string) (bool, error) {
	list, err := s.invitations(ctx, r, group)
	return slices.ContainsFunc(list, func(v Invited) bool { return v.Named != "" && people.FoldName(v.Named) == people.FoldName(name) }), err
}

// putInvite writes an invitation, which is removed when it holds no longer.
func (s *Service) putInvite(ctx context.Context, tx db.Writer, v inviteRow) error {
	if err := insertInvite(ctx, tx, v); err != nil {
		return fault.Op("invite", err)
	}
	return s.Bus.At(ctx, tx, jobInvite, string(v.ID), v.EndsAt, aboutInvite{v.ID})
}

// dropInvited removes the invitations of somebody to a group, or of everybody (""), and
// what they were asked.
func (s *Service) dropInvited(ctx context.Context, tx db.Writer, group, person moment.ID) error {
	list, err := invitesIn(ctx, tx, group)
	if err != nil {
		return err
	}
	for _, v := range list {
		if person != "" && v.Person != person {
			continue
		}
		if err := s.dropInvite(ctx, tx, v); err != nil {
			return err
		}
	}
	return nil
}

// dropInvite removes an invitation, with those that came of it where it is a link.
func (s *Service) dropInvite(ctx context.Context, tx db.Writer, v inviteRow) error {
	if err := s.Tell.SettleAbout(ctx, tx, v.ID, noticeAsked); err != nil {
		return err
	}
	_, err := dropInvite(ctx, tx, v.Group, v.ID)
	return fault.Op("invite", err)
}

// inviteOver removes an invitation that holds no longer.
func (s *Service) inviteOver(ctx context.Context, tx db.Writer, id moment.ID) error {
	v, found, err := inviteByID(ctx, tx, id)
	if err != nil || !found || v.EndsAt > s.Clock.Now() {
		return err
	}
	return s.dropInvite(ctx, tx, v)
}

// mayBeAsked tells whether an invitation reaches somebody: they are neither in the
// group nor taken out of it, and the two are not kept apart.
func (s *Service) mayBeAsked(ctx context.Context, r db.Reader, by, group, person moment.ID) (bool, error) {
	m, err := memberOf(ctx, r, group, person)
	if err != nil || m != nil {
		return false, err
	}
	if _, _, out, err := outOf(ctx, r, group, person); err != nil || out {
		return false, err
	}
	apart, err := s.People.Apart(ctx, r, by)
	return !apart[person], err
}

func (s *Service) mayInvite(ctx context.Context, tx db.Writer, st stand, now moment.Time) error {
	if !st.Runs() || !st.Form.Joined() {
		return fault.New(fault.Conflict, "groups.error.ended")
	}
	if err := inviting.Spend(ctx, tx, st.actor.Person, now); err != nil {
		return err
	}
	list, err := invitesOf(ctx, tx, st.ID, now)
	if err == nil && len(list) >= mostInvites {
		err = fault.New(fault.Conflict, "groups.error.invites").With(map[string]any{"most": mostInvites})
	}
	return err
}

// tokenBytes are 256 bits, which nobody guesses.
const tokenBytes = 32

// InviteByLink makes a link that lets whoever has it join, for some days. Its secret is
// shown once and kept as a hash only; the link can be taken back at any time.
func (s *Service) InviteByLink(ctx context.Context, a access.Actor, id moment.ID, days int) (string, error) {
	if !slices.Contains(Days(), days) {
		var p fault.Problems
		p.Add("days", "groups.error.choice")
		return "", p.Err()
	}
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // never fails: it ends the program instead (crypto/rand)
	token := base64.RawURLEncoding.EncodeToString(b)
	err := s.on(ctx, a, id, "groups.invite_link", canTend, func(tx db.Writer, st stand, now moment.Time) error {
		if err := s.mayInvite(ctx, tx, st, now); err != nil {
			return err
		}
		lasts := min(time.Duration(days)*24*time.Hour, InviteLasts)
		v := inviteRow{ID: moment.NewID(), Group: id, By: a.Person, Hash: s.inviteHash(token), At: now, EndsAt: now.Add(lasts)}
		return s.putInvite(ctx, tx, v)
	})
	return token, err
}

func (s *Service) inviteHash(token string) string { return s.Vault.Hash("groups.invite", token) }

// Uninvite takes an invitation back.
func (s *Service) Uninvite(ctx context.Context, a access.Actor, id, invite moment.ID) error {
	return s.on(ctx, a, id, "groups.uninvite", canTend, func(tx db.Writer, _ stand, _ moment.Time) error {
		v, found, err := inviteByID(ctx, tx, invite)
		if err != nil {
			return err
		}
		if !found || v.Group != id {
			return fault.Hidden()
		}
		return s.dropInvite(ctx, tx, v)
	})
}

// Follow makes an invitation by link the actor's own, so that the group is there for
// them, and gives the group. Somebody who was taken out finds nothing.
func (s *Service) Follow(ctx context.Context, a access.Actor, token string) (moment.ID, error) {
	var group moment.ID
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		v, found, err := inviteByHash(ctx, tx, s.inviteHash(token), now)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		st, err := s.load(ctx, tx, a, v.Group)
		if err != nil {
			return err
		}
		if st.out || !st.Runs() {
			return fault.Hidden()
		}
		group = v.Group
		if st.member() || st.invited {
			return nil
		}
		own := inviteRow{ID: moment.NewID(), Group: v.Group, Person: a.Person, By: v.By, Link: v.ID, At: now, EndsAt: v.EndsAt}
		if err := s.putInvite(ctx, tx, own); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.follow_invite", Kind: Kind, Object: v.Group})
	})
	return group, err
}

// Decline says no to an invitation. Nobody is told: for whoever gave it it stands as
// before, as one does that reached nobody.
func (s *Service) Decline(ctx context.Context, a access.Actor, id moment.ID) error {
	may := func(st stand) access.Decision {
		if !st.invited {
			return access.Hide()
		}
		return canSee(st)
	}
	return s.on(ctx, a, id, "groups.decline", may, func(tx db.Writer, _ stand, _ moment.Time) error {
		list, err := invitesIn(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, v := range list {
			if v.Person != a.Person {
				continue
			}
			if err := s.Tell.SettleAbout(ctx, tx, v.ID, noticeAsked); err != nil {
				return err
			}
		}
		return fault.Op("invite", declineInvites(ctx, tx, id, a.Person))
	})
}

// Invited is an open invitation, for those who hold the group.
type Invited struct {
	ID     moment.ID
	Named  string // what was typed; "" for a link
	EndsAt moment.Time
}

// invitations gives the open invitations of a group. Those that somebody made their
// own by a link are not among them: who follows a link is theirs to say.
func (s *Service) invitations(ctx context.Context, r db.Reader, group moment.ID) ([]Invited, error) {
	rows, err := invitesOf(ctx, r, group, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	o, err := s.Vault.Opener(ctx, r, group)
	if err != nil {
		return nil, err
	}
	var out []Invited
	for _, v := range rows {
		if v.Hash == "" && len(v.named) == 0 {
			continue
		}
		x := Invited{ID: v.ID, EndsAt: v.EndsAt}
		if x.Named, err = o.Open(v.named, invitePlace(v.ID)); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}
