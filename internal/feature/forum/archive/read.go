package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/prose"
)

// Read reads a file. What cannot be read as a whole is fault.Invalid with one problem, of
// the field "file"; a line that cannot be taken is among the problems and spoils no other.
// now is when it is read: nothing in it was written later. topics are those there are here.
func Read(body []byte, now moment.Time, topics map[string]bool) (File, error) {
	if len(body) > MostBytes {
		return File{}, refusal("archive.file.large", map[string]any{"mb": MostBytes >> 20})
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	first, rest, _ := bytes.Cut(body, []byte("\n"))
	if err := readHead(first); err != nil {
		return File{}, err
	}
	var out File
	seen := map[string]bool{}
	for number, lines := 2, 0; len(rest) > 0; number++ {
		var raw []byte
		raw, rest, _ = bytes.Cut(rest, []byte("\n"))
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		if lines++; lines > MostLines {
			return File{}, refusal("archive.file.lines", map[string]any{"most": MostLines})
		}
		out.add(number, raw, now, topics, seen)
	}
	if len(out.Rows)+len(out.Problems) == 0 {
		return File{}, refusal("archive.file.empty", nil)
	}
	return out, nil
}

func refusal(key string, args map[string]any) error {
	var p fault.Problems
	p.AddWith("file", key, args)
	return p.Err()
}

func readHead(raw []byte) error {
	var h head
	if len(raw) > mostLine || json.Unmarshal(raw, &h) != nil || h.Format != Format {
		return refusal("archive.file.format", map[string]any{"line": `{"format":"` + Format + `","version":1}`})
	}
	if h.Version != Version {
		return refusal("archive.file.version", map[string]any{"version": Version})
	}
	return nil
}

func (f *File) add(number int, raw []byte, now moment.Time, topics, seen map[string]bool) {
	row, what, why := readLine(raw, now, topics)
	if why.Key == "" && seen[row.Key] {
		why = Problem{Key: "archive.row.twice"}
	}
	if why.Key != "" {
		why.Number, why.What = number, what
		f.Problems = append(f.Problems, why)
		return
	}
	seen[row.Key] = true
	row.Number = number
	f.Rows = append(f.Rows, row)
}

// readLine reads one line. why has the key of what is wrong, or none.
func readLine(raw []byte, now moment.Time, topics map[string]bool) (row Row, what string, why Problem) {
	var l line
	switch {
	case len(raw) > mostLine:
		return row, "", Problem{Key: "archive.row.large", Args: map[string]any{"kb": mostLine >> 10}}
	case !utf8.Valid(raw):
		return row, "", Problem{Key: "archive.row.letters"}
	}
	from := json.NewDecoder(bytes.NewReader(raw))
	from.DisallowUnknownFields()
	err := from.Decode(&l)
	what = whatOf(l)
	if err != nil {
		if _, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
			return row, what, Problem{Key: "archive.row.field"}
		}
		return row, what, Problem{Key: "archive.row.json"}
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return row, what, Problem{Key: "archive.row.json"}
	}
	row, why = l.row(now, topics)
	return row, what, why
}

// whatOf names a line for whoever looks for it in their file.
func whatOf(l line) string {
	for _, s := range []string{l.Title, l.Key, l.Author} {
		if s, ok := oneLine(s); ok && s != "" {
			if rs := []rune(s); len(rs) > mostWhat {
				s = string(rs[:mostWhat]) + "…"
			}
			return s
		}
	}
	return ""
}

// row cleans a line and looks at everything that needs no other line.
func (l line) row(now moment.Time, topics map[string]bool) (Row, Problem) {
	b := discussion.Brought{Key: l.Key, Thread: l.Thread, Quotes: l.Quotes}
	switch {
	case !isKey(l.Key):
		return Row{}, Problem{Key: "archive.row.key", Args: map[string]any{"most": mostKey}}
	case l.Thread != "" && !isKey(l.Thread) || l.Quotes != "" && !isKey(l.Quotes):
		return Row{}, Problem{Key: "archive.row.refers", Args: map[string]any{"most": mostKey}}
	case l.Thread == "" && l.Quotes != "":
		return Row{}, Problem{Key: "archive.row.quotes_thread"}
	case l.Thread != "" && strings.TrimSpace(l.Title) != "":
		return Row{}, Problem{Key: "archive.row.title_answer"}
	case l.Thread != "" && len(l.Topics) > 0:
		return Row{}, Problem{Key: "archive.row.topics_answer"}
	}
	at, err := time.Parse(time.RFC3339, l.At)
	if err != nil || at.Before(earliest) || moment.At(at) > now {
		return Row{}, Problem{Key: "archive.row.at"}
	}
	b.At = moment.At(at)
	for _, said := range []func(line, *discussion.Brought) Problem{readWords, readTitle, readLabel} {
		if why := said(l, &b); why.Key != "" {
			return Row{}, why
		}
	}
	b.Topics, err = sorted(l.Topics, topics)
	if err != nil {
		return Row{}, Problem{Key: "archive.row.topics", Args: map[string]any{"most": mostTopics}}
	}
	return Row{Brought: b}, Problem{}
}

func readWords(l line, b *discussion.Brought) Problem {
	clean, ok := prose.Legible(l.Words)
	switch {
	case !ok || clean == "":
		return Problem{Key: "archive.row.words"}
	case utf8.RuneCountInString(clean) > discussion.MostWords:
		return Problem{Key: "archive.row.long", Args: map[string]any{"most": discussion.MostWords}}
	}
	b.Words = clean
	return Problem{}
}

func readTitle(l line, b *discussion.Brought) Problem {
	if l.Thread != "" {
		return Problem{}
	}
	clean, ok := oneLine(l.Title)
	if !ok || clean == "" || utf8.RuneCountInString(clean) > discussion.MostTitle {
		return Problem{Key: "archive.row.title", Args: map[string]any{"most": discussion.MostTitle}}
	}
	b.Title = clean
	return Problem{}
}

func readLabel(l line, b *discussion.Brought) Problem {
	clean, ok := oneLine(l.Author)
	if !ok || utf8.RuneCountInString(clean) > mostLabel {
		return Problem{Key: "archive.row.author", Args: map[string]any{"most": mostLabel}}
	}
	b.Label = clean
	return Problem{}
}

// oneLine cleans an optional text on one line.
func oneLine(s string) (clean string, ok bool) {
	clean, ok = prose.Legible(s)
	return strings.Join(strings.Fields(clean), " "), ok
}

// isKey: what names a line is short and has nothing in it that hides or turns.
func isKey(s string) bool {
	clean, ok := oneLine(s)
	return ok && s != "" && clean == s && utf8.RuneCountInString(s) <= mostKey
}

// sorted gives topics in order, each once; an error for one that there is not, or too many.
func sorted(list []string, known map[string]bool) ([]string, error) {
	out := []string{}
	for _, t := range list {
		if !known[t] {
			return nil, fault.New(fault.Invalid, "archive.row.topics")
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	if len(out) > mostTopics {
		return nil, fault.New(fault.Invalid, "archive.row.topics")
	}
	slices.Sort(out)
	return out, nil
}
