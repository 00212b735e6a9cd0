package media

import "syscall"

// dieWithParent lets the kernel kill the child when this process ends, however
// it ends. The end of the child's standard input says the same everywhere.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
