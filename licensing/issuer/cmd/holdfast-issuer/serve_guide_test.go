package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestCommandsInTheServiceGuideExist parses every command line of docs/service.md.
func TestCommandsInTheServiceGuideExist(t *testing.T) {
	b, err := os.ReadFile("../../../../docs/service.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile(`"([^"]*)"|(\S+)`)
	seen := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "ExecStart=")
		rest, ok := strings.CutPrefix(line, programName+" ")
		if !ok {
			continue
		}
		var args []string
		for _, m := range quoted.FindAllStringSubmatch(rest, -1) {
			args = append(args, m[1]+m[2])
		}
		parser, err := kong.New(&cli{}, kong.Name(programName))
		if err != nil {
			t.Fatal(err)
		}
		command, err := parser.Parse(args)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		seen[command.Selected().FullPath()] = true
		if c, ok := command.Selected().Target.Addr().Interface().(*serveCommand); ok {
			if err := c.check(); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %v are shown", seen)
	}
}

// TestTheServiceGuideNamesEveryFlag keeps the guide complete.
func TestTheServiceGuideNamesEveryFlag(t *testing.T) {
	b, err := os.ReadFile("../../../../docs/service.md")
	if err != nil {
		t.Fatal(err)
	}
	parser, err := kong.New(&cli{}, kong.Name(programName))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, n := range parser.Model.Leaves(false) {
		if n.Name != "serve" {
			continue
		}
		found = true
		for _, f := range n.Flags {
			if f.Name != "help" && !strings.Contains(string(b), "--"+f.Name) {
				t.Errorf("--%s is not in the guide", f.Name)
			}
		}
	}
	if !found {
		t.Fatal("no serve")
	}
}
