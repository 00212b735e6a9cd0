package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is one Go file of the project.
type source struct {
	path    string // from the project's root, with slashes
	pkg     string // folder under internal, such as "core/chat"
	file    *ast.File
	imports []string
	text    []string // string literals
	test    bool
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	root := filepath.Join("..", "..")
	for _, top := range []string{"internal", "cmd", "migrations", "locales", "bench"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			s := source{path: rel, pkg: strings.TrimPrefix(filepath.ToSlash(filepath.Dir(rel)), "internal/"), file: f, test: strings.HasSuffix(rel, "_test.go")}
			for _, i := range f.Imports {
				p, err := strconv.Unquote(i.Path.Value)
				if err != nil {
					return err
				}
				s.imports = append(s.imports, p)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					if v, err := strconv.Unquote(l.Value); err == nil {
						s.text = append(s.text, v)
					}
				}
				return true
			})
			out = append(out, s)
			return nil
		})
		if err != nil && !strings.Contains(err.Error(), "no such file") {
			t.Fatal(err)
		}
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found: the test looks in the wrong place", len(out))
	}
	return out
}

// The order of the house. A package may import what stands before it in its
// floor, and everything on the floors below; see docs/map.md.
var (
	kitBelow = map[string][]string{
		"fault": {}, "moment": {},
		"db":       {"fault", "moment"},
		"vault":    {"fault", "moment", "db"},
		"access":   {"fault", "moment", "db"},
		"bus":      {"fault", "moment", "db", "vault", "access"},
		"post":     {"fault", "moment", "db", "vault", "access", "bus"},
		"calendar": {"fault", "moment", "db", "vault", "access", "bus"},
		"search":   {"fault", "moment", "db", "vault", "access", "bus"},
		"media":    {"fault", "moment"},
		"prose":    {},
		"picture":  {},
		"web":      {"fault", "moment", "db", "vault", "access", "bus", "post", "calendar", "search"},
	}
	coreOrder    = []string{"people", "notify", "directory", "shifts", "safety", "moderation", "chat", "discussion", "rooms", "meetings"}
	featureOver  = map[string][]string{"support": {"matching"}, "mentoring": {"matching"}, "training": {"workforce"}}
	forTestsOnly = []string{"internal/cairntest", "internal/feature/matching/scan"}
)

func mayImport(from, to string) bool {
	if from == to || strings.HasPrefix(to, from+"/") || strings.HasPrefix(from, to+"/") {
		return true
	}
	fFloor, fName, _ := strings.Cut(from, "/")
	tFloor, tName, _ := strings.Cut(to, "/")
	switch fFloor {
	case "kit":
		return tFloor == "kit" && slices.Contains(kitBelow[fName], tName)
	case "core":
		return tFloor == "kit" || tFloor == "core" && slices.Contains(coreOrder, tName) && slices.Index(coreOrder, tName) < slices.Index(coreOrder, fName)
	case "feature":
		return tFloor == "kit" || tFloor == "core" || tFloor == "feature" && slices.Contains(featureOver[fName], tName)
	case "edge":
		return tFloor == "kit" || tFloor == "core" || tFloor == "feature"
	case "app":
		return tFloor != "cairntest"
	case "cairntest":
		return true
	}
	return false
}

func TestFloorsAreKept(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !strings.HasPrefix(s.path, "internal/") {
			continue
		}
		for _, i := range s.imports {
			to, ours := strings.CutPrefix(i, "cairn/internal/")
			if ours && !mayImport(s.pkg, to) {
				t.Errorf("%s imports %s: that is not below it", s.path, i)
			}
			if i == "cairn/locales" && s.pkg != "kit/web" {
				t.Errorf("%s imports the locales: only kit/web reads them", s.path)
			}
		}
	}
}

func TestNobodyImportsAppAndTestsStayTests(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if i == "cairn/internal/app" && s.path != "cmd/cairn/main.go" && !s.test && !strings.HasPrefix(s.path, "internal/cairntest/") && !strings.HasPrefix(s.path, "bench/") {
				t.Errorf("%s imports app", s.path)
			}
			for _, only := range forTestsOnly {
				if strings.HasPrefix(i, "cairn/"+only) && !s.test && !strings.HasPrefix(s.path, "internal/cairntest/") && !strings.HasPrefix(s.path, "bench/") && !strings.HasPrefix(s.path, only) && !controlPort(s) {
					t.Errorf("%s imports %s, which is for tests", s.path, i)
				}
			}
		}
	}
}

// controlPort names the files of the build that journeys drive.
func controlPort(s source) bool {
	for _, c := range s.file.Comments {
		if strings.HasPrefix(c.Text(), "go:build journeys") || strings.Contains(c.List[0].Text, "go:build journeys") {
			return true
		}
	}
	return false
}

// Layers inside a slice are file names.
func TestFileRoles(t *testing.T) {
	for _, s := range sources(t) {
		floor, _, _ := strings.Cut(s.pkg, "/")
		if s.test || floor != "core" && floor != "feature" && floor != "edge" || strings.HasPrefix(s.path, "internal/feature/matching/scan") {
			continue
		}
		base := filepath.Base(s.path)
		for _, i := range s.imports {
			switch i {
			case "net/http":
				if !startsWith(base, "web", "api") {
					t.Errorf("%s imports net/http: only web* and api* do", s.path)
				}
			case "cairn/internal/kit/db":
				if !startsWith(base, "store", "service", "jobs", "events") && floor != "edge" {
					t.Errorf("%s imports kit/db: only store*, service*, jobs* and events* do", s.path)
				}
			}
		}
	}
}

func startsWith(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

var sqlWords = regexp.MustCompile(`(?i)\b(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b`)

// Stores hold the only SQL, and each speaks of its own tables. Two are shared
// by design: vault_key, whose wrapped key is read beside the sealed text, and
// what kit/access keeps.
func TestSQLStaysInStoresWithItsOwnTables(t *testing.T) {
	table := regexp.MustCompile(`(?i)\b(?:from|join|into|update)\s+([a-z]+_[a-z_]+)`)
	for _, s := range sources(t) {
		floor, name, _ := strings.Cut(s.pkg, "/")
		if s.test || floor != "core" && floor != "feature" && floor != "edge" {
			continue
		}
		for _, text := range s.text {
			if !sqlWords.MatchString(text) {
				continue
			}
			if !startsWith(filepath.Base(s.path), "store") {
				t.Errorf("%s holds SQL; stores do", s.path)
			}
			for _, m := range table.FindAllStringSubmatch(text, -1) {
				if !strings.HasPrefix(m[1], name+"_") && m[1] != "vault_key" {
					t.Errorf("%s speaks of table %s", s.path, m[1])
				}
			}
			if strings.Contains(text, "::") || regexp.MustCompile(`(?i)\b(now\(\)|any\s*\(|for update|greatest)`).MatchString(text) {
				t.Errorf("%s: SQL that is not common to both databases: %.60s", s.path, text)
			}
		}
	}
}

func TestNoHiddenState(t *testing.T) {
	for _, s := range sources(t) {
		if slices.Contains([]string{"util", "utils", "common", "models", "helpers"}, filepath.Base(filepath.Dir(s.path))) {
			t.Errorf("%s: a package is named for what it is about", s.path)
		}
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s registers itself by init", s.path)
			}
		}
	}
}

// One-click sign-in exists only in `cairn demo`: one file knows the demo.
func TestOnlyTheDemoCommandKnowsTheDemo(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if i == "cairn/internal/edge/demo" && s.path != "internal/app/demo.go" && !s.test && !strings.HasPrefix(s.path, "bench/") {
				t.Errorf("%s imports the demo", s.path)
			}
		}
	}
}

// The media server is heavy: only the command links it, and only its child runs
// it. Everybody else speaks to it over HTTP.
func TestOnlyTheCommandLinksTheMediaServer(t *testing.T) {
	linked := false
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if !strings.HasPrefix(i, "github.com/livekit/") && !strings.HasPrefix(i, "github.com/pion/") {
				continue
			}
			linked = true
			if !strings.HasPrefix(s.path, "cmd/cairn/") && !strings.HasPrefix(s.path, "bench/") {
				t.Errorf("%s imports %s: only cmd/cairn does", s.path, i)
			}
		}
	}
	if !linked {
		t.Error("nobody links the media server: the test looks in the wrong place")
	}
}

// Slices take the time from a clock that tests can move.
func TestTimeComesFromTheClock(t *testing.T) {
	for _, s := range sources(t) {
		floor, _, _ := strings.Cut(s.pkg, "/")
		if s.test || floor != "core" && floor != "feature" && floor != "edge" || strings.HasPrefix(s.pkg, "feature/matching/scan") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Now" {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" {
				t.Errorf("%s calls time.Now", s.path)
			}
			return true
		})
	}
}

func TestDocSaysWhatAPackageIsFor(t *testing.T) {
	documented := map[string]bool{}
	all := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		all[s.pkg] = true
		if s.file.Doc != nil && strings.TrimSpace(s.file.Doc.Text()) != "" {
			documented[s.pkg] = true
		}
	}
	for p := range all {
		if !documented[p] {
			t.Errorf("%s has no package comment", p)
		}
	}
}
