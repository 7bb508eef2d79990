package issuer_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// fourthGolden are what testdata/golden/v4 holds besides the store: what was asked, and what was answered.
var fourthGolden = map[string]string{"activation.hfreq": "activation.hflic", "full.hfreq": "full.hflic", "brief.hfreq": "brief.hflic", "usage.hfuse": "usage.hfrcp"}

// TestAnIssuerOfTheFourthVersionStaysReadable opens a store that answered over the network. HOLDFAST_GOLDEN=write makes the folder; once
// committed it is never written again.
func TestAnIssuerOfTheFourthVersionStaysReadable(t *testing.T) {
	golden := filepath.Join("testdata", "golden", "v4")
	if os.Getenv("HOLDFAST_GOLDEN") == "write" {
		writeOnlineGolden(t, golden)
	}
	d := goldenDesk(t, golden, monday.AddDate(0, 0, 2))
	read := func(name string) []byte { return goldenFile(t, golden, name) }
	again := func(after string, want func(name string) bool) {
		t.Helper()
		for ask, answer := range fourthGolden {
			got, err := d.AnswerFile(t.Context(), ask, read(ask))
			if err != nil || len(got) != 1 || got[0].Again != want(ask) || bytes.Equal(got[0].File, read(answer)) != want(ask) {
				t.Errorf("%s %s: again %v, %v", ask, after, len(got) == 1 && got[0].Again, err)
			}
		}
	}
	again("as it came", func(string) bool { return true })
	pc := d.join(t, 2, d.license(t, issuer.NewLicense{Order: "ORDER-17"}))
	pc.briefly(t, d, false, "the activation") // what is new goes into it too
	d.reopen(t)
	again("beside newer answers", func(string) bool { return true })
	d.now = monday.AddDate(0, 0, 91)
	for range 3 {
		pc.checkIn(t, d)
	}
	again("after 91 days", func(ask string) bool { return ask != "brief.hfreq" }) // the others were kept for good then
}

func writeOnlineGolden(t *testing.T, golden string) {
	t.Helper()
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812", Places: 3})
	a := d.agent(t, 1)
	files := map[string][]byte{}
	ask := func(name string, e exchange.Envelope) issuer.Answer {
		files[name+".hfreq"] = armored(t, e)
		answer := d.answer(t, e)
		files[name+".hflic"] = answer.File
		return answer
	}
	pc := &online{computer: a.computer, v: d.trusted(t), label: "lab 7", held: map[string]int{}, nonce: 1}
	for _, p := range opened(t, ask("activation", pc.request(t, pc.v, made.Key, 900)).File, pc.v).Parts {
		pc.held[p.License.Serial] = p.License.Version
	}
	pc.take(t, d, ask("full", pc.ask(t, d)))
	if e := pc.ask(t, d); !pc.take(t, d, ask("brief", e)) {
		t.Fatal("a full answer")
	}
	a.use(30)
	files["usage.hfuse"] = a.export()
	files["usage.hfrcp"] = d.receive(t, files["usage.hfuse"]).File
	d.keepGolden(t, golden, files)
}
