package plain

import (
	"strings"
	"testing"

	"holdfast/licensing/terms"
)

func TestReasonsAreSentencesWithTheirEvidence(t *testing.T) {
	s := speaker(t, "en")
	for _, c := range []struct {
		rule, evidence, want string
	}{
		{terms.RuleTerm, "decision=2026-11-03T09:12:00Z ends=2027-03-14T22:59:59Z document=ab", "The license is in force until 14 March 2027, 23:59."},
		{terms.RuleAfterGrace, "ends=2026-03-14T22:59:59Z feature_grace_ends=2026-03-28T22:59:59Z after=view", "The license ended on 14 March 2026, 23:59. Grace for this part ended on 28 March 2026, 23:59. What follows by policy: view mode."},
		{terms.RuleOtherComputer, "license_device=" + strings.Repeat("ab", 32) + " this_device=" + strings.Repeat("cd", 32), "The license is for computer abababababab…. This is computer cdcdcdcdcdcd…."},
		{terms.RuleVersionNotCovered, "version=6.1 versions=>=4 <6 document=ab", "Version 6.1 is outside what the license covers. It covers >=4 <6."},
		{terms.RuleKeyStore, "key_store=keychain_locked", "State of the key store: Key store locked."},
		{"made_up", "x=1", "Rule made_up. Found: x=1."},
		{terms.RuleTrial, "", "Rule trial_term."},
		{terms.RuleKept, "ends=2027-03-14T22:59:59Z after=keep\x1b[2J", "The license ended on 14 March 2027, 23:59. The policy keeps this part in full use."},
	} {
		if got := s.Reason(terms.Reason{Rule: c.rule, Evidence: c.evidence}, berlin); got != c.want {
			t.Errorf("%s\ngot  %q\nwant %q", c.rule, got, c.want)
		}
	}
}

func TestEveryRuleHasATidySentenceWithAndWithoutEvidence(t *testing.T) {
	for _, lang := range Languages() {
		s := speaker(t, lang)
		for _, rule := range terms.Rules() {
			evidence := ""
			for _, slot := range slotsIn(s.cat.messages["why."+rule].Other) {
				evidence += slot + "=2 "
			}
			for _, e := range []string{"", evidence} {
				if got := s.Reason(terms.Reason{Rule: rule, Evidence: e}, berlin); untidy(got) != "" {
					t.Errorf("%s %s with %q: %q", lang, rule, e, got)
				}
			}
		}
	}
}

func TestTheSourceOfAReasonIsNamed(t *testing.T) {
	s := speaker(t, "en")
	for want, r := range map[string]terms.Reason{
		"License 4711, policy version 3. Issued by Acme, key ab.": {License: "4711", Policy: 3, Authority: "Acme, key ab"},
		"License 4711, policy version 3.":                         {License: "4711", Policy: 3},
		"License 4711.":                                           {License: "4711"},
		"Issued by Acme.":                                         {Authority: "Acme"},
		"":                                                        {Rule: terms.RuleRecords},
	} {
		if got := s.Source(r); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
