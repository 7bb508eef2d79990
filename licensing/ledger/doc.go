// Package ledger keeps append-only, hash-chained records in segment files: the journal of a home, and the usage ledgers.
//
// Contract. An entry is durable when Append returns, and is never changed or removed afterwards. Nothing that was
// acknowledged is dropped silently: an unfinished end is cut off and kept beside as .torn, a damaged segment is
// renamed .damaged and the next segment says so, and Recovery, Read and Verify name both. Entries of a damaged segment that
// can still be read are still delivered, marked Loose. One process writes at a time (the home's lock sees to that,
// not this package); within it every method may be called from many goroutines, and callers that append together share
// one sync. Opening reads the whole of the last segment only, of the others just the first and last frame.
//
// # Format, version 1
//
// Numbers are big endian. A ledger is a directory of files 00000001.seg, 00000002.seg … without holes. A segment is a row
// of frames:
//
//	type u8 | length u32 | crc u32 | body
//
// crc is CRC-32C (Castagnoli) over type, length and body. Type 1 is HEADER and stands first, 2 is CLOSE and stands
// last, 16 to 255 are entries, whose meaning is the caller's; others are not used. A body has at most 24 MiB. Behind the body of
// entries of types 128 to 255 lie 8 more bytes, which length and crc cover and the chain does not: they are for this computer only.
// Zeros behind the last frame say nothing: room that was made ahead of time.
//
// HEADER is JSON: v (1; 2 behind a segment that was left open), ledger (its id), segment, first (number of the first entry), previous (hex; empty in segment 1) and
// damage (a list of notices on earlier segments; left out when there are none) and owner (JSON of whose ledger it is; may be left
// out). previous is SHA-256(0x02, body of the
// CLOSE before) or, when the segment before is damaged, SHA-256(0x03, the bytes of damage). While the device key is away a segment
// cannot be closed; it is then left open when it is half as large again as others, previous of the one behind is its last head, and
// its CLOSE, without totals, is written when the key is back.
//
// Entries are numbered from 1. The number is not written; it follows from first. The chain is
//
//	start of a segment: head = SHA-256(0x00, body of HEADER)
//	each entry:         head = SHA-256(0x01, previous head, seq u64, SHA-256(body))
//
// CLOSE is a 64-byte Ed25519 signature by the device key followed by JSON: v, ledger, segment, first, last, count, head
// (hex) and totals (sealed by the owner of the ledger; may be left out). Signed are the bytes
// "holdfast/v1/ledger-close", 0x00 and the JSON. Because the HEADER carries the hash of the CLOSE before and the start of
// the chain covers the HEADER, one signature covers everything up to it.
//
// A closed segment can be pruned: 00000001.pruned holds its HEADER and its CLOSE alone. It takes the place of the .seg, which is removed
// when the other is durable; while both are there the .seg counts.
//
// Readers ignore JSON fields they do not know; a segment with a higher v is refused without writing (ErrTooNew).
package ledger
