package terms

import (
	"slices"
	"testing"
)

// What a license keeps after its end it keeps for the versions that it covered: no date makes another one work.
func TestNoEndMakesAVersionWorkThatWasNeverCovered(t *testing.T) {
	for _, on := range []string{"2026-11-03", "2027-03-20", "2028-01-01"} {
		v := evaluate(t, home(cad()), Query{Product: "acmecad", Version: "7"}, day(on))
		p := v.Products[0]
		if v.Granted || p.State != StateVersionNotCovered || len(p.Works)+len(p.View) > 0 || len(p.Paused) == 0 {
			t.Errorf("%s: %s, works %v, view %v, paused %v", on, p.State, p.Works, p.View, p.Paused)
		}
		for id, f := range p.Features {
			if f.Mode != Pause || !slices.Contains(p.Paused, id) {
				t.Errorf("%s: %s is %s", on, id, f.Mode)
			}
		}
	}
	p := evaluate(t, home(cad()), Query{Product: "acmecad", Version: "5"}, day("2028-01-01")).Products[0]
	if len(p.Works)+len(p.View) == 0 {
		t.Error("a version that was covered keeps nothing")
	}
}
