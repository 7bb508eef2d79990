package app

import (
	"runtime/debug"
	"strings"
)

// Version is set by the build: -ldflags "-X holdfast/app.Version=v1.2.3".
var Version = ""

// Build describes this program.
type Build struct {
	Version  string
	Revision string // of the source; "" when not known
	Changed  bool   // the source was changed after that revision
}

// ThisBuild returns what the build says of itself. Without a version it is "dev".
func ThisBuild() Build {
	b := Build{Version: strings.TrimPrefix(Version, "v")}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Revision = s.Value
			case "vcs.modified":
				b.Changed = s.Value == "true"
			}
		}
	}
	if b.Version == "" {
		b.Version = "dev"
	}
	return b
}
