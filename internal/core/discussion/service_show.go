package discussion

import (
	"context"
	"strconv"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
	"cairn/internal/kit/web"
)

// show makes what a viewer sees of entries. first are comments that stand below posts
// among them.
func (s *Service) show(ctx context.Context, r db.Reader, x room, rows, first []row) ([]Shown, error) {
	all := append(append([]row(nil), rows...), first...)
	around, err := s.gather(ctx, r, x, all)
	if err != nil {
		return nil, err
	}
	if x.Public {
		around.prose = s.prose
	}
	below := map[moment.ID][]Shown{}
	for _, e := range first {
		c, err := around.shown(x, e)
		if err != nil {
			return nil, err
		}
		below[e.Post] = append(below[e.Post], c)
	}
	out := make([]Shown, len(rows))
	for i, e := range rows {
		if out[i], err = around.shown(x, e); err != nil {
			return nil, err
		}
		out[i].First = below[e.ID]
	}
	return out, nil
}

// around is what is read once for many entries.
type around struct {
	cards    map[moment.ID]people.Card
	mine     map[moment.ID]map[string]bool
	unseen   map[moment.ID]int
	quoted   map[moment.ID]row
	topics   map[string]string
	pictures map[moment.ID][]Pictured
	unasked  bool            // the viewer has pictures shown unasked
	rather   map[string]bool // topics that the viewer would rather not meet unasked
	prose    *prose.Cache    // nil where not everybody reads
}

// html is what words are shown as where they have simple marks.
func (g around) html(x room, words string) string {
	if !x.Threads || words == "" {
		return ""
	}
	return g.prose.HTML(words)
}

func (s *Service) gather(ctx context.Context, r db.Reader, x room, all []row) (around, error) {
	g := around{mine: map[moment.ID]map[string]bool{}, quoted: map[moment.ID]row{}, topics: map[string]string{}}
	var quotes, authors []moment.ID
	labelled := false
	for _, e := range all {
		if e.Quotes != "" {
			quotes = append(quotes, e.Quotes)
		}
		labelled = labelled || len(e.Topics) > 0
	}
	list, err := entriesByID(ctx, r, quotes)
	if err != nil {
		return g, err
	}
	for _, q := range list {
		g.quoted[q.ID] = q
	}
	for _, e := range append(list, all...) {
		if !e.Anonymous && e.author != "" {
			authors = append(authors, e.author)
		}
	}
	if g.cards, err = s.People.Cards(ctx, r, authors...); err != nil {
		return g, err
	}
	ids := idsOf(all)
	if g.pictures, err = s.pictured(ctx, r, x, ids); err != nil {
		return g, err
	}
	if x.viewer.Person == "" {
		g.unseen = map[moment.ID]int{}
		return g, s.topics(ctx, r, x, labelled, &g)
	}
	if len(g.pictures) > 0 {
		w, err := wishOf(ctx, r, x.viewer.Person)
		if err != nil {
			return g, err
		}
		g.unasked = w.Pictures
	}
	reactions, err := reactionsTo(ctx, r, x.viewer.Person, ids)
	if err != nil {
		return g, err
	}
	for _, y := range reactions {
		if g.mine[y.Entry] == nil {
			g.mine[y.Entry] = map[string]bool{}
		}
		g.mine[y.Entry][y.Kind] = true
	}
	if g.unseen, err = unseenComments(ctx, r, ids, x.viewer); err != nil {
		return g, err
	}
	return g, s.topics(ctx, r, x, labelled, &g)
}

// topics reads what labels are called, and which the viewer would rather not meet, when
// there are any.
func (s *Service) topics(ctx context.Context, r db.Reader, x room, labelled bool, g *around) (err error) {
	if !labelled {
		return nil
	}
	if g.rather, err = rathersOf(ctx, r, x.viewer.Person); err != nil {
		return err
	}
	situations, err := s.People.Situations(ctx, web.Lang(ctx))
	for _, t := range situations {
		g.topics[t.Slug] = t.Label
	}
	return err
}

func (g around) shown(x room, sealed row) (Shown, error) {
	e, err := open(x, sealed)
	if err != nil {
		return Shown{}, err
	}
	v := x.viewer
	out := Shown{ID: e.ID, Space: e.Space, Post: e.Post, State: e.State, Why: e.Why, Since: e.StateAt, At: e.At, ActiveAt: e.ActiveAt, Marked: x.Threads, Pinned: e.Pinned, Moderated: e.Moderated, Comments: e.Comments - g.unseen[e.ID]}
	if e.State == Withdrawn {
		out.Why = ""
		return out, nil
	}
	out.Who = g.who(v, e)
	out.Pictures, out.Unasked = g.pictures[e.ID], g.unasked
	out.Title, out.Words, out.HTML = e.Title, e.Words, g.html(x, e.Words)
	out.Changed, out.Counts, out.Reacted = e.Version > 0, e.Counts, g.mine[e.ID]
	if v.mine(e) || v.keep || v.leads(e) {
		out.Reason, out.Reach = e.Reason, e.reach
	}
	for _, t := range e.Topics {
		if text := g.topics[t]; text != "" {
			_, fixed := e.fixed[t]
			out.Topics = append(out.Topics, Label{t, text, fixed})
		}
		if g.rather[t] && e.State == Open && !v.mine(e) {
			out.Rather = append(out.Rather, g.topics[t])
		}
	}
	if e.Quotes != "" {
		if out.Quoted, err = g.quote(x, g.quoted[e.Quotes]); err != nil {
			return out, err
		}
	}
	out.May = may(x, e)
	return out, nil
}

// quote is what a comment answers, if the viewer sees it.
func (g around) quote(x room, sealed row) (*Quote, error) {
	if sealed.ID == "" || sealed.State == Withdrawn || !canSee(x.viewer, sealed.Entry).OK() {
		return &Quote{}, nil
	}
	e, err := open(x, sealed)
	return &Quote{Shown: true, Who: g.who(x.viewer, e), Words: e.Words, HTML: g.html(x, e.Words)}, err
}

// who is an author as the viewer may know them. Nothing of somebody without a name
// is made from who they are: their stone is drawn from the thread and the number.
func (g around) who(v viewer, e Entry) Who {
	if e.Anonymous {
		return Who{Alias: max(e.Alias, 1), Seed: string(e.Thread()) + "/" + strconv.Itoa(e.Alias), Mine: v.mine(e)}
	}
	if e.Brought {
		return Who{Name: e.Label, Before: true, Seed: seedOf(e)}
	}
	w := Who{Person: e.author, Name: g.cards[e.author].Name, Seed: string(e.author), Mine: v.mine(e)}
	if w.Name == "" {
		w.Seed = string(e.ID)
	}
	return w
}

func may(x room, e Entry) May {
	v := x.viewer
	return May{
		Edit: canEdit(v, x.Space, e).OK(), Withdraw: canWithdraw(v, e).OK(), React: canReact(v, x.Space, e).OK(), Hide: canHide(v, e).OK(), Release: canRelease(v, e).OK(),
		Label: canLabel(v, x.Space, e).OK(), Pin: canPin(v, e).OK(), Comment: e.Post == "" && canComment(v, x.Space, e).OK(), Quote: canQuote(v, x.Space, e).OK(), Report: v.see && v.Has(access.Member) && !v.mine(e) && (e.author != "" || e.Brought) && e.State == Open,
		Reveal: canReveal(v, e).OK(), History: seesVersions(v, e),
	}
}
