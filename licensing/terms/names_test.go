package terms

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A license may grant a feature under its present and under a former name, each with a grace of its own.
func TestAFeatureGrantedUnderTwoNamesGoesTheSameWayEachTime(t *testing.T) {
	old := away(contact("2026-11-02"), func(f *Facts) {
		h := &f.Licenses[0]
		h.Policy.Features = map[string]Feature{
			"export": {Name: Plain("Export"), Grace: Days(1), After: View}, "export_pdf": {Name: Plain("Export"), Grace: Days(9), After: View},
			"export_dxf": {Name: Plain("Export"), Grace: Days(4), After: View}, "export_svg": {Name: Plain("Export"), Grace: Days(6), After: View},
		}
		renamed := cad(func(h *Held) {
			h.Serial, h.Document, h.Device = "4712", "d4712", &BoundDevice{ID: "that", Code: "11AA-22BB"}
			h.Policy.Version = 9
			h.Policy.Features = map[string]Feature{"export": {Name: Plain("Export"), Was: []string{"export_pdf", "export_dxf", "export_svg"}}}
		})
		f.Licenses = append(f.Licenses, renamed)
	}, extended(Extension{Serial: "4711", What: ExtendGrace, By: Days(70), Until: endOf("2027-01-20"), Agent: "Anna", Reason: Plain("Ship")}, "2026-11-02"))
	want := evaluate(t, old, Query{}, day("2026-11-03"))
	for range 40 {
		if d := cmp.Diff(want, Evaluate(old, Query{}, day("2026-11-03"))); d != "" {
			t.Fatal(d)
		}
	}
}
