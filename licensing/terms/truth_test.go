package terms_test

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
	"holdfast/licensing/terms/termstest"
)

// What scripts and programs go by must be what works, and a date must be on the side of now that its sentence puts it.
func TestAnswersAndDatesAreTrueOfRandomFacts(t *testing.T) {
	seeds := 5_000
	if testing.Short() {
		seeds = 500
	}
	for seed := range uint64(seeds) {
		f, wall := termstest.New(seed).Facts()
		if seed%3 == 0 { // one product alone is where nothing may work
			f.Licenses = f.Licenses[:1]
		}
		v := terms.Outline(f, terms.Query{}, wall)
		if v.ExitCode(false) == 0 && !v.Granted {
			t.Errorf("seed %d: exit code 0 with %s, and nothing may be used: %s", seed, v.Main.State, v.Answer.State)
		}
		for _, p := range v.Products {
			if grace, ok := p.Slots["grace"].(time.Time); ok && !grace.IsZero() && p.At.After(grace) {
				t.Errorf("seed %d: %s of %s until %s, it is %s", seed, p.State, p.ID, grace, p.At)
			}
			if since, ok := p.Slots["date"].(time.Time); ok && p.State == terms.StateLimited && since.After(p.At) {
				t.Errorf("seed %d: %s is limited since %s, it is %s", seed, p.ID, since, p.At)
			}
			q := terms.Outline(f, terms.Query{Vendor: p.Vendor, Product: p.ID}, wall)
			if n := len(p.View) + len(p.Paused); q.Granted && n > 0 && len(p.Works) == 0 && p.State == terms.StateUsageOverdue {
				t.Errorf("seed %d: %s may be used, and all of it stopped", seed, p.ID)
			}
		}
	}
}
