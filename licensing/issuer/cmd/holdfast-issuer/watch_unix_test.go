//go:build unix

package main

import (
	"encoding/json"
	"os"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

func TestWhatIsTooLargeOrNoFileIsNotOpened(t *testing.T) {
	d := newDesk(t, 2)
	if err := os.MkdirAll(d.path("inbox"), 0o700); err != nil {
		t.Fatal(err)
	}
	big, err := os.Create(d.path("inbox/big.hfuse"))
	if err != nil {
		t.Fatal(err)
	}
	if err := big.Truncate(exchange.MaxFile + 1); err != nil {
		t.Fatal(err)
	}
	_ = big.Close()
	if err := syscall.Mkfifo(d.path("inbox/pipe.hfuse"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", d.path("inbox/zero.hfuse")); err != nil {
		t.Fatal(err)
	}
	now := scriptTime()
	code, text := d.watch(&now, disk.OS(), func(n int) (time.Duration, bool) { return time.Second, n < 4 })
	for _, name := range []string{"big.hfuse", "pipe.hfuse", "zero.hfuse"} {
		b, err := os.ReadFile(d.path("inbox/rejected/" + name + reasonJSON))
		var why watchedJSON
		if err == nil {
			err = json.Unmarshal(b, &why)
		}
		if err != nil || why.Result != "rejected" || len(why.Reasons) != 1 || d.has("inbox", name) || !d.has("inbox/rejected", name+reasonText) {
			t.Errorf("%s: %+v, %v; code %d: %s", name, why, err, code, text)
		}
	}
}
