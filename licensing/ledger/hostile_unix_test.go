//go:build unix

package ledger

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"holdfast/licensing/disk"
)

// TestWhatIsNoSegmentFileNeitherHoldsNorFillsTheProgram is scorecard R11 for the journal's folder.
func TestWhatIsNoSegmentFileNeitherHoldsNorFillsTheProgram(t *testing.T) {
	s := newSample(t)
	replace := map[string]func(name string) error{
		"a pipe":         func(name string) error { return unix.Mkfifo(name, 0o600) },
		"a folder":       func(name string) error { return os.Mkdir(name, 0o700) },
		"a link":         func(name string) error { return os.Symlink("/dev/zero", name) },
		"a link to none": func(name string) error { return os.Symlink("nothing", name) },
		"a huge file": func(name string) error {
			if err := os.WriteFile(name, s.files["00000001.seg"], 0o600); err != nil {
				return err
			}
			return os.Truncate(name, 5<<30) // takes no room
		},
	}
	for what, make := range replace {
		for _, which := range []string{"00000001.seg", "00000002.seg", "00000003.seg"} {
			t.Run(what+" as "+which, func(t *testing.T) {
				dir := t.TempDir()
				for name, data := range s.files {
					if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.Remove(filepath.Join(dir, which)); err != nil {
					t.Fatal(err)
				}
				if err := make(filepath.Join(dir, which)); err != nil {
					t.Fatal(err)
				}
				o := sweepOptions(disk.OS())
				if rep, err := VerifyJournal(dir, journalKey, o); err != nil || rep.OK() {
					t.Fatalf("verify: %+v, %v", rep, err)
				}
				j, rec, err := OpenJournal(dir, journalKey, o)
				if err != nil || len(rec.Damaged) != 1 {
					t.Fatalf("open: %+v, %v", rec, err)
				}
				defer j.Close()
				if _, err := j.Record(t.Context(), testEvent(99)); err != nil {
					t.Fatal(err)
				}
				n := 0
				if err := j.Replay(0, func(uint64, Event) error { n++; return nil }); err != nil || n < 7 {
					t.Fatalf("%d events, %v", n, err)
				}
				if _, err := os.Lstat(filepath.Join(dir, which[:8]+".damaged")); err != nil {
					t.Fatalf("it was not set aside: %v", err)
				}
			})
		}
	}
}
