package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"cairn/internal/core/directory"
	"cairn/internal/core/moderation"
	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
	"cairn/internal/kit/vault"
	"cairn/migrations"
)

type doctorCmd struct{ Settings }

// finding is one thing that was looked at.
type finding struct {
	ok   bool
	what string
	do   string // what to do when it is not
}

// errUnwell makes the command exit non-zero.
var errUnwell = errors.New("something needs you; see above")

// Run looks at everything and says what to do. It changes nothing.
func (c *doctorCmd) Run(t *terminal) error {
	well := true
	tell := func(list ...finding) {
		for _, f := range list {
			mark := "ok   "
			if !f.ok {
				mark, well = "LOOK ", false
			}
			t.say("%s%s", mark, f.what)
			if !f.ok && f.do != "" {
				t.say("       %s", f.do)
			}
		}
	}
	if err := c.Check(); err != nil {
		tell(finding{false, "settings: " + err.Error(), "Correct the flag or the environment variable."})
		return errUnwell
	}
	keys, v := c.keys()
	tell(keys...)
	d, found := c.database(t.ctx)
	tell(found...)
	if d != nil {
		defer func() { _ = d.Close() }()
		tell(c.clock(t.ctx, d)...)
		if v != nil {
			tell(c.fits(t.ctx, v, d))
		}
		tell(c.opening(t.ctx, d)...)
		tell(c.appeals(t.ctx, d))
		tell(c.deliveries(t.ctx, d))
	}
	tell(c.ports()...)
	tell(c.mail(t.ctx))
	tell(c.video(t.ctx)...)
	if !well {
		return errUnwell
	}
	t.say("All is well.")
	return nil
}

func (s Settings) keys() ([]finding, *vault.Vault) {
	path := s.KeysetPath()
	v, err := vault.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return []finding{{false, "keys: none yet at " + path, "They are made by the first `cairn serve`."}}, nil
	}
	if err != nil {
		return []finding{{false, "keys: " + err.Error(), "The file must be readable by its owner only (chmod 600) and be the one this database was made with."}}, nil
	}
	out := []finding{{true, "keys: " + path, ""}}
	if !db.IsPostgres(s.DatabaseAddress()) && filepath.Dir(path) == filepath.Dir(db.SQLitePath(s.DatabaseAddress())) {
		out = append(out, finding{false, "keys and data lie in one folder: a backup of it holds both, and deleted words could be read from it",
			"Set CAIRN_KEYSET to a file elsewhere, move the file there, and back the two up apart."})
	}
	return out, v
}

func (s Settings) database(ctx context.Context) (*db.DB, []finding) {
	address := s.DatabaseAddress()
	if !db.IsPostgres(address) {
		if _, err := os.Stat(db.SQLitePath(address)); errors.Is(err, fs.ErrNotExist) {
			return nil, []finding{{false, "database: none yet at " + db.SQLitePath(address), "It is made by the first `cairn serve` or by `cairn migrate`."}}
		}
	}
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return nil, []finding{{false, "database: " + err.Error(), "Check the address, the disk and the rights on the folder."}}
	}
	have, newest, err := db.Version(ctx, address, migrations.FS)
	switch {
	case err != nil:
		return d, []finding{{false, "database: " + err.Error(), "Run `cairn migrate`."}}
	case have < newest:
		return d, []finding{{false, fmt.Sprintf("database: version %d of %d", have, newest), "Run `cairn migrate`."}}
	}
	out := []finding{{true, fmt.Sprintf("database: version %d", have), ""}}
	if err := d.Writable(ctx); err != nil {
		out = append(out, finding{false, fmt.Sprintf("database: cannot be written: %v", err), "Make room on the disk, or give the right to write."})
	}
	return d, out
}

// mostSkew is how far the machine's clock may be from the database's, and still
// give times that people on two nodes agree on.
const mostSkew = 2 * time.Second

// clock compares the machine's clock with what the database has seen: timers and
// time limits hold only if it never runs far from the truth.
func (s Settings) clock(ctx context.Context, d *db.DB) []finding {
	now := time.Now()
	if now.Year() < 2026 {
		return []finding{{false, "clock: it says " + now.Format(time.DateOnly), "Set the clock; run a time service such as chrony."}}
	}
	last, err := access.Newest(ctx, d.Reader())
	if err != nil {
		return []finding{{false, "clock: " + err.Error(), ""}}
	}
	if ahead := last.Std().Sub(now); ahead > mostSkew {
		return []finding{{false, "clock: it is " + ahead.Round(time.Second).String() + " behind the newest entry in the database", "Run a time service such as chrony on every node."}}
	}
	return []finding{{true, "clock: " + now.UTC().Format(time.DateTime) + " UTC", ""}}
}

func (s Settings) fits(ctx context.Context, v *vault.Vault, d *db.DB) finding {
	if err := v.Fits(ctx, d.Reader()); err != nil {
		return finding{false, "keys do not open this database: " + err.Error(), "Use the key file this database was made with; without it private text cannot be read."}
	}
	return finding{true, "keys open this database", ""}
}

// opening says what the service itself needs before it may open.
func (s Settings) opening(ctx context.Context, d *db.DB) []finding {
	clock := moment.System{}
	b := bus.New(d, clock, s.logger(os.Stderr))
	defer b.Close()
	dir := directory.New(directory.Deps{DB: d, Bus: b, Clock: clock})
	safe := safety.New(safety.Deps{DB: d, Bus: b, Clock: clock, Directory: dir, Shifts: shifts.New(shifts.Deps{DB: d, Bus: b, Clock: clock})})
	ok, err := safe.MayOpen(ctx, d.Reader())
	switch {
	case err != nil:
		return []finding{{false, "opening: " + err.Error(), ""}}
	case !ok:
		return []finding{{false, "opening: the service may not open yet", "Sign in and see the readiness list at " + s.Public() + "/service"}}
	}
	return []finding{{true, "opening: policy, crisis lines and test page are in order", ""}}
}

// appeals says whether somebody who asks for another look finds anybody who did not act.
func (s Settings) appeals(ctx context.Context, d *db.DB) finding {
	clock := moment.System{}
	b := bus.New(d, clock, s.logger(os.Stderr))
	defer b.Close()
	who := people.New(people.Deps{DB: d, Bus: b, Clock: clock})
	c, err := moderation.New(moderation.Deps{DB: d, Bus: b, Clock: clock, People: who}).AppealsReady(ctx, d.Reader())
	switch {
	case err != nil:
		return finding{false, "appeals: " + err.Error(), ""}
	case !c.OK:
		return finding{false, "appeals: one person decides here, and nobody outside has agreed to look again", "Sign in and name a partner service at " + s.Public() + c.DoHref}
	}
	return finding{true, "appeals: somebody who did not act can look again", ""}
}

// deliveries says whether messages to the outside were given up.
func (s Settings) deliveries(ctx context.Context, d *db.DB) finding {
	n, err := notify.FailedDeliveries(ctx, d.Reader())
	switch {
	case err != nil:
		return finding{false, "deliveries: " + err.Error(), ""}
	case n > 0:
		return finding{false, fmt.Sprintf("deliveries: %d were given up", n), "Sign in and see why at " + s.Public() + "/service/deliveries"}
	}
	return finding{true, "deliveries: none was given up", ""}
}

func (s Settings) ports() []finding {
	var out []finding
	for _, address := range []string{s.Listen, s.Metrics} {
		if address == "off" || address == "" {
			continue
		}
		line, err := net.Listen("tcp", address) //nolint:noctx // a look, closed at once
		if err != nil {
			out = append(out, finding{false, "port: " + address + " cannot be used", "If Cairn runs already, that is why. Otherwise choose another address."})
			continue
		}
		_ = line.Close()
		out = append(out, finding{true, "port: " + address + " is free", ""})
	}
	return out
}

func (s Settings) mail(ctx context.Context) finding {
	if s.SMTP == "" {
		return finding{true, "mail: none is set, so nobody can sign in by mail", ""}
	}
	password, err := secret(s.SMTPPass)
	if err != nil {
		return finding{false, "mail: the password file cannot be read", "Check CAIRN_SMTP_PASSWORD_FILE."}
	}
	smtp, err := post.NewSMTP(s.SMTP, password, s.MailFrom)
	if err == nil {
		err = smtp.Check(ctx)
	}
	if err != nil {
		return finding{false, "mail: the server does not answer", "Check CAIRN_SMTP and the password file."}
	}
	return finding{true, "mail: the server answers", ""}
}
