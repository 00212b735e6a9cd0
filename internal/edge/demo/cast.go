package demo

import (
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
)

// player is somebody in the cast.
type player struct {
	Name      string
	Role      string // message key of who they are here
	Roles     []access.Role
	Languages []string
	Pronouns  string
	Lived     []people.Lived
	Never     []string // what they would rather not talk about
	Gladly    []string // whom they would gladly meet
	Week      []people.Stretch
	Own       string // a situation in their own words, suggested to the service
	Scripted  bool
	Leads     bool // of the shift that is on
	OnShift   bool
	Wish      *safety.Wish // for the time when somebody worries about them
}

func shown(slugs ...string) []people.Lived {
	out := make([]people.Lived, len(slugs))
	for i, s := range slugs {
		out[i] = people.Lived{Situation: s, Visibility: people.ToMatches}
	}
	return out
}

func hidden(slugs ...string) []people.Lived {
	out := shown(slugs...)
	for i := range out {
		out[i].Visibility = people.OnlyMatching
	}
	return out
}

// The days of the demo's weeks, Monday first.
var (
	workdays = []int{0, 1, 2, 3, 4}
	weekend  = []int{5, 6}
)

// hours are the same time on some days: from a half-hour after midnight, so many
// half-hours long.
func hours(days []int, begins, halves int) []people.Stretch {
	var out []people.Stretch
	for _, d := range days {
		out = append(out, people.Stretch{Day: d, Begins: begins, Halves: halves})
	}
	return out
}

// heronsWish is what a member may write beforehand. The number rings nowhere.
func heronsWish() *safety.Wish {
	return &safety.Wish{
		Ask: "Ask me whether I have slept, and whether the beans are in.", Call: "My cousin Sorrel, at any hour.", Avoid: "Please no uniforms at the door. Ask me first.",
		Contacts: []safety.Confidant{{Name: "Sorrel", Phone: "555 0123", Who: "my cousin", MayCall: true}},
	}
}

// cast is everybody with a name. They are plainly fictional: birds, plants and stones.
func cast() []player {
	peer := []access.Role{access.Peer}
	return []player{
		{Name: "Heron", Role: "demo.role.member", Languages: []string{"en"}, Lived: append(shown("hospital", "sleep"), hidden("psychosis")...), Wish: heronsWish(),
			Never: []string{"war"}, Gladly: []string{"hospital", "man"}, Week: hours([]int{1, 3}, 36, 6), Own: "the months after coming home"},
		{Name: "Juniper", Role: "demo.role.member", Languages: []string{"es", "en"}, Lived: shown("grief", "migration"), Gladly: []string{"grief", "migrant"}, Week: hours(weekend, 20, 12)},
		{Name: "Pipit", Role: "demo.role.newcomer", Languages: []string{"en"}, Lived: shown("money")},
		{Name: "Ali", Role: "demo.role.peer", Roles: peer, Languages: []string{"en", "ar"}, Pronouns: "he/him", Lived: append(shown("hospital", "panic", "sleep", "man"), hidden("psychosis")...), Never: []string{"self-harm"}, Gladly: []string{"sleep", "hospital"}, Week: hours(workdays, 36, 8)},
		{Name: "Wren", Role: "demo.role.peer", Roles: peer, Languages: []string{"en", "es"}, Pronouns: "she/her", Lived: shown("grief", "caring", "new-parent", "woman"), Never: []string{"pregnancy-loss"}, Week: hours(workdays, 18, 6)},
		{Name: "Noor", Role: "demo.role.peer", Roles: peer, Languages: []string{"ar", "en"}, Lived: shown("migration", "panic", "loneliness", "woman"), Gladly: []string{"migrant", "migration"}, Week: append(hours([]int{1, 4}, 38, 6), hours(weekend, 20, 16)...)},
		{Name: "Tansy", Role: "demo.role.scripted", Roles: peer, Languages: []string{"en", "es", "ar"}, Lived: shown("hospital", "grief", "panic", "sleep", "loneliness", "woman"), Scripted: true, OnShift: true},
		{Name: "Marten", Role: "demo.role.scripted", Roles: peer, Languages: []string{"en", "es", "ar"}, Lived: shown("medication", "work", "money", "migration", "man"), Scripted: true, OnShift: true},
		{Name: "Ruth", Role: "demo.role.lead", Roles: []access.Role{access.Peer, access.Supervisor}, Languages: []string{"en"}, Lived: shown("hospital", "caring", "woman"), Leads: true, OnShift: true},
		{Name: "Ines", Role: "demo.role.supervisor", Roles: []access.Role{access.Supervisor}, Languages: []string{"es", "en"}},
		{Name: "Tomo", Role: "demo.role.coordinator", Roles: []access.Role{access.Coordinator}, Languages: []string{"en"}},
		{Name: "Basalt", Role: "demo.role.facilitator", Roles: []access.Role{access.Facilitator}, Languages: []string{"en"}},
		{Name: "Larch", Role: "demo.role.clinician", Roles: []access.Role{access.Clinician}, Languages: []string{"en"}},
		{Name: "Slate", Role: "demo.role.administrator", Roles: []access.Role{access.Administrator}, Languages: []string{"en"}},
	}
}

// lines are what a scripted peer says, by language: first the greeting, then one
// after each message, over and over. The label stands before each of them.
func lines(lang string) (label string, list []string) {
	switch lang {
	case "es":
		return "[Respuesta automática de la demo]", []string{
			"Hola, me alegra que hayas venido. No hay una forma correcta de empezar. ¿Cómo está siendo esta noche?",
			"Gracias por contármelo. ¿Qué parte te pesa más ahora mismo?",
			"Te creo. A mí también me costó ponerle palabras. ¿Desde cuándo está así?",
			"¿Hay algo, aunque sea pequeño, que otras veces te haya aliviado un poco?",
			"Podemos quedarnos con esto un rato. No hace falta resolverlo hoy. ¿Qué te gustaría que pasara ahora?",
		}
	case "ar":
		return "[رد آلي للعرض]", []string{
			"مرحبًا، يسعدني أنك هنا. لا توجد طريقة صحيحة للبدء. كيف هي هذه الليلة؟",
			"شكرًا لأنك أخبرتني. ما أثقل شيء عليك الآن؟",
			"أصدّقك. أنا أيضًا صعب عليّ أن أجد الكلمات. منذ متى وهو هكذا؟",
			"هل هناك شيء، ولو صغير، خفف عنك قليلًا من قبل؟",
			"يمكننا أن نبقى مع هذا قليلًا. لا حاجة لحله اليوم. ماذا تود أن يحدث الآن؟",
		}
	}
	return "[Scripted demo answer]", []string{
		"Hello, I am glad you came. There is no right way to start. What is tonight like?",
		"Thank you for telling me. Which part of it is heaviest right now?",
		"I believe you. I found it hard to put into words too. How long has it been like this?",
		"Is there anything, even something small, that made it a little lighter before?",
		"We can stay with this for a while. It need not be solved today. What would you like to happen next?",
	}
}
