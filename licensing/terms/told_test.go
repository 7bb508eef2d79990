package terms

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// tell is what a person told of the product's own finding, as Evaluate gives it at that time.
func tell(f Facts, p ProductVerdict, who string, at time.Time) Facts {
	t := Told{Who: who, Vendor: p.Vendor, Product: p.ID, State: p.State, License: p.License, At: at, Until: p.Coming()}
	told := map[string]Told{t.Key(): t}
	for k, v := range f.Told {
		told[k] = v
	}
	f.Told = told
	return f
}

func TestAReminderIsQuietOnceSomebodyWasTold(t *testing.T) {
	cam := cad(func(h *Held) {
		h.Serial, h.KeyHash, h.Ends = "5000", "key-5000", endOf("2029-03-14")
		h.Policy.Product.ID = "acmecam"
	})
	f, at := home(cad(), cam), day("2027-02-20")
	before := evaluate(t, f, Query{}, at)
	if before.Main.State != StateEndingSoon || before.Main.Action != ActTellBuyer {
		t.Fatalf("main is %s, action %s", before.Main.State, before.Main.Action)
	}
	f = tell(f, before.Products[0], "buyer", at)
	v := evaluate(t, f, Query{}, at)
	p := v.Products[0]
	if v.Main.State != StateActive || p.State != StateEndingSoon || p.Action != ActUseFile || !p.Told.Equal(at) || p.ToldWho != "buyer" {
		t.Fatalf("main %s, product %+v", v.Main.State, p.Finding)
	}
	if i := slices.IndexFunc(v.Others, func(o Finding) bool { return o.State == StateEndingSoon }); i < 0 || v.Others[i].Told.IsZero() {
		t.Fatalf("others %v", statesOf(v))
	}
	if v = evaluate(t, f, Query{}, day("2027-03-20")); v.Main.State != StateGraceRenewal || !v.Main.Told.IsZero() || v.Main.Action != ActTellBuyer {
		t.Fatalf("after the date: %s, told %v", v.Main.State, v.Main.Told)
	}
	f.Licenses[0].Ends = endOf("2027-04-01") // a newer version of the license
	if v = evaluate(t, f, Query{}, at); v.Main.State != StateEndingSoon || !v.Main.Told.IsZero() {
		t.Fatalf("with another end: %s, told %v", v.Main.State, v.Main.Told)
	}
}

func TestWhatEndedStaysToldUntilSomethingNewComes(t *testing.T) {
	f := home(cad())
	v := evaluate(t, f, Query{}, day("2027-06-01"))
	f = tell(f, v.Products[0], "vendor", day("2027-06-01"))
	v = evaluate(t, f, Query{}, day("2029-06-01"))
	if v.Main.State != StateExpired || v.Main.Told.IsZero() || v.Main.Action != ActUseFile || v.Main.Slots["vendor"] != "Acme GmbH" {
		t.Fatalf("%+v", v.Main)
	}
}

func TestTheComputersOwnStateCanBeToldToo(t *testing.T) {
	f, at := home(cad()), day("2026-11-03")
	f.Records = Records{State: StateRecordsDamaged, At: at}
	told := Told{Who: "it", State: StateRecordsDamaged, At: at}
	f.Told = map[string]Told{told.Key(): told}
	v := evaluate(t, f, Query{}, at)
	if v.Main.State != StateRecordsDamaged || v.Main.Told.IsZero() || v.Main.Action != ActSetUpAgain {
		t.Fatalf("a state that still asks for something else: %+v", v.Main)
	}
}

// anyTold tells of some of what is shown, and of things that are not.
func anyTold(t *rapid.T, f Facts, wall time.Time) Facts {
	v := Evaluate(f, Query{}, wall)
	f.Told = map[string]Told{}
	for _, p := range v.Products {
		if rapid.Bool().Draw(t, "tell of "+p.ID) {
			told := Told{Who: rapid.SampledFrom([]string{"buyer", "it", "vendor"}).Draw(t, "who"), Vendor: p.Vendor, Product: p.ID, State: p.State, License: p.License, At: p.At, Until: p.Coming()}
			if rapid.IntRange(0, 5).Draw(t, "another date") == 0 {
				told.Until = anyMoment(t, "until")
			}
			f.Told[told.Key()] = told
		}
	}
	if v.Main.Product == "" && rapid.Bool().Draw(t, "tell of the computer") {
		told := Told{Who: "it", State: v.Main.State, At: wall, Until: v.Main.Coming()}
		f.Told[told.Key()] = told
	}
	return f
}

func TestTellingSomebodyNeverChangesWhatWorksNorAnExitCode(t *testing.T) {
	quiet := cmpopts.IgnoreFields(Finding{}, "Action", "Told", "ToldWho", "Slots")
	rapid.Check(t, func(t *rapid.T) {
		f, wall := anyFacts(t), anyMoment(t, "wall")
		told := anyTold(t, f, wall)
		later := wall.Add(time.Duration(rapid.IntRange(0, 100*24).Draw(t, "passed")) * time.Hour)
		for _, at := range []time.Time{wall, later} {
			q := rapid.SampledFrom([]Query{{}, anyQuery(t)}).Draw(t, "query")
			was, is := Evaluate(f, q, at), Evaluate(told, q, at)
			checkVerdict(t, is)
			if was.Main.State != was.Effect {
				t.Errorf("untold, main is %s and its exit code that of %s", was.Main.State, was.Effect)
			}
			for _, strict := range []bool{false, true} {
				if a, b := was.ExitCode(strict), is.ExitCode(strict); a != b {
					t.Errorf("exit code %d became %d", a, b)
				}
			}
			if was.Granted != is.Granted || was.Answer.State != is.Answer.State {
				t.Errorf("granted %v (%s) became %v (%s)", was.Granted, was.Answer.State, is.Granted, is.Answer.State)
			}
			if d := cmp.Diff(was.Products, is.Products, quiet); d != "" {
				t.Error(d)
			}
			if len(was.Others) > len(is.Others)+1 {
				t.Errorf("%d lines became %d", len(was.Others), len(is.Others))
			}
		}
		if a, b := grants(f, later), grants(told, later); !cmp.Equal(a, b) {
			t.Error(cmp.Diff(a, b))
		}
	})
}

// Two vendors may call a product the same.
func TestWhatWasToldOfAUsedAmountIsLookedUpWithItsOwnVendor(t *testing.T) {
	f := meteredCad(nil, spent("renders", "2026-11-01", 100))
	f.Vendors = append([]Vendor{{ID: "aaa", Root: "aaa", Name: "Another"}}, f.Vendors...)
	f.Licenses = append(f.Licenses, cad(func(h *Held) { h.Vendor, h.Serial, h.Document = "aaa", "1", "d1" }))
	at := day("2026-11-03")
	quota := find(evaluate(t, f, Query{}, at), StateQuotaUsed)
	told := Told{Who: "vendor", Vendor: acmeRoot, Product: "acmecad", State: StateQuotaUsed, License: quota.License, At: at, Until: quota.Coming()}
	f.Told = map[string]Told{told.Key(): told}
	if got := find(evaluate(t, f, Query{}, at), StateQuotaUsed); got.ToldWho != "vendor" {
		t.Errorf("told %q", got.ToldWho)
	}
}
