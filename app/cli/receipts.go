package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

type receiptsListCmd struct{ reads }

type receiptJSON struct {
	Ref        string      `json:"ref"`
	Vendor     string      `json:"vendor"` // root
	VendorName string      `json:"vendor_name"`
	Number     int         `json:"number"`
	Issued     time.Time   `json:"issued"`
	Taken      time.Time   `json:"taken"`
	Sent       uint64      `json:"sent_uses"`
	Counted    uint64      `json:"counted_uses"`
	From       time.Time   `json:"from,omitzero"`
	To         time.Time   `json:"to,omitzero"`
	Matches    bool        `json:"matches"` // its totals are those of the ledger here
	Totals     []totalJSON `json:"totals"`
	Document   string      `json:"document"`
	Signed     *bool       `json:"signed,omitempty"` // verify: its signed file is here, and the vendor's signature fits
	// Receipt is what the vendor signed.
	Receipt *exchange.Receipt `json:"receipt,omitempty"`
}

type totalJSON struct {
	Product string `json:"product"`
	Meter   string `json:"meter"`
	Here    int64  `json:"here"`
	There   int64  `json:"there"`
	Unit    string `json:"unit,omitempty"` // s for a duration
}

func (s *session) receiptJSON(v licensing.ReceiptView) receiptJSON {
	j := receiptJSON{
		Ref: v.Ref, Vendor: v.Root, VendorName: v.Vendor, Number: v.Number, Issued: utc(v.Issued), Taken: utc(v.Taken), Sent: v.Sent, Counted: v.Counted,
		From: utc(v.From), To: utc(v.To), Matches: v.Matches, Totals: []totalJSON{}, Document: v.Document,
	}
	kinds := s.meterKinds(v.Root)
	for _, t := range v.Totals {
		m := kinds[usage.MeterKey(t.Product, t.Meter)]
		j.Totals = append(j.Totals, totalJSON{t.Product, t.Meter, t.Here, t.There, recordedUnit(m.Kind, m.Unit)})
	}
	return j
}

// run lists what vendors confirmed, newest first, and the files that wait for it.
func (c *receiptsListCmd) run(_ context.Context, s *session) (result, error) {
	all, waiting := []receiptJSON{}, []usageFileJSON{}
	r := result{}
	var rows [][]string
	for _, v := range s.engine.Receipts() {
		all = append(all, s.receiptJSON(v))
		rows = append(rows, []string{v.Ref, v.Vendor, s.say.ShortDate(v.Issued, s.zone), s.counted(v.Counted), s.matches(v)})
	}
	r.page.table(rows)
	for _, u := range s.engine.Snapshot().Usage {
		waiting = append(waiting, waitingJSON(u.Waiting)...)
		for _, f := range u.Waiting {
			r.page.add(s.waitingLine(f))
		}
	}
	if len(r.page) == 0 {
		r.page.add(s.text("cli.receipts.none", nil))
	}
	r.json = map[string]any{"receipts": all, "waiting": waiting}
	return r, nil
}

func (s *session) counted(n uint64) string {
	return s.text("cli.receipts.counted", map[string]any{"n": int64(min(n, 1<<62))})
}

func (s *session) matches(v licensing.ReceiptView) string {
	if v.Matches {
		return s.text("cli.receipts.matches", nil)
	}
	return s.text("cli.receipts.differs", nil)
}

type receiptsShowCmd struct {
	reads
	Ref    string `arg:"" optional:"" help:"cli.arg.receipt"`
	Vendor string `help:"cli.flag.vendor" placeholder:"ID"`
}

// run shows one receipt, or the newest, with everything that it says, beside what the ledger here says; 71 when there is none.
func (c *receiptsShowCmd) run(_ context.Context, s *session) (result, error) {
	if c.Ref == "" {
		all := s.engine.Receipts() // newest first
		i := slices.IndexFunc(all, func(v licensing.ReceiptView) bool { return s.isVendor(v.Root, c.Vendor) })
		if i < 0 {
			r := result{code: codeNothing, json: struct{}{}}
			r.page.add(s.text("cli.receipts.none", nil))
			return r, nil
		}
		return s.shown(all[i]), nil
	}
	v, err := s.receipt(c.Ref, c.Vendor)
	if err != nil {
		return result{}, err
	}
	return s.shown(v), nil
}

func (s *session) shown(v licensing.ReceiptView) result {
	j := s.receiptJSON(v)
	j.Receipt = &v.Receipt
	r := result{json: j}
	r.page.add(s.text("cli.receipts.about", map[string]any{"ref": v.Ref, "vendor": v.Vendor, "date": s.say.Date(v.Issued, s.zone)}))
	r.page.indent(s.receiptLines(v.Receipt)...)
	r.page.indent(s.text("cli.receipts.sent", map[string]any{"n": int64(min(v.Sent, 1<<62))}))
	r.page = append(r.page, s.totalLines(v)...)
	if !v.Taken.IsZero() {
		r.page.indent(s.text("cli.receipts.taken", map[string]any{"date": s.say.Date(v.Taken, s.zone)}))
	}
	return r
}

// receipt finds a receipt by its reference or its number; one vendor's when two have the same.
func (s *session) receipt(ref, vendor string) (licensing.ReceiptView, error) {
	var hits []licensing.ReceiptView
	for _, v := range s.engine.Receipts() {
		number := strconv.Itoa(v.Number)
		if (strings.EqualFold(v.Ref, ref) || strings.EqualFold("R-"+number, ref) || number == ref) && s.isVendor(v.Root, vendor) {
			hits = append(hits, v)
		}
	}
	switch len(hits) {
	case 0:
		return licensing.ReceiptView{}, mistake("receipt_unknown", map[string]any{"ref": ref})
	case 1:
		return hits[0], nil
	}
	return licensing.ReceiptView{}, mistake("receipt_of_two", map[string]any{"ref": ref})
}

// receiptLines are what a vendor says in a receipt.
func (s *session) receiptLines(x exchange.Receipt) []string {
	var p page
	p.add(
		s.text("cli.receipts.number", map[string]any{"n": int64(x.Number), "number": strconv.Itoa(x.Number)}),
		s.text("cli.receipts.ledger", map[string]any{"ledger": x.Ledger}),
		s.text("cli.receipts.upto", map[string]any{"seq": entry(x.Seq), "epoch": entry(x.Epoch)}),
	)
	if x.Entries > 0 {
		p.add(s.counted(x.Entries))
	}
	if !x.From.IsZero() || !x.To.IsZero() {
		p.add(s.text("cli.receipts.range", map[string]any{"from": s.say.DateTime(x.From, s.zone), "to": s.say.DateTime(x.To, s.zone)}))
	}
	for _, m := range x.Missing {
		p.add(s.text("cli.receipts.missing", map[string]any{"range": m}))
	}
	for _, code := range x.Findings {
		p.add(s.text("cli.receipts.finding", map[string]any{"text": s.coded("cli.receipts.finding."+code, code), "code": code}))
	}
	if x.AllowDays > 0 {
		p.add(s.text("cli.receipts.allow_days", map[string]any{"n": x.AllowDays}))
	}
	if x.AllowUnits > 0 {
		p.add(s.text("cli.receipts.allow_units", map[string]any{"n": x.AllowUnits}))
	}
	return p
}

// totalLines compare the totals of a receipt with those here.
func (s *session) totalLines(v licensing.ReceiptView) page {
	rows := [][]string{}
	kinds := s.meterKinds(v.Root)
	for _, t := range v.Totals {
		kind := kinds[usage.MeterKey(t.Product, t.Meter)].Kind
		word := s.text("cli.receipts.same", nil)
		if t.Here != t.There {
			word = s.text("cli.receipts.other", nil)
		}
		rows = append(rows, []string{
			"  " + t.Product, t.Meter, s.text("cli.receipts.there", map[string]any{"n": s.amount(kind, t.There)}), s.text("cli.receipts.here", map[string]any{"n": s.amount(kind, t.Here)}), word,
		})
	}
	var p page
	p.table(rows)
	return p
}

type receiptsVerifyCmd struct {
	reads
	Ref    string `arg:"" optional:"" help:"cli.arg.receipt_optional"`
	Vendor string `help:"cli.flag.vendor" placeholder:"ID"`
}

type verifyJSON struct {
	OK       bool          `json:"ok"`
	Receipts []receiptJSON `json:"receipts"`
}

// run checks the vendor's signature on receipts and compares them with the ledger here: 0 when all is in order, 20 when a signed file
// is changed or gone, 10 when totals differ, 71 when there is no receipt.
func (c *receiptsVerifyCmd) run(_ context.Context, s *session) (result, error) {
	all := s.engine.Receipts()
	if c.Ref != "" {
		v, err := s.receipt(c.Ref, c.Vendor)
		if err != nil {
			return result{}, err
		}
		all = []licensing.ReceiptView{v}
	}
	j := verifyJSON{OK: true, Receipts: []receiptJSON{}}
	r := result{}
	for _, v := range all {
		if !s.isVendor(v.Root, c.Vendor) {
			continue
		}
		one, seal := s.receiptJSON(v), "cli.receipts.signed"
		one.Signed = new(s.engine.ReceiptSigned(v.Document))
		if !*one.Signed {
			j.OK, seal = false, "cli.receipts.unsigned"
			r.code = terms.StateFileChanged.ExitCode(false)
		}
		j.Receipts = append(j.Receipts, one)
		r.page.add(s.text("cli.receipts.verified", map[string]any{"ref": v.Ref, "vendor": v.Vendor, "text": s.matches(v), "seal": s.text(seal, nil)}))
		if !v.Matches {
			j.OK = false
			r.page = append(r.page, s.totalLines(v)...)
			f := terms.Finding{State: terms.StateUsageMismatch, Tone: terms.StateUsageMismatch.Tone(), Slots: terms.Slots{"a": int(min(v.Sent, 1<<62)), "b": int(min(v.Counted, 1<<62))}}
			r.page.indent(s.text("cli.label.do", nil) + " " + s.tell(f, s.now()).Do)
		}
	}
	switch {
	case len(j.Receipts) == 0:
		r.code = codeNothing
		r.page.add(s.text("cli.receipts.none", nil))
	case !j.OK && r.code == 0:
		r.code = codeAct
	}
	r.json = j
	return r, nil
}
