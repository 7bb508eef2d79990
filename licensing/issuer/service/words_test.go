package service

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func problemTexts(t *testing.T, lang string) map[string]string {
	t.Helper()
	b, err := os.ReadFile("../../../assets/translations/" + lang + "/service.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]string
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func problemIDs(t *testing.T, lang string) []string {
	return slices.Sorted(maps.Keys(problemTexts(t, lang)))
}

// TestEveryCodeHasASentenceInEveryLanguageAndNoSentenceIsLeft compares the texts with everything that a caller can be told.
func TestEveryCodeHasASentenceInEveryLanguageAndNoSentenceIsLeft(t *testing.T) {
	codes := []string{
		codeNotFound, codeMethod, codeMedia, codeEncoding, codeTooLarge, codeSlow, codeCut, codePacking, codeSeveral, codeRate, codeBusy,
		codeStopping, codeStore, codeClock, codeUnexpected, "file",
		string(terms.StateFileEmpty), string(terms.StateFileCut), string(terms.StateFileChanged), string(terms.StateFileTooNew),
		string(terms.StateFileUnreadable), string(terms.StateFileOtherKind),
	}
	for _, c := range []issuer.Code{
		issuer.CodeNoRequest, issuer.CodeNoUsage, issuer.CodeOtherVendor, issuer.CodeSealedForOther, issuer.CodeKindUnknown, issuer.CodeRequestOver,
		issuer.CodeTooMany, issuer.CodeValue, issuer.CodeNeedsPerson, issuer.CodeSecondNeeded,
	} {
		codes = append(codes, string(c))
		if _, _, _, fault := verdictOn(&issuer.Error{Code: c}); fault {
			t.Errorf("%s is taken for a fault of the service", c)
		}
	}
	var want []string
	for _, c := range codes {
		want = append(want, "service.problem."+c)
	}
	slices.Sort(want)
	banned := regexp.MustCompile(`(?i)\b(invalid|illegal|violation|unauthorized|pirate|tamper\w*|cheat\w*|abort\w*|fatal|fail(ed)? to|must not|blacklist\w*|genuine)\b`)
	for _, lang := range []string{"en", "de"} {
		if got := problemIDs(t, lang); !slices.Equal(got, want) {
			t.Errorf("%s: %v\nwant %v", lang, got, want)
		}
		for id, text := range problemTexts(t, lang) {
			if banned.MatchString(text) || len(strings.Fields(text)) > 25 {
				t.Errorf("%s: %s says %q", lang, id, text)
			}
		}
	}
}
