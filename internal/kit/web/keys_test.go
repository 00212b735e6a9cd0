package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
)

// keyShape is a message key of at least three parts; names of permissions,
// events and jobs have two.
var keyShape = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9_-]+){2,}$`)

// shortKeyShape is what may stand in a call that takes a key.
var shortKeyShape = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9_-]+)+$`)

// prefixShape is the beginning of a key that is built at run time.
var prefixShape = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9_-]+)*\.$`)

// keyTakers are functions whose literal arguments are keys whatever their shape.
var keyTakers = map[string]bool{"T": true, "Refuse": true, "Wrong": true, "Add": true, "AddWith": true}

// usedKeys is what the sources of the repository say.
type usedKeys struct {
	literal  map[string]string // every literal -> where
	certain  map[string]string // those that can only be keys -> where
	prefixes map[string]string
}

func scanSources(t *testing.T, root string, slices map[string]bool) usedKeys {
	t.Helper()
	used := usedKeys{literal: map[string]string{}, certain: map[string]string{}, prefixes: map[string]string{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "e2e") {
				return filepath.SkipDir
			}
			return nil
		}
		// Templates count through the Go that is generated from them.
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			return used.scan(path, slices)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

func (u usedKeys) scan(path string, slices map[string]bool) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr:
			if keyTakers[calledName(x)] {
				for _, a := range x.Args {
					if s, ok := literalOf(a); ok && shortKeyShape.MatchString(s) && slices[firstPart(s)] {
						u.certain[s] = path
					}
				}
			}
		case *ast.BasicLit:
			s, ok := literalOf(x)
			if !ok || !slices[firstPart(s)] {
				return true
			}
			u.literal[s] = path
			if keyShape.MatchString(s) {
				u.certain[s] = path
			}
			if prefixShape.MatchString(s) {
				u.prefixes[s] = path
			}
		}
		return true
	})
	return nil
}

func calledName(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func literalOf(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func firstPart(s string) string {
	first, _, _ := strings.Cut(s, ".")
	return first
}

// TestKeys holds the repository to its words: every key used is in every
// language, every key in a file is used, and all languages hold the same keys
// with the same arguments.
func TestKeys(t *testing.T) {
	c, err := loadedCatalog()
	if err != nil {
		t.Fatal(err)
	}
	sliceNames := map[string]bool{}
	keys := map[string]bool{}
	for _, l := range c.tongues {
		for _, k := range l.keys() {
			sliceNames[firstPart(k)] = true
			keys[k] = true
		}
	}
	root := filepath.Join("..", "..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	used := scanSources(t, root, sliceNames)
	for k, where := range used.certain {
		for _, l := range c.tongues {
			if !l.has(k) {
				t.Errorf("%s uses %q, which is not in locales/%s", where, k, l.code)
			}
		}
	}
	for k := range keys {
		checkKey(t, c, used, k)
	}
	for p, where := range used.prefixes {
		if strings.Count(p, ".") > 1 && !anyWithPrefix(keys, p) {
			t.Errorf("%s builds keys from %q, but there are none", where, p)
		}
	}
}

func checkKey(t *testing.T, c *catalog, used usedKeys, key string) {
	t.Helper()
	want := argsOf(c.tongues[0], key)
	for _, l := range c.tongues {
		if !l.has(key) {
			t.Errorf("%q is missing in locales/%s", key, l.code)
			continue
		}
		if got := argsOf(l, key); !slices.Equal(got, want) {
			t.Errorf("%q in locales/%s has the arguments %v, in English %v", key, l.code, got, want)
		}
		checkForms(t, l, key)
	}
	if _, ok := used.literal[key]; ok {
		return
	}
	for p := range used.prefixes {
		if strings.Count(p, ".") > 1 && strings.HasPrefix(key, p) {
			return
		}
	}
	t.Errorf("%q is used nowhere", key)
}

// checkForms wants every plural form that the language has, so that nobody
// reads a sentence made for another number.
func checkForms(t *testing.T, l *tongue, key string) {
	t.Helper()
	m, ok := l.rich[key]
	if !ok || m.forms[plural.One] == nil {
		return
	}
	need := []plural.Form{plural.One, plural.Other}
	if l.code == "ar" {
		need = []plural.Form{plural.Zero, plural.One, plural.Two, plural.Few, plural.Many, plural.Other}
	}
	for _, f := range need {
		if m.forms[f] == nil {
			t.Errorf("%q in locales/%s lacks the plural form %v", key, l.code, f)
		}
	}
}

// argsOf lists the arguments over all forms, but not "n": a form may say its
// number in words.
func argsOf(l *tongue, key string) []string {
	var out []string
	if m, ok := l.rich[key]; ok {
		for _, form := range m.forms {
			for _, p := range form {
				if p.arg != "" && p.arg != "n" && !slices.Contains(out, p.arg) {
					out = append(out, p.arg)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

func anyWithPrefix(keys map[string]bool, p string) bool {
	for k := range keys {
		if strings.HasPrefix(k, p) {
			return true
		}
	}
	return false
}
