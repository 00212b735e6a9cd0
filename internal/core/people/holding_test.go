package people_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// shelf is another slice's Holding.
type shelf struct {
	erased []moment.ID
	fail   bool
}

func (*shelf) Name() string { return "shelf" }

func (*shelf) Export(_ context.Context, _ db.Reader, person moment.ID, put func(string, any) error) error {
	return put("shelf.json", map[string]string{"of": string(person)})
}

func (s *shelf) Erase(_ context.Context, _ db.Writer, person moment.ID, _ moment.Time) error {
	if s.fail {
		return errors.New("the shelf is stuck")
	}
	s.erased = append(s.erased, person)
	return nil
}

func unzip(t *testing.T, body string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(body)), int64(len(body)))
	ok(t, err)
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		ok(t, err)
		b, err := io.ReadAll(r)
		ok(t, err)
		out[f.Name] = string(b)
	}
	return out
}

func TestExportHasEverything(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.Hold(&shelf{})
		a, wren := w.member("Marker Heron", access.Peer), w.member("Wren")
		b := w.browser()
		b.signIn("Marker Heron", goodPassword)
		b.post("/me/profile", "name", "Marker Heron", "pronouns", "they/them", "first", "sw", "zone", "Africa/Nairobi", "lang", "es").want(t, http.StatusSeeOther)
		ok(t, w.SetEmail(ctx, a, "marker@example.org"))
		ok(t, w.SaveLived(ctx, a, []people.Lived{{Situation: "hospital", Visibility: people.ToMatches}}))
		ok(t, w.SaveNotToday(ctx, a, []string{"grief"}, nil))
		b.post("/me/tokens", "label", "My script", "days", "30")
		w.write(func(tx db.Writer) error { return w.KeepApart(ctx, tx, a, wren.Person, people.Block, 0) })
		res := b.post("/me/export").want(t, http.StatusOK)
		if !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") || res.Header.Get("Content-Type") != "application/zip" {
			t.Errorf("headers %v", res.Header)
		}
		files := unzip(t, res.body)
		for name, texts := range map[string][]string{
			"README.txt":            {"Esto es todo", "21"},
			"account.json":          {"Marker Heron", "they/them", "marker@example.org", "Africa/Nairobi", `"peer"`, "My script", "Firefox, Android"},
			"lived-experience.json": {"hospital", "matches", "grief", "Wren", "block"},
			"who-opened.json":       {"people.create"},
			"shelf.json":            {string(a.Person)},
		} {
			for _, s := range texts {
				if !strings.Contains(files[name], s) {
					t.Errorf("%s lacks %q:\n%s", name, s, files[name])
				}
			}
			if strings.HasSuffix(name, ".json") && !json.Valid([]byte(files[name])) {
				t.Errorf("%s is no JSON", name)
			}
		}
		for name, body := range files {
			if strings.Contains(body, "cairn_pat_") || strings.Contains(body, "argon2") {
				t.Errorf("%s has a secret", name)
			}
		}
		// Another's export has nothing of theirs.
		other := w.browser()
		other.signIn("Wren", goodPassword)
		for name, body := range unzip(t, other.post("/me/export").body) {
			if strings.Contains(body, "Marker") {
				t.Errorf("%s of Wren has what is Heron's:\n%s", name, body)
			}
		}
	})
}

func TestEraseLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		held := &shelf{}
		w.Hold(held)
		var heard []moment.ID
		w.bus.On("people.erased", "test", func(_ context.Context, e bus.Event) error { heard = append(heard, e.ID); return nil })
		a, wren := w.member("Heron"), w.member("Wren")
		b := w.browser()
		b.signIn("Heron", goodPassword)
		w.write(func(tx db.Writer) error { return w.KeepApart(ctx, tx, wren, a.Person, people.Block, 0) })
		b.get("/me/delete").want(t, http.StatusOK, "cannot be undone", `type="password"`)
		b.post("/me/delete", "password", "not the password").want(t, http.StatusUnprocessableEntity)

		// All parts go, or none.
		held.fail = true
		b.post("/me/delete", "password", goodPassword).want(t, http.StatusInternalServerError)
		b.get("/").want(t, http.StatusOK, "name=Heron")
		held.fail = false
		b.post("/me/delete", "password", goodPassword).want(t, http.StatusSeeOther, "/")
		w.runJobs()
		if len(heard) != 1 || heard[0] != a.Person || len(held.erased) == 0 {
			t.Errorf("heard %v, erased %v", heard, held.erased)
		}
		b.get("/me").want(t, http.StatusSeeOther, "/sign-in")
		w.browser().post("/sign-in", "name", "Heron", "password", goodPassword).want(t, http.StatusUnprocessableEntity)
		cards, err := w.Cards(ctx, w.db.Reader(), a.Person)
		ok(t, err)
		if c := cards[a.Person]; c.Kind != people.KindGone || c.Name != "" {
			t.Errorf("card %+v", c)
		}
		if _, found := mustFits(t, w, a.Person)[a.Person]; found {
			t.Error("somebody who is gone still fits")
		}
		ledger, err := w.Erasures(ctx, 0)
		ok(t, err)
		if len(ledger) != 1 || ledger[0].Person != a.Person || ledger[0].At != w.clock.Now() {
			t.Errorf("ledger %+v", ledger)
		}
		ok(t, w.Replay(ctx, append(ledger, people.Erasure{Person: wren.Person, At: w.clock.Now()})))
		w.browser().post("/sign-in", "name", "Wren", "password", goodPassword).want(t, http.StatusUnprocessableEntity)
		// The name is free again.
		w.browser().join("Heron").want(t, http.StatusSeeOther)
	})
}

func mustFits(t *testing.T, w *world, ids ...moment.ID) map[moment.ID]people.Fit {
	t.Helper()
	fits, err := w.FitOf(context.Background(), w.db.Reader(), ids...)
	ok(t, err)
	return fits
}

func TestAGuestDeletesByTypingTheirName(t *testing.T) {
	w := sqliteWorld(t)
	b := w.browser()
	b.post("/guest")
	who := w.actorOf(b.token())
	b.get("/me/delete").want(t, http.StatusOK, who.Name)
	b.post("/me/delete", "name", "Guest").want(t, http.StatusUnprocessableEntity)
	b.post("/me/delete", "name", who.Name).want(t, http.StatusSeeOther, "/")
	if w.actorOf(b.token()).Known() {
		t.Error("still known")
	}
}

// The bytes of the file itself: nothing that somebody typed is left in it.
func TestErasureInTheFile(t *testing.T) {
	url := dbtest.SQLiteURL(t)
	d, err := db.Open(context.Background(), url, db.Options{})
	ok(t, err)
	w := newWorld(t, d)
	ctx := context.Background()
	const name, pronouns, address, label = "Zqmarker Heron", "zqmarkerpron", "zqmarker@zqmarker.example", "zqmarkerlabel"
	a := w.member(name)
	b := w.browser()
	b.signIn(name, goodPassword)
	b.post("/me/profile", "name", name, "pronouns", pronouns).want(t, http.StatusSeeOther)
	ok(t, w.SetEmail(ctx, a, address))
	b.post("/me/tokens", "label", label, "days", "30").want(t, http.StatusSeeOther)
	w.runJobs()
	if !grepFile(t, url, "zqmarker") {
		t.Fatal("the marker was never in the file: this test proves nothing")
	}
	b.post("/me/delete", "password", goodPassword).want(t, http.StatusSeeOther)
	w.runJobs()
	ok(t, d.Close())
	vacuum(t, url)
	if grepFile(t, url, "zqmarker") || grepFile(t, url, "argon2id") {
		t.Error("something of the person is left in the file")
	}
	if strings.Contains(strings.ToLower(w.log.String()), "zqmarker") {
		t.Error("something of the person is in the log")
	}
}

// grepFile looks into the bytes of the file and of its log.
func grepFile(t *testing.T, url, marker string) bool {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(db.SQLitePath(url) + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ToLower(raw), []byte(marker)) {
			return true
		}
	}
	return false
}

// vacuum writes the file anew, as an operator's upkeep does.
func vacuum(t *testing.T, url string) {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+db.SQLitePath(url))
	ok(t, err)
	defer func() { ok(t, pool.Close()) }()
	for _, q := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		_, err := pool.Exec(q)
		ok(t, err)
	}
}

func TestSweep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		held := &shelf{}
		w.Hold(held)
		old := w.guest()
		member := w.member("Heron")
		ok(t, w.Begin(ctx))
		w.clock.Advance(4 * 24 * time.Hour)
		w.runJobs()
		young := w.guest()
		w.clock.Advance(3*24*time.Hour + time.Hour)
		w.runJobs()
		cards, err := w.Cards(ctx, w.db.Reader(), old.Person, young.Person, member.Person)
		ok(t, err)
		if cards[old.Person].Kind != people.KindGone || cards[young.Person].Kind != people.KindGuest || cards[member.Person].Kind != people.KindMember {
			t.Errorf("cards %+v", cards)
		}
		if len(held.erased) != 1 || held.erased[0] != old.Person {
			t.Errorf("erased %v", held.erased)
		}
		for table, want := range map[string]int{"people_session": 0, "people_challenge": 0, "people_attempt": 0} {
			var n int
			ok(t, w.db.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n))
			if n != want {
				t.Errorf("%s has %d rows, want %d", table, n, want)
			}
		}
		// Addresses are kept for a day, and only as a keyed hash.
		w.browser().post("/sign-in", "name", "Nobody", "password", "x")
		var hashes int
		ok(t, w.db.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM people_attempt WHERE who LIKE '%127.0.0.1%'`).Scan(&hashes))
		if hashes != 0 {
			t.Error("an address is stored")
		}
		w.clock.Advance(25 * time.Hour)
		w.runJobs()
		ok(t, w.db.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM people_attempt`).Scan(&hashes))
		if hashes != 0 {
			t.Error("tries are kept for longer than a day")
		}
	})
}

func TestCreateMemberRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member("Heron")
		for _, m := range []people.NewMember{{Pseudonym: "HERON"}, {Pseudonym: "x"}, {Pseudonym: "Wren", Zone: "Nowhere"}, {Pseudonym: "Wren", Languages: []string{"not a tag!"}}, {Pseudonym: "Wren", Lang: "xx"}} {
			err := w.db.Write(context.Background(), func(tx db.Writer) error {
				_, err := w.CreateMember(context.Background(), tx, m)
				return err
			})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", m, err)
			}
		}
		guest := w.guest()
		err := w.db.Write(context.Background(), func(tx db.Writer) error {
			return w.SetPassword(context.Background(), tx, guest.Person, goodPassword)
		})
		wantKind(t, err, fault.NotFound)
	})
}
