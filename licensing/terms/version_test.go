package terms

import "testing"

func TestAVersionThatSomeoneTypedIsReadOrRefused(t *testing.T) {
	for _, v := range []string{"5", "5.1", "v5.1.0", "5.1.0.22", "5.1.0 (build 22)", "5.0.0-beta"} {
		if err := CheckVersion(v); err != nil {
			t.Errorf("%q: %v", v, err)
		}
	}
	for _, v := range []string{"", " ", "abc", "-1", "≥4", "AcmeCAD 9.0", "６.０", "99999999999999999999"} {
		if CheckVersion(v) == nil {
			t.Errorf("%q can be read", v)
		}
		if ok, _ := Covers(">=4 <6", v); !ok {
			t.Errorf("%q takes a right away", v)
		}
	}
}

func TestAnOlderVersionIsNotCalledNewer(t *testing.T) {
	for _, c := range []struct{ constraint, version, want string }{
		{">=4 <6", "3.9", RuleVersionOlder},
		{">=4 <6", "6", RuleVersionNotCovered},
		{">=4 <=6", "7.1", RuleVersionNotCovered},
		{"^5.1", "4", RuleVersionOutside},
		{"4.x || 6.x", "5", RuleVersionOutside},
	} {
		if got := whyNotCovered(c.constraint, c.version); got != c.want {
			t.Errorf("%s, version %s: %s, want %s", c.constraint, c.version, got, c.want)
		}
	}
}
