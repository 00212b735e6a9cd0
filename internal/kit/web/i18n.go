package web

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"sort"
	"strings"
	"sync"

	"cairn/locales"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// languages are what the service speaks, the first one being the fallback.
// Names are in the language itself: whoever needs it can read it.
var languages = []struct{ code, dir, name string }{
	{"en", "ltr", "English"}, {"es", "ltr", "Español"}, {"ar", "rtl", "العربية"},
}

// catalog holds all texts, read once.
type catalog struct {
	tongues []*tongue
	match   language.Matcher
	warned  sync.Map // keys that were missed already
}

// tongue is one language with its texts.
type tongue struct {
	code, dir, name string
	tag             language.Tag
	plain           map[string]string // neither plural nor arguments: most of all
	rich            map[string]*message
	all             *catalog
}

// message is a text with arguments or plural forms, cut into pieces.
type message struct{ forms [plural.Many + 1][]piece }

// piece is literal text, or the name of an argument.
type piece struct{ text, arg string }

// loadedCatalog reads the embedded files once a process.
var loadedCatalog = sync.OnceValues(func() (*catalog, error) { return newCatalog(locales.Files) })

// newCatalog reads <lang>/<slice>.toml of every language.
func newCatalog(files fs.FS) (*catalog, error) {
	c := &catalog{}
	var tags []language.Tag
	for _, l := range languages {
		t := &tongue{code: l.code, dir: l.dir, name: l.name, tag: language.MustParse(l.code),
			plain: map[string]string{}, rich: map[string]*message{}, all: c}
		names, err := fs.Glob(files, l.code+"/*.toml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := t.read(files, name); err != nil {
				return nil, fmt.Errorf("web: %s: %w", name, err)
			}
		}
		c.tongues = append(c.tongues, t)
		tags = append(tags, t.tag)
	}
	c.match = language.NewMatcher(tags)
	return c, nil
}

func (t *tongue) read(files fs.FS, name string) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	slice := strings.TrimSuffix(path.Base(name), ".toml")
	parsed, err := i18n.ParseMessageFileBytes(raw, slice+"."+t.code+".toml", map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return err
	}
	for _, m := range parsed.Messages {
		if !strings.HasPrefix(m.ID, slice+".") {
			return fmt.Errorf("key %q does not begin with %q", m.ID, slice+".")
		}
		if err := t.add(m); err != nil {
			return fmt.Errorf("key %q: %w", m.ID, err)
		}
	}
	return nil
}

func (t *tongue) add(m *i18n.Message) error {
	texts := map[plural.Form]string{plural.Other: m.Other, plural.Zero: m.Zero, plural.One: m.One,
		plural.Two: m.Two, plural.Few: m.Few, plural.Many: m.Many}
	if m.Other == "" {
		return fmt.Errorf("no text (plurals need other)")
	}
	if m.Zero+m.One+m.Two+m.Few+m.Many == "" && !strings.Contains(m.Other, "{{") {
		t.plain[m.ID] = m.Other
		return nil
	}
	out := &message{}
	for form, text := range texts {
		if text == "" {
			continue
		}
		pieces, err := cut(text)
		if err != nil {
			return err
		}
		out.forms[form] = pieces
	}
	t.rich[m.ID] = out
	return nil
}

// cut splits a text at its {{.names}}.
func cut(text string) ([]piece, error) {
	var out []piece
	for {
		before, rest, found := strings.Cut(text, "{{")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			return out, nil
		}
		name, after, closed := strings.Cut(rest, "}}")
		name = strings.TrimSpace(name)
		if !closed || len(name) < 2 || name[0] != '.' {
			return nil, fmt.Errorf("only {{.name}} is understood")
		}
		out = append(out, piece{arg: name[1:]})
		text = after
	}
}

// tongue gives the language of this code, or English.
func (c *catalog) tongue(code string) *tongue {
	for _, t := range c.tongues {
		if t.code == code {
			return t
		}
	}
	return c.tongues[0]
}

// speaks tells whether the code is one of ours.
func (c *catalog) speaks(code string) bool { return c.tongue(code).code == code }

func tongueOf(ctx context.Context) *tongue {
	if sc := scopeOf(ctx); sc != nil && sc.lang != nil {
		return sc.lang
	}
	c, err := loadedCatalog()
	if err != nil {
		return &tongue{code: "en", dir: "ltr", tag: language.English}
	}
	return c.tongues[0]
}

// T gives a sentence in the reader's language. args are name and value in
// turn; "n" chooses the plural form. Numbers are written as the language does.
// A key that is missing is logged once and shown in English.
func T(ctx context.Context, key string, args ...any) string {
	t := tongueOf(ctx)
	if s, ok := t.plain[key]; ok {
		return s
	}
	return t.say(key, args)
}

// Has tells whether a language has the key; for tests of slices that build
// keys at run time.
func Has(lang, key string) bool {
	c, err := loadedCatalog()
	return err == nil && c.tongue(lang).has(key)
}

func (t *tongue) has(key string) bool {
	_, plain := t.plain[key]
	_, rich := t.rich[key]
	return plain || rich
}

// tMap is T for the arguments a fault carries.
func tMap(ctx context.Context, key string, args map[string]any) string {
	flat := make([]any, 0, 2*len(args))
	for k, v := range args {
		flat = append(flat, k, v)
	}
	return T(ctx, key, flat...)
}

func (t *tongue) say(key string, args []any) string {
	if m, ok := t.rich[key]; ok {
		return m.in(t, args)
	}
	if t.all == nil {
		return key
	}
	if _, warned := t.all.warned.LoadOrStore(t.code+" "+key, true); !warned {
		slog.Warn("a text is missing", "lang", t.code, "key", key)
	}
	if en := t.all.tongues[0]; en != t {
		if s, ok := en.plain[key]; ok {
			return s
		}
		if m, ok := en.rich[key]; ok {
			return m.in(en, args)
		}
	}
	return key
}

// in puts the message together in a language.
func (m *message) in(t *tongue, args []any) string {
	pieces := m.forms[plural.Other]
	if n, ok := wholeNumber(argument(args, "n")); ok {
		if form := m.forms[plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)]; form != nil {
			pieces = form
		}
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.arg == "" {
			b.WriteString(p.text)
			continue
		}
		t.write(&b, argument(args, p.arg))
	}
	return b.String()
}

func argument(args []any, name string) any {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1]
		}
	}
	return nil
}

// wholeNumber reads the number that chooses a plural; what is left above ten
// million chooses as it does without the millions.
func wholeNumber(v any) (int, bool) {
	n, ok := asInt(v)
	if !ok {
		return 0, false
	}
	if n < 0 {
		n = -n
	}
	if n >= 10_000_000 {
		n = n%1_000_000 + 1_000_000
	}
	return int(n), true
}

func asInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case uint8:
		return int64(n), true
	}
	return 0, false
}

// write adds an argument. Text that runs against the sentence's direction is
// isolated, so that a Latin name does not break an Arabic sentence.
func (t *tongue) write(b *strings.Builder, v any) {
	switch x := v.(type) {
	case nil:
	case string:
		if t.against(x) {
			b.WriteString("\u2068" + x + "\u2069")
			return
		}
		b.WriteString(x)
	case fmt.Stringer:
		b.WriteString(x.String())
	default:
		if n, ok := asInt(v); ok {
			b.WriteString(t.number(n))
			return
		}
		fmt.Fprint(b, v)
	}
}

// against tells whether the text holds letters of the other direction, or
// controls that could turn the sentence around. In a right-to-left sentence a
// number with a space in it (555 0100) would be read backwards.
func (t *tongue) against(s string) bool {
	for _, r := range s {
		switch {
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
			return true
		case t.dir == "rtl" && (r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x00C0 && r <= 0x052F):
			return true
		case t.dir == "ltr" && (r >= 0x0590 && r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFF):
			return true
		}
	}
	return false
}

// keys lists the keys of the language, sorted.
func (t *tongue) keys() []string {
	out := make([]string, 0, len(t.plain)+len(t.rich))
	for k := range t.plain {
		out = append(out, k)
	}
	for k := range t.rich {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
