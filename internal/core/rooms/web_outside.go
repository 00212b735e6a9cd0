package rooms

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// mostOutsideBody is far above a line of 300 characters, as a form too.
const mostOutsideBody = 8 << 10 // bytes

// outsideRoutes are the addresses of the captions service. Everybody may ask for them:
// what they hold decides.
func (s *Service) outsideRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/captions/{secret}/line/{rest...}", Need: access.Everybody(), Do: s.outsideLine, Stream: true, Counted: true},
		{Method: "POST", Path: "/captions/{secret}", Need: access.Everybody(), Do: s.outsidePost, API: true, MaxBody: mostOutsideBody},
	}
}

func outsidePath(secret string) string { return "/captions/" + secret }

// outsideLine leads the service to the media server, and ends when captions do.
func (s *Service) outsideLine(w http.ResponseWriter, r *http.Request) error {
	secret := r.PathValue("secret")
	g, err := s.OutsideLine(r.Context(), secret)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		go s.keepOutside(ctx, stop, secret, g)
	}
	return s.Media.Signal(w, r.WithContext(ctx), r.PathValue("rest"), g)
}

// keepOutside takes the service out once its address is worth nothing, whatever ended
// that, and cuts the line.
func (s *Service) keepOutside(ctx context.Context, stop func(), secret string, g media.Grant) {
	defer stop()
	room := moment.ID(g.Room)
	sub := s.Bus.Subscribe(Topic(room))
	defer sub.Close()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for s.OutsideStays(ctx, secret) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-sub.C():
		}
	}
	if ctx.Err() == nil {
		s.endOutsideLine(ctx, room, g.Identity)
		sayGoodbye(ctx)
	}
}

// outsidePost takes a line of captions, as plain text or as the field "words" of a
// form. The answer has no body.
func (s *Service) outsidePost(w http.ResponseWriter, r *http.Request) error {
	secret := r.PathValue("secret")
	if _, err := s.bySecret(r.Context(), s.DB.Reader(), secret); err != nil {
		return err // before anything is read
	}
	words, err := outsideWords(r)
	if err != nil {
		return err
	}
	if err := s.OutsideCaption(r.Context(), secret, words); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func outsideWords(r *http.Request) (string, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" {
		form, err := web.Form(r)
		return form.Get("words"), err
	}
	b, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return "", fault.New(fault.TooLarge, "web.error.toolarge")
	}
	return string(b), fault.Op("read a line of captions", err)
}
