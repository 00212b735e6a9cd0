package directory

import (
	"context"
	"strings"
	"sync"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// How long a node uses what it has read, and how long it waits for an answer.
// Both are ours: a changed line is everywhere within seconds, and a database
// that hangs holds up a page for one moment only.
const (
	remember = 5 * time.Second
	waitFor  = 2 * time.Second
)

// remembered is the last that was read of the service's country.
type remembered struct {
	mu      sync.Mutex
	lines   []Line
	bar     []web.CrisisLine
	until   moment.Time
	reading bool
}

// forget makes the next reader look again; what was read stays for the case
// that it cannot.
func (m *remembered) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.until = 0
}

// BarLines gives the lines of the crisis bar. Most calls cost nothing: what was
// read is used for some seconds, one reader refreshes it for all, and when the
// database does not answer the last known lines stay.
func (s *Service) BarLines(ctx context.Context) []web.CrisisLine {
	s.refresh(ctx)
	s.last.mu.Lock()
	defer s.last.mu.Unlock()
	return s.last.bar
}

// LastKnown gives the lines of the service's country for the page that has to
// work when nothing else does.
func (s *Service) LastKnown(ctx context.Context) []Line {
	s.refresh(ctx)
	s.last.mu.Lock()
	defer s.last.mu.Unlock()
	return s.last.lines
}

func (s *Service) refresh(ctx context.Context) {
	m, now := &s.last, s.Clock.Now()
	m.mu.Lock()
	// A clock that was set back must not keep old lines for long.
	if m.reading || now < m.until && m.until.Sub(now) <= remember {
		m.mu.Unlock()
		return
	}
	m.reading, m.until = true, now.Add(remember)
	m.mu.Unlock()
	lines, err := s.readLines(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reading = false
	if err != nil {
		s.Log.Error("crisis lines cannot be read; the last known stay", "error", err.Error())
		return
	}
	m.lines, m.bar = lines, asBar(lines)
}

func (s *Service) readLines(ctx context.Context) ([]Line, error) {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), waitFor)
	defer done()
	country, err := s.Country(ctx, s.DB.Reader())
	if err != nil {
		return nil, err
	}
	return s.Lines(ctx, s.DB.Reader(), country)
}

func asBar(lines []Line) []web.CrisisLine {
	var out []web.CrisisLine
	for _, l := range forBar(lines) {
		out = append(out, web.CrisisLine{Name: l.Name, Number: l.Number, Kind: string(l.Kind), Href: l.Href})
	}
	return out
}

// AddDemoLines enters invented lines in the caller's transaction. It refuses
// where there is no demo, and every number that somebody could take for real:
// only 000 and 555 0100 to 555 0199 pass.
func (s *Service) AddDemoLines(ctx context.Context, tx db.Writer, lines ...Line) error {
	if !s.Demo {
		return fault.New(fault.Forbidden, "directory.error.demo")
	}
	now := s.Clock.Now()
	for i, l := range lines {
		l = l.Tidy()
		l.ID, l.Demo, l.CheckedOn, l.RetiredAt = moment.NewID(), true, Day(now), 0
		if l.Position == 0 {
			l.Position = i + 1
		}
		if err := l.Validate(now); err != nil {
			return err
		}
		if d := dialled(l.Number); l.Kind == Chat || d != "000" && (len(d) != 7 || !strings.HasPrefix(d, "55501")) {
			return fault.New(fault.Invalid, "directory.error.demo")
		}
		if err := insertLine(ctx, tx, l); err != nil {
			return fault.Op("demo lines", err)
		}
	}
	tx.AfterCommit(s.last.forget)
	return nil
}
