package local

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"holdfast/licensing/client/endpoint"
)

// removeStale removes what a killed owner left behind. The caller holds the lock, so nobody listens there.
func removeStale(home string) {
	if address := endpoint.Read(home); address != "" {
		forget(address)
	}
	_ = os.Remove(filepath.Join(home, endpoint.File))
}

// nameOf returns a short name for a home that is the same at every start.
func nameOf(home string) string {
	sum := sha256.Sum256([]byte(home))
	return hex.EncodeToString(sum[:8])
}
