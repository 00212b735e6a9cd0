package app

import "runtime/debug"

// settle gives back the memory that only the start needed, once the service
// stands. It takes some tens of milliseconds, once; docs/decisions/0009 has the
// numbers.
func settle() {
	debug.FreeOSMemory()
	letGo()
}
