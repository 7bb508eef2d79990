package views

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"holdfast/licensing"
	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// requestMode is what a request file is written with: it is made to be handed on.
const requestMode = 0o644

func (w *Window) saveRequest(made licensing.Made) {
	w.saveDialog(w.v.t("save.title"), made.Name, func(path string) { w.writeRequest(made, path) })
}

func (w *Window) writeRequest(made licensing.Made, path string) {
	w.writeRequestThen(made, path, func() {})
}

// writeRequestThen saves a request file, shows where, and goes on with then.
func (w *Window) writeRequestThen(made licensing.Made, path string, then func()) {
	w.do(w.v.t("busy.save"), func(ctx context.Context) func() {
		err := disk.WriteFile(disk.OS(), path, made.File, requestMode)
		var unkept error
		if err == nil {
			// The file is what counts: when its name cannot be recorded now, the window remembers it.
			unkept = w.engine.RequestSaved(ctx, made.Request.ID, filepath.Base(path))
		}
		st := w.look()
		return func() {
			if unkept != nil {
				w.saved[made.Request.ID] = filepath.Base(path)
			}
			w.set(st)
			switch {
			case disk.IsFull(err):
				w.warn(terms.NewProblem(terms.StateDiskFull, nil, err))
				return
			case err != nil:
				w.toast("warn", look.Warn, w.v.t("save.problem"))
				return
			}
			w.visit(w.requestPlace(made, path))
			then()
		}
	})
}

// withSaved is s with the names of saved request files that could not be recorded yet. Once they can be, they are.
func (w *Window) withSaved(s licensing.Snapshot) licensing.Snapshot {
	if len(w.saved) == 0 {
		return s
	}
	s.Requests = slices.Clone(s.Requests)
	open := map[string]string{}
	for i := range s.Requests {
		r := &s.Requests[i]
		if name := w.saved[r.ID]; name != "" && r.File != name && r.State == terms.RequestOpen {
			r.File, open[r.ID] = name, name
		}
	}
	w.saved = open
	if s.KeyStore.State == "" && s.Records.State == "" && len(open) > 0 {
		names := maps.Clone(open)
		w.work.quietly(func() func() {
			for id, name := range names {
				_ = w.engine.RequestSaved(context.Background(), id, name) // else the next look tries again
			}
			return nil
		})
	}
	return s
}

// mailRequest opens a draft to the vendor. The file has to be saved first, since a mail program takes it from there.
func (w *Window) mailRequest(made licensing.Made, path string) {
	write := func(path string) {
		m := w.v.requestMail(w.snap, made, path)
		w.openMail(m, func() { w.toast("ok", look.OK, w.v.t("mail.opened", "name", filepath.Base(path))) })
	}
	if path != "" {
		write(path)
		return
	}
	w.saveDialog(w.v.t("save.title"), made.Name, func(path string) {
		w.writeRequestThen(made, path, func() { write(path) })
	})
}
