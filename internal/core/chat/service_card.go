package chat

import (
	"context"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

func (s *Service) giver(name string) (Giver, bool) {
	for _, g := range s.Givers {
		if g.Name() == name {
			return g, true
		}
	}
	return nil, false
}

// Give hands a card over: the helper's to do, while the conversation is open. The
// same key sent twice is stored once.
func (s *Service) Give(ctx context.Context, a access.Actor, id moment.ID, key, name, ref string) error {
	g, known := s.giver(name)
	if !known || strings.Contains(ref, "|") {
		return fault.Hidden()
	}
	if _, there, err := g.Show(ctx, ref); err != nil || !there {
		if err == nil {
			err = fault.Hidden()
		}
		return err
	}
	d := Draft{Key: key, Text: name}
	if err := d.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		f, found, err := loadFrameForKey(ctx, tx, id, a.Person, key)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canGive(a, f.Conversation, now).Err(); err != nil || f.had > 0 {
			return err
		}
		_, err = s.store(ctx, tx, a, f, entry{Card, key, name + "|" + ref}, now)
		return err
	})
}

// dress puts onto cards what stands on them now.
func (s *Service) dress(ctx context.Context, ms []Message) error {
	for i := range ms {
		if ms[i].Kind != Card || !ms[i].WithdrawnAt.IsZero() {
			continue
		}
		name, ref, _ := strings.Cut(ms[i].Text, "|")
		ms[i].Text = ""
		g, known := s.giver(name)
		if !known {
			continue
		}
		v, there, err := g.Show(ctx, ref)
		if err != nil {
			return err
		}
		if there {
			ms[i].Card, ms[i].Text = &v, v.Plain()
		}
	}
	return nil
}

// hint marks, for the helper of a running conversation, what the person wrote
// that stands on the list of phrases.
func (s *Service) hint(ctx context.Context, r db.Reader, v View) error {
	if s.Hints == nil || v.Me.Side != Helper || !v.Open() {
		return nil
	}
	var at []int
	var texts []string
	for i, m := range v.Messages {
		if m.Kind == Text && m.Author != v.Me.Person && m.Text != "" {
			at, texts = append(at, i), append(texts, m.Text)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	hits, err := s.Hints.Matches(ctx, r, texts, web.Lang(ctx))
	for n, i := range at {
		if err == nil {
			v.Messages[i].Hits = hits[n]
		}
	}
	return err
}

// Offered shows a card before it is handed over, to who may do that.
func (s *Service) Offered(ctx context.Context, a access.Actor, id moment.ID, name, ref string) (View, CardView, error) {
	r := s.DB.Reader()
	f, err := s.readable(ctx, r, a, id)
	if err != nil {
		return View{}, CardView{}, err
	}
	if err := canGive(a, f.Conversation, s.Clock.Now()).Err(); err != nil {
		return View{}, CardView{}, err
	}
	g, known := s.giver(name)
	if !known {
		return View{}, CardView{}, fault.Hidden()
	}
	c, there, err := g.Show(ctx, ref)
	if err == nil && !there {
		err = fault.Hidden()
	}
	if err != nil {
		return View{}, CardView{}, err
	}
	v := View{Conversation: f.Conversation}
	v.Me, _ = f.Part(a.Person)
	v.Names, err = s.People.Cards(ctx, r, partIDs(f.Parts)...)
	return v, c, err
}
