package directory

import "cairn/internal/kit/access"

// permEdit is the permission of whoever keeps the lines true.
var permEdit = access.Permit("directory.edit", "Coordinators and administrators enter, check and retire crisis lines.", access.Coordinator, access.Administrator)

// canChange: a retired line stays as it was, for the record.
func canChange(l Line) access.Decision {
	if !l.RetiredAt.IsZero() {
		return access.Wrong("directory.error.retired")
	}
	return access.Allow()
}
