// Command holdfast is a license manager for the desktop: it says what may be used on this computer, and until when,
// also on computers that are never online. It opens a window, or runs one command.
package main

import (
	"os"

	"holdfast/app/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], window)) }
