package issuer_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// online is a computer that checks in by itself and keeps what the answers say.
type online struct {
	computer
	v     exchange.Profile
	label string
	held  map[string]int // license versions, by serial
	state string
	nonce int
}

// ask makes the next check-in.
func (c *online) ask(t fataler, d *desk, change ...func(*exchange.Request)) exchange.Envelope {
	t.Helper()
	c.nonce++
	return d.meeting(t, c.computer, exchange.RequestCheckin, c.nonce, nil, append([]func(*exchange.Request){func(r *exchange.Request) {
		r.Brief, r.State, r.Device.Label = true, c.state, c.label
		for _, serial := range slices.Sorted(maps.Keys(c.held)) {
			r.Licenses = append(r.Licenses, exchange.RequestLicense{Serial: serial, Version: c.held[serial]})
		}
	}}, change...)...)
}

// checkIn makes a check-in, takes the answer and says whether it was a short one.
func (c *online) checkIn(t fataler, d *desk, change ...func(*exchange.Request)) (issuer.Answer, bool) {
	t.Helper()
	a := d.answer(t, c.ask(t, d, change...))
	return a, c.take(t, d, a)
}

func (c *online) take(t fataler, d *desk, a issuer.Answer) (brief bool) {
	t.Helper()
	all := envelopes(t, a.File)
	brief = len(all) == 1
	if !brief {
		c.v = d.trusted(t)
	}
	var told *exchange.Standing
	for _, r := range responses(t, a.File, c.v) {
		for _, p := range r.Parts {
			switch {
			case p.License != nil:
				c.held[p.License.Serial] = p.License.Version
			case p.Standing != nil && r.Answers.Nonce == fmt.Sprintf("nonce-%d", c.nonce):
				told = p.Standing
			}
			if brief && (p.Kind != exchange.KindStanding || len(r.Parts) != 1 || len(p.Standing.Licenses)+len(p.Standing.Ledgers) > 0) {
				t.Fatalf("a short answer says %+v", r.Parts)
			}
		}
	}
	switch {
	case told == nil || told.State == "":
		t.Fatal("no standing part")
	case brief != a.Brief || brief != (a.Kind() == exchange.KindStanding) || a.Trace != "trace-1":
		t.Fatalf("brief %v, the answer says %v, %s, trace %q", brief, a.Brief, a.Kind(), a.Trace)
	case brief && told.State != c.state:
		t.Fatalf("state %s, sent %s", told.State, c.state)
	}
	for _, l := range told.Licenses {
		if c.held[l.Serial] != l.Version {
			t.Fatalf("version %d of %s is believed to be there, %d is", l.Version, l.Serial, c.held[l.Serial])
		}
	}
	c.state = told.State
	return brief
}

// join activates a license on a new computer.
func (d *desk) join(t fataler, n int, made ...issuer.Created) *online {
	t.Helper()
	c := &online{computer: newComputer(t, n), v: d.trusted(t), label: "lab 7", held: map[string]int{}, nonce: 1000 * n}
	for i, m := range made {
		for _, p := range opened(t, d.answer(t, c.request(t, c.v, m.Key, c.nonce+i)).File, c.v).Parts {
			c.held[p.License.Serial] = p.License.Version
		}
	}
	c.nonce += 100
	return c
}

// briefly demands that the next check-in is answered in full, or in brief.
func (c *online) briefly(t fataler, d *desk, want bool, after string) issuer.Answer {
	t.Helper()
	a, got := c.checkIn(t, d)
	if got != want {
		t.Fatalf("after %s: brief %v", after, got)
	}
	return a
}

func TestACheckinThatFindsNothingNewIsAnsweredInBrief(t *testing.T) {
	d := newDesk(t)
	a, b := d.license(t, issuer.NewLicense{Order: "A", Customer: "8812"}), d.license(t, issuer.NewLicense{Order: "B"})
	pc := d.join(t, 1, a, b)
	pc.briefly(t, d, false, "the activation, in which no state was said")
	before := [2]int{pc.held[a.Serial], pc.held[b.Serial]}
	for day := range 3 {
		d.now = d.now.AddDate(0, 0, 1)
		d.reopen(t)
		ask := pc.ask(t, d)
		first := d.answer(t, ask)
		if !pc.take(t, d, first) {
			t.Fatalf("day %d: everything is said again", day)
		}
		d.reopen(t)
		if again := d.answer(t, ask); !again.Again || !again.Brief || !bytes.Equal(again.File, first.File) || again.Name != first.Name {
			t.Error("the same check-in got other bytes")
		}
		id, err := issuer.HandedID(ask)
		if err != nil {
			t.Fatal(err)
		}
		if kept, ok, err := d.Handed(t.Context(), id); err != nil || !ok || !bytes.Equal(kept.File, first.File) {
			t.Errorf("handed out: %v, %v", ok, err)
		}
	}
	if l, err := d.License(a.Serial); err != nil || l.Version != before[0] || pc.held[b.Serial] != before[1] {
		t.Errorf("short answers gave version %d out, %v", l.Version, err)
	}
}

// TestWhatACheckinMustNotLeaveOut are the cases in which a state that is right is no reason to say nothing.
func TestWhatACheckinMustNotLeaveOut(t *testing.T) {
	d := newDesk(t)
	a, b := d.license(t, issuer.NewLicense{Order: "A"}), d.license(t, issuer.NewLicense{Order: "B"})
	pc := d.join(t, 1, a, b)
	pc.briefly(t, d, false, "the activation")
	full := func(name string, change func(*exchange.Request)) {
		t.Helper()
		pc.briefly(t, d, true, "nothing")
		if _, brief := pc.checkIn(t, d, change); brief {
			t.Errorf("%s: the answer is short", name)
		}
	}
	full("records put back", func(r *exchange.Request) { r.Restored = true })
	full("other parts", func(r *exchange.Request) { r.Changed = true })
	full("a license key", func(r *exchange.Request) { r.KeyHash = a.Mask })
	full("an old version", func(r *exchange.Request) { r.Licenses[0].Version-- })
	full("no state", func(r *exchange.Request) { r.State = "" })
	full("a license that was lost", func(r *exchange.Request) { r.Licenses = r.Licenses[:1] })
	delete(pc.held, b.Serial)
	pc.briefly(t, d, false, "a license file was lost")
	if pc.held[b.Serial] == 0 {
		t.Error("the license that was lost did not come again")
	}
	other := d.license(t, issuer.NewLicense{Order: "C"})
	pc.held[other.Serial] = 3 // a place of it was given away: it must not go on for ever by short answers
	for range 2 {
		if ans := pc.briefly(t, d, false, "a license without a place"); !ans.Partly {
			t.Errorf("answer %+v", ans)
		}
	}
	// A program that does not understand the short form gets what it always got.
	delete(pc.held, other.Serial)
	plain := d.answer(t, d.meeting(t, pc.computer, exchange.RequestCheckin, 9, []string{a.Serial}))
	if r := opened(t, plain.File, pc.v); len(r.Parts) != 1 || r.Parts[0].License == nil {
		t.Errorf("parts %+v", r.Parts)
	}
}

// change is something that happens at the vendor's. It returns whether a computer that holds a place of the license has to hear of it.
type change func(t *rapid.T, d *desk, pc *online, made issuer.Created, n int) bool

var changes = map[string]change{
	"nothing": func(*rapid.T, *desk, *online, issuer.Created, int) bool { return false },
	"another day": func(_ *rapid.T, d *desk, _ *online, _ issuer.Created, _ int) bool {
		d.now = d.now.AddDate(0, 0, 1)
		return false
	},
	"a restart": func(t *rapid.T, d *desk, _ *online, _ issuer.Created, _ int) bool { d.reopen(t); return false },
	"a renewal": func(t *rapid.T, d *desk, _ *online, made issuer.Created, n int) bool {
		_, err := d.Renew(t.Context(), made.Serial, fmt.Sprint(n))
		return done(t, err)
	},
	"more places": func(t *rapid.T, d *desk, _ *online, made issuer.Created, n int) bool {
		_, err := d.Change(t.Context(), made.Serial, issuer.NewTerms{Places: 50 + n})
		return done(t, err)
	},
	"other policy": func(t *rapid.T, d *desk, _ *online, made issuer.Created, n int) bool {
		p := sample(t)
		p.Version, p.Grace.Renewal = 100+n, terms.Days(40+n)
		_, err := d.Change(t.Context(), made.Serial, issuer.NewTerms{Policy: &p})
		return done(t, err)
	},
	"a published policy": func(t *rapid.T, d *desk, _ *online, _ issuer.Created, n int) bool {
		p := sample(t)
		p.Version, p.Grace.Outage = 100+n, terms.Days(60+n)
		p.Changes = append(p.Changes, terms.Change{Version: 100 + n, Date: "2026-12-01", Text: terms.Plain("More time")})
		_, err := d.Publish(t.Context(), p, d.now.AddDate(1, 0, n))
		return done(t, err)
	},
	"another customer": func(t *rapid.T, d *desk, _ *online, made issuer.Created, n int) bool {
		_, err := d.Change(t.Context(), made.Serial, issuer.NewTerms{Customer: fmt.Sprintf("C%d", n)})
		return done(t, err)
	},
	"a hold": func(t *rapid.T, d *desk, _ *online, made issuer.Created, n int) bool {
		_, err := d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Reason: terms.Plain(fmt.Sprint("Question ", n))})
		return done(t, err)
	},
	"the end of a hold": func(t *rapid.T, d *desk, _ *online, made issuer.Created, _ int) bool {
		_, err := d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Lift: true})
		return err == nil
	},
	"a withdrawal": func(t *rapid.T, d *desk, _ *online, made issuer.Created, n int) bool {
		_, err := d.Revoke(t.Context(), issuer.NewRevocation{Serial: made.Serial, Reason: terms.Plain(fmt.Sprint("Reason ", n)), By: "J. Doe"})
		return done(t, err)
	},
	"the end of a withdrawal": func(t *rapid.T, d *desk, _ *online, made issuer.Created, _ int) bool {
		_, err := d.Revoke(t.Context(), issuer.NewRevocation{Serial: made.Serial, By: "J. Doe", Lift: true})
		return err == nil
	},
	"a notice": func(t *rapid.T, d *desk, _ *online, _ issuer.Created, n int) bool {
		_, err := d.Notice(t.Context(), issuer.NewNotice{ID: fmt.Sprint("n-", n), Type: terms.NoticeMigration, Text: terms.Plain("We move")})
		return done(t, err)
	},
	"a notice to somebody": func(t *rapid.T, d *desk, _ *online, _ issuer.Created, n int) bool {
		_, err := d.Notice(t.Context(), issuer.NewNotice{To: issuer.To{Customer: "4711"}, Type: terms.NoticeMigration, Text: terms.Plain("We move")})
		return !done(t, err)
	},
	"an extension": func(t *rapid.T, d *desk, _ *online, made issuer.Created, n int) bool {
		_, err := d.Extend(t.Context(), issuer.NewExtension{To: issuer.To{Serial: made.Serial}, What: terms.ExtendOffline, By: terms.Days(20), Agent: "J. Doe", Second: "R. Roe", Reason: terms.Plain("x")})
		return err == nil
	},
	"other keys": func(t *rapid.T, d *desk, _ *online, _ issuer.Created, _ int) bool {
		_, err := d.RotateKeys(issuer.Rotation{})
		return done(t, err)
	},
	"an outage": func(t *rapid.T, d *desk, _ *online, _ issuer.Created, n int) bool {
		return done(t, d.OutageOver(t.Context(), d.now.Add(time.Duration(n)*time.Second), d.now.Add(time.Hour)))
	},
	"a neighbor": func(t *rapid.T, d *desk, _ *online, made issuer.Created, n int) bool { // is told with what else there is to say
		d.answer(t, newComputer(t, 100+n).request(t, d.trusted(t), made.Key, 1))
		return false
	},
	"a stranger": func(t *rapid.T, d *desk, _ *online, _ issuer.Created, n int) bool {
		other := d.license(t, issuer.NewLicense{Order: fmt.Sprint("S", n), Customer: "4711"})
		return d.answer(t, newComputer(t, 100+n).request(t, d.trusted(t), other.Key, 1)).Refused
	},
	"another name": func(t *rapid.T, d *desk, pc *online, made issuer.Created, n int) bool {
		pc.label = fmt.Sprint("lab ", n)
		return d.gives(t, made)
	},
	"other hardware": func(t *rapid.T, d *desk, pc *online, made issuer.Created, n int) bool {
		pc.facts = hardware(100 + n)
		return d.gives(t, made)
	},
	"a copy": func(t *rapid.T, d *desk, pc *online, made issuer.Created, n int) bool { // the same hardware with another key takes the place
		twin := computer{newComputer(t, 100+n).Key, pc.facts}
		a := d.answer(t, d.meeting(t, twin, exchange.RequestCheckin, n, []string{made.Serial}))
		return !a.Refused && len(a.Withdrawn) == 0 // a license that was withdrawn stays where it is
	},
}

// gives says that the license is not withdrawn: of one that is, a check-in changes and brings nothing.
func (d *desk) gives(t *rapid.T, made issuer.Created) bool {
	t.Helper()
	l, err := d.License(made.Serial)
	return done(t, err) && l.Withdrawn == nil
}

func done(t *rapid.T, err error) bool {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return true
}

// TestAShortAnswerHidesNothing lets things happen at the vendor's in any order. The check-in that follows is answered in full when it has
// to hear of one of them, and the next one in brief.
func TestAShortAnswerHidesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	names := slices.Sorted(maps.Keys(changes))
	desks := 0
	rapid.Check(t, func(rt *rapid.T) {
		if desks++; desks > 40 || testing.Short() && desks > 20 {
			return
		}
		d := newDesk(t)
		defer func() { _ = d.Close() }()
		made := d.license(rt, issuer.NewLicense{Places: 40, Customer: "8812"})
		d.license(rt, issuer.NewLicense{Order: "other", Customer: "4711"})
		pc := d.join(rt, 1, made)
		pc.briefly(rt, d, false, "the activation")
		pc.briefly(rt, d, true, "a full answer")
		for n := range rapid.IntRange(1, 6).Draw(rt, "steps") {
			name := rapid.SampledFrom(names).Draw(rt, "change")
			news := changes[name](rt, d, pc, made, n+1)
			pc.briefly(rt, d, !news, name)
			pc.briefly(rt, d, true, name+" and a full answer")
		}
	})
}

func TestAFullAnswerSaysWhatTheVendorBelieves(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	made := d.known(t, a)
	a.use(30)
	receipt := a.take(d.receive(t, a.export()).File)
	ask := d.meeting(t, a.computer, exchange.RequestCheckin, 2, []string{made.Serial}, func(r *exchange.Request) { r.Brief = true })
	said := part(t, opened(t, d.answer(t, ask).File, d.trusted(t)), exchange.KindStanding).Standing
	want := exchange.LedgerStanding{Ledger: a.ledger, Epoch: receipt.Epoch, Seq: receipt.Seq, Close: receipt.Close, Receipt: 1}
	if len(said.Ledgers) != 1 || said.Ledgers[0] != want || want.Epoch == 0 || want.Seq == 0 {
		t.Errorf("ledgers %+v, want %+v", said.Ledgers, want)
	}
	if len(said.Licenses) != 1 || said.Licenses[0] != (exchange.RequestLicense{Serial: made.Serial, Version: 3}) {
		t.Errorf("licenses %+v", said.Licenses)
	}
	// Another computer learns nothing of it.
	b := d.join(t, 2, made)
	stranger := part(t, opened(t, d.answer(t, b.ask(t, d)).File, d.trusted(t)), exchange.KindStanding).Standing
	if len(stranger.Ledgers) != 0 || stranger.State == said.State {
		t.Errorf("another computer was told %+v", stranger)
	}
}

func TestShortAnswersAreForgottenInTime(t *testing.T) {
	d := newDesk(t)
	pc := d.join(t, 1, d.license(t, issuer.NewLicense{}))
	pc.briefly(t, d, false, "the activation")
	var ids []string
	for range 100 {
		ask := pc.ask(t, d)
		if !pc.take(t, d, d.answer(t, ask)) {
			t.Fatal("a full answer")
		}
		id, err := issuer.HandedID(ask)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		d.now = d.now.AddDate(0, 0, 1)
	}
	kept := 0
	for i, id := range ids {
		_, ok, err := d.Handed(t.Context(), id)
		if err != nil || ok != (i >= 9) { // when the last one was made, 90 days had passed since
			t.Errorf("answer of day %d: kept %v, %v", i, ok, err)
		}
		if ok {
			kept++
		}
	}
	if kept != 91 {
		t.Errorf("%d are kept", kept)
	}
}

// TestAShortContactIsSmall holds the HTTP bodies of a contact that brings nothing new under 2 KiB each way.
func TestAShortContactIsSmall(t *testing.T) {
	d := newDesk(t)
	var made []issuer.Created
	for i := range 3 {
		made = append(made, d.license(t, issuer.NewLicense{Order: fmt.Sprint(i)}))
	}
	pc := d.join(t, 1, made...)
	pc.briefly(t, d, false, "the activation")
	ask := pc.ask(t, d)
	answer := d.answer(t, ask)
	if !pc.take(t, d, answer) {
		t.Fatal("a full answer")
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"request": armored(t, ask), "answer": answer.File} {
		packed, err := exchange.Pack(file)
		if err != nil {
			t.Fatal(err)
		}
		n := len(z.EncodeAll(packed, nil))
		t.Logf("%s: %d bytes as a file, %d packed, %d on the wire", name, len(file), len(packed), n)
		if n >= 2<<10 {
			t.Errorf("the %s has %d bytes", name, n)
		}
	}
}

// A place that another computer takes is no reason to say everything again; the next full answer tells of it.
func TestAPlaceOfAnotherComputerIsToldWithTheNextFullAnswer(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "A", Places: 5})
	pc := d.join(t, 1, made)
	pc.briefly(t, d, false, "the activation")
	pc.briefly(t, d, true, "the first check-in")
	d.join(t, 2, made)
	pc.briefly(t, d, true, "another computer's activation")
	full := d.answer(t, pc.ask(t, d, func(r *exchange.Request) { r.State = "" }))
	for _, p := range opened(t, full.File, pc.v).Parts {
		if p.License != nil && p.License.Places.Used != 2 {
			t.Errorf("%d places are said to be used", p.License.Places.Used)
		}
	}
	if pc.take(t, d, full) {
		t.Error("what was asked for in full is answered in brief")
	}
	pc.briefly(t, d, true, "the full answer")
}
