//go:build !linux

package media

import "syscall"

// dieWithParent has nothing to ask of this kernel: the end of the child's
// standard input tells it that the parent is gone.
func dieWithParent() *syscall.SysProcAttr { return nil }
