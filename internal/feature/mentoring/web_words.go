package mentoring

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// talkData is the page of a meeting by chat.
type talkData struct {
	chat.View
	Walk    Walk
	Meeting Session
	With    people.Card
	Helper  bool
}

func cardName(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "mentoring.gone")
	}
	return c.Name
}

// fill makes the options of the form: what somebody has lived through first, the
// rest of the list behind one word.
func (d *lookData) fill(all []people.Situation, lived []people.Lived) {
	own := map[string]bool{}
	for _, l := range lived {
		own[l.Situation] = true
	}
	for _, x := range all {
		o := web.Option{Value: x.Slug, Label: x.Label}
		switch {
		case x.Retired:
		case x.Kind == "identity":
			o.Checked = slices.Contains(d.Wanted.Wishes, x.Slug)
			d.Wishes = append(d.Wishes, o)
		default:
			o.Checked = slices.Contains(d.Wanted.Situations, x.Slug)
			if own[x.Slug] || o.Checked {
				d.Situations = append(d.Situations, o)
			} else {
				d.More = append(d.More, o)
			}
		}
	}
}

func dialOptions(ctx context.Context, dial int) []web.Option {
	var out []web.Option
	for _, x := range []struct {
		at   int
		name string
	}{{0, "fit"}, {50, "both"}, {100, "soon"}} {
		out = append(out, web.Option{Value: strconv.Itoa(x.at), Label: web.T(ctx, "mentoring.dial."+x.name), Hint: web.T(ctx, "mentoring.dial."+x.name+"_hint"), Checked: dial == x.at})
	}
	return out
}

// reasonWords says why two people fit, in sentences. What may not be named is not
// in them, nor counted.
func reasonWords(ctx context.Context, why []matching.Reason, labels map[string]string) []string {
	var out []string
	for _, x := range why {
		if !x.May {
			continue
		}
		switch x.Kind {
		case matching.ReasonShared:
			out = append(out, web.T(ctx, "mentoring.why.shared", "what", labelOf(x.Slug, labels)))
		case matching.ReasonWish:
			out = append(out, web.T(ctx, "mentoring.why.wish", "what", labelOf(x.Slug, labels)))
		case matching.ReasonGladly:
			out = append(out, web.T(ctx, "mentoring.why.gladly", "what", labelOf(x.Slug, labels)))
		case matching.ReasonLanguage:
			out = append(out, web.T(ctx, "mentoring.why.language", "what", web.LanguageName(ctx, x.Slug)))
		}
	}
	return out
}

// openlyWords says to a coordinator why two people fit, without what either has
// lived through: that is shown to matches, and a coordinator is none.
func openlyWords(ctx context.Context, why []matching.Reason) string {
	var out []string
	shared := 0
	for _, x := range why {
		switch x.Kind {
		case matching.ReasonShared:
			if x.May {
				shared++
			}
		case matching.ReasonLanguage:
			out = append(out, web.T(ctx, "mentoring.introduce.language", "what", web.LanguageName(ctx, x.Slug)))
		case matching.ReasonHours:
			out = append(out, web.T(ctx, "mentoring.introduce.hours"))
		}
	}
	if shared > 0 {
		out = append(out, web.T(ctx, "mentoring.introduce.shared"))
	}
	return strings.Join(out, " ")
}

func labelOf(slug string, labels map[string]string) string {
	if l := labels[slug]; l != "" {
		return l
	}
	return slug
}

func stateWords(ctx context.Context, l Listed) string {
	switch {
	case l.Stand && l.Mine:
		return web.T(ctx, "mentoring.list.asked_stand_in")
	case l.Stand:
		return web.T(ctx, "mentoring.list.stand_in")
	case l.Mine:
		return web.T(ctx, "mentoring.list.waits_for_you")
	}
	return web.T(ctx, "mentoring.state."+string(l.State))
}

// endedWords tells how a walk ended, to one of the two. A switch is never explained.
func endedWords(ctx context.Context, w Walk, me moment.ID) string {
	how := w.EndedHow
	switch {
	case how == EndedKnow, how == EndedSwitch:
		how = "switch"
		if w.EndedBy == me {
			how = "switch_mine"
		}
	case how == EndedNo && w.EndedBy == me, how == EndedGone && w.EndedBy == me:
		how = "no_mine"
	case how == EndedKeptOut, how == EndedLeft && me == w.Peer:
		how = "left"
	}
	return web.T(ctx, "mentoring.ended."+how)
}

func whenWords(ctx context.Context, x Session) string {
	return web.T(ctx, "mentoring.meeting.when", "day", web.Day(ctx, x.StartsAt), "clock", web.Clock(ctx, x.StartsAt), "n", x.Minutes)
}

func channelOptions(ctx context.Context, chosen string, only []Channel) []web.Option {
	var out []web.Option
	for _, c := range Channels() {
		if only != nil && !slices.Contains(only, c) {
			continue
		}
		out = append(out, web.Option{Value: string(c), Label: web.T(ctx, "mentoring.channel."+string(c)), Checked: chosen == string(c)})
	}
	return out
}

func channelsOf(d planData) []Channel {
	if d.Charter == nil {
		return nil
	}
	return d.Charter.Terms.Channels
}

func agreedChannels(ctx context.Context, t Terms) []web.Option {
	out := channelOptions(ctx, "", nil)
	for i := range out {
		out[i].Checked = t.Allows(Channel(out[i].Value))
	}
	return out
}

func backupOptions(ctx context.Context, d charterData) []web.Option {
	out := []web.Option{{Value: "", Label: web.T(ctx, "mentoring.charter.no_backup"), Checked: d.Terms.Backup == ""}}
	for _, c := range d.Peers {
		out = append(out, web.Option{Value: string(c.ID), Label: c.Name, Checked: c.ID == d.Terms.Backup})
	}
	return out
}

func weekOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for n := 1; n <= mostRepeat; n++ {
		v := strconv.Itoa(n)
		label := web.T(ctx, "mentoring.plan.weeks_n", "n", n)
		if n == 1 {
			label = web.T(ctx, "mentoring.plan.once")
		}
		out = append(out, web.Option{Value: v, Label: label, Checked: v == chosen})
	}
	return out
}

func optionsOf(ctx context.Context, prefix string, values []string, chosen string) []web.Option {
	out := make([]web.Option, len(values))
	for i, v := range values {
		out[i] = web.Option{Value: v, Label: web.T(ctx, prefix+v), Checked: v == chosen}
	}
	return out
}

// typedOr gives what was typed, or what stands in the terms.
func (d charterData) typedOr(name, otherwise string) string {
	if v, ok := d.Typed[name]; ok {
		return v
	}
	return otherwise
}

func clockNumber(n int) string { return strconv.Itoa(n) }

func dayName(ctx context.Context, d time.Weekday) string {
	return web.T(ctx, "mentoring.day."+strconv.Itoa(int(d)))
}

// slotWords says the agreed hours on the charter's clock.
func slotWords(ctx context.Context, s Slot) string {
	return web.T(ctx, "mentoring.charter.slot", "day", dayName(ctx, s.Day), "from", clockOf(s.From), "to", clockOf(s.To))
}

// otherClock tells when the reader's clock differs from the charter's now, and
// gives the next agreed hours on theirs.
func otherClock(ctx context.Context, t Terms, now moment.Time) string {
	_, theirs := now.Std().In(t.zone()).Zone()
	_, mine := now.Std().In(web.Zone(ctx)).Zone()
	from, to, ok := t.Next(now)
	if theirs == mine || !ok {
		return ""
	}
	return web.T(ctx, "mentoring.charter.your_clock", "day", web.Day(ctx, from), "from", web.Clock(ctx, from), "to", web.Clock(ctx, to))
}

func dateWords(ctx context.Context, t Terms, d calendar.Date) string {
	return web.Date(ctx, moment.At(d.At(12*60, t.zone())))
}

func signalWords(ctx context.Context, s Signal) string {
	return web.T(ctx, "mentoring.signal."+string(s.Kind), "is", s.Is, "agreed", s.Agreed)
}

// doorOpen tells whether a meeting by chat or video can be entered now.
func doorOpen(x Session, now moment.Time) bool {
	return x.Channel.Here() && x.Coming() && now >= x.StartsAt.Add(-doorBefore) && now <= x.EndsAt().Add(doorAfter)
}

// asks tells whether it is time to say what came of a meeting.
func asks(x Session, now moment.Time) bool {
	return !x.Channel.Here() && x.State == Planned && now >= x.StartsAt
}

func nextReview(v View) *Review {
	if len(v.Reviews) > 0 && !v.Reviews[0].Done() {
		return &v.Reviews[0]
	}
	return nil
}

func whyNotWords(ctx context.Context, w Waits) string {
	if w.WhyNot == "" {
		return web.T(ctx, "mentoring.waits.suggested", "n", w.Suggested)
	}
	return web.T(ctx, "mentoring.waits.why."+w.WhyNot)
}

func waited(ctx context.Context, w Waits, now moment.Time) string {
	return web.Span(ctx, now.Sub(w.MadeAt))
}

func loadWords(ctx context.Context, c Caseload) string {
	return web.T(ctx, "mentoring.load.words", "n", c.Running, "asked", c.Asked, "most", c.Places)
}

func doneKey(done string) string {
	switch done {
	case "given_up", "known", "saved", "proposed", "planned", "signed", "noted", "looked_back", "off", "held", "no", "taken_back", "introduced":
		return "mentoring.done." + done
	}
	return ""
}

// doneHelp shows help after words that ask for it. An address stays in a history that others
// may read, so it does not say so.
const doneHelp = "kept"

func typedIn(typed map[string]string, name, otherwise string) string {
	if v, ok := typed[name]; ok {
		return v
	}
	return otherwise
}

// dayOf is the last day of an absence as a form has it; "" when there is none.
func dayOf(ctx context.Context, until moment.Time) string {
	if until.IsZero() {
		return ""
	}
	return calendar.DateOf(until.Std().In(web.Zone(ctx))).Add(-1).String()
}

func actorOf(person moment.ID) access.Actor { return access.Actor{Person: person} }

// whose names one of the two to the reader.
func whose(ctx context.Context, v View, member bool) string {
	if member == v.Member() {
		return web.T(ctx, "mentoring.you")
	}
	return cardName(ctx, v.With)
}

// talkRefresh is how often the page is read again without JavaScript, in seconds.
func talkRefresh(t talkData) int {
	if t.Open() {
		return 10
	}
	return 0
}

func batchDial(ctx context.Context, dial int) []web.Option {
	out := dialOptions(ctx, dial)
	for i := range out {
		out[i].Hint = ""
	}
	return out
}

func fairName(ctx context.Context, name string, labels map[string]string) string {
	if name == "" {
		return web.T(ctx, "mentoring.fair.unknown")
	}
	return labelOf(name, labels)
}

// oneDecimal writes a mean with one decimal, by the language's own digits and mark.
func oneDecimal(ctx context.Context, x float64) string {
	return web.T(ctx, "mentoring.fair.decimal", "whole", web.Number(ctx, int64(math.Round(x*10))/10), "tenth", web.Number(ctx, int64(math.Round(x*10))%10))
}
