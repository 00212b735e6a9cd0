//go:build !journeys

package app

import "context"

// control stands where the build for browser journeys has its port. Here there
// is none.
type control struct{}

func (control) options(o Options) Options { return o }

func (control) serve(context.Context, *App, func(on bool)) error { return nil }
