package discussion

import (
	"context"
	"math"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Post writes into a space and returns once that is durable, with how it stands:
// Held is seen by the author and keepers only. The same key sent again gives what
// is there already.
func (s *Service) Post(ctx context.Context, a access.Actor, space moment.ID, d Draft) (moment.ID, State, error) {
	if err := d.Validate(false); err != nil {
		return "", "", err
	}
	d.Quotes = ""
	pictures, err := s.clean(ctx, a, d, func(r db.Reader) (room, error) { return s.mayPost(ctx, r, a, space) })
	if err != nil {
		return "", "", err
	}
	return s.write(ctx, a, d, pictures, func(tx db.Writer) (room, target, error) {
		x, err := s.visit(ctx, tx, a, space)
		if err != nil {
			return x, target{}, err
		}
		if err := canPost(x.viewer, x.Space).Err(); err != nil {
			return x, target{}, err
		}
		return x, target{Entry: Entry{Space: space}}, titled(x.Stand, d)
	})
}

// Comment writes below a post; a comment on a comment belongs below the same post,
// and may quote it. What it gives is as for Post.
func (s *Service) Comment(ctx context.Context, a access.Actor, post moment.ID, d Draft) (moment.ID, State, error) {
	if err := d.Validate(true); err != nil {
		return "", "", err
	}
	pictures, err := s.clean(ctx, a, d, func(r db.Reader) (room, error) { return s.mayComment(ctx, r, a, post) })
	if err != nil {
		return "", "", err
	}
	return s.write(ctx, a, d, pictures, func(tx db.Writer) (room, target, error) {
		x, e, err := s.at(ctx, tx, a, post)
		if err != nil {
			return x, target{}, err
		}
		if e.Post != "" {
			return x, target{}, fault.Hidden()
		}
		if d.Quotes != "" {
			if _, q, err := s.at(ctx, tx, a, d.Quotes); err != nil || q.Post != e.ID {
				return x, target{}, fault.Hidden()
			}
		}
		return x, target{Entry{Space: e.Space, Post: e.ID, Quotes: d.Quotes}, e.State == Held && !x.viewer.mine(e)}, canComment(x.viewer, x.Space, e).Err()
	})
}

// target is where something new goes. helps tells that it answers what is held: whoever
// does so asks plainly and with their name, and is not held for it.
type target struct {
	Entry
	helps bool
}

// write stores a new entry; where finds and decides its place.
func (s *Service) write(ctx context.Context, a access.Actor, d Draft, pictures []cleaned, where func(tx db.Writer) (room, target, error)) (id moment.ID, state State, err error) {
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		x, e, err := where(tx)
		if err != nil {
			return err
		}
		key := d.Key
		if e.Post != "" {
			key = string(e.Post) + "/" + key // a key is its form's, and each thread has one
		}
		had, found, err := entryByKey(ctx, tx, x.ID, a.Person, key)
		if err != nil {
			return err
		}
		if found {
			id, state = had.ID, had.State
			return nil
		}
		// First of all: what sounds heavy waits to be read in any case, and no pace keeps it
		// from whoever reads it.
		heavy, err := s.sounds(ctx, tx, d.text())
		if err != nil {
			return err
		}
		known, err := s.mayWrite(ctx, tx, a, x, e, d, heavy)
		if err != nil {
			return err
		}
		e.ID, e.author, e.At, e.Anonymous = moment.NewID(), a.Person, s.Clock.Now(), d.Anonymous
		e.Title, e.Words, e.StateAt, e.ActiveAt = d.Title, d.Words, e.At, e.At
		e.State, e.Why = Open, ""
		if !e.helps {
			e.State, e.Why = stateFor(heavy, !known, x.Hold, x.Rules, x.viewer.keep)
		}
		if err := s.store(ctx, tx, a, x, e.Entry, key); err != nil {
			return err
		}
		if err := s.keepPictures(ctx, tx, x, e.ID, pictures); err != nil {
			return err
		}
		id, state = e.ID, e.State
		return fault.Op("draft", dropDraft(ctx, tx, a.Person, draftObject(e.Entry)))
	})
	return id, state, err
}

// sounds tells whether a listed phrase stands in words.
func (s *Service) sounds(ctx context.Context, r db.Reader, words string) (bool, error) {
	hits, err := s.Phrases.Match(ctx, r, words, web.Lang(ctx))
	return len(hits) > 0, err
}

// Sounds tells whether a listed phrase stands in what somebody typed and could not send:
// crisis help is shown with it. Nothing is noted, and nobody is told.
func (s *Service) Sounds(ctx context.Context, d Draft) (bool, error) {
	return s.sounds(ctx, s.DB.Reader(), d.text())
}

// text is everything that was typed.
func (d Draft) text() string {
	text := d.Title + "\n" + d.Words
	for _, u := range d.Pictures {
		text += "\n" + u.Alt
	}
	return text
}

// titled: a thread needs a title, so that others can choose what to open.
func titled(st Stand, d Draft) error {
	var p fault.Problems
	if st.Threads && d.Title == "" {
		p.Add("title", "discussion.error.title")
	}
	return p.Err()
}

// mayWrite is what holds back a writer for now: a decision, the rules of the
// space, and its pace, but for heavy words. known tells that something of theirs is open there already.
func (s *Service) mayWrite(ctx context.Context, tx db.Writer, a access.Actor, x room, to target, d Draft, heavy bool) (known bool, err error) {
	if err := s.notOut(ctx, tx, a.Person); err != nil {
		return false, err
	}
	if d.Anonymous && (!x.Rules.Anonymous || to.helps) {
		var p fault.Problems
		p.Add("anonymous", "discussion.error.anonymous")
		return false, p.Err()
	}
	now := s.Clock.Now()
	last, known, err := before(ctx, tx, x.ID, a.Person)
	if err != nil {
		return false, err
	}
	if wait := waitFor(x.Slow, last, now); wait > 0 && !x.viewer.keep && !to.helps && !heavy {
		return false, fault.New(fault.TooFast, "discussion.error.slow").With(map[string]any{"n": minutes(wait), "seconds": int(wait/time.Second) + 1})
	}
	return known, posting.Spend(ctx, tx, a.Person, now)
}

// minutes rounds up, for words.
func minutes(d time.Duration) int { return int(math.Ceil(d.Minutes())) }

func (s *Service) store(ctx context.Context, tx db.Writer, a access.Actor, x room, e Entry, key string) error {
	e.told = e.State == Open
	if e.State == Held {
		var err error
		if e.lead, e.reach, err = s.leadFor(ctx, tx, e); err != nil {
			return err
		}
		if e.worries() {
			e.unread = e.At
		}
	}
	var err error
	if e.Alias, err = s.aliasFor(ctx, tx, e); err != nil {
		return err
	}
	r := row{Entry: e, title: sealIn(x, e.Title, titlePlace(e.ID)), words: sealIn(x, e.Words, wordsPlace(e.ID, 0))}
	if err := insertEntry(ctx, tx, r, key); err != nil {
		return fault.Op("post", err)
	}
	if err := s.findable(ctx, tx, e.ID); err != nil {
		return err
	}
	if e.Post == "" && e.Anonymous {
		if err := insertAlias(ctx, tx, e.ID, a.Person, e.Alias); err != nil {
			return err
		}
	}
	if err := s.announce(ctx, tx, x, e); err != nil {
		return err
	}
	if err := s.changed(ctx, tx, e, e.At); err != nil {
		return err
	}
	if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "discussion.posted", ID: e.ID, Also: map[string]moment.ID{"space": e.Space, "post": e.Post}}); err != nil {
		return err
	}
	verb := "discussion.post"
	if e.Post != "" {
		verb = "discussion.comment"
	}
	return access.Record(ctx, tx, a, e.At, access.Entry{Verb: verb, Kind: "post", Object: e.ID})
}

// aliasFor gives the number of somebody without a name in the thread: the first,
// for a post.
func (s *Service) aliasFor(ctx context.Context, tx db.Writer, e Entry) (int, error) {
	switch {
	case !e.Anonymous:
		return 0, nil
	case e.Post == "":
		return 1, nil
	}
	n, err := aliasOf(ctx, tx, e.Post, e.author)
	if err != nil || n > 0 {
		return n, err
	}
	return newAlias(ctx, tx, e.Post, e.author)
}

// announce tells whom a new entry concerns.
func (s *Service) announce(ctx context.Context, tx db.Writer, x room, e Entry) error {
	if e.State == Held {
		if err := s.tellHeld(ctx, tx, x, e, e.lead, heldKey(e)); err != nil || !e.worries() {
			return err
		}
		return s.watch(ctx, tx, aboutUnread{Entry: e.ID, Since: e.unread})
	}
	if err := s.call(ctx, tx, e); err != nil {
		return err
	}
	return s.tellOpen(ctx, tx, x, e)
}

// tellOpen tells of something that is open to everybody now.
func (s *Service) tellOpen(ctx context.Context, tx db.Writer, x room, e Entry) error {
	if e.Post == "" {
		return s.Bus.At(ctx, tx, jobTell, string(e.ID), s.Clock.Now(), aboutTelling{Post: e.ID})
	}
	if err := bump(ctx, tx, e.Post, 1, s.Clock.Now()); err != nil {
		return fault.Op("comment", err)
	}
	above := []moment.ID{e.Post}
	if e.Quotes != "" {
		above = append(above, e.Quotes)
	}
	list, err := entriesByID(ctx, tx, above)
	if err != nil {
		return err
	}
	apart, err := s.People.Apart(ctx, tx, e.author)
	if err != nil {
		return err
	}
	sees, err := s.stillSee(ctx, tx, x.Space, list)
	if err != nil {
		return err
	}
	for _, y := range list {
		if y.ID == e.Post && y.State == Held {
			if err := s.underHeld(ctx, tx, x, y.Entry, e); err != nil {
				return err
			}
		}
		// Whose words are held hears of every answer, wherever they stand: it can be help.
		if y.author == "" || y.author == e.author || !e.Anonymous && apart[y.author] || y.State != Held && !sees[y.author] {
			continue
		}
		if err := s.tell(ctx, tx, y.author, noticeAnswered, string(e.ID), e); err != nil {
			return err
		}
	}
	if some, err := anyFollows(ctx, tx, e.Post); err != nil || !some {
		return err
	}
	return s.Bus.At(ctx, tx, jobTell, string(e.ID), s.Clock.Now(), aboutTelling{Post: e.ID})
}

// stillSee tells which authors of some entries see their space still. Where its Owner does
// not say, all do.
func (s *Service) stillSee(ctx context.Context, r db.Reader, space Space, list []row) (map[moment.ID]bool, error) {
	var people []moment.ID
	for _, y := range list {
		if y.author != "" {
			people = append(people, y.author)
		}
	}
	if o, ok := s.owners[space.Kind].(Among); ok && len(people) > 0 {
		var err error
		if people, err = o.Among(ctx, r, space, people); err != nil {
			return nil, err
		}
	}
	out := map[moment.ID]bool{}
	for _, id := range people {
		out[id] = true
	}
	return out, nil
}

// underHeld is for what is said below a post that is held, which its author and
// those who look after it see. When one of these has answered, somebody has read it; but
// what may be a goodbye waits on for whoever leads, whoever else has answered. When the author
// says more, it waits anew from then on, and they are told again.
func (s *Service) underHeld(ctx context.Context, tx db.Writer, x room, post, e Entry) error {
	if post.author == e.author && x.viewer.mine(e) { // and not when somebody releases it
		if err := s.settle(ctx, tx, post.ID); err != nil {
			return err
		}
		post.StateAt = e.At
		return s.waits(ctx, tx, x, post)
	}
	if !post.worries() {
		return s.settle(ctx, tx, post.ID)
	}
	if permHeld.Check(x.viewer.Actor) != nil || !x.viewer.mine(e) {
		return s.Tell.Settle(ctx, tx, e.author, noticeWaiting+"/"+heldKey(post)) // they have read it
	}
	if err := setOpened(ctx, tx, post, e.At); err != nil {
		return fault.Op("held", err)
	}
	return s.settle(ctx, tx, post.ID)
}
