package groups

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

func cardName(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "groups.gone")
	}
	return c.Name
}

// doneKey is the sentence about what was done; "" for what is not ours.
func doneKey(done string) string {
	if slices.Contains([]string{"made", "saved", "agreed", "in", "asked", "left", "answered", "invited", "declined", "unsaid", "wished", "unwished", "offered", "released"}, done) {
		return "groups.done." + done
	}
	return ""
}

// doneHelp shows help after words that ask for it. An address stays in a history that others
// may read, so it does not say so.
const doneHelp = "kept"

// languages are those offered for a group: of the service, and the most spoken ones.
func languages() []string {
	return []string{"en", "es", "ar", "am", "bn", "de", "fa", "fr", "ha", "hi", "it", "ja", "ko", "ku", "nl", "om", "pl", "ps", "pt", "ro", "ru", "so", "sw", "ta", "ti", "tl", "tr", "uk", "ur", "vi", "yo", "zh", "ase", "bfi"}
}

func languageOptions(ctx context.Context, chosen []string) []web.Option {
	var out []web.Option
	for _, code := range dedupeText(append(languages(), chosen...)) {
		out = append(out, web.Option{Value: code, Label: web.LanguageName(ctx, code), Checked: slices.Contains(chosen, code)})
	}
	slices.SortStableFunc(out, func(a, b web.Option) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	return out
}

func dedupeText(list []string) []string { return people.Tidy(list) }

func formOptions(ctx context.Context, chosen Form, joinedOnly, gatheringsOnly bool) []web.Option {
	var out []web.Option
	for _, f := range Forms() {
		if joinedOnly && !f.Joined() || gatheringsOnly && f.Joined() {
			continue
		}
		out = append(out, web.Option{Value: string(f), Label: web.T(ctx, "groups.form."+string(f)), Hint: web.T(ctx, "groups.form_hint."+string(f)), Checked: f == chosen})
	}
	return out
}

func opennessOptions(ctx context.Context, chosen Openness) []web.Option {
	var out []web.Option
	for _, o := range Opennesses() {
		out = append(out, web.Option{Value: string(o), Label: web.T(ctx, "groups.open."+string(o)), Hint: web.T(ctx, "groups.open_hint."+string(o)), Checked: o == chosen})
	}
	return out
}

func featureOptions(ctx context.Context, chosen []string) []web.Option {
	var out []web.Option
	for _, f := range Features() {
		out = append(out, web.Option{Value: f, Label: web.T(ctx, "groups.access."+f), Checked: slices.Contains(chosen, f)})
	}
	return out
}

// kindOptions are situations or identities of the taxonomy.
func kindOptions(all []people.Situation, identities bool, chosen ...string) []web.Option {
	var out []web.Option
	for _, x := range all {
		if (x.Kind == "identity") != identities || x.Retired && !slices.Contains(chosen, x.Slug) {
			continue
		}
		out = append(out, web.Option{Value: x.Slug, Label: x.Label, Checked: slices.Contains(chosen, x.Slug)})
	}
	return out
}

// anyFirst puts "any" before a list to choose from.
func anyFirst(ctx context.Context, list []web.Option) []web.Option {
	return append([]web.Option{{Value: "", Label: web.T(ctx, "groups.find.any")}}, list...)
}

func dayOptions(ctx context.Context, f Search) []web.Option {
	var out []web.Option
	for i := range 7 {
		day := time.Weekday((i + 1) % 7) // Monday first
		out = append(out, web.Option{Value: strconv.Itoa(int(day)), Label: web.T(ctx, "web.weekday."+strconv.Itoa(int(day))), Checked: slices.Contains(f.Days, day)})
	}
	return anyFirst(ctx, out)
}

func timeOptions(ctx context.Context, f Search) []web.Option {
	var out []web.Option
	for _, name := range timeNames() {
		span := times()[name]
		out = append(out, web.Option{Value: name, Label: web.T(ctx, "groups.time."+name), Checked: f.Latest == span[1]})
	}
	return anyFirst(ctx, out)
}

func howOptions(ctx context.Context, f Search) []web.Option {
	var out []web.Option
	for _, how := range attendances() {
		out = append(out, web.Option{Value: how, Label: web.T(ctx, "groups.how."+how), Checked: f.Attendance == how})
	}
	return anyFirst(ctx, out)
}

func formFilter(ctx context.Context, f Search) []web.Option {
	list := append(formOptions(ctx, f.Form, false, false), web.Option{Value: string(Theirs), Label: web.T(ctx, "groups.form.listed"), Checked: f.Form == Theirs})
	return anyFirst(ctx, list)
}

func stateOptions(ctx context.Context, chosen State) []web.Option {
	var out []web.Option
	for _, st := range []State{Open, Paused, Ended} {
		out = append(out, web.Option{Value: string(st), Label: web.T(ctx, "groups.state."+string(st)), Checked: st == chosen})
	}
	return out
}

func takesOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, v := range Takings() {
		out = append(out, web.Option{Value: v, Label: web.T(ctx, "groups.takes."+v), Checked: v == chosen})
	}
	return out
}

func daysOptions(ctx context.Context) []web.Option {
	var out []web.Option
	for _, n := range Days() {
		out = append(out, web.Option{Value: strconv.Itoa(n), Label: web.T(ctx, "groups.invite.days", "n", n), Checked: n == 7})
	}
	return out
}

func couldOptions(ctx context.Context, list []Listed) []web.Option {
	var out []web.Option
	for _, x := range list {
		out = append(out, web.Option{Value: string(x.Person), Label: cardName(ctx, x.Card), Checked: x.Owner})
	}
	return out
}

// when says when a meeting is, on the reader's clock; the zone stands beside the list.
func when(ctx context.Context, g Gathering) string {
	return web.T(ctx, "groups.when", "day", web.Day(ctx, g.StartsAt), "from", web.Clock(ctx, g.StartsAt), "to", web.Clock(ctx, g.EndsAt))
}

func holdersIn(ctx context.Context, list []people.Card) string {
	var out []string
	for _, c := range list {
		out = append(out, cardName(ctx, c))
	}
	return strings.Join(out, web.T(ctx, "groups.comma"))
}

// topicsIn names what a group is about.
func topicsIn(labels map[string]string, slugs []string) []string {
	var out []string
	for _, s := range slugs {
		if l := labels[s]; l != "" {
			out = append(out, l)
		}
	}
	return out
}

// text gives a number as it stands in a field; none is empty.
func text(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func cellWords(ctx context.Context, c Cell) string {
	if c.Few {
		return web.T(ctx, "groups.sums.few", "n", FewestShown)
	}
	switch {
	case c.Least && c.N == 0:
		return web.T(ctx, "groups.sums.kept")
	case c.Least:
		return web.T(ctx, "groups.sums.least", "sum", web.Number(ctx, int64(c.N)))
	}
	return web.Number(ctx, int64(c.N))
}

func monthWords(ctx context.Context, m string) string {
	at, err := time.Parse("2006-01", m)
	if err != nil {
		return web.T(ctx, "groups.sums.all")
	}
	return web.T(ctx, "web.month."+strconv.Itoa(int(at.Month())))
}

func dayText(ctx context.Context, day string) string {
	at, err := time.ParseInLocation(time.DateOnly, day, web.Zone(ctx))
	if err != nil {
		return day
	}
	return web.Date(ctx, moment.At(at))
}

// strips are how many tear-off strips a poster has.
const strips = 8

// noneFirst puts "for everybody" before a list to choose from.
func noneFirst(ctx context.Context, list []web.Option) []web.Option {
	return append([]web.Option{{Value: "", Label: web.T(ctx, "groups.make.community_none")}}, list...)
}

func roleWords(ctx context.Context, x Listed) string {
	switch {
	case x.Owner:
		return web.T(ctx, "groups.people.owner")
	case x.Facilitates:
		return web.T(ctx, "groups.people.facilitator")
	}
	return ""
}

func personPath(group, person moment.ID, act string) templ.SafeURL {
	return templ.SafeURL(pathOf(group) + "/people/" + string(person) + "/" + act)
}

// reasonTyped and reasonWrong keep what was typed about one proposal at that one.
func reasonTyped(d overviewData, id moment.ID) string {
	if d.Answered == id {
		return d.Typed
	}
	return ""
}

func reasonWrong(ctx context.Context, d overviewData, id moment.ID) string {
	if d.Answered == id {
		return web.Problem(ctx, d.Err, "reason")
	}
	return ""
}
