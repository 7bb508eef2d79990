package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

const (
	stableFor  = 2 * time.Second // a file that did not change for so long is whole
	lookEvery  = time.Second
	looksOnce  = 10 // with --once, while files are still being written
	doneDir    = "done"
	rejectDir  = "rejected"
	reasonText = ".reason.txt"
	reasonJSON = ".reason.json"
)

// Run answers what is put into a folder, until it is stopped. Each file is taken once, when it has not changed for two seconds, and
// goes to done/ or, with the reason beside it, to rejected/. What holds the issuer up as a whole leaves the files where they are.
func (c *watchCommand) Run(p *program) error {
	if _, err := p.fs.Stat(c.In); err != nil {
		return inFile(c.In, err)
	}
	for _, dir := range []string{c.In, c.Out} {
		if info, err := p.fs.Stat(dir); err == nil && !info.IsDir() {
			return badValue("watch", dir)
		}
	}
	w, looks := watching{p: p, c: c, seen: map[string]sight{}}, 0
	for {
		err := w.look()
		looks++
		switch {
		case c.Once && (err != nil || len(w.seen) == 0 || looks == looksOnce || p.ctx.Err() != nil):
			return errors.Join(err, w.close())
		case c.Once: // what was copied just now is whole soon
		case p.ctx.Err() != nil:
			return nil
		case err == nil:
			w.last = ""
		case !w.told(err):
			_, _ = fmt.Fprintln(p.err, p.sentence(err))
		}
		p.wait(p.ctx, lookEvery)
		if p.ctx.Err() != nil && !c.Once {
			return nil
		}
	}
}

// watching is one run over a folder.
type watching struct {
	p       *program
	c       *watchCommand
	seen    map[string]sight // those that are not taken yet
	last    string           // code of what held the issuer up when it was last told
	handled []watchedJSON
}

// sight is a file as it was seen, and since when it has been so.
type sight struct {
	size  int64
	mod   time.Time
	since time.Time
}

// watchedJSON is what became of one file.
type watchedJSON struct {
	File    string       `json:"file"`
	Result  string       `json:"result"` // done, partly or rejected
	Answers []answerJSON `json:"answers"`
	Reasons []problem    `json:"reasons,omitempty"`
}

// told says whether a person was told of this already. The sentence may differ, as it does when it names the time.
func (w *watching) told(err error) bool {
	code := stableCode(err)
	same := code == w.last
	w.last = code
	return same
}

// look takes every file that is whole. With --once a file is whole when it was last changed two seconds ago, or bears a time to come.
func (w *watching) look() error {
	entries, err := w.p.fs.ReadDir(w.c.In)
	if err != nil {
		return inFile(w.c.In, err)
	}
	now := w.p.now()
	var whole []fs.DirEntry
	here := map[string]sight{}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".tmp") || strings.HasSuffix(name, ".part") {
			continue
		}
		info, err := e.Info()
		if err != nil { // gone meanwhile
			continue
		}
		s := sight{info.Size(), info.ModTime(), now}
		if was, ok := w.seen[name]; ok && was.size == s.size && was.mod.Equal(s.mod) {
			s.since = was.since
		}
		here[name] = s
		if now.Sub(s.since) >= stableFor || w.c.Once && now.Sub(s.mod).Abs() >= stableFor {
			whole = append(whole, e)
		}
	}
	w.seen = here
	if len(whole) == 0 {
		return nil
	}
	if done, err := w.elsewhere(); done || err != nil {
		return err
	}
	is, err := w.p.openToSign(w.c.Dir) // only as long as there is work: the desk has it open in between
	if err != nil {
		return err
	}
	defer is.Close()
	for _, e := range whole {
		if w.p.ctx.Err() != nil {
			return context.Canceled
		}
		if err := w.take(is, e); err != nil {
			return err
		}
		delete(w.seen, e.Name())
	}
	return nil
}

// take answers one file and moves it away. The error is one that the next file would meet too.
func (w *watching) take(is *opened, e fs.DirEntry) error {
	name := e.Name()
	path := filepath.Join(w.c.In, name)
	info, err := e.Info()
	if err != nil {
		return nil // gone meanwhile
	}
	a := answering{p: w.p, is: is, out: w.c.Out, into: true, mail: w.c.Mail}
	if err := refused(info); err != nil {
		a.trouble(path, err)
	} else if err := a.source(path); err != nil {
		return err
	}
	if len(a.answers) == 0 && len(a.problems) == 0 {
		a.trouble(path, &issuer.Error{Code: issuer.CodeNoRequest, Slots: map[string]any{"file": name}})
	}
	done := watchedJSON{File: name, Result: "done", Answers: orEmpty(a.answers), Reasons: a.problems}
	into := doneDir
	switch {
	case len(a.answers) == 0:
		done.Result, into = "rejected", rejectDir
	case len(a.problems) > 0:
		done.Result = "partly"
	}
	if err := w.move(path, filepath.Join(w.c.In, into), name, done); err != nil {
		return err
	}
	w.handled = append(w.handled, done)
	return nil
}

// refused says why a file is not even opened: a link could lead anywhere, and what is no file could block.
func refused(info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return &issuer.Error{Code: codeLink, Slots: map[string]any{"file": info.Name()}}
	case info.Size() > exchange.MaxFile:
		return &issuer.Error{Code: codeLarge, Slots: map[string]any{"file": info.Name(), "most": exchange.MaxFile >> 20}}
	}
	return nil
}

// move puts a file away under a name that is free. The reasons are written first, so that no file lies in rejected/ without one.
func (w *watching) move(from, dir, name string, done watchedJSON) error {
	if err := w.p.fs.MkdirAll(dir, 0o700); err != nil {
		return inFile(dir, err)
	}
	to, err := w.free(dir, name)
	if err != nil {
		return err
	}
	if len(done.Reasons) > 0 {
		var lines []string
		for _, r := range done.Reasons {
			lines = append(lines, r.Text)
		}
		b, err := indented(done)
		if err == nil {
			err = disk.WriteFile(w.p.fs, to+reasonJSON, b, 0o600)
		}
		if err == nil {
			err = disk.WriteFile(w.p.fs, to+reasonText, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
		}
		if err != nil {
			return inFile(to, err)
		}
	}
	if err := w.p.fs.Rename(from, to); err != nil {
		return inFile(from, err)
	}
	return inFile(dir, w.p.fs.SyncDir(dir))
}

// free finds a name in dir that nothing has.
func (w *watching) free(dir, name string) (string, error) {
	ending := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ending)
	taken := map[string]bool{}
	entries, err := w.p.fs.ReadDir(dir)
	if err != nil {
		return "", inFile(dir, err)
	}
	for _, e := range entries {
		taken[e.Name()] = true
	}
	to := name
	for n := 2; taken[to]; n++ {
		to = fmt.Sprintf("%s_%d%s", stem, n, ending)
	}
	return filepath.Join(dir, to), nil
}

// close ends a run with --once.
func (w *watching) close() error {
	rejected, partly := 0, 0
	for _, h := range w.handled {
		switch h.Result {
		case "rejected":
			rejected++
		case "partly":
			partly++
		}
	}
	if partly > 0 || rejected > 0 || len(w.seen) > 0 {
		w.p.code = exitPartly
	}
	if w.p.cli.JSON {
		w.p.json(struct {
			head
			Files []watchedJSON `json:"files"`
			Left  []string      `json:"left,omitempty"` // still being written
		}{head{1, w.p.code}, orEmpty(w.handled), slices.Sorted(maps.Keys(w.seen))})
	} else {
		w.p.note("issuer.say.watch.done", map[string]any{"n": len(w.handled), "rejected": rejected})
		if len(w.seen) > 0 {
			w.p.note("issuer.say.watch.left", map[string]any{"files": slices.Sorted(maps.Keys(w.seen))})
		}
	}
	return nil
}
