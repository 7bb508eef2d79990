// Package store is the index of a home: a bbolt file of sealed values that can always be built again from the journal.
//
// Contract. The index is a copy, never the truth. bbolt itself notices few of the ways in which its file can be damaged,
// and some of them fault or hang it. So its file is only ever opened when it is, byte for byte, what the last clean
// Close left behind: Close writes <path>.sum, a keyed hash (HMAC-SHA-256) of the whole file, and Open reads the file
// against it before bbolt sees it. After a crash, a flipped byte, an older copy put back in part, another format version
// or another key, the hash does not fit and Open returns ErrRebuild: remove the index and build it from the journal.
// The index is small; hashing costs about a millisecond. For the same reason bbolt needs no sync of its own: what
// power loss takes away is noticed and built again, and an Update costs microseconds instead of two disk syncs.
//
// A fault inside bbolt while the index is open (a bad sector under its memory map) is caught and becomes ErrRebuild too.
// From then on every call returns it.
//
// Values are sealed with XChaCha20-Poly1305, random nonce, under HKDF-SHA-256(key, "holdfast/v1/index"). The additional
// data are store id, bucket and key, each behind its length, so a value put in another place does not open. Bucket names and keys
// are not sealed.
//
// One process opens an index for writing at a time (the home's lock sees to that). Update and View may be called from
// many goroutines; neither may be called inside the other.
package store
