package moderation

import (
	"context"

	"cairn/internal/core/notify"
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
}

// Queue is what those who decide see.
type Queue struct {
	Reports []Queued
	Appeals []Waiting
	Holds   []Hold
	Decides bool // the actor handles reports and appeals
}

// Queue gives what waits for the actor, oldest first: what is held in places that they
// look after, and for supervisors and coordinators the open reports and appeals that they
// may handle.
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

// reported adds reports and appeals.
func (s *Service) reported(ctx context.Context, r db.Reader, a access.Actor, out *Queue) error {
	reports, err := openReports(ctx, r)
	if err != nil {
		return err
	}
	appeals, err := openAppeals(ctx, r)
	if err != nil {
		return err
	}
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

// Open gives a report with its words and excerpt to who may handle it. It is
// written down, and the person it is about can see that it was read.
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
	err = s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "moderation.read", Kind: "report", Object: id})
	return queued(x, cards), actions, err
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

// Mine gives what was decided about the actor. Who decided is not in it.
func (s *Service) Mine(ctx context.Context, a access.Actor) ([]Action, error) {
	list, err := s.actions(ctx, s.DB.Reader(), a.Person)
	for i := range list {
		list[i].By, list[i].Report = "", ""
	}
	return list, err
}

// Appeal asks somebody else to look again.
func (s *Service) Appeal(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	var p fault.Problems
	if words = plain(&p, "words", words); words == "" && len(p) == 0 {
		p.Add("words", "moderation.error.say_why")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, found, err := actionByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canAppeal(a, x.Action).Err(); err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := reporting.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		box, err := s.Vault.Box(ctx, tx, x.Scope)
		if err != nil {
			return err
		}
		if err := insertAppeal(ctx, tx, id, box.Seal([]byte(words), place(id, "appeal")), now); err != nil {
			return fault.Op("appeal", err)
		}
		r, _, err := reportByID(ctx, tx, x.Report)
		if err != nil {
			return err
		}
		r.ID = id // a notice of its own
		if err := s.tellQueue(ctx, tx, r); err != nil {
			return err
		}
		s.Bus.Publish(tx, Topic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.appeal", Kind: "action", Object: id, Subject: a.Person})
	})
}

// DecideAppeal is somebody else's look: the action stands, or is lifted.
func (s *Service) DecideAppeal(ctx context.Context, a access.Actor, id moment.ID, stands bool, answer string) error {
	var p fault.Problems
	if answer = plain(&p, "answer", answer); answer == "" && len(p) == 0 {
		p.Add("answer", "moderation.error.say_why")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		r, x, err := s.decided(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := canDecideAppeal(a, r, x.Action).Err(); err != nil {
			return err
		}
		now := s.Clock.Now()
		box, err := s.Vault.Box(ctx, tx, x.Scope)
		if err != nil {
			return err
		}
		first, err := decideAppeal(ctx, tx, id, a.Person, stands, box.Seal([]byte(answer), place(id, "answer")), now)
		if err == nil && !first {
			return fault.New(fault.Conflict, "moderation.error.no_appeal")
		}
		if err != nil {
			return fault.Op("appeal", err)
		}
		if !stands {
			if err := s.lift(ctx, tx, a, r, x, nil, now); err != nil {
				return err
			}
		}
		if err := s.Tell.SettleAbout(ctx, tx, id, noticeReport); err != nil {
			return err
		}
		if err := s.Tell.Tell(ctx, tx, notify.Message{To: x.About, Kind: noticeDecision, Key: "appeal/" + string(id), Path: "/me/decisions", About: id}); err != nil {
			return err
		}
		s.Bus.Publish(tx, Topic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.decide_appeal", Kind: "action", Object: id})
	})
}
