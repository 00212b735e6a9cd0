// Package notify tells people things.
package notify

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Kind is one kind of thing to tell.
type Kind struct {
	Name         string
	Urgent, Work bool
}

// Message is one thing to tell.
type Message struct {
	To        moment.ID
	Kind      string
	Key, Path string
	About     moment.ID
}

// Service tells.
type Service struct{}

// New makes it.
func New() *Service { return &Service{} }

// Declare declares.
func (s *Service) Declare(...Kind) {}

// Tell tells.
func (s *Service) Tell(context.Context, db.Writer, Message) error { return nil }

// SettleAbout settles.
func (s *Service) SettleAbout(context.Context, db.Writer, moment.ID, string) error { return nil }
