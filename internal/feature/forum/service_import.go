package forum

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum/archive"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// A file is brought in in small transactions, so that nobody else waits long for theirs: the
// first of them while the page is being made, the rest by a timer. Each looks again at what is
// still to do, so that it goes on wherever it was cut off.
const (
	jobBring  = "forum.bring"
	jobForget = "forum.forget_import"

	rowsAtOnce = 50 // lines in one transaction
	firstSteps = 4  // transactions before the page is shown
	moreSteps  = 40 // transactions in one run of the timer

	// takeOver is when a timer goes on with what a request began and did not end.
	takeOver = time.Minute

	// importLasts is how long a file is kept that somebody looks at, or has brought in.
	importLasts = 24 * time.Hour

	mostShownRows = 200 // lines that a page lists
)

// looking bounds how often one person has a file read.
var looking = access.Rate{Name: "forum.import", Most: 20, Per: time.Hour}

// kept is a file that somebody would bring into a space.
type kept struct {
	Space  moment.ID
	Hash   string
	State  importState
	Made   int
	Held   int
	By     moment.ID
	At     moment.Time
	sealed []byte
}

// importState is how a file stands.
type importState string

// The states.
const (
	isLook   importState = "look"
	isTaking importState = "taking"
	isDone   importState = "done"
)

// Import is what would come of a file in a space, or what came of it.
type Import struct {
	Space
	Hash         string // names the file; "" when there is none
	At           moment.Time
	Taking, Done bool
	Made, Held   int // of what is done: how many came, and how many of these wait to be read
	Plan         archive.Plan
	WouldHold    int // of what would come
	First        []ImportRow
}

// ImportRow is a line that would come, as the page lists it.
type ImportRow struct {
	archive.Row
	Held bool
}

func importPlace(space moment.ID) string { return "forum_import.body|" + string(space) }

// Import gives a space's file, with what would come of it. It is for coordinators.
func (s *Service) Import(ctx context.Context, a access.Actor, id moment.ID) (Import, error) {
	r := s.DB.Reader()
	st, err := s.load(ctx, r, a, id)
	if err == nil {
		err = canImport(st).Err()
	}
	if err != nil {
		return Import{}, err
	}
	out := Import{Space: st.Space}
	k, found, err := keptOf(ctx, r, id)
	if err != nil || !found {
		return out, err
	}
	out.Hash, out.At, out.Made, out.Held, out.Taking, out.Done = k.Hash, k.At, k.Made, k.Held, k.State == isTaking, k.State == isDone
	if out.Taking {
		return out, nil
	}
	if out.Plan, err = s.plan(ctx, r, st.Space, k); err != nil {
		return out, err
	}
	return out, s.listFirst(ctx, r, &out)
}

// listFirst lists the first lines that would come, and counts those that would wait to be read.
func (s *Service) listFirst(ctx context.Context, r db.Reader, out *Import) error {
	texts := make([]string, len(out.Plan.Rows))
	for i, row := range out.Plan.Rows {
		texts[i] = row.Title + "\n" + row.Words
	}
	hits, err := s.Phrases.Matches(ctx, r, texts, "")
	if err != nil {
		return err
	}
	for i, row := range out.Plan.Rows {
		held := len(hits[i]) > 0
		if held {
			out.WouldHold++
		}
		if i < mostShownRows {
			out.First = append(out.First, ImportRow{row, held})
		}
	}
	return nil
}

// plan reads a file that is kept, and compares it with what stands in the space.
func (s *Service) plan(ctx context.Context, r db.Reader, x Space, k kept) (archive.Plan, error) {
	box, err := s.Vault.Box(ctx, r, x.Wall)
	if err != nil {
		return archive.Plan{}, err
	}
	body, err := box.Open(k.sealed, importPlace(x.ID))
	if err != nil {
		return archive.Plan{}, fault.Op("import", err)
	}
	f, err := s.read(ctx, body)
	if err != nil {
		return archive.Plan{}, err
	}
	here, err := s.Talk.HereOf(ctx, r, x.Wall, f.Keys())
	return f.Plan(here), err
}

func (s *Service) read(ctx context.Context, body []byte) (archive.File, error) {
	all, err := s.People.Situations(ctx, "en")
	if err != nil {
		return archive.File{}, err
	}
	topics, _ := people.Choosable(all)
	return archive.Read(body, s.Clock.Now(), topics)
}

// LookAt reads a file and keeps it for a day, so that what would come of it can be looked
// at; it takes the place of one that was looked at before. Nothing comes in yet. It is for
// coordinators.
func (s *Service) LookAt(ctx context.Context, a access.Actor, id moment.ID, body []byte) error {
	if err := s.DB.Write(ctx, func(tx db.Writer) error { return looking.Spend(ctx, tx, a.Person, s.Clock.Now()) }); err != nil {
		return err
	}
	if len(body) == 0 {
		var p fault.Problems
		p.Add("file", "forum.import.none")
		return p.Err()
	}
	if _, err := s.read(ctx, body); err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	return s.on(ctx, a, id, "forum.import_look", by(canImport), func(tx db.Writer, st stand, now moment.Time) error {
		box, err := s.Vault.Box(ctx, tx, st.Wall)
		if err != nil {
			return err
		}
		k := kept{Space: id, Hash: hex.EncodeToString(sum[:16]), State: isLook, By: a.Person, At: now, sealed: box.Seal(body, importPlace(id))}
		done, err := putKept(ctx, tx, k)
		if err == nil && !done {
			err = fault.New(fault.Conflict, "forum.import.busy")
		}
		if err != nil {
			return err
		}
		return s.Bus.At(ctx, tx, jobForget, string(id), now.Add(importLasts), aboutImport{id})
	})
}

// LeaveImport puts a file away. What came of it stays. It is for coordinators.
func (s *Service) LeaveImport(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.on(ctx, a, id, "forum.import_leave", by(canImport), func(tx db.Writer, _ stand, _ moment.Time) error {
		return dropKept(ctx, tx, id)
	})
}

// Bring brings in what was looked at: hash says what that was, so that nobody brings what
// they have not seen. Strictly, nothing comes when a line cannot. It is for coordinators, and
// done twice it is done once.
func (s *Service) Bring(ctx context.Context, a access.Actor, id moment.ID, hash string, strict bool) error {
	err := s.on(ctx, a, id, "forum.import", by(canImport), func(tx db.Writer, st stand, now moment.Time) error {
		k, found, err := keptOf(ctx, tx, id)
		if err == nil && (!found || k.Hash != hash || k.State == isTaking || now >= k.At.Add(importLasts)) {
			err = fault.New(fault.Conflict, "forum.import.changed")
		}
		if err != nil {
			return err
		}
		if strict {
			p, err := s.plan(ctx, tx, st.Space, k)
			if err != nil {
				return err
			}
			if len(p.Problems) > 0 {
				var wrong fault.Problems
				wrong.AddWith("strict", "forum.import.strict_wrong", map[string]any{"n": len(p.Problems)})
				return wrong.Err()
			}
		}
		if err := beginTaking(ctx, tx, id, a.Person); err != nil {
			return err
		}
		// The timer is for the case that this node dies in the first steps.
		return s.Bus.At(ctx, tx, jobBring, string(id), now.Add(takeOver), aboutImport{id})
	})
	if err != nil {
		return err
	}
	done, err := s.carryOut(ctx, id, firstSteps)
	if err != nil || done {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.goOn(ctx, tx, id) })
}

type aboutImport struct {
	Space moment.ID `json:"space"`
}

func (s *Service) goOn(ctx context.Context, tx db.Writer, space moment.ID) error {
	return s.Bus.At(ctx, tx, jobBring, string(space), s.Clock.Now(), aboutImport{space})
}

// bringJob goes on with what is being brought in.
func (s *Service) bringJob(ctx context.Context, j bus.Job) error {
	var about aboutImport
	if err := j.Read(&about); err != nil {
		return err
	}
	done, err := s.carryOut(ctx, about.Space, moreSteps)
	if err != nil || done {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.goOn(ctx, tx, about.Space) })
}

// forgetImport puts a file away whose day is over. One that is still being brought in waits.
func (s *Service) forgetImport(ctx context.Context, tx db.Writer, about aboutImport) error {
	k, found, err := keptOf(ctx, tx, about.Space)
	if err != nil || !found {
		return err
	}
	if due := k.At.Add(importLasts); k.State == isTaking || s.Clock.Now() < due {
		return s.Bus.At(ctx, tx, jobForget, string(about.Space), max(due, s.Clock.Now().Add(time.Hour)), about)
	}
	return dropKept(ctx, tx, about.Space)
}

// carryOut does so many steps of what is to be brought in, and tells whether nothing is left.
func (s *Service) carryOut(ctx context.Context, id moment.ID, steps int) (done bool, err error) {
	r := s.DB.Reader()
	k, found, err := keptOf(ctx, r, id)
	if err != nil || !found || k.State != isTaking {
		return true, err
	}
	x, found, err := spaceByID(ctx, r, id)
	if err != nil || !found {
		return true, err
	}
	p, err := s.plan(ctx, r, x, k)
	if err != nil {
		return false, err
	}
	for part := range slices.Chunk(p.Rows, rowsAtOnce) {
		if steps--; steps < 0 {
			return false, nil
		}
		if err := s.DB.Write(ctx, func(tx db.Writer) error { return s.bringPart(ctx, tx, x, k, part) }); err != nil {
			return false, err
		}
	}
	return true, s.DB.Write(ctx, func(tx db.Writer) error { return s.brought(ctx, tx, x, k.Hash) })
}

// bringPart brings in some lines, if they are still wanted.
func (s *Service) bringPart(ctx context.Context, tx db.Writer, x Space, k kept, part []archive.Row) error {
	now, found, err := keptOf(ctx, tx, x.ID)
	if err != nil || !found || now.State != isTaking || now.Hash != k.Hash {
		return err
	}
	list := make([]discussion.Brought, len(part))
	for i, row := range part {
		list[i] = row.Brought
	}
	made, held, err := s.Talk.Bring(ctx, tx, x.Wall, list)
	if err != nil {
		return err
	}
	return countKept(ctx, tx, x.ID, made, held)
}

// brought notes that a file is in, and tells those who keep the space when something waits.
func (s *Service) brought(ctx context.Context, tx db.Writer, x Space, hash string) error {
	k, found, err := keptOf(ctx, tx, x.ID)
	if err != nil || !found || k.State != isTaking || k.Hash != hash {
		return err
	}
	if err := endTaking(ctx, tx, x.ID); err != nil || k.Held == 0 {
		return err
	}
	return s.Talk.Waits(ctx, tx, x.Wall, "import/"+string(x.ID)+"/"+k.Hash, k.By)
}

// Export gives everything that is open in a space, line by line, as a file that Import
// takes. Coordinators take along what all members may read, and moderators what their
// community wrote. It is written down before the first line.
func (s *Service) Export(ctx context.Context, a access.Actor, id moment.ID, each func(discussion.Brought) error) error {
	var wall moment.ID
	err := s.on(ctx, a, id, "forum.export", by(canExport), func(_ db.Writer, st stand, _ moment.Time) error {
		wall = st.Wall
		return nil
	})
	if err != nil {
		return err
	}
	return s.Talk.Send(ctx, s.DB.Reader(), wall, each)
}
