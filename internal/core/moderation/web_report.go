package moderation

import (
	"context"
	"net/http"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// reportForm is the page on which something is reported.
type reportForm struct {
	Draft
	Only  bool // nothing was said here: it is about the profile
	Named bool // it has a name beside it, which can be reported too
	// Partner is who outside may read it when somebody asks to look again; "" for nobody.
	Partner string
	Sent    bool
	Help    bool // what they wrote sounds heavy
	Lines   []web.CrisisLine
	Err     error
}

func (s *Service) reportPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	d := Draft{Kind: q.Get("kind"), Object: moment.ID(q.Get("id")), Profile: q.Get("of") == profileKind}
	return s.showReport(w, r, reportForm{Draft: d, Sent: q.Get("done") == "sent"})
}

func (s *Service) showReport(w http.ResponseWriter, r *http.Request, f reportForm) error {
	if err := s.offerHelp(r.Context(), &f); err != nil {
		return err
	}
	if !f.Sent {
		id, valid := moment.ParseID(string(f.Object))
		if !valid {
			return fault.Hidden()
		}
		d := Draft{Kind: f.Kind, Object: id}
		what, err := s.seen(r.Context(), s.DB.Reader(), web.Actor(r.Context()), &d)
		if err != nil {
			return err
		}
		partner, err := partnerNow(r.Context(), s.DB.Reader())
		if err != nil {
			return err
		}
		if partner.Ready() {
			f.Partner = partner.Name
		}
		f.Only, f.Named = what.Profile, !what.Anonymous && !what.Nobody
	}
	return web.Render(w, r, web.Status(f.Err), reportView(f))
}

// offerHelp sets whether help stands on the page: beside words that could not be sent, and
// after a report that waits to be read.
func (s *Service) offerHelp(ctx context.Context, f *reportForm) (err error) {
	f.Lines = s.Lines.BarLines(ctx)
	if f.Sent {
		f.Help, err = s.sentHeavy(ctx, web.Actor(ctx))
		return err
	}
	f.Help, err = s.heavy(ctx, s.DB.Reader(), f.Words)
	return err
}

func (s *Service) reportPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id, valid := moment.ParseID(form.Get("id"))
	if !valid {
		return fault.Hidden()
	}
	d := Draft{Kind: form.Get("kind"), Object: id, Profile: form.Get("of") == profileKind, Reason: form.Get("reason"), Words: form.Get("words")}
	err = s.Report(r.Context(), web.Actor(r.Context()), d)
	if web.ShownAgain(err) {
		return s.showReport(w, r, reportForm{Draft: d, Err: err})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/report?done=sent")
}
