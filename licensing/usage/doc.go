// Package usage is metered use, on both sides: the ledger in which a computer keeps it, the file in which it leaves, and
// how a vendor opens, proves and counts it.
//
// Contract. An event is durable when Record returns, and is counted once however often it is sent with the same id. What a
// person is shown before a file leaves is decoded from the very bytes that leave (Contents). The vendor rebuilds
// every entry from them and compares the chain with the closes that the device key signed, so that nothing can be changed, removed,
// reordered or put back unseen; it needs no word of the device but these bytes. Nothing here reads a clock, and only Book
// touches files.
//
// # The ledger, version 1
//
// A usage ledger is a ledger of package ledger whose segments are called epochs; its id is 32 hex digits. Numbers are big endian.
//
// HEADER.owner is JSON: v (1), vendor (root), device (id), suite (Suite), key (id of the vendor's sealing key), enc (base64) and
// wrapped (base64; left out while the key store is locked). The epoch key is
//
//	K = HPKE.SetupBaseS(sealing key, info).Export("holdfast/v1/epoch", 32), of which enc is the encapsulation
//	info = "holdfast/v1/usage-epoch" 0x00 ledger id 0x00 epoch u64
//
// wrapped is 24 random bytes and K sealed with XChaCha20-Poly1305 under HKDF-SHA-256(store key, "holdfast/v1/usage-wrap"); additional
// data: ledger id 0x00 epoch u64 place u64, with place 0. A file NNN.key beside the epoch holds keys that could be wrapped only
// later, as JSON: {"v":1,"keys":{"0":wrapped, "<seq of a FRESH>":wrapped}}.
// A file NNN.ids keeps the ids of the events of a pruned epoch: for each u64 number and the 8 bytes, then CRC-32C over all.
//
// Entries:
//
//	16 SESSION  16 random bytes | sealed JSON of Session
//	17 NAME     sealed JSON {"product","meter","kind"}; the n-th of an epoch has index n, from 0
//	18 RECORD   sealed: uvarint name index, uvarint units, varint (zigzag) grains since the session's at, uvarint flags; shortest forms
//	19 NOTE     sealed JSON of Note
//	20 FRESH    u8 length | id of the sealing key | 1120 bytes encapsulation | 16 random bytes | sealed JSON of Session
//	146         RECORD with 8 bytes beside it: HMAC-SHA-256(key in the file ids.key, id of the event), cut; never exported
//
// An epoch begins with SESSION or FRESH, and every process that records begins another; so no key is used by two processes, even after an
// older copy was put back. After an error of the disk a process begins another too. The session key is HKDF-SHA-256(K, salt = the
// 16 bytes, "holdfast/v1/session"); for FRESH, which is written when K cannot be unwrapped, K is a key of its own, made like the
// epoch's. Sealed is ChaCha20-Poly1305:
//
//	nonce           = 4 zero bytes | u64 count of the entry in its session (SESSION itself is 0)
//	additional data = ledger id 0x00 seq u64 | head before the entry | type u8 (18 for 146)
//
// CLOSE.totals is 24 random bytes and the JSON of Totals sealed with XChaCha20-Poly1305 under HKDF-SHA-256(K, "holdfast/v1/totals");
// additional data: ledger id 0x00 epoch u64 0 u64. It is left out when the process that closes does not know K.
//
// An epoch closes at 4,096 entries, for an export, when the sealing key changes, and at the first append 24 h after its first session.
package usage
