package mentoring

import (
	"net/http"
	"net/url"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/safety"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// planData is the form of a meeting. Meeting is set when one is moved.
type planData struct {
	View
	Meeting *Session
	Typed   map[string]string
	Steps   Steps
	Err     error
}

func (s *Service) planPage(w http.ResponseWriter, r *http.Request) error {
	return s.onPage(w, r, func(v View) templ.Component {
		d := planData{View: v, Typed: map[string]string{"minutes": clockNumber(usualMinutes), "channel": string(ByChat), "weeks": "1"}}
		if v.Charter != nil {
			d.Typed["minutes"] = clockNumber(v.Charter.Terms.Minutes)
			d.Typed["channel"] = string(v.Charter.Terms.Channels[0])
			if from, _, ok := v.Charter.Terms.Next(v.Now); ok {
				d.Typed["starts"] = from.Std().In(web.Zone(r.Context())).Format("2006-01-02T15:04")
			}
		}
		return planView(d)
	})
}

// planningOf reads the form. The same clock is kept in the weeks after, also
// across a change of it.
func planningOf(r *http.Request, form url.Values) (Planning, map[string]string) {
	typed := map[string]string{}
	for _, name := range []string{"channel", "starts", "minutes", "place", "weeks"} {
		typed[name] = form.Get(name)
	}
	n := Planning{Channel: Channel(form.Get("channel")), Minutes: number(form.Get("minutes")), Place: form.Get("place"), Steps: Steps{Before: form.Get("before"), There: form.Get("there")}}
	t, err := time.Parse("2006-01-02T15:04", form.Get("starts"))
	if err != nil {
		return n, typed
	}
	day, clock, zone := calendar.DateOf(t), t.Hour()*60+t.Minute(), web.Zone(r.Context())
	n.StartsAt = moment.At(day.At(clock, zone))
	for week := 1; week < min(number(form.Get("weeks")), mostRepeat+1); week++ {
		n.Again = append(n.Again, moment.At(day.Add(7*week).At(clock, zone)))
	}
	return n, typed
}

func (s *Service) planPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	n, typed := planningOf(r, form)
	if err := s.Plan(r.Context(), a, id, n); err != nil {
		return web.Again(w, r, err, func() (templ.Component, error) {
			v, oerr := s.Open(r.Context(), a, id)
			return planView(planData{View: v, Typed: typed, Steps: n.Steps, Err: err}), oerr
		})
	}
	return web.SeeOther(w, r, walkPath(id)+"?done=planned")
}

func (s *Service) meetingPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	return s.showMeeting(w, r, id, nil, nil)
}

func (s *Service) showMeeting(w http.ResponseWriter, r *http.Request, id moment.ID, typed map[string]string, wrong error) error {
	return web.Again(w, r, wrong, func() (templ.Component, error) {
		ctx, a := r.Context(), web.Actor(r.Context())
		walk, x, err := s.Meeting(ctx, a, id)
		if err != nil {
			return nil, err
		}
		cards, err := s.People.Cards(ctx, s.DB.Reader(), walk.Member, walk.Peer, x.Instead)
		if err != nil {
			return nil, err
		}
		if typed == nil {
			typed = map[string]string{"channel": string(x.Channel), "minutes": clockNumber(x.Minutes), "place": x.Place, "starts": x.StartsAt.Std().In(web.Zone(ctx)).Format("2006-01-02T15:04")}
		}
		v := View{Walk: walk, Me: a.Person, With: cards[walk.Other(a.Person)], Backup: cards[x.Instead], Now: s.Clock.Now()}
		if !walk.In(a.Person) {
			v.With = cards[walk.Member]
		}
		return meetingView(planData{View: v, Meeting: &x, Typed: typed, Steps: x.Steps, Err: wrong}), nil
	})
}

func (s *Service) meetingPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	n, typed := planningOf(r, form)
	if err := s.Move(r.Context(), web.Actor(r.Context()), id, n); err != nil {
		return s.showMeeting(w, r, id, typed, err)
	}
	return web.SeeOther(w, r, "/people/meeting/"+string(id))
}

func (s *Service) offPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := s.CallOff(r.Context(), web.Actor(r.Context()), id); err != nil {
		return s.showMeeting(w, r, id, nil, err)
	}
	return s.toWalk(w, r, id, "off")
}

func (s *Service) toWalk(w http.ResponseWriter, r *http.Request, meeting moment.ID, done string) error {
	walk, _, err := s.Meeting(r.Context(), web.Actor(r.Context()), meeting)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, walkPath(walk.ID)+"?done="+done)
}

func (s *Service) enterPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	talk, err := s.Enter(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return s.showMeeting(w, r, id, nil, err)
	}
	return web.SeeOther(w, r, "/talk/"+string(talk))
}

func (s *Service) finishPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := s.Finish(r.Context(), web.Actor(r.Context()), id); err != nil {
		return s.showMeeting(w, r, id, nil, err)
	}
	return s.toWalk(w, r, id, "held")
}

func (s *Service) happenedPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.Happened(r.Context(), web.Actor(r.Context()), id, form.Get("held") == "yes", number(form.Get("lasted")), form.Get("after")); err != nil {
		return s.showMeeting(w, r, id, nil, err)
	}
	return s.toWalk(w, r, id, "held")
}

// Frame is the pages around the conversation of a meeting.
func (s *Service) Frame() chat.Frame {
	return chat.Frame{Talk: s.talkPage, After: s.talkAfter, Case: s.talkCase}
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
	walk, x, err := s.TalkOf(ctx, a, id)
	if err != nil {
		return err
	}
	if before == 0 && v.Open() && v.Me.ReadSeq < v.LastSeq {
		if err := s.Chat.MarkRead(ctx, a, id, v.LastSeq); err != nil {
			return err
		}
	}
	other, _ := v.Other(a.Person)
	return web.Render(w, r, http.StatusOK, talkView(talkData{View: v, Walk: walk, Meeting: x, With: v.Names[other.Person], Helper: v.Me.Side == chat.Helper}))
}

// talkAfter leads back to the walk: what comes after a meeting stands there.
func (s *Service) talkAfter(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	walk, _, err := s.TalkOf(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, walkPath(walk.ID))
}

// talkCase leads each of the two to what runs because somebody is worried: the
// helper to the case, the person to what they are told of it.
func (s *Service) talkCase(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	walk, _, err := s.TalkOf(r.Context(), a, id)
	if err != nil {
		return err
	}
	cases, err := s.Safety.At(r.Context(), s.DB.Reader(), id)
	if err != nil {
		return err
	}
	for _, x := range cases {
		if a.Person != walk.Member && x.Kind != safety.KindMandatory {
			return web.SeeOther(w, r, "/case/"+string(x.ID))
		}
		if a.Person == walk.Member && x.Kind == safety.KindSelf {
			return web.SeeOther(w, r, "/safe")
		}
	}
	return web.SeeOther(w, r, "/talk/"+string(id))
}

// noteData is the form of a note.
type noteData struct {
	View
	Note     Note
	Earlier  []Note
	Words    string
	Changed  bool // the other has changed it meanwhile: Note is theirs
	Err      error
	Existing bool
}

func (s *Service) notePage(w http.ResponseWriter, r *http.Request) error {
	return s.showNote(w, r, nil, 0, nil)
}

func (s *Service) showNote(w http.ResponseWriter, r *http.Request, words *string, version int, wrong error) error {
	return web.Again(w, r, wrong, func() (templ.Component, error) {
		id, err := web.PathID(r)
		if err != nil {
			return nil, err
		}
		ctx := r.Context()
		v, err := s.Open(ctx, web.Actor(ctx), id)
		if err != nil {
			return nil, err
		}
		d := noteData{View: v, Err: wrong}
		if text := r.PathValue("note"); text != "" {
			all, err := s.notes(ctx, s.DB.Reader(), id)
			if err != nil {
				return nil, err
			}
			for _, n := range all {
				if string(n.ID) == text {
					d.Earlier = append(d.Earlier, n)
				}
			}
			if len(d.Earlier) == 0 {
				return nil, fault.Hidden()
			}
			d.Note, d.Existing = d.Earlier[len(d.Earlier)-1], true
			d.Words = d.Note.Words
		}
		if words != nil {
			d.Words, d.Changed = *words, d.Note.Version != version
		}
		return noteView(d), nil
	})
}

func (s *Service) notePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	words, version := form.Get("words"), 0
	var note moment.ID
	if text := r.PathValue("note"); text != "" {
		var valid bool
		if note, valid = moment.ParseID(text); !valid {
			return fault.Hidden()
		}
		version = max(1, number(form.Get("version")))
	}
	if _, err := s.WriteNote(r.Context(), web.Actor(r.Context()), id, note, version, words); err != nil {
		return s.showNote(w, r, &words, version, err)
	}
	return web.SeeOther(w, r, walkPath(id)+"?done=noted")
}

// backData is the form of looking back.
type backData struct {
	View
	Next, Words, Others string
	Err                 error
}

func (s *Service) backPage(w http.ResponseWriter, r *http.Request) error {
	return s.onPage(w, r, func(v View) templ.Component { return backView(backData{View: v}) })
}

func (s *Service) backPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	d := backData{Next: form.Get("next"), Words: form.Get("words"), Others: form.Get("others")}
	if d.Err = s.LookBack(r.Context(), a, id, d.Next, d.Words, d.Others); d.Err != nil {
		return web.Again(w, r, d.Err, func() (templ.Component, error) {
			var oerr error
			d.View, oerr = s.Open(r.Context(), a, id)
			return backView(d), oerr
		})
	}
	return web.SeeOther(w, r, walkPath(id)+"?done=looked_back")
}

func (s *Service) byePage(w http.ResponseWriter, r *http.Request) error {
	return s.onPage(w, r, func(v View) templ.Component { return byeView(v, "", nil) })
}

func (s *Service) byePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	if err := s.Bye(r.Context(), a, id, form.Get("words")); err != nil {
		return web.Again(w, r, err, func() (templ.Component, error) {
			v, oerr := s.Open(r.Context(), a, id)
			return byeView(v, form.Get("words"), err), oerr
		})
	}
	return web.SeeOther(w, r, walkPath(id))
}
