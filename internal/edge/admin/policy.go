package admin

import "cairn/internal/kit/access"

// permService is the permission of whoever runs the service day by day.
var permService = access.Permit("admin.service", "Coordinators and administrators read what is missing before opening and change how the service runs.", access.Coordinator, access.Administrator)

// maySetUp: only a service without an administrator is set up. To everybody
// else the page is not there.
func maySetUp(hasAdministrator bool) access.Decision {
	if hasAdministrator {
		return access.Hide()
	}
	return access.Allow()
}
