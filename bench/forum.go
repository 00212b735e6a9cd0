package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const (
	threadPosts  = 20 // on the page that is measured
	fewPosts     = 1000
	manyPosts    = 1_000_000
	perThread    = 20
	plantedAtOne = 20_000
)

// said is what the people of a bench write: some words with marks, as people use them.
const said = "I know that feeling. What helped me on such nights was **one small thing**: the kettle, and a window open.\n\n> it is the waiting that is hard\n\n- a walk around the house\n- a song that I know by heart"

// talk is a forum to measure with, as a child tells it to its parent.
type talk struct {
	Space, Wall, Thread moment.ID
	Threads             []moment.ID // to answer in, where nothing else was put in
	Tokens              []string    // of people who write
	People              []moment.ID
}

// spawnForum starts a service with a space that everybody reads, a thread of twenty posts
// in it, and so many posts beside.
func spawnForum(ctx context.Context, posts, people int) (*process, talk, func(), error) {
	var t talk
	dir, done, err := folder(fmt.Sprintf("p%dw%d", posts, people))
	if err != nil {
		return nil, t, nil, err
	}
	p, err := spawn(ctx, "forum", dir)
	if err == nil {
		err = json.Unmarshal(p.said["talk"], &t)
	}
	if err != nil {
		done()
		return nil, t, nil, err
	}
	return p, t, func() { p.stop(); done() }, nil
}

// fillForum is what spawnForum has its child do.
func (w *world) fillForum(ctx context.Context, dir string) (t talk, err error) {
	var posts, people int
	if _, err := fmt.Sscanf(filepath.Base(dir), "p%dw%d", &posts, &people); err != nil {
		return t, err
	}
	var keeper moment.ID
	err = w.DB.Write(ctx, func(tx db.Writer) error {
		keeper, _, err = w.somebody(ctx, tx, "Harbour Keeper", access.Coordinator)
		return err
	})
	if err != nil {
		return t, err
	}
	for from := 0; from < people; from += 100 {
		err := w.DB.Write(ctx, func(tx db.Writer) error {
			for i := from; i < min(from+100, people); i++ {
				id, token, err := w.somebody(ctx, tx, fmt.Sprintf("Pebble %06d", i))
				if err != nil {
					return err
				}
				t.People, t.Tokens = append(t.People, id), append(t.Tokens, token)
			}
			return nil
		})
		if err != nil {
			return t, err
		}
	}
	coordinator := access.Actor{Person: keeper, Roles: access.Set(access.Member, access.Coordinator), Way: access.ByBrowser}
	if t.Space, err = w.Forum.Make(ctx, coordinator, forum.Draft{Name: "By the water", Welcome: "Stay as long as you like.", Audience: forum.Open, Alone: forum.Slow, Unnamed: true}); err != nil {
		return t, err
	}
	if err := w.DB.Reader().QueryRow(ctx, `SELECT wall FROM forum_space WHERE id = $1`, t.Space).Scan(&t.Wall); err != nil {
		return t, err
	}
	if _, err := w.Forum.Look(ctx, coordinator, t.Space, ""); err != nil { // whoever keeps it is there: it does not go slowly
		return t, err
	}
	for i := range threadPosts {
		who := access.Actor{Person: t.People[i%len(t.People)], Roles: access.Set(access.Member), Way: access.ByBrowser}
		d := discussion.Draft{Key: fmt.Sprintf("fill%d", i), Words: said}
		if i == 0 {
			d.Title = "What keeps you company at night?"
			t.Thread, _, err = w.Discussion.Post(ctx, who, t.Wall, d)
		} else {
			_, _, err = w.Discussion.Comment(ctx, who, t.Thread, d)
		}
		if err != nil {
			return t, err
		}
	}
	if posts == 0 {
		t.Threads, err = w.threads(ctx, t, postThreads)
		return t, err
	}
	return t, w.crowd(ctx, t, posts)
}

// crowd puts posts into the database as their own statements do, in large transactions:
// threads of twenty, as long and as sealed as those of the page.
func (w *world) crowd(ctx context.Context, t talk, posts int) error {
	var words, title []byte
	if err := w.DB.Reader().QueryRow(ctx, `SELECT words, title FROM discussion_entry WHERE id = $1`, t.Thread).Scan(&words, &title); err != nil {
		return err
	}
	now := w.Clock.Now()
	var thread moment.ID
	for from := 0; from < posts; from += plantedAtOne {
		err := w.DB.Write(ctx, func(tx db.Writer) error {
			for i := from; i < min(from+plantedAtOne, posts); i++ {
				id, at := moment.NewID(), now.Add(-time.Duration(posts-i)*time.Second)
				head, post, comments := title, any(thread), 0
				if i%perThread == 0 {
					thread, post, comments = id, nil, perThread-1
				} else {
					head = nil
				}
				if _, err := tx.Exec(ctx, `INSERT INTO discussion_entry (id, space, post, author, client_key, title, words, state, told, at, active_at, state_at, comments)
					VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', TRUE, $8, $8, $8, $9)`, id, t.Wall, post, t.People[i%len(t.People)], "crowd"+string(id), head, words, at, comments); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// threadPage: CPU of the page of a thread with twenty posts, as a visitor, where a million
// posts are in the database: against a bare handler that writes the same bytes, and
// against itself where there are a thousand.
func threadPage(ctx context.Context) ([]line, error) {
	many, big, end, err := spawnForum(ctx, manyPosts, 2*threadPosts)
	if err != nil {
		return nil, err
	}
	defer end()
	few, small, end, err := spawnForum(ctx, fewPosts, 2*threadPosts)
	if err != nil {
		return nil, err
	}
	defer end()
	// Neither side compresses: the bare handler could not.
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}}
	at, other := many.url+"/post/"+string(big.Thread), few.url+"/post/"+string(small.Thread)
	body, err := get(client, at, "")
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(body, []byte("one small thing")); n != threadPosts {
		return nil, fmt.Errorf("the page shows %d posts", n)
	}
	dir, done, err := folder("bare")
	if err != nil {
		return nil, err
	}
	defer done()
	if err := os.WriteFile(filepath.Join(dir, "page.html"), body, 0o600); err != nil {
		return nil, err
	}
	bare, err := spawn(ctx, "bare", dir)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	anew, err1 := unkept(body, at)
	otherBody, err2 := get(client, other, "")
	otherAnew, err3 := unkept(otherBody, other)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	const n, turns = 1000, 5
	var ours, floor, made, less []float64
	for range turns { // taken in turns, so that a noisy moment hits all alike
		a, err1 := cpu(many, n, func() error { _, err := get(client, at, ""); return err })
		b, err2 := cpu(bare, n, func() error { _, err := get(client, bare.url+"/page", ""); return err })
		c, err3 := cpu(many, n/2, func() error { _, err := get(client, anew, ""); return err })
		d, err4 := cpu(few, n/2, func() error { _, err := get(client, otherAnew, ""); return err })
		if err := errors.Join(err1, err2, err3, err4, ctx.Err()); err != nil {
			return nil, err
		}
		ours, floor, made, less = append(ours, a), append(floor, b), append(made, c), append(less, d)
	}
	kept, bareKept := paired(ours, floor)
	large, smaller := paired(made, less)
	fresh, bareFresh := paired(made, floor)
	return []line{
		{"thread-page", kept, bareKept, 10, false, fmt.Sprintf("microseconds of server CPU of a page that is kept for visitors, against the same %d bytes", len(body)), false},
		{"thread-page-size", large, smaller, 1.3, false, "microseconds of server CPU of a page that is made anew, with 1,000,000 posts, against 1,000", false},
		{"thread-page-new", fresh, bareFresh, 10, false, "microseconds of server CPU of a page that is made anew", true},
	}, nil
}

// unkept is the address of the same thread from its first answer on: the same posts, in a
// page that is made anew each time.
func unkept(body []byte, at string) (string, error) {
	answer := regexp.MustCompile(`id="e-([0-9a-f-]{36})"`).FindAllSubmatch(body, 2)
	if len(answer) < 2 {
		return "", errors.New("the page names no answers")
	}
	return at + "?from=" + string(answer[1][1]), nil
}
