// Package prose makes safe HTML of what people write with simple marks: paragraphs and
// lines, *emphasis*, lists, quotes, links and @names. Everything else is text: no HTML, no
// images, no headings, no code. It knows nothing of who wrote it.
//
// A link leads to http or https, says which host it leads to, and tells the other side
// nothing about where the reader came from. What could pass for another address is text.
package prose

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Limits. Beyond them words are shown as they were typed, without marks. All are ours.
const (
	MostBytes = 32 << 10 // of one text: four times what a post in any script needs
	mostMarks = 400      // brackets, stars and the like in one text
	deepest   = 4        // quotes and lists inside each other
	linkWords = 60       // characters of an address that are shown
	longest   = 1000     // bytes of an address
)

// HTML gives words as HTML that may stand in a page as it is.
func HTML(words string) string {
	words = clean(words)
	var b strings.Builder
	if len(words) > MostBytes || marks(words) > mostMarks || depth(words) > deepest*4 {
		plain(&b, words)
	} else {
		src := []byte(words)
		w := writer{b: &b, src: src}
		w.blocks(parse(src), 0)
	}
	return allowed.Sanitize(b.String())
}

// clean takes out what shows nothing, turns the reading direction or ends a text early.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\u200c', r == '\u200d', r == '\ufe0f': // joiners shape letters and signs
			return r
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return -1
		}
		return r
	}, s)
}

func marks(s string) int {
	n := 0
	for i := range len(s) {
		switch s[i] {
		case '[', ']', '(', '!', '<', '*', '_', '\\':
			n++
		}
	}
	return n
}

// depth is the most marks of quotes and lists that any line begins with.
func depth(s string) int {
	most := 0
	for line := range strings.SplitSeq(s, "\n") {
		n := 0
		for _, r := range line {
			if r == '>' || r == '-' || r == '+' || r == '*' {
				n++
			} else if r != ' ' && r != '\t' && r != '.' && r != ')' && (r < '0' || r > '9') {
				break
			}
		}
		most = max(most, n)
	}
	return most
}

// paragraph takes lines that are far in too: without code there is nothing else that
// would, and their words would be lost.
type paragraph struct{ parser.BlockParser }

// CanAcceptIndentedLine says that it does.
func (paragraph) CanAcceptIndentedLine() bool { return true }

// parse reads only the marks that we have.
func parse(src []byte) ast.Node {
	p := parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewListParser(), 300), util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewBlockquoteParser(), 800), util.Prioritized(paragraph{parser.NewParagraphParser()}, 1000)),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewLinkParser(), 200), util.Prioritized(parser.NewAutoLinkParser(), 300), util.Prioritized(parser.NewEmphasisParser(), 500)))
	return p.Parse(text.NewReader(src))
}

// direction is what words may say of how they are read.
var direction = regexp.MustCompile(`^(auto|ltr)$`)

// allowed lets through what writer writes and nothing else: a second look at the same words.
var allowed = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "b", "ul", "ol", "li", "blockquote", "bdi")
	p.AllowAttrs("dir").Matching(direction).OnElements("p", "ul", "ol", "blockquote", "a")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").OnElements("a")
	p.AllowURLSchemes("http", "https")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	return p
}()

// plain writes words as paragraphs and lines.
func plain(b *strings.Builder, words string) {
	for part := range strings.SplitSeq(words, "\n\n") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		b.WriteString(`<p dir="auto">`)
		for i, line := range strings.Split(strings.Trim(part, "\n"), "\n") {
			if i > 0 {
				b.WriteString("<br>")
			}
			escape(b, line)
		}
		b.WriteString("</p>")
	}
}

func escape(b *strings.Builder, s string) { b.Write(util.EscapeHTML([]byte(s))) }
