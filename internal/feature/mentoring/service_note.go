package mentoring

import (
	"context"
	"slices"
	"strconv"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Note is something the two write together, in ordinary words. It is no clinical
// note: strengths, the person's own goals, what is next (Rider 2019; field.md 2.3).
// Both read every version.
type Note struct {
	ID      moment.ID
	Version int
	Walk    moment.ID
	Session moment.ID // of which meeting; may be empty
	Words   string
	By      moment.ID
	At      moment.Time
}

func notePlace(id moment.ID, version int) string {
	return "mentoring_note.words|" + string(id) + "|" + strconv.Itoa(version)
}

// WriteNote begins a note, or changes it. Version is the one that the writer has
// read, 0 for a new note: when the other has changed it meanwhile it is a Conflict,
// and nothing is lost.
func (s *Service) WriteNote(ctx context.Context, a access.Actor, walk, id moment.ID, version int, words string) (moment.ID, error) {
	var p fault.Problems
	words = need(&p, "words", words, mostWords*2)
	if err := p.Err(); err != nil {
		return "", err
	}
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		w, err := s.load(ctx, tx, walk)
		if err != nil {
			return err
		}
		if err := canMeet(a, w).Err(); err != nil {
			return err
		}
		n := Note{ID: id, Version: version + 1, Walk: walk, By: a.Person, At: now}
		if version == 0 {
			n.ID = moment.NewID()
		} else if before, err := versionsOf(ctx, tx, id); err != nil {
			return err
		} else if len(before) == 0 || before[0].Walk != walk {
			return fault.Hidden()
		} else if len(before) != version {
			return fault.New(fault.Conflict, "mentoring.error.note_changed")
		}
		sealed, err := s.Vault.SealWords(ctx, tx, walk, notePlace(n.ID, n.Version), words)
		if err != nil {
			return err
		}
		if done, err := insertNote(ctx, tx, n, sealed); err != nil {
			return fault.Op("note", err)
		} else if !done {
			return fault.New(fault.Conflict, "mentoring.error.note_changed")
		}
		id = n.ID
		if err := s.tell(ctx, tx, w.Other(a.Person), noticeChange, "note-"+string(n.ID), w); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.write_note", Kind: "note", Object: n.ID, Subject: w.Member})
	})
	return id, err
}

// notes gives every version of every note, opened, oldest first.
func (s *Service) notes(ctx context.Context, r db.Reader, walk moment.ID) ([]Note, error) {
	list, err := notesOf(ctx, r, walk)
	if err != nil {
		return nil, err
	}
	o, err := s.Vault.Opener(ctx, r, walk)
	if err != nil {
		return nil, err
	}
	out := make([]Note, len(list))
	for i, n := range list {
		out[i] = n.Note
		if out[i].Words, err = o.Open(n.words, notePlace(n.ID, n.Version)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// newest gives the newest version of each note, newest note first.
func newest(all []Note) []Note {
	at := map[moment.ID]int{}
	var out []Note
	for _, n := range all {
		if i, ok := at[n.ID]; ok {
			out[i] = n
			continue
		}
		at[n.ID] = len(out)
		out = append(out, n)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// Review is looking back together: each says in their own words how it goes and
// what should be next. Both read both.
type Review struct {
	ID          moment.ID
	Walk        moment.ID
	At          moment.Time
	MemberAt    moment.Time
	PeerAt      moment.Time
	MemberNext  string
	PeerNext    string
	MemberWords string
	PeerWords   string
	Others      string // the member's own answer: whom else they can turn to
}

// Done tells whether both have answered.
func (v Review) Done() bool { return !v.MemberAt.IsZero() && !v.PeerAt.IsZero() }

// Nexts are what can be next after looking back.
func Nexts() []string { return []string{"on", "change", "taper", "end", "unsure"} }

// OthersAnswers are the member's answers to whom else they can turn.
func OthersAnswers() []string { return []string{"several", "one", onlyOne, "rather_not"} }

func reviewPlace(id moment.ID, which string) string {
	return "mentoring_review." + which + "_words|" + string(id)
}

// LookBack answers the running review, or begins one: each can at any time.
func (s *Service) LookBack(ctx context.Context, a access.Actor, id moment.ID, next, words, others string) error {
	var p fault.Problems
	if !slices.Contains(Nexts(), next) {
		p.Add("next", "mentoring.error.next")
	}
	if others != "" && !slices.Contains(OthersAnswers(), others) {
		p.Add("others", "mentoring.error.next")
	}
	words = chat.CleanOptional(&p, "words", words, mostWords)
	if err := p.Err(); err != nil {
		return err
	}
	return s.onWalk(ctx, a, id, "mentoring.look_back", func(w Walk) access.Decision { return canCharter(a, w) }, func(tx db.Writer, w *Walk, now moment.Time) error {
		v, err := s.running(ctx, tx, *w, now)
		if err != nil {
			return err
		}
		which := side(*w, a.Person)
		if which == "member" {
			v.MemberAt, v.MemberNext, v.Others = now, next, others
		} else {
			v.PeerAt, v.PeerNext = now, next
		}
		sealed, err := s.Vault.SealWords(ctx, tx, id, reviewPlace(v.ID, which), words)
		if err != nil {
			return err
		}
		if err := answerReview(ctx, tx, v, which, sealed); err != nil {
			return fault.Op("review", err)
		}
		if v.Done() {
			w.ReviewAt = now.Add(usualReview * 24 * time.Hour)
			if err := s.Bus.At(ctx, tx, jobReview, string(id), w.ReviewAt, aboutWalk{id}); err != nil {
				return err
			}
		}
		return s.tell(ctx, tx, w.Other(a.Person), noticeReview, "back-"+string(v.ID)+"-"+which, *w)
	})
}

// sameReview is how long an answer can be given anew before it is another review.
const sameReview = 7 * 24 * time.Hour

// running gives the review that one of the two can still answer, or begins one.
func (s *Service) running(ctx context.Context, tx db.Writer, w Walk, now moment.Time) (Review, error) {
	list, err := reviewsOf(ctx, tx, w.ID)
	if err != nil {
		return Review{}, err
	}
	if len(list) > 0 && (!list[0].Done() || now.Sub(list[0].At) < sameReview) {
		return list[0].Review, nil
	}
	v := Review{ID: moment.NewID(), Walk: w.ID, At: now}
	return v, fault.Op("review", insertReview(ctx, tx, v))
}

// reviews gives the reviews of a walk, opened, newest first.
func (s *Service) reviews(ctx context.Context, r db.Reader, walk moment.ID) ([]Review, error) {
	list, err := reviewsOf(ctx, r, walk)
	if err != nil {
		return nil, err
	}
	o, err := s.Vault.Opener(ctx, r, walk)
	if err != nil {
		return nil, err
	}
	out := make([]Review, len(list))
	for i, v := range list {
		out[i] = v.Review
		if out[i].MemberWords, err = o.Open(v.member, reviewPlace(v.ID, "member")); err != nil {
			return nil, err
		}
		if out[i].PeerWords, err = o.Open(v.peer, reviewPlace(v.ID, "peer")); err != nil {
			return nil, err
		}
	}
	return out, nil
}
