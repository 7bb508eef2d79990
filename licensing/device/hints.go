package device

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"holdfast/licensing/exchange"
)

// Fact is something that the hardware or the operating system says of itself. It stays on this computer.
type Fact struct {
	Kind  string
	Value string
}

// Probe collects facts. It returns what it could read until ctx ended; it needs no special rights.
type Probe func(ctx context.Context) []Fact

// Kinds of facts.
const (
	// The three kinds that tell one computer from all others.
	KindSystem = "system" // serial number or UUID of the mainboard
	KindDisk   = "disk"   // serial number of a built-in disk
	KindMAC    = "mac"    // permanent address of a built-in network card

	// What a copied disk image takes along.
	KindMachine = "machine" // id of the installed operating system
	KindVolume  = "volume"  // id of a file system on a built-in disk

	// What all computers of one model share.
	KindBoard  = "board"  // maker and model
	KindCPU    = "cpu"    // processor model
	KindMemory = "memory" // size class of the main memory
)

// kind describes how much a kind says. unique kinds differ between any two computers.
type kind struct {
	weight int
	unique bool
}

var kinds = map[string]kind{
	KindSystem:  {weight: 3, unique: true},
	KindDisk:    {weight: 3, unique: true},
	KindMAC:     {weight: 3, unique: true},
	KindMachine: {weight: 3},
	KindVolume:  {weight: 1},
	KindBoard:   {weight: 2},
	KindCPU:     {weight: 1},
	KindMemory:  {weight: 1},
}

// perKind is how many facts of one kind are kept: the request must fit a QR code.
const perKind = 2

// Clean returns facts of known kinds in a fixed order: values trimmed and in lower case, without those that makers
// leave as placeholders, without doubles, at most two of a kind.
func Clean(facts []Fact) []Fact {
	var clean []Fact
	for _, f := range facts {
		f.Value = strings.Join(strings.Fields(strings.ToLower(f.Value)), " ")
		if _, known := kinds[f.Kind]; known && !placeholder(f.Value) {
			clean = append(clean, f)
		}
	}
	slices.SortFunc(clean, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	})
	clean = slices.Compact(clean)
	count := map[string]int{}
	return slices.DeleteFunc(clean, func(f Fact) bool {
		count[f.Kind]++
		return count[f.Kind] > perKind
	})
}

// placeholder says whether a value is one that many computers share because nobody filled it in.
func placeholder(v string) bool {
	switch v {
	case "none", "unknown", "default string", "not specified", "not applicable", "not available", "n/a", "uninitialized",
		"to be filled by o.e.m.", "system serial number", "system manufacturer", "system product name", "chassis serial number",
		"base board serial number", "123456789", "0123456789", "1234567890",
		"03000200-0400-0500-0006-000700080009": // a UUID that one BIOS maker ships everywhere
		return true
	}
	return strings.Trim(v, "0-:. x") == "" || strings.Trim(v, "f-:. x") == ""
}

// Blind turns facts into hints that only the holder of hintKey can compare:
// Digest = base64 of the first 16 bytes of HMAC-SHA-256(hintKey, kind, 0x00, value). Facts are cleaned first.
func Blind(facts []Fact, hintKey []byte) []exchange.Hint {
	facts = Clean(facts)
	hints := make([]exchange.Hint, 0, len(facts))
	for _, f := range facts {
		mac := hmac.New(sha256.New, hintKey)
		mac.Write([]byte(f.Kind + "\x00" + f.Value))
		digest := base64.StdEncoding.EncodeToString(mac.Sum(nil)[:16])
		hints = append(hints, exchange.Hint{Kind: f.Kind, Weight: kinds[f.Kind].weight, Digest: digest})
	}
	return hints
}
