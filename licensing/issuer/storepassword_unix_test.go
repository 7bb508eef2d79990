//go:build unix

package issuer

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"holdfast/licensing/disk"
)

// TestTakingAPasswordOutLocksNobodyOut: a file of another user stays as it is, and one of this user keeps its group.
func TestTakingAPasswordOutLocksNobodyOut(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	const nobody = 65534
	for _, c := range []struct {
		owner int
		want  KeptPassword
	}{{nobody, PasswordKept}, {0, PasswordTaken}} {
		dir := keptFolder(t, "postgres://holdfast:kept@db/acme?vendor=acme", "kept")
		file := filepath.Join(dir, addressName)
		if err := os.Chown(file, c.owner, nobody); err != nil {
			t.Fatal(err)
		}
		o := Options{FS: disk.OS(), TakePassword: true}
		used, kept, err := namedIn(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		if got := takeOut(dir, kept, used, o); got != c.want {
			t.Errorf("owner %d: %q", c.owner, got)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if st := info.Sys().(*syscall.Stat_t); int(st.Uid) != c.owner || st.Gid != nobody || info.Mode() != 0o600 {
			t.Errorf("owner %d, group %d, %v; it was %d's", st.Uid, st.Gid, info.Mode(), c.owner)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%v, %v", entries, err)
		}
	}
}

// TestALinkToTheAddressStays: what it leads to may be shared.
func TestALinkToTheAddressStays(t *testing.T) {
	dir := keptFolder(t, "postgres://holdfast:kept@db/acme?vendor=acme", "kept")
	file, other := filepath.Join(dir, addressName), filepath.Join(dir, "other")
	if err := os.Rename(file, other); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, file); err != nil {
		t.Fatal(err)
	}
	o := Options{FS: disk.OS(), TakePassword: true}
	used, kept, err := namedIn(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if got := takeOut(dir, kept, used, o); got != PasswordKept {
		t.Error(got)
	}
	if info, err := os.Lstat(file); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v", info, err)
	}
}
