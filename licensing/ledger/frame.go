package ledger

import (
	"encoding/binary"
	"hash/crc32"
)

// Types of frames. Entries use FirstType and above.
const (
	typeHeader byte = 1
	typeClose  byte = 2
	FirstType  byte = 16
	// FirstBeside and above are entries with BesideSize bytes behind the body that the chain leaves out.
	FirstBeside byte = 128
)

// BesideSize is how many bytes lie beside an entry of such a type.
const BesideSize = 8

// Limits of every reader and writer.
const (
	// MaxBody is the most bytes in one entry: a document of 16 MiB in base64, with room.
	MaxBody    = 24 << 20
	maxSegment = 32 << 20 // bytes of one file; bounds the memory of a reader
	maxMeta    = 1 << 20  // body of HEADER or CLOSE
	frameHead  = 9
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frame is one frame of a segment; body points into the bytes it was read from.
type frame struct {
	typ  byte
	body []byte
}

func (f frame) size() int { return frameHead + len(f.body) }

// entry splits what the chain covers from what lies beside it.
func (f frame) entry() (body, beside []byte) {
	if f.typ < FirstBeside {
		return f.body, nil
	}
	n := len(f.body) - BesideSize
	return f.body[:n:n], f.body[n:]
}

// appendFrame adds a frame to dst.
func appendFrame(dst []byte, typ byte, body []byte) []byte {
	var h [frameHead]byte
	h[0] = typ
	binary.BigEndian.PutUint32(h[1:], uint32(len(body)))
	binary.BigEndian.PutUint32(h[5:], frameSum(h[:5], body))
	return append(append(dst, h[:]...), body...)
}

// appendEntry adds the frame of an entry, with the bytes beside its body when its type has such.
func appendEntry(dst []byte, typ byte, body, beside []byte) []byte {
	if typ < FirstBeside {
		return appendFrame(dst, typ, body)
	}
	at := len(dst)
	dst = append(dst, typ)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(body)+BesideSize))
	sum := frameSum(dst[at:], body)
	dst = binary.BigEndian.AppendUint32(dst, crc32.Update(sum, castagnoli, beside))
	return append(append(dst, body...), beside...)
}

// readFrame returns the frame at the start of b. It is false for anything that appendFrame would not have written.
func readFrame(b []byte) (frame, bool) {
	n, ok := frameLength(b)
	if !ok || n > len(b)-frameHead {
		return frame{}, false
	}
	body := b[frameHead : frameHead+n : frameHead+n]
	if binary.BigEndian.Uint32(b[5:]) != frameSum(b[:5], body) {
		return frame{}, false
	}
	return frame{typ: b[0], body: body}, true
}

// frameLength returns the length that the frame head at the start of b claims, if type and length can be true.
func frameLength(b []byte) (int, bool) {
	if len(b) < frameHead {
		return 0, false
	}
	n := binary.BigEndian.Uint32(b[1:])
	switch {
	case b[0] == typeHeader || b[0] == typeClose:
		return int(n), n <= maxMeta
	case b[0] >= FirstBeside:
		return int(n), n >= BesideSize && n <= MaxBody+BesideSize
	case b[0] >= FirstType:
		return int(n), n <= MaxBody
	}
	return 0, false
}

func frameSum(head, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, body)
}

// searchBudget bounds the work of findFrame on bytes that were made to look like frames: twice the largest file.
const searchBudget = 2 * maxSegment

// findFrame returns the offset of the next intact frame in b at or after from, or -1. When the budget is used up it
// returns the offset reached, because "nothing intact follows" is then not proven.
func findFrame(b []byte, from int, budget *int) int {
	for p := from; p+frameHead <= len(b); p++ {
		n, ok := frameLength(b[p:])
		if !ok || n > len(b)-p-frameHead {
			continue
		}
		if *budget -= n + frameHead; *budget < 0 {
			return p
		}
		if _, ok := readFrame(b[p:]); ok {
			return p
		}
	}
	return -1
}
