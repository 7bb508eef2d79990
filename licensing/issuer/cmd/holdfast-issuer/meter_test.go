package main

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

// meter is a computer that records use and exports it: "meter -home DIR -n 1 -events 20 -out FILE [-receipt FILE]".
func meter(args []string) error {
	set := flag.NewFlagSet("meter", flag.ContinueOnError)
	profile := set.String("profile", "acme.hfkey", "")
	home := set.String("home", "", "")
	out := set.String("out", "", "")
	n := set.Int("n", 1, "")
	events := set.Int("events", 0, "")
	product := set.String("product", "acmecad", "")
	receipt := set.String("receipt", "", "") // newest, which travels along; everything after it is exported
	vendor := set.String("vendor", "", "")
	if err := set.Parse(args); err != nil {
		return err
	}
	v, err := trustedProfile(*profile)
	if err != nil {
		return err
	}
	k, err := device.NewKey(rand.NewChaCha8([32]byte{byte(*n)}))
	if err != nil {
		return err
	}
	m := metering{v: v, key: k, ledger: fmt.Sprintf("%032x", *n), home: *home, now: scriptTime()}
	if err := m.record(*events, *product); err != nil {
		return err
	}
	if *out == "" {
		return nil
	}
	if *vendor != "" {
		m.v.Vendor = *vendor
	}
	return m.export(*out, *receipt)
}

type metering struct {
	v            exchange.Profile
	key          device.Key
	ledger, home string
	now          time.Time
}

func (m metering) book() (*usage.Book, error) {
	if err := os.MkdirAll(m.home, 0o700); err != nil {
		return nil, err
	}
	private := ed25519.NewKeyFromSeed(m.key.Seed())
	b, _, err := usage.OpenBook(filepath.Join(m.home, m.ledger), usage.BookOptions{
		Ledger: m.ledger, Vendor: "acme", Device: m.key.ID(), Sealing: m.v.Sealing[0],
		Keys: usage.Keys{Store: &[32]byte{7}, Public: m.key.Public(), Sign: func(b []byte) ([]byte, error) { return ed25519.Sign(private, b), nil }},
		Session: func() usage.Session {
			return usage.Session{Boot: "boot", Wall: m.now, At: m.now, Running: m.now.Sub(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)), Program: "test", Grain: 3600}
		},
	})
	return b, err
}

func (m metering) record(n int, product string) error {
	b, err := m.book()
	if err != nil {
		return err
	}
	defer b.Close()
	for range n {
		if _, err := b.Record(context.Background(), []usage.Event{{Product: product, Meter: "renders", Kind: usage.Counter, Units: 1, At: m.now}}); err != nil {
			return err
		}
	}
	return b.CloseEpoch(context.Background())
}

func (m metering) export(out, receipt string) error { return m.exportAs(out, "", receipt) }

// exportAs writes a usage file with an id of its own; "" for one made of the computer and the number of the receipt.
func (m metering) exportAs(out, id, receipt string) error {
	b, err := m.book()
	if err != nil {
		return err
	}
	defer b.Close()
	var last exchange.Receipt
	var proof []exchange.Envelope
	if receipt != "" {
		if last, proof, err = m.receipt(receipt); err != nil {
			return err
		}
	}
	epochs, err := b.Epochs(last.Epoch + 1)
	if err != nil {
		return err
	}
	built, err := usage.BuildContent(m.ledger, epochs)
	if err != nil {
		return err
	}
	face := exchange.Usage{
		Header: exchange.Header{Vendor: m.v.Vendor, ID: cmp.Or(id, fmt.Sprintf("U-%s-%d", m.key.Code(), last.Number+1)), Issued: m.now, Trace: "t"},
		Device: exchange.RequestDevice{ID: m.key.ID(), Public: exchange.EncodeKey(m.key.Public()), Code: m.key.Code()},
		Nonce:  "nonce", Ledger: m.ledger, Level: usage.LevelContract, Receipt: last.Number,
	}
	e, sealed, err := usage.Seal(built.Content, face, exchange.KeySigner(ed25519.NewKeyFromSeed(m.key.Seed())), m.v.Sealing[0])
	if err != nil {
		return err
	}
	file, err := exchange.WriteUsage("This is a usage file.", sealed, append([]exchange.Envelope{e}, proof...)...)
	if err != nil {
		return err
	}
	return os.WriteFile(out, file, 0o600)
}

// receipt reads the receipt in a file, also in a mail or an archive.
func (m metering) receipt(name string) (exchange.Receipt, []exchange.Envelope, error) {
	data, err := exchange.ReadSource(name)
	if err != nil {
		return exchange.Receipt{}, nil, err
	}
	found, err := exchange.Read(name, data)
	if err != nil {
		return exchange.Receipt{}, nil, err
	}
	for _, f := range found {
		for _, e := range f.Bundle.Envelopes {
			r, err := exchange.ParseResponse(e, m.v)
			if err == nil && r.Answers != nil && r.Answers.Device == m.key.ID() && r.Parts[0].Receipt != nil {
				return *r.Parts[0].Receipt, []exchange.Envelope{e}, nil
			}
		}
	}
	return exchange.Receipt{}, nil, fmt.Errorf("%s holds no receipt for %s", name, m.key.Code())
}

// printReceipt is for scripts that look at what a computer got.
func printReceipt(name string, n int) error {
	v, err := trustedProfile("acme.hfkey")
	if err != nil {
		return err
	}
	k, err := device.NewKey(rand.NewChaCha8([32]byte{byte(n)}))
	if err != nil {
		return err
	}
	r, _, err := metering{v: v, key: k}.receipt(name)
	if err != nil {
		return err
	}
	b, err := json.Marshal(r)
	fmt.Println(string(b))
	return err
}
