package plain

import (
	"slices"
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

// offline gives a product an offline window.
func offline(p terms.ProductVerdict, until time.Time) terms.ProductVerdict {
	p.State, p.OfflineUntil, p.Also = terms.StateActiveOffline, until, terms.ActMoreTime
	return p
}

func TestTheFirstOfflineEndIsSaidWithItsWeekdayAndDays(t *testing.T) {
	until, ends := utc("2026-12-02T22:59:59Z"), utc("2027-03-14T22:59:59Z")
	v := terms.Verdict{At: now, Products: []terms.ProductVerdict{
		offline(ready("cad", ends), until), offline(ready("cam", ends), until.AddDate(0, 1, 0)), ready("free", time.Time{}),
	}}
	v.Main = v.Products[0].Finding
	for lang, want := range map[string][]string{
		"en": {"You can work. Offline until Wednesday, 2 December 2026 (29 days).", "CAD comes first, offline until 2 December 2026. Its license ends on 14 March 2027.", "Nothing. Away for longer? Get more time.", "Get more time"},
		"de": {"Sie können arbeiten. Offline bis Mittwoch, 2. Dezember 2026 (29 Tage).", "Zuerst CAD, offline bis zum 2. Dezember 2026. Diese Lizenz endet am 14. März 2027.", "Nichts. Länger unterwegs? Mehr Zeit holen.", "Mehr Zeit holen"},
	} {
		a, ok := speaker(t, lang).Everything(v, berlin)
		if got := []string{a.Headline, a.By, a.Do, a.AlsoButton}; !ok || !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", lang, got, want)
		}
	}
	s := speaker(t, "en")
	v.Products[0].LicenseEnds = time.Time{}
	if a, _ := s.Everything(v, berlin); a.By != "CAD comes first, offline until 2 December 2026." {
		t.Errorf("without a license end: %q", a.By)
	}
	v.Products[1].LicenseEnds = until.AddDate(0, 0, -1)
	if a, _ := s.Everything(v, berlin); a.Headline != "You can work. Everything until 1 December 2026." || a.Also != "" {
		t.Errorf("a license that ends first: %q, %q", a.Headline, a.Also)
	}
	v.Products[2].OfflineUntil, v.Products[2].State = now.Add(time.Hour), terms.StateActiveOffline
	if a, _ := s.Everything(v, berlin); a.Headline != "You can work. Offline until Tuesday, 3 November 2026, 11:12 (today)." {
		t.Errorf("an hour is left: %q", a.Headline)
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
