package discussion

import (
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
)

// aboutEntry is a job about one entry.
type aboutEntry struct {
	Entry moment.ID `json:"entry"`
}

// call has those told whom an open entry calls by name. It happens after the writer has
// their answer, so that neither the page nor how long it took tells who is there. Words
// without a name call nobody: whether a notice comes would tell two who are kept apart who
// wrote them, and a notice in any case would let somebody who is kept apart reach the other.
func (s *Service) call(ctx context.Context, tx db.Writer, e Entry) error {
	if e.Anonymous || e.author == "" {
		return nil
	}
	if len(prose.Names(e.Words, 1)) == 0 {
		if had, err := calledIn(ctx, tx, e.ID); err != nil || len(had) == 0 {
			return err
		}
	}
	return s.Bus.At(ctx, tx, jobCall, string(e.ID), s.Clock.Now(), aboutEntry{e.ID})
}

// callJob tells those whom an entry calls by name, if it still does: who said that they may
// be called, reads the place, and is not kept apart from the writer. Each once an entry, and
// no more in one entry than it may call, however often its words are changed. Whose name is
// gone from the words is called no more.
func (s *Service) callJob(ctx context.Context, tx db.Writer, about aboutEntry) error {
	sealed, found, err := entryByID(ctx, tx, about.Entry)
	if err != nil || !found || sealed.State != Open || sealed.Anonymous || sealed.author == "" {
		return err
	}
	f, found, err := loadSpace(ctx, tx, sealed.Space)
	if err != nil || !found {
		return err
	}
	readers, threads := s.owners[f.Kind].(Among)
	if !threads {
		return nil
	}
	told, open, err := s.toldAlready(ctx, tx, sealed)
	if err != nil || !open {
		return err
	}
	x := room{frame: f}
	if x.box, err = s.Vault.BoxFrom(f.ID, f.wrapped); err != nil {
		return err
	}
	words, err := openIn(x, sealed.words, wordsPlace(sealed.ID, sealed.Version))
	if err != nil {
		return err
	}
	had, err := s.callsGone(ctx, tx, sealed.ID, words)
	if err != nil {
		return err
	}
	list, err := s.callable(ctx, tx, sealed.author, words, told)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(id moment.ID) bool { return slices.Contains(had, id) })
	if list, err = readers.Among(ctx, tx, f.Space, list); err != nil {
		return err
	}
	for _, id := range list[:min(len(list), max(MostCalls-len(had), 0))] {
		fresh, err := insertCall(ctx, tx, sealed.Entry, id, s.Clock.Now())
		if err != nil {
			return err
		}
		if !fresh {
			continue
		}
		if err := s.tell(ctx, tx, id, noticeCalled, string(sealed.ID), sealed.Entry); err != nil {
			return err
		}
	}
	return nil
}

// callsGone gives whom an entry has called, with whatever words, and takes the call back from
// those whose names are not in its words any more.
func (s *Service) callsGone(ctx context.Context, tx db.Writer, entry moment.ID, words string) ([]moment.ID, error) {
	had, err := calledIn(ctx, tx, entry)
	if err != nil || len(had) == 0 {
		return nil, err
	}
	cards, err := s.People.Cards(ctx, tx, had...)
	if err != nil {
		return nil, err
	}
	stands := map[string]bool{}
	for _, name := range prose.Names(words, MostWords) {
		stands[people.FoldName(name)] = true
	}
	for _, id := range had {
		if stands[people.FoldName(cards[id].Name)] {
			continue
		}
		if err := s.Tell.Settle(ctx, tx, id, noticeCalled+"/"+string(entry)); err != nil {
			return nil, err
		}
	}
	return had, nil
}

// toldAlready gives who heard of an entry because it answers them, and whether the thread
// that it stands in is open.
func (s *Service) toldAlready(ctx context.Context, r db.Reader, e row) (map[moment.ID]bool, bool, error) {
	told := map[moment.ID]bool{e.author: true}
	if e.Post == "" {
		return told, true, nil
	}
	above := []moment.ID{e.Post}
	if e.Quotes != "" {
		above = append(above, e.Quotes)
	}
	list, err := entriesByID(ctx, r, above)
	open := false
	for _, y := range list {
		told[y.author] = true
		open = open || y.ID == e.Post && y.State == Open
	}
	return told, open, err
}

// callable gives those whom words call by name and who may be called by the writer.
func (s *Service) callable(ctx context.Context, r db.Reader, writer moment.ID, words string, told map[moment.ID]bool) ([]moment.ID, error) {
	apart, err := s.People.Apart(ctx, r, writer)
	if err != nil {
		return nil, err
	}
	var out []moment.ID
	for _, name := range prose.Names(words, MostCalls) {
		id, found, err := s.People.Named(ctx, r, name)
		if err != nil {
			return nil, err
		}
		if !found || told[id] || apart[id] || slices.Contains(out, id) {
			continue
		}
		w, err := wishOf(ctx, r, id)
		if err != nil {
			return nil, err
		}
		if w.Called {
			out = append(out, id)
		}
	}
	return out, nil
}

// uncall takes back that people were told that entries call them.
func (s *Service) uncall(ctx context.Context, tx db.Writer, entries []moment.ID) error {
	for _, id := range entries {
		if err := s.Tell.SettleAbout(ctx, tx, id, noticeCalled); err != nil {
			return err
		}
	}
	return nil
}
