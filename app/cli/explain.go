package cli

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
)

// bodies are the usage files and receipts among files that were looked at, by their check words.
type bodies map[string]exchange.Found

// bodiesOf reads files again when there is something in them to explain.
func bodiesOf(src []licensing.Source, items []licensing.Item) bodies {
	all := bodies{}
	wanted := map[string]bool{}
	for _, it := range items {
		wanted[it.Source] = wanted[it.Source] || it.Kind == exchange.KindUsage || it.Kind == exchange.KindReceipt
	}
	for _, f := range src {
		if !wanted[f.Name] {
			continue
		}
		found, err := exchange.Read(f.Name, f.Data)
		if err != nil {
			continue // its item says what is wrong with it
		}
		for _, b := range found {
			all[b.Words] = b
		}
	}
	return all
}

// usage is what a usage file says of itself, which its device has signed; nil for other files.
func (b bodies) usage(it licensing.Item) *exchange.Usage {
	if it.Kind != exchange.KindUsage {
		return nil
	}
	if u, ok := usageFace(b[it.Words]); ok {
		return &u
	}
	return nil
}

// receipt is what a receipt says; nil for other files, and when the vendor's signature was not found to be right.
func (b bodies) receipt(it licensing.Item) *exchange.Receipt {
	if it.Kind != exchange.KindReceipt || it.Vendor == "" {
		return nil
	}
	for _, e := range b[it.Words].Bundle.Envelopes {
		if _, kind := exchange.PeekHeader(e); kind != exchange.KindReceipt {
			continue
		}
		payload, err := base64.StdEncoding.DecodeString(e.Payload)
		if err != nil {
			return nil
		}
		var r exchange.Response
		if json.Unmarshal(payload, &r) != nil {
			return nil
		}
		for _, p := range r.Parts {
			if p.Receipt != nil {
				return p.Receipt
			}
		}
	}
	return nil
}

// explained are the lines about what a usage file or a receipt says.
func (s *session) explained(b bodies, it licensing.Item) []string {
	var p page
	if u := b.usage(it); u != nil {
		p.add(s.faceLines(*u)...)
		switch {
		case u.Device.ID != s.engine.Snapshot().Device.ID:
			p.add(s.text("cli.usage.face.sealed", nil))
		default:
			p.add(s.text("cli.usage.face.own", nil))
		}
	}
	if r := b.receipt(it); r != nil {
		p.add(s.receiptLines(*r)...)
		kinds := s.meterKinds(it.Root)
		for _, key := range slices.Sorted(maps.Keys(r.Totals)) {
			p.add(s.text("cli.receipts.total", map[string]any{"meter": key, "n": s.amount(kinds[key].Kind, r.Totals[key])}))
		}
	}
	return p
}
