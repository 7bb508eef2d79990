//go:build !nogui

package main

import (
	"testing"

	"holdfast/app/cli"
	"holdfast/views"
)

func TestEveryCommandThatTheWindowShowsIsUnderstood(t *testing.T) {
	commands := views.Commands()
	if len(commands) == 0 {
		t.Fatal("the window shows no command")
	}
	for act, args := range commands {
		if err := cli.Parses(args); err != nil {
			t.Errorf("%s: holdfast %q: %v", act, args, err)
		}
	}
}
