package terms

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// pool are the features of random licenses. export_pdf is what export was called before.
var pool = []string{"edit", "export", "export_pdf", "render", "simulate"}

func anyMoment(t *rapid.T, name string) time.Time {
	return day("2026-01-01").Add(time.Duration(rapid.IntRange(0, 900*24).Draw(t, name)) * time.Hour)
}

func anyLength(t *rapid.T, name string) Length {
	return rapid.SampledFrom([]Length{{}, {None: true}, Days(1), Days(3), Days(14), Days(60), {Span: 5 * time.Hour}}).Draw(t, name)
}

func anyPolicy(t *rapid.T) Policy {
	p := Policy{
		Version: rapid.IntRange(1, 4).Draw(t, "policy"),
		Product: Product{ID: rapid.SampledFrom([]string{"acmecad", "acmecam"}).Draw(t, "product"), Versions: rapid.SampledFrom([]string{"", ">=4 <6", ">=6"}).Draw(t, "versions")},
		Zone:    rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Africa/Cairo", "Pacific/Auckland"}).Draw(t, "zone"),
		Grace: Grace{
			Renewal: anyLength(t, "grace"), Offline: anyLength(t, "offline grace"), Outage: anyLength(t, "outage grace"),
			Maintenance: anyLength(t, "maintenance grace"), Migration: anyLength(t, "migration grace"),
		},
		Offline: Offline{Window: anyLength(t, "window")}, Renewal: Renewal{RemindFrom: anyLength(t, "remind")},
		Devices:  Devices{Unproven: anyLength(t, "unproven"), FirstUse: Days(rapid.IntRange(1, 30).Draw(t, "first use"))},
		Features: map[string]Feature{},
	}
	if rapid.IntRange(0, 7).Draw(t, "continuity") == 0 {
		p.Continuity = Continuity{Silent: Days(rapid.IntRange(1, 200).Draw(t, "silent")), Then: rapid.SampledFrom([]After{Keep, View}).Draw(t, "then")}
	}
	if rapid.IntRange(0, 4).Draw(t, "trial") == 0 {
		p.Term.Kind = TermTrial
	}
	for _, id := range pool {
		if !rapid.Bool().Draw(t, "has "+id) || (id == "export_pdf" && p.Version > 2) {
			continue
		}
		f := Feature{Grace: anyLength(t, "grace of "+id), After: rapid.SampledFrom([]After{"", Keep, View, Pause}).Draw(t, "after")}
		if id == "export" && p.Version > 2 {
			f.Was = []string{"export_pdf"}
		}
		p.Features[id] = f
	}
	return p
}

func anyHeld(t *rapid.T, serial string) Held {
	h := Held{
		License: License{
			Serial: serial, Version: 1, Issued: anyMoment(t, "issued"), Policy: anyPolicy(t), KeyHash: "key-" + serial,
			Binding: rapid.SampledFrom([]Binding{BoundToDevice, BoundToDevice, BoundToFirstUse, BoundToSite}).Draw(t, "binding"),
		},
		Vendor: rapid.SampledFrom([]string{acmeRoot, "root-other"}).Draw(t, "vendor"), Document: "d" + serial, Taken: anyMoment(t, "taken"),
	}
	if h.Binding == BoundToDevice {
		h.Device = &BoundDevice{ID: rapid.SampledFrom([]string{"this", "this", "this", "that"}).Draw(t, "device")}
	}
	h.Starts = h.Issued.Add(time.Duration(rapid.IntRange(-5, 200).Draw(t, "start")) * 24 * time.Hour)
	if rapid.IntRange(0, 3).Draw(t, "ends") > 0 {
		h.Ends = EndOfDay(h.Starts.AddDate(0, 0, rapid.IntRange(1, 500).Draw(t, "days")), h.Policy.zone())
	}
	if rapid.IntRange(0, 5).Draw(t, "overlap") == 0 {
		before := anyPolicy(t)
		h.Overlap = &Overlap{Until: anyMoment(t, "overlap until"), Version: 1, Offline: before.Offline, Grace: before.Grace, Features: before.Features}
	}
	return h
}

func anySigned[T any](t *rapid.T, body T, id string) Signed[T] {
	s := Signed[T]{Body: body, Vendor: acmeRoot, Document: id, Issued: anyMoment(t, "issued "+id), Taken: anyMoment(t, "taken "+id)}
	if rapid.Bool().Draw(t, "audience") {
		s.Audience = &Audience{Scope: rapid.SampledFrom([]string{"all", "license"}).Draw(t, "scope"), ID: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "for")}
	}
	return s
}

func anyNotice(t *rapid.T, id string) Signed[Notice] {
	n := Notice{
		ID: id, Ref: id, From: anyMoment(t, "from"), Product: rapid.SampledFrom([]string{"", "acmecad"}).Draw(t, "notice product"),
		Type: rapid.SampledFrom([]string{NoticeOutage, NoticeMaintenance, NoticeMigration, NoticePolicy}).Draw(t, "type"),
	}
	if rapid.Bool().Draw(t, "has until") {
		n.Until = n.From.Add(time.Duration(rapid.IntRange(1, 900).Draw(t, "lasts")) * time.Hour)
	}
	return anySigned(t, n, id)
}

func anyExtension(t *rapid.T, id string) Signed[Extension] {
	return anySigned(t, Extension{
		Serial: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "extended"), By: Days(10), Until: anyMoment(t, "more until"), Agent: "Anna",
		What: rapid.SampledFrom([]string{ExtendOffline, ExtendGrace, ExtendLicense}).Draw(t, "what"),
	}, id)
}

// anyWords adds what vendors signed besides licenses.
func anyWords(t *rapid.T, f *Facts) {
	f.Contact = map[string]time.Time{acmeRoot: anyMoment(t, "contact")}
	for i := range rapid.IntRange(0, 2).Draw(t, "notices") {
		f.Notices = append(f.Notices, anyNotice(t, "n"+string(rune('0'+i))))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "extensions") {
		f.Extensions = append(f.Extensions, anyExtension(t, "x"+string(rune('0'+i))))
	}
	if rapid.IntRange(0, 4).Draw(t, "hold") == 0 {
		h := Hold{Serial: "a", Ref: "H"}
		if rapid.Bool().Draw(t, "answer by") {
			h.AnswerBy = anyMoment(t, "answer by")
		}
		f.Holds = append(f.Holds, anySigned(t, h, "h"))
	}
	if rapid.IntRange(0, 4).Draw(t, "revocation") == 0 {
		f.Revocations = append(f.Revocations, anySigned(t, Revocation{Serial: "b", Ref: "W", From: anyMoment(t, "withdrawn")}, "w"))
	}
	if rapid.IntRange(0, 4).Draw(t, "changed") == 0 {
		f.Device.Changed = &Changed{Since: anyMoment(t, "changed since"), Same: 1, Of: 5, Parts: []string{"disk"}}
	}
}

func anyFacts(t *rapid.T) Facts {
	f := home()
	f.Vendors = append(f.Vendors, Vendor{ID: "other", Root: "root-other", Name: "Other"})
	for i := range rapid.IntRange(0, 5).Draw(t, "licenses") {
		f.Licenses = append(f.Licenses, anyHeld(t, string(rune('a'+i))))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "requests") {
		r := Request{
			ID: string(rune('r' + i)), Vendor: acmeRoot, KeyHash: rapid.SampledFrom([]string{"key-a", "key-z"}).Draw(t, "key"), Created: anyMoment(t, "created"),
			State: rapid.SampledFrom([]RequestState{RequestOpen, RequestRefused, RequestCancelled}).Draw(t, "state"),
		}
		r.Until = r.Created.AddDate(0, 1, 0)
		if r.State == RequestRefused {
			r.Refusal = &Refusal{Code: rapid.SampledFrom([]string{"device_limit", "not_paid"}).Draw(t, "code"), At: r.Created}
		}
		f.Requests = append(f.Requests, r)
	}
	if rapid.IntRange(0, 2).Draw(t, "unproven") == 0 {
		unprovenSince("2026-06-01", rapid.SampledFrom([]State{StateKeychainLocked, StateKeychainNone, StateKeyMissing, ""}).Draw(t, "key store"))(&f)
		f.Device.ProvenAt, f.Device.HintsMatch = anyMoment(t, "proven"), rapid.IntRange(0, 3).Draw(t, "hints") > 0
	}
	f.Records.State = rapid.SampledFrom([]State{"", "", "", StateRecordsRepaired, StateRecordsDamaged, StateRolledBack, StateDiskFull}).Draw(t, "records")
	if f.Records.State == StateRolledBack && rapid.Bool().Draw(t, "check in by") {
		f.Records.Until = anyMoment(t, "check in until")
	}
	f.Lower[acmeRoot] = anyMoment(t, "lower")
	anyWords(t, &f)
	return f
}

func anyQuery(t *rapid.T) Query {
	return Query{
		Product: rapid.SampledFrom([]string{"", "acmecad", "AcmeCam", "acmelathe"}).Draw(t, "asked product"),
		Feature: rapid.SampledFrom(append([]string{"", "draw"}, pool...)).Draw(t, "asked feature"),
		Version: rapid.SampledFrom([]string{"", "5", "6.1", "spring"}).Draw(t, "asked version"),
	}
}

// grants are the answers to every question about features.
func grants(f Facts, wall time.Time) map[Query]bool {
	all := map[Query]bool{}
	for _, vendor := range []string{"acme", "other"} {
		for _, product := range []string{"acmecad", "acmecam"} {
			for _, version := range []string{"", "5"} {
				for _, feature := range append([]string{""}, pool...) {
					q := Query{Vendor: vendor, Product: product, Feature: feature, Version: version}
					all[q], _ = Evaluate(f, q, wall).Allowed()
				}
			}
		}
	}
	return all
}

// modes are what each feature does.
func modes(v Verdict) map[[3]string]int {
	all := map[[3]string]int{}
	for _, p := range v.Products {
		for id, f := range p.Features {
			all[[3]string{p.Vendor, p.ID, id}] = rank(f.Mode)
		}
	}
	return all
}

func TestEveryVerdictIsWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, q, wall := anyFacts(t), anyQuery(t), anyMoment(t, "wall")
		v := Evaluate(f, q, wall)
		checkVerdict(t, v)
		if granted, a := v.Allowed(); granted && q.Product != "" && q.Feature == "" && a.State.ExitCode(false) != 0 && a.State != StateOnHold && a.State != StateRevoked {
			t.Errorf("%+v is granted with %s", q, a.State)
		} else if !granted && v.CodeOf(a, false) == 0 {
			t.Errorf("%+v is refused with %s", q, a.State)
		}
	})
}

func TestAVerdictNeverGetsBetterByTimeAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, wall := anyFacts(t), anyMoment(t, "wall")
		for i := range f.Licenses {
			h := &f.Licenses[i]
			h.Policy.Continuity = Continuity{} // a silent vendor is the other thing that time brings
			if h.Starts.After(wall) {
				wall = h.Starts // a start to come is the one thing that time brings
			}
		}
		next := wall.Add(time.Duration(rapid.IntRange(0, 400*24).Draw(t, "passed")) * time.Hour)
		before, after := modes(Evaluate(f, Query{}, wall)), modes(Evaluate(f, Query{}, next))
		for id, mode := range after {
			if mode > before[id] {
				t.Errorf("%v went from %d to %d", id, before[id], mode)
			}
		}
		was := grants(f, wall)
		for q, granted := range grants(f, next) {
			if granted && !was[q] {
				t.Errorf("%+v is granted later only", q)
			}
		}
	})
}

func TestAFurtherLicenseNeverMakesAnythingWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, wall := anyFacts(t), anyMoment(t, "wall")
		more := f
		more.Licenses = append(slices.Clone(f.Licenses), anyHeld(t, "further"))
		after := grants(more, wall)
		for q, granted := range grants(f, wall) {
			if granted && !after[q] {
				t.Errorf("%+v is no longer granted", q)
			}
		}
		products := Evaluate(more, Query{}, wall).Products
		for _, p := range Evaluate(f, Query{}, wall).Products {
			i := slices.IndexFunc(products, func(n ProductVerdict) bool { return n.ID == p.ID && n.Vendor == p.Vendor })
			for id, was := range p.Features {
				now, ok := products[i].Features[id]
				if !ok && id == "export_pdf" {
					now = products[i].Features["export"]
				}
				if rank(now.Mode) < rank(was.Mode) || (was.Mode == Keep && CompareEnds(now.Until, was.Until) < 0) {
					t.Errorf("%s was %s until %v, is %s until %v", id, was.Mode, was.Until, now.Mode, now.Until)
				}
			}
		}
	})
}

func TestTheOrderOfTheFactsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, q, wall := anyFacts(t), anyQuery(t), anyMoment(t, "wall")
		g := f
		g.Licenses = rapid.Permutation(f.Licenses).Draw(t, "licenses in another order")
		g.Requests = rapid.Permutation(f.Requests).Draw(t, "requests in another order")
		g.Vendors = rapid.Permutation(f.Vendors).Draw(t, "vendors in another order")
		if d := cmp.Diff(Evaluate(f, q, wall), Evaluate(g, q, wall)); d != "" {
			t.Error(d)
		}
	})
}

func TestEvaluateChangesNoFact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, q, wall := anyFacts(t), anyQuery(t), anyMoment(t, "wall")
		before, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		Evaluate(f, q, wall)
		after, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(before), string(after)); d != "" {
			t.Error(d)
		}
	})
}

// The simulator asks about another time and the timeline shows coming dates: both must tell the same story.
func TestTheDatesOfAVerdictAreTheOnesAtWhichItChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, wall := anyFacts(t), anyMoment(t, "wall")
		f.Lower = nil
		for _, p := range Evaluate(f, Query{}, wall).Products {
			for i, e := range p.Next {
				if e.At.Before(p.At) || (i > 0 && e.At.Before(p.Next[i-1].At)) {
					t.Errorf("%s: %v is out of order", p.ID, e)
				}
			}
			for id, v := range p.Features {
				if v.Mode != Keep || v.Until.IsZero() {
					continue
				}
				mode := func(at time.Time) After {
					products := Evaluate(f, Query{Vendor: p.Vendor, Product: p.ID}, at).Products
					return products[0].Features[id].Mode
				}
				last, next := mode(v.Until), mode(v.Until.Add(time.Second))
				name := map[After]string{View: EventViewMode, Pause: EventPause}[next]
				if last != Keep || next == Keep || v.Then != next || !slices.Contains(p.Next, Event{At: v.Until, Name: name, Product: p.ID, Feature: id}) {
					t.Errorf("%s until %v: %s, then %s; next %v", id, v.Until, last, next, p.Next)
				}
			}
		}
	})
}

func TestMoreTimeAndNoticesNeverMakeAnythingWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, wall := anyFacts(t), anyMoment(t, "wall")
		for i := range f.Licenses {
			f.Licenses[i].Policy.Continuity = Continuity{} // who is heard of is not silent any more
		}
		more := f
		switch rapid.IntRange(0, 2).Draw(t, "what comes") {
		case 0:
			more.Extensions = append(slices.Clone(f.Extensions), anyExtension(t, "more"))
		case 1:
			more.Notices = append(slices.Clone(f.Notices), anyNotice(t, "further"))
		case 2:
			more.Contact = map[string]time.Time{acmeRoot: later(f.Contact[acmeRoot], anyMoment(t, "a later contact"))}
		}
		before, after := modes(Evaluate(f, Query{}, wall)), modes(Evaluate(more, Query{}, wall))
		for id, mode := range before {
			if after[id] < mode {
				t.Errorf("%v went from %d to %d", id, mode, after[id])
			}
		}
	})
}

func TestAVerdictStaysTheSameUntilItsChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, wall := anyFacts(t), anyMoment(t, "wall")
		f.Lower = nil
		for i, p := range Evaluate(f, Query{}, wall).Products {
			end := wall.AddDate(3, 0, 0)
			if !p.Change.IsZero() {
				end = p.Change.Add(-time.Nanosecond)
			}
			if end.Before(wall) {
				t.Fatalf("%s changes at %v, before %v", p.ID, p.Change, wall)
			}
			part := time.Duration(rapid.Int64Range(0, int64(end.Sub(wall))).Draw(t, "within"))
			for _, at := range []time.Time{end, wall.Add(part)} {
				now := Evaluate(f, Query{}, at).Products[i]
				now.At = p.At
				if d := cmp.Diff(p, now); d != "" {
					t.Fatalf("%s differs at %v, before its change at %v: %s", p.ID, at, p.Change, d)
				}
			}
		}
	})
}

func TestAnOutlineIsTheVerdictWithoutReasons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, q, wall := anyFacts(t), anyQuery(t), anyMoment(t, "wall")
		if d := cmp.Diff(Evaluate(f, q, wall), Outline(f, q, wall), cmpopts.IgnoreFields(Finding{}, "Reasons"), cmpopts.IgnoreFields(FeatureVerdict{}, "Reasons")); d != "" {
			t.Error(d)
		}
	})
}
