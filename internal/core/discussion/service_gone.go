package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const (
	goneAtOnce = 100 // entries whose notices are settled in one transaction
	goneInJob  = 50  // entries that one job names
)

// aboutGone are entries that are not seen any more, and how far below the first the job has come.
type aboutGone struct {
	Entries []moment.ID `json:"entries"`
	After   moment.ID   `json:"after,omitempty"`
}

// gone has it taken back that people were told of entries that they do not see any more, and
// of what stands below them: mail that waits for quiet hours to end would call them to nothing.
// It happens afterwards: whoever hides a long thread does not wait for it.
func (s *Service) gone(ctx context.Context, tx db.Writer, entries ...moment.ID) error {
	for len(entries) > 0 {
		part := entries[:min(len(entries), goneInJob)]
		entries = entries[len(part):]
		if err := s.Bus.At(ctx, tx, jobGone, string(part[0]), s.Clock.Now(), aboutGone{Entries: part}); err != nil {
			return err
		}
	}
	return nil
}

// goneJob is gone, some at a time. What is seen again in the meantime keeps its notices.
func (s *Service) goneJob(ctx context.Context, tx db.Writer, about aboutGone) error {
	for left := goneAtOnce; len(about.Entries) > 0; {
		if left <= 0 {
			return s.Bus.At(ctx, tx, jobGone, string(about.Entries[0]), s.Clock.Now(), about)
		}
		top, found, err := entryByID(ctx, tx, about.Entries[0])
		if err != nil {
			return err
		}
		below := []row(nil)
		if found && top.State != Open {
			if err := s.forget(ctx, tx, top.ID, noticePosted, noticeAnswered); err != nil {
				return err
			}
			if !holdsAnswers(top.Entry) {
				if below, err = s.goneBelow(ctx, tx, top.Entry, about.After, left); err != nil {
					return err
				}
			}
		}
		if left -= 1 + len(below); left <= 0 && len(below) > 0 {
			about.After = below[len(below)-1].ID
			continue
		}
		about.Entries, about.After = about.Entries[1:], ""
	}
	return nil
}

// goneBelow settles what was told of some answers below a post that is not seen. Whose words
// are held is told of every answer still: it can be help.
func (s *Service) goneBelow(ctx context.Context, tx db.Writer, top Entry, after moment.ID, most int) ([]row, error) {
	kinds := []string{noticePosted, noticeAnswered}
	if top.Why == ForWords && top.State != Withdrawn {
		kinds = kinds[:1]
	}
	list, err := answersAfter(ctx, tx, top.ID, after, most)
	for _, e := range list {
		if err := s.forget(ctx, tx, e.ID, kinds...); err != nil {
			return nil, err
		}
	}
	return list, err
}

func (s *Service) forget(ctx context.Context, tx db.Writer, id moment.ID, kinds ...string) error {
	for _, kind := range kinds {
		if err := s.Tell.SettleAbout(ctx, tx, id, kind); err != nil {
			return err
		}
	}
	return nil
}
