package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

const (
	writers     = 32
	postPeople  = 640
	postThreads = 320
	newThread   = 5 // of so many posts one begins a thread
	postKey     = "0192f0c1-5e55-7aaa-8bbb-cccccccccccc"
)

// post: posts a second over HTTP from 32 writers, each of whom then reads the page that
// shows it, against one caller in the process who runs the same statements, each
// transaction committed and synced by itself. One of five begins a thread, which is put
// into the index of search; the others are answers.
func post(ctx context.Context) ([]line, error) {
	floor, n, err := postsAlone(ctx)
	if err != nil {
		return nil, err
	}
	p, t, end, err := spawnForum(ctx, 0, postPeople)
	if err != nil {
		return nil, err
	}
	defer end()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers, MaxConnsPerHost: writers}}
	var sent atomic.Int64
	var first atomic.Pointer[error]
	var group sync.WaitGroup
	begin := time.Now()
	for w := range writers {
		group.Go(func() {
			for i := w; time.Since(begin) < measureFor && first.Load() == nil; i += writers {
				if err := postAndRead(client, p.url, t, i); err != nil {
					first.CompareAndSwap(nil, &err)
				}
				sent.Add(1)
			}
		})
	}
	group.Wait()
	if e := first.Load(); e != nil {
		return nil, *e
	}
	ours := float64(sent.Load()) / time.Since(begin).Seconds()
	return []line{{"post", ours, floor, 1, true, fmt.Sprintf("posts a second, each read by its writer; %d statements an answer", n), false}}, nil
}

// postForm is what somebody sends as their i-th post: where to, and the form.
func postForm(t talk, i int, key, words string) (path string, form url.Values) {
	form = url.Values{"key": {key}, "words": {words}}
	if i%newThread == 0 {
		form.Set("title", "A window open at night")
		return "/forum/" + string(t.Space) + "/write", form
	}
	return "/post/" + string(t.Threads[i%len(t.Threads)]) + "/comment", form
}

func postAndRead(client *http.Client, base string, t talk, i int) error {
	words := fmt.Sprintf("The kettle, and a window open, number %d of tonight.", i)
	path, form := postForm(t, i, string(moment.NewID()), words)
	r, err := http.NewRequest(http.MethodPost, base+path, strings.NewReader(form.Encode())) //nolint:noctx // loopback
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "s", Value: t.Tokens[i%len(t.Tokens)]})
	return readsOwn(client, r, words)
}

// readsOwn sends a post and follows to the page that shows it.
func readsOwn(client *http.Client, r *http.Request, words string) error {
	alone := *client
	alone.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	cookie := r.Header.Get("Cookie")
	for range 4 { // to what was made, to its thread
		res, err := alone.Do(r)
		if err != nil {
			return err
		}
		body, err := readAll(res)
		if err != nil {
			return err
		}
		to, err := res.Location()
		if errors.Is(err, http.ErrNoLocation) {
			if res.StatusCode != http.StatusOK || !strings.Contains(body, words) {
				return fmt.Errorf("%s answers %d without what was written", r.URL.Path, res.StatusCode)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if r, err = http.NewRequest(http.MethodGet, to.String(), nil); err != nil { //nolint:noctx // loopback
			return err
		}
		r.Header.Set("Cookie", cookie)
	}
	return errors.New("a post leads in a circle")
}

// ran is a statement as it was run; tx is nil outside of a transaction.
type ran struct {
	tx    any
	query string
	args  []any
}

// recorded is what posting and reading run, with what is of that post alone.
type recorded struct {
	list           []ran
	person, thread moment.ID
	made           []moment.ID // ids that came into being
}

// postsAlone records what a post and its reading run, then runs the same by a single
// caller on a raw connection.
func postsAlone(ctx context.Context) (perSecond float64, statements int, err error) {
	dir, done, err := folder(fmt.Sprintf("p0w%d", postPeople))
	if err != nil {
		return 0, 0, err
	}
	defer done()
	w, err := openWorld(ctx, dir)
	if err != nil {
		return 0, 0, err
	}
	t, err := w.fillForum(ctx, dir)
	if err != nil {
		return 0, 0, err
	}
	thread, err1 := w.record(t, newThread*3)
	answer, err2 := w.record(t, newThread*3+1)
	if err := errors.Join(err1, err2, w.Close()); err != nil {
		return 0, 0, err
	}
	d, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "cairn.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)")
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = d.Close() }()
	c, err := d.Conn(ctx)
	if err != nil {
		return 0, 0, err
	}
	b := byHand{conn: c, kept: map[string]*sql.Stmt{}}
	begin, n := time.Now(), 0
	for ; time.Since(begin) < measureFor; n++ {
		r := answer
		if n%newThread == 0 {
			r = thread
		}
		if err := b.again(ctx, r, t, n); err != nil {
			return 0, 0, err
		}
	}
	return float64(n) / time.Since(begin).Seconds(), len(answer.list), nil
}

// record lets somebody post and read over the service's own handler, and notes what runs.
func (w *world) record(t talk, i int) (recorded, error) {
	r := recorded{person: t.People[i%len(t.People)], thread: t.Threads[i%len(t.Threads)]}
	begun := moment.NewID()
	w.DB.Watch(func(tx any, query string, args []any) {
		r.list = append(r.list, ran{tx, query, args})
		for _, a := range args {
			for _, id := range idsIn(a) {
				if id > begun {
					r.made = append(r.made, id)
				}
			}
		}
	})
	defer w.DB.Watch(nil)
	server := httptest.NewServer(w.Site)
	defer server.Close()
	path, form := postForm(t, i, postKey, "The kettle, and a window open, and so on.")
	req, err := http.NewRequest(http.MethodPost, server.URL+path, strings.NewReader(form.Encode())) //nolint:noctx // loopback
	if err != nil {
		return r, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: "s", Value: t.Tokens[i%len(t.Tokens)]})
	return r, readsOwn(server.Client(), req, "a window open, and so on")
}

func idsIn(a any) []moment.ID {
	var s string
	switch v := a.(type) {
	case moment.ID:
		s = string(v)
	case string:
		s = v
	}
	if len(s) < 36 {
		return nil
	}
	if id, ok := moment.ParseID(s[len(s)-36:]); ok {
		return []moment.ID{id}
	}
	return nil
}

// byHand runs statements on one connection.
type byHand struct {
	conn *sql.Conn
	kept map[string]*sql.Stmt
	tx   any
}

// again runs what was recorded as the n-th post: of another person, in another thread.
func (b *byHand) again(ctx context.Context, r recorded, t talk, n int) error {
	pairs := []string{string(r.person), string(t.People[n%len(t.People)]), string(r.thread), string(t.Threads[n%len(t.Threads)]), postKey, string(moment.NewID())}
	for _, id := range r.made {
		pairs = append(pairs, string(id), string(moment.NewID()))
	}
	swap := strings.NewReplacer(pairs...)
	for _, x := range r.list {
		if err := b.between(ctx, x.tx); err != nil {
			return err
		}
		args := make([]any, len(x.args))
		for i, a := range x.args {
			switch v := a.(type) {
			case moment.ID:
				args[i] = moment.ID(swap.Replace(string(v)))
			case string:
				args[i] = swap.Replace(v)
			default:
				args[i] = a
			}
		}
		if strings.HasPrefix(x.query, "INSERT INTO search_doc") {
			args[0] = time.Now().UnixNano() // the place in the index is a document's own
		}
		if err := b.run(ctx, x.query, args); err != nil {
			return fmt.Errorf("%s: %w", x.query, err)
		}
	}
	return b.between(ctx, nil)
}

// between ends the transaction before, and begins the next.
func (b *byHand) between(ctx context.Context, tx any) error {
	if tx == b.tx {
		return nil
	}
	if b.tx != nil {
		if err := b.run(ctx, "COMMIT", nil); err != nil {
			return err
		}
	}
	b.tx = tx
	if tx == nil {
		return nil
	}
	return b.run(ctx, "BEGIN IMMEDIATE", nil)
}

func (b *byHand) run(ctx context.Context, query string, args []any) error {
	s := b.kept[query]
	if s == nil {
		var err error
		if s, err = b.conn.PrepareContext(ctx, query); err != nil {
			return err
		}
		b.kept[query] = s
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	to := make([]any, len(columns))
	for i := range to {
		to[i] = new(any)
	}
	for err == nil && rows.Next() {
		err = rows.Scan(to...)
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// threads begins so many threads in the space, of as many people.
func (w *world) threads(ctx context.Context, t talk, n int) (list []moment.ID, err error) {
	for i := range n {
		who := access.Actor{Person: t.People[(i+threadPosts)%len(t.People)], Roles: access.Set(access.Member), Way: access.ByBrowser}
		id, _, err := w.Discussion.Post(ctx, who, t.Wall, discussion.Draft{Key: fmt.Sprintf("thread%d", i), Title: "A window open", Words: said})
		if err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, nil
}
