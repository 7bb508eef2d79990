package cli

import (
	"fmt"
	"testing"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// A snapshot is a whole evaluation. A status that takes one for each line is what made 50 licenses slow.
func TestStatusTakesAFewSnapshotsHoweverManyLicensesThereAre(t *testing.T) {
	for _, command := range []string{"status", "status --json"} {
		looked := map[int]int{}
		for _, n := range []int{1, 50} {
			f := &fake{verdict: terms.Verdict{Main: terms.Finding{State: terms.StateActive}}}
			f.snap.Vendors = []licensing.VendorView{{Vendor: terms.Vendor{Root: "r1", Name: "Acme GmbH"}}, {Vendor: terms.Vendor{Root: "r2", Name: "Acme GmbH"}}}
			for i := range n {
				f.verdict.Products = append(f.verdict.Products, terms.ProductVerdict{
					ID: fmt.Sprint("p", i/2), Vendor: fmt.Sprint("r", i%2+1), Finding: terms.Finding{State: terms.StateActive},
				})
			}
			if code, _, problems := f.run(t, command); code != 0 {
				t.Fatalf("%s: exit %d, %s", command, code, problems)
			}
			looked[n] = f.looked
		}
		if looked[50] > looked[1]+1 {
			t.Errorf("%s took %d snapshots for 50 licenses and %d for one", command, looked[50], looked[1])
		}
	}
}
