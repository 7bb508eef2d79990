package plain

import (
	"slices"
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
		{
			terms.RuleOfflineWindow, "contact=2026-11-02T09:14:00Z window=30d offline_ends=2026-12-02T22:59:59Z",
			"The offline time counts from the last contact. That was on 2 November 2026, 10:14. It is 30 days long. It ends on 2 December 2026, 23:59.",
		},
		{terms.RuleOfflineWindow, "", "The offline time counts from the last contact."},
		{
			terms.RuleOfflineGrace, "offline_ends=2026-12-02T22:59:59Z grace=14d feature_grace_ends=2026-12-05T22:59:59Z cause=offline",
			"The offline time is over, and grace follows by itself. It ended on 2 December 2026, 23:59. Grace for this part lasts until 5 December 2026, 23:59.",
		},
		{terms.RuleOutage, "notice=M-12 from=2026-11-02T09:14:00Z cause=outage", "The vendor said, signed, that it cannot be reached. Its notice: M-12. It began on 2 November 2026, 10:14."},
		{terms.RuleExtension, "what=offline by=14d until=2026-12-20T22:59:59Z agent=Robin Example document=ab", "The vendor granted more time. What was granted: offline time. Granted by Robin Example. Its length: 14 days. It lasts until 20 December 2026, 23:59."},
		{terms.RuleComputerChanged, "same=2 of=6 parts=disk,mac", "Too few parts of this computer are what they were. Parts still the same: 2. Parts known: 6. New: disk and network card."},
		{terms.RuleSilent, "silent=365d after=keep", "The vendor was not heard of for long, and the license says what follows. The time agreed: 365 days. What follows: full use."},
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

// newRules are those of dates, grace, notices, clock and hardware, with all the evidence that there may be.
var newRules = []string{
	terms.RuleOfflineWindow, terms.RuleOfflineEnding, terms.RuleOfflineGrace, terms.RuleOfflineOver, terms.RuleOutage, terms.RuleMaintenance, terms.RuleMigration,
	terms.RuleExtension, terms.RuleOverlap, terms.RuleHold, terms.RuleRevoked, terms.RuleClockWrong, terms.RuleClockUnsure, terms.RuleComputerChanged, terms.RuleRestored,
	terms.RuleNotice, terms.RuleSilent, terms.RuleMeter, terms.RuleUsageDue, terms.RuleUsageFile,
}

var evidenceKinds = map[string]string{
	"window": "30d", "grace": "14d", "by": "14d", "silent": "365d", "cause": "offline", "notice": "M-12", "agent": "Robin Example", "policy_before": "3",
	"decided_by": "Kim Example", "parts": "disk,mac", "what": "grace", "same": "2", "of": "6", "after": "view", "meter": "renders", "used": "812", "included": "1000", "receipt": "R-118",
}

func TestEveryNewRuleSaysSomethingTrueWithEveryChoiceOfEvidence(t *testing.T) {
	for _, lang := range Languages() {
		s := speaker(t, lang)
		for _, rule := range newRules {
			var all []string
			for _, slot := range slotsIn(s.cat.messages["why."+rule].Other) {
				v, ok := evidenceKinds[slot]
				if !ok {
					v = "2026-12-02T22:59:59Z"
				}
				all = append(all, slot+"="+v)
			}
			bare := s.Reason(terms.Reason{Rule: rule}, berlin)
			if strings.Contains(bare, rule) {
				t.Errorf("%s %s says nothing without evidence: %q", lang, rule, bare)
			}
			for i := range all { // each piece alone, and all but one
				for _, e := range [][]string{{all[i]}, slices.Delete(slices.Clone(all), i, i+1), all} {
					got := s.Reason(terms.Reason{Rule: rule, Evidence: strings.Join(e, " ")}, berlin)
					if problem := untidy(got); problem != "" || !strings.HasPrefix(got, bare) && rule != terms.RuleOfflineEnding {
						t.Errorf("%s %s with %v: %s in %q", lang, rule, e, problem, got)
					}
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
