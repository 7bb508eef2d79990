package plain

import (
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

func ready(id string, ends time.Time) terms.ProductVerdict {
	return terms.ProductVerdict{
		ID: id, Name: terms.Plain(strings.ToUpper(id)), LicenseEnds: ends, Works: []string{"edit"},
		Finding: terms.Finding{State: terms.StateActive, Tone: terms.ToneOK, Product: id},
	}
}

func TestSeveralProductsThatWorkAreOneSentenceWithTheFirstDate(t *testing.T) {
	at := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	first, later := at.AddDate(0, 0, 10), at.AddDate(1, 0, 0)
	s := speaker(t, "en")
	v := terms.Verdict{At: at, Products: []terms.ProductVerdict{ready("cad", later), ready("cam", first), ready("free", time.Time{})}}
	v.Main = v.Products[0].Finding
	a, ok := s.Everything(v, nil)
	if !ok || a.Headline != "You can work. Everything until 13 November 2026." || !strings.Contains(a.By, "CAM") {
		t.Errorf("%v, %+v", ok, a)
	}
	if !strings.Contains(a.Works, "CAD, CAM and FREE") {
		t.Errorf("works: %q", a.Works)
	}
	for i := range 20 {
		v.Products = append(v.Products, ready("module"+string(rune('a'+i)), later))
	}
	if a, _ = s.Everything(v, nil); !strings.Contains(a.Works, "15 more") {
		t.Errorf("works: %q", a.Works)
	}
	v.Products = []terms.ProductVerdict{ready("a", time.Time{}), ready("b", time.Time{})}
	if a, ok = s.Everything(v, nil); !ok || a.Headline != "You can work. Nothing of it has an end date." {
		t.Errorf("%v, %+v", ok, a)
	}
}

func TestOneSentenceIsNeverSaidOverSomethingThatNeedsAWord(t *testing.T) {
	at := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	s := speaker(t, "en")
	two := func() terms.Verdict {
		v := terms.Verdict{At: at, Products: []terms.ProductVerdict{ready("cad", at.AddDate(1, 0, 0)), ready("cam", at.AddDate(1, 0, 0))}}
		v.Main = v.Products[0].Finding
		return v
	}
	for name, change := range map[string]func(v *terms.Verdict){
		"one product":       func(v *terms.Verdict) { v.Products = v.Products[:1] },
		"a finding beside":  func(v *terms.Verdict) { v.Others = []terms.Finding{{State: terms.StateRecordsRepaired}} },
		"one ends soon":     func(v *terms.Verdict) { v.Products[1].State = terms.StateEndingSoon },
		"a word about news": func(v *terms.Verdict) { v.Main = terms.Finding{State: terms.StateUpdated, Tone: terms.ToneOK} },
		"main is a warning": func(v *terms.Verdict) { v.Main.Tone = terms.ToneWarn },
	} {
		v := two()
		change(&v)
		if a, ok := s.Everything(v, nil); ok {
			t.Errorf("%s: %q", name, a.Headline)
		}
	}
}
