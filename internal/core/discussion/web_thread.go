package discussion

import (
	"context"
	"net/http"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// orSignIn asks a visitor to sign in where they found nothing: the same answer for what
// is not there and for what is not theirs.
func orSignIn(r *http.Request, err error) error {
	if fault.Is(err, fault.NotFound) && !web.Actor(r.Context()).Known() {
		return fault.New(fault.SignIn, "web.error.signin")
	}
	return err
}

func (s *Service) followPost(w http.ResponseWriter, r *http.Request) error {
	return onEntry(w, r, func(id moment.ID, form map[string][]string) error {
		return s.Follow(r.Context(), web.Actor(r.Context()), id, first(form, "on") == "yes")
	})
}

// draftPost keeps what was typed below a thread, or throws away what was kept.
func (s *Service) draftPost(w http.ResponseWriter, r *http.Request, id moment.ID, d Draft, do string) error {
	a := web.Actor(r.Context())
	if do == "drop" {
		if err := s.DropDraft(r.Context(), a, id); err != nil {
			return err
		}
		return web.SeeOther(w, r, postPath(id, ""))
	}
	err := s.KeepAnswer(r.Context(), a, id, d)
	if web.ShownAgain(err) {
		return s.showThread(w, r, d, err)
	}
	if err != nil {
		return err
	}
	to := postPath(id, "")
	if len(d.Pictures) > 0 {
		to += PicturesAgain
	}
	return web.SeeOther(w, r, to+"#write")
}

// DraftOf reads what a form of a new thread or an answer sends, and what is to be done
// with it: "keep" or "drop" a draft, or "" to send it.
func DraftOf(form map[string][]string) (d Draft, do string) {
	switch do = first(form, "do"); do {
	case "keep", "drop":
	default:
		do = ""
	}
	return draftOf(form), do
}

// asThread tells that a post is shown as a thread of a forum.
func asThread(t Thread) bool { return t.Stand.Threads && !t.Alone && t.Stand.See }

// inHeading tells that a title stands in the page's heading already.
func inHeading(e Shown, whole bool) bool { return whole && e.Marked && len(e.Rather) == 0 }

func threadPageData(ctx context.Context, t Thread) web.PageData {
	if asThread(t) {
		return web.PageData{Title: web.T(ctx, "discussion.thread.tab"), Place: "community", Private: true}
	}
	return web.PageData{Title: web.T(ctx, "discussion.wall.tab"), Private: true}
}

// threadTitle is the heading of a thread; what the reader would rather not meet is not in it.
func threadTitle(ctx context.Context, e Shown) string {
	if len(e.Rather) > 0 {
		return web.T(ctx, "discussion.thread.single")
	}
	return plainTitle(ctx, e)
}

func plainTitle(ctx context.Context, e Shown) string {
	switch {
	case e.State == Withdrawn:
		return web.T(ctx, "discussion.thread.taken")
	case e.Title == "":
		return web.T(ctx, "discussion.thread.single")
	}
	return e.Title
}

// ratherWords says what is behind a blur, and that it can be shown.
func ratherWords(ctx context.Context, e Shown) string {
	return web.T(ctx, "discussion.rather.behind", "topics", strings.Join(e.Rather, web.T(ctx, "discussion.rather.comma")))
}

// mineIn tells that the viewer has written in a thread themselves.
func mineIn(t Thread) bool {
	for _, c := range t.Comments {
		if c.Who.Mine {
			return true
		}
	}
	return t.Err != nil
}

func marksHint(ctx context.Context, st Stand) string {
	if !st.Threads {
		return ""
	}
	return web.T(ctx, "discussion.write.marks") + " " + web.T(ctx, "discussion.write.names")
}

// RatherOptions are the topics of Rather as a form offers them.
func RatherOptions(all []people.Situation, chosen map[string]bool) []web.Option {
	out := make([]web.Option, len(all))
	for i, t := range all {
		out[i] = web.Option{Value: t.Slug, Label: t.Label, Checked: chosen[t.Slug]}
	}
	return out
}
