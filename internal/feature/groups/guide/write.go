package guide

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"regexp"
)

// ContentType is the media type of a list.
const ContentType = "application/json; charset=utf-8"

// Write writes a list while its meetings come, and holds one of them at a time.
//
// What is written is JSON to its end, also when the source fails in the middle:
// the list is then closed, and the error is returned. A reader of the text alone
// cannot tell, and might take what is missing for gone. So whoever serves it must
// show the failure: break the connection off (http.ErrAbortHandler), or throw the
// file away. A meeting that the specification does not allow is such a failure.
func Write(w io.Writer, meetings iter.Seq2[Meeting, error]) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	_, _ = out.WriteString("[") // bufio keeps its error; Flush gives it
	n := 0
	var failed error
	for m, err := range meetings {
		if err == nil {
			err = m.check()
		}
		if err == nil && n > 0 {
			err = out.WriteByte(',')
		}
		if err == nil {
			err = encoder.Encode(m)
		}
		if err != nil {
			failed = err
			break
		}
		n++
	}
	_, _ = out.WriteString("]\n")
	if err := out.Flush(); failed == nil {
		failed = err
	}
	if failed != nil {
		return fmt.Errorf("meeting guide: %w", failed)
	}
	return nil
}

var (
	slugShape  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
	clockShape = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
)

// check tells what the specification does not allow. It is not for people: From
// makes only what passes, but for a slug that is none.
func (m Meeting) check() error {
	switch {
	case m.Name == "":
		return fmt.Errorf("no name")
	case !slugShape.MatchString(m.Slug):
		return fmt.Errorf("not a slug")
	case len(m.Days) == 0 || !clockShape.MatchString(m.Time) || m.EndTime != "" && !clockShape.MatchString(m.EndTime):
		return fmt.Errorf("no day or time")
	}
	for _, d := range m.Days {
		if d < 0 || d > 6 {
			return fmt.Errorf("not a day")
		}
	}
	return nil
}
