package groups

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
	"cairn/internal/kit/web"
)

// The areas that groups are found in. A closed group is found by nobody: its people
// have it in their list.
const (
	areaOpen    = "groups:open"    // by everybody
	areaMembers = "groups:members" // by whoever has an account
	areaWork    = "groups:work"    // by those who work here
)

// docOf gives what is found of a group: its name and what is said about it, both of
// which stand on its page for everybody of the area. false: it is not found.
func docOf(g Group) (search.Doc, bool) {
	if !g.Runs() || g.Openness == Closed {
		return search.Doc{}, false
	}
	// The group stands as its own author: whoever was taken out of it leaves it out.
	d := search.Doc{Kind: Kind, ID: g.ID, Area: areaMembers, Author: g.ID, Title: g.Name, Words: g.About, Topics: g.Topics, At: g.MadeAt}
	if g.Community != "" {
		d.Topics = append(slices.Clone(g.Topics), g.Community)
	}
	switch {
	case g.Form == Briefing:
		d.Area = areaWork
	case g.Public():
		d.Area = areaOpen
	}
	return d, true
}

// findable brings what is found of a group in line with it.
func (s *Service) findable(ctx context.Context, tx db.Writer, g Group) error {
	if d, ok := docOf(g); ok {
		return s.Index.Put(ctx, tx, d)
	}
	return s.Index.Remove(ctx, tx, Kind, g.ID)
}

// writeNew writes a new group down.
func (s *Service) writeNew(ctx context.Context, tx db.Writer, g Group) error {
	if err := insertGroup(ctx, tx, g); err != nil {
		return fault.Op("group", err)
	}
	if err := putTags(ctx, tx, g); err != nil {
		return fault.Op("group", err)
	}
	return s.findable(ctx, tx, g)
}

// writeDraft writes what is said about a group.
func (s *Service) writeDraft(ctx context.Context, tx db.Writer, g Group) error {
	if err := updateDraft(ctx, tx, g); err != nil {
		return fault.Op("group", err)
	}
	if err := putTags(ctx, tx, g); err != nil {
		return fault.Op("group", err)
	}
	return s.findable(ctx, tx, g)
}

// move moves a group on, when it still stands where it did.
func (s *Service) move(ctx context.Context, tx db.Writer, g Group, was State) (bool, error) {
	done, err := setState(ctx, tx, g, was)
	if err != nil || !done {
		return done, err
	}
	return true, s.findable(ctx, tx, g)
}

// Source lets groups be found by their words, for search.
type Source struct{ *Service }

// Kind names groups.
func (Source) Kind() string { return Kind }

// Reach gives how far somebody may look: what they see by who they are, without the
// groups that they were taken out of.
func (x Source) Reach(ctx context.Context, r db.Reader, a access.Actor) (search.Reach, error) {
	out := search.Reach{Areas: []string{areaOpen}}
	if a.Has(access.Member) {
		out.Areas = append(out.Areas, areaMembers)
	}
	if a.Works() {
		out.Areas = append(out.Areas, areaWork)
	}
	if a.Person == "" {
		return out, nil
	}
	outs, err := outsWith(ctx, r, a.Person)
	if err != nil || len(outs) == 0 {
		return out, err
	}
	members, err := membershipsOf(ctx, r, a.Person)
	for _, o := range outs {
		if !slices.ContainsFunc(members, func(m Member) bool { return m.Group == o.Group }) {
			out.Not = append(out.Not, o.Group)
		}
	}
	return out, err
}

// Show gives those of some groups that somebody sees.
func (x Source) Show(ctx context.Context, r db.Reader, a access.Actor, ids []moment.ID) (map[moment.ID]search.Found, error) {
	seen, err := x.visible(ctx, r, a, ids)
	out := make(map[moment.ID]search.Found, len(seen))
	for id, g := range seen {
		out[id] = search.Found{Title: g.Name, Where: web.T(ctx, "groups.form."+string(g.Form)), Text: g.About, Href: pathOf(id), At: g.MadeAt}
	}
	return out, err
}

// Batch gives groups for the index, by id.
func (x Source) Batch(ctx context.Context, r db.Reader, after string, n int) (docs []search.Doc, next string, err error) {
	list, err := groupsAfter(ctx, r, after, n)
	for _, g := range list {
		if d, ok := docOf(g); ok {
			docs = append(docs, d)
		}
	}
	if len(list) == n {
		next = string(list[n-1].ID)
	}
	return docs, next, err
}
