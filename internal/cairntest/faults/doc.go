// Package faults kills the real program again and again while people ask, are
// offered, accept and write, and looks afterwards whether everything that was
// acknowledged is there, once. Run it by `make faults`.
package faults
