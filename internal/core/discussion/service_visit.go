package discussion

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	lru "github.com/hashicorp/golang-lru/v2"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

const (
	mostVisits = 64 // threads whose page for visitors is kept, in a language each
	// visitLasts bounds what rev does not count: how long a visitor can still read a
	// pseudonym that somebody has changed, or a label by its old name.
	visitLasts = 5 * time.Second
)

// visit is what visitors see of a thread: the same for all of them, as none has a name,
// an account or somebody they are kept apart from.
type visit struct {
	rev    int64
	rules  SpaceRules
	until  moment.Time
	thread Thread
}

type visitKey struct {
	post       moment.ID
	lang, zone string
}

func newVisits() *lru.Cache[visitKey, visit] {
	visits, err := lru.New[visitKey, visit](mostVisits)
	if err != nil {
		panic(err) // it says so of a size below one only
	}
	return visits
}

// visitOf gives what a visitor sees of the beginning of a thread that everybody reads, if
// it was made before and nothing in it has changed since. The space was decided just now.
func (s *Service) visitOf(ctx context.Context, x room, top row) (Thread, bool) {
	if !visits(x, top) {
		return Thread{}, false
	}
	had, ok := s.visits.Get(visitOfKey(ctx, top))
	if !ok || had.rev != top.rev || had.rules != x.Rules || s.Clock.Now() >= had.until {
		return Thread{}, false
	}
	return had.thread, true
}

// keepVisit keeps what was made for a visitor.
func (s *Service) keepVisit(ctx context.Context, x room, top row, t *Thread) {
	if !visits(x, top) {
		return
	}
	t.drawn = &drawn{}
	s.visits.Add(visitOfKey(ctx, top), visit{rev: top.rev, rules: x.Rules, until: s.Clock.Now().Add(visitLasts), thread: *t})
}

func visits(x room, top row) bool {
	return x.Public && x.viewer.Person == "" && x.viewer.see && !x.viewer.keep && top.State == Open
}

func visitOfKey(ctx context.Context, top row) visitKey {
	return visitKey{top.ID, web.Lang(ctx), web.Zone(ctx).String()}
}

// drawn is the part of a page that is kept, drawn at its first showing.
type drawn struct {
	once sync.Once
	html string
	err  error
}

// component gives the part as it was drawn, or draws it.
func (d *drawn) component(part templ.Component) templ.Component {
	if d == nil {
		return part
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		d.once.Do(func() {
			var b strings.Builder
			d.err = part.Render(context.WithoutCancel(ctx), &b)
			d.html = b.String()
		})
		if d.err != nil {
			return d.err
		}
		_, err := io.WriteString(w, d.html)
		return err
	})
}
