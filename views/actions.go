package views

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// act does what the button of a state says.
func (w *Window) act(a terms.Action, f terms.Finding) { w.actOn(nil, a, f) }

// actOn does what a button says; in are the files it stands beside, if any.
func (w *Window) actOn(in *incoming, a terms.Action, f terms.Finding) {
	switch a {
	case terms.ActUseFile:
		w.useFile()
	case terms.ActRequest:
		w.request()
	case terms.ActShowRequest, terms.ActSendRequest:
		w.newestRequest(f)
	case terms.ActTellBuyer:
		w.tellAbout("buyer", f)
	case terms.ActUnlock, terms.ActTryAgain:
		if in != nil && f.State == terms.StateFileUnreadable {
			w.reread(in)
			return
		}
		w.unlock(in)
	case terms.ActSetUpAgain:
		w.setUpAgain()
	case terms.ActPassphrase:
		w.passphrase()
	case terms.ActTrust:
		if in != nil {
			w.lookAgain(in)
			return
		}
		w.useFile()
	case terms.ActCheckin, terms.ActConfirmComputer:
		w.checkIn(f)
	case actAskNow:
		w.askNow(f)
	case terms.ActMoreTime:
		w.moreTime()
	case terms.ActCheckAgain:
		w.checkAgain()
	case terms.ActConfirmRestore:
		w.confirmRestore()
	case terms.ActSeeChanges:
		w.seeChanges(f)
	case terms.ActExportUsage:
		w.exportUsage(f)
	case terms.ActSeeReceipt:
		w.seeReceipt(f)
	case terms.ActAskVendor:
		w.tellAbout(plain.NoteVendor, f)
	case terms.ActCopyDetails:
		w.copy(w.v.detailsForSender(in, f))
	}
}

// unlock lets the system ask the person, in the background; files that were waiting for it are used afterwards.
func (w *Window) unlock(in *incoming) {
	w.do(w.v.t("busy.unlock", "keychain", w.snap.KeyStore.Label), func(ctx context.Context) func() {
		err := w.engine.Unlock(w.o.Interactive(ctx))
		st := w.look()
		return func() {
			w.set(st)
			switch {
			case err != nil && in != nil:
				w.notUsed(in, err)
			case err != nil:
				w.warn(err)
			case in != nil && in.page.use != nil && !in.page.use.Disabled():
				w.use(in, in.model.Trust != nil)
			default:
				w.toast("ok", look.OK, w.v.t("unlocked"))
			}
		}
	})
}

// reread reads files again that could not be read, such as from a stick that was not in.
func (w *Window) reread(in *incoming) {
	if in.paths[0] == "-" {
		return
	}
	read, dir := w.o.Read, w.o.Dir
	w.do(w.v.t("busy.look"), func(ctx context.Context) func() { return w.inspect(ctx, in.paths, read(in.paths, dir)) })
}

func (w *Window) setUpAgain() {
	text := w.v.t("setup.text")
	if w.snap.Records.State == terms.StateRecordsDamaged {
		text = w.v.t("setup.text_damaged")
	}
	body := w.withCommand(look.NewPara(text, look.Body), "setup")
	w.askBody(w.v.t("setup.title"), body, w.v.t("not_now"), w.v.t("setup.yes"), false, func() {
		w.do(w.v.t("busy.setup"), func(ctx context.Context) func() {
			err := w.engine.SetUpAgain(w.o.Interactive(ctx))
			st := w.look()
			return func() {
				w.set(st)
				w.visit(w.home())
				if err != nil {
					w.warn(err)
					return
				}
				w.toast("ok", look.OK, w.v.t("setup.done"))
			}
		})
	})
}

// detailsForSender is what helps the person who sent a file that did not arrive whole. It holds nothing of this computer.
func (v voice) detailsForSender(in *incoming, f terms.Finding) string {
	if in == nil || len(in.src) == 0 {
		return v.headline(f, time.Time{})
	}
	var out []string
	for _, s := range in.src {
		sum := sha256.Sum256(s.Data)
		out = append(out, v.t("sender", "name", filepath.Base(s.Name), "bytes", len(s.Data),
			"state", v.headline(f, time.Time{}), "code", string(f.State), "sum", hex.EncodeToString(sum[:])))
	}
	return strings.Join(out, "\n")
}
