package device

import (
	"bytes"
	"testing"
)

// tables builds what GetSystemFirmwareTable returns: a BIOS structure with strings, then the system structure.
func tables() []byte {
	head := make([]byte, 8)
	bios := append([]byte{0, 6, 0, 0, 1, 2}, "Acme\x001.0\x00\x00"...)
	system := append([]byte{1, 27, 1, 0, 1, 2, 0, 3}, 0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff)
	system = append(append(system, 6, 0, 0), "Acme\x00\x00"...)
	return bytes.Join([][]byte{head, bios, system}, nil)
}

func TestSystemUUIDIsReadFromFirmwareTables(t *testing.T) {
	if got := systemUUID(tables()); got != "00112233-4455-6677-8899-aabbccddeeff" {
		t.Errorf("%q", got)
	}
	if got := systemUUID(nil); got != "" {
		t.Errorf("nothing gives %q", got)
	}
}

func FuzzSystemUUID(f *testing.F) {
	f.Add(tables())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := systemUUID(raw); got != "" && len(got) != 36 {
			t.Errorf("%q", got)
		}
	})
}
