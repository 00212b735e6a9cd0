package shifts

import (
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// DutyKind is which call somebody is on.
type DutyKind string

// The kinds, in the order in which they are asked.
const (
	First     DutyKind = "first"
	Second    DutyKind = "second"
	OfClinics DutyKind = "clinician"
)

// DutyKinds lists them.
func DutyKinds() []DutyKind { return []DutyKind{First, Second, OfClinics} }

// Duty is a stretch of being on call. A clinician may be somebody from outside,
// with a name and a telephone number instead of an account.
type Duty struct {
	ID     moment.ID
	Kind   DutyKind
	Person moment.ID
	Name   string
	Phone  string
	From   moment.Time
	Until  moment.Time
}

// Limits of what is typed, and of a stretch.
const (
	mostName     = 80
	mostPhone    = 40
	mostDuty     = 60 * 24 * time.Hour
	dutyKeptFor  = 90 * 24 * time.Hour // then it goes, with its sealed number
	phoneLetters = "0123456789 +-()/.#*"
)

// Validate cleans and checks. Whether the person may be on call is asked of
// their roles.
func (d *Duty) Validate() error {
	var p fault.Problems
	d.Name, d.Phone = strings.Join(strings.Fields(d.Name), " "), strings.Join(strings.Fields(d.Phone), " ")
	if d.Kind != First && d.Kind != Second && d.Kind != OfClinics {
		p.Add("kind", "shifts.error.kind")
	}
	if d.From.IsZero() || d.Until <= d.From || d.Until.Sub(d.From) > mostDuty {
		p.Add("until", "shifts.error.span")
	}
	switch {
	case d.Kind != OfClinics:
		d.Name, d.Phone = "", ""
		if d.Person == "" {
			p.Add("person", "shifts.error.on_call")
		}
	case d.Person == "" && (d.Name == "" || len([]rune(d.Name)) > mostName):
		p.Add("name", "shifts.error.name")
	}
	if d.Kind == OfClinics && (d.Person == "" || d.Phone != "") && !isPhone(d.Phone) {
		p.Add("phone", "shifts.error.phone")
	}
	return p.Err()
}

func isPhone(s string) bool {
	digits := 0
	for _, r := range s {
		if !strings.ContainsRune(phoneLetters, r) {
			return false
		}
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= 3 && len(s) <= mostPhone
}

// mayBe tells whether somebody with these roles can be on this call.
func mayBe(kind DutyKind, roles access.Roles) bool {
	if kind == OfClinics {
		return roles.Has(access.Clinician)
	}
	return roles.Any(leading())
}

// Clinician is whom to ring when a professional is needed: an account, or a name
// and a telephone number, or both.
type Clinician struct {
	Person      moment.ID
	Name, Phone string
}

// OnCall is who is on call at an instant. What nobody is, is empty.
type OnCall struct {
	First, Second moment.ID
	Clinician     Clinician
}

// onCallOf picks from what covers an instant, the later beginning first. Whoever
// has lost the role is skipped, and nobody is both first and second.
func onCallOf(list []Duty, at moment.Time, roles map[moment.ID]access.Roles) OnCall {
	var out OnCall
	for _, d := range list {
		if d.From > at || d.Until <= at || d.Person != "" && !mayBe(d.Kind, roles[d.Person]) {
			continue
		}
		switch d.Kind {
		case First:
			if out.First == "" {
				out.First = d.Person
			}
		case Second:
			if out.Second == "" {
				out.Second = d.Person
			}
		case OfClinics:
			if out.Clinician == (Clinician{}) {
				out.Clinician = Clinician{d.Person, d.Name, d.Phone}
			}
		}
	}
	if out.Second == out.First {
		out.Second = ""
	}
	return out
}
