package cli

import (
	"strings"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// The list, and the command that saves the file, tell the same last moment of a request.
func TestARequestIsGoodUntilTheSameMomentWhereverItIsTold(t *testing.T) {
	q := terms.Request{ID: "0123456789abcdef", Kind: exchange.RequestCheckin, State: terms.RequestOpen, Created: day, Until: day.Add(60 * 24 * time.Hour)}
	f := &fake{verdict: verdict(terms.StateActive), made: licensing.Made{File: []byte("x"), Name: "r.hfreq", Request: q}}
	f.snap.Requests = []terms.Request{q}
	_, list, _ := f.run(t, "request list")
	_, saved, _ := f.run(t, "request checkin --out r.hfreq")
	_, at, _ := strings.Cut(saved, "good until 2 January 2027, ")
	clock, _, ok := strings.Cut(at, ".")
	if !ok || !strings.Contains(list, "good until 2 Jan 2027, "+clock) {
		t.Errorf("%s\n%s", list, saved)
	}
}
