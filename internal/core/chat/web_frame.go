package chat

import (
	"net/http"
	"strconv"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

// Page shows one page.
type Page = web.Handler

// Frame is the pages around a conversation. They belong to whoever brought the two
// together, and decide themselves who may see them. A page that a kind has not is not
// found. A conversation of many stands inside another page: its Talk leads there.
type Frame struct {
	Talk  Page // the conversation
	After Page // when it is over
	Case  Page // what runs because somebody is worried
}

// Around plugs in the pages around conversations of a kind. It is called before
// serving, once a kind.
func (s *Service) Around(kind string, f Frame) {
	if s.frames == nil {
		s.frames = map[string]Frame{}
	}
	s.frames[kind] = f
}

// framed gives the page that belongs to the kind of conversation in the path.
func (s *Service) framed(pick func(Frame) Page) Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := web.PathID(r)
		if err != nil {
			return err
		}
		kind, err := kindOf(r.Context(), s.DB.Reader(), id)
		if err != nil {
			return err
		}
		f, known := s.frames[kind]
		if !known {
			return fault.Hidden()
		}
		page := pick(f)
		if page == nil {
			return fault.Hidden()
		}
		return page(w, r)
	}
}

// Before reads from which entry on somebody reads further back; 0: from the newest.
func Before(r *http.Request) (int64, error) {
	q, err := web.Query(r)
	if err != nil || q.Get("before") == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(q.Get("before"), 10, 64)
	if err != nil {
		return 0, fault.Hidden()
	}
	return n, nil
}
