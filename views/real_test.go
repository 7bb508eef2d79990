package views

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/keystore"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// still is an engine that tells nobody of changes: everything in these tests happens on one goroutine.
type still struct{ *licensing.Engine }

func (still) Watch(func(licensing.Snapshot)) func() { return func() {} }

// window opens the window of a computer, with files read from a real disk.
func window(c *computer) *bench {
	c.t.Helper()
	return windowWith(c, benchOptions{})
}

func windowWith(c *computer, o benchOptions) *bench {
	c.t.Helper()
	b := open(c.t, nil, o)
	b.w.o.Read = func(paths []string, dir string) []licensing.Source { return licensing.ReadSources(paths, nil, dir) }
	b.w.SetEngine(still{c.Engine})
	return b
}

// put writes a file that came by stick.
func (b *bench) put(name string, data []byte) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// use goes to a file the way a person does.
func (b *bench) use(path string) {
	b.t.Helper()
	if b.w.shown.FirstRun && b.w.now.bare {
		b.clickID("first.yes")
	} else {
		b.goTo(secFiles)
		b.clickID("files.use")
	}
	entry := look.ByFocusKey(b.root(), "path")
	if b.mustSay(b.w.v.t("open.title")); entry == nil {
		b.t.Fatal("there is no dialog for a file")
	}
	b.w.canvas().Focus(entry)
	typePath(b, path)
	if b.w.trail.here().name != "preview" {
		b.t.Fatalf("%s is not looked at; the window says\n  %s", path, strings.Join(b.texts(), "\n  "))
	}
}

// mustShow demands a headline and its four answers, word by word, and at most one button that stands out.
func (b *bench) mustShow(a plain.Answers) {
	b.t.Helper()
	on := b.texts()
	for name, want := range map[string]string{"headline": a.Headline, "happened": a.Happened, "works": a.Works, "do": a.Do, "by": a.By} {
		if want == "" || strings.ContainsAny(want, "{}") || strings.Contains(want, "<no value>") {
			b.t.Errorf("%s is %q", name, want)
		}
		if !slices.Contains(on, want) {
			b.t.Errorf("the window does not say %s %q; it says\n  %s", name, want, strings.Join(on, "\n  "))
		}
	}
	b.oneMainButton()
}

func (b *bench) oneMainButton() {
	b.t.Helper()
	var main []string
	walkAll(b.root(), func(o fyne.CanvasObject) {
		if v, ok := o.(*look.Button); ok && (v.Kind == look.PrimaryButton || v.Kind == look.DangerFull) {
			main = append(main, v.Label)
		}
	})
	if len(main) > 1 {
		b.t.Errorf("several main buttons: %q", main)
	}
}

func (b *bench) hasButton(label string) bool {
	found := false
	walkAll(b.root(), func(o fyne.CanvasObject) {
		v, ok := o.(*look.Button)
		found = found || ok && v.Label == label
	})
	return found
}

func (b *bench) say(f terms.Finding) plain.Answers {
	return b.w.v.Say(f, b.w.snap.Verdict.At, b.w.v.zone)
}

// mustReach demands that import, export and support are within reach.
func (b *bench) mustReach() {
	b.t.Helper()
	b.use(b.put("holiday.txt", []byte("Dear all, this is no license.")))
	b.mustSay(b.w.v.t("preview.title"))
	b.mustShow(b.say(terms.NewProblem(terms.StateFileOtherKind, terms.Slots{"kind": exchange.OtherText}, nil).Finding))
	b.press(fyne.KeyEscape)
	if b.w.now.bare {
		b.clickID("first.no")
	} else {
		b.goTo(secFiles)
		b.clickID("act.request")
	}
	b.mustSay(b.w.v.t("request.title"), b.w.v.t("request.lead"))
	b.oneMainButton()
	b.press(fyne.KeyEscape)
	if b.w.now.bare {
		b.clickID("first.help")
	} else {
		b.goTo(secHelp)
	}
	b.clickID("help.copy")
	text := b.w.app.Clipboard().Content()
	for _, id := range []string{"clock", "keystore", "records", "device", "trust", "documents", "disk"} {
		if name := b.w.v.Text("doctor."+id+".name", nil); !strings.Contains(text, name) {
			b.t.Errorf("the text for support says nothing of %q:\n%s", name, text)
		}
	}
	if code := b.w.snap.Device.Code; !strings.Contains(text, code) {
		b.t.Errorf("the text for support does not name the computer %q:\n%s", code, text)
	}
	b.oneMainButton()
}

func trial(p *terms.Policy)    { p.Term = terms.Term{Kind: terms.TermTrial, Length: terms.Days(30)} }
func noEnd(p *terms.Policy)    { p.Term = terms.Term{Perpetual: true} }
func fromNext(p *terms.Policy) { p.Term.Starts = "2027-02-01" }
func firstUse(p *terms.Policy) { p.Devices.FirstUse = terms.Days(14) }
func onePlace(p *terms.Policy) { p.Devices.Places = 1 }

// stateCause brings a state of the computer or of a product about.
type stateCause struct {
	name  string
	state terms.State
	cause func(w *world)
	line  bool // it is no banner, but a line that can be opened
}

func keyStore(c keystore.Class) func(*world) {
	return func(w *world) {
		w.activated()
		w.here.restart(c)
	}
}

// tear cuts the last record of the journal off in its middle, as a power cut does.
func tear(c *computer) {
	c.t.Helper()
	c.rewrite(func(journal []byte) []byte { return journal[:len(journal)-7] })
}

// garble damages the journal in its middle and loses every copy, as a broken disk does.
func garble(c *computer) {
	c.t.Helper()
	c.rewrite(func(journal []byte) []byte {
		for i := len(journal) / 3; i < len(journal)*2/3; i++ {
			journal[i] ^= 0x55
		}
		return journal
	})
	if err := errors.Join(os.Remove(filepath.Join(c.home, "index.db")), os.Remove(filepath.Join(c.home, "checkpoint.json"))); err != nil {
		c.t.Fatal(err)
	}
}

// rewrite changes the only segment of the journal.
func (c *computer) rewrite(change func([]byte) []byte) {
	c.t.Helper()
	names, err := filepath.Glob(filepath.Join(c.home, "journal", "*.seg"))
	if err != nil || len(names) != 1 {
		c.t.Fatalf("%v, %v", names, err)
	}
	journal, err := os.ReadFile(names[0])
	if err == nil {
		err = os.WriteFile(names[0], change(journal), 0o600)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

func stateCauses() []stateCause {
	return []stateCause{
		{"not set up", terms.StateNotSetUp, func(*world) {}, false},
		{"not set up with a known vendor", terms.StateNotSetUp, func(w *world) { w.trusting() }, false},
		{"request waiting", terms.StateRequestWaiting, func(w *world) { w.trusting().ask(w.acme.sell().Key) }, false},
		{"request refused", terms.StateRequestRefused, func(w *world) { w.here.take(w.acme.answer(w.trusting().ask(strangeKey(w.t)))) }, false},
		{"device limit", terms.StateDeviceLimit, func(w *world) {
			sold := w.acme.sell(onePlace)
			w.elsewhere(sold)
			w.here.take(w.acme.answer(w.trusting().ask(sold.Key)))
		}, false},
		{"first use", terms.StateFirstUse, func(w *world) { w.here.take(w.acme.sell(firstUse).Welcome) }, false},
		{"limited after first use", terms.StateLimited, func(w *world) {
			w.here.take(w.acme.sell(firstUse).Welcome)
			w.pass(15)
		}, false},
		{"active", terms.StateActive, func(w *world) { w.activated() }, false},
		{"active without end", terms.StateActiveNoEnd, func(w *world) { w.activated(noEnd) }, false},
		{"trial", terms.StateTrial, func(w *world) { w.activated(trial) }, false},
		{"trial over", terms.StateExpired, func(w *world) { w.activated(trial); w.pass(31) }, false},
		{"not started", terms.StateNotStarted, func(w *world) { w.activated(fromNext) }, false},
		{"ending soon", terms.StateEndingSoon, func(w *world) { w.activated(); w.pass(330) }, false},
		{"grace for renewal", terms.StateGraceRenewal, func(w *world) { w.activated(); w.pass(370) }, false},
		{"expired", terms.StateExpired, func(w *world) { w.activated(); w.pass(400) }, false},
		{"license of the keys from before", terms.StateOtherComputer, func(w *world) {
			w.activated()
			w.here.restart(keystore.Missing)
			if err := w.here.SetUpAgain(context.Background()); err != nil {
				w.t.Fatal(err)
			}
			w.here.restart(keystore.OK)
		}, false},
		{"key store locked", terms.StateKeychainLocked, keyStore(keystore.Locked), false},
		{"key store locked for too long", terms.StateKeychainLocked, func(w *world) {
			keyStore(keystore.Locked)(w)
			w.pass(8)
		}, false},
		{"key store denied", terms.StateKeychainDenied, keyStore(keystore.Denied), false},
		{"key store mute", terms.StateKeychainMute, keyStore(keystore.Mute), false},
		{"no key store", terms.StateKeychainNone, keyStore(keystore.None), false},
		{"keys gone", terms.StateKeyMissing, keyStore(keystore.Missing), false},
		{"records repaired", terms.StateRecordsRepaired, func(w *world) { w.activated(); w.here.lose("journal") }, true},
		{"records repaired after a power cut", terms.StateRecordsRepaired, func(w *world) {
			w.activated()
			w.here.between(func() { tear(w.here) })
		}, true},
		{"records damaged", terms.StateRecordsDamaged, func(w *world) {
			w.activated()
			w.here.between(func() { garble(w.here) })
		}, false},
		{"records without their name", terms.StateRecordsDamaged, func(w *world) { w.activated(); w.here.lose("home.json", "checkpoint.json") }, false},
		{"disk full", terms.StateDiskFull, func(w *world) {
			w.activated()
			w.here.between(func() {
				tear(w.here)
				w.here.disk.problem = syscall.ENOSPC
			})
		}, false},
		{"vendor key changed", terms.StateVendorKeyChanged, func(w *world) {
			w.activated()
			w.pass(1)
			if _, err := w.acme.RotateKeys(issuer.Rotation{Root: true}); err != nil {
				w.t.Fatal(err)
			}
			w.here.take(w.acme.profile())
		}, true},
	}
}

// leadsTo is what the button of a state opens; others try at once, and what is still so is said again.
var leadsTo = map[terms.Action]string{
	terms.ActUseFile: "open.title", terms.ActRequest: "request.lead", terms.ActSendRequest: "open_request.again", terms.ActTellBuyer: "tell.lead",
	terms.ActShowRequest: "open_request.again", terms.ActSetUpAgain: "setup.text", terms.ActPassphrase: "passphrase.title",
}

func TestRealStatesShowTheirFourAnswersAndAWayOn(t *testing.T) {
	for _, c := range stateCauses() {
		t.Run(string(c.state)+"/"+c.name, func(t *testing.T) {
			w := newWorld(t)
			c.cause(w)
			b := window(w.here)
			f := b.w.snap.Verdict.Main
			if c.line {
				i := slices.IndexFunc(b.w.snap.Verdict.Others, func(f terms.Finding) bool { return f.State == c.state })
				if i < 0 {
					t.Fatalf("state is %s, with %v", f.State, b.w.snap.Verdict.Others)
				}
				f = b.w.snap.Verdict.Others[i]
				b.oneMainButton()
				b.click(b.say(f).Headline)
			}
			if f.State != c.state {
				t.Fatalf("state is %s", f.State)
			}
			a := b.say(f)
			b.mustShow(a)
			if a.Button != "" && !b.w.now.bare {
				b.click(a.Button)
				if leads, ok := leadsTo[a.Action]; ok {
					if f.State == terms.StateRecordsDamaged {
						leads = "setup.text_damaged"
					}
					b.mustSay(b.w.v.t(leads))
					b.press(fyne.KeyEscape)
				}
				b.mustShow(a)
			}
			b.mustReach()
		})
	}
}
