package safety

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// waitField is one wait as the page shows it, in minutes.
type waitField struct {
	Name, Value string
	Least, Most int
}

func waitNames() []string {
	return []string{"lead", "first", "second", "all", "still", "still_worried"}
}

func minutesOf(w Waits) []waitField {
	var out []waitField
	for _, name := range waitNames() {
		out = append(out, fieldOf(name, strconv.Itoa(int(w.fields()[name].Minutes()))))
	}
	return out
}

func fieldOf(name, value string) waitField {
	b := bounds[name]
	return waitField{Name: name, Value: value, Least: int(b[0].Minutes()), Most: int(b[1].Minutes())}
}

// waitsIn reads the waits out of a form; what is no number is out of all bounds.
func waitsIn(form url.Values) (Waits, []waitField) {
	var w Waits
	var typed []waitField
	for _, name := range waitNames() {
		typed = append(typed, fieldOf(name, form.Get(name)))
		if n, err := strconv.Atoi(form.Get(name)); err == nil && n < 100_000 {
			*w.fields()[name] = time.Duration(n) * time.Minute
		}
	}
	return w, typed
}

func cardName(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "safety.case.gone")
	}
	return c.Name
}

// entryWords is what happened, as a sentence.
func entryWords(ctx context.Context, e Entry) string {
	s := web.T(ctx, "safety.entry."+e.Kind)
	switch e.Kind {
	case "paged":
		return web.T(ctx, "safety.rung_told."+e.Detail)
	case "raised", "raised_self", "raised_mandatory", "again", "level":
		return s + " " + web.T(ctx, "safety.level_now."+e.Detail)
	case "proposed", "seconded", "not_seconded", "done_two", "done_alone", "dropped", "reviewed":
		return s + " " + web.T(ctx, "safety.what_is."+e.Detail)
	case "closed":
		return s + " " + web.T(ctx, "safety.outcome."+e.Detail)
	}
	return s
}

func roleWords(ctx context.Context, role string) string { return web.T(ctx, "safety.role."+role) }

func levelOptions(ctx context.Context, now string) []web.Option {
	var out []web.Option
	for _, l := range []Level{Worried, Pressing, Danger} {
		v := strconv.Itoa(int(l))
		out = append(out, web.Option{Value: v, Label: web.T(ctx, "safety.level."+levelName(l)), Hint: web.T(ctx, "safety.level_hint."+levelName(l)), Checked: v == now})
	}
	return out
}

func optionsOf(ctx context.Context, prefix string, list []string, now string) []web.Option {
	var out []web.Option
	for _, v := range list {
		var label string
		switch prefix {
		case "note":
			label = web.T(ctx, "safety.note."+v)
		case "what":
			label = web.T(ctx, "safety.what."+v)
		default:
			label = web.T(ctx, "safety.outcome_do."+v)
		}
		out = append(out, web.Option{Value: v, Label: label, Checked: v == now})
	}
	return out
}

// nextWords says what happens by itself, and when.
func nextWords(ctx context.Context, c Case) string {
	at := web.Clock(ctx, c.Due)
	if c.State == InHand {
		return web.T(ctx, "safety.case.next_held", "time", at)
	}
	return web.T(ctx, "safety.case.next", "time", at)
}

func levelTag(l Level) string {
	if l == Danger {
		return "red"
	}
	return "care"
}

// told lists who was told in the order they were, for the one who waits for an answer.
func told(v CaseView) []Paged {
	var out []Paged
	for _, p := range v.Pages {
		if p.Rung == rungRaised || strings.HasPrefix(string(p.Rung), "second:") {
			continue
		}
		out = append(out, p)
	}
	return out
}

func minutes(d time.Duration) int { return int(d.Minutes()) }

// actState says how a step without consent stands.
func actState(x Act, now moment.Time) string {
	switch {
	case !x.DroppedAt.IsZero():
		return "dropped"
	case !x.DoneAt.IsZero() && x.Alone:
		return "alone"
	case !x.DoneAt.IsZero():
		return "two"
	case x.Second != "" && x.Agreed:
		return "agreed"
	case x.Second != "":
		return "refused"
	case now.Sub(x.At) >= AloneAfter:
		return "waited"
	}
	return "waiting"
}

func num(n int) string { return strconv.Itoa(n) }

// telOf leaves of a number what a telephone dials.
func telOf(phone string) string {
	var out []rune
	for _, r := range phone {
		if r >= '0' && r <= '9' || r == '+' || r == '*' || r == '#' {
			out = append(out, r)
		}
	}
	return string(out)
}

func contactAt(list []Confidant, i int) Confidant {
	if i < len(list) {
		return list[i]
	}
	return Confidant{}
}

func contactTitle(ctx context.Context, i int, c Confidant) string {
	if c.Name != "" {
		return c.Name
	}
	return web.T(ctx, "safety.wish.contact_n", "number", i+1)
}

// keptFor gives back what was typed and not taken, where it was typed.
func keptFor(id, at moment.ID, typed string) string {
	if id == at {
		return typed
	}
	return ""
}
