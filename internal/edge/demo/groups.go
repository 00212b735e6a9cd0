package demo

import (
	"context"
	"fmt"
	"time"

	"cairn/internal/core/discussion"
	"cairn/internal/core/meetings"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// gathering is a group of the demo: who holds it, who is in it, when it meets.
type gathering struct {
	by        string
	draft     groups.Draft
	agreement string
	with      string // holds it too
	in        []string
	plan      meetings.Plan
}

const ourAgreement = `What is said here stays here, except when a life is at risk.
We speak from our own life, and give no advice that nobody asked for.
Every explanation of what we lived through is welcome.
Come late, leave early, say nothing. All fine.`

// gatherAll makes groups and gatherings by the same verbs as everybody: some are led by
// their people, some are held, one is for the public.
func (d *Demo) gatherAll(ctx context.Context) error {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return err
	}
	today := calendar.DateOf(d.Clock.Now().Std().In(zone))
	for _, g := range gatherings(today) {
		if err := d.gather(ctx, g); err != nil {
			return fmt.Errorf("%s: %w", g.draft.Name, err)
		}
	}
	return nil
}

// Tonight makes what happens in the online room, once, so that one can be entered
// shortly after the demo began.
func (d *Demo) Tonight(ctx context.Context) error {
	done, err := access.Setting(ctx, d.DB.Reader(), settingTonight, "")
	if err != nil || done != "" {
		return err
	}
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return err
	}
	for _, g := range inTheRoom(d.Clock.Now().Std().In(zone)) {
		if err := d.gather(ctx, g); err != nil {
			return fmt.Errorf("%s: %w", g.draft.Name, err)
		}
	}
	return d.DB.Write(ctx, func(tx db.Writer) error {
		return access.SetSetting(ctx, tx, access.System(), d.Clock.Now(), settingTonight, "yes")
	})
}

const settingTonight = "demo.tonight"

// next is the first such weekday, some days from a day on.
func next(from calendar.Date, day time.Weekday) calendar.Date {
	for from.Weekday() != day {
		from = from.Add(1)
	}
	return from
}

func weekly(first calendar.Date, starts, minutes int) meetings.Plan {
	return meetings.Plan{First: first, Starts: starts, Minutes: minutes, Zone: Zone, Rule: calendar.Rule{Freq: calendar.Weekly, Interval: 1}}
}

// gatherings are the demo's. The links lead nowhere.
func gatherings(today calendar.Date) []gathering {
	soon := today.Add(4)
	river := weekly(next(soon, time.Tuesday), 18*60+30, 90)
	river.Attendance, river.Place, river.RoomPlaces = meetings.Hybrid, "Near the old railway station. No steps. The 34 bus stops outside.", 14
	river.Inside = meetings.Inside{Address: "The yellow house, 7 Station Lane, second bell", Link: "https://rooms.example/river", Way: "Ring at “Library”. The room is on the left."}
	walk := weekly(next(soon, time.Sunday), 16*60, 120)
	walk.Attendance, walk.Place, walk.OpenAddress = meetings.InPerson, "We walk slowly, with pauses.", true
	walk.Inside.Address = "The gate of the botanical garden"
	walk.Rule = calendar.Rule{Freq: calendar.Monthly, ByDay: []calendar.Nth{{N: -1, Day: time.Sunday}}}
	walk.First = lastOf(today, time.Sunday)
	sleep := weekly(next(soon, time.Thursday), 19*60, 60)
	sleep.Attendance, sleep.OnlinePlaces, sleep.Rule.Count = meetings.Online, 12, 6
	new1 := weekly(next(soon, time.Saturday), 11*60, 75)
	new1.Attendance, new1.Rule.Interval = meetings.Online, 2
	open := meetings.Plan{First: today.Add(16), Starts: 14 * 60, Minutes: 180, Zone: Zone, Attendance: meetings.InPerson, Place: "Ground floor, lift, quiet corner.", OpenAddress: true, RoomPlaces: 40}
	open.Inside.Address = "The reading room of the public library"
	brief := weekly(next(soon, time.Monday), 17*60, 20)
	brief.Attendance, brief.Inside.Link = meetings.Online, "https://rooms.example/briefing"
	kitchen := weekly(next(soon, time.Wednesday), 18*60, 90)
	kitchen.Attendance, kitchen.Inside.Address, kitchen.RoomPlaces = meetings.InPerson, "Where we always meet", 8
	return []gathering{
		{by: "Basalt", with: "Wren", in: []string{"Juniper", "Heron", "Noor"}, agreement: ourAgreement, plan: river,
			draft: groups.Draft{Name: "By the river, Tuesday evenings", Quiet: "Tuesday", Form: groups.Facilitated, Openness: groups.Public, Languages: []string{"en", "es"}, Topics: []string{"hospital", "psychosis"}, Access: []string{"step_free", "captions", "camera_off"},
				About: "For people who have been through a time when reality was different, in a hospital or at home. You need not call it an illness.\n\nWe begin with a round. Whoever would rather listen, listens.", Contact: "Ask Basalt or Wren."}},
		{by: "Tomo", in: []string{"Ali"}, agreement: "We walk at the pace of the slowest.\nTalking is welcome, silence too.", plan: walk,
			draft: groups.Draft{Name: "Slow walks", Quiet: "Sunday walk", Form: groups.PeerLed, Openness: groups.Public, Languages: []string{"en"}, Topics: []string{"loneliness"}, Access: []string{"quiet"},
				About: "Once a month we walk through the garden together, and sit down when somebody would like to. Nobody has to say why they come.", Contact: "Ask at the gate."}},
		{by: "Basalt", in: []string{"Heron"}, agreement: ourAgreement, plan: sleep,
			draft: groups.Draft{Name: "Six weeks for better nights", Quiet: "Thursday", Form: groups.Programme, Openness: groups.Members, Languages: []string{"en"}, Topics: []string{"sleep"}, Access: []string{"camera_off", "captions"}, Weeks: 6, Takes: "yes", Most: 12,
				About: "One evening a week, six times: what keeps us awake, what helped some of us, and what to try until next week."}},
		{by: "Basalt", with: "Noor", in: []string{"Juniper"}, agreement: ourAgreement, plan: new1,
			draft: groups.Draft{Name: "New here", Quiet: "Saturday morning", Form: groups.Facilitated, Openness: groups.Request, Community: "migrant", Welcome: "Welcome, however you came, and however long you stay.", Languages: []string{"ar", "en", "es"}, Topics: []string{"migration"}, Access: []string{"easy_words"},
				About: "For people who came from another country. We talk about starting again, papers, food, and missing people."}},
		{by: "Tomo", plan: open,
			draft: groups.Draft{Name: "An open afternoon at the library", Quiet: "Afternoon", Form: groups.Outreach, Openness: groups.Public, Languages: []string{"en"}, Access: []string{"step_free", "quiet", "childcare"}, SignUp: true,
				About: "Peers tell what helped them, with time for questions. Everybody is welcome, also neighbours, families and people who only want to look.", Contact: "Come as you are."}},
		{by: "Tomo", plan: brief,
			draft: groups.Draft{Name: "Before the week begins", Quiet: "Monday", Form: groups.Briefing, Openness: groups.Members, Languages: []string{"en"}, About: "Twenty minutes for everybody who is on shift this week: what is new, and how we are."}},
		{by: "Basalt", in: nil, agreement: ourAgreement, plan: kitchen,
			draft: groups.Draft{Name: "The kitchen table", Quiet: "Wednesday", Form: groups.Facilitated, Openness: groups.Closed, Languages: []string{"en"}, About: "A small circle that has known each other for long.", Most: 8}},
	}
}

// Names of what happens in the room here.
const (
	eveningRoom = "An hour together"
	firstSteps  = "Questions about first steps"
)

// inTheRoom are gatherings in the online room: one that can be entered at once, and one
// where most listen.
func inTheRoom(now time.Time) []gathering {
	begins := now.Add(20 * time.Minute).Truncate(5 * time.Minute)
	daily := weekly(calendar.DateOf(begins), begins.Hour()*60+begins.Minute(), 60)
	daily.Attendance, daily.OnlinePlaces, daily.Rule.Freq = meetings.Online, 20, calendar.Daily
	asks := weekly(calendar.DateOf(begins).Add(1), 18*60, 60)
	asks.Attendance, asks.OnlinePlaces = meetings.Online, 200
	return []gathering{
		{by: "Basalt", with: "Wren", in: []string{"Juniper", "Heron", "Noor"}, agreement: ourAgreement, plan: daily,
			draft: groups.Draft{Name: eveningRoom, Quiet: "Daily hour", Form: groups.Facilitated, Openness: groups.Members, Languages: []string{"en"}, Topics: []string{"loneliness"}, Access: []string{"camera_off", "captions"},
				About: "Every day an hour in the room here: a short round, then whatever is there. Many only listen."}},
		{by: "Tomo", plan: asks,
			draft: groups.Draft{Name: firstSteps, Quiet: "Evening", Form: groups.Webinar, Openness: groups.Public, Languages: []string{"en"}, Access: []string{"captions", "camera_off"}, SignUp: true,
				About: "Two peers tell how they began. You listen, and ask what you like, without your name."}},
	}
}

// lastOf is the last such weekday of the month that a day is in, or of the one after.
func lastOf(day calendar.Date, weekday time.Weekday) calendar.Date {
	for from := day.Add(3); ; from = from.Add(1) {
		if from.Weekday() == weekday && from.Add(7).Month != from.Month {
			return from
		}
	}
}

func (d *Demo) gather(ctx context.Context, g gathering) error {
	by := d.named(g.by)[0]
	g.draft.Zone = Zone
	id, err := d.Groups.Make(ctx, by.actor(), g.draft, g.agreement)
	if err != nil {
		return err
	}
	if g.with != "" {
		if err := d.Groups.Bring(ctx, by.actor(), id, g.with); err != nil {
			return err
		}
	}
	for _, name := range g.in {
		if err := d.joins(ctx, by, d.named(name)[0], id); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := d.Meetings.Make(ctx, by.actor(), meetings.Ref{Kind: groups.Kind, ID: id}, g.plan); err != nil {
		return err
	}
	switch g.draft.Name {
	case "By the river, Tuesday evenings":
		return d.byTheRiver(ctx, by, id)
	case "An open afternoon at the library":
		return d.openAfternoon(ctx, by, id)
	case eveningRoom:
		return d.allCome(ctx, id, g.in)
	}
	return nil
}

// joins lets somebody in; where it is asked for, whoever holds it says yes.
func (d *Demo) joins(ctx context.Context, by, who placed, id moment.ID) error {
	v, err := d.Groups.Look(ctx, who.actor(), id)
	if err != nil {
		return err
	}
	if v.In != nil {
		return nil
	}
	done, err := d.Groups.Join(ctx, who.actor(), id, groups.Joining{Agreed: v.Agreement, Belongs: true, Listed: true, Follows: true, Words: ""})
	if err != nil || done != groups.HasTold {
		return err
	}
	all, err := d.Groups.Everybody(ctx, by.actor(), id)
	if err != nil {
		return err
	}
	for _, x := range all.Asking {
		if err := d.Groups.Answer(ctx, by.actor(), id, x.ID, true); err != nil {
			return err
		}
	}
	return nil
}

// byTheRiver is what its people have said so far.
func (d *Demo) byTheRiver(ctx context.Context, by placed, id moment.ID) error {
	juniper, heron, noor := d.named("Juniper")[0], d.named("Heron")[0], d.named("Noor")[0]
	for _, x := range []struct {
		who  placed
		said groups.Said
	}{
		{juniper, groups.Said{Went: "I said I would walk to the market once. I got to the corner, twice.", Next: "The corner again, and one step more.", Shared: true}},
		{noor, groups.Said{Went: "I told my sister a little. She listened.", Next: "Nothing. A week without a plan.", Shared: true}},
	} {
		if _, err := d.Groups.Say(ctx, x.who.actor(), id, x.said, "en"); err != nil {
			return err
		}
	}
	v, err := d.Groups.Look(ctx, by.actor(), id)
	if err != nil {
		return err
	}
	post, _, err := d.Discussion.Post(ctx, by.actor(), v.Wall, discussion.Draft{Words: "The room smells of paint this week: the library is being done up. We keep the windows open. Bring a jumper."})
	if err != nil {
		return err
	}
	if _, _, err := d.Discussion.Comment(ctx, heron.actor(), post, discussion.Draft{Words: "Thank you for saying so. I will sit near the window."}); err != nil {
		return err
	}
	if err := d.Discussion.React(ctx, juniper.actor(), post, "thank_you", true); err != nil {
		return err
	}
	if _, _, err := d.Discussion.Post(ctx, juniper.actor(), v.Wall, discussion.Draft{Words: "Does anybody else wake at four? I have begun to make tea instead of fighting it.", Anonymous: true}); err != nil {
		return err
	}
	list, err := d.Meetings.Coming(ctx, d.DB.Reader(), juniper.actor(), meetings.Ref{Kind: groups.Kind, ID: id}, 3)
	if err != nil || len(list) < 3 {
		return err
	}
	for _, x := range []struct {
		who placed
		how meetings.How
	}{{juniper, meetings.ByRoom}, {noor, meetings.ByScreen}} {
		if _, err := d.Meetings.Answer(ctx, x.who.actor(), list[0].ID, x.how, meetings.Asked{}); err != nil {
			return err
		}
	}
	at := list[2]
	return d.Meetings.Move(ctx, by.actor(), at.ID, meetings.Shift{Seen: meetings.AnyVersion, StartsAt: at.StartsAt, Minutes: 90, Attendance: meetings.Online, Words: "The library is closed that evening. We meet online."})
}

// openAfternoon has what those who stand there need at hand.
func (d *Demo) openAfternoon(ctx context.Context, by placed, id moment.ID) error {
	return d.Groups.PutSheet(ctx, by.actor(), id, groups.Sheet{Title: "What we say, and what we do not", Words: "We tell what we lived through, as far as we like.\nWe do not say what others should do.\nIf somebody needs help now, we show them the crisis lines and stay with them."})
}

// allCome lets people say that they come to the next meeting.
func (d *Demo) allCome(ctx context.Context, id moment.ID, names []string) error {
	for _, name := range names {
		a := d.named(name)[0].actor()
		list, err := d.Meetings.Coming(ctx, d.DB.Reader(), a, meetings.Ref{Kind: groups.Kind, ID: id}, 1)
		if err != nil {
			return err
		}
		for _, m := range list {
			if _, err := d.Meetings.Answer(ctx, a, m.ID, meetings.ByScreen, meetings.Asked{}); err != nil {
				return err
			}
		}
	}
	return nil
}
