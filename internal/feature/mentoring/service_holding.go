package mentoring

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Holding is mentoring's part of "all my data" and of deleting an account.
type Holding struct{ *Service }

// Name names the part.
func (Holding) Name() string { return "mentoring" }

// exportedSeek is a search as its person takes it away.
type exportedSeek struct {
	Made       time.Time `json:"made"`
	State      SeekState `json:"state"`
	Situations []string  `json:"situations"`
	Wishes     []string  `json:"wishes"`
	Firm       bool      `json:"firm"`
	Dial       int       `json:"dial"`
	Words      string    `json:"words,omitempty"`
}

type exportedWalk struct {
	ID       moment.ID         `json:"id"`
	Side     string            `json:"side"`
	State    State             `json:"state"`
	Asked    time.Time         `json:"asked"`
	Began    time.Time         `json:"began,omitzero"`
	Ended    time.Time         `json:"ended,omitzero"`
	How      string            `json:"ended_how,omitempty"`
	Charters []exportedCharter `json:"charters"`
	Sessions []exportedSession `json:"sessions"`
	Notes    []exportedNote    `json:"notes"`
	Reviews  []exportedReview  `json:"reviews"`
	Outside  []time.Time       `json:"wished_to_talk_outside_the_hours"`
	Goodbye  string            `json:"goodbye,omitempty"`
	Theirs   string            `json:"goodbye_of_the_other,omitempty"`
}

type exportedCharter struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Mine    bool      `json:"written_by_me"`
	Signed  bool      `json:"signed_by_both"`
	Terms   Terms     `json:"terms"`
}

type exportedSession struct {
	Starts  time.Time    `json:"starts"`
	Minutes int          `json:"minutes"`
	Channel Channel      `json:"channel"`
	State   SessionState `json:"state"`
	Lasted  int          `json:"lasted,omitempty"`
	Place   string       `json:"place,omitempty"`
	Steps   Steps        `json:"steps"`
}

type exportedNote struct {
	Note    moment.ID `json:"note"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Mine    bool      `json:"written_by_me"`
	Words   string    `json:"words"`
}

type exportedReview struct {
	At         time.Time `json:"at"`
	MyWords    string    `json:"my_words,omitempty"`
	MyNext     string    `json:"my_next,omitempty"`
	TheirWords string    `json:"their_words,omitempty"`
	TheirNext  string    `json:"their_next,omitempty"`
	Others     string    `json:"whom_else,omitempty"`
}

// Export gives the searches and walks of somebody with everything that the two
// wrote: both read it, so both take it away. The other is not named.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	seeks, err := seeksOf(ctx, r, person)
	if err != nil {
		return err
	}
	looked := []exportedSeek{}
	for _, q := range seeks {
		words, err := h.readSeek(ctx, r, q.ID)
		if err != nil {
			return err
		}
		looked = append(looked, exportedSeek{q.MadeAt.Std(), q.State, q.Situations, q.Wishes, q.Firm, q.Dial, words})
	}
	if err := put("mentoring-searches.json", looked); err != nil {
		return err
	}
	list, err := walksAll(ctx, r, person)
	if err != nil {
		return err
	}
	walks := []exportedWalk{}
	for _, w := range list {
		if !canSee(access.Actor{Person: person}, w).OK() {
			continue
		}
		x, err := h.exportWalk(ctx, r, w, person)
		if err != nil {
			return err
		}
		walks = append(walks, x)
	}
	if err := put("mentoring.json", walks); err != nil {
		return err
	}
	if f, found, err := calendar.FeedOf(ctx, r, person, FeedKind); err != nil {
		return err
	} else if found {
		if err := put("mentoring-calendar.json", map[string]any{"calendar_address_made": f.MadeAt.Std()}); err != nil {
			return err
		}
	}
	t, found, err := takerOf(ctx, r, person)
	if err != nil || !found {
		return err
	}
	return put("mentoring-places.json", map[string]any{"taking": t.Taking, "places": t.Places})
}

func (h Holding) exportWalk(ctx context.Context, r db.Reader, w Walk, person moment.ID) (exportedWalk, error) {
	x := exportedWalk{ID: w.ID, Side: side(w, person), State: w.State, Asked: w.AskedAt.Std(), Began: timeOf(w.BeganAt), Ended: timeOf(w.EndedAt), How: w.EndedHow,
		Charters: []exportedCharter{}, Sessions: []exportedSession{}, Notes: []exportedNote{}, Reviews: []exportedReview{}, Outside: []time.Time{}}
	charters, err := h.charters(ctx, r, w.ID)
	if err != nil {
		return x, err
	}
	for _, c := range charters {
		x.Charters = append(x.Charters, exportedCharter{c.Version, c.At.Std(), c.By == person, c.Signed(), c.Terms})
	}
	v := View{Walk: w}
	if err := h.fillMeetings(ctx, r, &v); err != nil {
		return x, err
	}
	for _, m := range append(v.Coming, v.Past...) {
		x.Sessions = append(x.Sessions, exportedSession{m.StartsAt.Std(), m.Minutes, m.Channel, m.State, m.Lasted, m.Place, m.Steps})
	}
	notes, err := h.notes(ctx, r, w.ID)
	if err != nil {
		return x, err
	}
	for _, n := range notes {
		x.Notes = append(x.Notes, exportedNote{n.ID, n.Version, n.At.Std(), n.By == person, n.Words})
	}
	return x, h.exportRest(ctx, r, w, person, &x)
}

func (h Holding) exportRest(ctx context.Context, r db.Reader, w Walk, person moment.ID, x *exportedWalk) error {
	reviews, err := h.reviews(ctx, r, w.ID)
	if err != nil {
		return err
	}
	for _, v := range reviews {
		e := exportedReview{v.At.Std(), v.MemberWords, v.MemberNext, v.PeerWords, v.PeerNext, v.Others}
		if person == w.Peer {
			e.MyWords, e.MyNext, e.TheirWords, e.TheirNext = e.TheirWords, e.TheirNext, e.MyWords, e.MyNext
		}
		x.Reviews = append(x.Reviews, e)
	}
	outside, err := outsideOf(ctx, r, w.ID, 0)
	if err != nil {
		return err
	}
	for _, at := range outside {
		x.Outside = append(x.Outside, at.Std())
	}
	said, err := h.readByes(ctx, r, w.ID)
	x.Goodbye, x.Theirs = said[0], said[1]
	if person == w.Peer {
		x.Goodbye, x.Theirs = said[1], said[0]
	}
	return err
}

func timeOf(t moment.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Std()
}

// Erase ends what runs and takes the person out. A member's walks lose their key
// at once: charters, notes and everything between the two are gone. A peer's walks
// keep what the member may still read; that somebody walked with them stays under
// an id without a person.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, _ moment.Time) error {
	list, err := walksAll(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.Member != person {
			continue
		}
		if err := h.eraseWalk(ctx, tx, w, person); err != nil {
			return err
		}
	}
	if err := h.leave(ctx, tx, person, EndedLeft); err != nil {
		return err
	}
	if err := h.standsNoMore(ctx, tx, person); err != nil {
		return err
	}
	if err := forgetBackup(ctx, tx, person); err != nil {
		return fault.Op("mentoring erase", err)
	}
	if err := calendar.StopFeed(ctx, tx, person, FeedKind); err != nil {
		return err
	}
	seeks, err := seeksOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, q := range seeks {
		if err := h.eraseSeek(ctx, tx, q); err != nil {
			return err
		}
	}
	return nil
}

func (h Holding) eraseWalk(ctx context.Context, tx db.Writer, w Walk, person moment.ID) error {
	if w.State != Over {
		was := w.State
		if err := h.over(ctx, tx, &w, EndedGone, person); err != nil {
			return err
		}
		if err := h.save(ctx, tx, w, was); err != nil {
			return err
		}
	}
	if err := h.Bus.Cancel(ctx, tx, jobForget, string(w.ID)); err != nil {
		return err
	}
	if err := h.Vault.Destroy(ctx, tx, w.ID); err != nil {
		return err
	}
	return fault.Op("mentoring erase", forgetWords(ctx, tx, w.ID))
}

func (h Holding) eraseSeek(ctx context.Context, tx db.Writer, q Seek) error {
	if q.State == SeekOpen {
		if err := setSeekState(ctx, tx, q.ID, SeekWithdrawn, h.Clock.Now()); err != nil {
			return fault.Op("mentoring erase", err)
		}
	}
	return h.blankSeek(ctx, tx, q.ID)
}
