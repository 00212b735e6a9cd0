package rooms

import "testing"

func TestWhenCaptionsFromOutsideRun(t *testing.T) {
	for _, tt := range []struct {
		name    string
		now     OutsideState
		offered bool
		in, yes int
		want    OutsideState
	}{
		{"nobody asked", OutsideNone, true, 3, 3, OutsideNone},
		{"one missing", OutsideAsked, true, 3, 2, OutsideAsked},
		{"nobody answered", OutsideAsked, true, 3, 0, OutsideAsked},
		{"all", OutsideAsked, true, 3, 3, OutsideRuns},
		{"whoever asked is alone", OutsideAsked, true, 1, 1, OutsideRuns},
		{"all still", OutsideRuns, true, 3, 3, OutsideRuns},
		{"one is in without a yes", OutsideRuns, true, 3, 2, OutsideOver},
		{"nobody is in any more", OutsideRuns, true, 0, 0, OutsideOver},
		{"nobody is in to answer", OutsideAsked, true, 0, 0, OutsideOver},
		{"the service was taken away", OutsideRuns, false, 3, 3, OutsideOver},
		{"the service was taken away while asked", OutsideAsked, false, 3, 2, OutsideOver},
		{"it was ended", OutsideOver, true, 3, 3, OutsideOver},
		{"it did not come", OutsideFailed, true, 3, 3, OutsideFailed},
	} {
		if got := outsideNext(tt.now, tt.offered, tt.in, tt.yes); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhoComesWhileCaptionsRun(t *testing.T) {
	at := func(state OutsideState) Room {
		return Room{Open: true, Places: 5, People: 1, Outside: Outside{State: state}}
	}
	host := Stand{See: true, Host: true, Door: OpenDoor}
	for _, tt := range []struct {
		name string
		st   Stand
		room Room
		mine Seat
		yes  bool
		want string
	}{
		{"without the tick", coming(), at(OutsideRuns), Seat{}, false, "rooms.error.outside"},
		{"with the tick", coming(), at(OutsideRuns), Seat{}, true, "ok"},
		{"who holds it, without the tick", host, at(OutsideRuns), Seat{}, false, "rooms.error.outside"},
		{"who holds it, with the tick", host, at(OutsideRuns), Seat{}, true, "ok"},
		{"who is in", coming(), at(OutsideRuns), Seat{ID: "s", State: In, Agrees: true}, false, "ok"},
		{"who is aside", coming(), at(OutsideRuns), Seat{ID: "s", State: Beside, Agrees: true}, false, "ok"},
		{"who went", coming(), at(OutsideRuns), Seat{ID: "s", State: Out}, false, "rooms.error.outside"},
		{"who waits", coming(), at(OutsideRuns), Seat{ID: "s", State: Waiting}, false, "rooms.error.outside"},
		{"while it is only asked", coming(), at(OutsideAsked), Seat{}, false, "ok"},
		{"after it", coming(), at(OutsideOver), Seat{}, false, "ok"},
		{"who only sees it, with the tick", Stand{See: true, Door: OpenDoor}, at(OutsideRuns), Seat{}, true, "rooms.error.not_coming"},
		{"a closed room", coming(), Room{Outside: Outside{State: OutsideRuns}}, Seat{}, false, "ok"},
	} {
		if got := answer(canEnter(tt.st, tt.room, tt.mine, Entry{Agrees: tt.yes}).Err()); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	for yes, want := range map[bool]string{true: "ok", false: "rooms.error.outside_waits"} {
		if got := answer(canBeLetIn(at(OutsideRuns), Seat{Agrees: yes}).Err()); got != want {
			t.Errorf("let in, agreed %v: %s", yes, got)
		}
	}
	if got := answer(canBeLetIn(at(OutsideAsked), Seat{}).Err()); got != "ok" {
		t.Errorf("let in while it is asked: %s", got)
	}
}

func TestWhoDecidesAboutCaptionsFromOutside(t *testing.T) {
	inRooms(func(r Room, mine Seat) {
		many := r.Mode == Together || r.Mode == Webinar
		for _, offered := range []bool{true, false} {
			want := r.Open && many && offered && mine.State == In && mine.Role == Host
			if got := canAskCaptions(r, mine, offered).OK(); got != want {
				t.Errorf("ask as %s, %s, in %s open %v, offered %v: %v", mine.Role, mine.State, r.Mode, r.Open, offered, got)
			}
		}
		want := r.Open && many && (mine.State == In || mine.State == Beside || mine.State == Waiting)
		if got := canAnswerCaptions(r, mine).OK(); got != want {
			t.Errorf("answer as %s, %s, in %s open %v: %v", mine.Role, mine.State, r.Mode, r.Open, got)
		}
		for _, state := range []OutsideState{OutsideNone, OutsideAsked, OutsideRuns, OutsideOver, OutsideFailed} {
			r.Outside.State = state
			if got := canWriteFromOutside(r, true).OK(); got != (r.Open && state == OutsideRuns) {
				t.Errorf("the service writes in a room open %v, %q: %v", r.Open, state, got)
			}
			if canWriteFromOutside(r, false).OK() {
				t.Errorf("a wrong address writes in a room open %v, %q", r.Open, state)
			}
		}
	})
}
