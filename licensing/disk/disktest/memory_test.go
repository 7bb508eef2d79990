package disktest

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"testing"

	"holdfast/licensing/disk"
)

func TestASyncedFileSurvivesAndAnUnsyncedOneMayNot(t *testing.T) {
	lost, kept := 0, 0
	for seed := range uint64(200) {
		m := NewMemory()
		if err := m.MkdirAll("/home", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := m.SyncDir("/"); err != nil {
			t.Fatal(err)
		}
		if err := disk.WriteFile(m, "/home/synced", []byte("safe"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := m.OpenFile("/home/loose", os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(bytes.Repeat([]byte("x"), 3*sector)); err != nil {
			t.Fatal(err)
		}
		after := m.Crash(rand.New(rand.NewPCG(seed, 1)))
		if b, err := disk.ReadFile(after, "/home/synced", 100); err != nil || string(b) != "safe" {
			t.Fatalf("seed %d: the synced file holds %q, %v", seed, b, err)
		}
		b, err := disk.ReadFile(after, "/home/loose", 1<<20)
		if errors.Is(err, fs.ErrNotExist) || len(b) == 0 {
			lost++
		} else if bytes.Equal(b, bytes.Repeat([]byte("x"), 3*sector)) {
			kept++
		}
	}
	if lost == 0 || kept == 0 || lost+kept == 200 {
		t.Fatalf("lost %d, kept %d of 200: the disk loses nothing, everything, or never a part", lost, kept)
	}
}

func TestAfterThePowerWentNothingChanges(t *testing.T) {
	m := NewMemory()
	m.PowerOffAfter(0)
	if err := m.MkdirAll("/home", 0o700); !errors.Is(err, ErrPower) {
		t.Fatalf("got %v", err)
	}
	if _, err := m.Stat("/home"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v", err)
	}
}
