package desktop

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// showWait is how long a file manager may take to say that it cannot be shown.
const showWait = 5 * time.Second

// Show opens a folder in the file manager; for a file, the folder it lies in. It returns when the file manager took
// over, at the latest after five seconds or when ctx ends; the file manager itself is never ended.
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
	cmd := exec.Command(fileManager(), path)
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }() // ends with the file manager
	wait := time.NewTimer(showWait)
	defer wait.Stop()
	select {
	case err = <-done:
		if runtime.GOOS == "windows" {
			return nil // explorer's exit code says nothing
		}
		return err
	case <-wait.C:
		return nil // it runs, so it is shown
	case <-ctx.Done():
		return ctx.Err()
	}
}

func fileManager() string {
	switch runtime.GOOS {
	case "windows":
		return "explorer.exe"
	case "darwin":
		return "open"
	}
	return "xdg-open"
}
