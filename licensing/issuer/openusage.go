package issuer

import (
	"context"
	"crypto/hpke"
	"errors"

	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

// Usage is an opened usage file: proven to be of the device that it names, and whole from its first epoch to its last.
type Usage struct {
	Source   string          `json:"source"`
	Computer string          `json:"computer"` // code, worked out from the device key
	Contents usage.Contents  `json:"contents"`
	Findings []usage.Finding `json:"findings"`
}

// OpenUsage opens the usage files in the content of a file, a mail or an archive. It records nothing and answers nothing. Files that
// cannot be opened do not hold up the others. Errors: those of exchange.Read and Receive.
func (is *Issuer) OpenUsage(ctx context.Context, name string, data []byte) ([]Usage, error) {
	who, err := is.identity()
	if err != nil {
		return nil, err
	}
	return openUsage(ctx, name, data, who.Vendor, is.sealingKey)
}

// Open is OpenUsage without a store. vendor is the short name of the vendor whose files are meant; "" takes those of any that sealed
// for this key. Since there is no store, what a file says is not compared with what came before.
func (k SealingKey) Open(ctx context.Context, name string, data []byte, vendor string) ([]Usage, error) {
	return openUsage(ctx, name, data, vendor, k.find)
}

func openUsage(ctx context.Context, name string, data []byte, vendor string, keys func(string) (hpke.PrivateKey, error)) ([]Usage, error) {
	found, err := exchange.Read(name, data)
	if err != nil {
		return nil, err
	}
	var all []Usage
	var trouble []error
	seen := 0
	for _, f := range found {
		e, ok := usageIn(f)
		if !ok {
			continue
		}
		if seen++; ctx.Err() != nil {
			return all, ctx.Err()
		}
		u, err := openOne(f, e, vendor, keys)
		if err != nil {
			trouble = append(trouble, err)
			continue
		}
		all = append(all, u)
	}
	if seen == 0 {
		return nil, say(CodeNoUsage, nil, "file", name)
	}
	return all, errors.Join(trouble...)
}

func openOne(f exchange.Found, e exchange.Envelope, vendor string, keys func(string) (hpke.PrivateKey, error)) (Usage, error) {
	face, err := exchange.ParseUsage(e)
	if err != nil {
		return Usage{}, err
	}
	if vendor != "" && face.Vendor != vendor {
		return Usage{}, say(CodeOtherVendor, nil, "vendor", face.Vendor, "own", vendor)
	}
	o, err := usage.Open(e, f.Bundle.Sealed, keys)
	if err != nil {
		return Usage{}, err
	}
	contents, err := o.Contents()
	if err != nil {
		return Usage{}, err
	}
	u := Usage{Source: f.Name, Computer: codeOf(face.Device.Public), Contents: contents, Findings: append([]usage.Finding{}, o.Findings...)}
	for _, p := range o.Epochs {
		u.Findings = append(u.Findings, p.Findings...)
	}
	return u, nil
}
