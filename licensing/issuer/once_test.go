package issuer_test

import (
	"bytes"
	"sync"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// asked are files of one computer of each kind that the desk answers in another way, each to be sent after the one before was answered.
func asked(t *testing.T, d *desk, made issuer.Created) map[string]func() []byte {
	t.Helper()
	a := d.agent(t, 1)
	pc := &online{computer: a.computer, v: d.trusted(t), label: "lab 7", held: map[string]int{}, nonce: 10}
	return map[string]func() []byte{
		"1 activation":     func() []byte { return armored(t, a.request(t, pc.v, made.Key, 1)) },
		"2 full check-in":  func() []byte { pc.held[made.Serial] = 2; return armored(t, pc.ask(t, d)) },
		"3 short check-in": func() []byte { pc.checkIn(t, d); return armored(t, pc.ask(t, d)) },
		"4 usage file":     func() []byte { a.use(40); return a.export() },
	}
}

var kinds = []string{"1 activation", "2 full check-in", "3 short check-in", "4 usage file"}

func TestOneRequestSentManyTimesAtOnceIsAnsweredOnce(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 3, Customer: "8812"})
	files := asked(t, d, made)
	for _, kind := range kinds {
		file := files[kind]()
		before, err := d.License(made.Serial)
		if err != nil {
			t.Fatal(err)
		}
		var got [8]issuer.Answer
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				answers, err := d.AnswerFile(t.Context(), kind, file)
				if err != nil || len(answers) != 1 {
					t.Errorf("%s: %d answers, %v", kind, len(answers), err)
					return
				}
				got[i] = answers[0]
			})
		}
		wg.Wait()
		first := 0
		for i := range got {
			if !bytes.Equal(got[i].File, got[0].File) || len(got[i].File) == 0 {
				t.Errorf("%s: the answers differ", kind)
			}
			if !got[i].Again {
				first++
			}
		}
		after, err := d.License(made.Serial)
		if err != nil || after.Used != 1 || after.Version-before.Version > 1 || first != 1 {
			t.Errorf("%s: %d places, version %d after %d, %d first answers, %v", kind, after.Used, after.Version, before.Version, first, err)
		}
		if kind == "3 short check-in" && (after.Version != before.Version || got[0].Kind() != exchange.KindStanding) {
			t.Errorf("%s: %s, version %d after %d", kind, got[0].Kind(), after.Version, before.Version)
		}
	}
	if n := d.units(t, issuer.UsageFilter{Customer: "8812"}); n != 40 {
		t.Errorf("%d units are counted", n)
	}
}

// TestAnAnswerThatWasRecordedButNotSentIsSentTheNextTime is a service that is killed between commit and answer.
func TestAnAnswerThatWasRecordedButNotSentIsSentTheNextTime(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 1, Customer: "8812"})
	files := asked(t, d, made)
	for _, kind := range kinds {
		file := files[kind]()
		d.Break().Lost.Store(1)
		_, err := d.AnswerFile(t.Context(), kind, file)
		wantCode(t, err, issuer.CodeUnsure, 75)
		d.reopen(t)
		before := tree(t, d.dir)
		var got [2][]byte
		for i := range got {
			answers, err := d.AnswerFile(t.Context(), kind, file)
			if err != nil || !answers[0].Again || answers[0].Refused {
				t.Fatalf("%s: %+v, %v", kind, answers, err)
			}
			got[i] = answers[0].File
		}
		if !bytes.Equal(got[0], got[1]) {
			t.Errorf("%s: other bytes", kind)
		}
		for name, b := range tree(t, d.dir) {
			if !bytes.Equal(before[name], b) {
				t.Errorf("%s: sending it again changed %s", kind, name)
			}
		}
	}
	if l, err := d.License(made.Serial); err != nil || l.Used != 1 || l.Version != 4 || d.units(t, issuer.UsageFilter{}) != 40 {
		t.Errorf("%d places, version %d, %v", l.Used, l.Version, err)
	}
}
