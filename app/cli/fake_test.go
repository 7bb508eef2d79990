package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/ledger"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// fake is an engine that says what a test wants.
type fake struct {
	snap    licensing.Snapshot
	verdict terms.Verdict
	report  licensing.Report
	err     error
	checks  []licensing.Check
	ledger  ledger.Report
	trusted bool // an import with --yes
	looked  int  // snapshots taken
	files   []licensing.FileView
	places  []licensing.PlaceHeld
	told    []licensing.Telling
	erased  bool
	home    Home
	covers  []licensing.Cover
	notices []licensing.NoticeView
	graces  []licensing.GraceEntry
	asked   []licensing.RequestOptions
	made    licensing.Made
	sure    bool // a restore was confirmed

	recorded []licensing.UsageEvent
	done     []licensing.Recorded
	draft    licensing.UsageDraft
	drafted  []licensing.UsageOptions
	left     []string
	level    []string
	receipts []licensing.ReceiptView

	contacts []reconcile.Contact
	events   []licensing.LedgerEntry
}

func (f *fake) Snapshot() licensing.Snapshot {
	f.looked++
	f.snap.Verdict = f.verdict
	return f.snap
}

func (f *fake) Evaluate(terms.Query) terms.Verdict                           { return f.verdict }
func (f *fake) Inspect(context.Context, []licensing.Source) licensing.Report { return f.report }
func (f *fake) RequestFile(string) (licensing.Made, error)                   { return licensing.Made{}, f.err }

func (f *fake) CancelRequest(context.Context, string) (terms.Request, error) {
	return terms.Request{}, f.err
}
func (f *fake) RequestSaved(context.Context, string, string) error { return f.err }
func (f *fake) Unlock(context.Context) error                       { return f.err }
func (f *fake) SetUpAgain(context.Context) error                   { return f.err }

func (f *fake) Ledger(from uint64, fn func(licensing.LedgerEntry) error) error {
	for _, e := range f.events {
		if e.Seq >= from {
			if err := fn(e); err != nil {
				return err
			}
		}
	}
	return f.err
}

func (f *fake) ContactLog(_ context.Context, root string, limit int) (all []reconcile.Contact, err error) {
	for _, c := range f.contacts {
		if (root == "" || c.Root == root) && (limit == 0 || len(all) < limit) {
			all = append(all, c)
		}
	}
	return all, f.err
}

func (f *fake) VerifyLedger(context.Context) (ledger.Report, error) { return f.ledger, f.err }
func (f *fake) Checks(context.Context) []licensing.Check            { return f.checks }
func (f *fake) Files(context.Context) ([]licensing.FileView, error) { return f.files, f.err }
func (f *fake) PlacesHeld() []licensing.PlaceHeld                   { return f.places }

func (f *fake) Tell(_ context.Context, t licensing.Telling) error {
	f.told = append(f.told, t)
	return f.err
}

func (f *fake) Erase(context.Context) error {
	f.erased = f.err == nil
	return f.err
}

func (f *fake) MakeRequest(_ context.Context, o licensing.RequestOptions) (licensing.Made, error) {
	f.asked = append(f.asked, o)
	return f.made, f.err
}

func (f *fake) Foresee(licensing.RequestOptions) (licensing.Foreseen, error) {
	return licensing.Foreseen{Name: f.made.Name}, nil
}

func (f *fake) Away(terms.Query, time.Time) []licensing.Cover         { return f.covers }
func (f *fake) Notices() []licensing.NoticeView                       { return f.notices }
func (f *fake) Grace(context.Context) ([]licensing.GraceEntry, error) { return f.graces, f.err }

func (f *fake) ConfirmRestore(context.Context) error { f.sure = f.err == nil; return f.err }

func (f *fake) RecordUsage(_ context.Context, events []licensing.UsageEvent) ([]licensing.Recorded, error) {
	f.recorded = append(f.recorded, events...)
	return f.done, f.err
}

func (f *fake) DraftUsage(_ context.Context, o licensing.UsageOptions) (licensing.UsageDraft, error) {
	f.drafted = append(f.drafted, o)
	return f.draft, f.err
}

func (f *fake) UsageLeft(_ context.Context, draftID, name string) error {
	f.left = append(f.left, draftID+" "+name)
	return f.err
}

func (f *fake) SetUsageLevel(_ context.Context, vendor, level string) error {
	f.level = append(f.level, vendor+" "+level)
	return f.err
}

func (f *fake) Receipts() []licensing.ReceiptView { return f.receipts }

func (f *fake) ReceiptSigned(document string) bool { return document != "changed" }

func (f *fake) Import(_ context.Context, _ []licensing.Source, o licensing.ImportOptions) (licensing.Report, error) {
	f.trusted = o.TrustVendor && o.AcceptLoss
	return f.report, f.err
}

// run runs one command on the fake.
func (f *fake) run(t *testing.T, command string) (code int, out, problems string) {
	t.Helper()
	var o, p bytes.Buffer
	s := Streams{In: strings.NewReader(""), Out: &o, Err: &p, Dir: t.TempDir(), Env: func(string) string { return "" }}
	home := f.home
	if home == nil {
		home = &fakeHome{}
	}
	code = Run(t.Context(), strings.Fields(command), s, func(context.Context, Access) (Opened, func() error, error) {
		return Opened{Engine: f, Home: home, Start: new(fakeStart)}, func() error { return nil }, nil
	})
	return code, o.String(), p.String()
}

var day = time.Date(2026, 11, 3, 9, 12, 0, 0, time.UTC)

func finding(s terms.State) terms.Finding { return terms.Finding{State: s, Tone: s.Tone()} }

func verdict(s terms.State, products ...terms.ProductVerdict) terms.Verdict {
	f := finding(s)
	return terms.Verdict{At: day, Main: f, Answer: f, Products: products}
}

func TestStatusExitsWithThePublishedCodeOfEveryState(t *testing.T) {
	for _, state := range terms.States() {
		f := &fake{verdict: verdict(state)}
		for _, strict := range []bool{false, true} {
			command := "status"
			if strict {
				command += " --strict"
			}
			code, out, _ := f.run(t, command)
			if want := state.ExitCode(strict); code != want {
				t.Errorf("%s: %s exits %d, want %d", state, command, code, want)
			}
			if first, _, _ := strings.Cut(out, "\n"); first != string(state) {
				t.Errorf("%s: first line is %q", state, first)
			}
		}
		code, out, _ := f.run(t, "status --json")
		var j struct {
			Schema  int `json:"schema_version"`
			Verdict struct{ State, Tone, Text string }
			Exit    int `json:"exit_code"`
		}
		if err := json.Unmarshal([]byte(out), &j); err != nil {
			t.Fatalf("%s: %v", state, err)
		}
		if j.Schema != 1 || j.Verdict.State != string(state) || j.Verdict.Tone != string(state.Tone()) || j.Verdict.Text == "" || j.Exit != code {
			t.Errorf("%s: %+v", state, j)
		}
		if !strings.HasPrefix(out, "{\n  \"schema_version\": 1,") || !strings.HasSuffix(out, fmt.Sprintf("\"exit_code\": %d\n}\n", code)) {
			t.Errorf("%s: schema_version is not first or exit_code not last", state)
		}
	}
}

func TestEntitledExitsZeroExactlyWhenAllowed(t *testing.T) {
	for _, state := range terms.States() {
		for _, granted := range []bool{false, true} {
			v := verdict(state)
			v.Granted = granted
			f := &fake{verdict: v}
			code, _, _ := f.run(t, "entitled p f")
			if (code == 0) != granted {
				t.Errorf("%s, granted %v: exit %d", state, granted, code)
			}
			strict, _, _ := f.run(t, "entitled p f --strict")
			if granted && strict != 0 && strict != 10 && strict != 11 {
				t.Errorf("%s, granted: --strict exits %d", state, strict)
			}
			if !granted && strict == 0 {
				t.Errorf("%s, not granted: --strict exits 0", state)
			}
		}
	}
}

func TestUntilIsTheNearestEndOfWhatWorks(t *testing.T) {
	at := func(days int) time.Time { return day.AddDate(0, 0, days) }
	product := func(s terms.State, license, offline, grace int, active bool) terms.ProductVerdict {
		p := terms.ProductVerdict{Finding: finding(s), GraceActive: active, At: day}
		if active {
			p.Cause, p.GraceStarted, p.GraceUntil = terms.CauseOffline, at(offline), at(grace)
		}
		for _, d := range []struct {
			to   *time.Time
			days int
		}{{&p.LicenseEnds, license}, {&p.OfflineUntil, offline}, {&p.GraceEnds, grace}} {
			if d.days != 0 {
				*d.to = at(d.days)
			}
		}
		return p
	}
	cases := map[string]struct {
		products []terms.ProductVerdict
		want     string
	}{
		"license alone":                  {[]terms.ProductVerdict{product(terms.StateActive, 100, 0, 114, false)}, "100"},
		"offline window":                 {[]terms.ProductVerdict{product(terms.StateActiveOffline, 100, 30, 44, false)}, "30"},
		"license ends before the window": {[]terms.ProductVerdict{product(terms.StateActiveOffline, 10, 30, 0, false)}, "10"},
		"in grace":                       {[]terms.ProductVerdict{product(terms.StateGraceOffline, 100, -2, 12, true)}, "12"},
		"two":                            {[]terms.ProductVerdict{product(terms.StateActive, 100, 0, 0, false), product(terms.StateActive, 50, 0, 0, false)}, "50"},
		"an ended one does not count":    {[]terms.ProductVerdict{product(terms.StateExpired, -5, 0, 0, false), product(terms.StateActive, 50, 0, 0, false)}, "50"},
		"only ended":                     {[]terms.ProductVerdict{product(terms.StateExpired, -5, 0, 0, false)}, "0"},
		"no end":                         {[]terms.ProductVerdict{product(terms.StateActiveNoEnd, 0, 0, 0, false)}, "no end"},
		"one without end":                {[]terms.ProductVerdict{product(terms.StateActiveNoEnd, 0, 0, 0, false), product(terms.StateActive, 7, 0, 0, false)}, "7"},
	}
	for name, c := range cases {
		f := &fake{verdict: verdict(terms.StateActive, c.products...)}
		if _, out, _ := f.run(t, "until --format days"); strings.TrimSpace(out) != c.want {
			t.Errorf("%s: %q, want %s", name, out, c.want)
		}
	}
}

func TestImportExitsWithWhatBecameOfTheFiles(t *testing.T) {
	item := func(s terms.State, taken bool) licensing.Item {
		return licensing.Item{Source: "f", Finding: finding(s), Taken: taken, Usable: taken}
	}
	known, used := item(terms.StateFileKnown, false), item(terms.StateActive, true)
	needsYes := licensing.Item{Source: "f", Finding: finding(terms.StateUpdated), Usable: true, NeedsYes: true}
	other := licensing.Item{Source: "f", Finding: finding(terms.StateOtherComputer), ForOther: true}
	cases := map[string]struct {
		rep          licensing.Report
		code, strict int
	}{
		"nothing there":        {licensing.Report{Nothing: true}, 71, 71},
		"used":                 {licensing.Report{ForHere: 1, Finding: used.Finding, Items: []licensing.Item{used}}, 0, 0},
		"used, not started":    {licensing.Report{ForHere: 1, Items: []licensing.Item{item(terms.StateNotStarted, true)}}, 0, 0},
		"known":                {licensing.Report{ForHere: 1, Finding: known.Finding, Items: []licensing.Item{known}}, 0, 25},
		"known and used":       {licensing.Report{ForHere: 2, Items: []licensing.Item{known, used}}, 0, 0},
		"some":                 {licensing.Report{ForHere: 1, Partly: true, Items: []licensing.Item{used, item(terms.StateFileCut, false)}}, 70, 70},
		"cut":                  {licensing.Report{Finding: finding(terms.StateFileCut), Items: []licensing.Item{item(terms.StateFileCut, false)}}, 20, 20},
		"a refusal":            {licensing.Report{ForHere: 1, Items: []licensing.Item{item(terms.StateRequestRefused, true)}}, 53, 53},
		"takes something away": {licensing.Report{Finding: needsYes.Finding, Items: []licensing.Item{needsYes}}, 10, 10},
		"a folder with one":    {licensing.Report{ForHere: 1, ForOthers: 1, Items: []licensing.Item{other, used}}, 0, 0},
		"a folder with none":   {licensing.Report{ForOthers: 1, Finding: finding(terms.StateFileNoneForHere), Items: []licensing.Item{other}}, 22, 22},
		"new vendor":           {licensing.Report{Finding: finding(terms.StateVendorNew), Items: []licensing.Item{item(terms.StateVendorNew, false)}}, 21, 21},
	}
	for name, c := range cases {
		f := &fake{verdict: verdict(terms.StateActive), report: c.rep}
		for command, want := range map[string]int{"import f": c.code, "import f --strict": c.strict, "inspect f": c.code, "import f --dry-run": c.code} {
			if code, _, _ := f.run(t, command); code != want {
				t.Errorf("%s: %s exits %d, want %d", name, command, code, want)
			}
		}
	}
}

func TestOnlyYesTrustsAVendorOrGivesUpRights(t *testing.T) {
	for command, want := range map[string]bool{"import f": false, "import f --yes": true, "keys import f": false, "keys import f --yes": true} {
		f := &fake{verdict: verdict(terms.StateActive)}
		f.run(t, command)
		if f.trusted != want {
			t.Errorf("%s: %v", command, f.trusted)
		}
	}
}

func TestEveryErrorHasItsCodeAndSentence(t *testing.T) {
	cases := map[string]struct {
		err  error
		code int
		name string
	}{
		"a state":      {terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil), 40, "keychain_locked"},
		"a full disk":  {terms.NewProblem(terms.StateDiskFull, terms.Slots{"size": 32}, nil), 43, "disk_full"},
		"a mistake":    {&licensing.Mistake{Code: "vendor_unknown", Args: map[string]any{"vendor": "acem"}}, 2, "vendor_unknown"},
		"busy":         {local.ErrBusy, 75, "busy"},
		"lost":         {errors.Join(local.ErrLost, errors.New("EOF")), 75, "owner_lost"},
		"a version":    {local.ErrOtherVersion, 75, "owner_other_version"},
		"permission":   {fs.ErrPermission, 42, "permission"},
		"too slow":     {context.DeadlineExceeded, 75, "deadline"},
		"a bug":        {errors.New("index out of range"), 1, "unexpected"},
		"an ok state?": {terms.NewProblem(terms.StateActive, nil, nil), 1, "active"},
	}
	for name, c := range cases {
		f := &fake{verdict: verdict(terms.StateActive), err: fmt.Errorf("wrapped: %w", c.err)}
		code, out, problems := f.run(t, "import f --quiet")
		if code != c.code || out != "" || strings.TrimSpace(problems) == "" {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", name, code, out, problems)
		}
		code, out, problems = f.run(t, "import f --json")
		var j struct {
			Error struct{ Code, Text string }
			Exit  int `json:"exit_code"`
		}
		if err := json.Unmarshal([]byte(out), &j); err != nil {
			t.Fatalf("%s: %v in %q", name, err, out)
		}
		if j.Error.Code != c.name || j.Error.Text == "" || j.Exit != c.code || code != c.code || problems != "" {
			t.Errorf("%s: %+v, exit %d, stderr %q", name, j, code, problems)
		}
	}
}

func TestDoctorExitsWithItsWorstLine(t *testing.T) {
	ok := licensing.Check{ID: "disk", Level: terms.ToneOK}
	look := licensing.Check{ID: "clock", Level: terms.ToneNotice, Args: map[string]any{"now": day, "signed": day}}
	act := licensing.Check{ID: "records", Level: terms.ToneWarn, State: terms.StateRecordsDamaged}
	for _, c := range []struct {
		checks       []licensing.Check
		code, strict int
	}{
		{[]licensing.Check{ok}, 0, 0},
		{[]licensing.Check{ok, look}, 0, 10},
		{[]licensing.Check{look, act, ok}, 33, 33},
	} {
		f := &fake{verdict: verdict(terms.StateActive), checks: c.checks}
		code, out, _ := f.run(t, "doctor")
		strict, _, _ := f.run(t, "doctor --strict")
		if code != c.code || strict != c.strict {
			t.Errorf("%v: exits %d and %d, want %d and %d\n%s", c.checks, code, strict, c.code, c.strict, out)
		}
	}
}

func TestLedgerVerifySaysHowBadItIs(t *testing.T) {
	for _, c := range []struct {
		findings []ledger.Finding
		code     int
	}{
		{nil, 0},
		{[]ledger.Finding{{Segment: 1, Code: ledger.Cut}}, 31},
		{[]ledger.Finding{{Segment: 1, Code: ledger.Damaged, Noted: true}}, 31},
		{[]ledger.Finding{{Segment: 1, Code: ledger.Cut}, {Segment: 2, Code: ledger.Changed}}, 33},
		{[]ledger.Finding{{Segment: 1, Code: ledger.Missing}}, 33},
		{[]ledger.Finding{{Segment: 1, Code: ledger.Order}}, 33},
		{[]ledger.Finding{{Segment: 1, Code: ledger.Signature}}, 33},
	} {
		f := &fake{verdict: verdict(terms.StateActive), ledger: ledger.Report{Findings: c.findings}}
		code, out, _ := f.run(t, "ledger verify")
		if code != c.code || strings.Contains(out, "[no text") {
			t.Errorf("%v: exit %d, want %d\n%s", c.findings, code, c.code, out)
		}
	}
}

func TestTheAnswerOfAnotherProcessIsPassedOnUnchanged(t *testing.T) {
	var out, problems bytes.Buffer
	s := Streams{Out: &out, Err: &problems, Dir: "/", Env: func(string) string { return "" }}
	code := Run(t.Context(), []string{"status"}, s, func(context.Context, Access) (Opened, func() error, error) {
		return Opened{}, nil, Answered{local.Answer{Stdout: []byte("a\xff"), Stderr: []byte("b"), Code: 17}}
	})
	if code != 17 || out.String() != "a\xff" || problems.String() != "b" {
		t.Errorf("%d %q %q", code, out.String(), problems.String())
	}
}
