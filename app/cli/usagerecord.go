package cli

import (
	"context"
	"errors"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

type usageRecordCmd struct {
	writes
	Product string `arg:"" help:"cli.arg.product"`
	Meter   string `arg:"" help:"cli.arg.meter"`
	Units   int64  `arg:"" help:"cli.arg.units"`
	ID      string `name:"id" help:"cli.flag.id" placeholder:"ID"`
	Vendor  string `help:"cli.flag.vendor" placeholder:"ID"`
}

// recordedJSON is what became of an event.
type recordedJSON struct {
	Vendor     string    `json:"vendor"` // root
	VendorName string    `json:"vendor_name"`
	Ledger     string    `json:"ledger"`
	Seq        uint64    `json:"seq"`
	Head       string    `json:"head"`
	Again      bool      `json:"again"`    // recorded before under this id, and counted once
	Conflict   bool      `json:"conflict"` // with another amount, as far as that is known; the first one stands
	Flags      []string  `json:"flags"`
	Meter      meterJSON `json:"meter"`
}

// run records one use, durably when it returns. It is recorded whatever the license says; 18 says that the meter stops.
func (c *usageRecordCmd) run(ctx context.Context, s *session) (result, error) {
	done, err := s.engine.RecordUsage(ctx, []licensing.UsageEvent{{Vendor: c.Vendor, Product: c.Product, Meter: c.Meter, Units: c.Units, ID: c.ID}})
	if err != nil {
		return result{}, err
	}
	if len(done) != 1 {
		return result{}, errors.New("recording one event gave no answer")
	}
	d := done[0]
	j := recordedJSON{
		Vendor: d.Root, VendorName: s.vendorName(d.Root), Ledger: d.Ledger, Seq: d.Seq, Head: d.Head, Again: d.Again, Conflict: d.Conflict, Flags: list(d.Flags),
		Meter: s.meterJSON(c.Product, nil, d.Meter),
	}
	r := result{json: j}
	id := "cli.usage.recorded"
	switch {
	case d.Conflict:
		id = "cli.usage.recorded_conflict"
	case d.Again:
		id = "cli.usage.recorded_again"
	}
	name := nameOr(d.Meter.Name.In(s.say.Language()), c.Meter)
	r.page.add(s.text(id, map[string]any{"seq": entry(d.Seq), "units": s.amount(d.Meter.Kind, c.Units), "meter": name}))
	if d.Meter.ID != "" {
		var line page
		line.table([][]string{s.meterRow(c.Product, d.Meter)})
		r.page.add(line...)
	}
	if d.Meter.Stops {
		r.code = terms.StateQuotaUsed.ExitCode(s.Strict)
	}
	return r, nil
}
