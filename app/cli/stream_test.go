package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"

	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// broken is an output that takes nothing.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestAnAnswerThatCannotBeWrittenIsNeverASuccess(t *testing.T) {
	f := &fake{verdict: verdict(terms.StateActive)}
	for _, command := range []string{"status", "status --json", "version", "--help", "ledger export --out -"} {
		for err, want := range map[error]int{syscall.ENOSPC: 43, syscall.EIO: 1} {
			var problems bytes.Buffer
			s := Streams{Out: broken{err}, Err: &problems, Dir: t.TempDir(), Env: func(string) string { return "" }}
			code := Run(t.Context(), strings.Fields(command), s, func(context.Context, Access) (Opened, func() error, error) {
				return Opened{Engine: f}, func() error { return nil }, nil
			})
			if code != want || !strings.Contains(problems.String(), "could not be written") {
				t.Errorf("%s, %v: exit %d, %q", command, err, code, problems.String())
			}
		}
	}
}

func TestAnAnswerOfAnotherProcessThatCannotBeWrittenIsNoSuccess(t *testing.T) {
	s := Streams{Out: broken{syscall.ENOSPC}, Err: io.Discard, Dir: "/", Env: func(string) string { return "" }}
	code := Run(t.Context(), []string{"status"}, s, func(context.Context, Access) (Opened, func() error, error) {
		return Opened{}, nil, Answered{local.Answer{Stdout: []byte("active")}}
	})
	if code != 43 {
		t.Errorf("exit %d", code)
	}
}

func TestAStopEndsACommandThatWaitsForStandardInput(t *testing.T) {
	in, never := io.Pipe()
	defer never.Close()
	for _, command := range []string{"import -", "inspect -", "request activate --key-file - --out -"} {
		ctx, stop := context.WithCancel(t.Context())
		f := &fake{verdict: verdict(terms.StateActive)}
		s := Streams{In: &stoppable{ctx: ctx, in: in}, Out: io.Discard, Err: io.Discard, Dir: "/", Env: func(string) string { return "" }}
		done := make(chan int)
		go func() {
			done <- Run(ctx, strings.Fields(command), s, func(context.Context, Access) (Opened, func() error, error) {
				return Opened{Engine: f}, func() error { return nil }, nil
			})
		}()
		stop()
		if code := <-done; code != codeStopped {
			t.Errorf("%s: exit %d", command, code)
		}
	}
}

func TestAStoppedReadLeavesWhatCameBefore(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	r := &stoppable{ctx: ctx, in: strings.NewReader("abc")}
	b, err := io.ReadAll(r)
	if string(b) != "abc" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	stop()
	r.in, _ = io.Pipe()
	if _, err := r.Read(b); !errors.Is(err, context.Canceled) {
		t.Errorf("after the stop: %v", err)
	}
}

func TestAKeyFileMayBeInAnyUnicode(t *testing.T) {
	const key = "ACME-ÄÖ-1"
	little, big := []byte{0xff, 0xfe}, []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(key)) {
		little = append(little, byte(u), byte(u>>8))
		big = append(big, byte(u>>8), byte(u))
	}
	for name, b := range map[string][]byte{"plain": []byte(key), "with a mark": []byte("\ufeff" + key), "UTF-16 LE": little, "UTF-16 BE": big} {
		if got := asText(b); got != key {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := asText([]byte{0xff, 0xfe}); got != "" {
		t.Errorf("a mark alone: %q", got)
	}
}

func TestDoctorTellsOfDamageThatTheRecordsWentThrough(t *testing.T) {
	f := &fake{
		verdict: verdict(terms.StateActive),
		checks: []licensing.Check{
			{ID: "clock", Level: terms.ToneNotice, Args: map[string]any{"now": day, "signed": day}},
			{ID: "records", Level: terms.ToneOK, Args: map[string]any{"n": 3}},
		},
		ledger: ledger.Report{Findings: []ledger.Finding{{Segment: 1, Code: ledger.Damaged, Noted: true}}},
	}
	code, out, _ := f.run(t, "doctor")
	if code != 31 || !strings.Contains(out, "1 part is cut off or was put aside") || strings.Contains(out, "[no text") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestProductsOfTheSameIdNameTheirVendor(t *testing.T) {
	product := func(root string) terms.ProductVerdict {
		return terms.ProductVerdict{ID: "acmecad", Vendor: root, Finding: finding(terms.StateActive)}
	}
	f := &fake{verdict: verdict(terms.StateActive, product("aaaaaaaaaa"), product("bbbbbbbbbb"))}
	for _, root := range []string{"aaaaaaaaaa", "bbbbbbbbbb"} {
		f.snap.Vendors = append(f.snap.Vendors, licensing.VendorView{Vendor: terms.Vendor{ID: "acme", Name: "Acme GmbH", Root: root}})
	}
	_, out, _ := f.run(t, "status")
	if !strings.Contains(out, "acmecad (Acme GmbH, aaaaaaaa)") || !strings.Contains(out, "acmecad (Acme GmbH, bbbbbbbb)") {
		t.Error(out)
	}
	if _, out, _ := f.run(t, "status --json"); !strings.Contains(out, `"vendor_name": "Acme GmbH"`) {
		t.Error(out)
	}
}

func TestAfterARefusalTheCommandNamesVendorAndKey(t *testing.T) {
	v := verdict(terms.StateRequestRefused)
	v.Main.Action = terms.ActRequest
	f := &fake{verdict: v}
	f.snap.Vendors = []licensing.VendorView{
		{Vendor: terms.Vendor{ID: "other", Root: "bb"}}, {Vendor: terms.Vendor{ID: "acme", Root: "aa"}},
	}
	f.snap.Requests = []terms.Request{{ID: "1", Vendor: "aa", State: terms.RequestRefused}}
	if _, out, _ := f.run(t, "status"); !strings.Contains(out, "request activate --vendor acme --key-file FILE --out FILE") {
		t.Error(out)
	}
}

func TestOnlyABuildWithAWindowSaysSo(t *testing.T) {
	for _, own := range []bool{false, true} {
		var out bytes.Buffer
		s := Streams{Out: &out, Err: io.Discard, Dir: "/", Env: func(string) string { return "" }, OwnWindow: own}
		s.Window = func(context.Context, Access, []string) (int, error) { return 0, nil }
		Run(t.Context(), []string{"version", "--json"}, s, nil)
		if got := strings.Contains(out.String(), `"window": true`); got != own {
			t.Errorf("with a window %v: %s", own, out.String())
		}
	}
}
