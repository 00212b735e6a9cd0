package app

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Every setting stands in the documentation with its default and one line.
func TestSettingsAreDocumented(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations", "settings.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(b), "## cairn serve")
	table, _, more := strings.Cut(rest, "\n## ")
	if !found || !more {
		t.Fatal("settings.md has no table of `cairn serve`")
	}
	rows := map[string][]string{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); strings.HasPrefix(line, "| `--") {
			rows[strings.Trim(cells[1], " `")] = cells
		}
	}
	kind := reflect.TypeFor[Settings]()
	dashed := regexp.MustCompile(`([a-z])([A-Z])`)
	for i := range kind.NumField() {
		f := kind.Field(i)
		name := f.Tag.Get("name")
		if name == "" {
			name = strings.ToLower(dashed.ReplaceAllString(f.Name, "$1-$2"))
		}
		cells, ok := rows["--"+name]
		if !ok {
			t.Errorf("--%s is not documented", name)
			continue
		}
		delete(rows, "--"+name)
		if env := strings.Trim(cells[2], " `"); env != f.Tag.Get("env") {
			t.Errorf("--%s: documented as %s, is %s", name, env, f.Tag.Get("env"))
		}
		if def := strings.Trim(cells[3], " `"); def != f.Tag.Get("default") {
			t.Errorf("--%s: documented default %q, is %q", name, def, f.Tag.Get("default"))
		}
		if len(strings.TrimSpace(cells[4])) < 10 {
			t.Errorf("--%s: says nothing", name)
		}
	}
	for name := range rows {
		t.Errorf("%s is documented and does not exist", name)
	}
}
