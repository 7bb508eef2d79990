package licensing

import (
	"slices"
	"strings"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// takeProfile judges a vendor profile. A profile of a vendor that is trusted here is taken when it is newer; a new
// vendor needs a person's act, and never on the word of a license file that happens to carry the profile.
func (p *planner) takeProfile(it *Item, env exchange.Envelope, b exchange.Bundle, draft *records) *step {
	offered, err := exchange.PeekProfile(env)
	if err != nil {
		return p.failed(it, err)
	}
	offeredRoot, err := exchange.DecodeKey(offered.Root)
	if err != nil {
		return p.failed(it, err)
	}
	for _, v := range sortedValues(draft.Vendors) {
		current, err := exchange.DecodeKey(v.Current)
		if err != nil {
			continue
		}
		if offered.Root != v.Current && offered.PreviousRoot != v.Current {
			if !slices.Contains(v.Former, exchange.KeyID(offeredRoot)) {
				continue
			}
			// A root that was succeeded never speaks for the vendor again, and is no new vendor either.
			if offered.Version <= v.Profile.Version {
				return p.problem(it, terms.StateFileOlder, terms.Slots{"d1": offered.Issued, "d2": v.Profile.Issued})
			}
			return p.problem(it, terms.StateFileUnknownSender, terms.Slots{"cause": "key_withdrawn"})
		}
		profile, err := exchange.ParseProfile(env, exchange.Roots{current})
		if err != nil {
			return p.failed(it, err)
		}
		return p.newerProfile(it, env, profile, v, draft)
	}
	if succeeded(offered, b) {
		return nil // an older link of the chain; the newest one is what a new customer is asked about
	}
	it.Kind, it.RootWords, it.URLs = exchange.KindProfile, exchange.RootWords(offeredRoot), offered.ServiceURLs()
	if !introduces(b) {
		return p.problem(it, terms.StateFileUnknownSender, nil)
	}
	if welcomes(b) {
		it.Kind = exchange.KindKey
	}
	root := exchange.KeyID(offeredRoot)
	p.problem(it, terms.StateVendorNew, terms.Slots{"name": offered.Name, "words": strings.Join(it.RootWords, " ")})
	it.NeedsTrust = true
	if !p.o.TrustVendor {
		it.Usable = p.look
		return nil
	}
	it.Finding, it.NeedsTrust = terms.Finding{}, false
	it.Vendor, it.Root, it.Issued = offered.Name, root, offered.Issued
	now := p.now(draft, root)
	rec := vendorRecord{Root: root, Current: offered.Root, Document: documentHash(env), Trusted: now, Profile: offered}
	it.Changes = append(it.Changes, Change{Sign: '+', Code: "vendor", Name: terms.Plain(offered.Name), New: true})
	return &step{
		change: change{
			Vendors: []vendorRecord{rec}, Envelopes: []exchange.Envelope{env},
			Documents: []documentRecord{taken(env, exchange.KindProfile, root, it, now)}, Home: p.saw(draft, root, offered.Issued),
		},
		event: event("vendor_trusted", "check_words_compared", "person", root, documentHash(env)),
	}
}

// succeeded says that another profile of the bundle follows the offered one with a new root.
func succeeded(offered exchange.Profile, b exchange.Bundle) bool {
	for _, env := range b.Envelopes {
		if _, kind := exchange.PeekHeader(env); kind != exchange.KindProfile {
			continue
		}
		if p, err := exchange.PeekProfile(env); err == nil && p.PreviousRoot == offered.Root {
			return true
		}
	}
	return false
}

// introduces says whether a bundle may bring a new vendor: a profile by itself or a welcome file, which has a license key
// in it. A license file never may.
func introduces(b exchange.Bundle) bool {
	return welcomes(b) || !slices.ContainsFunc(b.Envelopes, func(env exchange.Envelope) bool { return !isKind(env, exchange.KindProfile) })
}

// welcomes says that a bundle is a welcome file: it has a license key in it.
func welcomes(b exchange.Bundle) bool {
	return slices.ContainsFunc(b.Envelopes, func(env exchange.Envelope) bool { return isKind(env, exchange.KindKey) })
}

func isKind(env exchange.Envelope, kind exchange.Kind) bool {
	_, is := exchange.PeekHeader(env)
	return is == kind
}

func (p *planner) newerProfile(it *Item, env exchange.Envelope, profile exchange.Profile, v vendorRecord, draft *records) *step {
	it.Kind, it.Vendor, it.Root, it.Issued, it.URLs = exchange.KindProfile, profile.Name, v.Root, profile.Issued, profile.ServiceURLs()
	if doc, ok := p.rec.Documents[documentHash(env)]; ok && profile.Version == v.Profile.Version {
		return p.problem(it, terms.StateFileKnown, terms.Slots{"date": doc.Taken})
	}
	if profile.Version <= v.Profile.Version {
		return p.problem(it, terms.StateFileOlder, terms.Slots{"d1": profile.Issued, "d2": v.Profile.Issued})
	}
	now := p.now(draft, v.Root)
	home := p.saw(draft, v.Root, profile.Issued)
	kind := "profile_updated"
	if profile.Root != v.Current || !sameKeys(profile, v.Profile) {
		kind = "vendor_key_changed"
		home.News = append(slices.Clone(home.News), news{State: terms.StateVendorKeyChanged, Root: v.Root, At: now})
		it.Changes = append(it.Changes, Change{Sign: '=', Code: "key_changed", Name: terms.Plain(profile.Name)})
		it.Finding = terms.NewProblem(terms.StateVendorKeyChanged, terms.Slots{"vendor": profile.Name}, nil).Finding
	}
	rec := vendorRecord{Root: v.Root, Current: profile.Root, Document: documentHash(env), Trusted: v.Trusted, Former: v.Former, Profile: profile}
	if profile.Root != v.Current {
		if old, err := exchange.DecodeKey(v.Current); err == nil {
			rec.Former = append(slices.Clone(v.Former), exchange.KeyID(old))
		}
	}
	return &step{
		change: change{
			Vendors: []vendorRecord{rec}, Envelopes: []exchange.Envelope{env},
			Documents: []documentRecord{taken(env, exchange.KindProfile, v.Root, it, now)}, Home: home,
		},
		event: event(kind, "signed_by_root", profile.Name, v.Root, documentHash(env)),
	}
}

func sameKeys(a, b exchange.Profile) bool {
	ids := func(p exchange.Profile) []string {
		var out []string
		for _, k := range p.Keys {
			out = append(out, k.ID)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(ids(a), ids(b))
}
