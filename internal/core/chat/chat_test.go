package chat_test

import (
	"strings"
	"testing"
	"testing/quick"
	"unicode/utf8"

	"cairn/internal/core/chat"
)

func TestCleanText(t *testing.T) {
	tests := []struct{ name, in, out, wrong string }{
		{"plain", "Hello there", "Hello there", ""},
		{"line ends become one kind", "a\r\nb\rc", "a\nb\nc", ""},
		{"outer space goes", "  a  \n", "a", ""},
		{"empty", "", "", "chat.error.empty"},
		{"only space", " \n\t ", "", "chat.error.empty"},
		{"only zero width", "\u200b\u200d\u2060", "\u200b\u200d\u2060", "chat.error.empty"},
		{"only a blank letter", "\u3164", "\u3164", "chat.error.empty"},
		{"null goes", "a\x00b", "ab", ""},
		{"escape goes", "a\x1b[31mb", "a[31mb", ""},
		{"override goes", "a\u202etxt.exe", "atxt.exe", ""},
		{"isolates go", "\u2066a\u2069", "a", ""},
		{"marks of Arabic writing stay", "\u200fسلام\u200e", "\u200fسلام\u200e", ""},
		{"joined emoji stay whole", "👩‍👧", "👩‍👧", ""},
		{"byte order mark goes", "\ufeffa", "a", ""},
		{"markup is only text", "<script>x</script>", "<script>x</script>", ""},
		{"not UTF-8", "a\xffb", "", "chat.error.encoding"},
		{"as long as it may be", strings.Repeat("ع", chat.MostRunes), strings.Repeat("ع", chat.MostRunes), ""},
		{"one more", strings.Repeat("ع", chat.MostRunes+1), strings.Repeat("ع", chat.MostRunes+1), "chat.error.long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, wrong := chat.CleanText(tt.in)
			if wrong != tt.wrong || wrong != "chat.error.encoding" && out != tt.out && wrong == "" {
				t.Fatalf("%q %q, want %q %q", out, wrong, tt.out, tt.wrong)
			}
		})
	}
}

func TestCleanTextIsStable(t *testing.T) {
	again := func(s string) bool {
		out, wrong := chat.CleanText(s)
		if wrong != "" {
			return true
		}
		twice, wrong := chat.CleanText(out)
		return wrong == "" && twice == out && utf8.ValidString(out)
	}
	if err := quick.Check(again, nil); err != nil {
		t.Fatal(err)
	}
}

func FuzzCleanText(f *testing.F) {
	for _, s := range []string{"", "a", "\u202e", "a\x00", "\xff", "سلام", "👩‍👧", "\u3164"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, wrong := chat.CleanText(s)
		if wrong == "" && (!utf8.ValidString(out) || strings.ContainsAny(out, "\x00\u202e\u2066\r") || strings.TrimSpace(out) == "") {
			t.Fatalf("%q came through as %q", s, out)
		}
	})
}
