package support

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// The words of the pages. Whole sentences; what is joined is whole sentences.

func cardName(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "chat.talk.someone")
	}
	return c.Name
}

func kindWords(ctx context.Context, c people.Card) string {
	if c.Kind == people.KindMember {
		return web.T(ctx, "support.board.member")
	}
	return ""
}

// waitWords says how long it takes, as a range, or that we do not know.
func waitWords(ctx context.Context, w WaitRange, waiting int) string {
	switch {
	case w.Known && w.Low != w.High:
		return web.T(ctx, "support.wait.range", "low", w.Low, "n", w.High)
	case w.Known:
		return web.T(ctx, "support.wait.about", "n", w.High)
	case waiting > 0:
		return web.T(ctx, "support.wait.some", "n", waiting)
	}
	return web.T(ctx, "support.wait.none")
}

func rangeWords(ctx context.Context, w WaitRange) string {
	if !w.Known {
		return web.T(ctx, "support.board.no_range")
	}
	return web.T(ctx, "support.board.range", "low", w.Low, "n", w.High)
}

func placeWords(ctx context.Context, p Place) string {
	switch {
	case p.Offering:
		return web.T(ctx, "support.wait.asking")
	case p.Ahead == 0:
		return web.T(ctx, "support.wait.first")
	}
	return web.T(ctx, "support.wait.ahead", "n", p.Ahead)
}

func waitSentence(ctx context.Context, p Place) string {
	switch {
	case p.Offering:
		return web.T(ctx, "support.wait.asking_text")
	case p.Wait.Known:
		return waitWords(ctx, p.Wait, p.Ahead)
	}
	return web.T(ctx, "support.wait.unknown")
}

func waitsStill(p Place) bool { return p.Request.State == Waiting || p.Request.State == Offered }

// waitRefresh is how often the page looks again without JavaScript, in seconds.
// While a form holds typed words it must not.
func waitRefresh(p Place, err error) int {
	if err != nil || p.Request.State.Terminal() {
		return 0
	}
	return 20
}

// shiftRefresh is the same for a peer's page: before a shift begins there is a
// form with taps.
func shiftRefresh(v shiftView) int {
	if !v.On {
		return 0
	}
	return 15
}

func talkRefresh(t talkView) int {
	if !t.Open() {
		return 0
	}
	return 10
}

func situationOptions(all []people.Situation, chosen []string) []web.Option {
	out := make([]web.Option, len(all))
	for i, x := range all {
		out[i] = web.Option{Value: x.Slug, Label: x.Label, Checked: slices.Contains(chosen, x.Slug)}
	}
	return out
}

func distressOptions(ctx context.Context, chosen int) []web.Option {
	out := make([]web.Option, 5)
	for i := range out {
		n := strconv.Itoa(i + 1)
		out[i] = web.Option{Value: n, Label: n, Hint: web.T(ctx, "support.distress."+n), Checked: chosen == i+1}
	}
	return out
}

func helpedOptions(ctx context.Context, chosen []string) []web.Option {
	var out []web.Option
	for _, h := range WhatHelped() {
		out = append(out, web.Option{Value: h, Label: web.T(ctx, "support.helped."+h), Checked: slices.Contains(chosen, h)})
	}
	return out
}

func languageOptions(all, chosen []string) []web.Option {
	var out []web.Option
	for _, l := range all {
		out = append(out, web.Option{Value: l, Label: languageName(l), Checked: slices.Contains(chosen, l)})
	}
	return out
}

// languageName gives a language its own name: "Español".
func languageName(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	if name := display.Self.Name(tag); name != "" {
		return name
	}
	return code
}

func whoWords(ctx context.Context, t talkView) string {
	if t.Helper {
		return web.T(ctx, "support.talk.since", "time", web.Clock(ctx, t.Contact.StartedAt))
	}
	return web.T(ctx, "support.talk.peer_since", "time", web.Clock(ctx, t.Contact.StartedAt))
}

func sharedWords(ctx context.Context, labels []string) string {
	return web.T(ctx, "support.shared.both", "n", len(labels), "what", listWords(ctx, labels))
}

// listWords joins a list the way the language does.
func listWords(ctx context.Context, items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return web.T(ctx, "support.shared.list", "most", strings.Join(items[:len(items)-1], web.T(ctx, "support.shared.comma")), "last", items[len(items)-1])
}

// exitsOf lists the ways out of a conversation, for whoever looks.
func exitsOf(t talkView) []string {
	if t.SitsIn {
		return nil
	}
	if t.Helper {
		return []string{"end", "know", "protect"}
	}
	return []string{"end", "switch", "block", "know"}
}

// nearOf are the ways out that stand in sight on a narrow screen too; the others are one tap further.
func nearOf(t talkView) []string {
	if all := exitsOf(t); t.Helper || t.SitsIn {
		return all[:min(1, len(all))]
	}
	return []string{"end", "switch"}
}

func hintKey(act string, helper bool) string {
	if helper {
		return "support.act." + act + ".hint_peer"
	}
	return "support.act." + act + ".hint"
}

func bodyKey(act string, helper bool) string {
	if helper {
		return "support.act." + act + ".body_peer"
	}
	return "support.act." + act + ".body"
}

func talkHref(t Talk) string {
	if t.EndedAt.IsZero() {
		return "/talk/" + string(t.Conversation)
	}
	return "/talk/" + string(t.Conversation) + "/after"
}

func talkState(ctx context.Context, t Talk) string {
	switch {
	case t.EndedAt.IsZero():
		return web.T(ctx, "support.talks.running")
	case !t.Open:
		return web.T(ctx, "support.talks.gone")
	case t.Kept:
		return web.T(ctx, "support.talks.kept")
	}
	return web.T(ctx, "support.talks.ended")
}

func pressed(is bool) string { return strconv.FormatBool(is) }

func shiftWords(ctx context.Context, v shiftView) string {
	switch {
	case !v.On:
		return web.T(ctx, "support.shift.off")
	case v.Shift.Leads:
		return web.T(ctx, "support.shift.you_lead", "time", web.Clock(ctx, v.Shift.StartedAt))
	case v.Lead.Name != "":
		return web.T(ctx, "support.shift.since_lead", "time", web.Clock(ctx, v.Shift.StartedAt), "name", v.Lead.Name)
	}
	return web.T(ctx, "support.shift.since", "time", web.Clock(ctx, v.Shift.StartedAt))
}

func idleWords(ctx context.Context, v shiftView) string {
	switch {
	case v.Shift.State == shifts.Stopped:
		return web.T(ctx, "support.shift.stopped")
	case v.Shift.State == shifts.Closing:
		return web.T(ctx, "support.shift.closing")
	case !v.Talks:
		return web.T(ctx, "support.shift.only_leads")
	case len(v.Evening.Owed) > 0:
		return web.T(ctx, "support.shift.owed_first")
	case v.Shift.State == shifts.Ready:
		return web.T(ctx, "support.shift.waiting_for")
	}
	return web.T(ctx, "support.shift.on_break")
}

func minutesTalked(v shiftView) int {
	total := time.Duration(v.Shift.Spent) * time.Microsecond // what is over, logged calls too
	for _, c := range v.Evening.Talking {
		total += v.Now.Sub(c.StartedAt)
	}
	return int(total.Minutes())
}

// offerReasons says why this person: what both show, and nothing else.
func offerReasons(ctx context.Context, v shiftView) []string {
	var out []string
	if len(v.Shared) > 0 {
		out = append(out, web.T(ctx, "support.shared.both", "n", len(v.Shared), "what", listWords(ctx, v.Shared)))
	}
	if len(v.Wishes) > 0 {
		out = append(out, web.T(ctx, "support.offer.wish", "what", listWords(ctx, v.Wishes)))
	}
	if l := v.Offer.Language; l != "" {
		out = append(out, web.T(ctx, "support.offer.language", "language", languageName(l)))
	}
	if len(out) == 0 {
		out = append(out, web.T(ctx, "support.offer.longest"))
	}
	return out
}

func offerFacts(ctx context.Context, v shiftView) string {
	waited := web.T(ctx, "support.offer.waited", "n", v.Offer.Waited)
	if v.Offer.Request.Distress == 0 {
		return waited
	}
	return waited + " " + web.T(ctx, "support.offer.distress", "level", v.Offer.Request.Distress)
}

func boardWords(ctx context.Context, b Board) string {
	lead := web.T(ctx, "support.board.no_lead")
	if b.Lead.Name != "" {
		lead = web.T(ctx, "support.board.lead", "name", b.Lead.Name)
	}
	open := web.T(ctx, "support.board.closed")
	if b.Status.Open {
		open = web.T(ctx, "support.board.open")
	}
	return web.Day(ctx, b.Now) + ", " + web.Clock(ctx, b.Now) + ", " + web.ZoneName(ctx) + ". " + open + " " + lead
}

func lookingFor(ctx context.Context, q Request, labels map[string]string) string {
	var parts []string
	for _, s := range slices.Concat(q.Situations, q.Wishes) {
		if l := labels[s]; l != "" {
			parts = append(parts, l)
		}
	}
	for _, l := range q.Languages {
		parts = append(parts, languageName(l))
	}
	if len(parts) == 0 {
		return web.T(ctx, "support.board.anybody")
	}
	return strings.Join(parts, web.T(ctx, "support.shared.comma"))
}

func nextWords(ctx context.Context, q BoardWaiting) string {
	if q.Offered.ID != "" {
		return web.T(ctx, "support.board.offered", "name", cardName(ctx, q.Offered), "time", web.Clock(ctx, q.Until))
	}
	return web.T(ctx, "support.circle."+strconv.Itoa(int(q.Request.Circle)))
}

func quietWords(ctx context.Context, b Board, c BoardTalking) string {
	if quiet := b.Now.Sub(c.QuietSince); quiet >= 5*time.Minute {
		return web.T(ctx, "support.board.quiet", "n", int(quiet.Minutes()))
	}
	return kindWords(ctx, c.MemberCard)
}

func peerTone(p BoardPeer) string {
	if p.Ready && p.Owed == 0 {
		return "moss"
	}
	return "4"
}

func leadWords(ctx context.Context, p BoardPeer) string {
	if p.Leads {
		return web.T(ctx, "support.board.leads")
	}
	return ""
}

func peerWords(ctx context.Context, p BoardPeer) string {
	switch {
	case p.State == shifts.Stopped:
		return web.T(ctx, "support.peer.stopped")
	case p.Talks > 0:
		return web.T(ctx, "support.peer.talking")
	case p.Most == 0:
		return web.T(ctx, "support.peer.leading")
	case p.At == "rest":
		return web.T(ctx, "support.peer.rest", "time", web.Clock(ctx, p.RestUntil))
	case p.At == "contact":
		return web.T(ctx, "support.peer.ceiling")
	case p.Owed > 0:
		return web.T(ctx, "support.peer.debrief")
	case p.Busy > 0:
		return web.T(ctx, "support.peer.asked")
	case p.State == shifts.Ready:
		return web.T(ctx, "support.peer.free")
	}
	return web.T(ctx, "support.peer.break")
}

// owedWords says how much somebody on shift has to look back on.
func owedWords(ctx context.Context, n int) string {
	if n == 0 {
		return ""
	}
	return web.T(ctx, "support.board.owed", "n", n)
}

// clockSpan writes a waiting time as a board does: 3:10.
func clockSpan(d time.Duration) string {
	s := int(max(d, 0).Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func helpWords(ctx context.Context, waiting bool) string {
	if waiting {
		return web.T(ctx, "support.help.text")
	}
	return web.T(ctx, "support.help.text_now")
}

// caseWords says in the shift what a case asks of whoever looks.
func caseWords(ctx context.Context, c safety.OpenCase) string {
	if c.State == safety.Climbing {
		return web.T(ctx, "support.case.waits", "name", cardName(ctx, c.MemberCard))
	}
	return web.T(ctx, "support.case.runs", "name", cardName(ctx, c.MemberCard))
}

func passOptions(ctx context.Context, free []people.Card, to string) []web.Option {
	out := []web.Option{{Value: "", Label: web.T(ctx, "support.pass.anybody"), Checked: to == ""}}
	for _, c := range free {
		out = append(out, web.Option{Value: string(c.ID), Label: cardName(ctx, c), Checked: to == string(c.ID)})
	}
	return out
}

// companyWords is the question before a supervisor is asked in, or comes in.
func companyWords(ctx context.Context, id moment.ID, verb string, peer people.Card) web.ConfirmData {
	d := web.ConfirmData{ID: verb, Action: "/talk/" + string(id) + "/" + verb, No: web.T(ctx, "support.act.stay"), NoHref: "/talk/" + string(id)}
	if verb == "join" {
		d.Title, d.Body, d.Yes = web.T(ctx, "support.company.join_title", "name", cardName(ctx, peer)), web.T(ctx, "support.company.join_body"), web.T(ctx, "support.company.join_yes")
		d.No, d.NoHref = web.T(ctx, "support.company.join_no"), "/board"
		return d
	}
	d.Title, d.Body, d.Yes = web.T(ctx, "support.company.ask_title"), web.T(ctx, "support.company.ask_body"), web.T(ctx, "support.company.ask_yes")
	return d
}

func callOptions(ctx context.Context, kind string, list []string, chosen string) []web.Option {
	var out []web.Option
	for _, v := range list {
		key := "support.call_kind." + v
		if kind == "outcome" {
			key = "support.call_outcome." + v
		}
		out = append(out, web.Option{Value: v, Label: web.T(ctx, key), Checked: v == chosen})
	}
	return out
}

// ceilingWords says why nobody is offered just now, and that it is meant well.
func ceilingWords(ctx context.Context, v shiftView) string {
	switch v.Shift.Ceiling(v.Now) {
	case "rest":
		return web.T(ctx, "support.ceiling.rest", "time", web.Clock(ctx, v.Shift.RestUntil))
	case "contact":
		return web.T(ctx, "support.ceiling.contact", "n", int(v.Shift.Contact(v.Now).Minutes()))
	}
	return ""
}
