package discussion

import (
	"context"
	"net/url"
	"strings"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// whoWords names an author for the reader.
func whoWords(ctx context.Context, w Who) string {
	number := web.Number(ctx, int64(w.Alias))
	switch {
	case w.Before && w.Name == "":
		return web.T(ctx, "discussion.who.before_unnamed")
	case w.Before:
		return web.T(ctx, "discussion.who.before", "name", w.Name)
	case w.Alias > 0 && w.Mine:
		return web.T(ctx, "discussion.who.me_unnamed", "number", number)
	case w.Alias > 0:
		return web.T(ctx, "discussion.who.unnamed", "number", number)
	case w.Mine:
		return web.T(ctx, "discussion.who.me")
	case w.Name == "":
		return web.T(ctx, "discussion.who.gone")
	}
	return w.Name
}

func reactionWords(ctx context.Context, e Shown, kind string) string {
	label := web.T(ctx, "discussion.react."+kind)
	if n := e.Counts[kind]; n > 0 {
		return web.T(ctx, "discussion.react.count", "label", label, "number", web.Number(ctx, int64(n)))
	}
	return label
}

func reactionValue(e Shown, kind string) string {
	if e.Reacted[kind] {
		return kind + "/off"
	}
	return kind + "/on"
}

func pressed(on bool) templ.Attributes {
	if on {
		return templ.Attributes{"aria-pressed": "true"}
	}
	return templ.Attributes{"aria-pressed": "false"}
}

func anyCount(e Shown) bool { return e.Counts[BeenThere]+e.Counts[WithYou]+e.Counts[ThankYou] > 0 }

// heldWords says to those who look after it why something is held.
func heldWords(ctx context.Context, e Shown) string {
	switch {
	case e.State == Hidden:
		return web.T(ctx, "discussion.keep.hidden")
	case e.Why == ForWords && !e.May.Release:
		return web.T(ctx, "discussion.keep.words_lead")
	case e.Why == ForWords:
		return web.T(ctx, "discussion.keep.words")
	case e.Who.Before:
		return web.T(ctx, "discussion.keep.brought")
	}
	return web.T(ctx, "discussion.keep.new")
}

// fixedWords says which labels moderation keeps there.
func fixedWords(ctx context.Context, list []string) string {
	return web.T(ctx, "discussion.label.fixed", "topics", strings.Join(list, web.T(ctx, "discussion.rather.comma")))
}

// takenWords says to whoever leads what became of words that were held.
func takenWords(ctx context.Context, e Shown) string {
	if e.Left() {
		return web.T(ctx, "discussion.keep.left")
	}
	return web.T(ctx, "discussion.keep.taken")
}

// reachWords says to the author of held words who was told, and no more than is so.
func reachWords(ctx context.Context, r Reach) string {
	switch r {
	case OnDuty:
		return web.T(ctx, "discussion.held.lead")
	case OnCall:
		return web.T(ctx, "discussion.held.call")
	case ByMore:
		return web.T(ctx, "discussion.held.more")
	case ByNobody:
	}
	return web.T(ctx, "discussion.held.nobody")
}

// sureWords says what an act does before it is done.
func sureWords(ctx context.Context, e Shown, what string) string {
	if what == "withdraw" && e.NeedsHelp() {
		return web.T(ctx, "discussion.sure_text.withdraw_held")
	}
	return web.T(ctx, "discussion.sure_text."+what)
}

func lineWords(ctx context.Context, l web.CrisisLine) string {
	return web.T(ctx, "discussion.help.line", "name", l.Name, "number", l.Number)
}

// moreThan tells whether an entry has a list of further acts.
func moreThan(m May) bool {
	return m.Edit || m.Withdraw || m.Hide || m.Label || m.Pin || m.Report || m.Reveal || m.History
}

func backOf(v SpaceView) string {
	if v.Back != "" {
		return v.Back
	}
	return wallPath(v.Space.ID)
}

func wallStreamPath(v SpaceView) string {
	return wallPath(v.Space.ID) + "/stream?back=" + url.QueryEscape(backOf(v))
}

func threadStreamPath(t Thread, from moment.ID) string {
	if from == "" {
		return postPath(t.Post.ID, "/stream")
	}
	return postPath(t.Post.ID, "/stream?from="+string(from))
}

// unnamedOptions is the choice of posting without a name.
func unnamedOptions(ctx context.Context, on bool) []web.Option {
	return []web.Option{{Value: "yes", Label: web.T(ctx, "discussion.write.unnamed"), Hint: web.T(ctx, "discussion.write.unnamed_hint"), Checked: on}}
}

// seesWords says who can see what is written, in the Owner's words.
func seesWords(ctx context.Context, st Stand) string {
	if st.Readers == "" {
		return web.T(ctx, "discussion.write.sees", "name", st.Name)
	}
	return st.Readers
}

func quotedOf(t Thread) *Shown {
	for i := range t.Comments {
		if t.Comments[i].ID == t.Typed.Quotes {
			return &t.Comments[i]
		}
	}
	return nil
}

// picturesForm lets a form send files, where the space has pictures.
func picturesForm(s Space) templ.Attributes {
	if !s.Rules.Pictures {
		return nil
	}
	return templ.Attributes{"enctype": "multipart/form-data", "data-turbo": "false"}
}

// pictureSlots are the places for pictures in a form.
func pictureSlots() []Upload {
	out := make([]Upload, MostPictures)
	for i := range out {
		out[i].Slot = i + 1
	}
	return out
}
