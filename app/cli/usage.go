package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

type usageListCmd struct {
	reads
	Product string `help:"cli.flag.product" placeholder:"P"`
	Days    bool   `help:"cli.flag.days"`
}

// ledgerJSON is the usage ledger of one vendor.
type ledgerJSON struct {
	Vendor     string          `json:"vendor"` // root
	VendorName string          `json:"vendor_name"`
	Ledger     string          `json:"ledger,omitempty"`
	Entries    uint64          `json:"entries"`
	Unsent     uint64          `json:"unsent_entries"`
	Unread     uint64          `json:"unread_entries"` // that only the vendor can read
	Pruned     uint64          `json:"pruned_entries"`
	Oldest     time.Time       `json:"oldest_unsent,omitzero"`
	Due        time.Time       `json:"due_by,omitzero"`
	Level      string          `json:"level,omitempty"`
	LevelBy    string          `json:"level_by,omitempty"` // contract, person, organization, meanwhile, or left out for the default
	Waiting    []usageFileJSON `json:"waiting"`
	Gaps       []gapJSON       `json:"gaps"`
	Seq        uint64          `json:"seq"`
	Head       string          `json:"head,omitempty"`
	State      terms.State     `json:"state,omitempty"` // of records that are not in order
	Meters     []meterJSON     `json:"meters"`
}

// usageFileJSON is a usage file that waits for its receipt.
type usageFileJSON struct {
	ID      string    `json:"id"`
	Name    string    `json:"name,omitempty"`
	Made    time.Time `json:"made"`
	Entries uint64    `json:"entries"`
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
}

type gapJSON struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Cause string    `json:"cause"`
	Count uint64    `json:"count,omitempty"`
}

// run lists the meters of every vendor, and how far their usage is reported.
func (c *usageListCmd) run(_ context.Context, s *session) (result, error) {
	all := []ledgerJSON{}
	r := result{}
	for _, u := range s.engine.Snapshot().Usage {
		j := s.ledgerJSON(u)
		var rows [][]string
		var days []page
		j.Meters = []meterJSON{}
		for _, m := range u.Meters {
			if c.Product != "" && !strings.EqualFold(m.Product, c.Product) {
				continue
			}
			k := s.meterJSON(m.Product, m.ProductName, m.MeterVerdict)
			rows = append(rows, s.meterRow(m.Product, m.MeterVerdict))
			var table page
			if c.Days {
				k.Days = daysJSON(m.Days, m.Unit)
				table = s.dayLines(m)
			}
			j.Meters, days = append(j.Meters, k), append(days, table)
		}
		if c.Product != "" && len(j.Meters) == 0 {
			continue
		}
		all = append(all, j)
		r.page.gap()
		r.page.add(s.text("cli.usage.vendor", map[string]any{"vendor": u.Vendor}))
		var lines page
		lines.table(rows)
		for i, line := range lines {
			r.page.indent(line)
			r.page = append(r.page, days[i]...)
		}
		r.page.indent(s.ledgerLines(u)...)
	}
	if len(all) == 0 {
		if c.Product != "" {
			return result{}, mistake("usage_product_none", map[string]any{"product": c.Product})
		}
		r.page.add(s.text("cli.usage.none", nil))
	}
	r.json = map[string]any{"usage": all}
	return r, nil
}

func (s *session) ledgerJSON(u licensing.UsageView) ledgerJSON {
	j := ledgerJSON{
		Vendor: u.Root, VendorName: u.Vendor, Ledger: u.Ledger, Entries: u.Entries, Unsent: u.Unsent, Unread: u.Unread, Pruned: u.Pruned,
		Oldest: utc(u.Oldest), Due: utc(u.Due), Level: u.Level, LevelBy: u.LevelBy, Waiting: waitingJSON(u.Waiting), Gaps: []gapJSON{},
		Seq: u.Seq, Head: u.Head, State: u.Problem,
	}
	for _, g := range u.Gaps {
		j.Gaps = append(j.Gaps, gapJSON{From: utc(g.From), To: utc(g.To), Cause: g.Cause, Count: g.Count})
	}
	return j
}

func waitingJSON(files []terms.UsageFile) []usageFileJSON {
	all := []usageFileJSON{}
	for _, f := range files {
		all = append(all, usageFileJSON{ID: f.ID, Name: f.Name, Made: utc(f.Made), Entries: f.Entries, From: utc(f.From), To: utc(f.To)})
	}
	return all
}

// dayLines are the days on which a meter counted, set in below it.
func (s *session) dayLines(m licensing.MeterView) page {
	var rows [][]string
	for _, d := range m.Days {
		rows = append(rows, []string{
			s.say.ShortDate(d.Day, time.UTC), s.amount(m.Kind, d.Units), s.text("cli.usage.events", map[string]any{"n": int64(min(d.Count, 1<<62))}),
		})
	}
	var lines, in page
	lines.table(rows)
	for _, l := range lines {
		in = append(in, "    "+l)
	}
	return in
}

// ledgerLines say how far usage is reported, and at which level.
func (s *session) ledgerLines(u licensing.UsageView) []string {
	var p page
	if u.Unsent > 0 || u.Entries > 0 {
		p.add(s.text("cli.usage.unsent", map[string]any{"n": int64(min(u.Unsent, 1<<62))}))
	}
	if !u.Due.IsZero() {
		p.add(s.text("cli.usage.due", map[string]any{"date": s.say.Until(u.Due, s.now(), s.zone)}))
	}
	for _, f := range u.Waiting {
		p.add(s.waitingLine(f))
	}
	if u.Unread > 0 {
		p.add(s.text("cli.usage.unread", map[string]any{"n": int64(min(u.Unread, 1<<62))}))
	}
	if u.Pruned > 0 {
		p.add(s.text("cli.usage.pruned", map[string]any{"n": int64(min(u.Pruned, 1<<62))}))
	}
	for _, g := range u.Gaps {
		id := "cli.usage.gap"
		if g.Cause == "records_damaged" { // it was recorded, and is not there any more
			id = "cli.usage.lost"
		}
		p.add(s.text(id, map[string]any{"from": s.say.DateTime(g.From, s.zone), "to": s.say.DateTime(g.To, s.zone), "cause": s.coded("cli.usage.gap."+g.Cause, g.Cause)}))
	}
	return append(p, s.levelLine(u))
}

func (s *session) waitingLine(f terms.UsageFile) string {
	id := "cli.usage.waiting"
	if f.Name == "" {
		id = "cli.usage.waiting_unsaved"
	}
	return s.text(id, map[string]any{"name": f.Name, "date": s.say.Date(f.Made, s.zone), "n": int64(min(f.Entries, 1<<62))})
}

// usageJSON is usage in the status.
type usageJSON struct {
	Unsent      uint64          `json:"unsent_entries"`
	Due         string          `json:"due_by,omitempty"` // day in UTC, as a monitor wants it
	DueAt       time.Time       `json:"due_at,omitzero"`
	LastReceipt string          `json:"last_receipt,omitempty"`
	Waiting     []usageFileJSON `json:"waiting"`
	Meters      []meterJSON     `json:"meters"`
}

// usageOf sums up the ledgers of all vendors: what is unsent, the soonest due date and the newest receipt.
func (s *session) usageOf(snap licensing.Snapshot) usageJSON {
	j := usageJSON{Waiting: []usageFileJSON{}, Meters: []meterJSON{}}
	for _, u := range snap.Usage {
		j.Unsent += u.Unsent
		if !u.Due.IsZero() && (j.DueAt.IsZero() || u.Due.Before(j.DueAt)) {
			j.DueAt, j.Due = utc(u.Due), u.Due.UTC().Format(time.DateOnly)
		}
		j.Waiting = append(j.Waiting, waitingJSON(u.Waiting)...)
		for _, m := range u.Meters {
			j.Meters = append(j.Meters, s.meterJSON(m.Product, m.ProductName, m.MeterVerdict))
		}
	}
	if all := s.engine.Receipts(); len(all) > 0 {
		j.LastReceipt = all[0].Ref
	}
	return j
}

// entry is a number of the ledger as people read it.
func entry(seq uint64) string { return strconv.FormatUint(seq, 10) }
