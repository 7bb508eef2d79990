// Package exchange holds the documents that travel between a vendor and a computer: how they are signed, written
// into files, found again in whatever mail and browsers made of those files, and verified.
//
// A payload is JSON. It is signed as bytes in a DSSE envelope (Sign, PAE) and never encoded again. One or more
// envelopes make a Bundle; Armor writes a bundle as a file that people can read and mail can carry. Read goes the
// other way, by content and never by file name: it repairs what transport did and names what it cannot repair. Read
// checks no signature. What a document says is known only after ParseProfile, ParseResponse or ParseRequest, which
// verify first and decode afterwards; the Peek functions serve questions and messages and never grant trust.
//
// # Errors
//
// An error that a person should see is a *terms.Problem with one of the file states of words.md. Slots are stable
// codes: "cause" of file_unreadable is one of the Cause constants, "kind" of file_other_kind one of the Other constants.
//
// # Limits
//
// A file has at most 16 MiB, all that is unpacked from it 64 MiB, a bundle 2 MiB, JSON 32 levels and 100,000 values.
// Nothing is allocated because a file announces a length.
//
// # Compatibility
//
// Files of version 1 are read for ever; testdata/golden keeps one of each. New fields may be added: readers ignore a
// field that they do not know, unless the signed header lists it in "critical". A change that an old reader must
// not ignore is a new version of the payload type, which old readers report as file_too_new. The schemas in schema/
// and the vectors in testdata/vectors are enough to write another implementation.
package exchange
