//go:build !nogui

package main

import (
	"holdfast/app/cli"
	"holdfast/views"
)

var window cli.Window = views.Run
