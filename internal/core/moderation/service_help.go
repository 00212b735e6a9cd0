package moderation

import (
	"context"
	"slices"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Phrases finds what may mean that whoever wrote it is not safe. It is safety.
type Phrases interface {
	Match(ctx context.Context, r db.Reader, text, lang string) ([]string, error)
}

// Leads gives who can be told at once. It is shifts.
type Leads interface {
	ReachNow(ctx context.Context, r db.Reader, but moment.ID) (moment.ID, error)
}

// Lines gives the crisis lines of the service. It is the directory.
type Lines interface {
	BarLines(ctx context.Context) []web.CrisisLine
}

// heavy tells whether one of some texts sounds as if whoever wrote it needs help. Then help
// stands beside it at once. It decides nothing about them, and is kept nowhere.
func (s *Service) heavy(ctx context.Context, r db.Reader, texts ...string) (bool, error) {
	for _, text := range texts {
		if text == "" {
			continue
		}
		if hits, err := s.Phrases.Match(ctx, r, text, web.Lang(ctx)); err != nil || len(hits) > 0 {
			return len(hits) > 0, err
		}
	}
	return false, nil
}

// sentHeavy tells whether a report of the actor that waits still sounds heavy. It is looked
// up anew, so that no address tells of it: somebody else may read along what was opened.
func (s *Service) sentHeavy(ctx context.Context, a access.Actor) (bool, error) {
	r := s.DB.Reader()
	list, err := openReportsBy(ctx, r, a.Person)
	if err != nil {
		return false, err
	}
	for _, x := range list {
		words, _, err := s.readReport(ctx, r, x)
		if err != nil {
			return false, err
		}
		if heavy, err := s.heavy(ctx, r, words); heavy || err != nil {
			return heavy, err
		}
	}
	return false, nil
}

// waiting gives the words of appeals that wait still.
func waiting(list []Action) (out []string) {
	for _, x := range list {
		if x.Appeal != nil && x.Appeal.DecidedAt.IsZero() {
			out = append(out, x.Appeal.Words)
		}
	}
	return out
}

// tellWorry tells whoever can be reached now that the words of an appeal may be somebody's
// goodbye: whoever leads or is on call, also where they decided what it is about, since to
// worry is not to judge. Where nobody is reached who may read it, all who decide are told,
// whoever acted too.
func (s *Service) tellWorry(ctx context.Context, tx db.Writer, r Report, x Action) error {
	may, err := s.whoDecide(ctx, tx, x.About, r.reporter)
	if err != nil {
		return err
	}
	now, err := s.Leads.ReachNow(ctx, tx, x.About)
	if err != nil {
		return err
	}
	if !slices.Contains(may, now) {
		return s.tellQueue(ctx, tx, x.ID, string(x.ID), x.About, r.reporter)
	}
	return s.Tell.Tell(ctx, tx, notify.Message{To: now, Kind: noticeWorry, Key: "worry/" + string(x.ID), Path: queuePath + "/" + string(r.ID), About: x.ID})
}

// settleAsked takes back what people were told about an appeal.
func (s *Service) settleAsked(ctx context.Context, tx db.Writer, action moment.ID) error {
	for _, kind := range []string{noticeReport, noticeWorry} {
		if err := s.Tell.SettleAbout(ctx, tx, action, kind); err != nil {
			return err
		}
	}
	return nil
}

// addWords adds what somebody writes about what they have reported already, and which waits
// still: it is one report, and nothing that they wrote is lost.
func (s *Service) addWords(ctx context.Context, tx db.Writer, r Report, words string) error {
	had, _, err := s.readReport(ctx, tx, r)
	if err != nil || words == "" || words == had {
		return err
	}
	if had != "" {
		words = had + "\n\n" + words
	}
	var p fault.Problems
	if words = plain(&p, "words", words); p.Err() != nil {
		return p.Err()
	}
	box, err := s.Vault.Box(ctx, tx, r.Scope)
	if err != nil {
		return err
	}
	return fault.Op("report", setWords(ctx, tx, r.ID, sealed(box, words, r.ID, "words")))
}
