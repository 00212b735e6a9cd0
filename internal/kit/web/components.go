package web

import (
	"context"
	"sort"
	"strconv"
	"strings"

	"cairn/internal/kit/moment"

	"github.com/a-h/templ"
)

// FieldData is one field of a form. Label, Hint and Error are sentences, not keys.
type FieldData struct {
	Name, Label, Hint, Error, Value string
	Type                            string // of the input; "" means text
	Auto                            string // autocomplete
	Rows                            int    // more than 0 makes a textarea
	Max                             int    // most characters; 0 means no limit shown to the browser
	Required, HideLabel             bool
	Form                            string   // told apart by it where several forms of a page have a field of this name
	Options                         []Option // any makes a list to choose from
	Attrs                           templ.Attributes
}

// Option is one thing to choose. Hint is a sentence below it.
type Option struct {
	Value, Label, Hint string
	Checked            bool
}

// ChoiceData is a set of options as sheets: one of them, or with Many any number.
type ChoiceData struct {
	Name, Legend, Hint, Error string
	Options                   []Option
	Many, InRow, HideLegend   bool
}

// BtnData is a button, or with Href a link that looks like one. Kind is "" for
// a quiet one, "main" (one a page), "send", "care", "red" or "bare".
type BtnData struct {
	Label, Kind, Href, Name, Value string
	Wide, Off                      bool
	Attrs                          templ.Attributes
}

func (b BtnData) class() string {
	c := "btn"
	if b.Kind != "" {
		c += " btn-" + b.Kind
	}
	if b.Wide {
		c += " btn-wide"
	}
	return c
}

// ConfirmData asks before something is done. Kind "red" is for destruction.
// It is a page's content as well as a dialog's.
type ConfirmData struct {
	ID, Title, Body, Action, Yes, No, NoHref, Kind string
	Fields                                         map[string]string // sent along
}

// id is the field's own on its page. One that is wrong has the plain name, so
// that the list of what is wrong leads to it.
func (f FieldData) id() string {
	if f.Form == "" || f.Error != "" {
		return f.Name
	}
	return f.Form + "-" + f.Name
}

func (f FieldData) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// describedBy joins the ids of hint and error for the field.
func describedBy(name, hint, wrong string) string {
	switch {
	case hint != "" && wrong != "":
		return name + "-wrong " + name + "-hint"
	case wrong != "":
		return name + "-wrong"
	case hint != "":
		return name + "-hint"
	}
	return ""
}

func (f FieldData) attrs() templ.Attributes {
	a := templ.Attributes{}
	if d := describedBy(f.id(), f.Hint, f.Error); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Auto != "" {
		a["autocomplete"] = f.Auto
	}
	if f.Max > 0 {
		a["maxlength"] = strconv.Itoa(f.Max)
	}
	if f.Required {
		a["required"] = true
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

func (c ChoiceData) attrs() templ.Attributes {
	a := templ.Attributes{}
	if d := describedBy(c.Name, c.Hint, c.Error); d != "" {
		a["aria-describedby"] = d
	}
	return a
}

func (c ChoiceData) inputType() string {
	if c.Many {
		return "checkbox"
	}
	return "radio"
}

// stoneSVG refers to a stone of the sprite. Nothing in it comes from outside:
// the class and the tone are ours, n is a number.
func stoneSVG(class, tone string, n int) string {
	return `<svg class="` + class + ` ` + stoneTone(tone) + `" viewBox="0 0 36 28" aria-hidden="true"><use href="` +
		Asset("stones.svg") + `#p` + strconv.Itoa(n) + `"></use></svg>`
}

// stoneTone is the class that colours a stone: "moss" for here and yours, "2" to
// "5" from light to dark; "" is the middle.
func stoneTone(tone string) string {
	switch tone {
	case "moss":
		return "moss"
	case "1", "2", "4", "5":
		return "s" + tone
	}
	return "s3"
}

// rowCap bounds the stones drawn in a row; the number stands in words beside it.
const rowCap = 12

func isoTime(t moment.Time) string { return t.Std().Format("2006-01-02T15:04:05Z") }

func iconSVG(key string) string {
	box := "0 0 26 26"
	if key == "empty" {
		box = "7 23 96 34"
	}
	shapes := iconShapes()[key]
	if shapes == "" {
		shapes = iconShapes()["now"]
	}
	return `<svg viewBox="` + box + `" aria-hidden="true">` + shapes + `</svg>`
}

// cairnSVG is the pile with ids of its own.
func cairnSVG(ctx context.Context) string {
	id := "0"
	if sc := scopeOf(ctx); sc != nil {
		sc.clips++
		id = strconv.Itoa(sc.clips)
	}
	return withID(cairnDrawing(), id)
}

// withID fills the place that the drawing leaves for its own id.
func withID(drawing, id string) string { return strings.ReplaceAll(drawing, "cairn@", "cairn"+id) }

func loadTone(carried bool) string {
	if carried {
		return "4"
	}
	return "1"
}

// millis is an instant as browsers count: milliseconds since 1970.
func millis(t moment.Time) string { return strconv.FormatInt(int64(t)/1000, 10) }

func (b BtnData) named() templ.Attributes {
	if b.Name == "" {
		return nil
	}
	return templ.Attributes{"name": b.Name, "value": b.Value}
}

// sortedFields orders hidden fields by name: Value is the name, Label what it holds.
func sortedFields(m map[string]string) []Option {
	out := make([]Option, 0, len(m))
	for k, v := range m {
		out = append(out, Option{Value: k, Label: v})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Value < out[j].Value })
	return out
}
