package endpoint

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// File is the name of the file in a home that says where its owner listens.
const File = "endpoint"

const fileLimit = 4 << 10

// ErrNobody says that nobody listens for a home. Its owner may be about to, or may just have stopped.
var ErrNobody = errors.New("nobody answers for this home")

// file is the content of File.
type file struct {
	Schema  int    `json:"schema_version"`
	Address string `json:"address"`
}

// Write replaces the endpoint file at once. It is not synced to disk: after a power loss no owner is left for it to name,
// and readers take a damaged one for none. Only the owner of a home writes it.
func Write(home, address string) error {
	b, err := json.Marshal(file{Schema: SchemaVersion, Address: address})
	if err != nil {
		return err
	}
	name := filepath.Join(home, File)
	temp := name + ".tmp"
	if err := os.WriteFile(temp, append(b, '\n'), 0o600); err != nil {
		return err
	}
	if err := os.Rename(temp, name); err != nil {
		_ = os.Remove(temp)
		return err
	}
	return nil
}

// Read returns the address in the endpoint file of a home, "" when there is none that can be used.
func Read(home string) string {
	name := filepath.Join(home, File)
	if i, err := os.Lstat(name); err != nil || !i.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, fileLimit))
	if err != nil {
		return ""
	}
	var e file
	if json.Unmarshal(b, &e) != nil {
		return ""
	}
	return e.Address
}
