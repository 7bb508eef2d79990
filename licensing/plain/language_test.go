package plain

import (
	"slices"
	"testing"
)

func TestTheNearestLanguageIsTakenElseEnglish(t *testing.T) {
	for in, want := range map[string]string{
		"en": "en", "en-GB": "en", "": "en", "xx-nonsense-": "en", "sw": "en", "de": "de", "de-AT": "de", "gsw": "de", "qps": "qps", "qps-ploc": "qps", "C": "en",
	} {
		if got := speaker(t, in).Language(); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
	if all := Languages(); all[0] != "en" || slices.Contains(all, Pseudo) {
		t.Errorf("languages are %v", all)
	}
}

func TestTheEnvironmentIsReadAsPOSIXSays(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{nil, "en"},
		{map[string]string{"LANG": "de_AT.UTF-8"}, "de-AT"},
		{map[string]string{"LANG": "de_DE@euro"}, "de-DE"},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR"}, "fr-FR"},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR", "LC_ALL": "C"}, "en"},
		{map[string]string{"LANG": "C.UTF-8"}, "en"},
		{map[string]string{"LANG": "POSIX"}, "en"},
		{map[string]string{"LANG": "!!"}, "en"},
		{map[string]string{"LANG": "qps"}, "qps"},
	} {
		if got := Detect(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v gives %q, want %q", c.env, got, c.want)
		}
	}
}
