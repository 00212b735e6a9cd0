package shifts

import "cairn/internal/kit/web"

// Routes are the addresses of shifts.
func (s *Service) Routes() []web.Route { return s.ceilingRoutes() }
