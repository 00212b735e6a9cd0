package notify

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/post"
	"cairn/internal/kit/web"
)

// addedDevice tells the page where to go.
type addedDevice struct {
	Next string `json:"next"`
}

// addDevice takes what the browser gave to the push element.
func (s *Service) addDevice(w http.ResponseWriter, r *http.Request) error {
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
	var d post.Device
	if err := json.Unmarshal(body, &d); err != nil {
		return fault.New(fault.Invalid, "web.error.form")
	}
	if err := s.AddDevice(r.Context(), web.Actor(r.Context()), d); err != nil {
		return err
	}
	out, err := json.Marshal(addedDevice{Next: "/me/notify?done=added"})
	if err != nil {
		return fault.Op("notify device", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(out) // a failed write means that the person has gone
	return nil
}
