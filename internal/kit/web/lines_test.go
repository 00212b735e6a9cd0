package web

import (
	"testing"

	"cairn/internal/kit/fault"
)

func TestOnePersonsLinesAreBounded(t *testing.T) {
	l := newLines(Rate{})
	var back []func()
	for range mostLines {
		b, err := l.take("heron")
		if err != nil {
			t.Fatal(err)
		}
		back = append(back, b)
	}
	if _, err := l.take("heron"); !fault.Is(err, fault.TooFast) {
		t.Fatalf("one more: %v", err)
	}
	if _, err := l.take("wren"); err != nil {
		t.Fatalf("another person: %v", err)
	}
	back[0]()
	again, err := l.take("heron")
	if err != nil {
		t.Fatalf("after one has ended: %v", err)
	}
	back[0] = again
	for _, b := range back {
		b()
	}
	if n := l.open["heron"]; n != 0 {
		t.Fatalf("%d are counted after all have ended", n)
	}
}
