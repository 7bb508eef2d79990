package device

import (
	"encoding/binary"
	"fmt"
)

// systemUUID finds the UUID of the computer in what GetSystemFirmwareTable('RSMB') returns: 8 bytes of head, then
// structures of SMBIOS (DMTF DSP0134), each a formatted part and its strings, closed by two zero bytes. Type 1 holds the
// UUID at offset 8, its first three fields in little-endian order. It returns "" for anything else.
func systemUUID(raw []byte) string {
	const head, infoType, offset = 8, 1, 8
	if len(raw) < head {
		return ""
	}
	for b := raw[head:]; len(b) >= 4; {
		size := int(b[1])
		if size < 4 || size > len(b) {
			return ""
		}
		if b[0] == infoType && size >= offset+16 {
			u := b[offset : offset+16]
			return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(u),
				binary.LittleEndian.Uint16(u[4:]), binary.LittleEndian.Uint16(u[6:]), u[8:10], u[10:16])
		}
		end := size
		for end+1 < len(b) && (b[end] != 0 || b[end+1] != 0) {
			end++
		}
		b = b[min(end+2, len(b)):]
	}
	return ""
}
