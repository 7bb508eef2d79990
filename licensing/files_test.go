package licensing

import (
	"context"
	"os"
	"testing"
	"time"

	"holdfast/licensing/exchange"
)

func TestFilesAreWhatCameInWithItsCheckWords(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	c.clock.Advance(time.Hour)
	first := c.use(v.answer(req))
	c.clock.Advance(time.Hour)
	v.now = start.Add(2 * time.Hour)
	second := c.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", 2, bound(req))))))
	check := func(when string) {
		t.Helper()
		files, err := c.Files(context.Background())
		if err != nil || len(files) != 3 {
			t.Fatalf("%s: %d files, %v", when, len(files), err)
		}
		for i, want := range []struct {
			kind, words, serial string
			inUse               bool
		}{{"license", second.Words, "A-1", true}, {"license", first.Words, "A-1", false}, {"profile", files[2].Words, "", true}} {
			f := files[i]
			if string(f.Kind) != want.kind || f.Words != want.words || f.Words == "" || f.Serial != want.serial || f.InUse != want.inUse {
				t.Errorf("%s: %d is %+v", when, i, f)
			}
			if f.Name != "file" || f.Vendor != "acme GmbH" || f.Issued.IsZero() || f.Taken.IsZero() || want.serial != "" && f.Product.In("en") != "AcmeCAD Pro" {
				t.Errorf("%s: %d is %+v", when, i, f)
			}
		}
		if !files[0].Issued.Equal(v.now) || !files[0].Taken.After(files[1].Taken) {
			t.Errorf("%s: %v, %v", when, files[0], files[1])
		}
	}
	check("now")
	c.lose(journalDir, indexFile)
	check("from checkpoint and documents")
	c.lose(indexFile, checkpointFile)
	check("from the journal")
}

func TestFilesOfAnOlderHomeHaveNoWordsButTheirDates(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(goldenHome)); err != nil {
		t.Fatal(err)
	}
	e, err := Open(context.Background(), childOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	files, err := e.Files(context.Background())
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if f.Words != "" || f.Vendor == "" || f.Issued.IsZero() && f.Kind != exchange.KindKey {
			t.Errorf("%+v", f)
		}
		if f.Kind == "license" && (f.Serial == "" || len(f.Product) == 0) {
			t.Errorf("%+v", f)
		}
	}
}
