package groups

import (
	"context"
	"time"

	"cairn/internal/core/meetings"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// ListedView is the page of a group of somebody else.
type ListedView struct {
	View
	Listing Listing
	Feed    Feed
	Series  []meetings.Series // that run
	Coming  []Gathering
}

// listedShown is how many meetings stand on the page of a listed group.
const listedShown = 6

// Listed gives the page of a group that we only list, to whoever sees it.
func (s *Service) Listed(ctx context.Context, v View) (ListedView, error) {
	out := ListedView{View: v}
	r := s.DB.Reader()
	l, found, err := listingOf(ctx, r, v.ID)
	if err != nil || !found {
		return out, fault.OrHidden(err)
	}
	out.Listing = l
	if out.Feed, _, err = feedByID(ctx, r, l.Feed); err != nil || !v.Runs() {
		return out, err
	}
	all, err := s.Listings.SeriesOf(ctx, r, meetings.Ref{Kind: Kind, ID: v.ID})
	for _, x := range all {
		if x.State != meetings.Ended {
			out.Series = append(out.Series, x)
		}
	}
	if err != nil || v.State == Paused {
		return out, err
	}
	out.Coming, err = s.Meetings.Coming(ctx, r, v.actor, v.ID, listedShown)
	return out, err
}

// theirs tells the engine of meetings how people stand to a group that we only list:
// whoever sees it reads where it is, and nobody here answers or holds it.
func (s *Service) theirs(ctx context.Context, r db.Reader, st stand) (meetings.Stand, error) {
	out := meetings.Stand{Name: st.Name, Href: pathOf(st.ID), See: true}
	l, _, err := listingOf(ctx, r, st.ID)
	if err != nil {
		return meetings.Stand{}, err
	}
	f, _, err := feedByID(ctx, r, l.Feed)
	out.Elsewhere = web.T(ctx, "listing.page.elsewhere", "name", f.Name, "day", web.Date(ctx, l.CheckedAt))
	return out, err
}

type exportedFeed struct {
	Name string     `json:"name"`
	Made *time.Time `json:"you_brought_it_in,omitempty"`
	Took *time.Time `json:"you_took_it_over_last,omitempty"`
}

// exportFeeds gives the lists of others that somebody brought in or took over last.
func (h Holding) exportFeeds(ctx context.Context, r db.Reader, person moment.ID) (any, error) {
	out := []exportedFeed{}
	list, err := feedsTouchedBy(ctx, r, person)
	for _, f := range list {
		x := exportedFeed{Name: f.Name}
		if f.MadeBy == person {
			at := f.MadeAt.Std()
			x.Made = &at
		}
		if f.ReadBy == person {
			at := f.ReadAt.Std()
			x.Took = &at
		}
		out = append(out, x)
	}
	return out, err
}
