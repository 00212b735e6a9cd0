package shifts

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Clinician is a contact.
type Clinician struct {
	Person      moment.ID
	Name, Phone string
}

// OnCall is who is on call.
type OnCall struct {
	First, Second moment.ID
	Clinician     Clinician
}

// OnCall tells who is on call.
func (s *Service) OnCall(ctx context.Context, r db.Reader, at moment.Time) (OnCall, error) {
	return OnCall{}, nil
}

// LeadNow leads now.
func (s *Service) LeadNow(ctx context.Context, r db.Reader) (moment.ID, error) {
	st, err := s.Staffing(ctx, r)
	return st.Lead, err
}
