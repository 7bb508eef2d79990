package desktop

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

var errDraft = errors.New("not a draft of a mail")

// OpenDraft opens a draft of a mail, a file ending in .eml, in the mail program; other files are refused. It returns as Open does.
func OpenDraft(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if !strings.EqualFold(filepath.Ext(path), ".eml") {
		return errDraft
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errDraft
	}
	if runtime.GOOS == "windows" {
		return handOver(ctx, true, "rundll32.exe", "url.dll,FileProtocolHandler", path)
	}
	return handOver(ctx, true, opener(), path)
}
