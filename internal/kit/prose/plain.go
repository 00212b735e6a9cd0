package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Plain gives words without their marks, in one line: for an excerpt. Between what stood
// in places of its own is a dot where no other sign ends the first.
func Plain(words string) string {
	var parts []string
	var b strings.Builder
	end := func() {
		if part := strings.Join(strings.Fields(b.String()), " "); part != "" {
			parts = append(parts, part)
		}
		b.Reset()
	}
	in := html.NewTokenizer(strings.NewReader(HTML(words)))
	for {
		switch in.Next() {
		case html.ErrorToken: // the end: what HTML writes is whole
			end()
			return inOneLine(parts)
		case html.TextToken:
			b.Write(in.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			switch name, _ := in.TagName(); string(name) {
			case "em", "strong", "a", "bdi":
			case "br":
				b.WriteByte(' ')
			default:
				end()
			}
		case html.CommentToken, html.DoctypeToken: // HTML writes none
		}
	}
}

func inOneLine(parts []string) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			if last, _ := utf8.DecodeLastRuneInString(parts[i-1]); unicode.IsLetter(last) || unicode.IsDigit(last) {
				b.WriteString(" ·")
			}
			b.WriteByte(' ')
		}
		b.WriteString(part)
	}
	return b.String()
}
