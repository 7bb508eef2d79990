package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
)

// watch runs the program over d's inbox. step is called instead of waiting, with the number of the look that is over; it
// returns how much time went by and whether to go on.
func (d desk) watch(now *time.Time, fs disk.FS, step func(n int) (time.Duration, bool)) (code int, text string) {
	d.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var out, errs bytes.Buffer
	n := 0
	w := world{in: strings.NewReader(""), out: &out, err: &errs, fs: fs, now: func() time.Time { return *now }, wait: func(context.Context, time.Duration) {
		n++
		passed, on := step(n)
		*now = now.Add(passed)
		if !on || n > 100 {
			stop()
		}
	}}
	return run(ctx, []string{"watch", d.path("inbox"), "--dir", d.path("acme"), "--out", d.path("outbox")}, w), errs.String()
}

func (d desk) has(dir, name string) bool {
	_, err := os.Lstat(d.path(filepath.Join(dir, name)))
	return err == nil
}

func TestAFileIsTakenOnlyWhenItHasNotChangedForTwoSeconds(t *testing.T) {
	d := newDesk(t, 2)
	now := scriptTime()
	d.request("coming", 1, 1)
	whole, err := os.ReadFile(d.path("coming/1.hfreq"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(d.path("inbox"), 0o700); err != nil {
		t.Fatal(err)
	}
	grow := func(to int) {
		if err := os.WriteFile(d.path("inbox/1.hfreq"), whole[:to], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	grow(100)
	code, text := d.watch(&now, disk.OS(), func(n int) (time.Duration, bool) {
		switch n {
		case 1, 2:
			grow(len(whole) * n / 3) // somebody is still writing
		case 3:
			grow(len(whole))
		}
		if n <= 5 && d.has("inbox/done", "1.hfreq") {
			t.Errorf("taken after look %d", n)
		}
		return time.Second, n < 8
	})
	if code != 0 || !d.has("inbox/done", "1.hfreq") || d.has("inbox", "rejected") {
		t.Errorf("code %d: %s", code, text)
	}
	if got := d.whole(d.path("outbox")); len(got) != 1 {
		t.Errorf("%d answers", len(got))
	}
}

func TestWhatHoldsTheIssuerUpLeavesTheFilesAndIsToldOnce(t *testing.T) {
	d := newDesk(t, 2)
	d.request("inbox", 1, 1)
	now := scriptTime().Add(-24 * time.Hour) // behind the newest signature
	code, text := d.watch(&now, disk.OS(), func(n int) (time.Duration, bool) {
		if n == 6 {
			now = scriptTime() // somebody put the clock right
		}
		return time.Second, n < 9
	})
	if code != 0 || strings.Count(text, "newest signature is from") != 1 {
		t.Errorf("code %d: %s", code, text)
	}
	if !d.has("inbox/done", "1.hfreq") {
		t.Error("the file was not taken when the clock was right again")
	}
}

// TestAFullDiskLosesNoFileOfTheWatchedFolder lets each call to the file system break in turn.
func TestAFullDiskLosesNoFileOfTheWatchedFolder(t *testing.T) {
	d := newDesk(t, 1)
	d.request("first", 1, 2) // the second finds no place: its answer is a refusal
	if err := os.WriteFile(d.path("first/note.txt"), []byte("no request"), 0o600); err != nil {
		t.Fatal(err)
	}
	broke := 0
	for n := 1; ; n++ {
		for _, dir := range []string{"inbox", "outbox"} {
			if err := os.RemoveAll(d.path(dir)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.CopyFS(d.path("inbox"), os.DirFS(d.path("first"))); err != nil {
			t.Fatal(err)
		}
		now := scriptTime()
		faulty := disk.NewFaulty(disk.OS(), n, syscall.ENOSPC)
		d.watch(&now, faulty, func(n int) (time.Duration, bool) { return time.Second, n < 6 })
		if !faulty.Tripped() {
			break
		}
		broke++
		now = now.Add(time.Minute)
		code, text := d.watch(&now, disk.OS(), func(n int) (time.Duration, bool) { return time.Second, n < 4 })
		if got := d.whole(d.path("outbox")); code != 0 || len(got) != 2 {
			t.Errorf("call %d: %d answers, code %d: %s", n, len(got), code, text)
		}
		for _, name := range []string{"done/1.hfreq", "done/2.hfreq", "rejected/note.txt", "rejected/note.txt" + reasonText} {
			if !d.has("inbox", name) {
				t.Errorf("call %d: %s is not there", n, name)
			}
		}
		if n > 300 {
			t.Fatal("too many calls to be tried one by one")
		}
	}
	if broke < 10 {
		t.Errorf("only %d calls broke", broke)
	}
}

func TestOneRunWaitsForAFileThatWasCopiedJustNowAndNamesOneThatStillGrows(t *testing.T) {
	d := newDesk(t, 1)
	d.request("inbox", 1, 1)
	growing := d.path("inbox/2.hfreq")
	now := time.Now().Add(time.Second) // the file system's times are real
	t.Setenv("NOW", now.UTC().Format(time.RFC3339))
	once := func(grows bool) (code int, said string) {
		var out, errs bytes.Buffer
		w := world{in: strings.NewReader(""), out: &out, err: &errs, fs: disk.OS(), now: func() time.Time { return now }, wait: func(_ context.Context, passed time.Duration) {
			now = now.Add(passed)
			if grows {
				f, err := os.OpenFile(growing, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = f.WriteString("more")
				_ = f.Close()
				_ = os.Chtimes(growing, now, now)
			}
		}}
		code = run(context.Background(), []string{"watch", d.path("inbox"), "--dir", d.path("acme"), "--out", d.path("outbox"), "--once"}, w)
		return code, errs.String()
	}
	if code, said := once(true); code != exitPartly || !d.has("inbox/done", "1.hfreq") || !d.has("inbox", "2.hfreq") || !strings.Contains(said, "2.hfreq") {
		t.Errorf("code %d: %s", code, said)
	}
	if err := os.Remove(growing); err != nil {
		t.Fatal(err)
	}
	d.request("inbox", 1, 1)
	if code, said := once(false); code != 0 || !d.has("inbox/done", "1_2.hfreq") {
		t.Errorf("code %d: %s", code, said)
	}
}
