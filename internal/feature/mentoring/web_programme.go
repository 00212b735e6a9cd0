package mentoring

import (
	"net/http"
	"strings"

	"cairn/internal/feature/matching"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

func (s *Service) overviewPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showOverview(w, r, q.Get("done"), nil)
}

func (s *Service) showOverview(w http.ResponseWriter, r *http.Request, done string, wrong error) error {
	return web.Again(w, r, wrong, func() (templ.Component, error) {
		o, err := s.Overview(r.Context(), web.Actor(r.Context()))
		return overviewView(o, done, wrong), err
	})
}

func (s *Service) introducePost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	p, ok := pairOf(form.Get("seek") + "/" + form.Get("peer"))
	if !ok {
		return fault.Hidden()
	}
	if err := s.Introduce(r.Context(), web.Actor(r.Context()), p.Seek, p.Peer); err != nil {
		return s.showOverview(w, r, "", err)
	}
	return web.SeeOther(w, r, "/programme/walks?done=introduced")
}

// pairOf reads "seek/peer".
func pairOf(text string) (Pair, bool) {
	seek, peer, _ := strings.Cut(text, "/")
	one, okay := moment.ParseID(seek)
	two, ok := moment.ParseID(peer)
	return Pair{one, two}, ok && okay
}

// usualDial is where the dial of a batch stands first.
const usualDial = 50

func (s *Service) batchPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	dial := usualDial
	if q.Get("dial") != "" {
		dial = min(max(number(q.Get("dial")), 0), 100)
	}
	list, err := s.Pairings(r.Context(), web.Actor(r.Context()), dial)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, batchView(list, dial))
}

func (s *Service) batchPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	var pairs []Pair
	for _, text := range form["pair"] {
		if p, ok := pairOf(text); ok {
			pairs = append(pairs, p)
		}
	}
	if _, err := s.IntroduceAll(r.Context(), web.Actor(r.Context()), pairs); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/programme/walks?done=introduced")
}

func (s *Service) fairPage(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Fairness(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	labels, err := s.labels(r)
	if err != nil {
		return err
	}
	for _, c := range f.ByLanguage {
		labels[c.Name] = web.LanguageName(r.Context(), c.Name)
	}
	return web.Render(w, r, http.StatusOK, fairView(f, labels))
}

func cellsOf(f matching.Fairness) map[string][]matching.Cell {
	return map[string][]matching.Cell{"language": f.ByLanguage, "group": f.ByGroup}
}
