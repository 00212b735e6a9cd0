package rooms

import (
	"fmt"
	"testing"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// answer is a decision in a word: ok, hidden, or the key of what is said.
func answer(err error) string {
	switch {
	case err == nil:
		return "ok"
	case fault.Is(err, fault.NotFound):
		return "hidden"
	}
	return fault.As(err).Key
}

// coming is somebody who comes to an open door.
func coming() Stand { return Stand{See: true, Enter: true, Door: OpenDoor} }

func TestWhoEnters(t *testing.T) {
	seat := func(state SeatState) Seat { return Seat{ID: "seat", State: state} }
	room := func(f func(r *Room)) Room {
		r := Room{Open: true, Places: 2, People: 1}
		if f != nil {
			f(&r)
		}
		return r
	}
	stand := func(f func(st *Stand)) Stand {
		st := coming()
		f(&st)
		return st
	}
	open, full, locked := room(nil), room(func(r *Room) { r.People = 2 }), room(func(r *Room) { r.Locked = true })
	host := func(door Door) Stand { return Stand{See: true, Host: true, Door: door} }
	may := func(door Door) Stand { return Stand{See: true, MayHold: true, Door: door} }
	at := func(door Door) Stand { return stand(func(st *Stand) { st.Door = door }) }
	for _, tt := range []struct {
		name string
		st   Stand
		room Room
		mine Seat
		e    Entry
		want string
	}{
		{"who comes", coming(), open, Seat{}, Entry{}, "ok"},
		{"who comes first of all", coming(), Room{}, Seat{}, Entry{}, "ok"},
		{"who sees nothing", Stand{Enter: true, Host: true, Door: OpenDoor}, open, Seat{}, Entry{}, "hidden"},
		{"who only sees it", Stand{See: true, Door: OpenDoor}, open, Seat{}, Entry{}, "rooms.error.not_coming"},
		{"who says they hold it and may not", stand(func(st *Stand) { st.Door = Shut }), open, Seat{}, Entry{Hold: true}, "rooms.error.shut"},
		{"who may hold it and does not say so", may(OpenDoor), open, Seat{}, Entry{}, "rooms.error.not_coming"},
		{"who may hold it and says so", may(Shut), open, Seat{}, Entry{Hold: true}, "ok"},
		{"a shut door", at(Shut), open, Seat{}, Entry{}, "rooms.error.shut"},
		{"a shut door, for who is in", at(Shut), open, seat(In), Entry{}, "rooms.error.shut"},
		{"a shut door, for who holds it", host(Shut), open, Seat{}, Entry{}, "ok"},
		{"a locked door", at(Locked), open, Seat{}, Entry{}, "rooms.error.locked"},
		{"a locked door, for who is in", at(Locked), open, seat(In), Entry{}, "ok"},
		{"a locked door, for who is aside", at(Locked), open, seat(Beside), Entry{}, "ok"},
		{"a locked door, for who waits", at(Locked), open, seat(Waiting), Entry{}, "rooms.error.locked"},
		{"a locked door, for who went", at(Locked), open, seat(Out), Entry{}, "rooms.error.locked"},
		{"a locked door, for who holds it", host(Locked), open, Seat{}, Entry{}, "ok"},
		{"a locked room", coming(), locked, Seat{}, Entry{}, "rooms.error.locked"},
		{"a locked room, for who is in", coming(), locked, seat(In), Entry{}, "ok"},
		{"a room that was locked and closed", coming(), Room{Locked: true, Places: 2}, Seat{}, Entry{}, "ok"},
		{"it is over", at(Over), open, seat(In), Entry{}, "rooms.error.over"},
		{"it is over, for who holds it", host(Over), open, Seat{}, Entry{}, "rooms.error.over"},
		{"a full room", coming(), full, Seat{}, Entry{}, "rooms.error.full"},
		{"a full room, for who is in", coming(), full, seat(In), Entry{}, "ok"},
		{"a full room, for who holds it", host(OpenDoor), full, Seat{}, Entry{}, "ok"},
		{"a full room, closed", coming(), Room{Places: 2, People: 2}, Seat{}, Entry{}, "ok"},
		{"who was removed", coming(), open, seat(Removed), Entry{}, "rooms.error.removed"},
		{"who was removed and holds it", host(OpenDoor), open, seat(Removed), Entry{}, "rooms.error.removed"},
		{"who was removed, once it has closed", coming(), Room{}, seat(Removed), Entry{}, "rooms.error.removed"},
		{"who was refused asks again", coming(), open, seat(Refused), Entry{}, "ok"},
		{"without a name", stand(func(st *Stand) { st.Quiet = true }), open, Seat{}, Entry{Quiet: true}, "ok"},
		{"without a name again", stand(func(st *Stand) { st.Quiet = true }), open, Seat{ID: "seat", State: Out, Alias: 3}, Entry{Quiet: true}, "ok"},
		{"without a name after their name was seen", stand(func(st *Stand) { st.Quiet = true }), open, seat(Out), Entry{Quiet: true}, "rooms.error.named"},
		{"without a name where that cannot be", coming(), open, seat(Out), Entry{Quiet: true}, "ok"},
	} {
		if got := answer(canEnter(tt.st, tt.room, tt.mine, tt.e).Err()); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestWhoStays(t *testing.T) {
	for _, tt := range []struct {
		st   Stand
		want string
	}{
		{Stand{See: true, Enter: true}, "ok"},
		{Stand{See: true, Host: true}, "ok"},
		{Stand{See: true, MayHold: true}, "ok"},
		{Stand{See: true, Enter: true, Door: Locked}, "ok"},
		{Stand{See: true}, "hidden"},
		{Stand{Enter: true, Host: true, MayHold: true}, "hidden"},
	} {
		if got := answer(canStay(tt.st).Err()); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.st, got, tt.want)
		}
	}
}

// inRooms runs over every way in which somebody can have a seat.
func inRooms(f func(r Room, mine Seat)) {
	for _, open := range []bool{true, false} {
		for _, mode := range []Mode{Together, Webinar, Two, Aside} {
			for _, state := range []SeatState{"", Waiting, In, Beside, Out, Refused, Removed} {
				for _, role := range []Role{Host, Part, Listener, Captioner, Interpreter, Signer} {
					f(Room{ID: "room", Open: open, Mode: mode}, Seat{ID: "me", Room: "room", State: state, Role: role, Identity: "now"})
				}
			}
		}
	}
}

func TestWhatASeatMay(t *testing.T) {
	inRooms(func(r Room, mine Seat) {
		in := r.Open && (mine.State == In || mine.State == Beside)
		here, holds := r.Open && mine.State == In, r.Open && mine.State == In && mine.Role == Host
		for _, tt := range []struct {
			verb string
			err  error
			may  bool
		}{
			{"be in", canBeIn(r, mine).Err(), in},
			{"hold", canHold(r, mine).Err(), holds},
			{"caption", canCaption(r, mine).Err(), holds || here && mine.Role == Captioner},
			{"ask", canAsk(r, mine).Err(), in && r.Mode == Webinar},
			{"end their turn", canTurn(r, mine, Turn{Seat: "me"}).Err(), in},
			{"end another turn", canTurn(r, mine, Turn{Seat: "other"}).Err(), holds},
			{"have a line", canLine(r, mine, "now").Err(), here},
			{"have an old line", canLine(r, mine, "before").Err(), false},
			{"have a line without a name", canLine(r, Seat{State: mine.State}, "").Err(), false},
			{"hold over who takes part", canHoldOver(r, mine, Seat{Room: "room", Role: Part}).Err(), holds},
			{"hold over who waits", canHoldOver(r, mine, Seat{Room: "room", Role: Listener, State: Waiting}).Err(), holds},
			{"hold over another room", canHoldOver(r, mine, Seat{Room: "elsewhere", Role: Part}).Err(), false},
		} {
			want := "hidden"
			if tt.may {
				want = "ok"
			}
			if got := answer(tt.err); got != want {
				t.Errorf("%s as %s, %s, in %s open %v: %s, want %s", tt.verb, mine.Role, mine.State, r.Mode, r.Open, got, want)
			}
		}
		if holds {
			if got := answer(canHoldOver(r, mine, Seat{Room: "room", Role: Host}).Err()); got != "rooms.error.host" {
				t.Errorf("two who hold it: %s", got)
			}
		}
	})
}

func TestWhatTheMediaServerLetsThrough(t *testing.T) {
	for _, tt := range []struct {
		seat    Seat
		cameras bool
		want    string
	}{
		{Seat{Role: Host}, true, "[microphone camera screen_share screen_share_audio]"},
		{Seat{Role: Host}, false, "[microphone screen_share screen_share_audio]"},
		{Seat{Role: Part, Speaks: true, Shows: true}, true, "[microphone camera]"},
		{Seat{Role: Part, Speaks: true, Shows: true}, false, "[microphone]"},
		{Seat{Role: Part, Shares: true}, true, "[screen_share screen_share_audio]"},
		{Seat{Role: Part}, true, "[]"},
		{Seat{Role: Listener, Speaks: true, Shows: true, Shares: true}, true, "[]"},
		{Seat{Role: Captioner, Speaks: true, Shows: true, Shares: true}, true, "[]"},
		{Seat{Role: Interpreter, Speaks: true, Shows: true}, true, "[microphone]"},
		{Seat{Role: Interpreter}, true, "[]"},
		{Seat{Role: Signer, Speaks: true, Shows: true}, true, "[camera]"},
		{Seat{Role: Signer, Speaks: true}, true, "[]"},
	} {
		if got := fmt.Sprint(grant(Room{ID: "r"}, tt.seat, tt.cameras).Publish); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.seat, got, tt.want)
		}
	}
}

func TestWhoCalls(t *testing.T) {
	for _, tt := range []struct {
		name        string
		st          Stand
		call        Call
		ask, answer string
	}{
		{"one of the two", coming(), Call{State: CallAsked, By: "other"}, "ok", "ok"},
		{"who asked themselves", coming(), Call{State: CallAsked, By: "me"}, "ok", "rooms.error.call"},
		{"nobody asked", coming(), Call{}, "ok", "rooms.error.call"},
		{"both have agreed", coming(), Call{State: CallAgreed, By: "other"}, "ok", "rooms.error.call"},
		{"it is over", Stand{See: true, Enter: true, Door: Over}, Call{State: CallAsked, By: "other"}, "rooms.error.over", "rooms.error.over"},
		{"anybody else", Stand{Door: Shut}, Call{State: CallAsked, By: "other"}, "hidden", "hidden"},
	} {
		if got := answer(canCall(tt.st).Err()); got != tt.ask {
			t.Errorf("%s asks: %s, want %s", tt.name, got, tt.ask)
		}
		if got := answer(canAnswerCall(tt.st, tt.call, "me").Err()); got != tt.answer {
			t.Errorf("%s answers: %s, want %s", tt.name, got, tt.answer)
		}
	}
	at := moment.Time(1_000_000_000)
	asked := Call{State: CallAsked, By: "other", At: at}
	if asked.Now(at.Add(askedFor-1)).State != CallAsked || asked.Now(at.Add(askedFor)).State != NoCall {
		t.Error("a question stands for another time than ten minutes")
	}
	if (Call{State: CallAgreed, At: at}).Now(at.Add(10*askedFor)).State != CallAgreed {
		t.Error("a yes runs out")
	}
}

func TestTheOrderOfHands(t *testing.T) {
	list := Order([]Seat{{ID: "c", State: In, HandAt: 30}, {ID: "a", State: In, HandAt: 10}, {ID: "gone", State: Beside, HandAt: 5}, {ID: "quiet", State: In}, {ID: "b", State: In, HandAt: 10}})
	got := ""
	for _, s := range list {
		got += string(s.ID)
	}
	if got != "abc" {
		t.Errorf("the order is %s", got)
	}
}

func TestAStoneTellsNothingAboutANumber(t *testing.T) {
	one, other := Seat{ID: "seat", Person: "person", Alias: 1}, Seat{ID: "elsewhere", Person: "person", Alias: 1}
	if one.seed() == "person" || one.seed() == other.seed() {
		t.Errorf("stones from %q and %q", one.seed(), other.seed())
	}
	if one.Alias = 0; one.seed() != "person" {
		t.Errorf("with a name the stone is from %q", one.seed())
	}
}
