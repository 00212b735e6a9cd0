package discussion

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// piece is a part of a line: text, or a link with the words that stand for it.
type piece struct {
	Text string
	Href string // "" for text
}

// paragraph is lines of pieces.
type paragraph [][]piece

var addressShape = regexp.MustCompile(`(?i)https?://[^\s<>"“”«»]+`)

// Limits of a link, in bytes of its address and characters of its words.
const (
	longestLink = 1000
	linkWords   = 60
)

// paragraphs cuts plain words into paragraphs and lines, and finds the links in them.
// Nothing in them is markup.
func paragraphs(words string) []paragraph {
	var out []paragraph
	var now paragraph
	for _, line := range strings.Split(words, "\n") {
		if strings.TrimSpace(line) == "" {
			if len(now) > 0 {
				out, now = append(out, now), nil
			}
			continue
		}
		now = append(now, pieces(line))
	}
	if len(now) > 0 {
		out = append(out, now)
	}
	return out
}

func pieces(line string) []piece {
	var out []piece
	for {
		at := addressShape.FindStringIndex(line)
		if at == nil {
			break
		}
		raw := strings.TrimRight(line[at[0]:at[1]], `.,;:!?'’)]}*_`)
		p, ok := linkOf(raw)
		if !ok {
			p = piece{Text: raw}
		}
		if at[0] > 0 {
			out = append(out, piece{Text: line[:at[0]]})
		}
		out = append(out, p)
		line = line[at[0]+len(raw):]
	}
	if line != "" {
		out = append(out, piece{Text: line})
	}
	return out
}

// linkOf makes a link whose words say where it leads: the host first. An address that
// could pass for another stays text: one with a name before the host, and one whose
// host is not in plain letters (look-alikes).
func linkOf(raw string) (piece, bool) {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > longestLink {
		return piece{}, false
	}
	scheme := strings.ToLower(u.Scheme)
	if scheme != "http" && scheme != "https" || u.User != nil || !plainHost(u.Host) {
		return piece{}, false
	}
	u.Scheme, u.Host = scheme, strings.ToLower(u.Host)
	u.RawQuery = strings.ReplaceAll(url.PathEscape(u.RawQuery), "%25", "%")
	words := u.Host + u.EscapedPath()
	if utf8.RuneCountInString(words) > linkWords {
		words = string([]rune(words)[:linkWords]) + "…"
	}
	return piece{Text: words, Href: u.String()}, true
}

func plainHost(host string) bool {
	for i := range len(host) {
		c := host[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '.' && c != ':' {
			return false
		}
	}
	return strings.Contains(strings.Trim(host, ".:"), ".") && !strings.HasPrefix(host, "xn--") && !strings.Contains(host, ".xn--")
}
