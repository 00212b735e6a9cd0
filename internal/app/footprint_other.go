//go:build !linux

package app

// letGo does nothing: only Linux is asked.
func letGo() {}
