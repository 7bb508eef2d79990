package views

// fetched is live for a page that needs more than a snapshot holds: ask runs in the background when the page opens and after
// every change, and model puts what it gave into words. read is false until the first answer is here.
func fetched[D, M any](w *Window, s *screen, ask func() (D, error), model func(d D, read bool, err error) M, show func(M)) {
	var d D
	var problem error
	read := false
	renew := live(w, func() M { return model(d, read, problem) }, show)
	fetch := func() {
		w.work.quietly(func() func() {
			got, err := ask()
			return func() {
				d, problem, read = got, err, true
				renew()
			}
		})
	}
	seen := w.snap.Revision
	s.renew = func() {
		renew()
		if seen != w.snap.Revision {
			seen = w.snap.Revision
			fetch()
		}
	}
	fetch()
}
