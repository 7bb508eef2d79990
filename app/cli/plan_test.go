package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func TestDatesAndLengthsAreReadAsPeopleMeanThem(t *testing.T) {
	s, _ := testSession(t, "en")
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s.zone = berlin
	s.engine = &fake{verdict: verdict(terms.StateActive)} // at 2026-11-03 09:12 UTC
	for text, want := range map[string]string{
		"2026-12-01":                "2026-12-01T22:59:59Z",
		"2026-11-03":                "2026-11-03T22:59:59Z",
		"2027-03-28":                "2027-03-28T21:59:59Z", // the day on which clocks go forward
		"2026-12-01T09:00:00Z":      "2026-12-01T09:00:00Z",
		"2026-12-01T09:00:00+01:00": "2026-12-01T08:00:00Z",
		"60d":                       "2027-01-02T22:59:59Z",
		"12h":                       "2026-11-03T21:12:00Z",
		"45s":                       "2026-11-03T09:12:45Z",
	} {
		got, err := s.lastMoment(text)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s lasts until %v, %v; want %s", text, got.UTC(), err, want)
		}
	}
	for text, want := range map[string]string{
		"2026-12-01": "2026-11-30T23:00:00Z", "2026-11-03": "2026-11-03T09:12:00Z", "2026-12-01T09:00:00Z": "2026-12-01T09:00:00Z",
	} {
		got, err := s.firstMoment(text)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s begins at %v, %v; want %s", text, got.UTC(), err, want)
		}
	}
	for text, code := range map[string]string{
		"": "date_unreadable", "tomorrow": "date_unreadable", "2026-02-30": "date_unreadable", "01.12.2026": "date_unreadable", "0d": "date_unreadable", "-5d": "date_unreadable",
		"2999-01-01": "date_unreadable", "36525d": "date_unreadable", "2026-11-02": "date_past", "1970-01-01T00:00:00Z": "date_past",
	} {
		if _, err := s.lastMoment(text); err == nil || err.Error() != code {
			t.Errorf("%q: %v, want %s", text, err, code)
		}
	}
	for text, want := range map[string]time.Duration{"+400d": 400 * 24 * time.Hour, "-2h": -2 * time.Hour, "90d": 90 * 24 * time.Hour} {
		if got, err := shift(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "+", "--4d", "+-4d", "0", "400"} {
		if got, err := shift(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func covered(product string, until, grace time.Time, ok bool) licensing.Cover {
	return licensing.Cover{Vendor: "r1", Product: product, Name: terms.Plain(strings.ToUpper(product)), Covered: ok, Until: until, Grace: grace}
}

func TestMoreTimeAsksOnceAndOnlyForWhatIsNotCovered(t *testing.T) {
	in := func(days int) time.Time { return day.AddDate(0, 0, days) }
	granted := covered("b", in(10), in(14), false)
	granted.Granted, granted.Most = true, in(90)
	far := covered("c", in(10), time.Time{}, false)
	far.Most = in(20)
	ends := covered("d", in(10), time.Time{}, false)
	ends.LicenseEnds = in(12)
	other := covered("e", in(10), time.Time{}, false)
	other.Vendor = "r2"
	for name, c := range map[string]struct {
		covers []licensing.Cover
		code   int
		asked  int
		says   []string
	}{
		"covered":        {[]licensing.Cover{covered("a", in(90), time.Time{}, true)}, 71, 0, []string{"A: covered. Full use", "nothing to ask for"}},
		"without an end": {[]licensing.Cover{covered("a", time.Time{}, time.Time{}, true)}, 71, 0, []string{"no end date"}},
		"by grace":       {[]licensing.Cover{covered("a", in(10), in(70), true)}, 71, 0, []string{"A: covered, with grace until 12 January 2027"}},
		"what is kept":   {[]licensing.Cover{covered("a", in(10), time.Time{}, true)}, 71, 0, []string{"goes on without any contact"}},
		"at once":        {[]licensing.Cover{covered("a", in(90), time.Time{}, true), granted}, 0, 1, []string{"B: covered only until", "at once"}},
		"by a person":    {[]licensing.Cover{far}, 0, 1, []string{"until 23 November 2026", "a person there decides"}},
		"license ends":   {[]licensing.Cover{ends}, 0, 1, []string{"The license itself ends on 15 November 2026"}},
		"over":           {[]licensing.Cover{covered("a", in(-3), time.Time{}, false)}, 0, 1, []string{"A: not covered", "A person at"}},
		"two vendors":    {[]licensing.Cover{granted, other}, 2, 0, []string{"More than one vendor"}},
		"none":           {nil, 2, 0, []string{"no license here"}},
	} {
		f := &fake{verdict: verdict(terms.StateActive), covers: c.covers, made: licensing.Made{File: []byte("x"), Name: "r.hfreq", Request: terms.Request{Kind: exchange.RequestMoreTime}}}
		for _, command := range []string{"moretime --until 60d --out r.hfreq", "request moretime --until 60d --out r.hfreq"} {
			f.asked = nil
			code, out, problems := f.run(t, command)
			if code != c.code || len(f.asked) != c.asked {
				t.Errorf("%s: %s exits %d with %d requests, want %d and %d\n%s%s", name, command, code, len(f.asked), c.code, c.asked, out, problems)
			}
			for _, text := range c.says {
				if !strings.Contains(out+problems, text) {
					t.Errorf("%s: %q is not in\n%s%s", name, text, out, problems)
				}
			}
			if len(f.asked) == 1 && (f.asked[0].Kind != exchange.RequestMoreTime || f.asked[0].Vendor != "r1" || !f.asked[0].Until.After(in(59))) {
				t.Errorf("%s: asked for %+v", name, f.asked[0])
			}
		}
		f.asked = nil
		if code, out, _ := f.run(t, "moretime --until 60d"); len(f.asked) > 0 || code == 0 != (c.asked == 1 || name == "two vendors") || (code == 0) != strings.Contains(out, "--out FILE") {
			t.Errorf("%s: without a file it exits %d with %d requests\n%s", name, code, len(f.asked), out)
		}
		if code, _, _ := f.run(t, "moretime --until 60d --dry-run"); len(f.asked) > 0 || code == 0 != (c.asked == 1 || name == "two vendors") {
			t.Errorf("%s: --dry-run exits %d with %d requests", name, code, len(f.asked))
		}
	}
}

func TestATimeAwayIsNotCoveredForWhatIsLimitedAlready(t *testing.T) {
	v := verdict(terms.StateLimited, terms.ProductVerdict{ID: "a", Vendor: "r1", Finding: finding(terms.StateLimited), View: []string{"edit"}})
	f := &fake{verdict: v, covers: []licensing.Cover{covered("a", day.AddDate(0, 0, -3), day, true)}}
	if code, out, _ := f.run(t, "moretime --until 60d --dry-run"); code != 0 || !strings.Contains(out, "A: not covered") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestEachRequestIsOfItsKind(t *testing.T) {
	for command, want := range map[string]licensing.RequestOptions{
		"request checkin --vendor v --out f.hfreq": {Kind: exchange.RequestCheckin, Vendor: "v", File: "f.hfreq"},
		"request renew --product p":                {Kind: exchange.RequestRenew, Product: "p"},
	} {
		f := &fake{verdict: verdict(terms.StateActive), made: licensing.Made{File: []byte("x"), Name: "r.hfreq"}}
		if code, _, problems := f.run(t, command); code != 0 || len(f.asked) != 1 || f.asked[0] != want {
			t.Errorf("%s exits %d and asks for %+v\n%s", command, code, f.asked, problems)
		}
	}
}

func TestNoticesAreShownInTheVendorsWordsAndInStatus(t *testing.T) {
	text := func(s string) terms.Text { return terms.Plain(s) }
	f := &fake{verdict: verdict(terms.StateActive)}
	f.notices = []licensing.NoticeView{
		{Kind: exchange.KindNotice, Vendor: "Acme GmbH", Root: "r1", Ref: "N-1", Issued: day, Products: []string{"cad"}, Notice: &terms.Notice{
			Type: terms.NoticePolicy, From: day.AddDate(0, 1, 0), Text: text("Longer offline time."), Old: text("14 days"), New: text("30 days"),
		}, Finding: terms.Finding{State: terms.StatePolicyChange, Tone: terms.ToneNotice, Slots: terms.Slots{"date": day.AddDate(0, 1, 0), "vendor": "Acme GmbH", "new": text("30 days")}}},
		{Kind: exchange.KindExtension, Vendor: "Acme GmbH", Ref: "E-1", Issued: day, Over: true, Extension: &terms.Extension{What: "offline", Agent: "A. Weber", Reason: text("A ship.")}},
		{Kind: exchange.KindHold, Vendor: "Acme GmbH", Ref: "H-1", Issued: day, Hold: &terms.Hold{Reason: text("Who uses it?"), AnswerBy: day.AddDate(0, 0, 9)}},
		{Kind: exchange.KindRevocation, Vendor: "Acme GmbH", Ref: "W-1", Issued: day, Revocation: &terms.Revocation{Reason: text("Paid back."), DecidedBy: "B. Kaya", From: day}},
	}
	code, out, _ := f.run(t, "notices")
	for _, want := range []string{
		"The rules for offline use change", "Until then: 14 days", "New: 30 days", "In their words: Longer offline time.", "Reference N-1. About: cad.",
		"More time", "In their words: A ship.", "This is over.", "On hold for a check", "License withdrawn",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if code != 0 || strings.Contains(out, "[no text") {
		t.Errorf("exit %d\n%s", code, out)
	}
	_, out, _ = f.run(t, "status --json")
	var j struct {
		Notices []struct{ Kind, Ref string }
		Clock   struct{ Trusted bool }
	}
	if err := json.Unmarshal([]byte(out), &j); err != nil || len(j.Notices) != 3 || j.Notices[0].Ref != "N-1" || !j.Clock.Trusted {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestClockShowSaysWhatIsKnownAndTheWayOut(t *testing.T) {
	f := &fake{verdict: verdict(terms.StateClockWrong)}
	f.verdict.Main.Action, f.verdict.Main.Also = terms.ActCheckAgain, terms.ActCheckin
	f.snap.Clock = licensing.ClockView{
		Wall: day.AddDate(-1, 0, 0), Decision: day, State: terms.StateClockWrong,
		Vendors: []licensing.VendorClock{
			{Root: "r1", Name: "Acme GmbH", Signed: day.AddDate(0, 0, -2), Contact: day.AddDate(0, 0, -2), Behind: 363 * 24 * time.Hour},
			{Root: "r2", Name: "Acme Labs", Signed: day},
		},
	}
	code, out, _ := f.run(t, "clock show")
	for _, want := range []string{
		"The date on this computer looks wrong.", "holdfast clock show", "Or: holdfast request checkin", "3 November 2025", "signed by Acme Labs",
		"Offline time counts from 1 November 2026", "No contact for offline time yet",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	_, out, _ = f.run(t, "clock --json")
	var j struct {
		Trusted bool
		State   string
		SureAt  time.Time `json:"sure_at"`
		Source  string
		Vendors []struct {
			Behind int64 `json:"behind_seconds"`
		}
		Text, Happened string
		Actions        []string
	}
	if err := json.Unmarshal([]byte(out), &j); err != nil || j.Trusted || j.State != "clock_wrong" || !j.SureAt.Equal(day) || j.Source != "Acme Labs" ||
		len(j.Vendors) != 2 || j.Vendors[0].Behind != 363*24*3600 || j.Text == "" || j.Happened == "" || len(j.Actions) != 2 {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestARestoreIsConfirmedOnlyWhenTheRecordsAreOlderThanExpected(t *testing.T) {
	f := &fake{verdict: verdict(terms.StateActive)}
	if code, _, _ := f.run(t, "clock confirm"); code != 71 || f.sure {
		t.Errorf("exit %d, confirmed %v", code, f.sure)
	}
	f.verdict = verdict(terms.StateRolledBack)
	f.verdict.Main.Action = terms.ActConfirmRestore
	for _, command := range []string{"clock confirm", "restore confirm"} {
		f.sure = false
		if code, out, _ := f.run(t, command); code != 0 || !f.sure || !strings.Contains(out, "put back from a copy") {
			t.Errorf("%s exits %d, confirmed %v\n%s", command, code, f.sure, out)
		}
	}
	f.sure = false
	f.verdict.Main.Action = terms.ActCheckin
	if code, _, _ := f.run(t, "clock confirm"); code != 71 || f.sure {
		t.Errorf("a second time: exit %d, confirmed %v", code, f.sure)
	}
}

func TestGraceShowSaysWhatRunsAlsoWithoutItsRecords(t *testing.T) {
	p := terms.ProductVerdict{
		ID: "cad", Vendor: "r1", At: day, Name: terms.Plain("AcmeCAD"), Finding: finding(terms.StateGraceOffline),
		Cause: terms.CauseOffline, GraceStarted: day.AddDate(0, 0, -2), GraceUntil: day.AddDate(0, 0, 12),
	}
	f := &fake{verdict: verdict(terms.StateGraceOffline, p)}
	f.graces = []licensing.GraceEntry{
		{Seq: 4, At: day.AddDate(0, 0, -2), Event: "started", Cause: terms.CauseOffline, Vendor: "r1", Product: "cad", Ends: day.AddDate(0, 0, 12), Started: day.AddDate(0, 0, -2)},
		{Seq: 5, At: day.AddDate(0, 0, -2), Event: "started", Cause: terms.CauseRenewal, Vendor: "r1", Product: "gone"},
	}
	code, out, _ := f.run(t, "grace show")
	if code != 0 || !strings.Contains(out, "AcmeCAD: grace (offline) until 15 November 2026") || !strings.Contains(out, "12 days left") || !strings.Contains(out, "Grace started") || !strings.Contains(out, "gone") {
		t.Errorf("exit %d\n%s", code, out)
	}
	f.err = terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil)
	code, out, problems := f.run(t, "grace show")
	if code != 40 || !strings.Contains(out, "12 days left") || !strings.Contains(problems, "locked") {
		t.Errorf("exit %d\n%s%s", code, out, problems)
	}
	if code, out, _ = f.run(t, "grace show --json"); code != 40 || !strings.Contains(out, `"remaining_seconds": 1036800`) || !strings.Contains(out, "keychain_locked") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestWhatIsWrongWithAScenarioFileIsNamed(t *testing.T) {
	f := &fake{verdict: verdict(terms.StateActive)}
	dir := t.TempDir()
	for content, code := range map[string]string{
		`{`:                                 "scenario_not_json",
		`{"schema":"holdfast.scenario/v9"}`: "scenario_schema",
		`{"schema":"holdfast.scenario/v1","x":1}`:                                        "scenario_field",
		`{"schema":"holdfast.scenario/v1","from":"soon"}`:                                "scenario_value",
		`{"schema":"holdfast.scenario/v1","conditions":[{"kind":"clock"}]}`:              "scenario_missing",
		`{"schema":"holdfast.scenario/v1","zone":"UTC","zone":"UTC"}`:                    "scenario_twice",
		`{"schema":"holdfast.scenario/v1","zone":"` + strings.Repeat("x", 70<<10) + `"}`: "scenario_too_large",
	} {
		file := filepath.Join(dir, "plan.json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		exit, out, _ := f.run(t, "simulate --json --scenario "+file)
		if exit != 2 || !strings.Contains(out, `"code": "`+code+`"`) || strings.Contains(out, "[no text") || strings.Contains(out, "{{") {
			t.Errorf("%.60s: exit %d\n%s", content, exit, out)
		}
	}
}
