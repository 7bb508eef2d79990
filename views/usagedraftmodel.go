package views

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// levelOption is a level of detail that a person can choose.
type levelOption struct {
	ID, Title, Sub string
	On             bool
}

// usageFileModel is everything the preview of a usage file shows.
type usageFileModel struct {
	Title, Sub   string
	For          string // who sends it and to whom; not in the file
	Tone         terms.Tone
	Symbol, Word string      // of the chip
	Facts        [][2]string // who, what, when: for everybody
	Lines        [][2]string // what the file says of itself, as label and value
	Not          string      // what is not in the file
	Notes        []string    // what a person should know of this file
	Levels       []levelOption
	Locked       bool   // there is nothing to choose
	LevelBy      string // who limits the choice; "" nobody
	Words        string
	Receipt      string
	Due          string // when a file is due; "" no contract says
	Command      string
	Sending      sendingModel // what a person is asked about it; zero: nothing
	Sent         bool         // it left already: nothing is chosen or handed on
	// Stick is a USB stick that is plugged in, "" for none.
	Stick, StickName string
}

// usageFile turns a draft into words.
func (v voice) usageFile(s licensing.Snapshot, d licensing.UsageDraft) usageFileModel {
	c := d.Contents
	m := usageFileModel{
		Title: v.usagePeriod(d.From, d.To, s.Verdict.At), Sub: v.t("usagefile.size", "n", uses(c), "size", v.size(len(d.File))),
		Tone: terms.ToneNotice, Symbol: "wait", Word: v.t("usagefile.not_sent"), Words: d.Words, Receipt: v.t("usagefile.receipt_none", "vendor", d.Vendor),
		Not: v.t("usagefile.not." + c.File.Level), Lines: v.face(c),
		Command: commandLine("usage_export", "--vendor", vendorID(s, d.Root), "--level", d.AskedLevel(), "--reviewed", "--out", d.Name),
	}
	m.For = v.t("usagefile.for_vendor", "vendor", d.Vendor)
	if d.Customer != "" {
		m.For = v.t("usagefile.for", "customer", d.Customer, "vendor", d.Vendor)
	}
	for _, u := range s.Usage {
		if u.Root == d.Root && !u.Due.IsZero() {
			m.Due = v.t("usagefile.due", "date", v.long(u.Due))
		}
	}
	if d.Left {
		m.Tone, m.Symbol, m.Word = terms.ToneOK, "", v.t("usagefile.saved")
	}
	if !d.ReceiptBy.IsZero() {
		m.Receipt = v.t("usagefile.receipt", "date", v.long(d.ReceiptBy))
	}
	computer := v.t("usagefile.code", "code", c.File.Device.Code)
	if c.File.Device.Label != "" {
		computer = v.t("usagefile.code_label", "code", c.File.Device.Code, "label", c.File.Device.Label)
	}
	m.Facts = [][2]string{
		{v.t("usagefile.computer"), computer},
		{v.t("usagefile.products"), v.usageTotals(s, d.Root, c.Sums)},
		{v.t("usagefile.days"), v.t("usagefile.days."+c.File.Level, "n", daysIn(c.Sums))},
	}
	m.Notes = v.draftNotes(d)
	v.draftLevels(s, d, &m)
	return m
}

// usagePeriod names a file by the month of its uses, else by their first and last day.
func (v voice) usagePeriod(from, to, at time.Time) string {
	a, b := from.In(v.zone), to.In(v.zone)
	switch {
	case from.IsZero():
		return v.t("usagefile.name")
	case a.Year() == b.Year() && a.Month() == b.Month():
		return v.t("usagefile.title", "period", v.t("plan.month", "month", v.Text("date.month."+strconv.Itoa(int(a.Month())), nil), "year", strconv.Itoa(a.Year())))
	}
	return v.t("usagefile.title", "period", v.period(from, to, v.short))
}

// period names the days from the first to the last; one day has no second.
func (v voice) period(from, to time.Time, date func(time.Time) string) string {
	if first, last := date(from), date(to); first != last {
		return v.t("usagefile.from_to", "from", first, "to", last)
	}
	return date(from)
}

// draftNotes are what a person should know before the file leaves.
func (v voice) draftNotes(d licensing.UsageDraft) []string {
	var all []string
	if d.Again && d.Left { // one that was only looked at is the first
		all = append(all, v.t("usagefile.same"))
	}
	if d.Asked != "" {
		all = append(all, v.t("usagefile.finer"))
	}
	if n := d.Contents.File.Remains; n > 0 {
		all = append(all, v.t("usagefile.remains", "n", count(n)))
	}
	if n := unread(d.Contents); n > 0 {
		all = append(all, v.t("usagefile.unread", "n", count(n), "vendor", d.Vendor))
	}
	return all
}

// draftLevels are the levels of detail that a person may choose, or why there is no choice.
func (v voice) draftLevels(s licensing.Snapshot, d licensing.UsageDraft, m *usageFileModel) {
	level := d.AskedLevel()
	allowed, by := []string{level}, ""
	for _, u := range s.Usage {
		if u.Root == d.Root {
			choice := v.usageLevel(s, u)
			allowed, by = choice.Options, choice.By
		}
	}
	m.Locked = len(allowed) < 2
	for _, l := range allowed {
		m.Levels = append(m.Levels, levelOption{ID: l, Title: v.t("usagefile.level." + l), Sub: v.t("usagefile.level." + l + ".text"), On: l == level})
	}
	if len(allowed) < len(levels) {
		m.LevelBy = cmp.Or(by, v.t("usagefile.locked", "vendor", d.Vendor))
	}
}

// usageTotals are the products with what each of their meters counted, a product a line.
func (v voice) usageTotals(s licensing.Snapshot, root string, sums []usage.Sum) string {
	total := map[usage.Sum]usage.Sum{}
	for _, x := range sums {
		key := usage.Sum{Product: x.Product, Meter: x.Meter, Kind: x.Kind}
		t := total[key]
		t.Count += x.Count
		if x.Kind == usage.Peak {
			t.Units = max(t.Units, x.Units)
		} else {
			t.Units += x.Units
		}
		total[key] = t
	}
	keys := make([]usage.Sum, 0, len(total))
	for key := range total {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b usage.Sum) int {
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Meter, b.Meter))
	})
	out, before := "", ""
	for _, key := range keys {
		one := v.metered(s, root, key.Product, key.Meter, key.Kind, total[key].Units)
		switch {
		case out == "":
			out = v.t("usagefile.product", "product", v.productOf(s, root, key.Product), "what", one)
		case key.Product == before:
			out += " · " + one
		default:
			out += "\n" + v.t("usagefile.product", "product", v.productOf(s, root, key.Product), "what", one)
		}
		before = key.Product
	}
	return cmp.Or(out, v.t("usagefile.no_use"))
}

// unread counts the entries that only the vendor can read.
func unread(c usage.Contents) (n uint64) {
	for i := range c.Epochs {
		n += c.Epochs[i].Unread
	}
	return n
}

// uses counts the uses in a file. Entries of the ledger are more: it notes its own runs, too. 0 where some entries are only the
// vendor's to read, so that the number is not known.
func uses(c usage.Contents) int64 {
	if unread(c) > 0 {
		return 0
	}
	var n uint64
	for i := range c.Sums {
		n += c.Sums[i].Count
	}
	return count(n)
}

// daysIn counts the days on which something was used.
func daysIn(sums []usage.Sum) int {
	days := map[int64]bool{}
	for _, s := range sums {
		days[s.Day.Unix()] = true
	}
	return len(days)
}

// count is a number of entries as texts take it.
func count(n uint64) int64 { return int64(min(n, 1<<62)) }
