package licensing

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// change is the body of a journal record: things as they are from now on. Applying it twice is harmless.
type change struct {
	V          int                    `json:"v"`
	Reset      bool                   `json:"reset,omitempty"` // replaces everything before: a copy was used
	Vendors    []vendorRecord         `json:"vendors,omitempty"`
	Licenses   []licenseRecord        `json:"licenses,omitempty"`
	Requests   []requestRecord        `json:"requests,omitempty"`
	Documents  []documentRecord       `json:"documents,omitempty"`
	Keys       []keyRecord            `json:"keys,omitempty"`
	Parts      []partRecord           `json:"parts,omitempty"`
	Grace      []graceRecord          `json:"grace,omitempty"` // lines of the grace ledger
	Usage      []usageRecord          `json:"usage,omitempty"`
	UsageFiles []usageFileRecord      `json:"usage_files,omitempty"`
	Contacts   []contactRecord        `json:"contacts,omitempty"`
	Home       *homeRecord            `json:"home,omitempty"`
	Clock      *clockNote             `json:"clock,omitempty"`     // what a record about the clock tells
	Envelopes  []exchange.Envelope    `json:"envelopes,omitempty"` // the signed documents themselves
	Shown      map[string]terms.State `json:"shown,omitempty"`     // states of products, added to those of Home
	Packed     []byte                 `json:"packed,omitempty"`    // DEFLATE (RFC 1951) of a whole change in JSON
	Fold       int                    `json:"fold,omitempty"`      // the rule by which records were let go of, see foldRule; after the rest

	over surplus // what Fold let go of, for the index
}

func decodeChange(data []byte) (change, error) {
	var c change
	if len(data) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, err
	}
	if c.V > 1 {
		return c, fmt.Errorf("record version %d is newer than this program", c.V)
	}
	if len(c.Packed) > 0 {
		b, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(c.Packed)), packedLimit+1))
		switch {
		case err != nil:
			return c, err
		case len(b) > packedLimit:
			return c, fmt.Errorf("record unpacks to more than %d bytes", packedLimit)
		}
		c = change{}
		if err := json.Unmarshal(b, &c); err != nil {
			return c, err
		}
		if c.V > 1 || len(c.Packed) > 0 {
			return c, errors.New("packed record of another form")
		}
	}
	return c, nil
}

// packedLimit bounds what a packed change unpacks to. Half a million licenses fit.
const packedLimit = 1 << 30

// packed is c in a smaller form: a journal entry has a limit, and a home with many licenses comes near it.
func (c change) packed() (change, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return change{}, err
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return change{}, err
	}
	if _, err := w.Write(data); err != nil {
		return change{}, err
	}
	if err := w.Close(); err != nil {
		return change{}, err
	}
	return change{V: 1, Packed: b.Bytes()}, nil
}

// bare is a change without what the signed documents say, and without secrets.
func bare(c change) change {
	out := change{V: c.V, Requests: c.Requests, Documents: c.Documents, Home: c.Home, Shown: c.Shown, Grace: c.Grace, Usage: c.Usage, UsageFiles: c.UsageFiles, Contacts: c.Contacts}
	for _, v := range c.Vendors {
		v.Profile = exchange.Profile{}
		out.Vendors = append(out.Vendors, v)
	}
	for _, l := range c.Licenses {
		l.License = terms.License{}
		out.Licenses = append(out.Licenses, l)
	}
	for _, p := range c.Parts {
		if !p.takesAway() { // what takes rights away must not go with its document
			p.Body = exchange.Part{}
		}
		out.Parts = append(out.Parts, p)
	}
	return out
}
