package desktop

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
)

// Show opens a folder in the file manager; for a file, the folder it lies in. It returns when the file manager took
// over, at the latest when ctx ends or after five seconds: one that still runs then shows the folder. Only ctx being
// cancelled is an error. The file manager itself is never ended.
func Show(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		path = filepath.Dir(path)
	}
	if runtime.GOOS == "windows" {
		return handOver(ctx, false, "explorer.exe", path)
	}
	return handOver(ctx, true, opener(), path)
}
