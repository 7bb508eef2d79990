//go:build nogui

package main

import "holdfast/app/cli"

// window is nil: this build runs commands only and needs no window libraries.
var window cli.Window
