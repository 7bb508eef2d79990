package issuer_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// FuzzAnswerFile gives the desk any file. Whatever comes, it answers a request or names a situation, and places and
// versions change by answers only.
func FuzzAnswerFile(f *testing.F) {
	d := newDesk(f)
	made := d.license(f, issuer.NewLicense{Places: 2})
	v := d.trusted(f)
	whole := armored(f, newComputer(f, 1).request(f, v, made.Key, 1))
	p, err := d.Profile()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(bytes.ReplaceAll(whole, []byte("\n"), []byte("\r\n> ")))
	f.Add(append(bytes.Clone(whole), p.File...))
	f.Add(made.Welcome)
	f.Add([]byte("PK\x03\x04"))
	f.Add(armored(f, d.meeting(f, newComputer(f, 1), exchange.RequestCheckin, 2, []string{made.Serial})))
	f.Add(armored(f, d.meeting(f, newComputer(f, 1), exchange.RequestMoreTime, 3, []string{made.Serial}, wanted(monday.AddDate(1, 0, 0)))))
	f.Fuzz(func(t *testing.T, data []byte) {
		answers, err := d.DecideFile(t.Context(), "input", data, issuer.Decision{})
		var own *issuer.Error
		var problem *terms.Problem
		if err != nil && !errors.As(err, &own) && !errors.As(err, &problem) {
			t.Fatalf("an error without a situation: %v", err)
		}
		if err == nil && len(answers) == 0 {
			t.Fatal("neither an answer nor a reason")
		}
		for _, a := range answers {
			if r := opened(t, a.File, v); r.Answers == nil || r.Answers.Device != a.Device {
				t.Fatalf("the answer is for %+v", r.Answers)
			}
		}
		l, err := d.License(made.Serial)
		if err != nil || l.Used > 1 { // only the one request is signed by a computer that knows the key
			t.Fatalf("%d places, %v", l.Used, err)
		}
	})
}

// FuzzPolicyPage makes the page of any policy, and compares it with the next version of itself. No text of it becomes markup.
func FuzzPolicyPage(f *testing.F) {
	whole, err := os.ReadFile("../../docs/examples/acmecad.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte("schema: holdfast.policy/v1\nversion: 1\nproduct: {id: a, name: '<b>|x'}\nfeatures: {edit: {after: pause}}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := terms.ParsePolicy(data)
		if err != nil {
			return
		}
		for _, lang := range []string{"en", "de"} {
			page, err := issuer.PolicyPage(p, lang)
			if err != nil {
				t.Fatal(err)
			}
			html, err := page.HTML()
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(html), "<script") + strings.Count(string(html), "<b>"); n > 0 {
				t.Fatalf("markup in %s", html)
			}
			if strings.Contains(string(page.Markdown()), "[no text") {
				t.Fatalf("a text is missing in %s", page.Markdown())
			}
		}
		next := p
		next.Version++
		next.Offline.Window = terms.Days(36525)
		diff, err := issuer.DiffPolicies(p, next)
		if same := p.Offline.Window.Days == 36525; err != nil || same != (len(diff) == 0) {
			t.Fatalf("%+v, %v", diff, err)
		}
	})
}
