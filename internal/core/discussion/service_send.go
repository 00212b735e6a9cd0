package discussion

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// sendAtOnce bounds what is read at once of a space that is taken along.
const sendAtOnce = 100

// Send gives everything that is open in a space, thread by thread in the order in which
// they were begun, each with its answers: what a file takes along. What was written without
// a name has none. The caller has decided who may, and has written it down.
func (s *Service) Send(ctx context.Context, r db.Reader, space moment.ID, each func(Brought) error) error {
	f, found, err := loadSpace(ctx, r, space)
	if err != nil || !found {
		return err
	}
	x := room{frame: f}
	if x.box, err = s.Vault.BoxFrom(f.ID, f.wrapped); err != nil {
		return err
	}
	for from := (place{}); ; {
		threads, err := openThreads(ctx, r, space, from, sendAtOnce)
		if err != nil {
			return err
		}
		for _, t := range threads {
			from = place{t.At, t.ID}
			key, err := s.sendAll(ctx, r, x, []row{t}, "", each)
			if err != nil {
				return err
			}
			if err := s.sendAnswers(ctx, r, x, t.ID, key, each); err != nil {
				return err
			}
		}
		if len(threads) < sendAtOnce {
			return nil
		}
	}
}

func (s *Service) sendAnswers(ctx context.Context, r db.Reader, x room, post moment.ID, thread string, each func(Brought) error) error {
	for from := (place{}); ; {
		list, err := openAnswers(ctx, r, post, from, sendAtOnce)
		if err != nil {
			return err
		}
		if _, err := s.sendAll(ctx, r, x, list, thread, each); err != nil || len(list) < sendAtOnce {
			return err
		}
		from = place{list[len(list)-1].At, list[len(list)-1].ID}
	}
}

// sendAll gives some entries of one thread, and the key of the last of them.
func (s *Service) sendAll(ctx context.Context, r db.Reader, x room, list []row, thread string, each func(Brought) error) (key string, err error) {
	var authors, quotes []moment.ID
	for _, e := range list {
		if e.author != "" && !e.Anonymous {
			authors = append(authors, e.author)
		}
		if e.Quotes != "" {
			quotes = append(quotes, e.Quotes)
		}
	}
	cards, err := s.People.Cards(ctx, r, authors...)
	if err != nil {
		return "", err
	}
	quoted, err := s.keysOfOpen(ctx, r, x, quotes)
	if err != nil {
		return "", err
	}
	origins, err := originKeys(ctx, r, idsOf(list))
	if err != nil {
		return "", err
	}
	for _, sealed := range list {
		e, err := open(x, sealed)
		if err != nil {
			return "", err
		}
		if key, err = keyOf(x, e, origins[e.ID]); err != nil {
			return "", err
		}
		if err := each(Brought{Key: key, Thread: thread, Title: e.Title, Words: e.Words, Label: labelOf(e, cards), At: e.At, Topics: e.Topics, Quotes: quoted[e.Quotes]}); err != nil {
			return "", err
		}
	}
	return key, nil
}

// labelOf is what a file calls whoever wrote an entry: the name that its readers see.
func labelOf(e Entry, cards map[moment.ID]people.Card) string {
	switch {
	case e.Anonymous:
		return ""
	case e.Brought:
		return e.Label
	}
	return cards[e.author].Name
}

// keyOf is the name of an entry in a file: what it came with, or its id.
func keyOf(x room, e Entry, origin []byte) (string, error) {
	if !e.Brought {
		return string(e.ID), nil
	}
	return openIn(x, origin, originPlace(e.ID))
}

// keysOfOpen gives the keys of those of some answers that are open: others are not in the
// file, and cannot be quoted in it.
func (s *Service) keysOfOpen(ctx context.Context, r db.Reader, x room, ids []moment.ID) (map[moment.ID]string, error) {
	list, err := entriesByID(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	origins, err := originKeys(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	out := map[moment.ID]string{}
	for _, e := range list {
		if e.State != Open {
			continue
		}
		if out[e.ID], err = keyOf(x, e.Entry, origins[e.ID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
