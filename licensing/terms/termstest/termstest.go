// Package termstest makes random facts for tests that compare two ways to the same verdict. The same seed makes the same facts,
// so a test that prints its seed can be run again. Moments are whole seconds, as vendors sign them.
package termstest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// Roots are the vendors of random facts: two that bear one id, told apart by their root.
var Roots = []string{"root-acme", "root-acme-two"}

// Products and FeatureIDs are what random licenses are about.
var (
	Products   = []string{"acmecad", "acmecam"}
	FeatureIDs = []string{"edit", "export", "export_pdf", "render"}
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Source makes random values.
type Source struct{ *rand.Rand }

// New returns the source of a seed.
func New(seed uint64) Source { return Source{rand.New(rand.NewPCG(seed, 0x686f6c64))} }

// Chance is true once in n times.
func (r Source) Chance(n int) bool { return r.IntN(n) == 0 }

// One picks one of several.
func One[T any](r Source, of ...T) T { return of[r.IntN(len(of))] }

// Days is a random time of up to n days, in seconds.
func (r Source) Days(n int) time.Duration { return time.Duration(r.IntN(n*24*3600)) * time.Second }

// Moment is a time within some years; midnights and last seconds of days, at which dates fall, come often.
func (r Source) Moment() time.Time { return r.Near(start.Add(r.Days(900))) }

// Near is a moment at the same day as t.
func (r Source) Near(t time.Time) time.Time {
	switch r.IntN(4) {
	case 0:
		return t.Truncate(24 * time.Hour)
	case 1:
		return terms.EndOfDay(t, time.UTC)
	}
	return t.Truncate(time.Second)
}

// Length is a length such as policies have; often none.
func (r Source) Length() terms.Length {
	return One(r, terms.Length{}, terms.Length{}, terms.Length{None: true}, terms.Days(1), terms.Days(3), terms.Days(14), terms.Days(30),
		terms.Days(90), terms.Length{Span: 36 * time.Hour}, terms.Length{Span: 45 * time.Second})
}

// Facts are random facts, and a wall time at which they are looked at.
func (r Source) Facts() (terms.Facts, time.Time) {
	wall := r.Moment()
	f := terms.Facts{
		Device: terms.Device{ID: "this", Code: "7F3A-2C91", Proven: true, HintsMatch: true},
		Lower:  map[string]time.Time{}, Contact: map[string]time.Time{},
	}
	for i, root := range Roots {
		f.Vendors = append(f.Vendors, terms.Vendor{ID: "acme", Root: root, Name: fmt.Sprintf("Acme %d", i+1)})
		if !r.Chance(4) {
			f.Contact[root] = r.around(wall, 60, 2)
		}
		if !r.Chance(3) {
			f.Lower[root] = r.around(wall, 40, 2)
		}
		if r.Chance(12) {
			f.Lower[root] = r.around(wall, 0, 400)
		}
	}
	for i := range 1 + r.IntN(4) {
		f.Licenses = append(f.Licenses, r.held(fmt.Sprintf("S-%d", i), wall))
		if h := f.Licenses[len(f.Licenses)-1]; r.Chance(8) {
			h.Version, h.Document = 2, h.Document+"-2"
			if !h.Ends.IsZero() {
				h.Ends = h.Ends.AddDate(0, 6, 0)
			}
			f.Licenses = append(f.Licenses, h)
		}
	}
	r.computer(&f, wall)
	r.words(&f, wall)
	r.metered(&f, wall)
	r.Shuffle(len(f.Licenses), func(a, b int) { f.Licenses[a], f.Licenses[b] = f.Licenses[b], f.Licenses[a] })
	return f, wall
}

// around is a moment up to some days before or after t.
func (r Source) around(t time.Time, before, after int) time.Time {
	return r.Near(t.AddDate(0, 0, -before).Add(r.Days(before + after + 1)))
}

// computer changes what is known about the computer, its records and its clock.
func (r Source) computer(f *terms.Facts, wall time.Time) {
	switch r.IntN(16) {
	case 0:
		f.Device.Proven, f.Device.HintsMatch, f.Device.ProvenAt = false, !r.Chance(4), r.around(wall, 20, 0)
		f.KeyStore = terms.KeyStore{State: One(r, terms.StateKeychainLocked, terms.StateKeyMissing, terms.State("")), Name: "Keyring"}
	case 1:
		f.Device.Changed = &terms.Changed{Since: r.around(wall, 10, 0), Same: 1, Of: 4, Parts: []string{"board", "disk"}}
	case 2:
		f.Records = terms.Records{State: terms.StateRolledBack, At: wall, Until: r.around(wall, 2, 20), Restored: r.Chance(2)}
	case 3:
		line := r.around(wall, 400, -8)
		f.Clock = terms.Clock{Line: line, From: line, To: wall, Left: time.Duration(1+r.IntN(24)) * time.Hour}
	}
}

// held is one license.
func (r Source) held(serial string, wall time.Time) terms.Held {
	h := terms.Held{
		License: terms.License{
			Serial: serial, Version: 1, Issued: r.around(wall, 300, 1), Policy: r.policy(), KeyHash: "key-" + serial,
			Binding: One(r, terms.BoundToDevice, terms.BoundToDevice, terms.BoundToDevice, terms.BoundToFirstUse, terms.BoundToSite),
		},
		Vendor: One(r, Roots[0], Roots[0], Roots[1]), Document: "doc-" + serial, KeyID: "k1",
	}
	h.Taken, h.Starts = h.Issued, h.Issued
	if r.Chance(4) {
		h.Starts = r.around(wall, 5, 200)
	}
	if !r.Chance(4) {
		zone, err := terms.Zone(h.Policy.Zone)
		if err != nil {
			zone = time.UTC
		}
		h.Ends = terms.EndOfDay(h.Starts.AddDate(0, 0, 1+r.IntN(500)), zone)
	}
	switch h.Binding {
	case terms.BoundToDevice:
		h.Device = &terms.BoundDevice{ID: One(r, "this", "this", "this", "this", "this", "that")}
	case terms.BoundToFirstUse:
		h.FirstUsed = r.around(wall, 20, 0)
	}
	if r.Chance(4) {
		before := r.policy()
		h.Overlap = &terms.Overlap{Until: r.around(wall, 0, 120), Version: 1, Offline: before.Offline, Grace: before.Grace, Features: before.Features}
	}
	return h
}

func (r Source) policy() terms.Policy {
	p := terms.Policy{
		Schema: terms.PolicySchema, Version: 1 + r.IntN(4),
		Product: terms.Product{ID: One(r, Products...), Versions: One(r, "", "", ">=4 <6", ">=6")},
		Zone:    One(r, "", "Europe/Berlin", "Africa/Cairo", "Pacific/Auckland"),
		Grace: terms.Grace{
			Offline: r.Length(), Renewal: r.Length(), Outage: r.Length(), Maintenance: r.Length(), Migration: r.Length(),
		},
		Renewal:  terms.Renewal{RemindFrom: r.Length()},
		Devices:  terms.Devices{FirstUse: r.Length(), Unproven: r.Length(), Site: One(r, "", "site-1")},
		Features: map[string]terms.Feature{},
	}
	p.Product.Name = terms.Plain(p.Product.ID)
	if !r.Chance(4) {
		p.Offline = terms.Offline{Window: r.Length()}
	}
	if r.Chance(4) {
		p.Continuity = terms.Continuity{Silent: One(r, terms.Days(30), terms.Days(365)), Then: One(r, terms.Keep, terms.View, terms.Pause)}
	}
	if r.Chance(8) {
		p.Term.Kind = terms.TermTrial
	}
	if p.Meters = r.meters(); p.Meters != nil {
		p.Usage = terms.Usage{Due: One(r, "", "weekly", "monthly", "quarterly", "yearly", "never"), Late: One(r, "", "nothing", "view", "pause")}
	}
	for _, id := range FeatureIDs {
		if r.Chance(3) || id == "export_pdf" && p.Version > 2 {
			continue
		}
		f := terms.Feature{Grace: One(r, terms.Length{}, r.Length()), After: One(r, terms.After(""), terms.Keep, terms.View, terms.Pause)}
		if id == "export" && p.Version > 2 {
			f.Was = []string{"export_pdf"}
		}
		p.Features[id] = f
	}
	if len(p.Features) == 0 {
		p.Features["edit"] = terms.Feature{After: terms.View}
	}
	return p
}

// words are notices, extensions, holds and revocations.
func (r Source) words(f *terms.Facts, wall time.Time) {
	for i := range max(0, r.IntN(5)-2) {
		f.Notices = append(f.Notices, signed(r, wall, r.notice(fmt.Sprintf("N-%d", i), wall)))
	}
	for range max(0, r.IntN(5)-2) {
		f.Extensions = append(f.Extensions, signed(r, wall, r.extension(f, wall)))
	}
	for _, h := range slices.CompactFunc(slices.Clone(f.Licenses), func(a, b terms.Held) bool { return a.Serial == b.Serial }) {
		switch r.IntN(16) {
		case 0:
			x := terms.Hold{Serial: h.Serial, Reason: terms.Plain("a question"), Ref: "H-1", Lifted: r.Chance(5)}
			if !r.Chance(4) {
				x.AnswerBy = r.around(wall, 5, 30)
			}
			f.Holds = append(f.Holds, signed(r, wall, x))
		case 1:
			x := terms.Revocation{Serial: h.Serial, Reason: terms.Plain("a reason"), Ref: "R-1", DecidedBy: "Ann", From: r.around(wall, 10, 10), Lifted: r.Chance(5)}
			if r.Chance(2) {
				x.Until = r.around(x.From, 0, 30)
			}
			f.Revocations = append(f.Revocations, signed(r, wall, x))
		}
	}
}

func (r Source) notice(id string, wall time.Time) terms.Notice {
	n := terms.Notice{
		ID: id, Type: One(r, terms.NoticeMaintenance, terms.NoticeOutage, terms.NoticePolicy, terms.NoticeMigration),
		Product: One(r, "", "", Products[0]), From: r.around(wall, 40, 100), Ref: id, Text: terms.Plain("a notice"), Withdrawn: r.Chance(8),
	}
	if n.Type == terms.NoticeMaintenance || r.Chance(2) {
		n.Until = r.around(n.From, 0, 10)
	}
	return n
}

func (r Source) extension(f *terms.Facts, wall time.Time) terms.Extension {
	x := terms.Extension{
		What: One(r, terms.ExtendOffline, terms.ExtendGrace, terms.ExtendLicense), By: terms.Days(1 + r.IntN(30)), Agent: "Ann", Reason: terms.Plain("a reason"),
	}
	if r.Chance(2) {
		x.Serial = f.Licenses[r.IntN(len(f.Licenses))].Serial
	}
	if r.Chance(2) {
		x.Until = r.around(wall, 5, 90)
	}
	return x
}

func signed[T any](r Source, wall time.Time, body T) terms.Signed[T] {
	at := r.around(wall, 30, 0)
	s := terms.Signed[T]{Body: body, Vendor: One(r, Roots[0], Roots[0], Roots[1]), Document: fmt.Sprintf("doc-%x", r.Uint64()), KeyID: "k1", Issued: at, Taken: at}
	if r.Chance(3) {
		s.Audience = &terms.Audience{Scope: One(r, "all", "site", "license"), ID: One(r, "site-1", "S-0")}
	}
	return s
}

// Meters are what random policies count.
var Meters = []string{"hours", "renders"}

// meters are random ones for a policy; often none.
func (r Source) meters() map[string]terms.Meter {
	if r.Chance(2) {
		return nil
	}
	all := map[string]terms.Meter{}
	for _, id := range Meters {
		all[id] = terms.Meter{
			Kind: One(r, "counter", "duration", "peak", ""), Included: One(r, int64(0), 3, 100), Per: One(r, "", "month", "year"),
			Overage: One(r, "allow", "warn", "stop", "stop"), Stops: One(r, nil, []string{"render"}, []string{"edit", "render"}),
		}
	}
	return all
}

// metered are random uses of every vendor.
func (r Source) metered(f *terms.Facts, wall time.Time) {
	for _, root := range Roots {
		if r.Chance(3) {
			continue
		}
		m := terms.Metered{Root: root, Unsent: uint64(r.IntN(3)), Oldest: r.around(wall, 90, 0)}
		if r.Chance(3) {
			m.Allowance = terms.UsageAllowance{Days: 1 + r.IntN(60), Units: int64(r.IntN(20))}
			m.UnsentUnits = int64(r.IntN(40))
		}
		if r.Chance(3) {
			m.Waiting = []terms.UsageFile{{ID: "u", Name: "u.hfuse", Made: r.around(wall, 60, 0), To: r.around(wall, 60, 0)}}
		}
		for _, product := range Products {
			for _, id := range Meters {
				first := r.around(wall, 60, 0).UTC().Truncate(24 * time.Hour)
				for d := range r.IntN(4) {
					m.Used = append(m.Used, terms.Spent{Product: product, Meter: id, Day: first.AddDate(0, 0, d*7), Units: int64(r.IntN(60)), Count: 1})
				}
			}
		}
		f.Metered = append(f.Metered, m)
	}
}
