package archive_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/corpus"
	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum/archive"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

var (
	now    = moment.At(time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC))
	topics = map[string]bool{"sleep": true, "work": true, "a": true, "b": true, "c": true, "d": true}
)

const first = `{"format":"cairn.forum","version":1}` + "\n"

func TestWhatALineSays(t *testing.T) {
	for line, want := range map[string]string{
		`{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05Z"}`:                                                   "",
		`{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05.123456+02:00","author":"Old Oak","topics":["sleep"]}`: "",
		`{"key":"1","thread":"0","words":"W","at":"2024-01-02T03:04:05Z","quotes":"x"}`:                                     "",
		`{"key":"","title":"T","words":"W","at":"2024-01-02T03:04:05Z"}`:                                                    "archive.row.key",
		`{"key":" a","title":"T","words":"W","at":"2024-01-02T03:04:05Z"}`:                                                  "archive.row.key",
		`{"key":"` + strings.Repeat("k", 201) + `","title":"T","words":"W","at":"2024-01-02T03:04:05Z"}`:                    "archive.row.key",
		`{"key":"a\u202eb","title":"T","words":"W","at":"2024-01-02T03:04:05Z"}`:                                            "archive.row.key",
		`{"key":"1","thread":" x","words":"W","at":"2024-01-02T03:04:05Z"}`:                                                 "archive.row.refers",
		`{"key":"1","words":"W","at":"2024-01-02T03:04:05Z"}`:                                                               "archive.row.title",
		`{"key":"1","title":"` + strings.Repeat("t", 121) + `","words":"W","at":"2024-01-02T03:04:05Z"}`:                    "archive.row.title",
		`{"key":"1","thread":"0","title":"T","words":"W","at":"2024-01-02T03:04:05Z"}`:                                      "archive.row.title_answer",
		`{"key":"1","thread":"0","topics":["sleep"],"words":"W","at":"2024-01-02T03:04:05Z"}`:                               "archive.row.topics_answer",
		`{"key":"1","title":"T","words":" \u200b ","at":"2024-01-02T03:04:05Z"}`:                                            "archive.row.words",
		`{"key":"1","title":"T","words":"` + strings.Repeat("w", 4001) + `","at":"2024-01-02T03:04:05Z"}`:                   "archive.row.long",
		`{"key":"1","title":"T","words":"W","at":"yesterday"}`:                                                              "archive.row.at",
		`{"key":"1","title":"T","words":"W","at":"2027-01-02T03:04:05Z"}`:                                                   "archive.row.at",
		`{"key":"1","title":"T","words":"W","at":"1969-01-02T03:04:05Z"}`:                                                   "archive.row.at",
		`{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05Z","author":"` + strings.Repeat("n", 61) + `"}`:        "archive.row.author",
		`{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05Z","topics":["nothing"]}`:                              "archive.row.topics",
		`{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05Z","topics":["a","b","c","d","sleep","work"]}`:         "archive.row.topics",
		`{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05Z","quotes":"x"}`:                                      "archive.row.quotes_thread",
		`{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05Z","email":"a@b.test"}`:                                "archive.row.field",
		`{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05Z"} {}`:                                                "archive.row.json",
		`{"key":1,"title":"T","words":"W","at":"2024-01-02T03:04:05Z"}`:                                                     "archive.row.json",
		`["key"]`: "archive.row.json",
		`null`:    "archive.row.key",
		"\xff{":   "archive.row.letters",
		`{"key":"1","title":"T","words":"` + strings.Repeat("é", 40_000) + `","at":"2024-01-02T03:04:05Z"}`: "archive.row.large",
	} {
		f, err := archive.Read([]byte(first+line), now, topics)
		if err != nil {
			t.Errorf("%.80s: %v", line, err)
			continue
		}
		got := ""
		if len(f.Problems) > 0 {
			got = f.Problems[0].Key
		}
		if got != want || len(f.Rows)+len(f.Problems) != 1 {
			t.Errorf("%.80s: %q, want %q", line, got, want)
		}
	}
}

func TestWholeFiles(t *testing.T) {
	good := `{"key":"1","title":"T","words":"W","at":"2024-01-02T03:04:05Z"}` + "\n"
	for name, tt := range map[string]struct {
		body string
		want string
	}{
		"nothing":            {"", "archive.file.format"},
		"no first line":      {good, "archive.file.format"},
		"a page":             {"<!doctype html><script>", "archive.file.format"},
		"another format":     {`{"format":"other","version":1}` + "\n" + good, "archive.file.format"},
		"another version":    {`{"format":"cairn.forum","version":2}` + "\n" + good, "archive.file.version"},
		"only a first line":  {first + "\n \n", "archive.file.empty"},
		"too many lines":     {first + strings.Repeat("{}\n", archive.MostLines+1), "archive.file.lines"},
		"too large":          {first + strings.Repeat("\n", archive.MostBytes), "archive.file.large"},
		"marked, empty ends": {"\xef\xbb\xbf" + first + "\r\n" + good + "\n\n", ""},
	} {
		_, err := archive.Read([]byte(tt.body), now, topics)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if f := fault.As(err); !fault.Is(err, fault.Invalid) || len(f.Fields) != 1 || f.Fields[0].Name != "file" || f.Fields[0].Key != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func row(key, thread, quotes string, at int64) string {
	title := `"title":"T",`
	if thread != "" {
		title = `"thread":"` + thread + `",`
	}
	if quotes != "" {
		title += `"quotes":"` + quotes + `",`
	}
	return fmt.Sprintf(`{"key":%q,%s"words":"W","at":"2024-01-02T03:04:%02dZ"}`+"\n", key, title, at)
}

func TestPlans(t *testing.T) {
	at := func(s int64) moment.Time { return moment.At(time.Date(2024, 1, 2, 3, 4, int(s), 0, time.UTC)) }
	here := map[string]discussion.Here{
		"old": {ID: "p1", Takes: true, At: at(0)}, "gone": {ID: "p2", At: at(0)}, "said": {ID: "c1", Post: "p1", At: at(1)}, "elsewhere": {ID: "c2", Post: "p2", At: at(1)}, "back": {Gone: true},
	}
	for name, tt := range map[string]struct {
		body  string
		takes string
		wrong string
		there int
	}{
		"a thread and answers":       {row("t", "", "", 1) + row("a", "t", "", 2) + row("b", "t", "a", 3), "t a b", "", 0},
		"an answer before":           {row("a", "t", "", 2) + row("t", "", "", 1), "t", "2:archive.row.thread", 0},
		"below an answer":            {row("t", "", "", 1) + row("a", "t", "", 2) + row("b", "a", "", 3), "t a", "4:archive.row.not_thread", 0},
		"below what is here":         {row("a", "old", "said", 2) + row("old", "", "", 1), "a", "", 1},
		"below what is gone":         {row("a", "gone", "", 2), "", "2:archive.row.thread_closed", 0},
		"below an answer here":       {row("a", "said", "", 2), "", "2:archive.row.not_thread", 0},
		"taken back in another":      {row("back", "", "", 1) + row("a", "back", "", 2) + row("b", "old", "back", 2), "", "2:archive.row.gone 3:archive.row.thread 4:archive.row.quotes", 0},
		"twice":                      {row("t", "", "", 1) + row("t", "", "", 1), "t", "3:archive.row.twice", 0},
		"quotes itself":              {row("t", "", "", 1) + row("a", "t", "a", 2), "t", "3:archive.row.quotes", 0},
		"quotes the thread":          {row("t", "", "", 1) + row("a", "t", "t", 2), "t", "3:archive.row.quotes", 0},
		"quotes what came later":     {row("t", "", "", 1) + row("a", "t", "", 3) + row("b", "t", "a", 2), "t a", "4:archive.row.quotes", 0},
		"quotes another thread":      {row("a", "old", "elsewhere", 2), "", "2:archive.row.quotes", 0},
		"quotes what does not come":  {row("t", "", "", 1) + row("a", "t", "x", 2) + row("b", "t", "a", 3), "t", "3:archive.row.quotes 4:archive.row.quotes", 0},
		"below what does not come":   {row("t", "", "x", 1) + row("a", "t", "", 2), "", "2:archive.row.quotes_thread 3:archive.row.thread", 0},
		"all of it is here already":  {row("old", "", "", 1) + row("said", "old", "", 1), "", "", 2},
		"a thread under a known key": {row("said", "", "", 1), "", "", 1},
	} {
		f, err := archive.Read([]byte(first+tt.body), now, topics)
		if err != nil {
			t.Fatal(name, err)
		}
		p := f.Plan(here)
		var takes, wrong []string
		for _, r := range p.Rows {
			takes = append(takes, r.Key)
		}
		for _, x := range p.Problems {
			wrong = append(wrong, fmt.Sprintf("%d:%s", x.Number, x.Key))
		}
		if strings.Join(takes, " ") != tt.takes || strings.Join(wrong, " ") != tt.wrong || p.There != tt.there {
			t.Errorf("%s: takes %q, wrong %q, %d there", name, takes, wrong, p.There)
		}
	}
}

// again writes what was read, and reads that.
func again(t *testing.T, f archive.File) archive.File {
	t.Helper()
	var b bytes.Buffer
	w, err := archive.NewWriter(&b)
	for _, r := range f.Rows {
		if err == nil {
			err = w.Write(r.Brought)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := archive.Read(b.Bytes(), now, topics)
	if err != nil {
		t.Fatalf("what was written cannot be read: %v", err)
	}
	return out
}

// FuzzImport: whatever is read is clean, bounded, and the same when it is written and read
// again; nothing panics.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(files) == 0 {
		f.Fatal("the corpus is not there", err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, body := range corpus.Kept(f, "testdata/FuzzImport.txt") {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		read, err := archive.Read(body, now, topics)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v", err)
			}
			return
		}
		seen := map[string]bool{}
		for _, r := range read.Rows {
			if seen[r.Key] || r.Key == "" || r.Words == "" || r.At > now || (r.Title == "") != (r.Thread != "") || len(r.Topics) > discussion.MostTopics {
				t.Fatalf("%+v", r)
			}
			seen[r.Key] = true
		}
		p := read.Plan(nil)
		if p.There != 0 || len(p.Rows)+len(p.Problems) != len(read.Rows)+len(read.Problems) {
			t.Fatalf("of %d lines %d come and %d do not", len(read.Rows), len(p.Rows), len(p.Problems)-len(read.Problems))
		}
		if len(read.Rows) == 0 {
			return
		}
		back := again(t, read)
		for i := range read.Rows {
			read.Rows[i].Number, back.Rows[i].Number = 0, 0
		}
		if len(back.Problems) > 0 || !reflect.DeepEqual(back.Rows, read.Rows) {
			t.Fatalf("%+v\n%+v\n%+v", read.Rows, back.Rows, back.Problems)
		}
	})
}
