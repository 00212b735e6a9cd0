package access_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestPermissions(t *testing.T) {
	work := access.Permit("x.work", "Peers.", access.Peer)
	account := access.SignedIn()
	account.NoToken = true
	somebody := moment.NewID()
	tests := []struct {
		name string
		p    access.Permission
		a    access.Actor
		want fault.Kind
		ok   bool
	}{
		{"everybody may see what is public", access.Everybody(), access.Actor{}, 0, true},
		{"a visitor is asked who they are", work, access.Actor{}, fault.SignIn, false},
		{"a peer works", work, access.Actor{Person: somebody, Roles: access.Set(access.Member, access.Peer)}, 0, true},
		{"a member finds nothing", work, access.Actor{Person: somebody, Roles: access.Set(access.Member)}, fault.NotFound, false},
		{"an administrator finds nothing", work, access.Actor{Person: somebody, Roles: access.Set(access.Member, access.Administrator)}, fault.NotFound, false},
		{"a guest has no account", access.SignedIn(), access.Actor{Person: somebody, Roles: access.Set(access.Guest)}, fault.NotFound, false},
		{"a token does not manage the account", account, access.Actor{Person: somebody, Roles: access.Set(access.Member), Way: access.ByToken}, fault.NotFound, false},
	}
	for _, tt := range tests {
		err := tt.p.Check(tt.a)
		if (err == nil) != tt.ok || err != nil && !fault.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestRolesHaveSteadyNames(t *testing.T) {
	for _, r := range access.AllRoles() {
		if back, ok := access.ParseRole(r.String()); !ok || back != r {
			t.Errorf("%v is %q", r, r.String())
		}
	}
	if got := access.Set(access.Administrator, access.Peer).String(); got != "peer,administrator" {
		t.Error(got)
	}
}

func TestOneRowForOneOpening(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		reader := access.Actor{Person: moment.NewID(), Session: moment.NewID(), Way: access.ByBrowser}
		e := access.Entry{Verb: "chat.read", Kind: "conversation", Object: moment.NewID(), Subject: moment.NewID()}
		now := moment.At(time.Date(2026, 11, 21, 20, 1, 0, 0, time.UTC))
		nodes := []*access.Ledger{access.NewLedger(d), access.NewLedger(d)} // two nodes, each with its own memory
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				if err := nodes[i%2].RecordRead(t.Context(), reader, now, e); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		lines, err := nodes[0].About(t.Context(), e.Subject, 10)
		if err != nil || len(lines) != 1 || lines[0].Actor != reader.Person {
			t.Fatalf("%d rows, %v", len(lines), err)
		}
		if err := nodes[0].RecordRead(t.Context(), reader, now.Add(time.Hour), e); err != nil {
			t.Fatal(err)
		}
		if lines, _ = nodes[0].About(t.Context(), e.Subject, 10); len(lines) != 2 {
			t.Fatalf("an opening an hour later is another one: %d", len(lines))
		}
	})
}

func TestAuditFallsWithItsWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		who := access.Actor{Person: moment.NewID(), Way: access.ByBrowser}
		subject := moment.NewID()
		_ = d.Write(t.Context(), func(tx db.Writer) error {
			if err := access.Record(t.Context(), tx, who, 1, access.Entry{Verb: "x.y", Kind: "z", Subject: subject}); err != nil {
				t.Error(err)
			}
			return context.Canceled
		})
		if lines, err := access.NewLedger(d).About(t.Context(), subject, 10); err != nil || len(lines) != 0 {
			t.Fatalf("a write that failed is in the audit: %v %v", lines, err)
		}
	})
}

func TestRate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := access.Rate{Name: "x.try", Most: 3, Per: time.Minute}
		who, now := moment.NewID(), moment.At(time.Date(2026, 11, 21, 20, 0, 30, 0, time.UTC))
		spend := func(at moment.Time) error {
			return d.Write(t.Context(), func(tx db.Writer) error { return r.Spend(t.Context(), tx, who, at) })
		}
		for range 3 {
			if err := spend(now); err != nil {
				t.Fatal(err)
			}
		}
		if err := spend(now); !fault.Is(err, fault.TooFast) || fault.As(err).Args["n"] != 31 {
			t.Fatalf("the fourth: %v %v", err, fault.As(err).Args)
		}
		if err := spend(now.Add(31 * time.Second)); err != nil {
			t.Fatalf("in the next minute: %v", err)
		}
	})
}
