package cli

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// face is what a usage file of a computer says of itself; two with the same number are of the same computer.
func face(computer byte, entries uint64) (exchange.Usage, ed25519.PrivateKey) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{computer}, ed25519.SeedSize))
	pub := key.Public().(ed25519.PublicKey)
	id := sha256.Sum256(pub)
	hash := strings.Repeat("ab", 32)
	return exchange.Usage{
		Header: exchange.Header{Schema: exchange.UsageSchema, Vendor: "acme", Alg: "ed25519", KeyID: exchange.KeyID(pub), ID: fmt.Sprintf("file-%d-%d", computer, entries), Issued: day, Trace: "t"},
		Device: exchange.RequestDevice{ID: hex.EncodeToString(id[:]), Public: exchange.EncodeKey(pub), Code: "7F3A-2C9" + string(rune('0'+computer))},
		Nonce:  base64.StdEncoding.EncodeToString(make([]byte, 16)), Ledger: "ab12", Level: usage.LevelContract, FromEpoch: 1, ToEpoch: 1, First: 1, Last: entries, Entries: entries, Close: hash,
		Sealed: exchange.SealedContent{Suite: exchange.SealingSuite, Key: "k1", Size: 3, SHA256: hash, Unpacked: 3, Content: hash},
	}, key
}

// usageFile is such a file, and the draft that it is made from.
func usageFile(t *testing.T, computer byte, entries uint64) licensing.UsageDraft {
	t.Helper()
	u, key := face(computer, entries)
	e, err := exchange.Sign(u, "application/vnd.holdfast.usage.v1+json", exchange.KeySigner(key))
	if err != nil {
		t.Fatal(err)
	}
	file, err := exchange.WriteUsage("A usage file.", []byte("abc"), e)
	if err != nil {
		t.Fatal(err)
	}
	return licensing.UsageDraft{
		ID: u.ID, Root: "root1", Vendor: "Acme GmbH", File: file, Name: "usage_" + u.Device.Code + ".hfuse", Words: "tulip-orbit-47", From: day, To: day,
		Email: "help@acme.example", Contents: usage.Contents{Schema: "s", File: u, Rows: []usage.Row{{Seq: 7, Epoch: 1, Sealed: true}}},
	}
}

// in runs one command on the fake in a folder.
func (f *fake) in(dir string, args ...string) (code int, out, problems string) {
	var o, p bytes.Buffer
	s := Streams{In: strings.NewReader(""), Out: &o, Err: &p, Dir: dir, Env: func(string) string { return "" }}
	code = Run(context.Background(), args, s, func(context.Context, Access) (Opened, func() error, error) {
		return Opened{Engine: f, Home: f.home, Start: new(fakeStart)}, func() error { return nil }, nil
	})
	return code, o.String(), p.String()
}

func exporting(d licensing.UsageDraft) *fake {
	f := &fake{verdict: verdict(terms.StateActive), draft: d}
	f.snap.Usage = []licensing.UsageView{metered(5, renders(1, 0))}
	return f
}

func TestAnExportThatWasNotReviewedShowsThePreviewAndWritesNothing(t *testing.T) {
	f, dir := exporting(usageFile(t, 1, 3)), t.TempDir()
	code, out, problems := f.in(dir, "usage", "export", "--out", "u.hfuse", "--email", "u.eml", "--append", "b.zip")
	if code != 2 || !strings.Contains(out, "This is everything in the file") || !strings.Contains(out, "7F3A-2C91") || !strings.Contains(problems, "--reviewed") {
		t.Errorf("exit %d\n%s\n%s", code, out, problems)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 || len(f.left) > 0 {
		t.Errorf("%v %v", left, f.left)
	}
	_, out, _ = f.in(dir, "usage", "export", "--out", "u.hfuse", "--json")
	var j struct {
		Error struct{ Code string }
		Words string
		Exit  int `json:"exit_code"`
	}
	if err := json.Unmarshal([]byte(out), &j); err != nil || j.Error.Code != "usage_not_reviewed" || j.Words != "tulip-orbit-47" || j.Exit != 2 {
		t.Errorf("%v %+v", err, j)
	}
}

func TestAnExportGoesToAFileAFolderOrStandardOutput(t *testing.T) {
	d := usageFile(t, 1, 3)
	for name, c := range map[string]struct{ args, file string }{
		"a file":        {"--out u.hfuse", "u.hfuse"},
		"its own name":  {"", d.Name},
		"a folder":      {"--out stick", "stick/" + d.Name},
		"a folder too":  {"--out stick" + string(filepath.Separator), "stick/" + d.Name},
		"the same name": {"--out u.hfuse --force", "u.hfuse"},
	} {
		f, dir := exporting(d), t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "stick"), 0o700); err != nil {
			t.Fatal(err)
		}
		args := append([]string{"usage", "export", "--reviewed"}, strings.Fields(c.args)...)
		code, out, problems := f.in(dir, args...)
		if got, err := os.ReadFile(filepath.Join(dir, c.file)); code != 0 || err != nil || !bytes.Equal(got, d.File) {
			t.Errorf("%s: exit %d, %v\n%s%s", name, code, err, out, problems)
		}
		if len(f.left) != 1 || f.left[0] != d.ID+" "+filepath.Base(c.file) {
			t.Errorf("%s: %v", name, f.left)
		}
		if !strings.Contains(out, ".hfrcp") || !strings.Contains(out, d.Words) {
			t.Errorf("%s: %s", name, out)
		}
	}
	f := exporting(d)
	if code, out, _ := f.in(t.TempDir(), "usage", "export", "--reviewed", "--out", "-"); code != 0 || out != string(d.File) {
		t.Errorf("exit %d, %q", code, out)
	}
}

func TestAnotherFileIsNeverReplacedSilently(t *testing.T) {
	d := usageFile(t, 1, 3)
	for _, option := range []string{"--out", "--email", "--append"} {
		f, dir := exporting(d), t.TempDir()
		precious := filepath.Join(dir, "precious")
		if err := os.WriteFile(precious, []byte("keep me"), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, problems := f.in(dir, "usage", "export", "--reviewed", option, "precious")
		if got, _ := os.ReadFile(precious); code != 2 || string(got) != "keep me" || !strings.Contains(problems, "precious") || len(f.left) > 0 {
			t.Errorf("%s: exit %d, %q, %s", option, code, got, problems)
		}
	}
	f, dir := exporting(d), t.TempDir()
	for range 2 { // the same file again, and the mail with it
		if code, _, problems := f.in(dir, "usage", "export", "--reviewed", "--out", "u.hfuse", "--email", "u.eml"); code != 0 {
			t.Errorf("exit %d, %s", code, problems)
		}
	}
}

func TestAnExportedMailHoldsTheFileAndALinkStandsBesideIt(t *testing.T) {
	d := usageFile(t, 1, 3)
	f, dir := exporting(d), t.TempDir()
	code, out, _ := f.in(dir, "usage", "export", "--reviewed", "--email", "u.eml", "--json")
	var j exportJSON
	if err := json.Unmarshal([]byte(out), &j); err != nil || code != 0 {
		t.Fatalf("exit %d, %v", code, err)
	}
	if j.Email != "u.eml" || j.MailTo != "help@acme.example" || !strings.HasPrefix(j.Mailto, "mailto:help%40acme.example?subject=") || j.File != "" {
		t.Errorf("%+v", j)
	}
	eml, err := os.ReadFile(filepath.Join(dir, "u.eml"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := exchange.Read("u.eml", eml)
	if err != nil || len(found) != 1 || found[0].Kind() != exchange.KindUsage {
		t.Errorf("%v %v", found, err)
	}
}

func TestAFileThatCannotBeNotedAsSavedIsOutAllTheSame(t *testing.T) {
	d := usageFile(t, 1, 3)
	f, dir := exporting(d), t.TempDir()
	g := &unnoted{fake: f}
	var o, p bytes.Buffer
	s := Streams{In: strings.NewReader(""), Out: &o, Err: &p, Dir: dir, Env: func(string) string { return "" }}
	code := Run(t.Context(), []string{"usage", "export", "--reviewed", "--out", "u.hfuse"}, s, func(context.Context, Access) (Opened, func() error, error) {
		return Opened{Engine: g, Home: f.home, Start: new(fakeStart)}, func() error { return nil }, nil
	})
	if _, err := os.Stat(filepath.Join(dir, "u.hfuse")); code != 43 || err != nil || p.Len() == 0 || !strings.Contains(o.String(), "u.hfuse") {
		t.Errorf("exit %d, %v\n%s\n%s", code, err, &o, &p)
	}
}

// unnoted is an engine that can make a usage file and then keep no record of it.
type unnoted struct{ *fake }

func (u *unnoted) UsageLeft(context.Context, string, string) error {
	return terms.NewProblem(terms.StateDiskFull, nil, errors.New("full"))
}

// inBatch returns the files of a batch by name.
func inBatch(t *testing.T, name string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	all := map[string][]byte{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name] != nil {
			t.Errorf("%s is in it twice", f.Name)
		}
		all[f.Name] = b
	}
	return all
}

func TestABatchTakesOneFileOfEachComputerAndKeepsTheOthers(t *testing.T) {
	dir := t.TempDir()
	batch := filepath.Join(dir, "batch.zip")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range map[string]string{"readme.txt": "hello", "broken.hfuse": "no file at all"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, data)
	}
	z.Close()
	if err := os.WriteFile(batch, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	one, two, newer := usageFile(t, 1, 3), usageFile(t, 2, 4), usageFile(t, 1, 9)
	two.Name = strings.ToUpper(one.Name) // names are nobody's own
	for _, d := range []licensing.UsageDraft{one, two, newer, newer} {
		f := exporting(d)
		if code, _, problems := f.in(dir, "usage", "export", "--reviewed", "--append", "batch.zip"); code != 0 {
			t.Fatalf("exit %d, %s", code, problems)
		}
	}
	all := inBatch(t, batch)
	if len(all) != 4 || string(all["readme.txt"]) != "hello" || string(all["broken.hfuse"]) != "no file at all" {
		t.Errorf("%d files", len(all))
	}
	var mine, other int
	for _, b := range all {
		switch {
		case bytes.Equal(b, newer.File):
			mine++
		case bytes.Equal(b, two.File):
			other++
		}
	}
	if mine != 1 || other != 1 {
		t.Errorf("%d of this computer, %d of the other", mine, other)
	}
}

func TestABatchThatIsFullStaysAsItIs(t *testing.T) {
	dir := t.TempDir()
	batch := filepath.Join(dir, "batch.zip")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range maxBatch {
		if _, err := z.Create(fmt.Sprintf("%d.txt", i)); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	if err := os.WriteFile(batch, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f := exporting(usageFile(t, 1, 3))
	code, _, problems := f.in(dir, "usage", "export", "--reviewed", "--append", "batch.zip")
	if got, _ := os.ReadFile(batch); code != 2 || !bytes.Equal(got, b.Bytes()) || !strings.Contains(problems, "full") || len(f.left) > 0 {
		t.Errorf("exit %d, %s, %v", code, problems, f.left)
	}
}

// FuzzABatchIsReplacedWholeOrStaysAsItIs puts anything in the place of a batch.
func FuzzABatchIsReplacedWholeOrStaysAsItIs(f *testing.F) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"readme.txt", "old.hfuse", "../up.hfuse"} {
		w, err := z.Create(name)
		if err != nil {
			f.Fatal(err)
		}
		io.WriteString(w, "-----BEGIN HOLDFAST USAGE-----")
	}
	z.Close()
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()/2])
	f.Add([]byte("not a zip"))
	f.Add([]byte{})
	mine, _ := face(1, 3)
	f.Fuzz(func(t *testing.T, before []byte) {
		s, _ := testSession(t, "en")
		name := filepath.Join(s.Dir, "batch.zip")
		if err := os.WriteFile(name, before, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := s.appendTo("batch.zip", "new.hfuse", []byte("mine"), olderUsage(mine))
		after, rerr := os.ReadFile(name)
		if rerr != nil {
			t.Fatal(rerr)
		}
		if err != nil {
			if !bytes.Equal(after, before) {
				t.Errorf("changed in spite of %v", err)
			}
			return
		}
		z, err := zip.NewReader(bytes.NewReader(after), int64(len(after)))
		if err != nil {
			t.Fatal(err)
		}
		last := z.File[len(z.File)-1]
		in, err := last.Open()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(in); err != nil || string(got) != "mine" || !strings.HasPrefix(last.Name, "new") {
			t.Errorf("%s: %q, %v", last.Name, got, err)
		}
	})
}
