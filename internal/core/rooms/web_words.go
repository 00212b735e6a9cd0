package rooms

import (
	"context"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// nameOf is what somebody is called in a room: their pseudonym, or a number for whoever
// takes part without a name.
func nameOf(ctx context.Context, cards map[moment.ID]people.Card, s Seat) string {
	if s.Alias > 0 {
		return web.T(ctx, "rooms.alias", "n", s.Alias)
	}
	if c := cards[s.Person]; c.Name != "" {
		return c.Name
	}
	return web.T(ctx, "rooms.gone")
}

// initials are the first letters of up to two words of a name; they stand where there
// is no picture.
func initials(name string) string {
	var b strings.Builder
	for i, word := range strings.Fields(name) {
		if i == 2 {
			break
		}
		for _, r := range word {
			b.WriteRune(r)
			break
		}
	}
	return strings.ToUpper(b.String())
}

// roleWords says how somebody takes part, beside their name.
func roleWords(ctx context.Context, s Seat) string {
	switch {
	case s.State == Beside:
		return web.T(ctx, "rooms.role.aside")
	case s.Role == Interpreter:
		return web.T(ctx, "rooms.role.interpreter", "lang", web.LanguageName(ctx, s.Lang))
	case s.Role == Part:
		return ""
	}
	return web.T(ctx, "rooms.role."+string(s.Role))
}

// noticeWords say why somebody is not in the room, when they are not.
func noticeWords(ctx context.Context, v View) string {
	switch {
	case v.Me.State == Removed:
		return web.T(ctx, "rooms.state.removed")
	case v.Me.State == Refused:
		return web.T(ctx, "rooms.state.refused")
	case !v.Open:
		return web.T(ctx, "rooms.closed."+v.Why)
	case v.Me.State == Waiting:
		return web.T(ctx, "rooms.state.waiting")
	case v.Me.State == Beside:
		return web.T(ctx, "rooms.state.aside")
	}
	return web.T(ctx, "rooms.state.out")
}

// stateName is how the page stands for its script.
func stateName(v View) string {
	if !v.Open {
		return "closed"
	}
	return string(v.Me.State)
}

// linePath is where a browser opens its line.
func linePath(room moment.ID, identity string) string { return roomPath(room) + "/line/" + identity }

// lineAhead tells the door's script where the line will be, when entering leads
// straight to it.
func lineAhead(d doorData) templ.Attributes {
	if !d.straight() {
		return nil
	}
	return templ.Attributes{"data-line": linePath(d.Room.ID, d.Coming), "data-client": web.Asset("livekit.js"), "data-policy": d.Policy}
}

// stateAttrs tell the page's script what holds now.
func stateAttrs(v View) templ.Attributes {
	a := templ.Attributes{"data-state": stateName(v), "data-role": string(v.Me.Role)}
	if v.Here() {
		a["data-line"] = linePath(v.ID, v.Me.Identity)
		a["data-speaks"], a["data-shows"], a["data-shares"] = strconv.FormatBool(v.Me.MaySpeak()), strconv.FormatBool(v.Me.MayShow(v.Stand.Cameras)), strconv.FormatBool(v.Me.MayShare())
	}
	if v.Open && v.Me.State == Beside {
		a["data-go"] = roomPath(v.Me.Aside)
	}
	return a
}

// seatAttrs tell the script whose tile it is. The name is what the page shows anyway.
func seatAttrs(ctx context.Context, v View, s Seat) templ.Attributes {
	name := nameOf(ctx, v.Cards, s)
	a := templ.Attributes{"data-seat": string(s.ID), "data-name": name, "data-initials": initials(name), "data-role": string(s.Role), "data-lang": s.Lang}
	if s.State == In {
		a["data-identity"] = s.Identity
	}
	if s.ID == v.Me.ID {
		a["data-me"] = "yes"
	}
	if s.Role == Interpreter {
		a["data-channel"] = web.LanguageName(ctx, s.Lang)
	}
	return a
}

// orderWords is the speaking order in one sentence, to be read out.
func orderWords(ctx context.Context, v View) string {
	if len(v.Order) == 0 {
		return ""
	}
	var names []string
	for i, s := range v.Order {
		names = append(names, strconv.Itoa(i+1)+" "+nameOf(ctx, v.Cards, s))
	}
	return web.T(ctx, "rooms.order.said", "names", strings.Join(names, ", "))
}

// turnWords say whose turn it is.
func turnWords(ctx context.Context, v View) string {
	t, ok := v.Turn()
	if !ok {
		return ""
	}
	if t.Seat == v.Me.ID {
		return web.T(ctx, "rooms.round.yours")
	}
	return web.T(ctx, "rooms.round.turn", "name", seatName(ctx, v, t.Seat))
}

func seatName(ctx context.Context, v View, id moment.ID) string {
	for _, s := range v.Seats {
		if s.ID == id {
			return nameOf(ctx, v.Cards, s)
		}
	}
	return web.T(ctx, "rooms.gone")
}

// peopleWords say how many are in.
func peopleWords(ctx context.Context, n int) string {
	if n == 0 {
		return web.T(ctx, "rooms.door.nobody")
	}
	return web.T(ctx, "rooms.door.people", "n", n)
}

// inIt is how many are in the room of a door.
func inIt(d doorData) int {
	if !d.Opened {
		return 0
	}
	return d.Room.People
}

// aloneWords say what happens while nobody holds the room.
func aloneWords(ctx context.Context, st Stand, now moment.Time) string {
	switch {
	case st.Alone.IsZero() || st.Door == Over:
		return ""
	case now < st.Locks:
		return web.T(ctx, "rooms.alone.grace", "locks", web.Clock(ctx, st.Locks), "closes", web.Clock(ctx, st.Closes))
	}
	return web.T(ctx, "rooms.alone.locked", "closes", web.Clock(ctx, st.Closes))
}

// myTurnAhead gives the place of one's own turn that is still to come.
func myTurnAhead(v View) (int, bool) {
	for _, t := range v.Turns {
		if t.Seat == v.Me.ID && t.State == Next {
			return t.Place, true
		}
	}
	return 0, false
}

// turnEnds is when the present turn is meant to end.
func turnEnds(v View) moment.Time {
	return v.TurnAt.Add(minutes(v.TurnMinutes))
}

// asOptions are the ways to come in, least first: being seen is a choice of its own.
func asOptions(ctx context.Context, d doorData) []web.Option {
	out := []web.Option{
		{Value: "listen", Label: web.T(ctx, "rooms.as.listen"), Hint: web.T(ctx, "rooms.as.listen_hint"), Checked: d.Entry.Listen || d.Mode == Webinar && !d.Host},
	}
	if d.Mode == Webinar && !d.Host && !d.MayHold {
		return out
	}
	out = append(out, web.Option{Value: "sound", Label: web.T(ctx, "rooms.as.sound"), Hint: web.T(ctx, "rooms.as.sound_hint"), Checked: !out[0].Checked})
	if d.Cameras {
		out = append(out, web.Option{Value: "picture", Label: web.T(ctx, "rooms.as.picture"), Hint: web.T(ctx, "rooms.as.picture_hint")})
	}
	return out
}

// mayCome tells whether the form to come in is there: the door may still be shut.
func mayCome(d doorData) bool {
	return d.Sound && d.Door != Over && (d.Enter || d.Host || d.MayHold) && d.Mine.State != Removed
}

// unanswered counts who is in or aside and has not said yes to captions from outside.
func unanswered(v View) int {
	n := 0
	for _, s := range v.Seats {
		if !s.Agrees {
			n++
		}
	}
	return n
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// refresh reloads the page where there is no JavaScript, so that who is there and what
// was said is not old.
func refresh(v View) int {
	if v.Open {
		return 20
	}
	return 0
}

// channelLanguages are the languages that an interpreter's channel can have, by their
// tags. Another is no more than a name to choose by.
var channelLanguages = []string{"ar", "de", "en", "es", "fa", "fr", "hi", "it", "pl", "pt", "ru", "so", "sw", "ti", "tr", "uk", "ur", "vi", "zh"}

func holdLabel(ctx context.Context, what string, may bool) string {
	if may {
		return web.T(ctx, "rooms.hold_off."+what)
	}
	return web.T(ctx, "rooms.hold_on."+what)
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// stageWords are the sentences that the script says.
func stageWords(ctx context.Context) templ.Attributes {
	a := templ.Attributes{}
	for _, name := range []string{"joining", "here", "lost", "back", "weak", "failed", "denied", "none", "held", "given", "blocked"} {
		a["data-word-"+name] = web.T(ctx, "rooms.line."+name)
	}
	for _, name := range []string{"speaks", "speaks_more", "sound_on", "sound_off", "picture_on", "picture_off", "pin", "unpin", "came", "went", "screen_of"} {
		a["data-word-"+name] = web.T(ctx, "rooms.tile."+name, "name", "%s")
	}
	return a
}

// titleWords name a room; a call has no name.
func titleWords(ctx context.Context, st Stand) string {
	if st.Name == "" {
		return web.T(ctx, "rooms.call.title")
	}
	return st.Name
}
