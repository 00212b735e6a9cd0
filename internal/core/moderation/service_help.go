package moderation

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/core/notify"
	"cairn/internal/core/shifts"
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

// Leads gives who leads now and who is on call. It is shifts.
type Leads interface {
	LeadNow(ctx context.Context, r db.Reader) (moment.ID, error)
	OnCall(ctx context.Context, r db.Reader, at moment.Time) (shifts.OnCall, error)
}

// unopenedFor is how long an appeal that may be a goodbye waits to be opened before all who
// may read it are told, whoever was told before. One phone that nobody hears is no answer.
const unopenedFor = 10 * time.Minute

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
// worry is not to judge. Where none of them may read it, all who may are told at once. Either
// way a timer begins, which their opening it ends.
func (s *Service) tellWorry(ctx context.Context, tx db.Writer, r Report, x Action) error {
	may, err := s.whoDecide(ctx, tx, x.About, r.reporter)
	if err != nil {
		return err
	}
	now, err := s.reached(ctx, tx, may)
	if err != nil {
		return err
	}
	if now != "" {
		may = []moment.ID{now}
	}
	if err := s.worry(ctx, tx, may, "worry/"+string(x.ID), r.ID, x.ID); err != nil {
		return err
	}
	return s.Bus.At(ctx, tx, jobUnopened, string(x.ID), s.Clock.Now().Add(unopenedFor), aboutAction{x.ID})
}

// reached gives the first of who leads now and who is on call for this hour that is one of
// some people; "" when none is.
func (s *Service) reached(ctx context.Context, r db.Reader, may []moment.ID) (moment.ID, error) {
	lead, err := s.Leads.LeadNow(ctx, r)
	if err != nil {
		return "", err
	}
	call, err := s.Leads.OnCall(ctx, r, s.Clock.Now())
	for _, id := range []moment.ID{lead, call.First, call.Second} {
		if id != "" && slices.Contains(may, id) {
			return id, err
		}
	}
	return "", err
}

// worry tells people, urgently, to read an appeal now.
func (s *Service) worry(ctx context.Context, tx db.Writer, to []moment.ID, key string, report, action moment.ID) error {
	for _, id := range to {
		if err := s.Tell.Tell(ctx, tx, notify.Message{To: id, Kind: noticeWorry, Key: key, Path: queuePath + "/" + string(report), About: action}); err != nil {
			return err
		}
	}
	return nil
}

// unopenedJob tells all who may read an appeal that may be a goodbye when none of them has
// opened it: those told before once more.
func (s *Service) unopenedJob(ctx context.Context, tx db.Writer, about aboutAction) error {
	x, found, err := actionByID(ctx, tx, about.Action)
	if err != nil || !found || x.Appeal == nil || !x.Appeal.DecidedAt.IsZero() {
		return err
	}
	r, found, err := reportByID(ctx, tx, x.Report)
	if err != nil || !found {
		return err
	}
	may, err := s.whoDecide(ctx, tx, x.About, r.reporter)
	if err != nil {
		return err
	}
	return s.worry(ctx, tx, may, "worry/"+string(x.ID)+"/again", r.ID, x.ID)
}

// openedAppeals notes that somebody who may has the appeals of a report before them: nobody
// else is told of them for their words.
func (s *Service) openedAppeals(ctx context.Context, r Report, list []Action) error {
	for _, x := range list {
		if x.Report != r.ID || x.Appeal == nil || !x.Appeal.DecidedAt.IsZero() {
			continue
		}
		err := s.DB.Write(ctx, func(tx db.Writer) error { return s.Bus.Cancel(ctx, tx, jobUnopened, string(x.ID)) })
		if err != nil {
			return fault.Op("open an appeal", err)
		}
	}
	return nil
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

// addTo adds what somebody says now about what they have reported already, and which waits
// still: it is one report. Its reason becomes the new one where that is heavier. It tells
// whether anything has changed.
func (s *Service) addTo(ctx context.Context, tx db.Writer, r Report, d Draft) (changed bool, err error) {
	if weight(d.Reason) < weight(r.Reason) {
		if err := setReason(ctx, tx, r.ID, d.Reason); err != nil {
			return false, fault.Op("report", err)
		}
		changed = true
	}
	had, _, err := s.readReport(ctx, tx, r)
	if err != nil || d.Words == "" || d.Words == had {
		return changed, err
	}
	box, err := s.Vault.Box(ctx, tx, r.Scope)
	if err != nil {
		return false, err
	}
	return true, fault.Op("report", setWords(ctx, tx, r.ID, sealed(box, joined(had, d.Words), r.ID, "words")))
}

// Between what was written with a report first and later; cutOff says that the end of the
// first is gone.
const (
	between = "\n\n"
	cutOff  = " […]"
)

// joined puts newer words below older ones. The newer ones stay whole: where both do not fit,
// the older ones lose their end, and it shows.
func joined(older, newer string) string {
	if older == "" {
		return newer
	}
	room := MostWords - utf8.RuneCountInString(newer) - utf8.RuneCountInString(between)
	if utf8.RuneCountInString(older) <= room {
		return older + between + newer
	}
	if room -= utf8.RuneCountInString(cutOff); room <= 0 {
		return newer
	}
	return strings.TrimSpace(string([]rune(older)[:room])) + cutOff + between + newer
}
