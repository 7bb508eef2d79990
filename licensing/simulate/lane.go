package simulate

import (
	"cmp"
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// part is what concerns one product of one vendor: facts without those of any other.
type part struct {
	facts   terms.Facts
	vendor  terms.Vendor
	id      string
	contact time.Time // the last real one
	lower   time.Time // proven to have passed; zero: nothing is proven
}

// start is the time that decides about the product as things are: true time, as far as it is known.
func (p *part) start(wall time.Time) time.Time {
	if line := p.facts.Clock.Line; !line.IsZero() {
		wall = line
	}
	return later(wall.Round(0).UTC(), p.lower)
}

// partsOf takes facts apart by product, in the order of product and vendor, so that each can be tried alone. What is open
// or news says nothing about a product and is left out.
func partsOf(f *terms.Facts) []*part {
	type key struct{ vendor, product string }
	byKey := map[key]*part{}
	var all []*part
	for i := range f.Licenses {
		h := &f.Licenses[i]
		k := key{h.Vendor, h.Policy.Product.ID}
		p := byKey[k]
		if p == nil {
			p = &part{id: k.product, vendor: vendorOf(f, h.Vendor), contact: f.Contact[h.Vendor], lower: f.Lower[h.Vendor].Round(0).UTC()}
			p.facts = terms.Facts{
				Device: f.Device, KeyStore: f.KeyStore, Records: f.Records, Clock: f.Clock, Told: f.Told, Vendors: []terms.Vendor{p.vendor},
			}
			for _, m := range f.Metered {
				if m.Root == h.Vendor {
					p.facts.Metered = []terms.Metered{m}
				}
			}
			byKey[k], all = p, append(all, p)
		}
		p.facts.Licenses = append(p.facts.Licenses, *h)
	}
	said := sort(f)
	for _, p := range all {
		said.give(p)
	}
	slices.SortFunc(all, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.vendor.Root, b.vendor.Root))
	})
	return all
}

func vendorOf(f *terms.Facts, root string) terms.Vendor {
	for _, v := range f.Vendors {
		if v.Root == root {
			return v
		}
	}
	return terms.Vendor{Root: root}
}

// said is what vendors signed besides licenses: by the license that it names, else by vendor.
type said struct {
	notices     map[string][]terms.Signed[terms.Notice]
	extensions  map[subject][]terms.Signed[terms.Extension]
	holds       map[subject][]terms.Signed[terms.Hold]
	revocations map[subject][]terms.Signed[terms.Revocation]
}

// subject is a license, or a whole vendor when serial is "".
type subject struct{ vendor, serial string }

func sort(f *terms.Facts) said {
	s := said{notices: map[string][]terms.Signed[terms.Notice]{}}
	for _, n := range f.Notices {
		s.notices[n.Vendor] = append(s.notices[n.Vendor], n)
	}
	s.extensions = bySubject(f.Extensions, func(x *terms.Extension) string { return x.Serial })
	s.holds = bySubject(f.Holds, func(x *terms.Hold) string { return x.Serial })
	s.revocations = bySubject(f.Revocations, func(x *terms.Revocation) string { return x.Serial })
	return s
}

func bySubject[T any](all []terms.Signed[T], serial func(*T) string) map[subject][]terms.Signed[T] {
	by := map[subject][]terms.Signed[T]{}
	for i := range all {
		k := subject{all[i].Vendor, serial(&all[i].Body)}
		by[k] = append(by[k], all[i])
	}
	return by
}

// give puts what concerns a part into its facts.
func (s *said) give(p *part) {
	f, root := &p.facts, p.vendor.Root
	reaches := func(a *terms.Audience) bool {
		return slices.ContainsFunc(f.Licenses, func(h terms.Held) bool { return a.Includes(&h.License) })
	}
	for _, n := range s.notices[root] {
		if (n.Body.Product == "" || same(n.Body.Product, p.id)) && reaches(n.Audience) {
			f.Notices = append(f.Notices, n)
		}
	}
	for _, x := range s.extensions[subject{root, ""}] {
		if reaches(x.Audience) {
			f.Extensions = append(f.Extensions, x)
		}
	}
	serials := map[string]bool{}
	for i := range f.Licenses {
		if k := (subject{root, f.Licenses[i].Serial}); k.serial != "" && !serials[k.serial] {
			serials[k.serial] = true
			f.Extensions = append(f.Extensions, s.extensions[k]...)
			f.Holds = append(f.Holds, s.holds[k]...)
			f.Revocations = append(f.Revocations, s.revocations[k]...)
		}
	}
}
