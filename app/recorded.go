package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Recorded changes when something is recorded in a home. It opens nothing.
func Recorded(home string) string {
	list, err := os.ReadDir(filepath.Join(home, "journal"))
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, e := range list {
		if info, err := e.Info(); err == nil {
			fmt.Fprintln(&b, e.Name(), info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}
