package licensing

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

// Files of a home. Everything else in it belongs to the packages that make it.
const (
	homeFile       = "home.json"
	publicFile     = "device.pub"
	checkpointFile = "checkpoint.json"
	documentsDir   = "documents"
	journalDir     = "journal"
	indexFile      = "index.db"
)

const homeLimit = 1 << 20

// homeInfo names a home and remembers which key store holds its secrets, so that it is never switched silently.
type homeInfo struct {
	Version  int    `json:"version"`
	ID       string `json:"id"`
	KeyStore string `json:"keystore"`
	Sum      string `json:"sum"` // of the rest, so that a changed letter is not taken for another home
}

func (h homeInfo) sum() string {
	s := sha256.Sum256(fmt.Appendf(nil, "holdfast home %d %q %q", h.Version, h.ID, h.KeyStore))
	return hex.EncodeToString(s[:8])
}

// KeyStoreOf returns the backend that holds the secrets of the home, "" when the home is not set up.
func KeyStoreOf(home string) string {
	info, err := readHome(disk.OS(), home)
	if err != nil {
		return ""
	}
	return info.KeyStore
}

func readHome(fsys disk.FS, home string) (homeInfo, error) {
	b, err := disk.ReadFile(fsys, filepath.Join(home, homeFile), homeLimit)
	if err != nil {
		return homeInfo{}, err
	}
	return parseHome(b)
}

func parseHome(b []byte) (homeInfo, error) {
	var info homeInfo
	if err := json.Unmarshal(b, &info); err != nil || info.ID == "" {
		return homeInfo{}, fmt.Errorf("%s: %w", homeFile, errors.Join(errDamaged, err))
	}
	if info.Sum != info.sum() {
		return homeInfo{}, fmt.Errorf("%s: %w", homeFile, errDamaged)
	}
	if info.Version > 1 {
		return homeInfo{}, terms.NewProblem(terms.StateFileTooNew, terms.Slots{"v2": ""}, fmt.Errorf("home version %d", info.Version))
	}
	return info, nil
}

var errDamaged = errors.New("damaged")

// makeHome creates the folder and its name. It is safe to call again after an interruption.
func (e *Engine) makeHome() error {
	if e.exists(erasingFile) {
		if err := e.eraseFiles(); err != nil {
			return e.diskProblem(err)
		}
	}
	for _, dir := range []string{e.o.Home, e.path(documentsDir)} {
		if err := e.o.FS.MkdirAll(dir, 0o700); err != nil {
			return e.diskProblem(err)
		}
	}
	if e.home.ID != "" {
		return nil
	}
	if e.used() {
		// A new name would leave the old keys in the key store for ever.
		return terms.NewProblem(terms.StateRecordsDamaged, nil, errors.New("the home has records but its name is gone"))
	}
	var id [8]byte
	if _, err := io.ReadFull(e.o.Rand, id[:]); err != nil {
		return err
	}
	info := homeInfo{Version: 1, ID: hex.EncodeToString(id[:]), KeyStore: e.o.KeyStore.Backend()}
	info.Sum = info.sum()
	e.home = info
	if err := e.writeHome(); err != nil {
		e.home = homeInfo{}
		return e.diskProblem(err)
	}
	return nil
}

// used says that something was kept here before.
func (e *Engine) used() bool {
	return e.hasJournal() || e.exists(publicFile) || e.exists(checkpointFile)
}

func (e *Engine) writeHome() error {
	b, err := json.Marshal(e.home)
	if err != nil {
		return err
	}
	return disk.WriteFile(e.o.FS, e.path(homeFile), append(b, '\n'), 0o600)
}

func (e *Engine) path(parts ...string) string {
	return filepath.Join(append([]string{e.o.Home}, parts...)...)
}

func (e *Engine) exists(name string) bool {
	_, err := e.o.FS.Stat(e.path(name))
	return err == nil
}

// diskProblem turns a full or read-only disk into its state and leaves other errors alone.
func (e *Engine) diskProblem(err error) error {
	var p *terms.Problem
	if err == nil || errors.As(err, &p) {
		return err
	}
	if disk.IsFull(err) || errors.Is(err, fs.ErrPermission) || errors.Is(err, os.ErrPermission) {
		return terms.NewProblem(terms.StateDiskFull, terms.Slots{"size": needMB}, err)
	}
	return err
}

// needMB is the room that disk_full asks for: one import with its copies, rounded up generously.
const needMB = 32

func randReader(o *Options) {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
}
