package main

import (
	"bytes"
	"crypto/ed25519"
	"errors"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

// rootKey reads a root key from a file with its base64, or from a vendor profile, whose own word is taken for it: the file
// stands for what a real program has compiled in.
func rootKey(name string) (ed25519.PublicKey, error) {
	b, err := disk.ReadFile(disk.OS(), name, exchange.MaxFile)
	if err != nil {
		return nil, err
	}
	if key, err := exchange.DecodeKey(string(bytes.TrimSpace(b))); err == nil {
		return key, nil
	}
	found, err := exchange.Read(name, b)
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		for _, e := range f.Bundle.Envelopes {
			if p, err := exchange.PeekProfile(e); err == nil {
				return exchange.DecodeKey(p.Root)
			}
		}
	}
	return nil, errors.New(name + " has no vendor profile")
}
