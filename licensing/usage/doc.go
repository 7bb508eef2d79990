// Package usage is metered use, on both sides: the ledger in which a computer keeps it, the file in which it leaves, and
// how a vendor opens, proves and counts it.
//
// Contract. An event is durable when Record returns, and is counted once however often it is sent with the same id. What a
// person is shown before a file leaves is decoded from the very bytes that leave (Contents). The vendor rebuilds
// every entry from them and compares the chain with the closes that the device key signed, so that nothing can be changed, removed,
// reordered or put back unseen; it needs no word of the device but these bytes. Nothing here reads a clock, and only Book
// touches files.
package usage
