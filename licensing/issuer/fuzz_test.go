package issuer_test

import (
	"bytes"
	"errors"
	"testing"

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
	f.Fuzz(func(t *testing.T, data []byte) {
		answers, err := d.AnswerFile(t.Context(), "input", data)
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
