// Command cairn is the whole service: the server, its demo and its tools.
package main

import (
	"os"

	"cairn/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr, runMedia)) }
