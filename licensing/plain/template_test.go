package plain

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// filledWith renders src; a slot that is not in values is empty, and "-" leaves its sentence out.
func filledWith(t interface{ Fatal(...any) }, src string, values map[string]string) string {
	p, err := parse(src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Execute(filler(func(slot string) filled {
		v := values[slot]
		return filled{text: v, drop: v == "-"}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEmptySlotsLeaveNoTrace(t *testing.T) {
	for _, c := range []struct {
		src, want string
		values    map[string]string
	}{
		{"You saved it as {{.name}}. {{.promise}}", "You saved it as a.hfreq.", map[string]string{"name": "a.hfreq"}},
		{"You saved it as {{.name}}. {{.promise}}", "Expected by 5 May.", map[string]string{"name": "-", "promise": "Expected by 5 May."}},
		{"It is for code {{.c}} {{.label}}. This is code {{.d}}.", "It is for code A. This is code B.", map[string]string{"c": "A", "d": "B"}},
		{"It is for code {{.c}} {{.label}}. This is code {{.d}}.", `It is for code A "lab 7". This is code B.`, map[string]string{"c": "A", "d": "B", "label": `"lab 7"`}},
		{"Everything in your license: {{.features}}.", "Everything in your license.", nil},
		{"{{.product}} {{.versions}}: {{.features}}. {{.updates}}", "CAD.", map[string]string{"product": "CAD"}},
		{`Reason given: "{{.reason}}". Reference {{.ref}}.`, `Reference R-1.`, map[string]string{"reason": "-", "ref": "R-1"}},
		{"Offline until {{.date}} ({{.days}}). License ends {{.end}}.", "Offline until May.", map[string]string{"date": "May", "end": "-"}},
		{"{{.n}} changes on {{.date}}: {{.gained}} {{.lost}}", "2 changes on May.", map[string]string{"n": "2", "date": "May"}},
		{"{{.works}}. Then more.", "You can view. Then more.", map[string]string{"works": "You can view."}},
		{"Nothing. **{{.button}}**", "Nothing.", nil},
		{"**Set up again**, and ask {{.vendor}}.", "Set up again, and ask Acme.", map[string]string{"vendor": "Acme"}},
		{"A file ending in .hflic for {{.x}} {{.y}}.", "A file ending in .hflic for X.", map[string]string{"x": "X"}},
		{"Two lines:\n  {{.a}}\n  end", "Two lines:\n  A\n  end", map[string]string{"a": "A"}},
		{"{{.a}}", "", map[string]string{"a": "-"}},
	} {
		if got := filledWith(t, c.src, c.values); got != c.want {
			t.Errorf("%q\ngot  %q\nwant %q", c.src, got, c.want)
		}
	}
}

func TestOurOwnWordsStartASentenceWithACapitalAndNamesStayAsTheyAre(t *testing.T) {
	p, err := parse("{{.who}} wrote. **{{.who}}** and {{.who}}.")
	if err != nil {
		t.Fatal(err)
	}
	for own, want := range map[bool]string{true: "Édith wrote. Édith and édith.", false: "édith wrote. édith and édith."} {
		got, err := p.Execute(filler(func(string) filled { return filled{text: "édith", own: own} }))
		if err != nil || got != want {
			t.Errorf("own %v: %q, %v", own, got, err)
		}
	}
}

func TestATranslationCannotRunCode(t *testing.T) {
	for _, src := range []string{"{{.a.b}}", "{{if .a}}x{{end}}", "{{printf \"%s\" .a}}", "{{ . }}", "{{.A}}", "{{.a", "a}}"} {
		if _, err := parse(src); err == nil {
			t.Errorf("%q was taken", src)
		}
	}
}

func TestATextIsFilledByAFillerOnly(t *testing.T) {
	p, err := parse("{{.a}}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Execute(map[string]any{"a": 1}); err == nil {
		t.Error("a map was taken")
	}
}

func TestAnyTextIsParsedAndFilledWithoutPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.StringOf(rapid.SampledFrom([]rune(`ab{}{}. .,:;()"*{{.a}}` + "\n\té…")))
		text := src.Draw(t, "src")
		p, err := parse(text)
		if err != nil {
			return
		}
		for _, f := range []filled{{}, {text: "x"}, {drop: true}, {text: "é.", own: true}} {
			if _, err := p.Execute(filler(func(string) filled { return f })); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestATextWithoutEmptySlotsIsShownAsItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOf(rapid.SampledFrom([]rune("abc .,:;()\"\n\té"))).Draw(t, "words")
		value := rapid.StringMatching(`[a-z]{1,5}`).Draw(t, "value")
		want := strings.ReplaceAll(words+"{{.a}}"+words, "{{.a}}", value)
		if got := filledWith(t, words+"{{.a}}"+words, map[string]string{"a": value}); got != want {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
	})
}
