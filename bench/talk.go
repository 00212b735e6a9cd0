package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cairn/internal/kit/moment"
)

const (
	senders     = 64
	measureFor  = 4 * time.Second
	talkLength  = 50 // a person may send sixty messages a minute: each bench conversation stays below
	liveTalks   = 1000
	deliveries  = 3000
	atOnce      = 8
	floorWrites = 6000
)

// messageDurable: messages a second over HTTP from 64 senders, each answered
// only when the disk has it, against one caller in the process who runs the same
// statements and syncs each time.
func messageDurable(ctx context.Context) ([]line, error) {
	dir, done, err := folder("c640m0")
	if err != nil {
		return nil, err
	}
	defer done()
	floor, err := statementsAlone(ctx)
	if err != nil {
		return nil, err
	}
	p, err := spawn(ctx, "app", dir)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	pairs, err := p.pairs()
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders, MaxConnsPerHost: senders}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var sent, failed atomic.Int64
	var group sync.WaitGroup
	begin := time.Now()
	for s := range senders {
		group.Go(func() {
			for n := 0; time.Since(begin) < measureFor; n++ {
				mine := pairs[s+senders*(n/talkLength%(len(pairs)/senders))]
				if sayTo(client, p.url, mine, fmt.Sprintf("k%d", n)) == nil {
					sent.Add(1)
				} else {
					failed.Add(1)
				}
			}
		})
	}
	group.Wait()
	if failed.Load() > 0 {
		return nil, fmt.Errorf("%d of %d messages were not taken", failed.Load(), sent.Load())
	}
	ours := float64(sent.Load()) / time.Since(begin).Seconds()
	return []line{{"message-durable", ours, floor, 1, true, "messages a second", false}}, nil
}

func sayTo(client *http.Client, base string, p pair, key string) error {
	form := url.Values{"key": {key}, "text": {"This is about as long as a message is when somebody writes at night."}}
	r, err := http.NewRequest(http.MethodPost, base+"/talk/"+string(p.Conversation)+"/say", strings.NewReader(form.Encode())) //nolint:noctx // loopback
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "s", Value: p.Helped})
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// statementsAlone runs the statements of one message, prepared, in a transaction
// each, committed and synced one by one, by a single caller on a raw connection.
func statementsAlone(ctx context.Context) (float64, error) {
	dir, done, err := folder("c640m0")
	if err != nil {
		return 0, err
	}
	defer done()
	w, err := openWorld(ctx, dir)
	if err != nil {
		return 0, err
	}
	if err := w.fill(ctx, 640, 0); err != nil {
		return 0, err
	}
	pairs := w.pairs
	if err := w.Close(); err != nil {
		return 0, err
	}
	d, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "cairn.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)")
	if err != nil {
		return 0, err
	}
	defer func() { _ = d.Close() }()
	c, err := d.Conn(ctx)
	if err != nil {
		return 0, err
	}
	var st []*sql.Stmt
	for _, q := range messageStatements {
		s, err := c.PrepareContext(ctx, q)
		if err != nil {
			return 0, err
		}
		defer func() { _ = s.Close() }()
		st = append(st, s)
	}
	body := make([]byte, 100)
	begin, n := time.Now(), 0
	for ; n < floorWrites && time.Since(begin) < measureFor; n++ {
		if err := oneByHand(ctx, st, pairs[n%len(pairs)], n, body); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(begin).Seconds(), nil
}

// messageStatements are what one message runs, in their order.
var messageStatements = []string{
	`BEGIN IMMEDIATE`,
	`SELECT c.id, c.kind, c.created_at, c.active_at, c.ended_at, c.last_seq, c.kept, c.keep_until, c.hidden_at, c.destroyed_at,
		p.person, p.side, p.joined_at, p.access_until, p.read_seq, p.read_at, k.wrapped, coalesce(m.seq, 0) FROM chat_conversation c
		JOIN chat_part p ON p.conversation = c.id LEFT JOIN vault_key k ON k.scope = c.id
		LEFT JOIN chat_message m ON m.conversation = c.id AND m.author = $2 AND m.client_key = $3 WHERE c.id = $1`,
	`INSERT INTO access_rate (person, name, span, n) VALUES ($1, $2, $3, 1) ON CONFLICT (person, name) DO UPDATE SET
		n = CASE WHEN access_rate.span = excluded.span THEN access_rate.n + 1 ELSE 1 END, span = excluded.span RETURNING n`,
	`UPDATE chat_conversation SET last_seq = last_seq + 1, active_at = $2 WHERE id = $1 RETURNING last_seq`,
	`INSERT INTO chat_message (conversation, seq, touched, kind, author, client_key, body, at) VALUES ($1, $2, $2, $3, $4, $5, $6, $7)`,
	`INSERT INTO access_audit (id, at, actor, way, verb, object_kind, object, subject) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
	`COMMIT`,
}

func oneByHand(ctx context.Context, st []*sql.Stmt, p pair, n int, body []byte) error {
	now := time.Now().UnixMicro()
	if _, err := st[0].ExecContext(ctx); err != nil {
		return err
	}
	rows, err := st[1].QueryContext(ctx, p.Conversation, p.HelpedID, fmt.Sprintf("f%d", n))
	if err != nil {
		return err
	}
	for rows.Next() {
		to := make([]any, 18)
		for i := range to {
			to[i] = new(any)
		}
		if err := rows.Scan(to...); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	var used, seq int64
	if err := st[2].QueryRowContext(ctx, p.HelpedID, "chat.say", now/60e6).Scan(&used); err != nil {
		return err
	}
	if err := st[3].QueryRowContext(ctx, p.Conversation, now).Scan(&seq); err != nil {
		return err
	}
	if _, err := st[4].ExecContext(ctx, p.Conversation, seq, "text", p.HelpedID, fmt.Sprintf("f%d", n), body, now); err != nil {
		return err
	}
	if _, err := st[5].ExecContext(ctx, moment.NewID(), now, p.HelpedID, "browser", "chat.say", "conversation", p.Conversation, nil); err != nil {
		return err
	}
	_, err = st[6].ExecContext(ctx)
	return err
}

// messageDelivery: from the sender's request to the receiver's stream, with a
// thousand live conversations, against a bare hub with one synced commit.
func messageDelivery(ctx context.Context) ([]line, error) {
	dir, done, err := folder(fmt.Sprintf("c%dm0", liveTalks))
	if err != nil {
		return nil, err
	}
	defer done()
	p, err := spawn(ctx, "app", dir)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	pairs, err := p.pairs()
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ours, err := deliver(p.url, "said", func(n int) (string, string) {
		return "/talk/" + string(pairs[n].Conversation) + "/stream?after=1", pairs[n].Helper
	}, func(n, i int) error { return sayTo(client, p.url, pairs[n], fmt.Sprintf("d%d", i)) })
	if err != nil {
		return nil, fmt.Errorf("ours: %w", err)
	}
	p.stop()
	bare, err := spawn(ctx, "bare", dir)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	floor, err := deliver(bare.url, "data:", func(n int) (string, string) {
		return fmt.Sprintf("/stream/%d", n), ""
	}, func(n, _ int) error {
		res, err := client.PostForm(fmt.Sprintf("%s/say/%d", bare.url, n), url.Values{"text": {"This is about as long as a message is when somebody writes at night."}}) //nolint:noctx // loopback
		if err == nil {
			_ = res.Body.Close()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("floor: %w", err)
	}
	return []line{{"message-delivery", percentile(ours, .99), percentile(floor, .99), 3, false, "microseconds, p99, with 1,000 live conversations", false}}, nil
}

// deliver opens a stream for every conversation, sends from a few senders at a
// time, and gives how long each took to arrive, in microseconds.
func deliver(base, mark string, stream func(n int) (path, token string), send func(n, i int) error) ([]float64, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	arrived := make([]chan time.Time, liveTalks)
	lines := make([]net.Conn, 0, liveTalks)
	defer func() {
		for _, c := range lines {
			_ = c.Close()
		}
	}()
	for n := range liveTalks {
		path, token := stream(n)
		c, err := openStream(u.Host, path, token)
		if err != nil {
			return nil, err
		}
		_ = c.SetReadDeadline(time.Time{})
		lines = append(lines, c)
		arrived[n] = make(chan time.Time, 16)
		go hear(c, mark, arrived[n])
	}
	time.Sleep(500 * time.Millisecond)
	took := make([]float64, deliveries)
	var group sync.WaitGroup
	var first atomic.Pointer[error]
	for s := range atOnce {
		group.Go(func() {
			for i := s; i < deliveries; i += atOnce {
				n := i % liveTalks
				at := time.Now()
				if err := send(n, i); err != nil {
					first.CompareAndSwap(nil, &err)
					return
				}
				select {
				case when := <-arrived[n]:
					took[i] = float64(when.Sub(at).Microseconds())
				case <-time.After(20 * time.Second):
					err := fmt.Errorf("message %d did not arrive", i)
					first.CompareAndSwap(nil, &err)
					return
				}
			}
		})
	}
	group.Wait()
	if e := first.Load(); e != nil {
		return nil, *e
	}
	return took, nil
}

// hear tells when an event with the mark arrives.
func hear(c net.Conn, mark string, to chan<- time.Time) {
	in := bufio.NewReaderSize(c, 8192)
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if strings.Contains(text, mark) {
			select {
			case to <- time.Now():
			default:
			}
		}
	}
}
