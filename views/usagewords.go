package views

import (
	"strconv"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// meterOf is a meter as the licenses of a vendor define it.
func meterOf(s licensing.Snapshot, root, product, meter string) terms.Meter {
	for _, h := range s.Facts.Licenses {
		if m, ok := h.Policy.Meters[meter]; ok && h.Vendor == root && h.Policy.Product.ID == product {
			return m
		}
	}
	return terms.Meter{}
}

// productOf is the name of a vendor's product, its id when no license here names it.
func (v voice) productOf(s licensing.Snapshot, root, product string) string {
	for _, h := range s.Facts.Licenses {
		if h.Vendor == root && h.Policy.Product.ID == product {
			return v.name(h.Policy.Product.Name, product)
		}
	}
	return product
}

// metered is one meter with what it counted: "Sheet metal 7".
func (v voice) metered(s licensing.Snapshot, root, product, meter, kind string, units int64) string {
	name := v.name(meterOf(s, root, product, meter).Name, meter)
	return v.t("usagefile.metered", "meter", name, "amount", v.units(kind, units))
}

// units is an amount exactly as it is kept: a duration down to its seconds. Things are told by the name of their meter, since the
// word that a vendor gave for them has one form only.
func (v voice) units(kind string, n int64) string {
	switch kind {
	case usage.Duration:
		return v.duration(n)
	case usage.Peak:
		return v.t("usagefile.peak", "amount", v.Number(n))
	}
	return v.Number(n)
}

// duration is seconds as hours, minutes and seconds; parts that are zero are left out.
func (v voice) duration(seconds int64) string {
	var parts []string
	add := func(id string, n int64) {
		if n != 0 {
			parts = append(parts, v.t(id, "n", v.Number(n)))
		}
	}
	add("usagefile.hours", seconds/3600)
	add("usagefile.minutes", seconds/60%60)
	add("usagefile.seconds", seconds%60)
	if len(parts) == 0 {
		return v.t("usagefile.seconds", "n", "0")
	}
	return strings.Join(parts, " ")
}

// size is the size of a file.
func (v voice) size(bytes int) string {
	const kilo = 1024
	switch {
	case bytes < kilo:
		return v.t("usagefile.bytes", "n", v.Number(int64(bytes)))
	case bytes < 10*kilo*kilo:
		return v.t("usagefile.kilobytes", "n", v.Number(int64((bytes+kilo-1)/kilo)))
	}
	return v.t("usagefile.megabytes", "n", v.Number(int64((bytes+kilo*kilo-1)/(kilo*kilo))))
}

// coded is the text id.code, the code itself where there is none.
func (v voice) coded(id, code string) string {
	if v.Has("ui." + id + "." + code) {
		return v.t(id + "." + code)
	}
	return code
}

// exactly is a time down to the second, "" for none.
func (v voice) exactly(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.Text("date.with_time", map[string]any{"date": v.short(t), "time": v.Seconds(t, v.zone)})
}

// whole is a number of which zero says nothing.
func whole(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// vendorID is what the command line calls a vendor.
func vendorID(s licensing.Snapshot, root string) string {
	for _, x := range s.Vendors {
		if x.Root == root {
			return x.ID
		}
	}
	return root
}
