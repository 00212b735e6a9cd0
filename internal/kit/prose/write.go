package prose

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// writer writes a parsed text. It knows each kind of node that it writes; of any other
// only what stands inside is written, as text.
type writer struct {
	b      *strings.Builder
	src    []byte
	inLink bool
}

func (w *writer) blocks(n ast.Node, deep int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.block(c, deep)
	}
}

func (w *writer) block(n ast.Node, deep int) {
	switch x := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		w.b.WriteString(`<p dir="auto">`)
		w.inlines(n)
		w.b.WriteString("</p>")
	case *ast.Blockquote:
		w.around(n, deep, `<blockquote dir="auto">`, "</blockquote>")
	case *ast.List:
		open, end := `<ul dir="auto">`, "</ul>"
		if x.IsOrdered() {
			open, end = `<ol dir="auto">`, "</ol>"
			if x.Start > 1 && x.Start < 1_000_000 {
				open = `<ol dir="auto" start="` + strconv.Itoa(x.Start) + `">`
			}
		}
		w.around(n, deep, open, end)
	case *ast.ListItem:
		if deep > deepest { // its list was not written either
			w.blocks(n, deep)
			return
		}
		w.b.WriteString("<li>")
		w.blocks(n, deep)
		w.b.WriteString("</li>")
	default:
		w.blocks(n, deep)
	}
}

// around writes a block that others stand in; too deep, only what stands in it.
func (w *writer) around(n ast.Node, deep int, open, end string) {
	if deep >= deepest {
		w.blocks(n, deepest+1)
		return
	}
	w.b.WriteString(open)
	w.blocks(n, deep+1)
	w.b.WriteString(end)
}

func (w *writer) inlines(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			c = w.text(t)
		} else {
			w.inline(c)
		}
	}
}

func (w *writer) inline(n ast.Node) {
	switch x := n.(type) {
	case *ast.String:
		escape(w.b, string(x.Value))
	case *ast.Emphasis:
		tag := "em"
		if x.Level > 1 {
			tag = "strong"
		}
		w.b.WriteString("<" + tag + ">")
		w.inlines(n)
		w.b.WriteString("</" + tag + ">")
	case *ast.Link:
		w.link(n, string(util.UnescapePunctuations(x.Destination)))
	case *ast.AutoLink:
		if a, ok := linkOf(string(x.URL(w.src))); ok && x.AutoLinkType == ast.AutoLinkURL && !w.inLink {
			w.address(a)
		} else {
			escape(w.b, string(x.Label(w.src)))
		}
	default: // a picture is its words
		w.inlines(n)
	}
}

// text writes a stretch of text with those that follow it on the same line, since marks
// that mean nothing cut it: an address may have some in it. It gives the last of them.
func (w *writer) text(t *ast.Text) ast.Node {
	start, stop := t.Segment.Start, t.Segment.Stop
	for !t.SoftLineBreak() && !t.HardLineBreak() {
		next, ok := t.NextSibling().(*ast.Text)
		if !ok || next.Segment.Start != stop {
			break
		}
		t, stop = next, next.Segment.Stop
	}
	value := string(util.UnescapePunctuations(w.src[start:stop]))
	if w.inLink {
		escape(w.b, value)
	} else {
		w.addresses(value)
	}
	if (t.SoftLineBreak() || t.HardLineBreak()) && t.NextSibling() != nil {
		w.b.WriteString("<br>")
	}
	return t
}

// link writes a link that somebody named. Its host stands beside its words; where the
// words are an address themselves, the true one stands there alone.
func (w *writer) link(n ast.Node, to string) {
	a, ok := linkOf(to)
	if !ok || w.inLink {
		w.inlines(n)
		return
	}
	inner := &strings.Builder{}
	in := writer{b: inner, src: w.src, inLink: true}
	in.inlines(n)
	if inner.Len() == 0 || looksLikeAddress(inner.String()) {
		w.address(a)
		return
	}
	w.open(a)
	w.b.WriteString(`>` + inner.String() + `</a> <bdi>(`)
	escape(w.b, a.host)
	w.b.WriteString(`)</bdi>`)
}

// looksLikeAddress tells that words of a link could be taken for where it leads.
func looksLikeAddress(html string) bool { return addressLike.MatchString(html) }

var (
	addressLike  = regexp.MustCompile(`(?i)://|www\.|[\p{L}\p{N}-]\s?[.．。]\s?[\p{L}]{2,}`)
	addressShape = regexp.MustCompile(`(?i)https?://[^\s<>"“”«»]+`)
)

// addresses writes text and the addresses that stand in it.
func (w *writer) addresses(s string) {
	for {
		at := addressShape.FindStringIndex(s)
		if at == nil {
			w.names(s)
			return
		}
		raw := strings.TrimRight(s[at[0]:at[1]], `.,;:!?'’)]}*_`)
		w.names(s[:at[0]])
		if a, ok := linkOf(raw); ok {
			w.address(a)
		} else {
			escape(w.b, raw)
		}
		s = s[at[0]+len(raw):]
	}
}

func (w *writer) open(a address) {
	w.b.WriteString(`<a href="`)
	escape(w.b, a.href)
	w.b.WriteString(`" rel="nofollow noreferrer noopener ugc"`)
}

// address writes a link whose words are where it leads.
func (w *writer) address(a address) {
	w.open(a)
	w.b.WriteString(` dir="ltr">`)
	escape(w.b, a.words)
	w.b.WriteString("</a>")
}
