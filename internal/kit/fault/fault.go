// Package fault is the one vocabulary for what can go wrong.
//
// Every error that reaches an edge (a page, the API, a command) is a *Fault or
// becomes one of kind Internal. A fault carries what a person may be told (a
// message key and, for input, the fields that are wrong) apart from what an
// operator needs (the cause, which never reaches a page).
package fault

import (
	"errors"
	"fmt"
)

// Kind says which sort of answer an error deserves.
type Kind uint8

// The kinds, from the one who asked being wrong to us being wrong.
const (
	Internal    Kind = iota // our mistake; the cause is logged, never shown
	Invalid                 // the input does not fit; see Fields
	SignIn                  // who is asking must be known first
	Forbidden               // may see it, may not do this
	NotFound                // is not there, or may not be seen
	Conflict                // somebody else was there first, or the state does not allow it
	TooFast                 // a rate limit
	TooLarge                // more bytes than the place takes
	Unavailable             // the database or another part cannot serve now
)

var kindNames = [...]string{
	"internal", "invalid", "sign-in", "forbidden", "not-found", "conflict", "too-fast", "too-large", "unavailable",
}

// String gives the kind's stable name, used in the API's problem details.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Field is one thing wrong with one field of a form.
type Field struct {
	Name string // the field's name in the form or JSON
	Key  string // message key of the sentence shown at the field
	Args map[string]any
}

// Fault is an error with its kind, its words and its cause.
type Fault struct {
	Kind   Kind
	Key    string // message key of the sentence a person reads
	Args   map[string]any
	Fields []Field
	Cause  error
}

// Error is for logs. It names keys and causes, never what was typed.
func (f *Fault) Error() string {
	s := f.Kind.String()
	if f.Key != "" {
		s += " " + f.Key
	}
	for _, p := range f.Fields {
		s += " [" + p.Name + ": " + p.Key + "]"
	}
	if f.Cause != nil {
		s += ": " + f.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// New makes a fault of a kind with the key of its sentence.
func New(kind Kind, key string) *Fault { return &Fault{Kind: kind, Key: key} }

// Wrap makes a fault around a cause.
func Wrap(kind Kind, key string, cause error) *Fault {
	return &Fault{Kind: kind, Key: key, Cause: cause}
}

// With returns a copy with the arguments of its sentence.
func (f *Fault) With(args map[string]any) *Fault {
	c := *f
	c.Args = args
	return &c
}

// Hidden is the answer for what one may not see: it is not there.
func Hidden() *Fault { return New(NotFound, "web.error.notfound") }

// Op adds where an internal error happened, for the log. Faults pass unchanged.
func Op(op string, err error) error {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("%s: %w", op, err)
}

// As gives err as a fault; an error that is none becomes one of kind Internal.
func As(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Kind: Internal, Key: "web.error.internal", Cause: err}
}

// Is tells whether err is a fault of this kind.
func Is(err error, kind Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == kind
}

// Problems collects what is wrong with an input, field by field.
type Problems []Field

// Add notes a problem.
func (p *Problems) Add(name, key string) { *p = append(*p, Field{Name: name, Key: key}) }

// AddWith notes a problem whose sentence has arguments.
func (p *Problems) AddWith(name, key string, args map[string]any) {
	*p = append(*p, Field{Name: name, Key: key, Args: args})
}

// Err is nil when nothing is wrong, otherwise an Invalid fault with all fields.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Key: "web.error.invalid", Fields: p}
}

// OrHidden is err, or else that the thing is not there.
func OrHidden(err error) error {
	if err == nil {
		return Hidden()
	}
	return err
}

// Unless is err, but nil when it is of a kind that is no failure to the caller.
func Unless(err error, kind Kind) error {
	if Is(err, kind) {
		return nil
	}
	return err
}
