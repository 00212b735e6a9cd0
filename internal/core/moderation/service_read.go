package moderation

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Queued is a report in the queue: no words.
type Queued struct {
	Report
	AboutCard   people.Card
	ClaimedCard people.Card
}

// Waiting is an appeal that waits for a decision.
type Waiting struct {
	Action Action
	Report moment.ID
	Card   people.Card
	Mine   bool // by the actor: somebody else decides
	// Unnamed: it was written without a name, and nobody has looked it up.
	Unnamed bool
	// Silent: the partner outside was mailed as often as they are, and has not answered.
	Silent bool
}

// Queue is what those who decide see.
type Queue struct {
	Reports []Queued
	Appeals []Waiting
	Holds   []Hold
	Decides bool // the actor handles reports and appeals
	// MoreReports and MoreAppeals say that not all are shown.
	MoreReports, MoreAppeals bool
}

// Queue gives what waits for the actor, the heaviest first and then the oldest: what is held
// in places that they look after, and for supervisors and coordinators the open reports and
// appeals that they may handle.
func (s *Service) Queue(ctx context.Context, a access.Actor) (Queue, error) {
	var out Queue
	if err := permHolds.Check(a); err != nil {
		return out, err
	}
	r := s.DB.Reader()
	var err error
	if out.Holds, err = s.holds(ctx, r, a); err != nil || permQueue.Check(a) != nil {
		return out, err
	}
	out.Decides = true
	err = s.reported(ctx, r, a, &out)
	return out, err
}

// Waits counts what waits for the actor in the queue and is for them to do: what somebody
// else looks at already is not, but for what may be a goodbye, nor an appeal against what
// they decided.
func (s *Service) Waits(ctx context.Context, a access.Actor) (int, error) {
	q, err := s.Queue(ctx, a)
	n := 0
	for _, h := range q.Holds {
		if h.waitsFor(a) {
			n++
		}
	}
	for _, x := range q.Reports {
		if x.State == "open" || x.ClaimedBy == a.Person {
			n++
		}
	}
	for _, x := range q.Appeals {
		if !x.Mine {
			n++
		}
	}
	return n, err
}

// reported adds reports and appeals.
func (s *Service) reported(ctx context.Context, r db.Reader, a access.Actor, out *Queue) error {
	reports, err := openReports(ctx, r, a.Person, mostQueued)
	if err != nil {
		return err
	}
	open, err := countOpen(ctx, r, a.Person)
	if err != nil {
		return err
	}
	appeals, err := openAppeals(ctx, r, mostQueued+1)
	if err != nil {
		return err
	}
	out.MoreReports, out.MoreAppeals = open > len(reports), len(appeals) > mostQueued
	appeals = appeals[:min(len(appeals), mostQueued)]
	var ids []moment.ID
	for _, x := range reports {
		ids = append(ids, x.About, x.ClaimedBy)
	}
	for _, x := range appeals {
		ids = append(ids, x.About)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return err
	}
	for _, x := range reports {
		if canSee(a, x).OK() {
			out.Reports = append(out.Reports, queued(x, cards))
		}
	}
	partner, err := partnerNow(ctx, r)
	if err != nil {
		return err
	}
	for _, x := range appeals {
		report, _, err := reportByID(ctx, r, x.Report)
		if err != nil {
			return err
		}
		if canSee(a, report).OK() {
			w := Waiting{Action: x, Report: x.Report, Card: cards[x.About], Mine: x.By == a.Person, Unnamed: report.Unnamed()}
			if w.Unnamed {
				w.Card, w.Action.About = people.Card{}, ""
			}
			if w.Silent, err = s.silent(ctx, r, partner, x.ID); err != nil {
				return err
			}
			out.Appeals = append(out.Appeals, w)
		}
	}
	return nil
}

// queued is a report with the cards of whom it concerns. Somebody who wrote without a
// name has neither card nor id in it.
func queued(x Report, cards map[moment.ID]people.Card) Queued {
	out := Queued{Report: x, AboutCard: cards[x.About], ClaimedCard: cards[x.ClaimedBy]}
	if x.Unnamed() {
		out.About, out.AboutCard = "", people.Card{}
	}
	return out
}

// before gives what was decided about whom a report is about. It would tell who
// wrote without a name: there only what this report led to is shown, and that
// nowhere else.
func (s *Service) before(ctx context.Context, r db.Reader, x Report) ([]Action, error) {
	all, err := s.actions(ctx, r, x.About)
	var out []Action
	for _, y := range all {
		if y.Report == x.ID || !x.Unnamed() && !y.unnamed {
			if x.Unnamed() {
				y.About = ""
			}
			out = append(out, y)
		}
	}
	return out, err
}

// Open gives a report with its words and excerpt to who may handle it. It is written down,
// and not for whom it is about: they would learn that somebody reported them.
func (s *Service) Open(ctx context.Context, a access.Actor, id moment.ID) (Queued, []Action, error) {
	r := s.DB.Reader()
	x, found, err := reportByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return Queued{}, nil, err
	}
	if err := canSee(a, x).Err(); err != nil {
		return Queued{}, nil, err
	}
	if x.Words, x.Excerpt, err = s.readReport(ctx, r, x); err != nil {
		return Queued{}, nil, err
	}
	cards, err := s.People.Cards(ctx, r, x.About, x.ClaimedBy)
	if err != nil {
		return Queued{}, nil, err
	}
	actions, err := s.before(ctx, r, x)
	if err != nil {
		return Queued{}, nil, err
	}
	if err := s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "moderation.read", Kind: "report", Object: id}); err != nil {
		return Queued{}, nil, err
	}
	return queued(x, cards), actions, s.openedAppeals(ctx, x, actions)
}

// readReport opens what was reported in words, and what stood around it.
func (s *Service) readReport(ctx context.Context, r db.Reader, x Report) (words, excerpt string, err error) {
	sealedWords, sealedExcerpt, wrapped, err := reportWords(ctx, r, x)
	if err != nil {
		return "", "", err
	}
	if words, err = s.open(x.Scope, wrapped, sealedWords, place(x.ID, "words")); err != nil {
		return "", "", err
	}
	excerpt, err = s.open(x.Scope, wrapped, sealedExcerpt, place(x.ID, "excerpt"))
	return words, excerpt, err
}

func (s *Service) open(scope moment.ID, wrapped, sealed []byte, place string) (string, error) {
	if len(sealed) == 0 || len(wrapped) == 0 {
		return "", nil
	}
	box, err := s.Vault.BoxFrom(scope, wrapped)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(sealed, place)
	return string(plain), err
}

// actions gives what was decided about somebody, newest first, opened.
func (s *Service) actions(ctx context.Context, r db.Reader, about moment.ID) ([]Action, error) {
	list, err := actionsAbout(ctx, r, about)
	if err != nil {
		return nil, err
	}
	out := make([]Action, len(list))
	for i, x := range list {
		out[i] = x.Action
		if out[i].Reason, err = s.open(x.Scope, x.wrapped, x.reason, place(x.ID, "reason")); err != nil {
			return nil, err
		}
		if out[i].Undone, err = s.open(x.Scope, x.wrapped, x.undone, place(x.ID, "undone")); err != nil {
			return nil, err
		}
		if x.Appeal == nil {
			continue
		}
		if out[i].Appeal.Words, err = s.open(x.Scope, x.wrapped, x.appeal, place(x.ID, "appeal")); err != nil {
			return nil, err
		}
		if out[i].Appeal.Answer, err = s.open(x.Scope, x.wrapped, x.answer, place(x.ID, "answer")); err != nil {
			return nil, err
		}
	}
	return out, nil
}
