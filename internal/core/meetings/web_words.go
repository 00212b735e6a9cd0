package meetings

import (
	"context"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

func nameOf(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "meetings.gone")
	}
	return c.Name
}

// between says from when to when on the reader's clock; a meeting over midnight says
// both days.
func between(ctx context.Context, m Meeting) string {
	if sameDay(ctx, m.StartsAt, m.EndsAt) {
		return web.T(ctx, "meetings.when.between", "from", web.Clock(ctx, m.StartsAt), "to", web.Clock(ctx, m.EndsAt))
	}
	return web.T(ctx, "meetings.when.over_night", "from", web.Clock(ctx, m.StartsAt), "day", web.Day(ctx, m.EndsAt), "to", web.Clock(ctx, m.EndsAt))
}

func sameDay(ctx context.Context, a, b moment.Time) bool {
	zone := web.Zone(ctx)
	return calendar.DateOf(a.Std().In(zone)) == calendar.DateOf(b.Std().In(zone))
}

// itsClock says the hour on the meeting's own clock where the reader's differs; else "".
func itsClock(ctx context.Context, m Meeting, zone string) string {
	at, err := time.LoadLocation(zone)
	if err != nil {
		return ""
	}
	_, its := m.StartsAt.Std().In(at).Zone()
	_, mine := m.StartsAt.Std().In(web.Zone(ctx)).Zone()
	if its == mine {
		return ""
	}
	local := web.WithLook(ctx, web.Prefs{Lang: web.Lang(ctx), Zone: zone})
	return web.T(local, "meetings.when.its_clock", "day", web.Day(local, m.StartsAt), "from", web.Clock(local, m.StartsAt), "zone", web.ZoneName(local))
}

// dayMark are the three lines on the stone: weekday, day, month.
func dayMark(ctx context.Context, t moment.Time) (weekday, day, month string) {
	at := t.Std().In(web.Zone(ctx))
	return web.T(ctx, "meetings.weekday_short."+strconv.Itoa(int(at.Weekday()))), strconv.Itoa(at.Day()), web.T(ctx, "meetings.month_short."+strconv.Itoa(int(at.Month())))
}

// stateWords says what is to be known before anything else; "" when all is as planned.
func stateWords(ctx context.Context, v View) string {
	switch v.State {
	case Cancelled:
		return web.T(ctx, "meetings.cancelled_by."+v.Why)
	case NotForNow:
		return web.T(ctx, "meetings.state.paused")
	case Locked:
		return web.T(ctx, "meetings.state.locked")
	case Over:
		if v.Why == whyUnhosted {
			return web.T(ctx, "meetings.state.unhosted")
		}
		return web.T(ctx, "meetings.state.over")
	case Planned, Open:
	}
	if v.Moved {
		return web.T(ctx, "meetings.state.moved")
	}
	return ""
}

// goingWords says how many come, and how many places there are.
func goingWords(ctx context.Context, m Meeting) string {
	out := []string{web.T(ctx, "meetings.going.n", "n", m.Going())}
	for _, how := range []How{ByRoom, ByScreen} {
		if how.Fits(m.Attendance) && m.Places(how) > 0 {
			left := max(m.Places(how)-m.going(how), 0)
			out = append(out, web.T(ctx, "meetings.left."+string(how), "n", left))
		}
	}
	return strings.Join(out, " ")
}

func (m Meeting) going(how How) int {
	if how == ByRoom {
		return m.RoomGoing
	}
	return m.OnlineGoing
}

// answerOptions are the ways of coming that this meeting has.
func answerOptions(ctx context.Context, d meetingData, account bool) []web.Option {
	var out []web.Option
	for _, how := range []How{ByRoom, ByScreen} {
		if !how.Fits(d.Attendance) {
			continue
		}
		hint := web.T(ctx, "meetings.answer."+string(how)+"_hint")
		if d.Full(how) && (d.Mine.How != how || d.Mine.State == Not || !d.Said) {
			hint = web.T(ctx, "meetings.answer.full_hint", "n", d.Waiting)
		}
		out = append(out, web.Option{Value: string(how), Label: web.T(ctx, "meetings.answer."+string(how)), Hint: hint, Checked: d.How == string(how) || !account && len(out) == 0 && d.How == ""})
	}
	if account {
		out = append(out, web.Option{Value: "no", Label: web.T(ctx, "meetings.answer.no"), Checked: d.How == "no"})
	}
	return out
}

func needOptions(ctx context.Context, typed Asked) []web.Option {
	var out []web.Option
	for _, n := range Needs() {
		o := web.Option{Value: n, Label: web.T(ctx, "meetings.need."+n)}
		for _, x := range typed.Needs {
			o.Checked = o.Checked || x == n
		}
		out = append(out, o)
	}
	return out
}

// needWords says what somebody asked for, to those who hold it.
func needWords(ctx context.Context, a Asked) string {
	var out []string
	for _, n := range a.Needs {
		out = append(out, web.T(ctx, "meetings.need."+n))
	}
	return strings.Join(out, " · ")
}

// seesWords says who reads an answer.
func seesWords(ctx context.Context, v View) string {
	var names []string
	for _, h := range v.Hosts {
		if h.State != Cannot && h.State != Left {
			names = append(names, hostName(ctx, v, h))
		}
	}
	if len(names) == 0 || v.Me == "" {
		return web.T(ctx, "meetings.answer.sees_holders")
	}
	return web.T(ctx, "meetings.answer.sees", "names", strings.Join(names, ", "))
}

// hostName names a host, where this person may read who it is.
func hostName(ctx context.Context, v View, h Host) string {
	if c, ok := v.Cards[h.Person]; ok {
		return nameOf(ctx, c)
	}
	return web.T(ctx, "meetings.host.somebody")
}

func comerName(ctx context.Context, c Comer) string {
	if c.Person == "" {
		return c.Name
	}
	return nameOf(ctx, c.Card)
}

// holdWords says who holds it.
func holdWords(ctx context.Context, v View) string {
	var names []string
	for _, h := range v.Hosts {
		if h.Holds() && v.Me == "" {
			return web.T(ctx, "meetings.host.held")
		}
		if h.Holds() {
			names = append(names, hostName(ctx, v, h))
		}
	}
	if len(names) == 0 {
		if v.In.opens() && v.State.Coming() {
			return web.T(ctx, "meetings.host.nobody")
		}
		return ""
	}
	return web.T(ctx, "meetings.host.hold", "n", len(names), "names", strings.Join(names, ", "))
}

// lineWords says how somebody stands who waits.
func lineWords(ctx context.Context, before int) string {
	return web.T(ctx, "meetings.answer.waiting", "n", before)
}

func attendanceOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, a := range Attendances() {
		out = append(out, web.Option{Value: string(a), Label: web.T(ctx, "meetings.attendance."+string(a)), Checked: chosen == string(a)})
	}
	return out
}

func repeatOptions(ctx context.Context, d planData) []web.Option {
	weekday := web.T(ctx, "web.weekday."+strconv.Itoa(int(d.Plan.First.Weekday())))
	nth := (d.Plan.First.Day + 6) / 7
	var out []web.Option
	for _, way := range []string{repeatOnce, repeatWeekly, repeatTwo, repeatFour, repeatNth, repeatLast, repeatDate, repeatDaily, repeatOwn} {
		label := web.T(ctx, "meetings.repeat."+way)
		if way == repeatNth || way == repeatLast || way == repeatDate {
			label = web.T(ctx, "meetings.repeat."+way, "weekday", weekday, "nth", web.T(ctx, "meetings.nth."+strconv.Itoa(nth)), "day", d.Plan.First.Day)
		}
		out = append(out, web.Option{Value: way, Label: label, Checked: d.Repeat == way})
	}
	return out
}

func dayOptions(ctx context.Context, d planData) []web.Option {
	var out []web.Option
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		o := web.Option{Value: strconv.Itoa(int(day)), Label: web.T(ctx, "web.weekday."+strconv.Itoa(int(day)))}
		for _, x := range d.Days {
			o.Checked = o.Checked || x == day
		}
		out = append(out, o)
	}
	return out
}

func endOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, x := range []string{endsNever, endsOn, endsAfter} {
		out = append(out, web.Option{Value: x, Label: web.T(ctx, "meetings.ends."+x), Checked: chosen == x || chosen == "" && x == endsNever})
	}
	return out
}

// RuleWords says how a series repeats, in a sentence.
func RuleWords(ctx context.Context, p Plan) string {
	way, days := repeatOf(p)
	var names []string
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		for _, x := range days {
			if x == day {
				names = append(names, web.T(ctx, "web.weekday."+strconv.Itoa(int(day))))
			}
		}
	}
	weekday := web.T(ctx, "web.weekday."+strconv.Itoa(int(p.First.Weekday())))
	if len(names) > 0 {
		weekday = strings.Join(names, ", ")
	}
	first := web.Date(ctx, moment.At(p.First.At(p.Starts, p.Series().Zone)))
	if way == repeatOwn {
		return web.T(ctx, "meetings.rule.own", "rule", p.Rule.String())
	}
	nth := web.T(ctx, "meetings.nth."+strconv.Itoa((p.First.Day+6)/7))
	return web.T(ctx, "meetings.rule."+way, "weekday", weekday, "day", p.First.Day, "nth", nth, "first", first)
}

// clockWords says from when to when on the series' own clock.
func clockWords(ctx context.Context, p Plan) string {
	end := (p.Starts + p.Minutes) % minutesOfADay
	return web.T(ctx, "meetings.rule.clock", "from", clockOf(p.Starts), "to", clockOf(end), "zone", p.Zone)
}

func doneKey(done string) string {
	switch done {
	case "going", "waiting", "not", "here", "left", "step", "said", "counted", "restored", "freed", "moved", "cancelled", "planned", "changed", "ended":
		return "meetings.done." + done
	}
	return ""
}

func feedHref(owner Ref) string {
	if owner == (Ref{}) {
		return "/my-calendar"
	}
	return "/my-calendar?kind=" + owner.Kind + "&owner=" + string(owner.ID)
}

// holds tells whether the reader may say now that they are here.
func holds(v View) bool {
	return canBeHere(v.Stand, v.In, v.Meeting, v.AsHost, v.IsHost, v.Now).OK()
}

func counts(v View) bool { return canCount(v.Stand, v.Meeting, v.IsHost, v.Now).OK() }

func changes(v View) bool { return canChange(v.Stand, v.Meeting, v.Now).OK() }

func restores(v View) bool { return canRestore(v.Stand, v.Meeting, v.Now).OK() }

func near(v View) bool {
	return v.State.Coming() && v.Now >= v.StartsAt.Add(-doorBefore) && v.Now < v.EndsAt.Add(overAfter)
}

// refresh is how often the page is read again without JavaScript, in seconds.
func refresh(v View) int {
	if near(v) {
		return 30
	}
	return 0
}

// nextPlanned gives the first meeting that can still be changed.
func nextPlanned(list []Meeting, now moment.Time) moment.ID {
	for _, m := range list {
		if m.State == Planned && m.StartsAt > now {
			return m.ID
		}
	}
	return list[0].ID
}

func meetingsIn(list []Listed) []Meeting {
	out := make([]Meeting, len(list))
	for i, l := range list {
		out[i] = l.Meeting
	}
	return out
}

// comerWords says on which way somebody comes and what they asked for.
func comerWords(ctx context.Context, c Comer) string {
	out := []string{web.T(ctx, "meetings.who."+string(c.How))}
	if c.State == Waiting {
		out[0] = web.T(ctx, "meetings.who.waiting")
	}
	if n := needWords(ctx, c.Asked); n != "" {
		out = append(out, n)
	}
	return strings.Join(out, " · ")
}

// rowWords says what comes of one entry of a file.
func rowWords(ctx context.Context, r Row) string {
	switch {
	case r.Here:
		return web.T(ctx, "meetings.import.here")
	case r.Key != "":
		return web.Sentence(ctx, fault.New(fault.Invalid, r.Key).With(r.Args))
	}
	return RuleWords(ctx, r.Plan)
}

// mainIf makes a button the main one of its page, or a quiet one.
func mainIf(is bool) string {
	if is {
		return "main"
	}
	return ""
}

// entersHere tells whether the way into the room here is shown: to whoever comes or
// holds it, while it is near.
func entersHere(v View) bool {
	return v.OwnRoom && v.Inside && v.State.Coming() && near(v) || v.OwnRoom && v.Link && v.State.Coming()
}

func roomHref(id moment.ID) string { return rooms.DoorPath(rooms.Ref{Kind: RoomKind, ID: id}) }
