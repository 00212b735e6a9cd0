package shifts

import (
	"context"
	"strconv"

	"cairn/internal/core/people"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// When says a stretch of time by the reader's clock: "Thursday 26 November,
// 18:00 to 22:00".
func When(ctx context.Context, p Planned) string {
	return web.T(ctx, "shifts.rota.when", "day", web.Day(ctx, p.StartsAt), "from", web.Clock(ctx, p.StartsAt), "until", web.Clock(ctx, p.EndsAt))
}

func clocks(ctx context.Context, p Planned) string {
	return web.T(ctx, "shifts.rota.clocks", "from", web.Clock(ctx, p.StartsAt), "until", web.Clock(ctx, p.EndsAt))
}

// Lacks says what a shift lacks, in whole sentences.
func Lacks(ctx context.Context, g Gap) []string {
	var out []string
	if g.People > 0 {
		out = append(out, web.T(ctx, "shifts.gap.people", "n", g.People))
	}
	if g.Lead {
		out = append(out, web.T(ctx, "shifts.gap.lead"))
	}
	if g.Talker {
		out = append(out, web.T(ctx, "shifts.gap.talker"))
	}
	return out
}

func nameOf(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "shifts.rota.someone")
	}
	return c.Name
}

// onItWords says what there is to say about somebody on a shift.
func onItWords(ctx context.Context, x OnIt) string {
	switch {
	case !x.SwapAt.IsZero():
		return web.T(ctx, "shifts.rota.looks")
	case x.Leads:
		return web.T(ctx, "shifts.rota.leads")
	}
	return ""
}

func shiftTone(x OnIt) string {
	if x.Leads {
		return "moss"
	}
	return "4"
}

func weekHref(w calendar.Week) string { return "/rota?week=" + w.String() }

func shiftHref(id moment.ID) string { return "/rota/shift/" + string(id) }

// weekTitle says which week: its first and last day.
func weekTitle(ctx context.Context, v rotaWeek) string {
	return web.T(ctx, "shifts.rota.week", "first", web.Day(ctx, v.days[0].at), "last", web.Day(ctx, v.days[6].at))
}

func callWho(ctx context.Context, c Call) string {
	switch {
	case c.Person != "":
		return nameOf(ctx, c.Card)
	case c.Name != "":
		return c.Name
	}
	return nameOf(ctx, people.Card{})
}

func callSpan(ctx context.Context, d Duty) string {
	return web.T(ctx, "shifts.call.span", "from", web.DateClock(ctx, d.From), "until", web.DateClock(ctx, d.Until))
}

// callsOf picks the stretches of one kind, the earlier first.
func callsOf(list []Call, kind DutyKind) []Call {
	var out []Call
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Kind == kind {
			out = append(out, list[i])
		}
	}
	return out
}

func kindWords(ctx context.Context, k DutyKind) string { return web.T(ctx, "shifts.call."+string(k)) }

func kindOptions(ctx context.Context, now string) []web.Option {
	var out []web.Option
	for _, k := range DutyKinds() {
		out = append(out, web.Option{Value: string(k), Label: kindWords(ctx, k), Checked: string(k) == now})
	}
	return out
}

func cardOptions(first string, list []people.Card, now string) []web.Option {
	out := []web.Option{{Value: "", Label: first, Checked: now == ""}}
	for _, c := range list {
		out = append(out, web.Option{Value: string(c.ID), Label: c.Name, Checked: string(c.ID) == now})
	}
	return out
}

func mineOptions(ctx context.Context, list []Booked) []web.Option {
	var out []web.Option
	for _, b := range list {
		out = append(out, web.Option{Value: string(b.Planned.ID), Label: When(ctx, b.Planned)})
	}
	return out
}

func yes(label, hint string, checked bool) []web.Option {
	return []web.Option{{Value: "yes", Label: label, Hint: hint, Checked: checked}}
}

// reason says one reason of the rules.
func reason(ctx context.Context, f fault.Field) string {
	args := []any{}
	for k, v := range f.Args {
		args = append(args, k, v)
	}
	return web.T(ctx, f.Key, args...)
}

// others are the colleagues on a shift whom the reader can offer an exchange.
func others(v plannedShift) []OnIt {
	var out []OnIt
	for _, x := range v.People {
		if x.Person != v.me {
			out = append(out, x)
		}
	}
	return out
}

// anyway is what a form carries when the person chose to go past a default.
func anyway(v Verdict) bool { return len(v.Never) == 0 && len(v.Past) > 0 }

func number(n int) string { return strconv.Itoa(n) }

func limitField(ctx context.Context, name, label, hint, value string, err error) web.FieldData {
	return web.FieldData{Name: name, Label: label, Hint: hint, Type: "number", Value: value, Error: web.Problem(ctx, err, name), Attrs: templ.Attributes{"min": "1", "max": "48"}}
}

// howWords names a tap.
func howWords(ctx context.Context, n int) string {
	return web.T(ctx, "shifts.how."+strconv.Itoa(n))
}

// HowOptions are the five taps of a check.
func HowOptions(ctx context.Context) []web.Option {
	out := make([]web.Option, 5)
	for i := range out {
		n := strconv.Itoa(i + 1)
		out[i] = web.Option{Value: n, Label: n, Hint: howWords(ctx, i+1)}
	}
	return out
}

func checkLine(ctx context.Context, c Checked) string {
	when := web.DateClock(ctx, c.At)
	if c.How == 0 {
		return web.T(ctx, "shifts.mine.check_talk", "when", when)
	}
	if c.Kind == CheckArrive {
		return web.T(ctx, "shifts.mine.check_arrive", "when", when, "how", howWords(ctx, c.How))
	}
	return web.T(ctx, "shifts.mine.check_leave", "when", when, "how", howWords(ctx, c.How))
}

// takeLabel is the words of a button that takes a shift; past a default it says
// that it is the person's own choice.
func takeLabel(ctx context.Context, v Verdict, plain string) string {
	if anyway(v) {
		return web.T(ctx, "shifts.past.take")
	}
	return plain
}

func swapWords(ctx context.Context, x Asked) string {
	if x.Leads {
		return web.T(ctx, "shifts.swap.lead", "name", nameOf(ctx, x.Card))
	}
	return web.T(ctx, "shifts.swap.text", "name", nameOf(ctx, x.Card))
}
