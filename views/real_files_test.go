package views

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// fileCause brings a file about that says something else than "use me".
type fileCause struct {
	name  string
	state terms.State
	// file leaves a file or folder and returns its name.
	file func(w *world, put func(name string, data []byte) string) string
}

func fileCauses() []fileCause {
	const lic = "license.hflic"
	type put = func(string, []byte) string
	return []fileCause{
		{"cut off by a mail", terms.StateFileCut, func(w *world, put put) string {
			a := w.acme.answer(w.trusting().ask(w.acme.sell().Key))
			return put(lic, a[:len(a)/2])
		}},
		{"one letter changed", terms.StateFileChanged, func(w *world, put put) string {
			a := w.acme.answer(w.trusting().ask(w.acme.sell().Key))
			i := bytes.LastIndex(a, []byte("-----END")) - 40
			a[i] ^= 'A' ^ 'B'
			return put(lic, a)
		}},
		{"empty", terms.StateFileEmpty, func(_ *world, put put) string { return put(lic, nil) }},
		{"own request", terms.StateFileRequest, func(w *world, put put) string {
			return put("request.hfreq", w.trusting().ask(w.acme.sell().Key))
		}},
		{"web page", terms.StateFileOtherKind, func(_ *world, put put) string {
			return put("download.htm", []byte("<!doctype html><html><body>Please sign in</body></html>"))
		}},
		{"license of a vendor that is not trusted", terms.StateFileUnknownSender, func(w *world, put put) string {
			return put(lic, w.elsewhere(w.acme.sell()))
		}},
		{"license of another vendor of the same name", terms.StateFileUnknownSender, func(w *world, put put) string {
			thief := newOffice(w.t, w.clock)
			return put(lic, thief.answer(w.trusting().ask(w.acme.sell().Key)))
		}},
		{"renewal before the last", terms.StateFileOlder, func(w *world, put put) string {
			sold := w.activated()
			w.pass(1)
			first := w.acme.renew(sold.Serial)
			w.pass(1)
			w.here.take(w.acme.renew(sold.Serial))
			return put(lic, first)
		}},
		{"in use already", terms.StateFileKnown, func(w *world, put put) string {
			a := w.acme.answer(w.trusting().ask(w.acme.sell().Key))
			w.here.take(a)
			return put(lic, a)
		}},
		{"for a later version", terms.StateFileTooNew, func(w *world, put put) string {
			w.activated()
			return put("acme.hfrcp", w.acme.says(exchange.KindReceipt, nil, exchange.Part{Kind: exchange.KindReceipt, ID: "R-1", Receipt: &exchange.Receipt{}}))
		}},
		{"not there", terms.StateFileUnreadable, func(w *world, _ put) string { return filepath.Join(w.t.TempDir(), "gone.hflic") }},
		{"renewal for a request that was given up", terms.StateFileWrongRequest, func(w *world, put put) string {
			sold := w.acme.sell()
			w.acme.answer(w.trusting().ask(sold.Key)) // lost on its way
			w.cancel()
			w.pass(1)
			return put(lic, w.acme.renew(sold.Serial))
		}},
		{"answer to a request that was given up", terms.StateFileRequestOver, func(w *world, put put) string {
			a := w.acme.answer(w.trusting().ask(w.acme.sell().Key))
			w.pass(1)
			w.cancel()
			return put(lic, a)
		}},
		{"answer that came too late", terms.StateFileRequestOver, func(w *world, put put) string {
			a := w.acme.answer(w.trusting().ask(w.acme.sell().Key))
			w.pass(61)
			return put(lic, a)
		}},
		{"second answer to one request", terms.StateFileReplayed, func(w *world, put put) string {
			sold := w.acme.sell()
			restored := w.acme.backup()
			ask := w.trusting().ask(sold.Key)
			w.here.take(w.acme.answer(ask))
			w.pass(1)
			return put(lic, restored.answer(ask))
		}},
		{"folder for other computers", terms.StateFileNoneForHere, func(w *world, put put) string {
			a := w.elsewhere(w.acme.sell())
			w.activated()
			return filepath.Dir(put(lic, a))
		}},
		{"for another computer", terms.StateOtherComputer, func(w *world, put put) string {
			a := w.elsewhere(w.acme.sell())
			w.activated()
			return put(lic, a)
		}},
		{"for another customer", terms.StateFileOtherOrg, func(w *world, put put) string {
			w.activated()
			l := w.here.Snapshot().Facts.Licenses[0].License
			l.Version++
			return put(lic, w.acme.says(exchange.KindLicense, &exchange.Audience{Scope: "customer", ID: "customer 8"},
				exchange.Part{Kind: exchange.KindLicense, Version: l.Version, License: &l}))
		}},
		{"vendor that is new", terms.StateVendorNew, func(w *world, put put) string { return put("acme.hfkey", w.acme.profile()) }},
		{"welcome file", terms.StateVendorNew, func(w *world, put put) string { return put("welcome.hfkey", w.acme.sell(firstUse).Welcome) }},
		{"refusal", terms.StateRequestRefused, func(w *world, put put) string {
			return put("no-license.hflic", w.acme.answer(w.trusting().ask(strangeKey(w.t))))
		}},
		{"refusal for want of places", terms.StateDeviceLimit, func(w *world, put put) string {
			sold := w.acme.sell(onePlace)
			w.elsewhere(sold)
			return put("no-license.hflic", w.acme.answer(w.trusting().ask(sold.Key)))
		}},
	}
}

// cancel gives the open request up.
func (w *world) cancel() {
	w.t.Helper()
	if _, err := w.here.CancelRequest(context.Background(), ""); err != nil {
		w.t.Fatal(err)
	}
}

func TestRealFilesSayWhatTheyAreAndLeaveAWayOn(t *testing.T) {
	for _, c := range fileCauses() {
		t.Run(string(c.state)+"/"+c.name, func(t *testing.T) {
			w := newWorld(t)
			in := t.TempDir()
			path := c.file(w, func(name string, data []byte) string {
				path := filepath.Join(in, name)
				if err := os.WriteFile(path, data, 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			})
			before := w.here.Snapshot().Records.Seq
			b := window(w.here)
			if info, err := os.Stat(path); err == nil && info.IsDir() {
				b.w.Open([]string{path}) // dropped: the dialog asks for files
			} else {
				b.use(path)
			}
			f := w.here.Inspect(context.Background(), licensing.ReadSources([]string{path}, nil, "")).Finding
			if f.State != c.state {
				t.Fatalf("state is %s", f.State)
			}
			a := b.say(f)
			if c.state == terms.StateVendorNew {
				a.Do = b.w.v.t("trust.do") // beside the words
				b.mustSay(b.w.v.t("trust.tick"))
			}
			b.mustShow(a)
			if w.here.Snapshot().Records.Seq != before {
				t.Error("looking at the file wrote records")
			}
			b.mustReach()
		})
	}
}
