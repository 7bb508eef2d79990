package licensing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// ask is what a request asks for.
type ask struct {
	kind     string
	keyHash  string    // activate
	product  string    // "" for all of the vendor
	wanted   time.Time // moretime
	licenses []exchange.RequestLicense
	// restored and changed are what a vendor has to know of this computer.
	restored, changed bool
	brief             bool   // a standing part is understood
	state             string // that the vendor brought this computer to
}

// ask checks what a person asks of a vendor. A license key is asked for with a request to activate alone; everything else is about
// licenses that are held here.
func (e *Engine) ask(v vendorRecord, o RequestOptions) (ask, error) {
	a := ask{kind: cmp.Or(o.Kind, exchange.RequestActivate)}
	switch a.kind {
	case exchange.RequestActivate:
		hash, err := e.requestKey(v, o.Key)
		a.keyHash = hash
		return a, err
	case exchange.RequestCheckin, exchange.RequestRenew, exchange.RequestMoreTime:
	default:
		return a, &Mistake{Code: "request_kind", Args: map[string]any{"kind": o.Kind}}
	}
	r := e.clockRead()
	device := e.conditions(e.rec, r).Device
	a.restored, a.changed = e.rec.Home.Damage == terms.StateRolledBack, device.Changed != nil
	windows := false
	for _, l := range sortedValues(e.rec.Licenses) {
		if l.Root != v.Root {
			continue
		}
		id := l.License.Policy.Product.ID
		if o.Product != "" && !strings.EqualFold(id, o.Product) {
			continue
		}
		if o.Product != "" {
			a.product = id
		}
		a.licenses = append(a.licenses, exchange.RequestLicense{Serial: l.Serial, Version: l.Version, Product: id})
		windows = windows || l.License.Policy.Offline.Window.Lasts()
	}
	switch {
	case len(a.licenses) == 0 && o.Product != "":
		return a, &Mistake{Code: "product_unknown", Args: map[string]any{"product": o.Product}}
	case len(a.licenses) == 0:
		return a, &Mistake{Code: "no_license_yet", Args: map[string]any{"vendor": v.Profile.Name}}
	case a.kind != exchange.RequestMoreTime:
		return a, nil
	case o.Until.IsZero():
		return a, &Mistake{Code: "until_needed"}
	case !o.Until.After(e.rec.Home.decision(v.Root, r)):
		return a, &Mistake{Code: "until_past", Args: map[string]any{"date": o.Until}}
	case !windows:
		return a, &Mistake{Code: "no_offline_window", Args: map[string]any{"vendor": v.Profile.Name}}
	}
	a.wanted = o.Until.UTC().Truncate(time.Second)
	return a, nil
}

// askedOf finds the vendor that is asked: the one named, or the only one that a product is held of.
func (e *Engine) askedOf(o RequestOptions) (vendorRecord, error) {
	if o.Vendor != "" || o.Product == "" {
		return e.vendor(o.Vendor)
	}
	var roots []string
	for _, l := range e.rec.Licenses {
		if strings.EqualFold(l.License.Policy.Product.ID, o.Product) {
			roots = append(roots, l.Root)
		}
	}
	slices.Sort(roots)
	if roots = slices.Compact(roots); len(roots) == 1 {
		return e.vendor(roots[0])
	}
	return e.vendor("")
}

// isFor says that an open request asks a vendor for the same kind of thing. There is one for each vendor, kind and product.
func (q *requestRecord) isFor(a ask, root string) bool {
	return q.sendable() && q.Vendor == root && q.Kind == a.kind && q.KeyHash == a.keyHash && q.Product == a.product
}

// same says that the request says all that is asked for.
func (q *requestRecord) same(a ask) bool {
	return q.Wanted.Equal(a.wanted) && q.Restored == a.restored && q.Changed == a.changed
}

// requestName is the name that a request file gets.
func (e *Engine) requestName(q requestRecord) string {
	_, code := e.deviceID()
	first, vendor := q.Kind, e.rec.Vendors[q.Vendor].Profile.Vendor
	if q.Kind == exchange.RequestActivate {
		first = "request"
	}
	if q.Product != "" {
		vendor += "_" + q.Product
	}
	return fmt.Sprintf("%s_%s_%s_%s.hfreq", first, vendor, code, q.Created.UTC().Format(time.DateOnly))
}

// requestText is the paragraph that a person reads in a request file.
func (e *Engine) requestText(q requestRecord) string {
	p := e.rec.Vendors[q.Vendor].Profile
	_, code := e.deviceID()
	args := map[string]any{"vendor": p.Name, "code": code, "contact": p.Support.Email, "page": p.DownloadPage, "product": q.Product, "date": q.Wanted}
	switch q.Kind {
	case exchange.RequestCheckin:
		return e.say("file.checkin", args)
	case exchange.RequestRenew:
		return e.say("file.renew", args)
	case exchange.RequestMoreTime:
		return e.say("file.moretime", args)
	}
	return e.say("file.request", args)
}
