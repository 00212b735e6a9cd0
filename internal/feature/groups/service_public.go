package groups

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"slices"
	"strconv"
	"sync"

	"cairn/internal/core/meetings"
	"cairn/internal/feature/groups/guide"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

// Lists is what groups needs of the engine of meetings for the lists that programs of
// others read.
type Lists interface {
	// PublicSeries gives everything that is for everybody.
	PublicSeries(ctx context.Context) iter.Seq2[meetings.Series, error]
	// PublicEvents gives the same as calendars have it.
	PublicEvents(ctx context.Context) iter.Seq2[calendar.Event, error]
	// PublicStamp changes with them.
	PublicStamp(ctx context.Context, withMeetings bool) (string, error)
}

// made is a file that is made once for what stands and given until that changes.
type made struct {
	mu    sync.Mutex
	stamp string
	file  File
}

// File is what is given, with a tag that changes with it.
type File struct {
	Body []byte
	Tag  string
}

// get gives the file, made anew when the stamp is another. Of many who ask at once one
// makes it.
func (m *made) get(stamp string, build func(w io.Writer) error) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stamp == stamp {
		return m.file, nil
	}
	var b bytes.Buffer
	if err := build(&b); err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(b.Bytes())
	m.stamp, m.file = stamp, File{bytes.Clone(b.Bytes()), `"` + hex.EncodeToString(sum[:12]) + `"`}
	return m.file, nil
}

// day is a part of every stamp: what comes too soon or not yet changes by itself.
func (s *Service) day() string { return calendar.DateOf(s.Clock.Now().Std()).String() }

// stamp changes with everything that the lists say.
func (s *Service) stamp(ctx context.Context, withMeetings bool) (string, error) {
	of, err := s.Lists.PublicStamp(ctx, withMeetings)
	if err != nil {
		return "", err
	}
	n, newest, err := newestPublic(ctx, s.DB.Reader())
	return s.day() + "." + of + "." + strconv.FormatInt(n, 36) + "." + newest.Stamp(), err
}

// Guide gives the public, weekly groups as a Meeting Guide list. Everybody may read it.
func (s *Service) Guide(ctx context.Context) (File, error) {
	stamp, err := s.stamp(ctx, false)
	if err != nil {
		return File{}, err
	}
	return s.guide.get(stamp, func(w io.Writer) error { return s.WriteGuide(ctx, w) })
}

// WriteGuide writes the list while it is read, one meeting at a time.
func (s *Service) WriteGuide(ctx context.Context, w io.Writer) error {
	return guide.Write(w, func(yield func(guide.Meeting, error) bool) {
		for x, err := range s.sources(ctx) {
			if err != nil {
				yield(guide.Meeting{}, err)
				return
			}
			if m, why := guide.From(x.Source, s.Clock.Now()); why == "" && !yield(m, nil) {
				return
			}
		}
	})
}

// Dates gives everything that is for everybody as a calendar, in neutral words.
func (s *Service) Dates(ctx context.Context) (File, error) {
	stamp, err := s.stamp(ctx, true)
	if err != nil {
		return File{}, err
	}
	return s.dates.get(stamp, func(w io.Writer) error { return calendar.Write(w, "", s.Lists.PublicEvents(ctx)) })
}

// source is a public series as the list sees it, with its group.
type source struct {
	guide.Source
	Group Group
}

// atOnce is how many series are looked up together.
const atOnce = 200

// sources gives every public series with its group, so many at a time.
func (s *Service) sources(ctx context.Context) iter.Seq2[source, error] {
	return func(yield func(source, error) bool) {
		seen := map[moment.ID]int{} // of each group, how many series stand in the list
		var page []meetings.Series
		for x, err := range s.Lists.PublicSeries(ctx) {
			if err != nil {
				yield(source{}, err)
				return
			}
			if page = append(page, x); len(page) == atOnce {
				if !s.yieldPage(ctx, page, seen, yield) {
					return
				}
				page = page[:0]
			}
		}
		s.yieldPage(ctx, page, seen, yield)
	}
}

func (s *Service) yieldPage(ctx context.Context, page []meetings.Series, seen map[moment.ID]int, yield func(source, error) bool) bool {
	ids := make([]moment.ID, 0, len(page))
	for _, x := range page {
		if x.Owner.Kind == Kind {
			ids = append(ids, x.Owner.ID)
		}
	}
	slices.Sort(ids)
	list, err := groupsByIDs(ctx, s.DB.Reader(), slices.Compact(ids))
	if err != nil {
		return yield(source{}, err)
	}
	byID := make(map[moment.ID]Group, len(list))
	for _, g := range list {
		byID[g.ID] = g
	}
	for _, x := range page {
		g, ok := byID[x.Owner.ID]
		if !ok || !g.Public() || !g.Runs() || g.Form == Theirs { // what others hold, they list
			continue
		}
		seen[g.ID]++
		if !yield(source{s.sourceOf(g, x, seen[g.ID]), g}, nil) {
			return false
		}
	}
	return true
}

// sourceOf says of a series what the list may know. The first of a group has the
// group's own slug; others get a number.
func (s *Service) sourceOf(g Group, x meetings.Series, nth int) guide.Source {
	slug := g.Slug
	if nth > 1 {
		slug = g.Slug[:min(len(g.Slug), 56)] + "-" + strconv.Itoa(nth)
	}
	at := guide.Attendance(x.Attendance)
	if x.State == meetings.Paused || g.State == Paused {
		at = guide.Paused
	}
	var area []string
	if x.Place != "" {
		area = []string{x.Place}
	}
	return guide.Source{Name: x.Called(), Slug: slug, Group: g.Name, Notes: g.About, URL: s.BaseURL + pathOf(g.ID), Series: x.Series(), Attendance: at,
		PlaceNotes: "", Address: x.Inside.Address, AddressOpen: x.OpenAddress, Area: area, Languages: g.Languages, For: communities(g), Open: true,
		StepFree: slices.Contains(g.Access, "step_free"), Children: slices.Contains(g.Access, "childcare"), Updated: max(x.ChangedAt, g.ChangedAt)}
}

func communities(g Group) []string {
	if g.Community == "" {
		return nil
	}
	return []string{g.Community}
}

// Unlisted is a series that the Meeting Guide list leaves out, and why.
type Unlisted struct {
	Group Group
	Name  string
	Why   guide.Reason
}

// mostUnlisted bounds the page that says what is left out.
const mostUnlisted = 200

// LeftOut tells how many public series the list has, and which it leaves out and why:
// the format knows weekly meetings only, and what is private stays so.
func (s *Service) LeftOut(ctx context.Context) (listed int, out []Unlisted, err error) {
	stamp, err := s.stamp(ctx, false)
	if err != nil {
		return 0, nil, err
	}
	s.left.mu.Lock()
	defer s.left.mu.Unlock()
	if s.left.stamp != stamp {
		if s.left.listed, s.left.out, err = s.leftOut(ctx); err != nil {
			return 0, nil, err
		}
		s.left.stamp = stamp
	}
	return s.left.listed, s.left.out, nil
}

// leftOut is what was found once for what stands.
type leftOut struct {
	mu     sync.Mutex
	stamp  string
	listed int
	out    []Unlisted
}

func (s *Service) leftOut(ctx context.Context) (listed int, out []Unlisted, err error) {
	now := s.Clock.Now()
	for x, err := range s.sources(ctx) {
		if err != nil {
			return 0, nil, err
		}
		if _, why := guide.From(x.Source, now); why == "" {
			listed++
		} else if len(out) < mostUnlisted {
			out = append(out, Unlisted{x.Group, x.Name, why})
		}
	}
	return listed, out, nil
}
