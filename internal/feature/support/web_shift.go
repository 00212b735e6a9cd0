package support

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// shiftView is a peer's page.
type shiftView struct {
	Name    string
	On      bool
	Shift   shifts.Shift
	MayLead bool
	Talks   bool // is offered people
	Status  Status
	Staff   shifts.Staffing
	Lead    people.Card
	Offer   *OfferView
	Shared  []string
	Wishes  []string
	Evening Shift
	Pages   []shifts.TestPage
	Cases   []safety.OpenCase // that wait for them, or that they raised
	Planned []shifts.Booked   // what they are signed up for, the next first
	Now     moment.Time
}

func (s *Service) shiftOf(r *http.Request, ctx context.Context) (shiftView, error) {
	a := web.Actor(ctx)
	rd := s.DB.Reader()
	v := shiftView{Name: a.Name, Now: s.Clock.Now(), Talks: a.Has(access.Peer), MayLead: a.Roles.Any(access.Set(access.Supervisor, access.Coordinator))}
	var err error
	if v.Shift, v.On, err = s.Shifts.Mine(ctx, rd, a.Person); err != nil {
		return v, err
	}
	if v.Status, err = s.status(ctx, rd); err != nil {
		return v, err
	}
	if v.Staff, err = s.Shifts.Staffing(ctx, rd); err != nil {
		return v, err
	}
	if v.Pages, err = s.Shifts.PagesFor(ctx, rd, a.Person); err != nil {
		return v, err
	}
	if v.Cases, err = s.Safety.For(ctx, rd, a.Person); err != nil {
		return v, err
	}
	if v.Planned, err = s.Shifts.Next(ctx, rd, a.Person); err != nil {
		return v, err
	}
	cards, err := s.People.Cards(ctx, rd, v.Staff.Lead)
	if err != nil {
		return v, err
	}
	v.Lead = cards[v.Staff.Lead]
	since := v.Shift.StartedAt
	if !v.On {
		since = v.Now
	}
	if v.Evening, err = s.Evening(ctx, a, since); err != nil {
		return v, err
	}
	if v.Offer, err = s.MyOffer(ctx, a); err != nil || v.Offer == nil {
		return v, err
	}
	if v.Shared, err = s.labels(r, v.Offer.Shared); err != nil {
		return v, err
	}
	v.Wishes, err = s.labels(r, v.Offer.Wishes)
	return v, err
}

func (s *Service) shiftPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.shiftOf(r, r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, shiftPage(v))
}

func (s *Service) shiftStream(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	return web.KeepLive(w, r, s.Bus, []string{shifts.Topic, PeerTopic(a.Person), QueueTopic, safety.CasesTopic}, func(ctx context.Context) (web.Region, error) {
		v, err := s.shiftOf(r, ctx)
		return web.Region{ID: "shift", Body: shiftNow(v)}, err
	})
}

func (s *Service) startPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.StartShift(r.Context(), web.Actor(r.Context()), form.Get("lead") == "yes", checkOf(form)); err != nil {
		return err
	}
	if form.Get("nottoday") == "yes" {
		return web.SeeOther(w, r, "/me/today")
	}
	return web.SeeOther(w, r, "/shift")
}

// checkOf reads the taps of coming and leaving; what is no number is refused.
func checkOf(form url.Values) shifts.Check {
	c := shifts.Check{Talk: form.Get("talk") == "yes"}
	if text := form.Get("how"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			n = -1
		}
		c.How = n
	}
	return c
}

// leavePage asks how they are as they go, and shows what is still owed. All of
// it can be left out.
func (s *Service) leavePage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.shiftOf(r, r.Context())
	if err != nil {
		return err
	}
	if !v.On {
		return web.SeeOther(w, r, "/shift")
	}
	return web.Render(w, r, http.StatusOK, leaveView(v))
}

func (s *Service) sayPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	switch shifts.State(form.Get("state")) {
	case shifts.Ready:
		err = s.Ready(ctx, a)
	case shifts.Break:
		err = s.Pause(ctx, a)
	default:
		err = fault.New(fault.Invalid, "shifts.error.state")
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/shift")
}

func (s *Service) leavePost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.LeaveWith(r.Context(), web.Actor(r.Context()), checkOf(form)); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/shift")
}

func (s *Service) stopPost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, s.Stop)
}

func (s *Service) onShift(w http.ResponseWriter, r *http.Request, verb func(context.Context, access.Actor) error) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := verb(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/shift")
}

func (s *Service) acceptPost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) {
		conversation, err := s.Accept(r.Context(), a, id)
		return "/talk/" + string(conversation), err
	})
}

func (s *Service) declinePost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) {
		return "/shift", s.Decline(r.Context(), a, id)
	})
}

func (s *Service) knowPost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) {
		return "/shift", s.KnowBefore(r.Context(), a, id)
	})
}

func (s *Service) boardPage(w http.ResponseWriter, r *http.Request) error {
	b, err := s.Board(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	labels, err := s.labelsFor(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, boardPage(b, labels))
}

// labelsFor gives the taxonomy's words in the reader's language.
func (s *Service) labelsFor(r *http.Request) (map[string]string, error) {
	all, err := s.People.Situations(r.Context(), web.Lang(r.Context()))
	out := make(map[string]string, len(all))
	for _, x := range all {
		out[x.Slug] = x.Label
	}
	return out, err
}

func (s *Service) boardStream(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r.Context())
	labels, err := s.labelsFor(r)
	if err != nil {
		return err
	}
	return web.KeepLive(w, r, s.Bus, []string{shifts.Topic, QueueTopic, safety.CasesTopic}, func(ctx context.Context) (web.Region, error) {
		b, err := s.Board(ctx, a)
		return web.Region{ID: "board", Body: boardNow(b, labels)}, err
	})
}

func (s *Service) takePost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) {
		conversation, err := s.Take(r.Context(), a, id)
		return "/talk/" + string(conversation), err
	})
}

func (s *Service) truthPost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) { return "/board", s.TellTruth(r.Context(), a, id) })
}

func (s *Service) checkedPost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) { return "/board", s.CheckedIn(r.Context(), a, id) })
}
