package terms

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// same compares verdicts to the last field.
func same(t interface{ Errorf(string, ...any) }, what string, got, want Verdict) {
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: %s", what, d)
	}
}

func TestJudgingAgainGivesTheVerdictOfEvaluate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var j Judging
		f, wall := anyFacts(t), anyMoment(t, "wall")
		for range rapid.IntRange(2, 6).Draw(t, "steps") {
			before := j.Evaluate(f, wall)
			same(t, "first", before, Evaluate(f, Query{}, wall))
			switch rapid.IntRange(0, 9).Draw(t, "what happens") {
			case 0:
				f.Licenses = append(slices.Clone(f.Licenses), anyHeld(t, rapid.SampledFrom([]string{"a", "b", "new"}).Draw(t, "serial")))
			case 1:
				if len(f.Licenses) > 0 { // a newer version in a document of its own
					f.Licenses = slices.Clone(f.Licenses)
					h := anyHeld(t, f.Licenses[0].Serial)
					h.Version, h.Document = f.Licenses[0].Version+1, f.Licenses[0].Document+"+"
					f.Licenses[0] = h
				}
			case 2:
				f = anyTold(t, f, wall)
			case 3:
				f.Device.Proven = !f.Device.Proven
				f.Device.ProvenAt = anyMoment(t, "proven")
			case 4:
				f.Vendors = slices.Clone(f.Vendors)
				f.Vendors[0].Name += "!"
			case 5:
				f.Lower = map[string]time.Time{acmeRoot: anyMoment(t, "lower")}
			case 6:
				wall = wall.Add(time.Duration(rapid.IntRange(-40*24, 400*24).Draw(t, "hours")) * time.Hour)
			case 8:
				f.Contact = map[string]time.Time{acmeRoot: anyMoment(t, "a contact")}
			case 9:
				f.Notices, f.Extensions = nil, nil
				anyWords(t, &f)
			case 7:
				f.Licenses = rapid.Permutation(f.Licenses).Draw(t, "another order")
			}
			// Around a date is where a memory would be wrong.
			if dates := datesOf(before); len(dates) > 0 && rapid.Bool().Draw(t, "to a date") {
				d := rapid.SampledFrom(dates).Draw(t, "date")
				wall = d.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "seconds around it")) * time.Second)
			}
			copied := before
			same(t, "then", j.Evaluate(f, wall), Evaluate(f, Query{}, wall))
			same(t, "the verdict of before, which others hold,", before, copied)
		}
	})
}

// datesOf are the dates that a verdict names.
func datesOf(v Verdict) []time.Time {
	var all []time.Time
	for _, p := range v.Products {
		for _, e := range p.Next {
			all = append(all, e.At)
		}
		for _, s := range p.Slots {
			if d, ok := s.(time.Time); ok && !d.IsZero() {
				all = append(all, d)
			}
		}
	}
	return all
}

func TestJudgingUsesWhatItKnows(t *testing.T) {
	f := home(cad())
	var j Judging
	at := day("2026-11-03")
	first := j.Evaluate(f, at)
	known := j.known[productKey{acmeRoot, "acmecad"}].Features
	j.Evaluate(f, at.Add(24*time.Hour))
	if again := j.known[productKey{acmeRoot, "acmecad"}].Features; !sameMap(known, again) {
		t.Error("a day later the product was judged anew")
	}
	j.Evaluate(f, first.Products[0].Next[0].At.Add(time.Second))
	if again := j.known[productKey{acmeRoot, "acmecad"}].Features; sameMap(known, again) {
		t.Error("after its date the product was not judged anew")
	}
}

// sameMap says whether two maps are one.
func sameMap(a, b map[string]FeatureVerdict) bool {
	return reflect.ValueOf(a).UnsafePointer() == reflect.ValueOf(b).UnsafePointer()
}

func TestTheVerdictOfAProductDependsOnItsOwnLicensesAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, wall := anyFacts(t), anyMoment(t, "wall")
		f = anyTold(t, f, wall)
		for _, p := range Evaluate(f, Query{}, wall).Products {
			alone := f
			alone.Requests, alone.News = nil, nil
			alone.Licenses = slices.DeleteFunc(slices.Clone(f.Licenses), func(h Held) bool {
				return h.Vendor != p.Vendor || h.Policy.Product.ID != p.ID
			})
			alone.Vendors = slices.DeleteFunc(slices.Clone(f.Vendors), func(v Vendor) bool { return v.Root != p.Vendor })
			if d := cmp.Diff([]ProductVerdict{p}, Evaluate(alone, Query{}, wall).Products); d != "" {
				t.Error(d)
			}
		}
	})
}

func TestJudgingThousandsAgainAllocatesLittle(t *testing.T) {
	f := many(3000)
	for i := range f.Licenses {
		f.Licenses[i].Document = f.Licenses[i].Serial
	}
	var j Judging
	at := day("2026-11-03")
	anew := testing.AllocsPerRun(1, func() {
		j = Judging{}
		j.Evaluate(f, at)
	})
	again := testing.AllocsPerRun(3, func() {
		at = at.Add(time.Minute)
		j.Evaluate(f, at)
	})
	if again*20 > anew {
		t.Errorf("%.0f allocations anew, %.0f a minute later", anew, again)
	}
}

// Another product that begins to work moves a license that gives nothing here among the lines again.
func TestWhatIsRememberedKeepsItsPlaceAmongTheLines(t *testing.T) {
	n := maintenance
	n.Product = "acmecad"
	that := cad(func(h *Held) { h.Device = &BoundDevice{ID: "that", Code: "11AA-22BB"} })
	f := with(home(that), noticed(n, "2026-11-02"))
	var j Judging
	same(t, "alone", j.Evaluate(f, day("2026-11-03")), Evaluate(f, Query{}, day("2026-11-03")))
	f.Licenses = append(slices.Clone(f.Licenses), cad(func(h *Held) { h.Serial, h.Document, h.Policy.Product.ID = "4712", "d4712", "acmecam" }))
	same(t, "beside one that works", j.Evaluate(f, day("2026-11-03")), Evaluate(f, Query{}, day("2026-11-03")))
}
