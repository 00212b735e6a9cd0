package support

import (
	"net/http"
	"strconv"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// talkView is the conversation page.
type talkView struct {
	chat.View
	Contact Contact
	Helper  bool // the viewer is the peer
	SitsIn  bool // the viewer is a supervisor who was asked in
	Intro   string
	Passing bool // somebody else is being asked to go on
	With    people.Card
	About   people.Fit
	Shared  []string // labels of what the two share
	Policy  int
	Cases   []safety.Case // running ones that came from here
}

// Frame is the pages around a conversation of support.
func (s *Service) Frame() chat.Frame {
	return chat.Frame{Talk: s.talkPage, After: s.afterPage, Case: s.casePage}
}

func (s *Service) talkPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	before, err := chat.Before(r)
	if err != nil {
		return err
	}
	v, err := s.Chat.Read(ctx, a, id, before)
	if err != nil {
		return err
	}
	c, shared, policy, err := s.Framed(ctx, a, id)
	if err != nil {
		return err
	}
	t := talkView{View: v, Contact: c, Helper: a.Person == c.Peer, SitsIn: v.Me.Side == chat.Company, Policy: policy}
	if t.Cases, err = s.Safety.At(ctx, s.DB.Reader(), id); err != nil {
		return err
	}
	if !t.SitsIn {
		if t.Intro, err = s.introOf(ctx, c); err != nil {
			return err
		}
	}
	if t.Helper && v.Open() {
		if _, t.Passing, err = openHandover(ctx, s.DB.Reader(), id); err != nil {
			return err
		}
	}
	other, _ := v.Other(a.Person)
	t.With = v.Names[other.Person]
	if len(shared) > 0 {
		if t.Shared, err = s.labels(r, shared); err != nil {
			return err
		}
	}
	if before == 0 && v.Open() && v.Me.ReadSeq < v.LastSeq {
		if err := s.Chat.MarkRead(ctx, a, id, v.LastSeq); err != nil {
			return err
		}
		if v.Me.Side == chat.Helped && v.Me.ReadSeq == 0 {
			if err := s.notePolicySeen(ctx, a, policy); err != nil {
				return err
			}
		}
	}
	return web.Render(w, r, http.StatusOK, talkPage(t))
}

// casePage leads each of the two from their conversation to what runs because of
// it: the peer to the case, the person to what they are told of it.
func (s *Service) casePage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	c, _, err := s.Contact(r.Context(), a, id)
	if err != nil {
		return err
	}
	cases, err := s.Safety.At(r.Context(), s.DB.Reader(), id)
	if err != nil {
		return err
	}
	for _, x := range cases {
		if a.Person == c.Peer && x.Kind != safety.KindMandatory {
			return web.SeeOther(w, r, "/case/"+string(x.ID))
		}
		if x.Kind == safety.KindSelf {
			return web.SeeOther(w, r, "/safe")
		}
	}
	return web.SeeOther(w, r, "/talk/"+string(id))
}

func (s *Service) labels(r *http.Request, slugs []string) ([]string, error) {
	all, err := s.People.Situations(r.Context(), web.Lang(r.Context()))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, slug := range slugs {
		for _, x := range all {
			if x.Slug == slug {
				out = append(out, x.Label)
			}
		}
	}
	return out, nil
}

// An act is a way out of a conversation, confirmed on a page of its own.
type actKind struct {
	name string
	do   func(s *Service, r *http.Request, a access.Actor, id moment.ID) error
	may  func(a access.Actor, c Contact) access.Decision
	to   string // where it leads; "" is the after page
}

func acts() []actKind {
	member := func(a access.Actor, c Contact) access.Decision {
		if a.Person != c.Member {
			return access.Hide()
		}
		return canEnd(a, c)
	}
	return []actKind{
		{"end", func(s *Service, r *http.Request, a access.Actor, id moment.ID) error {
			return s.End(r.Context(), a, id)
		}, canEnd, ""},
		{"switch", func(s *Service, r *http.Request, a access.Actor, id moment.ID) error {
			return s.Switch(r.Context(), a, id)
		}, member, "/wait"},
		{"know", func(s *Service, r *http.Request, a access.Actor, id moment.ID) error {
			return s.Know(r.Context(), a, id)
		}, canEnd, "/wait"},
		{"block", func(s *Service, r *http.Request, a access.Actor, id moment.ID) error {
			return s.Block(r.Context(), a, id)
		}, member, "/wait"},
		{"protect", func(s *Service, r *http.Request, a access.Actor, id moment.ID) error {
			return s.Protect(r.Context(), a, id)
		}, canProtect, ""},
	}
}

func actNamed(name string) (actKind, bool) {
	for _, k := range acts() {
		if k.name == name {
			return k, true
		}
	}
	return actKind{}, false
}

func (s *Service) actPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	kind, ok := actNamed(r.PathValue("act"))
	if !ok {
		return fault.Hidden()
	}
	a := web.Actor(r.Context())
	c, _, err := s.Contact(r.Context(), a, id)
	if err != nil {
		return err
	}
	if err := kind.may(a, c).Err(); err != nil {
		if fault.Is(err, fault.Conflict) {
			return web.SeeOther(w, r, "/talk/"+string(id)+"/after")
		}
		return err
	}
	return web.Render(w, r, http.StatusOK, actPage(id, kind.name, a.Person == c.Peer))
}

func (s *Service) actPost(w http.ResponseWriter, r *http.Request) error {
	kind, ok := actNamed(r.PathValue("act"))
	if !ok {
		return fault.Hidden()
	}
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) {
		after := "/talk/" + string(id) + "/after"
		if err := kind.do(s, r, a, id); err != nil {
			if fault.Is(err, fault.Conflict) {
				return after, nil // over already
			}
			return "", err
		}
		if kind.to != "" && !a.Has(access.Peer) {
			return kind.to, nil
		}
		return after, nil
	})
}

func (s *Service) afterPage(w http.ResponseWriter, r *http.Request) error {
	return s.showAfter(w, r, nil, nil, nil)
}

func (s *Service) showAfter(w http.ResponseWriter, r *http.Request, felt *Afterwards, debriefed *Debriefing, wrong error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	c, _, err := s.Contact(ctx, a, id)
	if err != nil {
		return err
	}
	if c.EndedAt.IsZero() {
		return web.SeeOther(w, r, "/talk/"+string(id))
	}
	next, err := s.NextOf(ctx, a, c)
	if err != nil {
		return err
	}
	if next != "" && !r.URL.Query().Has("stay") && wrong == nil {
		return web.SeeOther(w, r, "/talk/"+string(next))
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	cards, err := s.People.Cards(ctx, s.DB.Reader(), c.Member, c.Peer)
	if err != nil {
		return err
	}
	if a.Person == c.Peer {
		d := Debriefing{By: "form"}
		if debriefed != nil {
			d = *debriefed
		}
		return web.Render(w, r, status, debriefPage(c, cards[c.Member], d, wrong))
	}
	v := afterView{Contact: c, With: cards[c.Peer], Felt: Afterwards{Distress: c.After, Helped: c.Helped}, Guest: cards[c.Member].Kind == people.KindGuest}
	if v.Felt.Thanks, err = s.unseal(ctx, s.DB.Reader(), c, columnThanks); err != nil {
		return err
	}
	if felt != nil {
		v.Felt = *felt
	}
	v.Saved = felt == nil && r.URL.Query().Get("done") == "saved"
	conv, err := s.Chat.Look(ctx, a, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	v.Words, v.Kept, v.KeepUntil = err == nil, conv.Kept, conv.KeepUntil
	if v.Note, err = s.unseal(ctx, s.DB.Reader(), c, columnNote); err != nil {
		return err
	}
	return web.Render(w, r, status, afterPage(v, wrong))
}

// afterView is what the one who was helped sees when it is over.
type afterView struct {
	Contact
	With      people.Card
	Felt      Afterwards
	Words     bool // still there
	Kept      bool
	KeepUntil moment.Time
	Guest     bool
	Note      string
	Saved     bool // just now
}

func (s *Service) afterPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := Afterwards{Helped: form["helped"], Thanks: form.Get("thanks")}
	if d := form.Get("distress"); d != "" {
		if f.Distress, err = strconv.Atoi(d); err != nil {
			f.Distress = -1
		}
	}
	err = s.Feel(r.Context(), web.Actor(r.Context()), id, f)
	if fault.Is(err, fault.Invalid) {
		return s.showAfter(w, r, &f, nil, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/talk/"+string(id)+"/after?done=saved")
}

func (s *Service) debriefPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := Debriefing{By: form.Get("by"), Heavy: form.Get("heavy") == "yes", Words: form.Get("words"), Note: form.Get("note")}
	err = s.Debrief(r.Context(), web.Actor(r.Context()), id, d)
	if fault.Is(err, fault.Invalid) {
		return s.showAfter(w, r, nil, &d, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/shift")
}

func (s *Service) talksPage(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Mine(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, talksPage(list))
}
