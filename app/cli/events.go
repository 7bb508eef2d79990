package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/reconcile"
)

// followEvery is how often --follow looks whether something was recorded.
const followEvery = time.Second

type eventsCmd struct {
	Since  uint64 `help:"cli.flag.since" placeholder:"SEQ"`
	Vendor string `help:"cli.flag.vendor" placeholder:"ID"`
	Follow bool   `help:"cli.flag.follow"`
}

// needs: what follows opens the records for a moment at a time, so that others can have them.
func (c *eventsCmd) needs() need {
	if c.Follow {
		return nothing
	}
	return reading
}

// eventJSON is one journal record, as a line. It has no more than what monitors may see: who, what and when, and no content.
type eventJSON struct {
	Schema    int       `json:"schema_version"`
	ID        string    `json:"id"` // unique, and the same whenever it is read
	Seq       uint64    `json:"seq"`
	Time      time.Time `json:"time"`
	Kind      string    `json:"kind"`
	Reason    string    `json:"reason,omitempty"`
	Authority string    `json:"authority,omitempty"`
	Vendor    string    `json:"vendor,omitempty"`    // root
	VendorID  string    `json:"vendor_id,omitempty"` // as the vendor names itself
	License   string    `json:"license,omitempty"`
	Document  string    `json:"document,omitempty"`
	// Of contacts. Trace is that of the first file that left.
	Cause   reconcile.Cause `json:"cause,omitempty"`
	Host    string          `json:"host,omitempty"`
	Seconds float64         `json:"seconds,omitempty"`
	Changes int             `json:"changes,omitempty"`
	Trace   string          `json:"trace,omitempty"`
}

// run prints the journal's records, one a line.
func (c *eventsCmd) run(ctx context.Context, s *session) (result, error) {
	if c.Follow {
		return c.follow(ctx, s)
	}
	var out bytes.Buffer
	r := result{raw: []byte{}}
	err := s.engine.Ledger(c.Since+1, func(e licensing.LedgerEntry) error {
		if c.Vendor != "" && (e.Vendor == "" || !s.isVendor(e.Vendor, c.Vendor)) {
			return ctx.Err()
		}
		x := s.event(e)
		if !s.JSON {
			r.page.add(s.eventLine(x))
			return ctx.Err()
		}
		b, err := json.Marshal(x)
		out.Write(append(b, '\n'))
		return err
	})
	if err != nil {
		return result{}, err
	}
	if r.raw = out.Bytes(); !s.JSON {
		r.raw = nil
	} else if r.raw == nil {
		r.raw = []byte{}
	}
	return r, nil
}

func (s *session) event(e licensing.LedgerEntry) eventJSON {
	x := eventJSON{
		Schema: schemaVersion, ID: e.Head[:min(16, len(e.Head))], Seq: e.Seq, Time: utc(e.At), Kind: e.Kind, Reason: e.Reason, Authority: e.Authority,
		Vendor: e.Vendor, License: e.License, Document: e.Document,
	}
	if e.Vendor != "" {
		x.VendorID = s.vendorID(e.Vendor)
	}
	if e.Kind == "contact" {
		x.contact(e.Data)
	}
	return x
}

// contact takes what monitors need out of a record about a contact.
func (x *eventJSON) contact(data any) {
	b, err := json.Marshal(data)
	var c struct {
		Contacts []struct {
			Last *reconcile.Contact `json:"last"`
		} `json:"contacts"`
	}
	if err != nil || json.Unmarshal(b, &c) != nil {
		return
	}
	for _, k := range c.Contacts {
		if k.Last == nil {
			continue
		}
		x.Cause, x.Host, x.Changes = k.Last.Cause, k.Last.Host, len(k.Last.Changes)
		x.Seconds = k.Last.Took.Round(time.Millisecond).Seconds()
		for _, p := range k.Last.Sent {
			if x.Trace == "" {
				x.Trace = p.Trace
			}
		}
	}
}

// eventLine is a record for people.
func (s *session) eventLine(x eventJSON) string {
	line := strconv.FormatUint(x.Seq, 10) + "  " + s.say.DateTime(x.Time, s.zone) + "  " + x.Kind
	for _, part := range []string{x.Reason, string(x.Cause), x.Authority, x.VendorID, x.License} {
		if part != "" {
			line += "  " + part
		}
	}
	return line
}

// follow prints what is recorded from now on, or from --since on, until it is stopped. It asks whoever owns the home, and opens it by
// itself only when something was recorded.
func (c *eventsCmd) follow(ctx context.Context, s *session) (result, error) {
	if s.Again == nil {
		return result{}, mistake("follow_here", nil)
	}
	since, silent, seen := c.Since, c.Since == 0, "not looked yet"
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		if now := s.Recorded(s.Home); now != seen {
			var out, problems bytes.Buffer
			switch code := s.Again(ctx, c.again(s, since), &out, &problems); {
			case ctx.Err() != nil:
			case code == codeOK:
				seen = now
				last, err := s.printed(&out, silent)
				if err != nil {
					return result{}, err
				}
				since, silent = max(since, last), false
			case code != codeLater: // whoever has the home may be busy; everything else is told
				_, _ = s.Err.Write(problems.Bytes())
				return result{code: code, raw: []byte{}}, nil
			}
		}
		select {
		case <-ctx.Done():
			return result{code: codeStopped, raw: []byte{}}, nil
		case <-tick.C:
		}
		if s.out.err != nil {
			return result{raw: []byte{}}, nil
		}
	}
}

// again are the words of the command that lists what came after a record.
func (c *eventsCmd) again(s *session, since uint64) []string {
	args := []string{"events", "--json", "--since", strconv.FormatUint(since, 10)}
	for _, o := range [][2]string{{"--vendor", c.Vendor}, {"--home", s.Home}, {"--keystore", s.KeyStore}} {
		if o[1] != "" {
			args = append(args, o[0], o[1])
		}
	}
	return args
}

// printed prints the events of an answer, and returns the number of the last one.
func (s *session) printed(answer io.Reader, silent bool) (last uint64, err error) {
	d := json.NewDecoder(answer)
	for {
		var x eventJSON
		var raw json.RawMessage
		if err := d.Decode(&raw); err == io.EOF {
			return last, nil
		} else if err != nil {
			return last, err
		}
		if err := json.Unmarshal(raw, &x); err != nil {
			return last, err
		}
		last = max(last, x.Seq)
		switch {
		case silent:
		case s.JSON:
			_, _ = s.Out.Write(append(raw, '\n'))
		default:
			_, _ = s.Out.Write([]byte(s.eventLine(x) + "\n"))
		}
	}
}
