package local

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
)

const (
	endpointFile  = "endpoint"
	endpointLimit = 4 << 10
)

// endpoint is the content of the endpoint file.
type endpoint struct {
	Schema  int    `json:"schema_version"`
	Address string `json:"address"`
}

// writeEndpoint replaces the endpoint file at once. It is not synced to disk: after a power loss no owner is left for
// it to name, and readers take a damaged one for none.
func writeEndpoint(home, address string) error {
	b, err := json.Marshal(endpoint{Schema: SchemaVersion, Address: address})
	if err != nil {
		return err
	}
	name := filepath.Join(home, endpointFile)
	temp := name + ".tmp" // only the owner of the lock writes here
	if err := os.WriteFile(temp, append(b, '\n'), 0o600); err != nil {
		return err
	}
	if err := os.Rename(temp, name); err != nil {
		_ = os.Remove(temp)
		return err
	}
	return nil
}

// readEndpoint returns the address in the endpoint file, "" when there is none that can be used.
func readEndpoint(home string) string {
	name := filepath.Join(home, endpointFile)
	if i, err := os.Lstat(name); err != nil || !i.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, endpointLimit))
	if err != nil {
		return ""
	}
	var e endpoint
	if json.Unmarshal(b, &e) != nil {
		return ""
	}
	return e.Address
}

// removeStale removes what a killed owner left behind. The caller holds the lock, so nobody listens there.
func removeStale(home string) {
	if address := readEndpoint(home); address != "" {
		forget(address)
	}
	_ = os.Remove(filepath.Join(home, endpointFile))
}

// nameOf returns a short name for a home that is the same at every start.
func nameOf(home string) string {
	sum := sha256.Sum256([]byte(home))
	return hex.EncodeToString(sum[:8])
}
