package licensing

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func seedFile(f *testing.F, name string) {
	f.Helper()
	b, err := os.ReadFile(filepath.Join(goldenHome, "home", name))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
}

func FuzzParseCheckpoint(f *testing.F) {
	seedFile(f, checkpointFile)
	f.Fuzz(func(t *testing.T, b []byte) {
		if cp, err := parseCheckpoint(b, nil, true); err == nil {
			t.Fatalf("taken without a key: %+v", cp)
		}
		if cp, err := parseCheckpoint(b, nil, false); err == nil && cp.V != 1 {
			t.Fatalf("version %d was read", cp.V)
		}
	})
}

func FuzzParseHome(f *testing.F) {
	seedFile(f, homeFile)
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := parseHome(b)
		if err != nil {
			return
		}
		again, err := json.Marshal(info)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := parseHome(again); err != nil || back != info {
			t.Fatalf("%+v was written and read as %+v (%v)", info, back, err)
		}
	})
}

func FuzzDecodeChange(f *testing.F) {
	full := change{
		V: 1, Reset: true, Licenses: []licenseRecord{{Root: "r", Serial: "s", Version: 1}},
		Parts: []partRecord{{Root: "r", Kind: exchange.KindHold, Subject: "s", Version: 2, Body: holdPart(2, terms.Hold{Serial: "s"})}},
		Grace: []graceRecord{{Root: "r", Product: "p", Event: graceStarted, Cause: terms.CauseOffline}},
	}
	packed, err := full.packed()
	if err != nil {
		f.Fatal(err)
	}
	nested, err := packed.packed()
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []change{full, packed, nested, {V: 2}} {
		b, err := json.Marshal(c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decodeChange(b)
		if err != nil {
			return
		}
		if len(c.Packed) > 0 {
			t.Fatal("a packed record came out packed")
		}
		once, twice := newRecords(), newRecords()
		once.apply(c)
		twice.apply(c)
		twice.apply(c)
		x, xerr := json.Marshal(once)
		y, yerr := json.Marshal(twice)
		if xerr == nil && yerr == nil && !bytes.Equal(x, y) {
			t.Fatalf("applied twice: %s, once: %s", y, x)
		}
	})
}
