package desktop

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"holdfast/licensing/disk"
)

// agentEntry is the launch agent of macOS. launchd reads it at the next login.
type agentEntry struct{ home string }

func (e agentEntry) file() string {
	return filepath.Join(e.home, "Library", "LaunchAgents", ID+".plist")
}

func (e agentEntry) on() bool {
	info, err := os.Stat(e.file())
	return filepath.IsAbs(e.home) && err == nil && info.Mode().IsRegular()
}

func (e agentEntry) set(program string) error {
	if !filepath.IsAbs(e.home) {
		return errNoHome
	}
	if err := os.MkdirAll(filepath.Dir(e.file()), 0o700); err != nil {
		return err
	}
	return disk.WriteFile(disk.OS(), e.file(), agentText(program), 0o600)
}

func (e agentEntry) unset() error {
	if !filepath.IsAbs(e.home) {
		return nil
	}
	if err := os.Remove(e.file()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func agentText(program string) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + ID + `</string>
	<key>ProgramArguments</key>
	<array>
		<string>`)
	_ = xml.EscapeText(&b, []byte(program)) // a buffer takes everything
	b.WriteString(`</string>
	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>LimitLoadToSessionType</key>
	<string>Aqua</string>
</dict>
</plist>
`)
	return b.Bytes()
}
