package db

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"sync"
)

// mostStatements bounds the cache: texts with expanded IN lists vary, and past
// this many the rest are simply not kept.
const mostStatements = 512

// statements keeps prepared statements by their text.
type statements struct {
	prepare func(ctx context.Context, query string) (*sql.Stmt, error)
	mu      sync.RWMutex
	byText  map[string]*sql.Stmt
}

// limit is a bound LIMIT.
var limit = regexp.MustCompile(`(?i)\bLIMIT \$(\d+)`)

// planned says a bound LIMIT as a sum. SQLite looks at what is bound to a plain one to
// choose its plan, and therefore plans the statement anew at every run: that took three
// quarters of the time of a short query.
func planned(query string) string { return limit.ReplaceAllString(query, "LIMIT $$$1 + 0") }

// get gives a prepared statement, or nil when the text cannot be kept; the
// caller then runs it unprepared and meets the error, if any, there.
func (s *statements) get(ctx context.Context, query string) *sql.Stmt {
	s.mu.RLock()
	st := s.byText[query]
	full := len(s.byText) >= mostStatements
	s.mu.RUnlock()
	if st != nil || full {
		return st
	}
	st, err := s.prepare(context.WithoutCancel(ctx), planned(query))
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if had := s.byText[query]; had != nil {
		_ = st.Close()
		return had
	}
	if s.byText == nil {
		s.byText = map[string]*sql.Stmt{}
	}
	s.byText[query] = st
	return st
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, st := range s.byText {
		err = errors.Join(err, st.Close())
	}
	s.byText = nil
	return err
}
