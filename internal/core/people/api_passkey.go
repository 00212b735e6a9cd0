package people

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

// passkeyRequest is what the passkey element sends: to begin, the name; to
// finish, the answer too.
type passkeyRequest struct {
	Answer
	Name  string `json:"name"`
	Age   string `json:"age"`
	Label string `json:"label"`
	Next  string `json:"next"`
	Keep  bool   `json:"keep"`
}

// passkeyDone tells the element where to go.
type passkeyDone struct {
	Next string `json:"next"`
}

func readJSON(r *http.Request, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return fault.New(fault.Invalid, "web.error.form")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return fault.New(fault.TooLarge, "web.error.toolarge")
		}
		return fault.New(fault.Invalid, "web.error.form")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fault.New(fault.Invalid, "web.error.form")
	}
	return nil
}

func writeJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fault.Op("people passkey", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // a failed write means that the person has gone
	return nil
}

func (s *Service) beginJoin(w http.ResponseWriter, r *http.Request) error {
	var q passkeyRequest
	if err := readJSON(r, &q); err != nil {
		return err
	}
	if q.Age != "yes" {
		return tooYoungOrUnsaid()
	}
	asked, err := s.BeginJoin(r.Context(), doorOf(r, q.Keep), q.Name)
	if err != nil {
		return err
	}
	return writeJSON(w, asked)
}

func (s *Service) finishJoin(w http.ResponseWriter, r *http.Request) error {
	var q passkeyRequest
	if err := readJSON(r, &q); err != nil {
		return err
	}
	if q.Age != "yes" {
		return tooYoungOrUnsaid()
	}
	from := doorOf(r, q.Keep)
	e, err := s.FinishJoin(r.Context(), from, q.Name, q.Answer, from.Label)
	if err != nil {
		return err
	}
	s.giveSession(w, r, e, q.Keep)
	return writeJSON(w, passkeyDone{afterJoining(e)})
}

func (s *Service) beginSignIn(w http.ResponseWriter, r *http.Request) error {
	var q passkeyRequest
	if err := readJSON(r, &q); err != nil {
		return err
	}
	asked, err := s.BeginSignIn(r.Context(), doorOf(r, false))
	if err != nil {
		return err
	}
	return writeJSON(w, asked)
}

func (s *Service) finishSignIn(w http.ResponseWriter, r *http.Request) error {
	var q passkeyRequest
	if err := readJSON(r, &q); err != nil {
		return err
	}
	e, err := s.FinishSignIn(r.Context(), doorOf(r, q.Keep), q.Answer)
	if err != nil {
		return err
	}
	s.giveSession(w, r, e, q.Keep)
	return writeJSON(w, passkeyDone{nextOf(q.Next)})
}

func (s *Service) beginAdding(w http.ResponseWriter, r *http.Request) error {
	var q passkeyRequest
	if err := readJSON(r, &q); err != nil {
		return err
	}
	asked, err := s.BeginAdding(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return writeJSON(w, asked)
}

func (s *Service) finishAdding(w http.ResponseWriter, r *http.Request) error {
	var q passkeyRequest
	if err := readJSON(r, &q); err != nil {
		return err
	}
	label := q.Label
	if label == "" {
		label = DeviceLabel(r.UserAgent())
	}
	if err := s.FinishAdding(r.Context(), web.Actor(r.Context()), q.Answer, label); err != nil {
		return err
	}
	return writeJSON(w, passkeyDone{"/me/ways?done=added"})
}
