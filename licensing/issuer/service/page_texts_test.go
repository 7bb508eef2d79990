package service

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"holdfast/assets"
	"holdfast/licensing/plain"
)

// slotForm is a value in a text.
var slotForm = regexp.MustCompile(`\{\{\.[a-z_]+\}\}`)

func TestTextsOfThePageAreShortAndUsed(t *testing.T) {
	for _, lang := range plain.Languages() {
		b, err := assetsFile(lang)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(b, &texts); err != nil {
			t.Fatal(err)
		}
		if len(texts) < 150 {
			t.Fatalf("only %d texts", len(texts))
		}
		for id, v := range texts {
			text, ok := v.(string)
			if !ok {
				continue
			}
			words := func(s string) int { return len(strings.Fields(slotForm.ReplaceAllString(s, "x"))) }
			if strings.HasSuffix(id, ".headline") && words(text) > 12 {
				t.Errorf("%s %s has %d words", lang, id, words(text))
			}
			for s := range strings.FieldsFuncSeq(strings.ReplaceAll(text, ".eml", "eml"), func(r rune) bool { return r == '.' || r == '?' || r == '!' }) {
				if words(s) > 20 {
					t.Errorf("%s %s has a sentence of %d words: %s", lang, id, words(s), s)
				}
			}
			if !utf8.ValidString(text) || !used(t, id) {
				t.Errorf("%s: nothing says %s", lang, id)
			}
		}
	}
}

func assetsFile(lang string) ([]byte, error) {
	f, err := assets.Translations().Open(lang + "/page.json")
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(f)
}

// used says whether a template or a source names a text: whole, or by the beginning that is put together with a code.
func used(t *testing.T, id string) bool {
	t.Helper()
	short := strings.TrimPrefix(id, "page.")
	if strings.HasPrefix(short, "out.") {
		return slices.Contains(outcomeCodes, strings.Split(short, ".")[1])
	}
	for name, s := range pageSources(t) {
		for _, q := range []string{`"` + id + `"`, `"` + short + `"`} {
			if strings.Contains(s, q) && (strings.HasSuffix(name, ".go") || q == `"`+short+`"`) {
				return true
			}
		}
	}
	return slices.ContainsFunc([]string{"kind.", "row.", "usual.", "step.", "says.more.", "computer"}, func(p string) bool { return strings.HasPrefix(short, p) })
}

// outcomeCodes are those that texts are there for.
var outcomeCodes = []string{
	"license", "partly", "refused", "withdrawn", "standing", "receipt", "receipt_missing", "receipt_none", "needs_person",
	"file_empty", "file_cut", "file_changed", "file_too_new", "file_unreadable", "file_other", "file_ours", "too_large",
	"request_over", "other_vendor", "sealed_for_other", "many_licenses", "many_requests",
	"many_files", "no_file", "upload_cut", "upload_kind", "slow_body", "cross_site", "no_answer", "not_found", "method", "rate", "busy", "stopping", "service",
}

func TestEveryOutcomeHasItsFourAnswers(t *testing.T) {
	p := newPagePlace(t)
	for lang, w := range p.page.words {
		v := visitor{p: p.page, words: w}
		for _, code := range outcomeCodes {
			for _, part := range []string{"headline", "happened", "works", "do", "by"} {
				slots := []any{"vendor", "Acme", "code", "7F3A-2C91", "date", "1 May", "until", "2 May", "by", "3 May", "n", 2, "other", "x", "promise", "2 days", "wait", "5 seconds"}
				text := v.part(outcome{code: code}, part, slots)
				if part == "headline" {
					text = v.own(outcome{code: code}, part, slots)
				}
				if plain.IsMissing(text) || text == "" || strings.ContainsAny(text, "{}") {
					t.Errorf("%s %s.%s: %q", lang, code, part, text)
				}
			}
		}
	}
}
