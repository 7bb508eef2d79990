package plain

import (
	"strings"
	"testing"

	"holdfast/licensing/terms"
)

func TestWhoWasToldIsSaidFirst(t *testing.T) {
	s := speaker(t, "en")
	told := func(state terms.State, who string, slots terms.Slots) terms.Finding {
		return terms.Finding{State: state, Action: terms.ActUseFile, Slots: slots, Told: utc("2026-11-02T23:30:00Z"), ToldWho: who}
	}
	for _, c := range []struct {
		f    terms.Finding
		want string
	}{
		{told(terms.StateEndingSoon, "buyer", terms.Slots{"buyer": "Kim Example"}), "You told Kim Example on 3 November 2026. Renewed already? Use a license file."},
		{told(terms.StateExpired, "buyer", nil), "You told the person who buys your licenses on 3 November 2026. Renewed already? Use a license file."},
		{told(terms.StateGraceRenewal, "it", nil), "You told your IT team on 3 November 2026. Renewed already? Use a license file."},
		{told(terms.StateGraceRenewal, "vendor", terms.Slots{"vendor": "Acme"}), "You told Acme on 3 November 2026. Renewed already? Use a license file."},
		{told(terms.StateEndingSoon, "vendor", nil), "You told your vendor on 3 November 2026. Renewed already? Use a license file."},
	} {
		a := s.Say(c.f, now, berlin)
		if a.Do != c.want || a.Button != "Use a license file" {
			t.Errorf("%s: button %q, %q\nwant %q", c.f.State, a.Button, a.Do, c.want)
		}
	}
	f := sample(terms.StateDiskFull)
	usual := s.Say(f, now, berlin)
	f.Told, f.ToldWho = now, "it"
	a := s.Say(f, now, berlin)
	if !strings.HasPrefix(a.Do, "You told your IT team on ") || !strings.HasSuffix(a.Do, usual.Do) || a.Button != usual.Button {
		t.Errorf("%q, usually %q", a.Do, usual.Do)
	}
}

func TestWhoWasToldLeavesTidySentencesInEveryState(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, state := range terms.States() {
			for _, who := range []string{"buyer", "it", "vendor"} {
				f := sample(state)
				f.Told, f.ToldWho = now, who
				for _, answer := range s.Say(f, now, berlin).all() {
					if problem := untidy(answer); problem != "" {
						t.Errorf("%s %s: %s in %q", lang, state, problem, answer)
					}
				}
			}
		}
	}
}
