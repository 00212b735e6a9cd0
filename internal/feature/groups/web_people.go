package groups

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// joinData is the page of joining.
type joinData struct {
	AgreementView
	Joining
	Err error
}

func (s *Service) joinPage(w http.ResponseWriter, r *http.Request) error {
	return s.showJoin(w, r, Joining{}, nil)
}

func (s *Service) showJoin(w http.ResponseWriter, r *http.Request, j Joining, wrong error) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, wrong, func() (templ.Component, error) {
		v, err := s.ReadAgreement(r.Context(), a, id)
		if err != nil {
			return nil, err
		}
		if !v.Form.Joined() {
			return nil, fault.Hidden()
		}
		if wrong == nil && !v.member() {
			if err := canJoin(v.stand, s.today(v.Group)).Err(); fault.Is(err, fault.NotFound) {
				return nil, err
			} else if err != nil {
				wrong = err
			}
		}
		// A second press shows what is new since the first: that is what they accept now.
		if j.Agreed > 0 && j.Agreed < v.Agreement {
			before, err := agreementAt(r.Context(), s.DB.Reader(), id, j.Agreed)
			if err != nil {
				return nil, err
			}
			v.Lines, v.Gone = Changes(before, v.Now)
		}
		if v.Labels, err = s.labels(r.Context()); err != nil {
			return nil, err
		}
		return joinView(joinData{v, j, wrong}), nil
	})
}

func (s *Service) joinPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	j := Joining{Belongs: yes(form, "belongs"), Words: form.Get("words"), Listed: yes(form, "listed"), Follows: yes(form, "follows")}
	if yes(form, "agreed") {
		j.Agreed = number(form.Get("version"))
	}
	done, err := s.Join(r.Context(), a, id, j)
	if fault.As(err) != nil && fault.As(err).Key == "groups.error.in" {
		return web.SeeOther(w, r, pathOf(id)) // pressed twice
	}
	if err != nil {
		return s.showJoin(w, r, j, err)
	}
	if hits, err := s.Safety.Match(r.Context(), s.DB.Reader(), j.Words, web.Lang(r.Context())); err != nil {
		return err
	} else if len(hits) > 0 {
		return web.SeeOther(w, r, pathOf(id)+"?done="+doneHelp) // help is shown at once (safety.md)
	}
	return web.SeeOther(w, r, pathOf(id)+"?done="+string(done))
}

func (s *Service) unaskPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	return settled(w, r, s.Unask(r.Context(), a, id), pathOf(id))
}

func (s *Service) leavePage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	v, err := s.Look(r.Context(), a, id)
	if err != nil {
		return err
	}
	if err := canLeave(v.stand).Err(); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, leaveView(v))
}

func (s *Service) leavePost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	err = s.Leave(r.Context(), a, id)
	if fault.Is(err, fault.NotFound) {
		err = nil // they have left already
	}
	return settled(w, r, err, "/groups?done=left")
}

func (s *Service) outPage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	v, err := s.WhyOut(r.Context(), a, id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, outView(v))
}

// peopleData is the page of the people of a group.
type peopleData struct {
	Everybody
	Done  string
	Link  string // a new link, shown once
	Typed url.Values
	Err   error
}

func (s *Service) peoplePage(w http.ResponseWriter, r *http.Request) error {
	return s.showPeople(w, r, peopleData{Done: doneOf(r)})
}

func (s *Service) showPeople(w http.ResponseWriter, r *http.Request, d peopleData) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		d.Everybody, err = s.Everybody(r.Context(), a, id)
		return peopleView(d), err
	})
}

func (s *Service) showPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	if err := s.Show(r.Context(), a, id, yes(form, "listed"), yes(form, "follows")); err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOf(id)+"/people?done=saved")
}

// orderPost moves one facilitator to the front of the rota.
func (s *Service) orderPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	var order []moment.ID
	for _, text := range form["first"] {
		if p, ok := moment.ParseID(text); ok {
			order = append(order, p)
		}
	}
	return settled(w, r, s.Order(r.Context(), a, id, order), pathOf(id)+"/people?done=saved")
}

// personActs are what is done with somebody in a group, after a page that asks.
func personActs() []string { return []string{"out", "lift", "hold", "unhold"} }

// personData is the page that asks before something is done with somebody.
type personData struct {
	View
	Person moment.ID
	Name   string
	Act    string
	Reason string
	Err    error
}

func (s *Service) personPage(w http.ResponseWriter, r *http.Request) error {
	return s.showPerson(w, r, "", nil)
}

func (s *Service) showPerson(w http.ResponseWriter, r *http.Request, reason string, wrong error) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	person, err := part(r, "person")
	if err != nil {
		return err
	}
	act := r.PathValue("act")
	if !slices.Contains(personActs(), act) {
		return fault.Hidden()
	}
	return again(w, r, wrong, func() (templ.Component, error) {
		v, err := s.Look(r.Context(), a, id)
		if err != nil {
			return nil, err
		}
		d := personData{View: v, Person: person, Act: act, Reason: reason, Err: wrong}
		if d.Name, err = s.nameFor(r.Context(), v, person); err != nil {
			return nil, err
		}
		return personView(d), nil
	})
}

// nameFor names somebody in a group, or taken out of it, to those who hold it.
func (s *Service) nameFor(ctx context.Context, v View, person moment.ID) (string, error) {
	if !v.facilitates() {
		return "", fault.Hidden()
	}
	r := s.DB.Reader()
	m, err := memberOf(ctx, r, v.ID, person)
	if err != nil {
		return "", err
	}
	if _, _, out, err := outOf(ctx, r, v.ID, person); err != nil {
		return "", err
	} else if m == nil && !out {
		return "", fault.Hidden()
	}
	cards, err := s.People.Cards(ctx, r, person)
	return cardName(ctx, cards[person]), err
}

func (s *Service) personPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	person, err := part(r, "person")
	if err != nil {
		return err
	}
	ctx, act := r.Context(), r.PathValue("act")
	switch act {
	case "out":
		err = s.TakeOut(ctx, a, id, person, form.Get("reason"))
	case "lift":
		err = s.Lift(ctx, a, id, person)
	case "hold", "unhold":
		err = s.Facilitate(ctx, a, id, person, act == "hold")
	default:
		err = fault.Hidden()
	}
	if err != nil {
		return s.showPerson(w, r, form.Get("reason"), err)
	}
	return web.SeeOther(w, r, pathOf(id)+"/people?done=saved")
}

func (s *Service) answerPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	ask, err := part(r, "ask")
	if err != nil {
		return err
	}
	if err := s.Answer(r.Context(), a, id, ask, yes(form, "answer")); err != nil {
		return s.showPeople(w, r, peopleData{Err: err})
	}
	return web.SeeOther(w, r, pathOf(id)+"/people?done=answered")
}

func (s *Service) invitePost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	if err := s.InvitePerson(r.Context(), a, id, form.Get("name")); err != nil {
		return s.showPeople(w, r, peopleData{Err: err, Typed: form})
	}
	return web.SeeOther(w, r, pathOf(id)+"/people?done=invited")
}

// linkPost shows the new link once.
func (s *Service) linkPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	token, err := s.InviteByLink(r.Context(), a, id, number(form.Get("days")))
	if err != nil {
		return s.showPeople(w, r, peopleData{Err: err, Typed: form})
	}
	return s.showPeople(w, r, peopleData{Link: s.BaseURL + "/invited/" + token})
}

func (s *Service) uninvitePost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	invite, err := part(r, "invite")
	if err != nil {
		return err
	}
	return settled(w, r, s.Uninvite(r.Context(), a, id, invite), pathOf(id)+"/people?done=saved")
}

func (s *Service) bringPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	if err := s.Bring(r.Context(), a, id, form.Get("name")); err != nil {
		return s.showPeople(w, r, peopleData{Err: err, Typed: form})
	}
	return web.SeeOther(w, r, pathOf(id)+"/people?done=saved")
}

func (s *Service) declinePost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	return settled(w, r, s.Decline(r.Context(), a, id), "/groups?done=declined")
}

func (s *Service) invitedPage(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, invitedView("/invited/"+url.PathEscape(r.PathValue("token"))))
}

func (s *Service) invitedPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	id, err := s.Follow(r.Context(), web.Actor(r.Context()), r.PathValue("token"))
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOf(id)+"/join")
}
